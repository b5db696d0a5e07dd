//! The outcome of a cross-comparison: every genuine score, the highest impostor scores, and a
//! histogram of all impostor scores.
//!
//! All error rates are read off it. A pair with a picture that has no template was tried, but never
//! compared: it counts in the generalised rates alone.

#![allow(clippy::indexing_slicing, reason = "a bin lies among the bins, people are numbered by the set")]

use super::histogram::Histogram;
use super::pair_counts::{Design, PairCounts};

/// How many pictures show one person, and how many of them have a template: as references and as
/// probes, which are the same pictures where every picture is compared with every other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) pictures: [u64; 2],
    pub(super) enrolled: [u64; 2],
}

/// A score of two pictures of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct GenuineScore {
    pub(super) score: f32,
    pub(super) person: u32,
}

/// A score of pictures of two people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ImpostorScore {
    pub(super) score: f32,
    pub(super) people: [u32; 2],
}

/// Scores of genuine and impostor pairs with their people; see [`super::all_pairs`].
#[derive(Clone)]
pub struct ScoreSet {
    pub(super) people: Vec<Person>,
    pub(super) design: Design,
    /// Pairs that were to be compared, and those that could be.
    pub(super) attempted: PairCounts,
    pub(super) compared: PairCounts,
    /// All genuine scores, highest first.
    pub(super) genuine: Vec<GenuineScore>,
    /// The highest impostor scores, highest first.
    pub(super) impostor: Vec<ImpostorScore>,
    /// Of all impostor scores: their bins, and how many lie in each bin or above.
    histogram: Histogram,
    at_or_above: Vec<u64>,
}

impl std::fmt::Debug for ScoreSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScoreSet")
            .field("people", &self.people())
            .field("pictures", &self.pictures())
            .field("genuine_pairs", &self.genuine_pairs())
            .field("impostor_pairs", &self.impostor_pairs())
            .finish_non_exhaustive()
    }
}

impl ScoreSet {
    /// `kept` are the impostor scores of the highest bins of `histogram`, in any order.
    pub(super) fn new(
        design: Design,
        people: Vec<Person>,
        mut genuine: Vec<GenuineScore>,
        mut kept: Vec<ImpostorScore>,
        histogram: &Histogram,
    ) -> Self {
        genuine.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.person.cmp(&b.person)));
        kept.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.people.cmp(&b.people)));
        Self {
            design,
            attempted: design.count(people.iter().map(|p| (1, p.pictures))),
            compared: design.count(people.iter().map(|p| (1, p.enrolled))),
            people,
            genuine,
            impostor: kept,
            at_or_above: histogram.at_or_above(),
            histogram: histogram.clone(),
        }
    }

    /// Number of people.
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// People with genuine comparisons.
    pub fn people_with_pairs(&self) -> usize {
        self.people.iter().filter(|p| self.design.genuine(p.enrolled) > 0).count()
    }

    /// Number of references, those without a template included: all pictures, where every one is
    /// compared with every other.
    pub fn pictures(&self) -> u64 {
        self.people.iter().map(|p| p.pictures[0]).sum()
    }

    /// Genuine comparisons: pairs of pictures of one person that both have a template.
    pub fn genuine_pairs(&self) -> u64 {
        self.compared.genuine
    }

    /// Impostor comparisons: pairs of pictures of two people that both have a template.
    pub fn impostor_pairs(&self) -> u64 {
        self.compared.impostor
    }

    /// Pairs of pictures of one person, with a template or without.
    pub fn attempted_genuine_pairs(&self) -> u64 {
        self.attempted.genuine
    }

    /// Pairs of pictures of two people, with a template or without.
    pub fn attempted_impostor_pairs(&self) -> u64 {
        self.attempted.impostor
    }

    /// Mean and variance of the impostor scores; `None` without any.
    pub(super) fn impostor_moments(&self) -> Option<(f64, f64)> {
        self.histogram.moments()
    }

    /// The lowest and the highest impostor score; `None` without any.
    pub(super) fn impostor_range(&self) -> Option<(f32, f32)> {
        (self.impostor_pairs() > 0).then(|| self.histogram.range())
    }

    /// The middle of each bin of the impostor scores, and how many lie in it.
    pub(super) fn impostor_counts(&self) -> impl Iterator<Item = (f64, u64)> {
        self.histogram.counts()
    }

    /// Genuine pairs that score at or above `threshold`.
    pub fn matches(&self, threshold: f32) -> u64 {
        self.genuine.partition_point(|g| g.score >= threshold) as u64
    }

    /// Impostor pairs that score at or above `threshold`. Exact among the highest 2 % of the
    /// impostor scores, and if there are at most a million; below that the scores in the
    /// threshold's own bin count as above it.
    pub fn false_matches(&self, threshold: f32) -> u64 {
        match self.impostor.last() {
            Some(lowest) if lowest.score <= threshold => self.impostor.partition_point(|i| i.score >= threshold) as u64,
            _ => self.at_or_above[self.histogram.bin(threshold)],
        }
    }

    /// The lowest threshold with at most `allowed` false matches that can be told; `None` without
    /// impostor scores.
    pub(super) fn threshold_for(&self, allowed: u64) -> Option<f32> {
        let first_too_many = usize::try_from(allowed).ok().and_then(|n| self.impostor.get(n));
        if let Some(impostor) = first_too_many {
            return Some(impostor.score.next_up());
        }
        let bin = self.at_or_above.partition_point(|count| *count > allowed);
        (self.impostor_pairs() > 0).then(|| self.histogram.lower_edge(bin))
    }

    /// The lowest impostor score that is kept with its people; thresholds below it have no
    /// interval.
    pub(super) fn lowest_kept(&self) -> Option<f32> {
        self.impostor.last().map(|i| i.score)
    }
}

#[cfg(test)]
mod tests {
    use crate::evaluate::all_pairs;

    #[test]
    fn counts_at_thresholds_include_the_threshold_itself() {
        // Pictures on a line; the score is minus the distance.
        let place = [0.0f32, 1.0, 4.0, 6.0];
        let set = all_pairs(&[0, 0, 1, 1], &[true; 4], |i, j| -(place[i] - place[j]).abs()).unwrap();
        // Genuine −1, −2; impostor −4, −6, −3, −5.
        assert_eq!([-1.0, -1.5, -2.0, -9.0].map(|t| set.matches(t)), [1, 1, 2, 2]);
        assert_eq!([-2.0, -3.0, -3.5, -4.0, -6.0, -9.0].map(|t| set.false_matches(t)), [0, 1, 1, 2, 4, 4]);
        let thresholds = [0, 1, 2, 3].map(|n| set.threshold_for(n).unwrap());
        assert_eq!(thresholds, [-3.0f32, -4.0, -5.0, -6.0].map(f32::next_up));
        assert_eq!(set.threshold_for(4), Some(-6.0), "all may match");
    }
}
