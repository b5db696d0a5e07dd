//! The parts of a report: what was evaluated, rates, bands, and protocols of folds.

use crate::evaluate::roc::corners;
use crate::evaluate::{
    FixedThreshold, Interval, OperatingPoint, RocPoint, ScoreSet, TenFold, area_under, roc, rule_of_three, wilson,
};
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

/// A threshold that is in use.
#[derive(Debug, Clone, PartialEq)]
pub struct UsedThreshold {
    /// Where it comes from, for people.
    pub label: String,
    /// The false match rate that it is used for, if it is used for one.
    pub claimed: Option<f64>,
    /// A score at or above this one is a match.
    pub score: f32,
}

/// A threshold that was given, and the rates there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AtThreshold {
    /// Where the threshold comes from.
    pub label: String,
    /// The false match rate that it is used for; null if it is used for none.
    pub claimed: Option<f64>,
    /// What goes wrong there; null without impostor comparisons.
    pub point: Option<OperatingPoint>,
    /// Whether a false match rate as low as the one claimed cannot be seen here: fewer than three
    /// false matches would be expected of so many comparisons, so that none would say nothing, and
    /// there are fewer than 30.
    pub too_few: bool,
    /// The measured FMR over the one claimed.
    pub ratio: Option<f64>,
    /// 95 % interval of the ratio; null without a false match.
    pub ratio_interval: Option<Interval>,
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

/// Fewer errors than this make a rate a rough one: G. R. Doddington's "rule of 30" (Speech
/// Communication 31, 2000).
pub(super) const FEW_ERRORS: u64 = 30;
/// Expected false matches below which a set is too small for a rate: with as many expected, none is
/// seen once in 20 times (the rule of 3).
pub(in crate::evaluate) const LEAST_EXPECTED: f64 = 3.0;

impl AtThreshold {
    /// The rates of `set` at a threshold, `found` being their intervals.
    pub(in crate::evaluate) fn new(set: &ScoreSet, used: &UsedThreshold, found: &FixedThreshold) -> Self {
        let point = set.at_threshold(used.score);
        let no_false_match = point.is_some_and(|p| p.false_matches == 0);
        let no_false_non_match = point.is_some_and(|p| p.fnmr == Some(0.0));
        // Resampling no errors gives no errors: the bound is told instead.
        let fmr_interval = found.fmr.filter(|_| !no_false_match);
        let over = |claimed: f64| fmr_interval.map(|i| Interval { low: i.low / claimed, high: i.high / claimed });
        Self {
            label: used.label.clone(),
            claimed: used.claimed,
            point,
            too_few: used.claimed.is_some_and(|fmr| fmr * (set.impostor_pairs() as f64) < LEAST_EXPECTED)
                && point.is_none_or(|p| p.false_matches < FEW_ERRORS),
            ratio: point.zip(used.claimed).map(|(point, claimed)| point.fmr / claimed),
            ratio_interval: used.claimed.and_then(over),
            fmr_interval,
            fnmr_interval: found.fnmr.filter(|_| !no_false_non_match),
            fmr_bound: rule_of_three(set.independent_impostor_trials()).filter(|_| no_false_match),
            fnmr_bound: rule_of_three(set.independent_genuine_trials()).filter(|_| no_false_non_match),
        }
    }
}

/// A 95 % interval of the FNMR at a false match rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BandPoint {
    /// The false match rate.
    pub fmr: f64,
    /// The interval.
    pub fnmr: Interval,
}

/// The outcome of a protocol of folds, such as LFW's View 2.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProtocolAccuracy {
    /// The protocol's name.
    pub name: String,
    /// Pairs of the list.
    pub pairs: u64,
    /// Those that were compared; the others are taken for two people.
    pub compared: u64,
    /// Mean accuracy over the folds.
    pub accuracy: f64,
    /// The same over the pairs that were compared.
    pub compared_accuracy: f64,
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

impl ProtocolAccuracy {
    /// `listed` are the scores of the same pairs, `None` where a template is missing, and whether
    /// they are genuine.
    pub fn new(name: &str, folds: &TenFold, listed: &[(Option<f32>, bool)]) -> Self {
        let (pairs, roc) = (listed.len() as u64, roc(listed));
        let compared = &folds.compared_accuracies;
        Self {
            name: name.to_owned(),
            pairs,
            compared: listed.iter().filter(|(score, _)| score.is_some()).count() as u64,
            accuracy: folds.mean(),
            compared_accuracy: compared.iter().sum::<f64>() / compared.len().max(1) as f64,
            std: folds.std(),
            standard_error: folds.standard_error(),
            interval: wilson((folds.mean() * pairs as f64).round() as u64, pairs),
            folds: folds.accuracies.clone(),
            thresholds: folds.thresholds.clone(),
            roc: corners(&roc),
            area: area_under(&roc),
        }
    }
}
