//! Thresholds that hold for the group of people that matches falsely most often.
//!
//! Of each group only pairs within it count: they are who a threshold is weakest against. Groups
//! are small, so that low rates lie beyond their data: above the score that 2 % of a group's pairs
//! reach, its scores are taken for exponential, with the mean that they have there. Of all groups'
//! thresholds for a rate the highest is taken.

use super::bootstrap::{Sums, percentiles, weights};
use super::calibrate::RATES;
use super::operating_point::allowed;
use super::random::Random;
use super::{Bootstrap, ScoreSet};
use crate::error::{Error, ErrorKind, Result, Stage};
use rayon::prelude::*;
use selfsame::compare::{Calibration, FmrBasis, Pairing};
use selfsame::model::{CalibrationPoint, CalibrationSpec, LogisticSpec};

/// A group's tail begins at this rate. Chosen by hand: a tail from 1 % or 5 % on moves thresholds
/// by a standard error or so.
const TAIL_RATE: f64 = 2e-2;
/// The rate of the worst group is allowed to be so many times what is claimed. Chosen by hand: with
/// 1 the same people would be refused twice as often, and groups are known no better than this.
const WITHIN: f64 = 2.0;
/// Groups of fewer pairs tell nothing about rare matches: they would be the worst by chance.
const LEAST_PAIRS: u64 = 1_500;
/// A rate is measured if so many pairs of the worst group match at it.
const LEAST_FALSE_MATCHES: f64 = 20.0;

/// A group's exponential tail.
#[derive(Clone, Copy)]
struct GroupTail {
    start: f64,
    mean: f64,
}

impl GroupTail {
    fn fit(set: &ScoreSet, weights: &[u64]) -> Option<Self> {
        let sums = Sums::new(set, weights);
        let start = f64::from(sums.threshold_for(allowed(TAIL_RATE, sums.impostor_pairs)?)?);
        let above = || sums.impostors().take_while(|(score, _)| *score >= start);
        let total: u64 = above().map(|(_, weight)| weight).sum();
        let sum: f64 = above().map(|(score, weight)| weight as f64 * (score - start)).sum();
        (start.is_finite() && total > 0 && sum > 0.0).then_some(Self { start, mean: sum / total as f64 })
    }

    fn score(self, fmr: f64) -> f64 {
        self.start + self.mean * (TAIL_RATE / (WITHIN * fmr)).ln()
    }
}

