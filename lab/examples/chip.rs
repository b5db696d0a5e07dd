//! Shows what a chip holds, who signed it, and writes its portrait out.
//!
//! `cargo run --release --example chip -- --help`; the code is [`selfsame_lab::tools::chip`].

use std::process::ExitCode;

fn main() -> ExitCode {
    selfsame_lab::tools::chip::main()
}
