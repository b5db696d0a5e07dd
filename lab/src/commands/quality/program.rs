//! What `quality` does with its arguments.

use super::choice;
use super::curves;
use super::measured::Measured;
use crate::commands::evaluate::{
    Enrolled, FolderArguments, LabelledSet, LfwArguments, Resampling, Setup, TemplateArguments,
};
use crate::commands::shared::{self, Anyhow};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Measures what discarding pictures by their unified quality scores gains.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    set: Set,
}

#[derive(Subcommand)]
enum Set {
    /// Labeled Faces in the Wild.
    Lfw {
        #[command(flatten)]
        set: LfwArguments,
        #[command(flatten)]
        options: Options,
    },
    /// Your own photographs: one folder per person.
    Folder {
        #[command(flatten)]
        set: FolderArguments,
        #[command(flatten)]
        options: Options,
    },
}

#[derive(Args)]
struct Options {
    /// Compare which measures the score could rest on, each choice fitted on all folds but one and
    /// judged on that one, and print the one to take, instead of trying the score. For folds 1-5
    /// of LFW alone: those that it is then tried on must not choose.
    #[arg(long)]
    choose: bool,
    #[command(flatten)]
    templates: TemplateArguments,
    #[command(flatten)]
    resampling: Resampling,
}

/// Measures; exit status 0, or 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    shared::status(match &arguments.set {
        Set::Lfw { set, options } => LabelledSet::lfw(set).and_then(|set| measure(&set, options)),
        Set::Folder { set, options } => LabelledSet::folder(set).and_then(|set| measure(&set, options)),
    })
}

fn measure(set: &LabelledSet, options: &Options) -> Anyhow<()> {
    let setup = Setup::new(&options.templates, set.choice)?;
    let enrolled = Enrolled::new(&setup, set, &options.templates)?;
    let (measured, bootstrap) = (Measured::new(&enrolled)?, options.resampling.bootstrap());
    if options.choose { choice::run(&measured, &bootstrap) } else { curves::run(&measured, &bootstrap).map(drop) }
}
