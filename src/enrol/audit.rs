//! The record of a ceremony: what happened, in order, and why. No images, templates, nonces or
//! PINs.

use super::kind::{Kind, Method};
use super::names::DocumentKey;
use super::reason::{End, Reason};
use super::table::{Event, Phase};
use crate::compare::FmrEstimate;
use crate::document::Origin;
use serde::{Deserialize, Serialize};

/// Records that a ceremony can have. One without slips has 8 to 11; whoever fills this is no
/// applicant.
pub(super) const MAX_RECORDS: usize = 256;

/// What was measured in a transition.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
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

/// One transition.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When, in Unix seconds.
    pub at: u64,
    /// The phase before.
    pub from: Phase,
    /// What happened.
    pub event: Event,
    /// The phase after.
    pub to: Phase,
    /// Why the step failed, if it did.
    pub reasons: Vec<Reason>,
    /// Why the ceremony ended, if it did.
    pub end: Option<End>,
    /// What was measured.
    pub measure: Option<Measure>,
}

impl Record {
    pub(super) fn new(at: u64, from: Phase, event: Event, to: Phase) -> Self {
        Self { at, from, event, to, reasons: Vec::new(), end: None, measure: None }
    }
}

/// A ceremony's record, first transition first; for logs and courts. It can be serialised; a
/// ceremony cannot be made from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// What the ceremony is for.
    pub kind: Kind,
    /// How the applicant shows who they are.
    pub method: Method,
    /// The document that attempts are counted against.
    pub document: DocumentKey,
    /// When it began, in Unix seconds.
    pub began_at: u64,
    /// The transitions so far.
    pub records: Vec<Record>,
}
