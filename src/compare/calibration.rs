//! Between scores and false match rates (FMR), by a few measured pairs.
//!
//! Between two measured pairs the logarithm of the FMR is interpolated linearly in the score: the upper tail of impostor
//! scores falls about exponentially, so that this errs little. Beyond the measured pairs nothing is claimed.

use super::{Decision, Score};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::ModelCard;
use std::sync::Arc;

/// Measured pairs of score and FMR for one model.
///
/// Those that cards carry are **provisional**: measured on one public data set of photographs of celebrities, all impostor
/// pairs alike, before a calibration on pictures of the use at hand. Real false match rates differ, and differ between
/// demographic groups: pairs of the same sex, age and origin match falsely more often.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    model_id: Arc<str>,
    /// FMR and score; the FMR falls and the score rises strictly.
    pairs: Vec<(f64, f32)>,
}

/// What a score says about the false match rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FmrEstimate {
    /// Of impostor pairs this share scores as high or higher: interpolated between measured pairs.
    About(f64),
    /// This share or less: the score is above the highest measured one.
    AtMost(f64),
    /// This share or more: the score is below the lowest measured one.
    AtLeast(f64),
}

/// The score from which on two templates of one model count as the same person.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    score: Score,
    fmr: f64,
    model_id: Arc<str>,
}

impl Calibration {
    /// The provisional calibration that the card of a template network carries.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if it carries none, [`ErrorKind::InvalidModel`] if its pairs contradict each other.
    pub fn provisional(card: &ModelCard) -> Result<Self> {
        let pairs: Vec<(f64, f32)> = card.provisional_thresholds.iter().map(|t| (t.fmr, t.score)).collect();
        if pairs.is_empty() {
            let message = format!("the card of {:?} has no measured thresholds", card.id);
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Compare, message));
        }
        // Cards are checked when they are parsed, but their fields are public.
        let in_range = pairs.iter().all(|(fmr, score)| *fmr > 0.0 && *fmr < 1.0 && (-1.0..=1.0).contains(score));
        let ordered = pairs.windows(2).all(|w| matches!(w, [(f, s), (g, t)] if f > g && s < t));
        if !(in_range && ordered) {
            let message = format!("the thresholds of {:?} must fall in FMR and rise in score", card.id);
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Compare, message));
        }
        Ok(Self { model_id: card.id.as_str().into(), pairs })
    }

    /// Whether this is a card's provisional calibration; see the type. Always so in this version.
    pub fn is_provisional(&self) -> bool {
        true
    }

    /// The model whose scores this is about.
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// The range of false match rates that thresholds can be asked for, least first.
    pub fn fmr_range(&self) -> (f64, f64) {
        let fmr = |pair: Option<&(f64, f32)>| pair.map_or(f64::NAN, |(fmr, _)| *fmr);
        (fmr(self.pairs.last()), fmr(self.pairs.first()))
    }

    /// The threshold for a false match rate of `fmr`, such as 1e-4 for one in ten thousand.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`], which tells the range, if `fmr` is outside [`Self::fmr_range`]: nothing is extrapolated.
    pub fn threshold(&self, fmr: f64) -> Result<Threshold> {
        let listed = self.pairs.iter().find(|(f, _)| *f == fmr).map(|(_, score)| *score);
        let between = || {
            self.pairs.windows(2).find_map(|w| match w {
                [(f, s), (g, t)] if *f > fmr && fmr > *g => {
                    let share = (f.ln() - fmr.ln()) / (f.ln() - g.ln());
                    Some((f64::from(*s) + share * (f64::from(*t) - f64::from(*s))) as f32)
                }
                _ => None,
            })
        };
        let Some(score) = listed.or_else(between) else {
            let (least, most) = self.fmr_range();
            let message = format!("no threshold for an FMR of {fmr:e}: measured are {least:e} to {most:e}");
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Compare, message));
        };
        Ok(Threshold { score: Score::new(score)?, fmr, model_id: self.model_id.clone() })
    }

    /// What `score` says about the false match rate.
    pub fn fmr(&self, score: Score) -> FmrEstimate {
        let (least, most) = self.fmr_range();
        let value = score.value();
        if self.pairs.first().is_some_and(|(_, lowest)| value < *lowest) {
            return FmrEstimate::AtLeast(most);
        }
        if self.pairs.last().is_some_and(|(_, highest)| value > *highest) {
            return FmrEstimate::AtMost(least);
        }
        let listed = self.pairs.iter().find(|(_, s)| *s == value).map(|(fmr, _)| *fmr);
        let between = || {
            self.pairs.windows(2).find_map(|w| match w {
                [(f, s), (g, t)] if *s < value && value < *t => {
                    let share = f64::from(value - s) / f64::from(t - s);
                    Some((f.ln() + share * (g.ln() - f.ln())).exp())
                }
                _ => None,
            })
        };
        listed.or_else(between).map_or(FmrEstimate::AtLeast(most), FmrEstimate::About)
    }
}

