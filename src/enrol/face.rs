//! The face check: instructions, oval, flashes, comparison. A failure anywhere leads back to the
//! oval, with a fresh nonce.

use super::audit::Measure;
use super::awaiting::{Awaiting, Step, StepResult};
use super::ports::Context;
use super::reason::Reason;
use super::table::Event;
use super::waits::{Cleared, Comparison, Confirmation, Flashes, Instructions, Live, Oval, Pins, Seen};
use crate::compare::MatchEvidence;
use crate::liveness::{ChallengeId, LivenessEvidence};
use std::ops::ControlFlow;

impl Awaiting<Instructions> {
    /// The applicant has read the instructions: how to hold the camera, that the screen will flash,
    /// and that who is sensitive to flashing light must not go on.
    ///
    /// # Errors
    /// A [`Fault`](super::Fault) if a port fails.
    pub fn acknowledge(self, ctx: &mut Context<'_>) -> StepResult<Awaiting<Oval>, Instructions> {
        let this = match self.open(ctx) {
            ControlFlow::Continue(this) => this,
            ControlFlow::Break(over) => return over,
        };
        Ok(Step::Next(this.pass(Event::InstructionsRead, None, ctx, |waiting| Oval { read: waiting.read })))
    }
}

impl Awaiting<Oval> {
    /// The face fills the oval, and this challenge is shown. It must carry [`Awaiting::nonce`], and
    /// its answer is the only one that counts. That the face was there is not believed, but
    /// shown by the answer's evidence.
    ///
    /// # Errors
    /// A [`Fault`](super::Fault) if a port fails.
    pub fn begin_flashes(self, challenge: ChallengeId, ctx: &mut Context<'_>) -> StepResult<Awaiting<Flashes>, Oval> {
        let this = match self.open(ctx) {
            ControlFlow::Continue(this) => this,
            ControlFlow::Break(over) => return over,
        };
        let next = |waiting: Oval| Flashes { read: waiting.read, challenge };
        Ok(Step::Next(this.pass(Event::FlashesBegun, None, ctx, next)))
    }
}

impl Awaiting<Flashes> {
    /// The challenge that is being shown.
    pub fn challenge(&self) -> ChallengeId {
        self.waiting.challenge
    }

    /// Takes evidence that a live face answered. A session without that verdict goes to
    /// [`Awaiting::failed`].
    ///
    /// # Errors
    /// A [`Fault`](super::Fault) if a port fails.
    pub fn answered(
        self,
        evidence: LivenessEvidence,
        ctx: &mut Context<'_>,
    ) -> StepResult<Awaiting<Comparison>, Flashes> {
        let this = match self.open(ctx) {
            ControlFlow::Continue(this) => this,
            ControlFlow::Break(over) => return over,
        };
        let bits = evidence.evidence_bits();
        let objection = this.core.objection(evidence.binding(), ctx);
        let other = (evidence.challenge() != this.waiting.challenge).then_some(Reason::OtherChallenge);
        // Written so that NaN is too little.
        let enough = bits >= ctx.policy.min_evidence_bits;
        let little = (!enough).then_some(Reason::TooLittleEvidence);
        let reasons: Vec<Reason> = [objection, other, little].into_iter().flatten().collect();
        if !reasons.is_empty() {
            return this.fail(reasons, ctx);
        }
        let (capture, expires_at) = (evidence.capture(), evidence.binding().expires_at());
        let measure = Measure::Liveness { evidence_bits: bits };
        Ok(Step::Next(this.pass(Event::FlashesAnswered, Some(measure), ctx, |waiting| Comparison {
            live: Live { read: waiting.read, capture, expires_at },
        })))
    }
}

/// What comes after the face check.
#[derive(Debug)]
#[must_use]
pub enum AfterFace {
    /// The old account has to confirm.
    Confirmation(Awaiting<Confirmation>),
    /// There is none that has to.
    Pins(Awaiting<Pins>),
}

impl Awaiting<Comparison> {
    /// Takes evidence that the live session's reference frame matched the document that was read,
    /// while the evidence of its life still counts. Pictures that did not match go to
    /// [`Awaiting::failed`].
    ///
    /// # Errors
    /// A [`Fault`](super::Fault) if a port fails.
    pub fn matched(self, evidence: MatchEvidence, ctx: &mut Context<'_>) -> StepResult<AfterFace, Comparison> {
        let this = match self.open(ctx) {
            ControlFlow::Continue(this) => this,
            ControlFlow::Break(over) => return over,
        };
        let (live, policy) = (&this.waiting.live, ctx.policy);
        // Written so that NaN is too high.
        let strict = evidence.fmr_limit() <= policy.max_fmr;
        let objections = [
            this.core.objection(evidence.binding(), ctx),
            (ctx.now >= live.expires_at).then_some(Reason::Expired),
            (evidence.document() != live.read.document).then_some(Reason::OtherDocument),
            (evidence.capture() != live.capture).then_some(Reason::OtherCapture),
            (!strict).then_some(Reason::FmrTooHigh),
            (evidence.is_marginal() && !policy.accept_marginal).then_some(Reason::Marginal),
        ];
        let mut reasons: Vec<Reason> = objections.into_iter().flatten().collect();
        reasons.dedup();
        if !reasons.is_empty() {
            return this.fail(reasons, ctx);
        }
        let measure = Some(Measure::Match {
            fmr_limit: evidence.fmr_limit(),
            fmr: evidence.fmr(),
            log_likelihood_ratio: evidence.log_likelihood_ratio(),
            marginal: evidence.is_marginal(),
        });
        let seen = |waiting: Comparison| Seen { capture: waiting.live.capture, read: waiting.live.read };
        let old = this.waiting.live.read.applied.old.as_ref().map(|old| old.id.clone());
        Ok(Step::Next(match old {
            Some(old) => AfterFace::Confirmation(
                this.pass(Event::FacesMatched, measure, ctx, |waiting| Confirmation { seen: seen(waiting), old }),
            ),
            None => AfterFace::Pins(this.pass(Event::FacesMatched, measure, ctx, |waiting| Pins {
                cleared: Cleared { seen: seen(waiting), deletes: None },
            })),
        }))
    }
}
