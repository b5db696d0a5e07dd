//! The whole enrolment in a terminal.
//!
//! `cargo run --release --example enrol -- --help`; the code is [`selfsame_lab::tools::enrol`].

use std::process::ExitCode;

fn main() -> ExitCode {
    selfsame_lab::tools::enrol::main()
}
