//! The command line.

use clap::{Args, Parser, Subcommand};
use selfsame_lab::evaluate::pad::PadConditions;
use selfsame_lab::simulate::Species;
use std::path::PathBuf;

/// Measures the chain's accuracy on labelled photographs.
#[derive(Parser)]
pub struct Arguments {
    #[command(subcommand)]
    pub set: Set,
}

#[derive(Subcommand)]
pub enum Set {
    /// Labeled Faces in the Wild, View 2.
    Lfw {
        /// Folder with `images/` and `pairs.txt`.
        folder: PathBuf,
        /// Only the people of these folds, such as 6-10. The bundled model's impostor statistics
        /// are of folds 1 to 5.
        #[arg(long, value_parser = folds)]
        folds: Option<(usize, usize)>,
        #[command(flatten)]
        common: Common,
    },
    /// Your own photographs: one folder per person.
    Folder {
        /// Folder with `NAME/*.jpg`, `jpeg`, `png` or `webp`.
        folder: PathBuf,
        /// Take the face nearest to the picture's centre, and refuse none for quality.
        #[arg(long)]
        central: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Attacks on liveness, in sessions that are simulated from portraits.
    Pad(Pad),
}

#[derive(Args)]
pub struct Pad {
    /// Folder with `NAME/*.jpg`, of which the first picture of each person is taken; or with
    /// pictures alone, one person each, but that `ann.jpg` and `ann2.jpg` are one.
    pub folder: PathBuf,
    /// Comma-separated: indoors, daylight, wide, lag, automatic, slow, compressed, gaps; robust
    /// stands for the last five.
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
    /// Other challenges that each live session is judged against.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub wrong: u32,
}

impl Pad {
    /// What the words stand for.
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

#[derive(Args)]
pub struct Common {
    /// Write report.html, report.json, det.svg, scores.svg (and discard.svg) into this folder.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Keep templates in this file between runs, one file per choice of options. It holds biometric
    /// data: delete it after use.
    #[arg(long)]
    pub cache: Option<PathBuf>,
    /// Take templates without adding the mirrored crop's.
    #[arg(long)]
    pub no_flip: bool,
    /// Take templates in 8-bit integers.
    #[arg(long)]
    pub int8: bool,
    /// Leave out files that cannot be decoded, instead of stopping.
    #[arg(long)]
    pub skip_bad: bool,
    /// Write what the scores mean, as tables for the model's card, into this file.
    #[arg(long)]
    pub calibration: Option<PathBuf>,
    /// Write the statistics of impostors, a table for the model's card, into this file.
    #[arg(long)]
    pub impostors: Option<PathBuf>,
    /// Try thresholds that are calibrated on one half of the people on the other half.
    #[arg(long)]
    pub halves: bool,
    /// Try templates of so many pictures of one person, fused, against single ones.
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..=20))]
    pub fuse: Option<u32>,
    /// Turn one picture of each pair into a document's portrait, in several ways; with
    /// `--calibration` for such pairs too.
    #[arg(long)]
    pub documents: bool,
    /// Measure what discarding pairs by the unified quality scores gains (error versus discard, at
    /// the threshold for an FMR of 1e-3), and print the weights fitted on these pictures. On
    /// all ten folds of LFW the weights are those of the other five.
    #[arg(long)]
    pub quality: bool,
    /// Compare which measures the unified quality score could rest on, each choice fitted on all
    /// folds but one and judged on that one, and print the one to take. For folds 1-5 alone:
    /// those that it is then tried on must not choose.
    #[arg(long)]
    pub choose_quality: bool,
    /// Times that people are resampled for the intervals.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub replicates: u32,
    /// Seed of the resampling.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// `FIRST-LAST`, counted from 1.
fn folds(text: &str) -> Result<(usize, usize), String> {
    let ends = text.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    ends.filter(|(first, last)| 1 <= *first && first <= last).ok_or_else(|| format!("{text} is not like 6-10"))
}