/// The calibration whose thresholds keep every group's false match rate within twice the rate that
/// is asked for, from 1e-2 to 1e-6, with 95 % intervals by resampling people. `groups` hold the
/// pairs within each group; those of fewer than 1,500 pairs are left out. `logistic` is the
/// log-likelihood ratio of a score, which groups without genuine pairs cannot tell.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] if no group has enough pairs.
pub fn calibrate_worst_group(
    groups: &[ScoreSet],
    pairing: Pairing,
    data: &str,
    logistic: LogisticSpec,
    options: &Bootstrap,
) -> Result<CalibrationSpec> {
    let fault = |message: &str| Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message);
    let few = || fault("no group has enough pairs for a calibration");
    let groups: Vec<&ScoreSet> = groups.iter().filter(|set| set.impostor_pairs() >= LEAST_PAIRS).collect();
    // The highest threshold for each rate, and the pairs of the group that it is of.
    let curve = |of_group: &dyn Fn(&ScoreSet) -> Option<GroupTail>| -> Vec<Option<(f64, u64)>> {
        let tails: Vec<_> = groups.iter().filter_map(|set| Some((of_group(set)?, set.impostor_pairs()))).collect();
        let highest =
            |fmr: &f64| tails.iter().map(|(tail, pairs)| (tail.score(*fmr), *pairs)).max_by(|a, b| a.0.total_cmp(&b.0));
        RATES.iter().map(highest).collect()
    };
    let found = curve(&|set| GroupTail::fit(set, &vec![1; set.people()]));
    let replicates: Vec<Vec<Option<f64>>> = (0..options.replicates)
        .into_par_iter()
        .map(|number| {
            let drawn = curve(&|set| {
                let random = &mut Random::new(options.seed, number.into());
                GroupTail::fit(set, &weights(random, set.people()))
            });
            drawn.into_iter().map(|at| at.map(|(score, _)| score)).collect()
        })
        .collect();
    let point = |(index, fmr): (usize, &f64)| {
        let (score, pairs) = found.get(index).copied().flatten().ok_or_else(few)?;
        let drawn = replicates.iter().map(|replicate| replicate.get(index).copied().flatten());
        let interval = percentiles(drawn.collect()).ok_or_else(few)?;
        Ok(CalibrationPoint {
            fmr: *fmr,
            score: score as f32,
            low: interval.low.min(score) as f32,
            high: interval.high.max(score) as f32,
            extrapolated: WITHIN * fmr * (pairs as f64) < LEAST_FALSE_MATCHES,
        })
    };
    let mut points = RATES.iter().enumerate().map(point).collect::<Result<Vec<_>>>()?;
    // What lies beyond one group's data lies beyond all claims for lower rates.
    let mut beyond = false;
    for point in &mut points {
        beyond |= point.extrapolated;
        point.extrapolated = beyond;
    }
    let spec = CalibrationSpec {
        pairing,
        basis: FmrBasis::WorstGroup,
        data: data.to_owned(),
        people: groups.iter().map(|set| set.people() as u64).sum(),
        genuine_pairs: groups.iter().map(|set| set.genuine_pairs()).sum(),
        impostor_pairs: groups.iter().map(|set| set.impostor_pairs()).sum(),
        tail: format!(
            "exponential above each group's score at FMR {TAIL_RATE:.0e}; the highest of the groups, where its \
             rate is {WITHIN} times the one asked for"
        ),
        log_likelihood_ratio: logistic,
        points,
    };
    let checked = Calibration::new(data, spec).map_err(|e| fault("the points are no calibration").with_source(e))?;
    Ok(checked.spec().clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::all_pairs;

    /// Pairs of as many people whose scores are exponential with this mean.
    fn group(people: usize, mean: f64) -> ScoreSet {
        let subjects: Vec<usize> = (0..people).collect();
        let score = |i: usize, j: usize| {
            let mut z = ((i as u64) << 32 | j as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let even = ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
            (-mean * (1.0 - even).ln()) as f32
        };
        all_pairs(&subjects, &vec![true; people], score).unwrap()
    }

    const LOGISTIC: LogisticSpec = LogisticSpec { offset: -1.0, slope: 20.0 };

    fn calibrate(groups: &[ScoreSet]) -> Result<CalibrationSpec> {
        let options = Bootstrap { replicates: 100, seed: 1 };
        calibrate_worst_group(groups, Pairing::SelfieSelfie, "made up", LOGISTIC, &options)
    }

    #[test]
    fn the_worst_group_sets_the_thresholds() {
        let spec = calibrate(&[group(200, 0.05), group(200, 0.1), group(20, 1.0)]).unwrap();
        assert_eq!((spec.basis, spec.people, spec.impostor_pairs), (FmrBasis::WorstGroup, 400, 2 * 199 * 100));
        for point in &spec.points {
            // Exponential scores of mean 0.1 reach s at the rate exp(−s/0.1).
            let exact = -0.1 * (WITHIN * point.fmr).ln();
            assert!((f64::from(point.score) - exact).abs() < 0.1 * exact, "{point:?}, {exact}");
            assert!(f64::from(point.low) < exact && exact < f64::from(point.high), "{point:?}, {exact}");
        }
        assert!(!spec.points[0].extrapolated && spec.points[4].extrapolated);
    }

    #[test]
    fn few_pairs_are_an_error() {
        assert_eq!(calibrate(&[group(20, 0.1)]).unwrap_err().kind(), ErrorKind::InvalidArgument);
        assert_eq!(calibrate(&[]).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}
