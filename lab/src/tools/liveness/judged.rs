//! What came of a session, with its exit status and its JSON.

use selfsame::engine::{Verdict, Verification};
use selfsame::liveness::{LivenessReport, LivenessVerdict};
use serde_json::json;

/// What came of it.
pub struct Judged {
    pub report: LivenessReport,
    /// Whether the challenge is the session's own.
    pub own_challenge: bool,
    pub comparison: Option<Comparison>,
}

/// The reference frame against the document.
pub enum Comparison {
    /// There is no frame before the flashes to compare.
    NoReference,
    Verified(Box<Verification>),
}

impl Comparison {
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NoReference => "no_reference",
            Self::Verified(verification) => verification.verdict.as_str(),
        }
    }

    pub fn status(&self) -> u8 {
        match self {
            Self::NoReference => 2,
            Self::Verified(verification) => match verification.verdict {
                Verdict::Match(_) => 0,
                Verdict::NoMatch(_) => 1,
                // Refused.
                _ => 2,
            },
        }
    }
}

impl Judged {
    pub fn status(&self) -> u8 {
        match self.report.verdict {
            // Without a document life is enough.
            LivenessVerdict::Live => self.comparison.as_ref().map_or(0, Comparison::status),
            LivenessVerdict::Attack { .. } => 1,
            // An inconclusive one, and any that this program doesn't know yet.
            _ => 2,
        }
    }

    pub fn json(&self) -> serde_json::Value {
        let challenge = if self.own_challenge { "of_the_session" } else { "given" };
        let Some(comparison) = &self.comparison else {
            return json!({ "challenge": challenge, "liveness": self.report });
        };
        let score = match comparison {
            Comparison::NoReference => None,
            Comparison::Verified(verification) => verification.verdict.comparison().map(|c| c.score.value()),
        };
        let document = json!({ "decision": comparison.as_str(), "score": score });
        json!({ "challenge": challenge, "liveness": self.report, "document": document })
    }
}
