//! The record of a ceremony: what happened, in order, and why. No images, templates, nonces or
//! PINs.

use super::kind::{Kind, Method};
use super::names::DocumentKey;
use super::reasons::{End, SetbackReason};
use super::table::{Event, Phase};
use crate::compare::FmrEstimate;
use crate::document::Origin;
use serde::{Deserialize, Serialize};

/// Records that a ceremony can have. One without slips has 8 to 11; whoever fills this is no
/// applicant. Chosen by hand, so that a sealed state stays far under its limit of 1 MiB.
pub(super) const MAX_RECORDS: usize = 256;

/// What was measured in a transition, for the [`Audit`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AuditMeasure {
    /// A document was read.
    Document {
        /// Where its portrait was read from.
        origin: Origin,
    },
    /// A live face answered a challenge.
    Liveness {
        /// How much likelier the answer is from a live face than from an attack, as a binary
        /// logarithm.
        evidence_bits: f64,
    },
    /// Two faces matched.
    Match {
        /// The false match rate that was asked for.
        fmr_limit: f64,
        /// The share of impostor pairs that score as high or higher.
        fmr: FmrEstimate,
        /// Natural logarithm of how much likelier the score is for one person than for two.
        log_likelihood_ratio: f64,
        /// Whether the decision might have been another one, had other people been measured.
        marginal: bool,
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
    /// What was measured, if anything was.
    pub measure: Option<AuditMeasure>,
}

impl Record {
    pub(super) fn new(at: u64, from: Phase, event: Event, to: Phase) -> Self {
        Self { at, from, event, to, reasons: Vec::new(), end: None, measure: None }
    }
}

/// A ceremony's record, first transition first; for logs and courts. It can be serialised; a
/// ceremony cannot be made from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Audit {
    /// What the ceremony is for.
    pub kind: Kind,
    /// How the applicant shows who they are.
    pub method: Method,
    /// The document that attempts are counted against.
    pub document: DocumentKey,
    /// The time at which the ceremony began, in Unix seconds.
    pub began_at: u64,
    /// The transitions so far.
    pub records: Vec<Record>,
}
