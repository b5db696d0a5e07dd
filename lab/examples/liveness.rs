//! Judges a recorded flash session: live, an attack, or neither can be told.
//!
//! `cargo run --release --example liveness -- --help`; the code is
//! [`selfsame_lab::tools::liveness`].

use std::process::ExitCode;

fn main() -> ExitCode {
    selfsame_lab::tools::liveness::main()
}
