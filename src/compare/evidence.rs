//! [`MatchEvidence`]: a document's portrait and a selfie matched.

use super::FmrBasis;
use super::fmr::FmrEstimate;
use crate::binding::Binding;
use crate::digest::Digest;
use crate::document::Origin;

/// Evidence that one document's portrait and one selfie matched, in one attempt.
///
/// Only [`Engine::verify_for`](crate::engine::Engine::verify_for) makes it; it cannot be copied.
#[derive(Debug)]
#[must_use]
pub struct MatchEvidence {
    pub(crate) binding: Binding,
    pub(crate) document: Digest,
    pub(crate) capture: Digest,
    pub(crate) origin: Origin,
    pub(crate) model: String,
    pub(crate) calibration: Digest,
    pub(crate) basis: FmrBasis,
    pub(crate) fmr_limit: f64,
    pub(crate) fmr: FmrEstimate,
    pub(crate) log_likelihood_ratio: f64,
    pub(crate) marginal: bool,
}

impl MatchEvidence {
    /// The attempt that the evidence belongs to, and how long it counts.
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// The digest of the document's bytes:
    /// [`DocumentPhoto::digest`](crate::document::DocumentPhoto::digest).
    pub fn document(&self) -> Digest {
        self.document
    }

    /// The digest of the selfie's pixels: [`Photo::digest`](crate::image::Photo::digest).
    pub fn capture(&self) -> Digest {
        self.capture
    }

    /// Where the portrait was read from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The template network or ensemble whose templates were compared, by its card's name.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The digest of the calibration that the decision rests on:
    /// [`Threshold::calibration`](super::Threshold::calibration).
    pub fn calibration(&self) -> Digest {
        self.calibration
    }

    /// Whose false match rate that calibration states.
    pub fn basis(&self) -> FmrBasis {
        self.basis
    }

    /// The false match rate that was asked for, between 0 and 1.
    pub fn fmr_limit(&self) -> f64 {
        self.fmr_limit
    }

    /// The share of impostor pairs that score as high or higher.
    pub fn fmr(&self) -> FmrEstimate {
        self.fmr
    }

    /// The natural logarithm of how much likelier the score is for one person than for two.
    pub fn log_likelihood_ratio(&self) -> f64 {
        self.log_likelihood_ratio
    }

    /// Whether the decision might have been another one, had other people been measured.
    pub fn is_marginal(&self) -> bool {
        self.marginal
    }
}
