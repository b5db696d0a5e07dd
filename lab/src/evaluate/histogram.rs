//! Counts of scores in bins of equal width, for sets of pairs too large to keep.

#![allow(clippy::indexing_slicing, reason = "a bin lies among the bins")]

/// Number of bins: a score is known to 1/131,072 of the range that the scores span. One mebibyte.
const BINS: usize = 1 << 17;

/// Counts of scores between the lowest and the highest.
#[derive(Clone)]
pub(super) struct Histogram {
    low: f64,
    high: f64,
    counts: Vec<u64>,
}

impl Histogram {
    /// An empty histogram for scores of `low` ..= `high`, whatever the range.
    pub(super) fn new(low: f32, high: f32) -> Self {
        Self { low: f64::from(low), high: f64::from(high), counts: vec![0; BINS] }
    }

    /// The bin of `score`; scores outside the range belong to the first or the last. Never falls
    /// when the score rises.
    pub(super) fn bin(&self, score: f32) -> usize {
        let share = (f64::from(score) - self.low) / (self.high - self.low);
        // A range of one value gives NaN, which becomes bin 0.
        ((share * BINS as f64) as usize).min(BINS - 1)
    }

    /// The lowest score of `bin`, rounded up.
    pub(super) fn lower_edge(&self, bin: usize) -> f32 {
        let edge = self.low + (self.high - self.low) * bin as f64 / BINS as f64;
        let rounded = edge as f32;
        let rounded = if f64::from(rounded) < edge { rounded.next_up() } else { rounded };
        // Rounding may have left it in the bin below.
        if self.bin(rounded) < bin { rounded.next_up() } else { rounded }
    }

    pub(super) fn add(&mut self, score: f32) {
        let bin = self.bin(score);
        self.counts[bin] += 1;
    }

    pub(super) fn merge(mut self, other: &Self) -> Self {
        self.counts.iter_mut().zip(&other.counts).for_each(|(a, b)| *a += b);
        self
    }

    /// The lowest and the highest score.
    pub(super) fn range(&self) -> (f32, f32) {
        (self.low as f32, self.high as f32)
    }

    /// The middle of each bin, and how many scores lie in it.
    pub(super) fn counts(&self) -> impl Iterator<Item = (f64, u64)> {
        let width = (self.high - self.low) / BINS as f64;
        (0..BINS).map(move |bin| self.low + (bin as f64 + 0.5) * width).zip(self.counts.iter().copied())
    }

    /// Mean and variance of the scores as if each lay in the middle of its bin; `None` without
    /// scores.
    pub(super) fn moments(&self) -> Option<(f64, f64)> {
        let total = self.counts.iter().sum::<u64>() as f64;
        let mean = self.counts().map(|(score, count)| score * count as f64).sum::<f64>() / total;
        let variance = self.counts().map(|(score, count)| (score - mean).powi(2) * count as f64).sum::<f64>() / total;
        (total > 0.0).then_some((mean, variance))
    }

    /// Turns counts into how many scores lie in each bin or above, with a last entry of 0.
    pub(super) fn at_or_above(&self) -> Vec<u64> {
        let mut sums: Vec<u64> = std::iter::once(0)
            .chain(self.counts.iter().rev().scan(0, |sum, count| {
                *sum += count;
                Some(*sum)
            }))
            .collect();
        sums.reverse();
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bins_rise_with_scores_and_edges_belong_to_their_bins(low in -5f32..5.0, span in 1e-3f32..10.0, a in 0f32..1.0, b in 0f32..1.0) {
            let histogram = Histogram::new(low, low + span);
            let (a, b) = (low + a.min(b) * span, low + a.max(b) * span);
            prop_assert!(histogram.bin(a) <= histogram.bin(b));
            let bin = histogram.bin(b);
            // Bins narrower than neighbouring floats may be empty: the edge then lies in the next
            // one.
            prop_assert!(histogram.bin(histogram.lower_edge(bin)) >= bin);
            // Up to one rounding.
            prop_assert!(histogram.lower_edge(bin) <= b.next_up());
        }
    }

    #[test]
    fn counts_above_and_moments() {
        let mut histogram = Histogram::new(-2.0, 2.0);
        [-2.0, 0.0, 1.0, 2.0, 9.0, -9.0].into_iter().for_each(|s| histogram.add(s));
        let above = histogram.at_or_above();
        assert_eq!((above[0], above[histogram.bin(0.5)], above[BINS - 1], above[BINS]), (6, 3, 2, 0));
        let (mean, variance) = histogram.moments().unwrap();
        assert!((mean - 1.0 / 6.0).abs() < 1e-4, "the strays count at the ends: {mean}");
        assert!((variance - (17.0 / 6.0 - 1.0 / 36.0)).abs() < 1e-3, "{variance}");
        assert!(Histogram::new(0.0, 1.0).moments().is_none());
        let mut single = Histogram::new(0.5, 0.5);
        single.add(0.5);
        assert_eq!(single.at_or_above()[0], 1);
    }
}
