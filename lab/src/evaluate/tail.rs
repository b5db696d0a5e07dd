//! The upper tail of impostor scores beyond what was measured: a generalised Pareto distribution of
//! what scores exceed a high threshold by (J. Pickands, "Statistical inference using extreme order
//! statistics", 1975), fitted by probability-weighted moments (J. R. M. Hosking and J. R. Wallis,
//! "Parameter and Quantile Estimation for the Generalized Pareto Distribution", Technometrics 29,
//! 1987).

/// A tail above `start`, which scores exceed at the rate `rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Tail {
    pub(super) start: f64,
    pub(super) rate: f64,
    /// Hosking's k: above 0 the tail has an end, at 0 it is exponential.
    pub(super) shape: f64,
    pub(super) scale: f64,
}

impl Tail {
    /// Fits scores with weights, highest first, all above `start`. `None` with fewer than two
    /// scores, or if the moments contradict each other.
    pub(super) fn fit(start: f64, rate: f64, scores: impl Iterator<Item = (f64, u64)> + Clone) -> Option<Self> {
        let total = scores.clone().map(|(_, weight)| weight).sum::<u64>() as f64;
        let (mut mean, mut weighted, mut above) = (0.0, 0.0, 0.0);
        for (score, weight) in scores {
            let weight = weight as f64;
            // The share of scores above, with half of this score's own weight; 0.35 in place of ½
            // as the authors advise.
            let exceeded = (above + 0.35 * weight.min(1.0) + 0.5 * (weight - 1.0).max(0.0)) / total;
            mean += weight * (score - start);
            weighted += weight * (score - start) * exceeded;
            above += weight;
        }
        let (mean, weighted) = (mean / total, weighted / total);
        let shape = mean / (mean - 2.0 * weighted) - 2.0;
        let scale = 2.0 * mean * weighted / (mean - 2.0 * weighted);
        (total >= 2.0 && shape.is_finite() && scale.is_finite() && scale > 0.0).then_some(Self {
            start,
            rate,
            shape,
            scale,
        })
    }

    /// The score that is exceeded at the rate `fmr`, which must be below the tail's own.
    pub(super) fn score(&self, fmr: f64) -> f64 {
        let share = fmr / self.rate;
        let excess = if self.shape.abs() < 1e-9 { -share.ln() } else { (1.0 - share.powf(self.shape)) / self.shape };
        self.start + self.scale * excess
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The quantiles of a tail, evenly spread, highest first.
    fn sample(shape: f64, scale: f64) -> Vec<(f64, u64)> {
        let exact = Tail { start: 0.5, rate: 1.0, shape, scale };
        (0..20_000).map(|i| (exact.score((f64::from(i) + 0.5) / 20_000.0), 1)).collect()
    }

    #[test]
    fn parameters_return() {
        for (shape, scale) in [(0.2, 0.1), (0.0, 0.05), (-0.1, 0.3)] {
            let tail = Tail::fit(0.5, 1e-3, sample(shape, scale).into_iter()).unwrap();
            assert!((tail.shape - shape).abs() < 0.01 && (tail.scale / scale - 1.0).abs() < 0.01, "{tail:?}");
        }
    }

    #[test]
    fn scores_rise_as_rates_fall_and_begin_at_the_start() {
        let tail = Tail::fit(0.5, 1e-3, sample(0.1, 0.1).into_iter()).unwrap();
        assert_eq!(tail.score(1e-3), 0.5);
        let scores: Vec<f64> = [3e-4, 1e-4, 1e-5, 1e-6].iter().map(|fmr| tail.score(*fmr)).collect();
        assert!(scores.windows(2).all(|w| w[0] < w[1]) && scores[0] > 0.5, "{scores:?}");
    }

    #[test]
    fn a_weight_is_a_repetition() {
        let heavy = Tail::fit(0.0, 1.0, [(0.9, 1), (0.5, 2), (0.2, 5), (0.1, 9)].into_iter()).unwrap();
        let repeated = [vec![0.9], vec![0.5; 2], vec![0.2; 5], vec![0.1; 9]].concat();
        let long = Tail::fit(0.0, 1.0, repeated.into_iter().map(|s| (s, 1))).unwrap();
        assert!((heavy.shape - long.shape).abs() < 0.1 && (heavy.scale / long.scale - 1.0).abs() < 0.1);
        assert!(Tail::fit(0.0, 1.0, [(0.5, 1)].into_iter()).is_none());
        assert!(Tail::fit(0.0, 1.0, std::iter::empty()).is_none());
    }
}
