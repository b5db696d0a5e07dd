//! Error versus discard characteristic (EDC): the false non-match rate that remains when the pairs
//! of lowest quality are left out. A quality score is worth what the curve falls.
//!
//! P. Grother, E. Tabassi, "Performance of biometric quality measures", IEEE TPAMI 29(4), 2007
//! (there "error versus reject"); ISO/IEC 29794-1. The threshold stays what it is without
//! discarding; a pair is as good as its worse picture.

#![allow(
    clippy::indexing_slicing,
    reason = "pairs name pictures of their own trial; others are a mistake of the caller"
)]

use super::bootstrap::{percentiles, weights};
use super::quality_fit::GenuinePair;
use super::random::Random;
use super::{Bootstrap, Interval};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// Shares of the pairs that are discarded.
const SHARES: [f64; 13] = [0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];
/// Fewer people with pairs than this get no interval, as in the intervals of rates.
const LEAST_PEOPLE: usize = 10;

/// Genuine pairs that are ranked among each other and judged at one threshold.
#[derive(Debug, Clone, Copy)]
pub struct DiscardTrial<'a> {
    /// The pairs.
    pub pairs: &'a [GenuinePair],
    /// The person on each picture.
    pub subjects: &'a [usize],
    /// The quality of each picture: higher is better.
    pub quality: &'a [f32],
    /// A pair that scores below this is a false non-match. One without score was not compared, and
    /// is left out.
    pub threshold: f32,
}

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DiscardPoint {
    /// Share of the genuine pairs left out, 0 ..= 0.5.
    pub discarded: f64,
    /// False non-match rate of the others.
    pub fnmr: f64,
    /// Their false non-matches.
    pub errors: u64,
    /// By what share the rate is lower than without discarding: 0.25 is a quarter. `None` without
    /// errors to begin with.
    pub reduction: Option<f64>,
    /// 95 % interval of the reduction, from resampling people; the threshold does not move. `None`
    /// with fewer than ten people.
    pub reduction_interval: Option<Interval>,
}

/// The characteristic of one quality score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Discard {
    /// What was measured.
    pub name: String,
    /// With rising share; empty without pairs.
    pub points: Vec<DiscardPoint>,
}

