//! The whole enrolment in a terminal.
//!
//! `cargo run --release --example enrol -- DOCUMENT SELFIE [--renew | --upgrade] [--active-account]
//! [--session DIR] [--script FILE] [--audit FILE]`
//!
//! DOCUMENT is a chip's data group 2 or an image, SELFIE a photograph of the applicant, who is put
//! before a simulated camera: at each face check one says what is before it, `live` or an attack.
//! `--session DIR` plays a recorded session instead; a ceremony refuses it, since it
//! answers a challenge of another one.
//!
//! Exit status: 0 enrolled, 2 not enrolled, 3 error.

mod camera;
// The product's tests walk the same journeys with evidence that they make, and its package holds
// its tests, so these three files lie there. They use the public interface only, as everything
// here does.
#[path = "../../../../src/enrol/tests/terminal/journey.rs"]
mod journey;
mod program;
#[path = "../../../../src/enrol/tests/terminal/script.rs"]
mod script;
mod terminal;
#[path = "../../../../src/enrol/tests/terminal/world.rs"]
mod world;

pub use program::main;
