//! Confidence intervals by resampling people.
//!
//! Scores of one person's pictures depend on each other, so that resampling scores, or formulas for
//! independent trials, give intervals that are too narrow. Here *people* are drawn with
//! replacement, as many as there are; a person drawn w times counts w times: genuine pairs with
//! weight w, impostor pairs of persons i and j with weight wᵢ·wⱼ, as if each copy were someone else
//! and copies were never compared with each other. Ends are percentiles over the replicates.
//!
//! R. M. Bolle, N. K. Ratha, S. Pankanti, "Error analysis of pattern recognition systems: the
//! subsets bootstrap", Computer Vision and Image Understanding 93(1), 2004; ISO/IEC 19795-1 names
//! the bootstrap in its annex on test size and uncertainty.

#![allow(clippy::indexing_slicing, reason = "people and scores are numbered by this module")]

use super::operating_point::allowed;
use super::random::Random;
use super::{Interval, ScoreSet};
use rayon::prelude::*;

/// Fewer people than this say nothing about how people differ; chosen, not derived.
const LEAST_PEOPLE: usize = 10;
/// Percentiles of a 95 % interval.
const PERCENTILES: [f64; 2] = [0.025, 0.975];
/// An interval needs this share of replicates in which the quantity is defined.
const LEAST_DEFINED: f64 = 0.95;

/// How to resample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bootstrap {
    /// How often; 1,000 is usual for 95 % intervals.
    pub replicates: u32,
    /// Where the random numbers start. The same seed gives the same intervals, for any number of
    /// threads.
    pub seed: u64,
}

/// Intervals at a false match rate that was asked for: the threshold moves with the people drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixedFmr {
    /// Of the lowest threshold that keeps the rate.
    pub threshold: Option<Interval>,
    /// Of the false non-match rate there.
    pub fnmr: Option<Interval>,
}

/// Intervals at a threshold that stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FixedThreshold {
    /// Of the false match rate; `None` also if the threshold lies below the highest impostor
    /// scores, which alone are kept with their people.
    pub fmr: Option<Interval>,
    /// Of the false non-match rate.
    pub fnmr: Option<Interval>,
}

/// One replicate's values, per rate or threshold asked for.
#[derive(Default)]
struct Replicate {
    thresholds: Vec<Option<f64>>,
    fnmr_at_fmr: Vec<Option<f64>>,
    fmr: Vec<Option<f64>>,
    fnmr: Vec<Option<f64>>,
}

impl ScoreSet {
    /// 95 % intervals by subject, for each of `fmrs` and each of `thresholds`. All are `None` with
    /// fewer than ten people; those of FNMR also with fewer than ten people who have genuine
    /// comparisons.
    pub fn intervals(
        &self,
        options: &Bootstrap,
        fmrs: &[f64],
        thresholds: &[f32],
    ) -> (Vec<FixedFmr>, Vec<FixedThreshold>) {
        let replicates: Vec<Replicate> = if self.people() < LEAST_PEOPLE {
            Vec::new()
        } else {
            (0..options.replicates)
                .into_par_iter()
                .map(|number| self.replicate(&mut Random::new(options.seed, number.into()), fmrs, thresholds))
                .collect()
        };
        let interval = |pick: &dyn Fn(&Replicate) -> Option<f64>| percentiles(replicates.iter().map(pick).collect());
        let genuine = self.people_with_pairs() >= LEAST_PEOPLE;
        let at = |values: &[Option<f64>], index: usize| values.get(index).copied().flatten();
        let by_fmr = (0..fmrs.len()).map(|i| {
            let threshold = interval(&|r| at(&r.thresholds, i));
            let fnmr = interval(&|r| at(&r.fnmr_at_fmr, i)).filter(|_| genuine && threshold.is_some());
            FixedFmr { threshold, fnmr }
        });
        let by_threshold = (0..thresholds.len()).map(|i| FixedThreshold {
            fmr: interval(&|r| at(&r.fmr, i)),
            fnmr: interval(&|r| at(&r.fnmr, i)).filter(|_| genuine),
        });
        (by_fmr.collect(), by_threshold.collect())
    }

