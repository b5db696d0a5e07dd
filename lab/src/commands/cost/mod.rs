//! What verifications cost in CPU time and memory, and how that grows with their pictures.
//!
//! `cargo run --release -p selfsame-lab -- cost verify DOCUMENT SELFIE [--profile NAME]
//! [--int8] [--json]`
//!
//! CPU milliseconds of the whole process, the minimum and the median, of verifications from the
//! bytes of two files to a verdict; one more goes before them that is not counted. And the most
//! memory that was resident. Pin the program to one core (`taskset -c 0`) to compare.
//!
//! `cargo run --release -p selfsame-lab -- cost network CARD [--int8]`
//!
//! Every run's CPU milliseconds of one network, for `benches/peers/opencv/sface.py`.
//!
//! `cargo run --release -p selfsame-lab -- cost growth [--runs 5]`
//!
//! The same against the pixels of a JPEG, its bytes, its scans and the faces in it, each with all
//! else held still: a table for `docs/measurements.md`. The pictures are enlarged portraits of
//! `datasets/` with noise, as `benches/peers/opencv` makes them.
//!
//! Linux and other Unix systems. Exit status: 0, or 3 after an error.

mod growth;
pub mod meter;
mod pictures;
mod program;
mod verify;

pub use program::{Arguments, run};
