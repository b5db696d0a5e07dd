//! What an evaluation found, for people (`report.html`, `det.svg`, `scores.svg`) and for programs
//! (`report.json`).
//!
//! No names and no paths of pictures: failures to enrol are listed by the pictures' numbers.

mod det_plot;
mod discard_plot;
pub(super) mod html;
pub(super) mod paper;
mod score_bins;
mod score_plot;

pub use score_bins::ScoreBins;

use super::{
    Bootstrap, DPrime, Discard, EnrolmentRate, EqualErrorRate, Interval, OperatingPoint, RocPoint, ScoreSet, TenFold,
    area_under, rule_of_three, wilson,
};
use crate::error::{Error, ErrorKind, Result, Stage};
use serde::Serialize;

/// Version of the JSON's layout.
const FORMAT: u32 = 1;
/// The false match rates that are reported.
const FMRS: [f64; 5] = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
/// The highest rate of the band around the DET curve, and its points per factor of ten.
const BAND_FMR: f64 = 1.5e-2;
const BAND_PER_DECADE: i32 = 6;
/// Fewer errors than this make a rate a rough one: G. R. Doddington's "rule of 30" (Speech
/// Communication 31, 2000).
const FEW_ERRORS: u64 = 30;

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
    /// The same without a false non-match.
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
    /// The area under it.
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
            roc: super::roc::corners(roc),
            area: area_under(roc),
        }
    }
}

/// An evaluation's outcome. What could not be measured is `None`, null in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Version of this layout: 1.
    pub format: u32,
    /// Version of the crate.
    pub crate_version: String,
    /// What was evaluated.
    pub about: About,
    /// Number of people.
    pub people: usize,
    /// People with two pictures or more.
    pub people_with_pairs: usize,
    /// Pairs of pictures of one person.
    pub genuine_pairs: u64,
    /// Pairs of pictures of two people.
    pub impostor_pairs: u64,
    /// Failure to enrol.
    pub enrolment: Option<EnrolmentRate>,
    /// How often people were resampled for the intervals.
    pub replicates: u32,
    /// Seed of the resampling.
    pub seed: u64,
    /// Cost of the usual false match rates.
    pub at_fmr: Vec<AtFmr>,
    /// Rates at the thresholds given.
    pub at_threshold: Vec<AtThreshold>,
    /// Equal error rate.
    pub equal_error_rate: Option<EqualErrorRate>,
    /// Decidability index.
    pub d_prime: Option<DPrime>,
    /// LFW's protocol, if the set is that.
    pub view2: Option<View2>,
    /// The DET curve, with rising threshold.
    pub curve: Vec<OperatingPoint>,
    /// Intervals along the curve, highest FMR first.
    pub band: Vec<BandPoint>,
    /// Counts of scores.
    pub scores: Option<ScoreBins>,
    /// What discarding pairs of low quality gains, if that was measured.
    pub discard: Vec<Discard>,
}

impl Report {
    /// Measures everything on `set`. `thresholds` are those in use, each with where it comes from.
    pub fn new(set: &ScoreSet, about: About, bootstrap: &Bootstrap, thresholds: &[(String, f32)]) -> Self {
        let band_fmrs = band_fmrs(set.impostor_pairs());
        let fmrs: Vec<f64> = FMRS.into_iter().chain(band_fmrs.iter().copied()).collect();
        let given: Vec<f32> = thresholds.iter().map(|(_, threshold)| *threshold).collect();
        let (by_fmr, by_threshold) = set.intervals(bootstrap, &fmrs, &given);
        let at_fmr = FMRS.into_iter().zip(&by_fmr).map(|(asked, found)| {
            let point = set.at_fmr(asked);
            let few_errors = point.is_some_and(|p| p.false_matches.min(p.false_non_matches) < FEW_ERRORS);
            // No interval around what is not there.
            let of = |interval: Option<Interval>| interval.filter(|_| point.is_some());
            let no_error = point.is_some_and(|p| p.false_non_matches == 0);
            AtFmr {
                asked,
                point,
                threshold_interval: of(found.threshold),
                fnmr_interval: of(found.fnmr).filter(|_| !no_error),
                fnmr_bound: rule_of_three(set.independent_genuine_trials()).filter(|_| no_error),
                few_errors,
            }
        });
        let at_threshold = thresholds.iter().zip(&by_threshold).map(|((label, threshold), found)| {
            let point = set.at_threshold(*threshold);
            let none = |errors: fn(&OperatingPoint) -> u64| point.is_some_and(|p| errors(&p) == 0);
            let no_false_match = none(|p| p.false_matches);
            let no_false_non_match = none(|p| p.false_non_matches);
            AtThreshold {
                label: label.clone(),
                point,
                // Resampling no errors gives no errors: the bound is told instead.
                fmr_interval: found.fmr.filter(|_| !no_false_match),
                fnmr_interval: found.fnmr.filter(|_| !no_false_non_match),
                fmr_bound: rule_of_three(set.independent_impostor_trials()).filter(|_| no_false_match),
                fnmr_bound: rule_of_three(set.independent_genuine_trials()).filter(|_| no_false_non_match),
            }
        });
        let around = band_fmrs.iter().zip(by_fmr.iter().skip(FMRS.len()));
        let band = around.filter_map(|(fmr, found)| Some(BandPoint { fmr: *fmr, fnmr: found.fnmr? })).collect();
        Self {
            format: FORMAT,
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            about,
            people: set.people(),
            people_with_pairs: set.people_with_pairs(),
            genuine_pairs: set.genuine_pairs(),
            impostor_pairs: set.impostor_pairs(),
            enrolment: set.enrolment(),
            replicates: bootstrap.replicates,
            seed: bootstrap.seed,
            at_fmr: at_fmr.collect(),
            at_threshold: at_threshold.collect(),
            equal_error_rate: set.equal_error_rate(),
            d_prime: set.d_prime(),
            view2: None,
            curve: set.curve(),
            band,
            scores: ScoreBins::new(set),
            discard: Vec::new(),
        }
    }

    /// The report as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::NonFinite`] if a value cannot be written, which none of [`Report::new`] is.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|e| {
            Error::new(ErrorKind::NonFinite, Stage::Evaluate, "the report cannot be written").with_source(e)
        })
    }

    /// The DET curve as an SVG picture; says so inside if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if it cannot be drawn.
    pub fn det_svg(&self) -> Result<String> {
        det_plot::svg(self)
    }

    /// The distributions of the scores as an SVG picture.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if it cannot be drawn.
    pub fn scores_svg(&self) -> Result<String> {
        score_plot::svg(self)
    }

    /// The error versus discard characteristics as an SVG picture; says so inside if there are
    /// none.
    ///
    /// # Errors
    /// As [`Report::det_svg`].
    pub fn discard_svg(&self) -> Result<String> {
        discard_plot::svg(&self.discard)
    }

    /// The report as one HTML page that needs nothing else.
    ///
    /// # Errors
    /// As [`Report::det_svg`].
    pub fn to_html(&self) -> Result<String> {
        html::page(self)
    }
}

/// False match rates for the band, down to ten false matches.
fn band_fmrs(impostor_pairs: u64) -> Vec<f64> {
    let rate = |i: i32| BAND_FMR * 10f64.powf(-f64::from(i) / f64::from(BAND_PER_DECADE));
    (0..).map(rate).take_while(|fmr| fmr * impostor_pairs as f64 >= 10.0).collect()
}

#[cfg(test)]
mod tests;
