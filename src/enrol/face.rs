//! The face check: instructions, oval, flashes, comparison. A failure anywhere leads back to the
//! oval, with a fresh nonce.

use super::audit::AuditMeasure;
use super::awaiting::{Awaiting, StepResult};
use super::facts::{Cleared, Live, Seen};
use super::ports::Context;
use super::reasons::SetbackReason;
use super::states::{Confirmation, Flashes, Instructions, OvalCapture, Pins, PortraitComparison};
use super::step::Step;
use super::table::Event;
use crate::compare::MatchEvidence;
use crate::liveness::{ChallengeId, LivenessEvidence};

impl Awaiting<Instructions> {
    /// Goes on once the applicant has read the instructions: how to hold the camera, that the
    /// screen will flash, and that who is sensitive to flashing light must not go on.
    ///
    /// # Errors
    /// A [`Fault`](super::Fault) if a port fails.
    pub fn acknowledge(self, ctx: &mut Context<'_>) -> StepResult<Awaiting<OvalCapture>, Instructions> {
        self.when_open(ctx, |this, ctx| {
            Ok(Step::Next(this.pass(Event::InstructionsRead, None, ctx, |waiting| OvalCapture { read: waiting.read })))
        })
    }
}

impl Awaiting<OvalCapture> {
    /// Begins the flashes: the face fills the oval, and this challenge is shown. It must carry
    /// [`Awaiting::nonce`], and its answer is the only one that counts. That the face was there is
    /// not believed, but shown by the answer's evidence.
    ///
    /// # Errors
    /// A [`Fault`](super::Fault) if a port fails.
    pub fn begin_flashes(
        self,
        challenge: ChallengeId,
        ctx: &mut Context<'_>,
    ) -> StepResult<Awaiting<Flashes>, OvalCapture> {
        self.when_open(ctx, |this, ctx| {
            let next = |waiting: OvalCapture| Flashes { read: waiting.read, challenge };
            Ok(Step::Next(this.pass(Event::FlashesBegun, None, ctx, next)))
        })
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
    ) -> StepResult<Awaiting<PortraitComparison>, Flashes> {
        self.when_open(ctx, |this, ctx| {
            let bits = evidence.evidence_bits();
            let objection = this.core.objection(evidence.binding(), ctx);
            let other = (evidence.challenge() != this.waiting.challenge).then_some(SetbackReason::OtherChallenge);
            // Written so that NaN is too little.
            let enough = bits >= ctx.policy.min_evidence_bits();
            let little = (!enough).then_some(SetbackReason::TooLittleEvidence);
            let reasons: Vec<SetbackReason> = [objection, other, little].into_iter().flatten().collect();
            if !reasons.is_empty() {
                return this.fail(reasons, ctx);
            }
            let (capture, expires_at) = (evidence.capture(), evidence.binding().expires_at());
            let measure = AuditMeasure::Liveness { evidence_bits: bits };
            Ok(Step::Next(this.pass(Event::FlashesAnswered, Some(measure), ctx, |waiting| PortraitComparison {
                live: Live { read: waiting.read, capture, expires_at },
            })))
        })
    }
}

/// The state after the face check: the old account's confirmation, or the PINs.
#[derive(Debug)]
#[must_use]
pub enum AfterFace {
    /// The old account has to confirm.
    Confirmation(Awaiting<Confirmation>),
    /// There is none that has to.
    Pins(Awaiting<Pins>),
}

impl Awaiting<PortraitComparison> {
    /// Takes evidence that the live session's reference frame matched the document that was read,
    /// while the evidence of its life still counts. Pictures that did not match go to
    /// [`Awaiting::failed`].
    ///
    /// # Errors
    /// A [`Fault`](super::Fault) if a port fails.
    pub fn matched(self, evidence: MatchEvidence, ctx: &mut Context<'_>) -> StepResult<AfterFace, PortraitComparison> {
        self.when_open(ctx, |this, ctx| {
            let (live, policy) = (&this.waiting.live, ctx.policy);
            // Written so that NaN is too high.
            let strict = evidence.fmr_limit() <= policy.max_fmr();
            let objections = [
                this.core.objection(evidence.binding(), ctx),
                (ctx.now >= live.expires_at).then_some(SetbackReason::Expired),
                (evidence.document() != live.read.document).then_some(SetbackReason::OtherDocument),
                (evidence.capture() != live.capture).then_some(SetbackReason::OtherCapture),
                (!strict).then_some(SetbackReason::FmrTooHigh),
                (evidence.is_marginal() && !policy.accept_marginal()).then_some(SetbackReason::Marginal),
            ];
            let mut reasons: Vec<SetbackReason> = objections.into_iter().flatten().collect();
            // Evidence of life and of the match can both have expired: that is one reason.
            reasons.dedup();
            if !reasons.is_empty() {
                return this.fail(reasons, ctx);
            }
            let measure = Some(AuditMeasure::Match {
                fmr_limit: evidence.fmr_limit(),
                fmr: evidence.fmr(),
                log_likelihood_ratio: evidence.log_likelihood_ratio(),
                marginal: evidence.is_marginal(),
            });
            let seen = |waiting: PortraitComparison| Seen { capture: waiting.live.capture, read: waiting.live.read };
            let old = this.waiting.live.read.applied.old.as_ref().map(|old| old.id.clone());
            Ok(Step::Next(match old {
                Some(old) => AfterFace::Confirmation(
                    this.pass(Event::FacesMatched, measure, ctx, |waiting| Confirmation { seen: seen(waiting), old }),
                ),
                None => AfterFace::Pins(this.pass(Event::FacesMatched, measure, ctx, |waiting| Pins {
                    cleared: Cleared { seen: seen(waiting), deletes: None },
                })),
            }))
        })
    }
}
