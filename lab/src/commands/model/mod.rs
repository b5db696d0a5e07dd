//! A network of one's own: whether it loads, what it lacks, and how fast it is.
//!
//! `cargo run --release -p selfsame-lab [--features ort] -- model check FILE [CARD] [--size H×W]
//! [--people DIR]`
//!
//! Without a card, a draft of one is printed and used. With the feature `ort` and ONNX Runtime at
//! `ORT_DYLIB_PATH` the outputs are held against its. `--people` calibrates a template network on a
//! folder with one folder per person. Exit status: 0 if it loads and agrees, 1 if it does not, 3
//! after an error.

mod check;
mod draft;
mod parity;
mod speed;

use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Looks at a network of one's own.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(check::Arguments),
}

/// Looks at a network.
pub fn run(arguments: &Arguments) -> ExitCode {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
    }
}