impl Discard {
    /// The curve of several trials together: each share is left out of each trial, and what remains
    /// is counted as one. Pairs of equal quality stay in the order given.
    pub fn new(name: &str, trials: &[DiscardTrial<'_>], bootstrap: &Bootstrap) -> Self {
        let ranked = Ranked::new(trials);
        let counts = ranked.remaining(&vec![1; ranked.people]);
        let resampled = ranked.resampled(bootstrap);
        let points = SHARES.into_iter().enumerate().filter_map(|(place, discarded)| {
            let (errors, kept) = counts.get(place).copied().filter(|(_, kept)| *kept > 0)?;
            let interval = || percentiles(resampled.iter().map(|counts| reduction(counts, place)).collect());
            Some(DiscardPoint {
                discarded,
                fnmr: errors as f64 / kept as f64,
                errors,
                reduction: reduction(&counts, place),
                reduction_interval: if ranked.people < LEAST_PEOPLE { None } else { interval() },
            })
        });
        Self { name: name.to_owned(), points: points.collect() }
    }

    /// The point at which this share is left out, if the curve has it.
    pub fn at(&self, share: f64) -> Option<&DiscardPoint> {
        self.points.iter().find(|p| p.discarded == share)
    }

    /// The reduction at `share` in each replicate of the resampling; one without errors is left
    /// out. Trials of the same pairs draw the same people, so that two quality scores can be
    /// compared replicate by replicate.
    pub fn resampled_reductions(trials: &[DiscardTrial<'_>], share: f64, bootstrap: &Bootstrap) -> Vec<f64> {
        // A share that the curves do not have has no reductions.
        let Some(place) = SHARES.iter().position(|s| *s == share) else { return Vec::new() };
        Ranked::new(trials).resampled(bootstrap).iter().filter_map(|counts| reduction(counts, place)).collect()
    }
}

/// False non-matches and pairs that remain, at each share.
type Counts = [(u64, u64); SHARES.len()];

fn reduction(counts: &Counts, place: usize) -> Option<f64> {
    let rate = |(errors, pairs): (u64, u64)| (pairs > 0).then(|| errors as f64 / pairs as f64);
    let all = counts.first().copied().and_then(rate).filter(|rate| *rate > 0.0)?;
    Some(1.0 - rate(*counts.get(place)?)? / all)
}

struct Judged {
    quality: f32,
    is_error: bool,
    /// Place among the people with pairs.
    person: usize,
}

/// Each trial's pairs, the worst first.
struct Ranked {
    trials: Vec<Vec<Judged>>,
    people: usize,
}

impl Ranked {
    fn new(trials: &[DiscardTrial<'_>]) -> Self {
        let person = |trial: &DiscardTrial<'_>, pair: &GenuinePair| trial.subjects[pair.a];
        let people: BTreeSet<_> = trials.iter().flat_map(|t| t.pairs.iter().map(move |p| person(t, p))).collect();
        let people: Vec<_> = people.into_iter().collect();
        let ranked = trials.iter().map(|trial| {
            // A picture without a quality, behind the list's end, counts as the worst.
            let of = |picture: usize| trial.quality.get(picture).copied().unwrap_or(f32::NEG_INFINITY);
            let judge = |pair: &GenuinePair| Judged {
                quality: of(pair.a).min(of(pair.b)),
                is_error: pair.score < trial.threshold,
                person: people.partition_point(|known| *known < person(trial, pair)),
            };
            let mut judged: Vec<Judged> = trial.pairs.iter().filter(|pair| !pair.score.is_nan()).map(judge).collect();
            judged.sort_by(|a, b| a.quality.total_cmp(&b.quality));
            judged
        });
        Self { trials: ranked.collect(), people: people.len() }
    }

    /// What remains if person p and their pairs are there `weights[p]` times. Copies of a pair stay
    /// together.
    fn remaining(&self, weights: &[u64]) -> Counts {
        let mut counts = Counts::default();
        for trial in &self.trials {
            let weight = |judged: &Judged| weights[judged.person];
            let (mut errors, mut pairs) = (0, 0);
            for judged in trial {
                pairs += weight(judged);
                errors += if judged.is_error { weight(judged) } else { 0 };
            }
            let mut left_out = 0;
            let all = pairs;
            let mut worst = trial.iter().peekable();
            for (share, count) in SHARES.into_iter().zip(&mut counts) {
                let quota = (share * all as f64) as u64;
                while let Some(judged) = worst.next_if(|judged| left_out + weight(judged) <= quota) {
                    left_out += weight(judged);
                    errors -= if judged.is_error { weight(judged) } else { 0 };
                }
                pairs = all - left_out;
                *count = (count.0 + errors, count.1 + pairs);
            }
        }
        counts
    }

    fn resampled(&self, bootstrap: &Bootstrap) -> Vec<Counts> {
        let draw = |number: u32| {
            let mut random = Random::new(bootstrap.seed, number.into());
            self.remaining(&weights(&mut random, self.people))
        };
        (0..bootstrap.replicates).into_par_iter().map(draw).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOTSTRAP: Bootstrap = Bootstrap { replicates: 200, seed: 1 };

    /// A hundred people's pairs (0, 1), (2, 3) …; the first ten do not match.
    fn pairs() -> Vec<GenuinePair> {
        (0..100).map(|i| GenuinePair { a: 2 * i, b: 2 * i + 1, score: if i < 10 { 0.1 } else { 0.9 } }).collect()
    }

    fn subjects() -> Vec<usize> {
        (0..200).map(|picture| 7 * (picture / 2)).collect()
    }

    fn curve(quality: &[f32], threshold: f32) -> Discard {
        let trial = DiscardTrial { pairs: &pairs(), subjects: &subjects(), quality, threshold };
        Discard::new("a", &[trial], &BOOTSTRAP)
    }

    #[test]
    fn a_quality_that_knows_the_errors_removes_them_first() {
        // The worse picture of each pair counts.
        let quality: Vec<f32> = (0..200).map(|i| if i % 2 == 0 { 1e6 } else { i as f32 }).collect();
        let curve = curve(&quality, 0.5);
        let at = |share: f64| curve.at(share).unwrap();
        assert_eq!((at(0.0).fnmr, at(0.0).errors, at(0.0).reduction), (0.1, 10, Some(0.0)));
        assert_eq!((at(0.05).fnmr, at(0.05).errors), (5.0 / 95.0, 5));
        assert_eq!(at(0.1).reduction, Some(1.0));
        // Where more than ten are drawn, some remain; where fewer, none does.
        let interval = at(0.1).reduction_interval.unwrap();
        assert!(interval.low > 0.3 && interval.low < 0.9 && interval.high == 1.0, "{interval:?}");
    }

    #[test]
    fn a_quality_that_is_wrong_raises_the_rate() {
        let quality: Vec<f32> = (0..200).map(|i| -(i as f32)).collect();
        let wrong = curve(&quality, 0.5);
        assert!((wrong.at(0.5).unwrap().reduction.unwrap() + 1.0).abs() < 1e-9, "twice the rate");
        assert_eq!(curve(&quality, 0.0).at(0.1).unwrap().reduction, None, "no errors");
        assert!(Discard::new("nothing", &[], &BOOTSTRAP).points.is_empty());
    }

    #[test]
    fn a_pair_without_score_is_left_out_and_a_picture_without_quality_the_worst() {
        let pairs = [(0, 1, 0.9), (2, 3, 0.1), (2, 1, f32::NAN)].map(|(a, b, score)| GenuinePair { a, b, score });
        let trial = DiscardTrial { pairs: &pairs, subjects: &[0, 0, 1, 1], quality: &[1.0, 1.0, 1.0], threshold: 0.5 };
        let curve = Discard::new("a", &[trial], &BOOTSTRAP);
        assert_eq!((curve.at(0.0).unwrap().errors, curve.at(0.0).unwrap().fnmr), (1, 0.5));
        assert_eq!(curve.at(0.5).unwrap().errors, 0);
        assert_eq!(curve.at(0.5).unwrap().reduction_interval, None, "two people");
    }

    #[test]
    fn trials_are_ranked_apart_and_counted_together() {
        // On one scale all of the second trial's pairs would come first.
        let scales = [1_000.0, 1.0];
        let pairs = pairs();
        let quality = scales.map(|scale| (0..200).map(|i| scale * (1.0 + i as f32)).collect::<Vec<_>>());
        let subjects = subjects();
        let trial = |quality| DiscardTrial { pairs: &pairs, subjects: &subjects, quality, threshold: 0.5 };
        let curve = Discard::new("a", &[trial(&quality[0]), trial(&quality[1])], &BOOTSTRAP);
        let point = curve.at(0.05).unwrap();
        assert_eq!((point.errors, point.fnmr), (10, 10.0 / 190.0));
    }

    #[test]
    fn people_are_drawn_with_all_their_pairs() {
        // Ten people with ten pairs each; one of them has all errors: in a third of the draws there
        // is none.
        let pairs: Vec<_> = pairs();
        let subjects: Vec<usize> = (0..200).map(|picture| picture / 20).collect();
        let quality: Vec<f32> = (0..200).map(|i| i as f32).collect();
        let trial = DiscardTrial { pairs: &pairs, subjects: &subjects, quality: &quality, threshold: 0.5 };
        let reductions = Discard::resampled_reductions(&[trial], 0.1, &BOOTSTRAP);
        assert!(
            (110..145).contains(&reductions.len()),
            "(1 − 1/10)^10 = 0.35 of 200 have no error: {}",
            reductions.len()
        );
        // Drawn once, the person is the worst tenth; drawn twice, half of the errors remain.
        assert!(reductions.contains(&1.0) && reductions.iter().any(|r| *r < 0.6));
        assert_eq!(reductions, Discard::resampled_reductions(&[trial], 0.1, &BOOTSTRAP));
        assert!(Discard::resampled_reductions(&[trial], 0.11, &BOOTSTRAP).is_empty());
    }
}
