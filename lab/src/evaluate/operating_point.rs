//! False match rate (FMR) and false non-match rate (FNMR) at thresholds, as ISO/IEC 19795-1 defines
//! them but for this: they are shares of all pairs, those with a failure to enrol included. These
//! never match, so they lower the FMR and raise the FNMR; the standard calls such rates
//! generalised, NIST's face recognition evaluations (FRTE 1:1) count so too.

use super::ScoreSet;

/// A threshold and what goes wrong there.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct OperatingPoint {
    /// A score at or above this one is a match.
    pub threshold: f32,
    /// The share of impostor pairs that match.
    pub fmr: f64,
    /// The share of genuine pairs that do not match.
    pub fnmr: f64,
    /// Impostor pairs that match.
    pub false_matches: u64,
    /// Genuine pairs that do not match.
    pub false_non_matches: u64,
}

impl ScoreSet {
    /// What goes wrong at `threshold`. `None` without impostor or without genuine pairs.
    pub fn at_threshold(&self, threshold: f32) -> Option<OperatingPoint> {
        let (impostors, genuine) = (self.impostor_pairs(), self.genuine_pairs());
        if impostors == 0 || genuine == 0 {
            return None;
        }
        let false_matches = self.false_matches(threshold);
        let false_non_matches = genuine - self.matches(threshold);
        let fmr = false_matches as f64 / impostors as f64;
        let fnmr = false_non_matches as f64 / genuine as f64;
        Some(OperatingPoint { threshold, fmr, fnmr, false_matches, false_non_matches })
    }

    /// The lowest threshold at which the measured false match rate is not above `fmr`. `None` if
    /// there are too few impostor pairs to measure it (fewer than 1 / `fmr`), or no genuine
    /// pairs.
    pub fn at_fmr(&self, fmr: f64) -> Option<OperatingPoint> {
        let allowed = allowed(fmr, self.impostor_pairs())?;
        self.at_threshold(self.threshold_for(allowed)?)
    }
}

/// How many of `pairs` may match at a rate of `fmr`; `None` if not even one.
pub(super) fn allowed(fmr: f64, pairs: u64) -> Option<u64> {
    // The least excess above 1 keeps 0.29 · 100 from becoming 28.
    let allowed = (fmr * pairs as f64 * (1.0 + 1e-12)).floor();
    (fmr > 0.0 && fmr < 1.0 && allowed >= 1.0).then_some(allowed as u64)
}

#[cfg(test)]
mod tests {
    use super::super::{all_pairs, comparison_scores};
    use super::*;
    use selfsame::template::Template;

    fn template(angle_deg: f32) -> Option<Template> {
        let (sin, cos) = angle_deg.to_radians().sin_cos();
        Some(Template::from_embedding(&[cos, sin], "m".into()).unwrap())
    }

    #[test]
    fn the_threshold_is_the_lowest_that_keeps_the_rate() {
        // Two pictures of subject 0, three others; one has no template.
        let templates = [template(0.0), template(10.0), template(60.0), template(90.0), None];
        let enrolled: Vec<bool> = templates.iter().map(Option::is_some).collect();
        let set = all_pairs(&[0, 0, 1, 2, 0], &enrolled, comparison_scores(&templates).unwrap()).unwrap();
        // Impostor cosines: 0.5, 0, 0.64, 0.17, 0.87, and two pairs without. One in seven may pass:
        // only 0.87.
        let point = set.at_fmr(0.15).unwrap();
        assert!((point.threshold - 50f32.to_radians().cos()).abs() < 1e-6, "{point:?}");
        assert_eq!((point.false_matches, point.false_non_matches), (1, 2));
        assert!((point.fmr - 1.0 / 7.0).abs() < 1e-12);
        assert!((point.fnmr - 2.0 / 3.0).abs() < 1e-12, "the missing template never matches: {point:?}");
        assert_eq!(set.at_threshold(point.threshold.next_down()).unwrap().false_matches, 2);
        assert!(set.at_fmr(0.1).is_none(), "seven pairs cannot show one in ten");
        assert!([f64::NAN, 0.0, 1.0, -1.0].into_iter().all(|fmr| set.at_fmr(fmr).is_none()));
    }

    #[test]
    fn rates_need_both_kinds_of_pairs() {
        let of = |subjects: &[usize]| all_pairs(subjects, &vec![true; subjects.len()], |_, _| 0.0).unwrap();
        assert!(of(&[0, 0, 0]).at_threshold(0.0).is_none());
        assert!(of(&[0, 1, 2]).at_threshold(0.0).is_none());
        assert!(of(&[0, 0, 1]).at_threshold(0.0).is_some());
        assert_eq!(of(&[0, 0, 1]).at_fmr(0.5).unwrap().false_matches, 0, "equal scores pass together or not at all");
    }

    #[test]
    fn products_that_rounding_spoils() {
        assert_eq!(allowed(0.29, 100), Some(29));
        assert_eq!(allowed(1e-4, 10_000), Some(1));
        assert_eq!(allowed(1e-4, 9_999), None);
    }
}
