//! Between scores and false match rates (FMR), by the measured points of a model's card.
//!
//! Between two points the logarithm of the FMR is interpolated linearly in the score: the upper
//! tail of impostor scores falls about exponentially, so that this errs little. The points
//! themselves reach beyond the data only where the card says so, with the model of the tail that
//! was used. Beyond the last point nothing is claimed.

use super::fmr::FmrEstimate;
use super::score::Score;
use super::threshold::Threshold;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::calibration::{FmrBasis, Pairing};
use crate::model::{CalibrationSpec, EnsembleCard, ModelCard};
use std::sync::Arc;

/// The longest text that is read as a calibration, in bytes: the points of one take some kilobytes.
const MAX_TEXT: usize = 1 << 20;

/// What the scores of one model mean for one kind of pairs: which false match rate a score stands
/// for, and which score a rate.
///
/// A bundled calibration is measured on one public data set of photographs of celebrities, all
/// impostor pairs alike ([`Calibration::spec`] names it). Real false match rates differ, and differ
/// between demographic groups: pairs of the same sex, age and origin match falsely more often.
/// Calibrate on pictures of your own people and cameras with `selfsame-lab evaluate`, and
/// give the outcome to [`crate::engine::EngineBuilder::calibration`].
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    model_id: Arc<str>,
    spec: CalibrationSpec,
    /// False match rates of the last and of the first point.
    fmr_range: (f64, f64),
}

/// Calibrations as a card lists them.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    calibrations: Vec<CalibrationSpec>,
}

impl Calibration {
    /// The calibration for `pairing` and `basis` that the card of a template network carries.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if it carries none, [`ErrorKind::InvalidModel`] if its points
    /// contradict each other.
    pub fn of_card(card: &ModelCard, pairing: Pairing, basis: FmrBasis) -> Result<Self> {
        Self::find(&card.id, &card.calibrations, pairing, basis)
    }

    /// The calibration for `pairing` and `basis` that the card of an ensemble carries.
    ///
    /// # Errors
    /// Those of [`Self::of_card`].
    pub fn of_ensemble(card: &EnsembleCard, pairing: Pairing, basis: FmrBasis) -> Result<Self> {
        Self::find(&card.id, &card.calibrations, pairing, basis)
    }

