//! One person, one account: a gallery of faces, and the search for one among them.
//!
//! `cargo run --release -p selfsame-lab -- gallery add IMAGE --id N --gallery FILE`
//! `cargo run --release -p selfsame-lab -- gallery search IMAGE --gallery FILE [--fpir 0.01]`
//! `cargo run --release -p selfsame-lab -- gallery remove --id N --gallery FILE`
//! `cargo run --release -p selfsame-lab -- gallery bench [--templates 1000000]`
//! `cargo run --release -p selfsame-lab -- gallery duplicates FOLDER [--fmr 1e-6] [--out FOLDER
//! [--faces]]` `cargo run --release -p selfsame-lab -- gallery pairs [--templates 20000]`
//!
//! `bench` fills a temporary file with random templates and measures a search against the memory's
//! bandwidth; `pairs` compares random templates, all with all, against the processor's peak. Exit
//! status: 0 done or found, 1 nobody found, 2 no face to compare, 3 error.

mod bench;
mod duplicates;
mod face;
mod pairs;
mod program;

pub use program::{Arguments, run};
