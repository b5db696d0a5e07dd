//! What every state of a ceremony knows ([`Core`]), and what every transition does with the ports
//! and the generator.

use super::audit::{Audit, Record};
use super::ports::{Context, PortError};
use super::reasons::SetbackReason;
use crate::binding::Binding;
use crate::error::{Error, ErrorKind, Stage};
use crate::secret::Nonce;
use crate::telemetry::debug_event;
use serde::{Deserialize, Serialize};

/// What every state knows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Core {
    pub(super) audit: Audit,
    /// The nonce of the current attempt.
    pub(super) nonce: Nonce,
    /// When the current phase began, in Unix seconds.
    pub(super) since: u64,
}

impl Core {
    /// Keeps the record of a transition, with which a phase begins.
    pub(super) fn note(&mut self, record: Record) {
        // The names of steps alone: a log learns neither who applies nor why a step failed.
        debug_event!(
            from = record.from.as_str(),
            event = record.event.as_str(),
            to = record.to.as_str(),
            "ceremony step"
        );
        self.since = record.at;
        self.audit.records.push(record);
    }

    /// Why evidence with this binding does not count for the current attempt, if it does not.
    pub(super) fn objection(&self, binding: &Binding, ctx: &Context<'_>) -> Option<SetbackReason> {
        if *binding.nonce() != self.nonce {
            Some(SetbackReason::OtherAttempt)
        } else if binding.issued_at() > ctx.now.saturating_add(ctx.policy.clock_tolerance_s()) {
            Some(SetbackReason::NotYetValid)
        } else if ctx.now >= binding.expires_at() {
            Some(SetbackReason::Expired)
        } else {
            None
        }
    }
}

/// The error of a port that could not answer.
pub(super) fn port(what: &str, cause: PortError) -> Error {
    Error::new(ErrorKind::Port, Stage::Enrol, format!("{what} failed")).with_source(cause)
}

/// Draws a nonce. A generator that repeats itself, within it or from the one `before`, would make
/// stale evidence count: it is an error. One that is weak is not noticed.
pub(super) fn fresh_nonce(ctx: &mut Context<'_>, before: Option<&Nonce>) -> Result<Nonce, Error> {
    let nonce = Nonce::random(ctx.rng);
    let (first, second) = nonce.as_bytes().split_at(16);
    if first == second || before == Some(&nonce) {
        let message = "the random number generator repeats itself";
        return Err(Error::new(ErrorKind::Randomness, Stage::Enrol, message));
    }
    Ok(nonce)
}
