//! Issues a challenge and shows what it would flash, and how safe that is.
//!
//! `cargo run --release --example challenge -- --help`; the code is
//! [`selfsame_lab::tools::challenge`].

use std::process::ExitCode;

fn main() -> ExitCode {
    selfsame_lab::tools::challenge::main()
}