    fn find(model_id: &str, all: &[CalibrationSpec], pairing: Pairing, basis: FmrBasis) -> Result<Self> {
        let Some(spec) = all.iter().find(|c| (c.pairing, c.basis) == (pairing, basis)) else {
            let message = format!(
                "the card of {model_id:?} has no calibration for {} at the {} rate",
                pairing.as_str(),
                basis.as_str()
            );
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Compare, message));
        };
        Self::new(model_id, spec.clone())
    }

    /// The calibration of the model `model_id` with these points: for one that the caller measured.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if its points contradict each other: FMR must fall and scores
    /// must rise from point to point.
    pub fn new(model_id: &str, spec: CalibrationSpec) -> Result<Self> {
        if let Some(fault) = spec.fault() {
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Compare, format!("{model_id:?}: {fault}")));
        }
        // Highest false match rate first.
        let [highest, .., lowest] = spec.points.as_slice() else {
            let message = format!("{model_id:?}: a calibration needs two points at least");
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Compare, message));
        };
        Ok(Self { model_id: model_id.into(), fmr_range: (lowest.fmr, highest.fmr), spec })
    }

    /// Reads a calibration that `selfsame-lab evaluate` wrote: TOML, the fields of
    /// [`CalibrationSpec`] as in a card, with its `[[calibrations]]` in front or without.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over 1 MiB, [`ErrorKind::InvalidModel`] if it is no
    /// calibration, more than one, or contradicts itself.
    pub fn parse(model_id: &str, toml: &str) -> Result<Self> {
        if toml.len() > MAX_TEXT {
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Compare, "the calibration is over 1 MiB"));
        }
        let invalid = |message: String| Error::new(ErrorKind::InvalidModel, Stage::Compare, message);
        let unread = |e: toml::de::Error| invalid("the calibration is not valid".to_owned()).with_source(e);
        let fields: toml::Table = toml::from_str(toml).map_err(unread)?;
        let spec = if fields.contains_key("calibrations") {
            let Tables { calibrations } = toml::from_str(toml).map_err(unread)?;
            let one = <[CalibrationSpec; 1]>::try_from(calibrations);
            let [spec] = one.map_err(|all| invalid(format!("{} calibrations, not one", all.len())))?;
            spec
        } else {
            toml::from_str(toml).map_err(unread)?
        };
        Self::new(model_id, spec)
    }

    /// Whether both are for the same pairing and basis.
    pub(crate) fn replaces(&self, other: &Self) -> bool {
        (self.spec.pairing, self.spec.basis) == (other.spec.pairing, other.spec.basis)
    }

    /// The identity of the model whose scores the calibration is about.
    #[must_use]
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// The data behind the calibration, and its points.
    #[must_use]
    pub fn spec(&self) -> &CalibrationSpec {
        &self.spec
    }

    /// The range of false match rates that thresholds can be asked for, least first.
    #[must_use]
    pub const fn fmr_range(&self) -> (f64, f64) {
        self.fmr_range
    }

    /// The threshold for a false match rate of `fmr`, such as 1e-4 for one in ten thousand.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`], which tells the range, if `fmr` is outside
    /// [`Self::fmr_range`].
    pub fn threshold(&self, fmr: f64) -> Result<Threshold> {
        let points = &self.spec.points;
        // A rate that is listed gives the listed score, without rounding.
        let listed = points.iter().find(|p| p.fmr == fmr).map(|p| (p.low, p.score, p.high, p.extrapolated));
        let between = || {
            points.windows(2).find_map(|w| match w {
                [a, b] if a.fmr > fmr && fmr > b.fmr => {
                    let share = (a.fmr.ln() - fmr.ln()) / (a.fmr.ln() - b.fmr.ln());
                    let mix = |a: f32, b: f32| (f64::from(a) + share * (f64::from(b) - f64::from(a))) as f32;
                    Some((mix(a.low, b.low), mix(a.score, b.score), mix(a.high, b.high), b.extrapolated))
                }
                _ => None,
            })
        };
        let Some((low, score, high, extrapolated)) = listed.or_else(between) else {
            let (least, most) = self.fmr_range();
            let message = format!("no threshold for an FMR of {fmr:e}: known are {least:e} to {most:e}");
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Compare, message));
        };
        Ok(Threshold {
            score: Score::new(score)?,
            interval: (Score::new(low)?, Score::new(high)?),
            fmr,
            extrapolated,
            pairing: self.spec.pairing,
            basis: self.spec.basis,
            model_id: self.model_id.clone(),
            calibration: crate::digest::Digest::of_json(&(&*self.model_id, &self.spec)),
        })
    }

    /// What `score` says about the false match rate.
    #[must_use]
    pub fn fmr(&self, score: Score) -> FmrEstimate {
        let points = &self.spec.points;
        let (least, most) = self.fmr_range();
        let value = score.value();
        // Beyond the points nothing is claimed but on which side of them the score lies.
        if points.first().is_some_and(|lowest| value < lowest.score) {
            return FmrEstimate::AtLeast(most);
        }
        if points.last().is_some_and(|highest| value > highest.score) {
            return FmrEstimate::AtMost(least);
        }
        // As in `threshold`, so that a listed threshold gives its listed rate again.
        let listed = points.iter().find(|p| p.score == value).map(|p| p.fmr);
        let between = || {
            points.windows(2).find_map(|w| match w {
                [a, b] if a.score < value && value < b.score => {
                    let share = f64::from(value - a.score) / f64::from(b.score - a.score);
                    Some((a.fmr.ln() + share * (b.fmr.ln() - a.fmr.ln())).exp())
                }
                _ => None,
            })
        };
        let fmr = listed.or_else(between);
        // Scores rise from point to point, so that one between the ends lies between two of them.
        debug_assert!(fmr.is_some(), "a score of {value} that is nowhere among the points");
        fmr.map_or(FmrEstimate::AtLeast(most), FmrEstimate::About)
    }

    /// The natural logarithm of how much likelier `score` is for two pictures of one person than of
    /// two: evidence that can be added to other evidence. By logistic regression with equal
    /// weight for both kinds of pairs (N. Brümmer and J. du Preez, "Application-independent
    /// evaluation of speaker detection", 2006); far from 0 it extrapolates a straight line.
    #[must_use]
    pub fn log_likelihood_ratio(&self, score: Score) -> f64 {
        self.spec.log_likelihood_ratio.at(f64::from(score.value()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::Decision;
    use crate::model::{CalibrationPoint, LogisticSpec};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn spec() -> CalibrationSpec {
        let point = |fmr, score: f32, extrapolated| CalibrationPoint {
            fmr,
            score,
            low: score - 0.01,
            high: score + 0.02,
            extrapolated,
        };
        CalibrationSpec {
            pairing: Pairing::DocumentSelfie,
            basis: FmrBasis::Average,
            data: "made up".into(),
            people: 9,
            genuine_pairs: 8,
            impostor_pairs: 7,
            tail: "made up".into(),
            log_likelihood_ratio: LogisticSpec { offset: -4.0, slope: 10.0 },
            points: vec![point(1e-2, 0.30, false), point(1e-3, 0.42, false), point(1e-4, 0.50, true)],
        }
    }

    fn calibration() -> Calibration {
        Calibration::new("m", spec()).unwrap()
    }

    fn score(value: f32) -> Score {
        Score::new(value).unwrap()
    }

    #[test]
    fn calibrations_are_shared_by_threads() {
        fn assert_send_sync<T: Send + Sync + 'static>() {}
        assert_send_sync::<Calibration>();
    }

    #[test]
    fn listed_rates_give_listed_scores_and_half_way_is_half_way_in_the_logarithm() {
        let threshold = |fmr| calibration().threshold(fmr).unwrap().score().value();
        assert_eq!([threshold(1e-2), threshold(1e-3), threshold(1e-4)], [0.30, 0.42, 0.50]);
        assert!((threshold(10f64.powf(-2.5)) - 0.36).abs() < 1e-6);
        assert!((threshold(10f64.powf(-3.75)) - 0.48).abs() < 1e-6);
    }

    #[test]
    fn nothing_is_claimed_beyond_the_points() {
        for fmr in [2e-2, 0.9e-4, 1e-6, 0.0, 1.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = calibration().threshold(fmr).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{fmr}");
            assert!(error.to_string().contains("1e-4 to 1e-2"), "{error}");
        }
        let fmr = |value| calibration().fmr(score(value));
        assert_eq!((fmr(0.29), fmr(0.51)), (FmrEstimate::AtLeast(1e-2), FmrEstimate::AtMost(1e-4)));
        assert_eq!((fmr(0.30), fmr(0.50)), (FmrEstimate::About(1e-2), FmrEstimate::About(1e-4)));
    }

    #[test]
    fn the_threshold_itself_matches_and_the_next_lower_score_does_not() {
        let threshold = calibration().threshold(1e-3).unwrap();
        assert_eq!((threshold.fmr(), threshold.model_id()), (1e-3, "m"));
        assert_eq!(threshold.pairing(), Pairing::DocumentSelfie);
        assert_eq!(threshold.decide(threshold.score()), Decision::Match);
        assert_eq!(threshold.decide(score(threshold.score().value().next_down())), Decision::NoMatch);
    }

    #[test]
    fn decisions_inside_the_interval_are_marginal_and_points_beyond_the_data_say_so() {
        let threshold = calibration().threshold(1e-3).unwrap();
        let marginal = [0.40, 0.4101, 0.42, 0.4399, 0.45].map(|v| threshold.is_marginal(score(v)));
        assert_eq!(marginal, [false, true, true, true, false]);
        let extrapolated = [1e-2, 1e-3, 9e-4, 1e-4].map(|f| calibration().threshold(f).unwrap().is_extrapolated());
        assert_eq!(extrapolated, [false, false, true, true]);
    }

    #[test]
    fn the_likelihood_ratio_is_a_line() {
        assert!((calibration().log_likelihood_ratio(score(0.4))).abs() < 1e-6);
        assert!((calibration().log_likelihood_ratio(score(0.5)) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn disorder_is_refused() {
        type Change = fn(&mut CalibrationSpec);
        let changes: [Change; 8] = [
            |c| c.points.reverse(),
            |c| c.points.truncate(1),
            |c| c.points[0].fmr = f64::NAN,
            |c| c.points[1].score = f32::INFINITY,
            |c| c.points[1].low = 0.43,
            |c| c.points[0].extrapolated = true,
            |c| c.points[2].fmr = 1e-3,
            |c| c.log_likelihood_ratio.slope = -1.0,
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut spec = spec();
            change(&mut spec);
            assert_eq!(Calibration::new("m", spec).unwrap_err().kind(), ErrorKind::InvalidModel, "change {index}");
        }
    }

    #[test]
    fn the_bundled_card_is_calibrated_for_both_pairings() {
        let mut card = ModelCard::parse(include_str!("../../models/template.toml")).unwrap();
        for pairing in [Pairing::SelfieSelfie, Pairing::DocumentSelfie] {
            let calibration = Calibration::of_card(&card, pairing, FmrBasis::Average).unwrap();
            assert_eq!(calibration.spec().pairing, pairing);
            assert!(calibration.fmr_range().0 <= 1e-6 && calibration.fmr_range().1 >= 1e-2);
            assert!(calibration.threshold(1e-6).unwrap().is_extrapolated());
            assert!(!calibration.threshold(1e-4).unwrap().is_extrapolated());
        }
        card.calibrations.clear();
        let kind = Calibration::of_card(&card, Pairing::SelfieSelfie, FmrBasis::Average).unwrap_err().kind();
        assert_eq!(kind, ErrorKind::InvalidArgument);
    }

    #[test]
    fn text_and_back() {
        let text = toml::to_string(&spec()).unwrap();
        assert_eq!(Calibration::parse("m", &text).unwrap(), calibration());
        let listed = |count| toml::to_string(&BTreeMap::from([("calibrations", vec![spec(); count])])).unwrap();
        assert_eq!(Calibration::parse("m", &listed(1)).unwrap(), calibration(), "as in a card");
        let refused = |count| Calibration::parse("m", &listed(count)).unwrap_err().to_string();
        assert!(refused(0).contains("0 calibrations") && refused(2).contains("2 calibrations"));
        assert_eq!(Calibration::parse("m", "points = 3").unwrap_err().kind(), ErrorKind::InvalidModel);
        assert_eq!(Calibration::parse("m", &" ".repeat(2 << 20)).unwrap_err().kind(), ErrorKind::LimitExceeded);
    }

    /// Any calibration that its rules allow.
    fn any_spec() -> impl Strategy<Value = CalibrationSpec> {
        prop::collection::vec((0.05f64..1.5, 0.01f32..0.4, 0.0f32..0.1, 0.0f32..0.1), 2..12).prop_map(|steps| {
            let (mut exponent, mut at) = (0.0, -0.5);
            let (mut lowest, mut highest) = (f32::MIN, f32::MIN);
            let points = steps.iter().map(|(fewer, higher, below, above)| {
                (exponent, at) = (exponent - fewer, at + higher);
                (lowest, highest) = ((at - below).max(lowest).min(at), (at + above).max(highest));
                CalibrationPoint {
                    fmr: 10f64.powf(exponent),
                    score: at,
                    low: lowest,
                    high: highest,
                    extrapolated: false,
                }
            });
            CalibrationSpec { points: points.collect(), ..spec() }
        })
    }

    proptest! {
        #[test]
        fn every_calibration_is_monotone(
            spec in any_spec(), shares in prop::collection::vec(0.0f64..=1.0, 2), at in -1.5f32..6.0, further in 0.0f32..2.0,
        ) {
            let calibration = Calibration::new("m", spec).unwrap();
            let (least, most) = calibration.fmr_range();
            let fmr = |share: f64| (least.ln() + share * (most / least).ln()).exp().clamp(least, most);
            let (strict, lax) = (shares[0].min(shares[1]), shares[0].max(shares[1]));
            let threshold = |share| calibration.threshold(fmr(share)).unwrap().score().value();
            prop_assert!(threshold(strict) >= threshold(lax) - 1e-6);
            let rate = |value| match calibration.fmr(score(value)) {
                FmrEstimate::AtLeast(fmr) | FmrEstimate::About(fmr) | FmrEstimate::AtMost(fmr) => fmr,
            };
            prop_assert!((least..=most).contains(&rate(at)));
            prop_assert!(rate(at + further) <= rate(at) * (1.0 + 1e-9));
            let ratio = |value| calibration.log_likelihood_ratio(score(value));
            prop_assert!(ratio(at + further) >= ratio(at));
        }

        #[test]
        fn threshold_and_rate_undo_each_other(exponent in -4.0f64..-2.0) {
            let fmr = 10f64.powf(exponent);
            let threshold = calibration().threshold(fmr).unwrap();
            let FmrEstimate::About(back) = calibration().fmr(threshold.score()) else { panic!("{threshold:?}") };
            prop_assert!((back.ln() - fmr.ln()).abs() < 1e-4);
        }

        #[test]
        fn a_stricter_rate_never_lowers_the_threshold(a in -4.0f64..-2.0, b in -4.0f64..-2.0) {
            let score = |e: f64| calibration().threshold(10f64.powf(e)).unwrap().score();
            prop_assert!((a <= b) == (score(a) >= score(b)) || (a - b).abs() < 1e-6);
        }
    }
}
