//! Error rates at thresholds, as ISO/IEC 19795-1 defines them.
//!
//! The false match rate (FMR) and the false non-match rate (FNMR) are shares of the comparisons
//! that were completed. The generalised rates (GFMR, GFNMR) are shares of all pairs that were to be
//! compared: one with a failure to enrol or to acquire never matches, so that it lowers the GFMR
//! and raises the GFNMR. With one attempt to a transaction these are the standard's generalised
//! false accept and false reject rates, and what NIST's evaluations of face recognition (FRTE 1:1)
//! print as FMR and FNMR.

use super::ScoreSet;

/// A threshold and what goes wrong there.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct OperatingPoint {
    /// A score at or above this one is a match.
    pub threshold: f32,
    /// The share of impostor comparisons that match.
    pub fmr: f64,
    /// The share of genuine comparisons that do not match; `None` without any.
    pub fnmr: Option<f64>,
    /// The share of all impostor pairs that match: those that could not be compared do not.
    pub gfmr: f64,
    /// The share of all genuine pairs that do not match, those that could not be compared among
    /// them; `None` without any.
    pub gfnmr: Option<f64>,
    /// Impostor comparisons that match.
    pub false_matches: u64,
    /// Genuine comparisons that do not match.
    pub false_non_matches: u64,
}

impl ScoreSet {
    /// What goes wrong at `threshold`. `None` without impostor comparisons.
    pub fn at_threshold(&self, threshold: f32) -> Option<OperatingPoint> {
        let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
        let (false_matches, matches) = (self.false_matches(threshold), self.matches(threshold));
        let false_non_matches = self.genuine_pairs() - matches;
        let (impostor, genuine) = (self.attempted_impostor_pairs(), self.attempted_genuine_pairs());
        Some(OperatingPoint {
            threshold,
            fmr: share(false_matches, self.impostor_pairs())?,
            fnmr: share(false_non_matches, self.genuine_pairs()),
            gfmr: share(false_matches, impostor)?,
            gfnmr: share(genuine - matches, genuine),
            false_matches,
            false_non_matches,
        })
    }

    /// The lowest threshold at which the measured false match rate is not above `fmr`. `None` if
    /// there are too few impostor comparisons to measure it (fewer than 1 / `fmr`).
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
    use super::super::random::Random;
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
        // Impostor cosines: 0.5, 0, 0.64, 0.17, 0.87, and two pairs that cannot be compared. One in
        // five may match: only 0.87.
        let point = set.at_fmr(0.2).unwrap();
        assert!((point.threshold - 50f32.to_radians().cos()).abs() < 1e-6, "{point:?}");
        assert_eq!((point.false_matches, point.false_non_matches), (1, 0));
        assert_eq!((point.fmr, point.fnmr), (1.0 / 5.0, Some(0.0)), "of what was compared");
        assert_eq!((point.gfmr, point.gfnmr), (1.0 / 7.0, Some(2.0 / 3.0)), "a missing template never matches");
        assert_eq!(set.at_threshold(point.threshold.next_down()).unwrap().false_matches, 2);
        assert!(set.at_fmr(0.19).is_none(), "five comparisons cannot show it");
        assert!([f64::NAN, 0.0, 1.0, -1.0].into_iter().all(|fmr| set.at_fmr(fmr).is_none()));
    }

    #[test]
    fn refusals_move_the_generalised_rates_alone() {
        // 40 people with five pictures each: one in ten genuine comparisons and one in twenty
        // impostor comparisons err, whichever picture is refused.
        let subjects: Vec<usize> = (0..200).map(|i| i / 5).collect();
        let score = |i: usize, j: usize| {
            let lucky = Random::new(i as u64, j as u64).below(20);
            f32::from(if i / 5 == j / 5 { lucky >= 2 } else { lucky == 0 })
        };
        for refused in [0, 1, 2] {
            let enrolled: Vec<bool> = (0..200).map(|i| i % 5 >= refused).collect();
            let point = all_pairs(&subjects, &enrolled, score).unwrap().at_threshold(0.5).unwrap();
            let kept = (5 - refused) as f64;
            let (fmr, fnmr) = (point.fmr, point.fnmr.unwrap());
            assert!((fmr - 0.05).abs() < 0.005 && (fnmr - 0.1).abs() < 0.06, "{refused}: {point:?}");
            // Of 5 · 4 / 2 pairs of a person so many remain.
            let share = kept * (kept - 1.0) / 20.0;
            let gfnmr = 1.0 - share * (1.0 - fnmr);
            assert!((point.gfnmr.unwrap() - gfnmr).abs() < 1e-12, "{refused}: {point:?}");
            assert!((point.gfmr - fmr * (kept / 5.0).powi(2)).abs() < 1e-12, "{refused}: {point:?}");
        }
    }

    #[test]
    fn rates_need_pairs_of_their_kind() {
        let of = |subjects: &[usize]| all_pairs(subjects, &vec![true; subjects.len()], |_, _| 0.0).unwrap();
        assert!(of(&[0, 0, 0]).at_threshold(0.0).is_none());
        let impostors = of(&[0, 1, 2]).at_threshold(0.0).unwrap();
        assert_eq!((impostors.fmr, impostors.fnmr, impostors.gfnmr), (1.0, None, None));
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
