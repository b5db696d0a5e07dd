//! The face check: instructions, oval, flashes, comparison. A failure anywhere leads back to the
//! oval, with a fresh nonce.

use super::attempts::Counted;
use super::audit::AuditMeasure;
use super::awaiting::{Awaiting, StepResult, go_on, or_fault};
use super::common::mistake;
use super::facts::{Live, Seen};
use super::ports::Context;
use super::proofed::Proofed;
use super::reasons::SetbackReason;
use super::states::{Confirmation, Flashes, Instructions, OvalCapture, PortraitComparison};
use super::step::{Fault, Step};
use super::table::Event;
use super::word::Word;
use crate::compare::MatchEvidence;
use crate::liveness::{ChallengeId, LivenessEvidence};
use std::convert::Infallible;

impl Awaiting<Instructions> {
    /// Goes on once the applicant has read the instructions: how to hold the camera, that the
    /// screen will flash, and that who is sensitive to flashing light must not go on.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn acknowledge(self, ctx: &mut Context<'_>) -> StepResult<Awaiting<OvalCapture>, Instructions> {
        let this = go_on!(self.open(ctx));
        let next = |waiting: Instructions| OvalCapture { read: waiting.read };
        Ok(Step::Next(this.pass(Event::InstructionsRead, None, ctx, next)))
    }
}

impl Awaiting<OvalCapture> {
    /// Begins the flashes: the face fills the oval, and this challenge is shown once the state that
    /// this returns is stored, and not before. It must carry [`Awaiting::nonce`], and its answer is
    /// the only one that counts. That the face was there is not believed, but shown by the answer's
    /// evidence.
    ///
    /// From here on the attempt is on record. It is released when the faces match: a challenge that
    /// was seen and left costs an attempt.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn begin_flashes(
        self,
        challenge: ChallengeId,
        ctx: &mut Context<'_>,
    ) -> StepResult<Awaiting<Flashes>, OvalCapture> {
        let this = go_on!(self.open(ctx));
        let this = go_on!(this.attempt(ctx));
        let next = |waiting: OvalCapture| Flashes { read: waiting.read, challenge };
        Ok(Step::Next(this.pass(Event::FlashesBegun, Some(AuditMeasure::Challenge { challenge }), ctx, next)))
    }
}

impl Awaiting<Flashes> {
    /// The challenge that is being shown.
    pub fn challenge(&self) -> ChallengeId {
        self.waiting.challenge
    }

    /// Takes evidence that a live face answered. A session without that verdict goes to
    /// [`Awaiting::failed`]. Of two requests with answers to one challenge only the first is
    /// looked at.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails, the clock went back, or the evidence is of another challenge,
    /// attempt or time; of the kind [`Replayed`](crate::error::ErrorKind::Replayed) if another
    /// request has taken the attempt further: if that one got lost, [`Awaiting::failed`] leads to
    /// the next challenge.
    pub async fn answered(
        self,
        evidence: &LivenessEvidence,
        ctx: &mut Context<'_>,
    ) -> StepResult<Awaiting<PortraitComparison>, Flashes> {
        const WHAT: &str = "the evidence of liveness";
        let this = go_on!(self.open(ctx));
        let other = evidence.challenge() != this.waiting.challenge;
        let other = other.then(|| mistake(format!("{WHAT} is about another challenge than the one that was shown")));
        // How a session is recorded is the integrator's doing, and nobody's failure.
        let whole = ctx.policy.require_streamed() && !evidence.is_streamed();
        let open = ctx.policy.require_secret_draws() && !evidence.has_secret_draws();
        let alone = ctx.policy.require_two_witnesses() && evidence.approach_bits().is_none();
        let other = other
            .or(alone.then(|| mistake(format!("{WHAT} is of flashes alone, without an approach"))))
            .or(whole.then(|| mistake(format!("{WHAT} is from a challenge that was not streamed"))))
            .or(open.then(|| mistake(format!("{WHAT} is from frames that were not drawn secretly"))));
        if let Some(error) = this.core.mixed_up(WHAT, evidence.binding(), ctx).or(other) {
            return Err(Fault { state: this, error });
        }
        let this = go_on!(this.attempt(ctx));
        let bits = evidence.evidence_bits();
        // Written so that NaN is too little.
        let enough = bits >= ctx.policy.min_evidence_bits();
        if !enough {
            return this.fail(vec![SetbackReason::TooLittleEvidence], ctx).await;
        }
        let (capture, expires_at) = (evidence.capture(), evidence.binding().expires_at());
        let measure = AuditMeasure::Liveness {
            capture,
            evidence_bits: bits,
            approach_bits: evidence.approach_bits(),
            streamed: evidence.is_streamed(),
            secret_draws: evidence.has_secret_draws(),
            limits: evidence.limits(),
        };
        Ok(Step::Next(this.pass(Event::FlashesAnswered, Some(measure), ctx, |waiting| PortraitComparison {
            live: Live { read: waiting.read, capture, expires_at },
        })))
    }
}

