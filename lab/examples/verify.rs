//! Compares a document's portrait with a selfie.
//!
//! `cargo run --release --example verify -- --help`; the code is [`selfsame_lab::tools::verify`].

use std::process::ExitCode;

fn main() -> ExitCode {
    selfsame_lab::tools::verify::main()
}
