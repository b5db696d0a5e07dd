//! The laboratory's program: measures and attacks the product.
//!
//! ```sh
//! cargo run --release -p selfsame-lab -- evaluate lfw DIR
//! cargo run --release -p selfsame-lab -- evaluate folder DIR
//! cargo run --release -p selfsame-lab -- evaluate pad DIR
//! cargo run --release -p selfsame-lab -- quality lfw DIR
//! cargo run --release -p selfsame-lab -- simulate PORTRAIT --out DIR
//! cargo run --release -p selfsame-lab -- soak
//! cargo run --release -p selfsame-lab -- gallery bench
//! cargo run --release -p selfsame-lab -- cost growth
//! cargo run --release -p selfsame-lab -- model check FILE
//! ```
//!
//! `lab/README.md` tells what each measures; `--help` after a subcommand lists its options. Exit
//! status 3 after an error or a wrong command line; what else a status means each subcommand says.

mod commands;

use clap::{Parser, Subcommand};
use commands::{cost, crops, damage, evaluate, gallery, model, quality, simulate, soak};
use selfsame_lab::output;
use selfsame_lab::tools::command_line;
use std::process::ExitCode;

/// The laboratory of selfsame: measures how often it errs, simulates flash sessions and attacks,
/// and puts it under load.
#[derive(Parser)]
#[command(name = "selfsame-lab")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Evaluate(Box<evaluate::Arguments>),
    Quality(quality::Arguments),
    Damage(damage::Arguments),
    Simulate(simulate::Arguments),
    Soak(soak::Arguments),
    Gallery(gallery::Arguments),
    Crops(crops::Arguments),
    Cost(cost::Arguments),
    Model(model::Arguments),
}

fn main() -> ExitCode {
    let arguments: Arguments = match command_line::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return output::finish(status),
    };
    output::finish(match arguments.command {
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Quality(arguments) => quality::run(&arguments),
        Command::Damage(arguments) => damage::run(&arguments),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Soak(arguments) => soak::run(&arguments),
        Command::Gallery(arguments) => gallery::run(&arguments),
        Command::Crops(arguments) => crops::run(&arguments),
        Command::Cost(arguments) => cost::run(&arguments),
        Command::Model(arguments) => model::run(&arguments),
    })
}
