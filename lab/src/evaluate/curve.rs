//! Points of the detection error trade-off (DET: FNMR over FMR) and of the receiver operating
//! characteristic (ROC: 1 − FNMR over FMR). Both are the same operating points.
//!
//! DET: A. Martin et al., "The DET curve in assessment of detection task performance", Eurospeech
//! 1997.

use super::{OperatingPoint, ScoreSet};

/// Points per factor of ten in either rate.
const PER_DECADE: i32 = 24;

impl ScoreSet {
    /// Operating points with rising threshold (falling FMR, rising FNMR), evenly spread over the
    /// logarithms of both rates down to one false match and one false non-match. Empty without
    /// pairs of both kinds.
    pub fn curve(&self) -> Vec<OperatingPoint> {
        let thresholds_of_fmr = steps(self.impostor_pairs()).filter_map(|n| self.threshold_for(n));
        // The score with so many genuine scores below it.
        let genuine = |n: u64| self.matches_needed(n).and_then(|rank| self.genuine.get(rank)).map(|g| g.score);
        let thresholds_of_fnmr = steps(self.genuine_pairs()).filter_map(genuine);
        let mut thresholds: Vec<f32> = thresholds_of_fmr.chain(thresholds_of_fnmr).collect();
        thresholds.sort_by(f32::total_cmp);
        thresholds.dedup();
        let at = |threshold: f32| self.at_threshold(threshold).filter(|point| point.fnmr.is_some());
        let mut points: Vec<OperatingPoint> = thresholds.into_iter().filter_map(at).collect();
        // Of thresholds with the same outcome the first is enough.
        points.dedup_by_key(|p| (p.false_matches, p.false_non_matches));
        points
    }

    /// The place among the genuine scores, highest first, of the lowest one that still matches with
    /// `errors` false non-matches.
    fn matches_needed(&self, errors: u64) -> Option<usize> {
        let matches = self.genuine_pairs().checked_sub(errors)?;
        usize::try_from(matches).ok()?.checked_sub(1)
    }
}

/// 1, …, `total`, about evenly spread in the logarithm.
fn steps(total: u64) -> impl Iterator<Item = u64> {
    let decades = (total.max(1) as f64).log10();
    let count = (decades * f64::from(PER_DECADE)).ceil() as i32;
    let step = move |i: i32| 10f64.powf(f64::from(i) / f64::from(PER_DECADE)).round() as u64;
    (0..=count).map(move |i| step(i).min(total)).filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use crate::evaluate::testing::{gaussians, normal_cdf, set_of};

    #[test]
    fn points_lie_on_the_curve_of_two_gaussians_and_run_from_end_to_end() {
        let curve = gaussians(3.0, 20_000).curve();
        assert!(curve.len() > 100 && curve.len() < 300, "{}", curve.len());
        for point in &curve {
            let t = f64::from(point.threshold);
            assert!((point.fmr - (1.0 - normal_cdf(t))).abs() < 2e-4, "{point:?}");
            assert!((point.fnmr.unwrap() - normal_cdf(t - 3.0)).abs() < 2e-4, "{point:?}");
        }
        for pair in curve.windows(2) {
            assert!(pair[0].threshold < pair[1].threshold);
            assert!(pair[0].fmr >= pair[1].fmr && pair[0].fnmr <= pair[1].fnmr);
        }
        assert!(curve.first().unwrap().fmr > 0.99 && curve.last().unwrap().false_matches <= 1);
    }

    #[test]
    fn small_and_empty_sets() {
        let curve = set_of(&[0.5, 0.9], &[0.1, 0.7]).curve();
        let rates: Vec<_> = curve.iter().map(|p| (p.false_matches, p.false_non_matches)).collect();
        assert_eq!(rates, [(2, 0), (1, 0), (0, 1)]);
        assert!(set_of(&[], &[0.1]).curve().is_empty() && set_of(&[0.1], &[]).curve().is_empty());
    }
}