    fn replicate(&self, random: &mut Random, fmrs: &[f64], thresholds: &[f32]) -> Replicate {
        let sums = Sums::new(self, &weights(random, self.people.len()));
        let rate = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        let fnmr = |threshold: f32| Some(1.0 - rate(sums.matches(threshold), sums.genuine_pairs)?);
        let by_fmr: Vec<Option<f32>> =
            fmrs.iter().map(|fmr| sums.threshold_for(allowed(*fmr, sums.impostor_pairs)?)).collect();
        let known = |t: f32| self.lowest_kept().is_some_and(|lowest| t >= lowest) || self.all_kept();
        Replicate {
            thresholds: by_fmr.iter().map(|t| t.map(f64::from)).collect(),
            fnmr_at_fmr: by_fmr.iter().map(|t| fnmr((*t)?)).collect(),
            fmr: thresholds
                .iter()
                .map(|t| rate(sums.false_matches(*t), sums.impostor_pairs).filter(|_| known(*t)))
                .collect(),
            fnmr: thresholds.iter().map(|t| fnmr(*t)).collect(),
        }
    }

    /// Whether every impostor score is kept with its people.
    fn all_kept(&self) -> bool {
        self.impostor.len() as u64 == self.impostor_pairs()
    }
}

/// How often each of `people` is drawn in one replicate.
pub(super) fn weights(random: &mut Random, people: usize) -> Vec<u64> {
    let mut weights = vec![0u64; people];
    for _ in 0..people {
        if let Some(weight) = weights.get_mut(random.below(people)) {
            *weight += 1;
        }
    }
    weights
}

/// Weights of one replicate, summed up along the scores.
pub(super) struct Sums<'a> {
    set: &'a ScoreSet,
    genuine_pairs: u64,
    pub(super) impostor_pairs: u64,
    /// Weight of the genuine scores up to each, highest first.
    genuine: Vec<u64>,
    /// Weight of the impostor scores up to each, highest first.
    impostor: Vec<u64>,
}

impl<'a> Sums<'a> {
    pub(super) fn new(set: &'a ScoreSet, weights: &[u64]) -> Self {
        let weight = |person: u32| weights[person as usize];
        let running = |sum: &mut u64, weight: u64| {
            *sum += weight;
            Some(*sum)
        };
        let compared = set.design.count(set.people.iter().zip(weights).map(|(person, w)| (*w, person.enrolled)));
        Self {
            set,
            genuine_pairs: compared.genuine,
            impostor_pairs: compared.impostor,
            genuine: set.genuine.iter().map(|g| weight(g.person)).scan(0, running).collect(),
            impostor: set
                .impostor
                .iter()
                .map(|i| i.people.into_iter().map(weight).product())
                .scan(0, running)
                .collect(),
        }
    }

    fn matches(&self, threshold: f32) -> u64 {
        let count = self.set.genuine.partition_point(|g| g.score >= threshold);
        // Without a score at or above the threshold nothing matches.
        count.checked_sub(1).map_or(0, |last| self.genuine[last])
    }

    fn false_matches(&self, threshold: f32) -> u64 {
        let count = self.set.impostor.partition_point(|i| i.score >= threshold);
        // Without a score at or above the threshold nothing matches.
        count.checked_sub(1).map_or(0, |last| self.impostor[last])
    }

    /// The impostor scores that are kept, highest first, with their weights.
    pub(super) fn impostors(&self) -> impl Iterator<Item = (f64, u64)> + Clone {
        let before = std::iter::once(0).chain(self.impostor.iter().copied());
        let scores = self.set.impostor.iter().map(|i| f64::from(i.score));
        scores.zip(self.impostor.iter().zip(before).map(|(sum, before)| sum - before))
    }

    /// As [`ScoreSet::threshold_for`]. If the scores that are kept do not tell, it lies below them
    /// all: minus infinity.
    pub(super) fn threshold_for(&self, allowed: u64) -> Option<f32> {
        let first_too_many = self.impostor.partition_point(|sum| *sum <= allowed);
        let below_all = f32::NEG_INFINITY;
        Some(self.set.impostor.get(first_too_many).map_or(below_all, |i| i.score.next_up()))
    }
}

/// The interval between the percentiles of `values`, interpolated between neighbours. `None` if too
/// few are defined, or an end is infinite.
pub(super) fn percentiles(values: Vec<Option<f64>>) -> Option<Interval> {
    let total = values.len();
    let mut known: Vec<f64> = values.into_iter().flatten().collect();
    if total == 0 || (known.len() as f64) < LEAST_DEFINED * total as f64 {
        return None;
    }
    known.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let place = share * (known.len() - 1) as f64;
        let below = known.get(place.floor() as usize)?;
        let above = known.get(place.ceil() as usize)?;
        let value = if below == above { *below } else { below + place.fract() * (above - below) };
        value.is_finite().then_some(value)
    };
    let [low, high] = PERCENTILES.map(at);
    Some(Interval { low: low?, high: high? })
}

#[cfg(test)]
mod tests;
