//! What every state of a ceremony knows ([`Core`]), and what every transition does with the ports
//! and the generator.

use super::attempts::{AttemptId, Subject};
use super::audit::{Audit, Record};
use super::ports::{Context, PortError};
use super::seal_token::SealToken;
use crate::binding::Binding;
use crate::error::{Error, ErrorKind, Stage};
use crate::secret::Nonce;
use crate::telemetry::debug_event;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What every state knows.
#[derive(Serialize, Deserialize)]
pub(super) struct Core {
    pub(super) audit: Audit,
    /// The nonce of the current attempt.
    pub(super) nonce: Nonce,
    /// When the current phase began, in Unix seconds.
    pub(super) since: u64,
    /// Whose locks stop the ceremony.
    pub(super) subjects: Vec<Subject>,
    /// Whether the document is authenticated: attempts then count against all subjects, and before
    /// that against the session alone.
    pub(super) authenticated: bool,
    /// The attempt that is under way: it stays on record unless it succeeds.
    pub(super) held: Option<AttemptId>,
    /// The token of the sealed state that this one was opened from.
    #[serde(skip)]
    pub(super) token: Option<SealToken>,
}

impl Core {
    /// Whom attempts count against.
    pub(super) fn counted(&self) -> Vec<Subject> {
        let counts = |subject: &&Subject| self.authenticated || matches!(subject, Subject::Session(_));
        self.subjects.iter().filter(counts).copied().collect()
    }

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

    /// What the caller has mixed up, if evidence with this binding cannot be for the current
    /// attempt, whatever the applicant did.
    pub(super) fn mixed_up(&self, what: &str, binding: &Binding, ctx: &Context<'_>) -> Option<Error> {
        let (now, tolerance) = (ctx.now, ctx.policy.clock_tolerance_s());
        if *binding.nonce() != self.nonce {
            let message = format!("{what} carries the nonce of another attempt than the ceremony's current one");
            Some(mistake(message))
        } else if binding.issued_at() > now.saturating_add(tolerance) {
            let ahead = binding.issued_at() - now;
            Some(mistake(format!("{what} is issued {ahead} s after Context.now; {tolerance} s are tolerated")))
        } else if now >= binding.expires_at() {
            Some(mistake(format!("{what} expired {} s before Context.now", now - binding.expires_at())))
        } else {
            None
        }
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut core = f.debug_struct("Core");
        core.field("audit", &self.audit).field("nonce", &self.nonce).field("since", &self.since);
        core.field("subjects", &self.subjects).field("authenticated", &self.authenticated).field("held", &self.held);
        // Where it was stored is no part of what it is.
        core.finish_non_exhaustive()
    }
}

/// The error of a caller that has mixed something up: it counts for nobody.
pub(super) fn mistake(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, Stage::Enrol, message)
}

/// The error of a port that could not answer.
pub(super) fn port(what: &str) -> impl FnOnce(PortError) -> Error {
    let message = format!("{what} failed");
    |cause| Error::new(ErrorKind::Port, Stage::Enrol, message).with_source(cause)
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
