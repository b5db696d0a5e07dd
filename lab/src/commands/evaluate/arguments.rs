//! The command line.

use super::approach::ApproachArguments;
use super::morphs_arguments::{MorphsArguments, folds};
use super::pad_arguments::PadArguments;
use clap::{Args, Subcommand};
use selfsame::model::Profile;
use selfsame_lab::evaluate::{HeadShape, Padding};
use selfsame_lab::tools::command_line;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// Measures the chain's accuracy on labelled photographs, and attacks on liveness.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub set: Set,
}

/// What is measured.
#[derive(Subcommand)]
pub enum Set {
    /// Labeled Faces in the Wild, View 2.
    Lfw {
        #[command(flatten)]
        set: LfwArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Your own photographs: one folder per person.
    Folder {
        #[command(flatten)]
        set: FolderArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Your own photographs: one folder, and every photograph shows another person. There are
    /// impostor pairs alone.
    Flat {
        #[command(flatten)]
        set: FlatArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Celebrities in Frontal-Profile in the Wild; its views are groups.
    Cfp {
        #[command(flatten)]
        set: CfpArguments,
        #[command(flatten)]
        common: Common,
    },
    /// Attacks on liveness, in sessions that are simulated from portraits.
    Pad(PadArguments),
    /// Approaches and attacks on them, in sessions that are simulated from portraits.
    Approach(ApproachArguments),
    /// Morphed portraits of look-alikes.
    Morphs(MorphsArguments),
}

/// Which part of Labeled Faces in the Wild.
#[derive(Args)]
pub struct LfwArguments {
    /// Folder with `images/` and `pairs.txt`.
    pub folder: PathBuf,
    /// Only the people of these folds, such as 6-10. The bundled model's impostor statistics are of
    /// folds 1 to 5.
    #[arg(long, value_parser = folds)]
    pub folds: Option<(usize, usize)>,
}

/// Whose photographs, and which face of each.
#[derive(Args)]
pub struct FolderArguments {
    /// Folder with `NAME/*.jpg`, `jpeg`, `png` or `webp`.
    pub folder: PathBuf,
    /// Take the face nearest to the picture's centre, and refuse none for quality.
    #[arg(long)]
    pub central: bool,
}

/// Whose photographs, which face of each, and which are one person's after all.
#[derive(Args)]
pub struct FlatArguments {
    /// Folder with `*.jpg`, `jpeg`, `png` or `webp`.
    pub folder: PathBuf,
    /// Take the face nearest to the picture's centre, and refuse none for quality.
    #[arg(long)]
    pub central: bool,
    /// Leave out pictures that score this or more against an earlier one, as further pictures of
    /// one person. False matches at thresholds above it are then not seen; the report says so.
    #[arg(long)]
    pub leave_out_above: Option<f32>,
}

/// Which part of Celebrities in Frontal-Profile in the Wild.
#[derive(Args)]
pub struct CfpArguments {
    /// Folder with `images/NNN/{frontal,profile}/NN.jpg` and `protocol/`.
    pub folder: PathBuf,
    /// Only the people with these numbers, such as 1-100, so that others can be fitted on.
    #[arg(long, value_parser = people)]
    pub people: Option<RangeInclusive<u32>>,
}

/// How templates are taken, and where they are kept.
#[derive(Args)]
pub struct TemplateArguments {
    /// Keep templates in this file between runs, one file per choice of options. It holds biometric
    /// data: delete it after use.
    #[arg(long)]
    pub cache: Option<PathBuf>,
    /// Take templates without adding the mirrored crop's.
    #[arg(long)]
    pub no_flip: bool,
    /// Which of the bundled template networks run: fast, standard or accurate.
    #[arg(long, default_value = "standard", value_parser = command_line::profile)]
    pub profile: Profile,
    /// Card of a template network of your own, or of an ensemble; the networks lie beside it.
    #[arg(long, conflicts_with = "profile")]
    pub card: Option<PathBuf>,
    /// Card of a detector of your own; its network lies beside it. Rates then tell what it does to
    /// faces found and to templates.
    #[arg(long)]
    pub detector: Option<PathBuf>,
    /// Add half a picture's sides around it before a face is looked for, `edge` like its edges or
    /// `black`: for tight crops in which no face is found otherwise.
    #[arg(long, value_parser = padding)]
    pub pad: Option<Padding>,
    /// Take templates in 8-bit integers.
    #[arg(long)]
    pub int8: bool,
    /// Leave out files that cannot be decoded, instead of stopping.
    #[arg(long)]
    pub skip_bad: bool,
}

/// How people are resampled for the intervals.
#[derive(Args)]
pub struct Resampling {
    /// Times that people are resampled for the intervals.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(100..=100_000))]
    pub replicates: u32,
    /// Seed of the resampling.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Resampling {
    /// The options as the evaluation takes them.
    pub fn bootstrap(&self) -> selfsame_lab::evaluate::Bootstrap {
        selfsame_lab::evaluate::Bootstrap { replicates: self.replicates, seed: self.seed }
    }
}

/// What is asked for about any set of photographs.
#[derive(Args)]
pub struct Common {
    /// Write report.html, report.json, det.svg, scores.svg (groups.svg, discard.svg) into this
    /// folder.
    #[arg(long)]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub templates: TemplateArguments,
    /// A table that groups people or pictures: comma-separated values whose first line begins with
    /// `person` or `picture` and names attributes. Rates are told for every group and every pair
    /// of groups.
    #[arg(long)]
    pub groups: Option<PathBuf>,
    /// What to group by: an attribute, or several, as in `sex+age`; may be repeated. Default: each
    /// attribute of the table by itself.
    #[arg(long, requires = "groups")]
    pub by: Vec<String>,
    /// Only pictures with this value of an attribute of the table, `ATTRIBUTE=VALUE`; may be
    /// repeated.
    #[arg(long = "where", requires = "groups", value_parser = condition)]
    pub conditions: Vec<(String, String)>,
    /// Write what the scores mean, as tables for the model's card, into this file.
    #[arg(long, requires = "population")]
    pub calibration: Option<PathBuf>,
    /// Whose pictures the calibration is made on, in words: “adults of both sexes, office cameras”.
    #[arg(long)]
    pub population: Option<String>,
    /// Make the calibration from pairs within the groups of `--by` alone, and keep the rate of the
    /// one that matches falsely most often.
    #[arg(long, requires = "calibration", requires = "groups")]
    pub worst_group: bool,
    /// Write what the templates of the groups of `--by` have in common, a table for a member of an
    /// ensemble's card, into this file.
    #[arg(long, requires = "groups")]
    pub centre: Option<PathBuf>,
    /// How many directions in which groups differ the table of `--centre` has.
    #[arg(long, requires = "centre", default_value_t = 0)]
    pub axes: usize,
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
    /// Re-render one picture of each person as if taken from so many centimetres, and compare it as
    /// it is and with its perspective undone; several distances as in `50,35,25`.
    #[arg(long, value_delimiter = ',', value_parser = distance)]
    pub distance: Vec<f32>,
    /// Whose depth the pictures of `--distance` get: `mesh` (their own mesh's), `mean` (the mean
    /// face's, deeper or flatter) or `own` (the laboratory's own heads).
    #[arg(long, default_value = "own", requires = "distance", value_parser = head)]
    pub head: HeadShape,
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
    #[command(flatten)]
    pub resampling: Resampling,
}

/// `FIRST-LAST`.
fn people(text: &str) -> Result<RangeInclusive<u32>, String> {
    let ends = text.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    let ordered = ends.filter(|(first, last)| first <= last);
    ordered.map(|(first, last)| first..=last).ok_or_else(|| format!("{text} is not like 1-100"))
}

fn padding(text: &str) -> Result<Padding, String> {
    let known = Padding::ALL.into_iter().find(|padding| padding.as_str() == text);
    known.ok_or_else(|| format!("{text} is not edge or black"))
}

/// Centimetres, as far as a face can be re-rendered.
fn distance(text: &str) -> Result<f32, String> {
    let cm = text.parse().ok().filter(|cm| (15.0..=150.0).contains(cm));
    cm.ok_or_else(|| format!("{text} is not between 15 and 150 cm"))
}

fn head(text: &str) -> Result<HeadShape, String> {
    let known = HeadShape::ALL.into_iter().find(|shape| shape.as_str() == text);
    known.ok_or_else(|| format!("{text} is not mesh, mean or own"))
}

/// `ATTRIBUTE=VALUE`.
fn condition(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    parts.ok_or_else(|| format!("{text} is not like sex=female"))
}
