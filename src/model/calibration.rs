//! What a model's card says about its comparison scores.

use serde::{Deserialize, Serialize};

/// The most points of a calibration.
const MAX_POINTS: usize = 64;

/// Which kinds of picture are compared: their scores mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Pairing {
    /// Two photographs from cameras.
    SelfieSelfie,
    /// A document's portrait, small, compressed, printed or grey, with a photograph from a camera.
    DocumentSelfie,
}

impl Pairing {
    /// A stable word, the one that cards use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SelfieSelfie => "selfie-selfie",
            Self::DocumentSelfie => "document-selfie",
        }
    }
}

/// One point of a calibration curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationPoint {
    /// False match rate, 0 < fmr < 1.
    pub fmr: f64,
    /// The lowest threshold whose false match rate is not above `fmr`.
    pub score: f32,
    /// Lower end of the 95 % interval of that threshold.
    pub low: f32,
    /// Its upper end.
    pub high: f32,
    /// Whether it lies beyond the data, and comes from a model of the scores' tail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extrapolated: bool,
}

/// The natural logarithm of the likelihood ratio as `offset + slope · score`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogisticSpec {
    /// At a score of 0.
    pub offset: f64,
    /// Per unit of the score, above 0.
    pub slope: f64,
}

impl LogisticSpec {
    /// The log-likelihood ratio of `score`.
    pub(crate) fn at(&self, score: f64) -> f64 {
        self.offset + self.slope * score
    }
}

/// Comparison scores and false match rates of one model and one kind of pairs, measured by
/// `selfsame-lab evaluate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationSpec {
    /// The kind of pairs.
    pub pairing: Pairing,
    /// The data, for people: whose pictures, which part of the set, how they were changed.
    pub data: String,
    /// Number of people.
    pub people: u64,
    /// Pairs of pictures of one person.
    pub genuine_pairs: u64,
    /// Pairs of pictures of two people.
    pub impostor_pairs: u64,
    /// How the points beyond the data were found, for people.
    pub tail: String,
    /// Log-likelihood ratio.
    pub log_likelihood_ratio: LogisticSpec,
    /// The curve, highest false match rate first.
    pub points: Vec<CalibrationPoint>,
}

impl CalibrationSpec {
    /// What is wrong with it.
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let in_range = |p: &CalibrationPoint| {
            p.fmr > 0.0
                && p.fmr < 1.0
                && [p.low, p.score, p.high].iter().all(|v| v.is_finite())
                && p.low <= p.score
                && p.score <= p.high
        };
        if !(2..=MAX_POINTS).contains(&self.points.len()) {
            return Some("a calibration needs 2 to 64 points");
        }
        if !self.points.iter().all(in_range) {
            return Some("a point of a calibration is out of range");
        }
        let ordered = |w: &[CalibrationPoint]| matches!(w, [a, b] if a.fmr > b.fmr && a.score < b.score && a.low <= b.low && a.high <= b.high && a.extrapolated <= b.extrapolated);
        if !self.points.windows(2).all(ordered) {
            return Some("a calibration's points must fall in FMR and rise in score, those beyond the data last");
        }
        let LogisticSpec { offset, slope } = self.log_likelihood_ratio;
        if !(offset.is_finite() && slope.is_finite() && slope > 0.0) {
            return Some("a calibration's log-likelihood ratio must be finite and rise with the score");
        }
        None
    }
}
