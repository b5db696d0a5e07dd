//! [`Threshold`] and [`Decision`]: from a score to match or no match.

use super::score::Score;
use crate::digest::Digest;
use crate::model::calibration::{FmrBasis, Pairing};
use crate::words::words;
use serde::Serialize;
use std::sync::Arc;

/// The decision about a score: the same person, or not.
///
/// There will be no third one: what cannot be compared has no score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub enum Decision {
    /// The score is at or above the threshold.
    Match,
    /// The score is below the threshold.
    NoMatch,
}

words!(Decision { Match => "match", NoMatch => "no_match" });

/// The score from which on two templates of one model count as the same person, and what is known
/// of it. [`Calibration::threshold`](super::Calibration::threshold) makes it.
///
/// It is serialised as a map of `threshold` (the score), `threshold_interval` (two scores),
/// `threshold_extrapolated`, `calibration` (the word of the [`Pairing`]), `basis` (that of the
/// [`FmrBasis`]) and `fmr`, so that it can be part of a larger report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Threshold {
    #[serde(rename = "threshold")]
    pub(super) score: Score,
    #[serde(rename = "threshold_interval")]
    pub(super) interval: (Score, Score),
    #[serde(rename = "threshold_extrapolated")]
    pub(super) extrapolated: bool,
    #[serde(rename = "calibration")]
    pub(super) pairing: Pairing,
    pub(super) basis: FmrBasis,
    pub(super) fmr: f64,
    #[serde(skip)]
    pub(super) model_id: Arc<str>,
    #[serde(skip)]
    pub(super) calibration: Digest,
}

impl Threshold {
    /// The least score that matches.
    #[must_use]
    pub fn score(&self) -> Score {
        self.score
    }

    /// The 95 % interval of the threshold's score, lower end first, from resampling the people that
    /// it was measured on.
    #[must_use]
    pub fn interval(&self) -> (Score, Score) {
        self.interval
    }

    /// The false match rate that the threshold was asked for, between 0 and 1.
    #[must_use]
    pub fn fmr(&self) -> f64 {
        self.fmr
    }

    /// Whether the threshold lies beyond the data, and comes from a model of the scores' tail.
    #[must_use]
    pub fn is_extrapolated(&self) -> bool {
        self.extrapolated
    }

    /// The kind of pairs that the threshold is for.
    #[must_use]
    pub fn pairing(&self) -> Pairing {
        self.pairing
    }

    /// Whose false match rate the threshold keeps.
    #[must_use]
    pub fn basis(&self) -> FmrBasis {
        self.basis
    }

    /// The identity of the model whose scores the threshold is for.
    #[must_use]
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// The digest of the calibration that made it: of the model's identity and the
    /// [specification](super::Calibration::spec), in JSON.
    #[must_use]
    pub fn calibration(&self) -> Digest {
        self.calibration
    }

    /// The decision: [`Decision::Match`] exactly if `score` is at or above the threshold.
    pub fn decide(&self, score: Score) -> Decision {
        if score >= self.score { Decision::Match } else { Decision::NoMatch }
    }

    /// Whether the decision about `score` could be the other one if other people had been measured:
    /// whether `score` lies inside [`Self::interval`].
    #[must_use]
    pub fn is_marginal(&self, score: Score) -> bool {
        self.interval.0 <= score && score <= self.interval.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_serialised_by_the_names_of_reports() {
        let score = |value| Score::new(value).unwrap();
        let threshold = Threshold {
            score: score(0.5),
            interval: (score(0.25), score(0.75)),
            extrapolated: true,
            pairing: Pairing::DocumentSelfie,
            basis: FmrBasis::WorstGroup,
            fmr: 1e-4,
            model_id: "m".into(),
            calibration: Digest::of(b"m"),
        };
        let expected = serde_json::json!({
            "threshold": 0.5,
            "threshold_interval": [0.25, 0.75],
            "threshold_extrapolated": true,
            "calibration": "document-selfie",
            "basis": "worst-group",
            "fmr": 1e-4,
        });
        assert_eq!(serde_json::to_value(&threshold).unwrap(), expected);
        assert_eq!(serde_json::to_value(threshold.decide(score(0.6))).unwrap(), "match");
        assert_eq!(threshold.decide(score(0.4)).to_string(), "no_match");
    }
}
