//! What a model's card says about its comparison scores.

use serde::{Deserialize, Serialize};

/// The most points of a calibration: chosen by hand; the bundled ones have 9.
const MAX_POINTS: usize = 64;

/// Which kinds of picture are compared: the same score means different things for different kinds.
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
    /// The stable word of this variant, the one that cards use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SelfieSelfie => "selfie-selfie",
            Self::DocumentSelfie => "document-selfie",
        }
    }
}

/// Whose false match rate a calibration states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FmrBasis {
    /// That of all pairs of the calibration's people, whoever they are. People who look alike to
    /// the networks, of one sex and origin say, match falsely more often than it says.
    #[default]
    Average,
    /// That of pairs from the group of adults with the most false matches, of one sex and origin,
    /// among all groups that were measured.
    WorstGroup,
}

impl FmrBasis {
    /// The stable word of this variant, the one that cards use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Average => "average",
            Self::WorstGroup => "worst-group",
        }
    }
}

/// One point of a calibration curve.
///
/// This and the types around it are what format 1 of a card holds, field by field: plain structs,
/// since whoever measures fills them in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationPoint {
    /// False match rate, 0 < fmr < 1.
    pub fmr: f64,
    /// The lowest threshold whose false match rate is not above `fmr`.
    pub score: f32,
    /// The lower end of the threshold's 95 % interval, from resampling people.
    pub low: f32,
    /// The upper end of the threshold's 95 % interval.
    pub high: f32,
    /// Whether the point lies beyond the data, and comes from a model of the scores' tail.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub extrapolated: bool,
}

/// The natural logarithm of the likelihood ratio as `offset + slope · score`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogisticSpec {
    /// The log-likelihood ratio at a score of 0.
    pub offset: f64,
    /// What each unit of the score adds to it; above 0.
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
    /// Whose false match rate the points state; the average's where a card does not say.
    #[serde(default)]
    pub basis: FmrBasis,
    /// The data, for people: whose pictures, which part of the set, how they were changed.
    pub data: String,
    /// How many people the data shows.
    pub people: u64,
    /// How many pairs of pictures show one person.
    pub genuine_pairs: u64,
    /// How many pairs of pictures show two people.
    pub impostor_pairs: u64,
    /// How the points beyond the data were found, for people.
    pub tail: String,
    /// The log-likelihood ratio of every score.
    pub log_likelihood_ratio: LogisticSpec,
    /// The curve, highest false match rate first.
    pub points: Vec<CalibrationPoint>,
}

impl CalibrationSpec {
    /// What is wrong with the calibrations of one card.
    pub(super) fn fault_of_all(all: &[Self]) -> Option<&'static str> {
        let same = |(index, one): (usize, &Self)| {
            all.iter().skip(index + 1).any(|other| (other.pairing, other.basis) == (one.pairing, one.basis))
        };
        all.iter().find_map(Self::fault).or_else(|| {
            all.iter().enumerate().any(same).then_some("there are two calibrations for one pairing and basis")
        })
    }

    /// What is wrong with the calibration, for the error that refuses its card.
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
