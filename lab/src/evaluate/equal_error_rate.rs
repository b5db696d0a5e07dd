//! Equal error rate (EER): where the false match rate equals the false non-match rate.
//!
//! Rates measured on finitely many pairs jump; the EER is then the middle of the interval that the
//! crossing leaves: D. Maio, D. Maltoni, R. Cappelli, J. L. Wayman, A. K. Jain, "FVC2000:
//! Fingerprint Verification Competition", IEEE Transactions on Pattern Analysis and Machine
//! Intelligence 24(3), 2002.

use super::ScoreSet;
use super::ordered_float::{key, value};

/// The equal error rate.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct EqualErrorRate {
    /// The rate, 0 ..= 1.
    pub rate: f64,
    /// The lowest threshold at which the FNMR is not below the FMR.
    pub threshold: f32,
}

impl ScoreSet {
    /// The equal error rate; `None` without impostor or without genuine pairs.
    pub fn equal_error_rate(&self) -> Option<EqualErrorRate> {
        let rates = |threshold: f32| self.at_threshold(threshold).and_then(|point| Some((point.fmr, point.fnmr?)));
        let crossed = |(fmr, fnmr): (f64, f64)| fnmr >= fmr;
        // The FMR falls and the FNMR rises with the threshold: halve the interval of all finite
        // thresholds.
        let (mut low, mut high) = (key(f32::MIN), key(f32::MAX));
        while high > low {
            let middle = low + (high - low) / 2;
            if crossed(rates(value(middle))?) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        let after = rates(value(high))?;
        let before = rates(value(high.saturating_sub(1)))?;
        let width = |(fmr, fnmr): (f64, f64)| fmr + fnmr;
        let met = after.0 == after.1;
        let ends = if met || crossed(before) || width(after) < width(before) { after } else { before };
        Some(EqualErrorRate { rate: 0.5 * width(ends), threshold: value(high) })
    }
}

#[cfg(test)]
mod tests {
    use crate::evaluate::testing::{gaussians, set_of};

    #[test]
    fn small_sets_by_hand() {
        let eer = |genuine: &[f32], impostor: &[f32]| set_of(genuine, impostor).equal_error_rate().unwrap();
        assert_eq!(eer(&[0.8, 0.9], &[0.1, 0.2]).rate, 0.0, "separable");
        // One genuine of four below one impostor of four: between 0.4 and 0.5 both rates are a
        // quarter.
        let quarter = eer(&[0.4, 0.8, 0.9, 0.95], &[0.1, 0.2, 0.3, 0.5]);
        assert_eq!((quarter.rate, quarter.threshold), (0.25, 0.4f32.next_up()));
        assert_eq!(eer(&[0.1, 0.2], &[0.8, 0.9]).rate, 1.0, "the wrong way round");
    }

    #[test]
    fn two_gaussians_cross_half_way() {
        // N(0, 1) and N(3, 1): the EER is Φ(−1.5) = 0.0668072, at 1.5.
        let eer = gaussians(3.0, 20_000).equal_error_rate().unwrap();
        assert!((eer.rate - 0.066_807_2).abs() < 1e-3, "{eer:?}");
        assert!((eer.threshold - 1.5).abs() < 0.02, "{eer:?}");
    }

    #[test]
    fn scores_of_any_range() {
        let eer = set_of(&[-300.0, 7e6], &[-1e30, -400.0]).equal_error_rate().unwrap();
        assert_eq!(eer.rate, 0.0);
    }
}
