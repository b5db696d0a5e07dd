//! Guides a capture over recorded frames: a line per frame, and overlays to look at.
//!
//! `cargo run --release --example guide -- --help`; the code is [`selfsame_lab::tools::guide`].

use std::process::ExitCode;

fn main() -> ExitCode {
    selfsame_lab::tools::guide::main()
}