impl Threshold {
    /// The score itself.
    pub fn score(&self) -> Score {
        self.score
    }

    /// The false match rate that it was asked for.
    pub fn fmr(&self) -> f64 {
        self.fmr
    }

    /// The model whose scores it is for.
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// The decision: [`Decision::Match`] exactly if `score` is at or above the threshold.
    pub fn decide(&self, score: Score) -> Decision {
        if score >= self.score { Decision::Match } else { Decision::NoMatch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProvisionalThreshold;
    use proptest::prelude::*;

    fn card() -> ModelCard {
        let mut card = ModelCard::parse(include_str!("../../models/template.toml")).unwrap();
        let pairs = [(1e-2, 0.30), (1e-3, 0.42), (1e-4, 0.50)];
        card.provisional_thresholds = pairs.map(|(fmr, score)| ProvisionalThreshold { fmr, score }).to_vec();
        card
    }

    fn calibration() -> Calibration {
        Calibration::provisional(&card()).unwrap()
    }

    #[test]
    fn listed_rates_give_listed_scores_and_half_way_is_half_way_in_the_logarithm() {
        let threshold = |fmr| calibration().threshold(fmr).unwrap().score().value();
        assert_eq!([threshold(1e-2), threshold(1e-3), threshold(1e-4)], [0.30, 0.42, 0.50]);
        assert!((threshold(10f64.powf(-2.5)) - 0.36).abs() < 1e-6);
        assert!((threshold(10f64.powf(-3.75)) - 0.48).abs() < 1e-6);
    }

    #[test]
    fn nothing_is_extrapolated() {
        for fmr in [2e-2, 0.9e-4, 1e-6, 0.0, 1.0, -1.0, f64::NAN, f64::INFINITY] {
            let error = calibration().threshold(fmr).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{fmr}");
            assert!(error.to_string().contains("1e-4 to 1e-2"), "{error}");
        }
        let fmr = |score| calibration().fmr(Score::new(score).unwrap());
        assert_eq!((fmr(0.29), fmr(0.51)), (FmrEstimate::AtLeast(1e-2), FmrEstimate::AtMost(1e-4)));
        assert_eq!((fmr(0.30), fmr(0.50)), (FmrEstimate::About(1e-2), FmrEstimate::About(1e-4)));
    }

    #[test]
    fn the_threshold_itself_matches_and_the_next_lower_score_does_not() {
        let threshold = calibration().threshold(1e-3).unwrap();
        assert_eq!((threshold.fmr(), threshold.model_id()), (1e-3, "mobilefacenet-192"));
        assert_eq!(threshold.decide(threshold.score()), Decision::Match);
        let below = Score::new(threshold.score().value().next_down()).unwrap();
        assert_eq!(threshold.decide(below), Decision::NoMatch);
        assert!(calibration().is_provisional());
    }

    #[test]
    fn cards_without_thresholds_or_with_disorder_are_refused() {
        let kind = |card: &ModelCard| Calibration::provisional(card).unwrap_err().kind();
        let mut changed = card();
        changed.provisional_thresholds.reverse();
        assert_eq!(kind(&changed), ErrorKind::InvalidModel);
        changed.provisional_thresholds.clear();
        assert_eq!(kind(&changed), ErrorKind::InvalidArgument);
        changed.provisional_thresholds.push(ProvisionalThreshold { fmr: f64::NAN, score: 0.4 });
        assert_eq!(kind(&changed), ErrorKind::InvalidModel);
    }

    proptest! {
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
