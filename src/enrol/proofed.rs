//! [`Proofed`]: the end of identity proofing, and the last steps from there, here or on the
//! applicant's device.

use super::audit::{Audit, AuditMeasure, Record};
use super::awaiting::Awaiting;
use super::common::Core;
use super::facts::{Cleared, Seen};
use super::names::{AccountId, DocumentKey, Identity};
use super::ports::Context;
use super::states::{OnDevice, Pins};
use super::table::{Event, Phase};
use super::waiting::Waiting;
use crate::digest::Digest;

/// A ceremony that has proofed an identity: the document was read, a live face answered and matched
/// it, and everybody who has to has confirmed and consented.
///
/// Who wants no more than that is done. The way to an account goes on here, by [`Proofed::enrol`],
/// or on the applicant's device, by [`Proofed::hand_over`](Proofed::hand_over).
#[derive(Debug)]
#[must_use = "a ceremony that is dropped is over"]
pub struct Proofed {
    pub(super) core: Box<Core>,
    pub(super) cleared: Box<Cleared>,
}

impl Proofed {
    /// The last step of identity proofing has succeeded.
    pub(super) fn after<W: Waiting>(
        state: Awaiting<W>,
        event: Event,
        measure: Option<AuditMeasure>,
        ctx: &Context<'_>,
        known: impl FnOnce(W) -> (Seen, Option<AccountId>),
    ) -> Self {
        let (core, waiting) = state.leave(event, measure, ctx, Phase::Proofed);
        let (seen, old) = known(waiting);
        let cleared = Cleared { identity: seen.read.identity, old, proofing: core.audit.digest() };
        Self { core, cleared: Box::new(cleared) }
    }

    /// Who was proofed.
    pub fn identity(&self) -> Identity {
        self.cleared.identity
    }

    /// The document that was read.
    pub fn document_key(&self) -> DocumentKey {
        self.core.audit.document
    }

    /// The record of what happened in the ceremony.
    pub fn audit(&self) -> &Audit {
        &self.core.audit
    }

    /// The digest of the record ([`Audit::digest`]), for a signature of the service's own.
    pub fn proofing(&self) -> Digest {
        self.cleared.proofing
    }

    /// Goes on to the PINs of a new account, here. The time for the whole ceremony runs on.
    pub fn enrol(self, ctx: &Context<'_>) -> Awaiting<Pins> {
        let (core, cleared) = self.leave(Event::PinsAwaited, Phase::Pins, ctx);
        Awaiting { core, waiting: Box::new(Pins { cleared }) }
    }

    /// Awaits what the applicant's device makes of the last steps.
    pub(super) fn await_device(self, ctx: &Context<'_>) -> Awaiting<OnDevice> {
        let (core, cleared) = self.leave(Event::HandedOver, Phase::OnDevice, ctx);
        Awaiting { core, waiting: Box::new(OnDevice { cleared }) }
    }

    fn leave(mut self, event: Event, to: Phase, ctx: &Context<'_>) -> (Box<Core>, Cleared) {
        self.core.note(Record::new(ctx.now, ctx.policy.digest(), Phase::Proofed, event, to));
        (self.core, *self.cleared)
    }
}
