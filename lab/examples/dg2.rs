//! Shows what a chip's data group 2 holds, and writes its portrait out.
//!
//! `cargo run --release --example dg2 -- --help`; the code is [`selfsame_lab::tools::dg2`].

use std::process::ExitCode;

fn main() -> ExitCode {
    selfsame_lab::tools::dg2::main()
}
