//! The command line of `morphs`.

use clap::Args;
use selfsame::model::Profile;
use selfsame_lab::tools::command_line;
use std::path::PathBuf;

/// Morphed portraits of look-alikes: how many pass for both contributors, and how many are told.
#[derive(Args)]
pub struct MorphsArguments {
    /// Labeled Faces in the Wild (with `pairs.txt`), Celebrities in Frontal-Profile in the Wild
    /// (with `protocol/`; its frontal pictures), or a folder with a folder for each person.
    pub folder: PathBuf,
    /// Only the people of these folds of Labeled Faces in the Wild, such as 6-10. The bundled
    /// detector is fitted on folds 1 to 5.
    #[arg(long, value_parser = folds)]
    pub folds: Option<(usize, usize)>,
    /// Pictures of attempts that a contributor must have; so many rows has the matrix.
    #[arg(long, default_value_t = 2)]
    pub attempts: usize,
    /// Look-alikes of each person.
    #[arg(long, default_value_t = 1)]
    pub neighbours: usize,
    /// The false match rate asked for.
    #[arg(long, default_value_t = 1e-4)]
    pub fmr: f64,
    /// Fit the detector of `--profile` on these people, and write the table `[morphs]` for its
    /// card into this file.
    #[arg(long)]
    pub fit: Option<PathBuf>,
    /// Keep what the networks saw in this file, and take it from there where it is. It holds
    /// biometric data: delete it after use.
    #[arg(long)]
    pub keep: Option<PathBuf>,
    /// Judge by the table `[morphs]` in this file, for `--profile`, and not by the cards'.
    #[arg(long, conflicts_with = "fit")]
    pub detector: Option<PathBuf>,
    /// Whose detector is fitted, or given.
    #[arg(long, default_value = "standard", value_parser = command_line::profile)]
    pub profile: Profile,
    /// The same seed gives the same noise on paper, and the same intervals.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// `FIRST-LAST`, counted from 1.
pub fn folds(text: &str) -> Result<(usize, usize), String> {
    let ends = text.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    ends.filter(|(first, last)| 1 <= *first && first <= last).ok_or_else(|| format!("{text} is not like 6-10"))
}
