//! A network of one's own: whether it loads, what it lacks, and how fast it is.
//!
//! `cargo run --release -p selfsame-lab [--features ort] -- model check FILE [CARD] [--size H×W]
//! [--people DIR]`
//!
//! Without a card, a draft of one is printed and used. With the feature `ort` and ONNX Runtime at
//! `ORT_DYLIB_PATH` the outputs are held against its. `--people` calibrates a template network on a
//! folder with one folder per person.
//!
//! `cargo run --release -p selfsame-lab -- model detectors [CARD]... --pictures DIR [--most N]
//! [--turns N] [--share S]`
//!
//! The bundled detector and others by their cards, side by side. Faces are found in one run of the
//! network (`DetectOptions::upright`) or by all searches (the default). False ones: those that the
//! mesh network refuses, and those on the same photographs after all faces that any detector found
//! were painted over. CPU milliseconds of the process with nothing but the detector at work. Exit
//! status: 0 if it loads and agrees, 1 if it does not, 3 after an error.

mod check;
mod detectors;
mod draft;
mod family;
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
    Detectors(detectors::Arguments),
}

/// Looks at a network.
pub fn run(arguments: &Arguments) -> ExitCode {
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments),
        Command::Detectors(arguments) => detectors::run(arguments),
    }
}
