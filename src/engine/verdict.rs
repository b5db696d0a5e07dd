//! What a verification says: verdict, reasons, and what was seen on each side.

use crate::compare::{FmrEstimate, Score, Threshold};
use crate::document::Origin;
use crate::geometry::Rect;
use crate::observer::Side;
use crate::quality::{QualityRefusal, QualityReport};
use crate::words::serialised_as_its_word;
use std::fmt;

/// Why a picture can't carry a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaceRefusal {
    /// There is no face, or what looked like one is none.
    NoFace,
    /// There are two or more faces of similar size; see [`crate::detect::select_face`].
    SeveralFaces,
    /// The face is there, and too poor.
    Quality(QualityRefusal),
}

impl FaceRefusal {
    /// The stable `snake_case` word of this refusal, for logs and machine-readable output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoFace => "no_face",
            Self::SeveralFaces => "several_faces",
            Self::Quality(refusal) => refusal.as_str(),
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
/// `score_below_threshold`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerdictReason {
    /// The score reached the threshold.
    ScoreReachedThreshold,
    /// The score did not reach the threshold.
    ScoreBelowThreshold,
    /// A picture was refused.
    Refused(Side, FaceRefusal),
    /// The engine demands a chip's portrait, and the document's is none.
    DocumentNotFromChip,
}

impl fmt::Display for VerdictReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ScoreReachedThreshold => f.write_str("score_reached_threshold"),
            Self::ScoreBelowThreshold => f.write_str("score_below_threshold"),
            Self::Refused(side, refusal) => write!(f, "{}_{}", side.as_str(), refusal.as_str()),
            Self::DocumentNotFromChip => f.write_str("document_not_from_chip"),
        }
    }
}

/// A comparison that took place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The comparison score.
    pub score: Score,
    /// The share of impostor pairs that score as high or higher.
    pub fmr: FmrEstimate,
    /// Natural logarithm of how much likelier the score is for one person than for two
    /// ([`crate::compare::Calibration::log_likelihood_ratio`]).
    pub log_likelihood_ratio: f64,
    /// Whether the score lies inside the threshold's 95 % interval: measured on other people, the
    /// decision might differ.
    pub marginal: bool,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Verdict {
    /// The two faces match at the false match rate asked for.
    Match(Comparison),
    /// They don't.
    NoMatch(Comparison),
    /// No comparison took place, and why.
    Refused(Vec<VerdictReason>),
}

impl Verdict {
    /// `"match"`, `"no_match"` or `"refused"`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Match(_) => "match",
            Self::NoMatch(_) => "no_match",
            Self::Refused(_) => "refused",
        }
    }

    /// The comparison, if there was one.
    pub fn comparison(&self) -> Option<&Comparison> {
        match self {
            Self::Match(comparison) | Self::NoMatch(comparison) => Some(comparison),
            Self::Refused(_) => None,
        }
    }

    /// Why.
    pub fn reasons(&self) -> Vec<VerdictReason> {
        match self {
            Self::Match(_) => vec![VerdictReason::ScoreReachedThreshold],
            Self::NoMatch(_) => vec![VerdictReason::ScoreBelowThreshold],
            Self::Refused(reasons) => reasons.clone(),
        }
    }
}

/// The subject's face on one picture.
#[derive(Debug)]
pub struct FaceReport {
    /// The detected box, in pixels.
    pub rect: Rect,
    /// The detector's score, 0 ..= 1.
    pub score: f32,
    /// The mesh network's face flag, 0 ..= 1.
    pub flag: f32,
    /// Quality measures and remarks.
    pub quality: QualityReport,
}

/// What was seen on one picture.
#[derive(Debug)]
pub struct SideReport {
    /// Faces found, the subject's included; 0 if nothing was looked at.
    pub faces: usize,
    /// The subject's face, if it can carry a comparison.
    pub face: Option<FaceReport>,
}

/// A verification: verdict, the threshold it used, what the document is, and what was seen on each
/// side.
#[derive(Debug)]
pub struct Verification {
    /// The outcome.
    pub verdict: Verdict,
    /// The threshold, for the false match rate asked for.
    pub threshold: Threshold,
    /// Where the document's portrait was read from.
    pub origin: Origin,
    /// The document's portrait.
    pub document: SideReport,
    /// The selfie.
    pub selfie: SideReport,
}