impl Awaiting<Flashes> {
    /// Reports that the applicant pulled back or looked away before the flashes had ended, and that
    /// these stopped at once: back to the oval, with a fresh nonce. The attempt on record becomes
    /// one of [`Counted::PulledBack`], which has a ladder of its own, so that surprise costs no
    /// face check. Nothing shows that it was surprise: somebody who waits for a challenge that
    /// suits them sees as many more as that ladder allows ([`Attempts::pulled_back`]). Where the
    /// whole challenge was shown, [`Awaiting::failed`] is the answer.
    ///
    /// [`Attempts::pulled_back`]: super::Attempts::pulled_back
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back; of the kind
    /// [`Replayed`](crate::error::ErrorKind::Replayed) if another request has taken the attempt
    /// further.
    pub async fn pulled_back(self, ctx: &mut Context<'_>) -> StepResult<Infallible, Flashes> {
        let mut this = go_on!(self.open(ctx));
        if let Some(end) = or_fault!(this, this.reserve(Counted::PulledBack, ctx).await) {
            return Ok(Step::Terminated(this.end(end, ctx)));
        }
        this.fail(vec![SetbackReason::Reported(Word::of("pulled_back"))], ctx).await
    }
}

/// The state after the face check: the old account's confirmation, or the end of identity proofing.
#[derive(Debug)]
#[must_use]
pub enum AfterFace {
    /// The old account has to confirm.
    Confirmation(Awaiting<Confirmation>),
    /// There is none that has to.
    Proofed(Proofed),
}

impl Awaiting<PortraitComparison> {
    /// Takes evidence that the live session's reference frame matched the document that was read,
    /// while the evidence of its life still counts. Pictures that did not match go to
    /// [`Awaiting::failed`].
    ///
    /// # Errors
    /// A [`Fault`] if a port fails, the clock went back, or the evidence is of another document,
    /// picture, attempt or time, or was asked for at a higher false match rate than the policy
    /// allows.
    pub async fn matched(
        self,
        evidence: &MatchEvidence,
        ctx: &mut Context<'_>,
    ) -> StepResult<AfterFace, PortraitComparison> {
        const WHAT: &str = "the evidence of the match";
        let this = go_on!(self.open(ctx));
        let (live, policy) = (&this.waiting.live, ctx.policy);
        // Written so that NaN is too high.
        let strict = evidence.fmr_limit() <= policy.max_fmr();
        let mistaken = if evidence.document() != live.read.document {
            Some(format!("{WHAT} is about another document than the one that was read"))
        } else if evidence.capture() != live.capture {
            Some(format!("{WHAT} is about another picture than the live session's"))
        } else if !strict {
            let (asked, most) = (evidence.fmr_limit(), policy.max_fmr());
            Some(format!("{WHAT} was asked for at a false match rate of {asked:e}, above the policy's {most:e}"))
        } else {
            None
        };
        let mixed_up = this.core.mixed_up(WHAT, evidence.binding(), ctx);
        if let Some(error) = mixed_up.or(mistaken.map(mistake)) {
            return Err(Fault { state: this, error });
        }
        let mut this = go_on!(this.attempt(ctx));
        if ctx.now >= this.waiting.live.expires_at {
            return this.fail(vec![SetbackReason::Expired], ctx).await;
        }
        if evidence.is_marginal() && !ctx.policy.accept_marginal() {
            return this.fail(vec![SetbackReason::Marginal], ctx).await;
        }
        or_fault!(this, this.release(ctx).await);
        let measure = Some(AuditMeasure::Match {
            document: evidence.document(),
            capture: evidence.capture(),
            model: evidence.model().to_owned(),
            calibration: evidence.calibration(),
            basis: evidence.basis(),
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
            None => AfterFace::Proofed(Proofed::after(this, Event::FacesMatched, measure, ctx, |waiting| {
                (seen(waiting), None)
            })),
        }))
    }
}
