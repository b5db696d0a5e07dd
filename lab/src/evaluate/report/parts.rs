//! The parts of a report: what was evaluated, rates, bands, and View 2 of LFW.

use crate::evaluate::roc::corners;
use crate::evaluate::{Interval, OperatingPoint, RocPoint, TenFold, area_under, wilson};
use serde::Serialize;

/// What was evaluated, in the words of whoever did it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct About {
    /// Name of the data set.
    pub data_set: String,
    /// Pictures that were left out because they could not be decoded.
    pub left_out: u64,
    /// [`selfsame::model::ModelCard::id`] of the template network.
    pub model: String,
    /// SHA-256 of its file.
    pub model_sha256: String,
    /// How scores were made of templates: `cosine`, or the name of a normalisation.
    pub score: String,
    /// What else was chosen: name and value.
    pub options: Vec<(String, String)>,
    /// Numbers of the pictures without a template, from 1 in the order of the set.
    pub failures: Vec<usize>,
}

/// A rate that was asked for, and what it costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtFmr {
    /// The false match rate asked for.
    pub asked: f64,
    /// The threshold that keeps it and what goes wrong there; null if there are too few pairs.
    pub point: Option<OperatingPoint>,
    /// 95 % interval of the threshold.
    pub threshold_interval: Option<Interval>,
    /// 95 % interval of the FNMR; null without a false non-match.
    pub fnmr_interval: Option<Interval>,
    /// Without a false non-match: the FNMR is below this with a confidence of 95 % (rule of 3, one
    /// pair per person).
    pub fnmr_bound: Option<f64>,
    /// Whether fewer than 30 false matches or false non-matches stand behind it.
    pub few_errors: bool,
}

/// A threshold that was given, and the rates there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtThreshold {
    /// Where the threshold comes from.
    pub label: String,
    /// What goes wrong there; null without pairs of both kinds.
    pub point: Option<OperatingPoint>,
    /// 95 % interval of the FMR.
    pub fmr_interval: Option<Interval>,
    /// 95 % interval of the FNMR.
    pub fnmr_interval: Option<Interval>,
    /// Without a false match: the FMR is below this with a confidence of 95 % (rule of 3,
    /// independent pairs alone).
    pub fmr_bound: Option<f64>,
    /// Without a false non-match: the FNMR is below this with a confidence of 95 % (rule of 3).
    pub fnmr_bound: Option<f64>,
}

/// A 95 % interval of the FNMR at a false match rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BandPoint {
    /// The false match rate.
    pub fmr: f64,
    /// The interval.
    pub fnmr: Interval,
}

/// The outcome of LFW's View 2.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct View2 {
    /// Mean accuracy over the folds.
    pub accuracy: f64,
    /// Standard deviation over the folds.
    pub std: f64,
    /// Standard error of the mean.
    pub standard_error: f64,
    /// 95 % interval of the accuracy as if all pairs were independent (Wilson).
    pub interval: Option<Interval>,
    /// Accuracy of each fold.
    pub folds: Vec<f64>,
    /// The threshold used on each fold.
    pub thresholds: Vec<f32>,
    /// The ROC's corners.
    pub roc: Vec<RocPoint>,
    /// The area under the ROC.
    pub area: Option<f64>,
}

impl View2 {
    /// `roc` is that of the same pairs, whose number is `pairs`.
    pub fn new(folds: &TenFold, roc: &[RocPoint], pairs: u64) -> Self {
        Self {
            accuracy: folds.mean(),
            std: folds.std(),
            standard_error: folds.standard_error(),
            interval: wilson((folds.mean() * pairs as f64).round() as u64, pairs),
            folds: folds.accuracies.clone(),
            thresholds: folds.thresholds.clone(),
            roc: corners(roc),
            area: area_under(roc),
        }
    }
}
