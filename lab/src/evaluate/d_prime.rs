//! The decidability index d′: how far apart genuine and impostor scores lie, in units of their
//! spread.
//!
//! d′ = |μg − μi| / √((σg² + σi²) / 2): J. G. Daugman, "The importance of being random: statistical
//! principles of iris recognition", Pattern Recognition 36(2), 2003. It describes two bell curves;
//! tails, on which low false match rates rest, it does not see.

use super::ScoreSet;

/// The decidability index and what it is made of.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct DPrime {
    /// The index itself.
    pub d_prime: f64,
    /// Mean of the genuine scores.
    pub genuine_mean: f64,
    /// Standard deviation of the genuine scores.
    pub genuine_std: f64,
    /// Mean of the impostor scores.
    pub impostor_mean: f64,
    /// Standard deviation of the impostor scores.
    pub impostor_std: f64,
}

impl ScoreSet {
    /// d′ of the pairs that were compared; pairs with a failure to enrol have no score and are left
    /// out. `None` without scores of both kinds, or if all are equal.
    pub fn d_prime(&self) -> Option<DPrime> {
        let (impostor_mean, impostor_variance) = self.impostor_moments()?;
        let n = self.genuine.len() as f64;
        let genuine_mean = self.genuine.iter().map(|g| f64::from(g.score)).sum::<f64>() / n;
        let genuine_variance =
            self.genuine.iter().map(|g| (f64::from(g.score) - genuine_mean).powi(2)).sum::<f64>() / n;
        let spread = (0.5 * (genuine_variance + impostor_variance)).sqrt();
        (n > 0.0 && spread > 0.0).then(|| DPrime {
            d_prime: (genuine_mean - impostor_mean).abs() / spread,
            genuine_mean,
            genuine_std: genuine_variance.sqrt(),
            impostor_mean,
            impostor_std: impostor_variance.sqrt(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::evaluate::testing::{gaussians, set_of};

    #[test]
    fn by_hand() {
        // Means 3 and 0, variances 1 and 4: 3 / √2.5.
        let d = set_of(&[2.0, 4.0], &[-2.0, 2.0]).d_prime().unwrap();
        assert!((d.d_prime - 3.0 / 2.5f64.sqrt()).abs() < 1e-4, "{d:?}");
        assert!((d.impostor_std - 2.0).abs() < 1e-4 && (d.genuine_std - 1.0).abs() < 1e-9);
        assert!(set_of(&[], &[1.0, 2.0]).d_prime().is_none());
        assert!(set_of(&[1.0, 2.0], &[]).d_prime().is_none());
    }

    #[test]
    fn two_gaussians() {
        let d = gaussians(2.5, 20_000).d_prime().unwrap();
        assert!((d.d_prime - 2.5).abs() < 0.02, "{d:?}");
    }
}
