//! Everything that an evaluation found, and how it is measured on a set of scores.

use super::parts::{About, AtFmr, AtThreshold, BandPoint, FEW_ERRORS, ProtocolAccuracy, UsedThreshold};
use super::score_bins::ScoreBins;
use crate::evaluate::{
    Bootstrap, DPrime, Differential, Discard, EqualErrorRate, FailureRate, Interval, OperatingPoint, ScoreSet,
    rule_of_three,
};
use serde::Serialize;

/// Version of the JSON's layout.
const FORMAT: u32 = 2;
/// The false match rates that are reported.
const FMRS: [f64; 5] = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
/// The highest rate of the band around the DET curve, and its points per factor of ten.
const BAND_FMR: f64 = 1.5e-2;
const BAND_PER_DECADE: i32 = 6;

/// An evaluation's outcome. What could not be measured is `None`, null in JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Version of this layout: 2.
    pub format: u32,
    /// Version of the crate.
    pub crate_version: String,
    /// What was evaluated.
    pub about: About,
    /// Number of people.
    pub people: usize,
    /// People with genuine comparisons.
    pub people_with_pairs: usize,
    /// Genuine comparisons: of pictures of one person.
    pub genuine_pairs: u64,
    /// Impostor comparisons: of pictures of two people.
    pub impostor_pairs: u64,
    /// Pairs of pictures of one person, those that could not be compared among them.
    pub attempted_genuine_pairs: u64,
    /// Pairs of pictures of two people, those that could not be compared among them.
    pub attempted_impostor_pairs: u64,
    /// Failure to enrol (FTE).
    pub enrolment: Option<FailureRate>,
    /// Failure to acquire (FTA) of probes that are no references; null where every picture is both.
    pub acquisition: Option<FailureRate>,
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
    /// The set's protocols of folds, if it has any.
    pub protocols: Vec<ProtocolAccuracy>,
    /// Differential performance, for each grouping that was asked for.
    pub groups: Vec<Differential>,
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
    pub fn new(set: &ScoreSet, about: About, bootstrap: &Bootstrap, thresholds: &[UsedThreshold]) -> Self {
        let band_fmrs = band_fmrs(set.impostor_pairs());
        let fmrs: Vec<f64> = FMRS.into_iter().chain(band_fmrs.iter().copied()).collect();
        let given: Vec<f32> = thresholds.iter().map(|used| used.score).collect();
        let (by_fmr, by_threshold) = set.intervals(bootstrap, &fmrs, &given);
        let at_fmr = FMRS.into_iter().zip(&by_fmr).map(|(asked, found)| {
            let point = set.at_fmr(asked);
            let fewest =
                |p: &OperatingPoint| p.fnmr.map_or(p.false_matches, |_| p.false_matches.min(p.false_non_matches));
            let few_errors = point.is_some_and(|p| fewest(&p) < FEW_ERRORS);
            // No interval around what is not there.
            let of = |interval: Option<Interval>| interval.filter(|_| point.is_some());
            let no_error = point.is_some_and(|p| p.fnmr == Some(0.0));
            AtFmr {
                asked,
                point,
                threshold_interval: of(found.threshold),
                fnmr_interval: of(found.fnmr).filter(|_| !no_error),
                fnmr_bound: rule_of_three(set.independent_genuine_trials()).filter(|_| no_error),
                few_errors,
            }
        });
        let at_threshold = thresholds.iter().zip(&by_threshold).map(|(used, found)| AtThreshold::new(set, used, found));
        let around = band_fmrs.iter().zip(by_fmr.iter().skip(FMRS.len()));
        let band = around.filter_map(|(fmr, found)| Some(BandPoint { fmr: *fmr, fnmr: found.fnmr? })).collect();
        Self {
            format: FORMAT,
            crate_version: selfsame::VERSION.to_owned(),
            about,
            people: set.people(),
            people_with_pairs: set.people_with_pairs(),
            genuine_pairs: set.genuine_pairs(),
            impostor_pairs: set.impostor_pairs(),
            attempted_genuine_pairs: set.attempted_genuine_pairs(),
            attempted_impostor_pairs: set.attempted_impostor_pairs(),
            enrolment: set.enrolment(),
            acquisition: set.acquisition(),
            replicates: bootstrap.replicates,
            seed: bootstrap.seed,
            at_fmr: at_fmr.collect(),
            at_threshold: at_threshold.collect(),
            equal_error_rate: set.equal_error_rate(),
            d_prime: set.d_prime(),
            protocols: Vec::new(),
            groups: Vec::new(),
            curve: set.curve(),
            band,
            scores: ScoreBins::new(set),
            discard: Vec::new(),
        }
    }
}

/// False match rates for the band, down to ten false matches.
fn band_fmrs(impostor_pairs: u64) -> Vec<f64> {
    let rate = |i: i32| BAND_FMR * 10f64.powf(-f64::from(i) / f64::from(BAND_PER_DECADE));
    (0..).map(rate).take_while(|fmr| fmr * impostor_pairs as f64 >= 10.0).collect()
}
