//! The record of a ceremony: what happened, in order, and why. No images, templates, nonces or
//! PINs.

use super::kind::{Kind, Method};
use super::names::{AccountId, DocumentKey, Identity, SessionKey};
use super::reasons::{End, SetbackReason};
use super::table::{Event, Phase};
use crate::compare::{FmrBasis, FmrEstimate};
use crate::digest::Digest;
use crate::document::{DocumentDemand, Origin};
use crate::liveness::ChallengeId;
use serde::{Deserialize, Serialize};

/// Records that a ceremony can have. One without slips has 8 to 11; whoever fills this is no
/// applicant. Chosen by hand, so that a sealed state stays far under its limit of 1 MiB.
pub(super) const MAX_RECORDS: usize = 256;

/// What a transition rested on, for the [`Audit`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditMeasure {
    /// A form was accepted.
    Form {
        /// The digest of all that it says.
        form: Digest,
        /// The account that has to confirm, if one has to.
        old_account: Option<AccountId>,
    },
    /// A document was read.
    Document {
        /// The digest of its bytes.
        document: Digest,
        /// Whose document it is.
        identity: Identity,
        /// Whether its authenticity was checked.
        authenticated: bool,
        /// Where its portrait was read from.
        origin: Origin,
        /// The demands that the document meets.
        met: Vec<DocumentDemand>,
        /// The trust anchor that passive authentication led to: the SHA-256 fingerprint of its
        /// certificate ([`DocumentStanding::anchor`](crate::document::DocumentStanding::anchor)).
        anchor: Option<Digest>,
    },
    /// A challenge was shown.
    Challenge {
        /// Which one.
        challenge: ChallengeId,
    },
    /// A live face answered a challenge.
    Liveness {
        /// The digest of the picture that was kept of it.
        capture: Digest,
        /// How much likelier the answer is from a live face than from an attack, as a binary
        /// logarithm.
        evidence_bits: f64,
        /// Bits of evidence of an approach, the second witness; `None` if there was none.
        approach_bits: Option<f64>,
        /// Whether the challenge was revealed piece by piece, with arrivals noted.
        streamed: bool,
        /// Whether frames were compared at times that the client could not know.
        secret_draws: bool,
        /// The digest of the limits that the session was judged by
        /// ([`LivenessLimits::digest`](crate::liveness::LivenessLimits::digest)).
        limits: Digest,
    },
    /// Two faces matched.
    Match {
        /// The digest of the document's bytes.
        document: Digest,
        /// The digest of the live session's picture.
        capture: Digest,
        /// The template network or ensemble.
        model: String,
        /// The digest of its calibration
        /// ([`Threshold::calibration`](crate::compare::Threshold::calibration)).
        calibration: Digest,
        /// Whose false match rate it states.
        basis: FmrBasis,
        /// The false match rate that was asked for.
        fmr_limit: f64,
        /// The share of impostor pairs that score as high or higher.
        fmr: FmrEstimate,
        /// Natural logarithm of how much likelier the score is for one person than for two.
        log_likelihood_ratio: f64,
        /// Whether the decision might have been another one, had other people been measured.
        marginal: bool,
    },
    /// The new account takes this one's place.
    Replaces {
        /// Which one.
        old_account: AccountId,
    },
    /// A new account exists.
    Account {
        /// Its name.
        account: AccountId,
        /// The digest that was signed.
        application: Digest,
    },
}

/// One transition of a ceremony: a line of its [`Audit`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The time of the transition, in Unix seconds.
    pub at: u64,
    /// The phase before.
    pub from: Phase,
    /// The event that led to it.
    pub event: Event,
    /// The phase after.
    pub to: Phase,
    /// Why the step failed, if it did.
    pub reasons: Vec<SetbackReason>,
    /// Why the ceremony ended, if it did.
    pub end: Option<End>,
    /// The digest of the rules that applied ([`Policy::digest`](super::Policy::digest)).
    pub policy: Digest,
    /// What it rested on, if on anything.
    pub measure: Option<AuditMeasure>,
}

impl Record {
    pub(super) fn new(at: u64, policy: Digest, from: Phase, event: Event, to: Phase) -> Self {
        Self { at, from, event, to, reasons: Vec::new(), end: None, policy, measure: None }
    }
}

/// A ceremony's record, first transition first; for logs and courts. It can be serialised; a
/// ceremony cannot be made from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Audit {
    /// The version of this crate that began the ceremony.
    pub version: String,
    /// What the ceremony is for.
    pub kind: Kind,
    /// How the applicant shows who they are.
    pub method: Method,
    /// The session that attempts count against until the document is authenticated.
    pub session: SessionKey,
    /// The document that the form names, and that was read.
    pub document: DocumentKey,
    /// The time at which the ceremony began, in Unix seconds.
    pub began_at: u64,
    /// The transitions so far.
    pub records: Vec<Record>,
}

impl Audit {
    /// The record of the identity proofing alone: all up to [`Phase::Proofed`], without the last
    /// steps. `None` if the ceremony has not come so far.
    pub fn proofing(&self) -> Option<Self> {
        let count = self.records.iter().position(|record| record.to == Phase::Proofed)? + 1;
        Some(Self { records: self.records.iter().take(count).cloned().collect(), ..self.clone() })
    }

    /// The digest of the record in JSON, as `serde_json::to_vec` writes it. That of
    /// [`Audit::proofing`] is what the applicant's signature covers.
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }
}
