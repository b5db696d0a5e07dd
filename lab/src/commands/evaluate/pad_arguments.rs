//! The command line of `evaluate pad`.

use clap::Args;
use selfsame_lab::evaluate::pad::PadConditions;
use selfsame_lab::simulate::Species;
use std::path::PathBuf;

/// Attacks on liveness, in sessions that are simulated from portraits.
#[derive(Args)]
pub struct PadArguments {
    /// Folder with `NAME/*.jpg`, of which the first picture of each person is taken; or with
    /// pictures alone, one person each, but that `ann.jpg` and `ann2.jpg` are one.
    pub folder: PathBuf,
    /// The folder holds recorded sessions instead, each a folder with `session.json`, its frames
    /// and `label.json`: nothing is simulated.
    #[arg(long, conflicts_with_all = ["conditions", "half", "sessions", "species", "cache", "traces", "seed", "whole", "known_lag", "wrong"])]
    pub recorded: bool,
    /// With `--recorded`: the false match rate at which documents are compared.
    #[arg(long, default_value_t = 1e-4, requires = "recorded")]
    pub fmr: f64,
    /// With `--recorded`: name sessions that can't be read and go on.
    #[arg(long, requires = "recorded")]
    pub skip_bad: bool,
    /// Comma-separated: indoors, daylight, wide, lag, automatic, slow, compressed, gaps,
    /// rooms (the second physics); robust stands for lag to gaps.
    #[arg(long, default_value = "indoors", value_delimiter = ',')]
    conditions: Vec<String>,
    /// Half of people and parameters: tune to choose by, report to state rates of.
    #[arg(long, default_value = "report", value_parser = ["tune", "report"])]
    pub half: String,
    /// Sessions of each species.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub sessions: u32,
    /// Comma-separated: live, print_flat, ...; all of them if not given.
    #[arg(long, value_delimiter = ',')]
    pub species: Vec<Species>,
    /// Write pad-CONDITIONS.html and .json into this folder.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Keep sessions in this file, a line of JSON each, and go on from there. After a change of the
    /// code take a new one.
    #[arg(long, value_name = "FILE.jsonl")]
    pub cache: Option<PathBuf>,
    /// Keep what each session's frames said in this folder, 400 kB each, and judge sessions that
    /// lie there anew instead of simulating them. After a change of simulation, tracking or
    /// measuring take a new one.
    #[arg(long, value_name = "FOLDER")]
    pub traces: Option<PathBuf>,
    /// The same seed gives the same sessions.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Give challenges away as a whole, and note no arrivals.
    #[arg(long)]
    pub whole: bool,
    /// Judge each session by its device's known lag.
    #[arg(long)]
    pub known_lag: bool,
    /// Other challenges that each live session is judged against.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub wrong: u32,
}

impl PadArguments {
    /// Reads the words of `--conditions`.
    pub fn conditions(&self) -> Result<Vec<PadConditions>, String> {
        let mut all = Vec::new();
        for word in &self.conditions {
            match word.as_str() {
                "robust" => all.extend(PadConditions::ROBUSTNESS),
                word => all.push(word.parse()?),
            }
        }
        Ok(all)
    }
}
