//! Counts of scores in few bins, for plots.

use crate::evaluate::ScoreSet;
use serde::Serialize;

/// Number of bins.
const BINS: usize = 120;

/// Counts of scores in bins of equal width.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ScoreBins {
    /// The lowest score.
    pub low: f64,
    /// Width of a bin.
    pub width: f64,
    /// Genuine pairs per bin.
    pub genuine: Vec<u64>,
    /// Impostor pairs per bin.
    pub impostor: Vec<u64>,
}

impl ScoreBins {
    /// The counts of all compared pairs of `set`; `None` if all scores are equal, or there are
    /// none.
    pub(super) fn new(set: &ScoreSet) -> Option<Self> {
        let genuine = set.genuine.first().zip(set.genuine.last()).map(|(high, low)| (low.score, high.score));
        let ranges = [genuine, set.impostor_range()];
        let low = ranges.iter().flatten().map(|r| f64::from(r.0)).reduce(f64::min)?;
        let high = ranges.iter().flatten().map(|r| f64::from(r.1)).reduce(f64::max)?;
        let width = (high - low) / BINS as f64;
        if width <= 0.0 {
            return None;
        }
        let mut bins = Self { low, width, genuine: vec![0; BINS], impostor: vec![0; BINS] };
        let bin = |score: f64| (((score - low) / width) as usize).min(BINS - 1);
        let add = |counts: &mut Vec<u64>, score: f64, count: u64| {
            if let Some(sum) = counts.get_mut(bin(score)) {
                *sum += count;
            }
        };
        set.genuine.iter().for_each(|g| add(&mut bins.genuine, f64::from(g.score), 1));
        set.impostor_counts().for_each(|(middle, count)| add(&mut bins.impostor, middle, count));
        Some(bins)
    }

    /// For each bin its middle and the share of `counts` in it, in per cent.
    pub(super) fn shares(&self, counts: &[u64]) -> Vec<(f64, f64)> {
        let total = counts.iter().sum::<u64>().max(1) as f64;
        let share =
            |(bin, count): (usize, &u64)| (self.low + (bin as f64 + 0.5) * self.width, 100.0 * *count as f64 / total);
        counts.iter().enumerate().map(share).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::testing::set_of;

    #[test]
    fn every_score_is_counted_once_and_in_place() {
        let bins = ScoreBins::new(&set_of(&[0.9, 0.91, -0.2], &[-0.3, 0.0, 0.0, 0.6])).unwrap();
        assert_eq!((bins.genuine.iter().sum::<u64>(), bins.impostor.iter().sum::<u64>()), (3, 4));
        assert_eq!((bins.impostor[0], bins.genuine[BINS - 1]), (1, 2));
        let zero = ((0.0 - bins.low) / bins.width) as usize;
        assert_eq!(bins.impostor[zero], 2);
        let total: f64 = bins.shares(&bins.impostor).iter().map(|(_, share)| share).sum();
        assert!((total - 100.0).abs() < 1e-9);
        assert!(ScoreBins::new(&set_of(&[], &[])).is_none());
        assert!(ScoreBins::new(&set_of(&[0.5], &[0.5])).is_none());
    }
}
