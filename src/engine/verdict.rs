//! The verdict of a comparison, and the reasons for it.

use crate::compare::{FmrEstimate, Score};
use crate::document::DocumentDemand;
use crate::observer::Side;
use crate::quality::QualityRefusal;
use crate::words::serialised_as_its_word;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::fmt;

/// Why a picture can't carry a comparison. Its display is a stable `snake_case` word, such as
/// `no_face` or `face_too_small`, and it is serialised as that word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaceRefusal {
    /// There is no face, or what looked like one is none.
    NoFace,
    /// There are two or more faces of similar size; see [`crate::detect::select_face`].
    SeveralFaces,
    /// The face is there, and too poor.
    Quality(QualityRefusal),
    /// Too little of what tells people apart is left on the picture
    /// ([`Template::reliability`](crate::template::Template::reliability)): it is blurred, fogged,
    /// noisy or compressed, or the face is covered. Wiping the lens, more light or an uncovered
    /// face helps.
    Unreliable,
    /// A part of the face is covered, and the engine was told to refuse that
    /// ([`EngineBuilder::refuse_covered`](super::EngineBuilder::refuse_covered)).
    Covered,
}

impl FaceRefusal {
    /// The stable `snake_case` word of this refusal, for logs and machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoFace => "no_face",
            Self::SeveralFaces => "several_faces",
            Self::Quality(refusal) => refusal.as_str(),
            Self::Unreliable => "unreliable",
            Self::Covered => "covered",
        }
    }
}

serialised_as_its_word!(FaceRefusal);

impl From<QualityRefusal> for FaceRefusal {
    fn from(refusal: QualityRefusal) -> Self {
        Self::Quality(refusal)
    }
}

/// A reason for a verdict. Its display is a stable `snake_case` word, such as `selfie_no_face` or
/// `score_below_threshold`, and it is serialised as that word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerdictReason {
    /// The score reached the threshold.
    ScoreReachedThreshold,
    /// The score did not reach the threshold.
    ScoreBelowThreshold,
    /// One side's picture was refused, and why.
    Refused(Side, FaceRefusal),
    /// The document does not meet what the engine demands of it, the first demand that it fails.
    Document(DocumentDemand),
    /// The selfie is the document's own portrait, and the engine was told to refuse that.
    SamePicture,
    /// The document's portrait may be a blend of two faces, and the engine was told to refuse that.
    PossibleMorph,
}

impl fmt::Display for VerdictReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ScoreReachedThreshold => f.write_str("score_reached_threshold"),
            Self::ScoreBelowThreshold => f.write_str("score_below_threshold"),
            Self::Refused(side, refusal) => write!(f, "{side}_{refusal}"),
            Self::Document(demand) => f.write_str(match demand {
                DocumentDemand::Format => "document_not_from_chip",
                DocumentDemand::Authentic => "document_not_authentic",
                DocumentDemand::Original => "document_not_original",
                DocumentDemand::NotExpired => "document_expired",
                DocumentDemand::NotRevoked => "document_maybe_revoked",
            }),
            Self::SamePicture => f.write_str("same_picture"),
            Self::PossibleMorph => f.write_str("possible_morph"),
        }
    }
}

/// Serialised as its word.
impl Serialize for VerdictReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A comparison that took place: its score, and what that says.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The comparison score, in units of the cosine; higher for more alike. What a value means
    /// depends on the network: judge by the verdict and by [`Comparison::fmr`].
    pub score: Score,
    /// The share of pairs of different people that score as high or higher.
    pub fmr: FmrEstimate,
    /// Natural logarithm of how much likelier the score is for one person than for two
    /// ([`Calibration::log_likelihood_ratio`](crate::compare::Calibration::log_likelihood_ratio)).
    pub log_likelihood_ratio: f64,
    /// Whether the score lies inside the threshold's 95 % interval: measured on other people, the
    /// decision might differ.
    pub marginal: bool,
}

/// The answer of a verification: one person, two, or no comparison.
///
/// It is serialised as an object: `decision` (the word of [`Verdict::as_str`]), `score`,
/// `score_fmr` (an object of `bound` and `value`), `log_likelihood_ratio` and `marginal`, which are
/// `null` without a comparison, and `reasons`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[must_use]
pub enum Verdict {
    /// The two faces match at the false match rate asked for.
    Match(Comparison),
    /// The two faces do not match at that rate.
    NoMatch(Comparison),
    /// No comparison took place, and why.
    Refused(Vec<VerdictReason>),
}

impl Verdict {
    /// The stable word of the decision: `"match"`, `"no_match"` or `"refused"`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Match(_) => "match",
            Self::NoMatch(_) => "no_match",
            Self::Refused(_) => "refused",
        }
    }

    /// The comparison, if there was one.
    pub const fn comparison(&self) -> Option<&Comparison> {
        match self {
            Self::Match(comparison) | Self::NoMatch(comparison) => Some(comparison),
            Self::Refused(_) => None,
        }
    }

    /// The reasons for the verdict, at least one.
    pub fn reasons(&self) -> Vec<VerdictReason> {
        match self {
            Self::Match(_) => vec![VerdictReason::ScoreReachedThreshold],
            Self::NoMatch(_) => vec![VerdictReason::ScoreBelowThreshold],
            Self::Refused(reasons) => reasons.clone(),
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let comparison = self.comparison();
        let mut fields = serializer.serialize_struct("Verdict", 6)?;
        fields.serialize_field("decision", self.as_str())?;
        fields.serialize_field("score", &comparison.map(|c| c.score.value()))?;
        fields.serialize_field("score_fmr", &comparison.map(|c| Bounded::from(c.fmr)))?;
        fields.serialize_field("log_likelihood_ratio", &comparison.map(|c| c.log_likelihood_ratio))?;
        fields.serialize_field("marginal", &comparison.map(|c| c.marginal))?;
        fields.serialize_field("reasons", &self.reasons())?;
        fields.end()
    }
}

/// A false match rate as verdicts are serialised: which way it is bounded, and the rate.
///
/// [`FmrEstimate`] itself is serialised otherwise, in sealed ceremonies and audits, whose form must
/// not change.
#[derive(Serialize)]
struct Bounded {
    bound: &'static str,
    value: f64,
}

impl From<FmrEstimate> for Bounded {
    fn from(fmr: FmrEstimate) -> Self {
        let (bound, value) = match fmr {
            FmrEstimate::About(value) => ("about", value),
            FmrEstimate::AtMost(value) => ("at_most", value),
            FmrEstimate::AtLeast(value) => ("at_least", value),
        };
        Self { bound, value }
    }
}
