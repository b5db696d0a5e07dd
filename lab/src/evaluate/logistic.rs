//! From scores to log-likelihood ratios, and what they are worth.
//!
//! Logistic regression of an offset and a slope with equal weight for genuine and impostor pairs;
//! the cost of the log-likelihood ratios, Cllr, in bits: 0 is perfect, 1 is no information (N.
//! Brümmer and J. du Preez, "Application-independent evaluation of speaker detection", Computer
//! Speech and Language 20, 2006).

use super::ScoreSet;
use selfsame::model::LogisticSpec;

/// Newton steps; convergence takes fewer than ten.
const STEPS: usize = 50;

impl ScoreSet {
    /// The regression on these scores; impostor scores count as the middles of their bins, failures
    /// to enrol do not count. `None` without genuine or impostor scores, or if both kinds are
    /// fully apart.
    pub fn logistic(&self) -> Option<LogisticSpec> {
        let (mut offset, mut slope) = (0.0f64, 0.0f64);
        for _ in 0..STEPS {
            // Gradient and Hessian of the negative log-likelihood.
            let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for (score, weight, genuine) in self.weighted()? {
                let p = 1.0 / (1.0 + (-(offset + slope * score)).exp());
                let error = weight * (p - f64::from(u8::from(genuine)));
                let curvature = weight * p * (1.0 - p);
                (g0, g1) = (g0 + error, g1 + error * score);
                h00 += curvature;
                h01 += curvature * score;
                h11 += curvature * score * score;
            }
            let determinant = h00 * h11 - h01 * h01;
            let (d0, d1) = ((g0 * h11 - g1 * h01) / determinant, (g1 * h00 - g0 * h01) / determinant);
            if !(d0.is_finite() && d1.is_finite()) {
                return None;
            }
            (offset, slope) = (offset - d0, slope - d1);
            if d0.abs() < 1e-10 && d1.abs() < 1e-10 {
                return (slope > 0.0).then_some(LogisticSpec { offset, slope });
            }
        }
        None
    }

    /// Cllr in bits of the log-likelihood ratios that `logistic` gives these scores. `None` as
    /// [`Self::logistic`].
    pub fn cllr(&self, logistic: &LogisticSpec) -> Option<f64> {
        let cost = |(score, weight, genuine): (f64, f64, bool)| {
            let llr = logistic.offset + logistic.slope * score;
            weight * (if genuine { -llr } else { llr }).exp().ln_1p()
        };
        Some(self.weighted()?.map(cost).sum::<f64>() / std::f64::consts::LN_2)
    }

    /// Scores with their weight, of which each kind has ½ in all, and whether they are genuine.
    fn weighted(&self) -> Option<impl Iterator<Item = (f64, f64, bool)>> {
        let impostors = self.impostor_pairs();
        if self.genuine.is_empty() || impostors == 0 {
            return None;
        }
        let of_genuine = 0.5 / self.genuine.len() as f64;
        let of_impostor = 0.5 / impostors as f64;
        let genuine = self.genuine.iter().map(move |g| (f64::from(g.score), of_genuine, true));
        let bins = self.impostor_counts().filter(|(_, count)| *count > 0);
        Some(genuine.chain(bins.map(move |(score, count)| (score, of_impostor * count as f64, false))))
    }
}

#[cfg(test)]
mod tests {
    use crate::evaluate::all_pairs;
    use selfsame::model::LogisticSpec;

    /// A number of a normal distribution from two pictures' numbers: the sum of 12 even ones.
    fn normal(i: usize, j: usize) -> f32 {
        let mut state = (i * 7919 + j) as u64 + 1;
        let mut even = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f32 / (1u64 << 31) as f32
        };
        for _ in 0..3 {
            even();
        }
        (0..12).map(|_| even()).sum::<f32>() - 6.0
    }

    #[test]
    fn two_normal_distributions_of_one_width_give_their_line() {
        // Impostors N(0, 0.1²), genuine N(0.4, 0.1²): llr = 40 s − 8.
        let subjects: Vec<usize> = (0..400).map(|i| i / 20).collect();
        let score = |i: usize, j: usize| 0.1 * normal(i, j) + if i / 20 == j / 20 { 0.4 } else { 0.0 };
        let set = all_pairs(&subjects, &[true; 400], score).unwrap();
        let logistic = set.logistic().unwrap();
        assert!((logistic.slope - 40.0).abs() < 4.0 && (logistic.offset + 8.0).abs() < 1.0, "{logistic:?}");
        let cost = set.cllr(&logistic).unwrap();
        assert!(cost > 0.02 && cost < 0.2, "{cost}");
        assert!(set.cllr(&LogisticSpec { offset: 0.0, slope: 1e-9 }).unwrap() > 0.999, "no information");
        assert!(set.cllr(&LogisticSpec { offset: 8.0, slope: -40.0 }).unwrap() > 2.0, "worse than none");
    }

    #[test]
    fn separate_or_missing_kinds_have_no_regression() {
        let apart = all_pairs(&[0, 0, 1, 1], &[true; 4], |i, j| f32::from(i / 2 == j / 2)).unwrap();
        assert!(apart.logistic().is_none());
        assert!(all_pairs(&[0, 1, 2], &[true; 3], |_, _| 0.5).unwrap().logistic().is_none());
    }
}
