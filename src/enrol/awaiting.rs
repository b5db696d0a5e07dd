//! [`Awaiting`]: a ceremony that awaits one thing, and what all transitions have in common.

use super::attempts::{Attempt, Counted};
use super::audit::{Audit, AuditMeasure, MAX_RECORDS, Record};
use super::common::{Core, fresh_nonce, port};
use super::kind::{Kind, Method};
use super::names::DocumentKey;
use super::ports::Context;
use super::reasons::{End, SetbackReason};
use super::step::{Fault, Step};
use super::table::{Event, Phase};
use super::terminated::Terminated;
use super::waiting::{Fallible, Waiting};
use super::word::Word;
use crate::error::Error;
use crate::secret::Nonce;
use std::convert::Infallible;

/// A ceremony that awaits `W`: [`Form`](super::Form), [`Document`](super::Document) and so on to
/// [`Signature`](super::Signature).
///
/// Each has the transitions that are possible from it, and no others. They consume it: it is not
/// `Clone`, and there is no way to make one but [`Awaiting::begin`], a transition, or opening what
/// was sealed.
#[derive(Debug)]
#[must_use = "a ceremony that is dropped is over"]
pub struct Awaiting<W> {
    pub(super) core: Box<Core>,
    /// Boxed, as the core is: states are moved often, and returned in errors.
    pub(super) waiting: Box<W>,
}

/// What a transition from `W` to `N` returns: a [`Step`] to `N`, to what `W` is repeated from, or
/// to the end; or a [`Fault`] that gives the state back.
pub type StepResult<N, W> = Result<Step<N, Awaiting<<W as Waiting>::Again>>, Fault<Awaiting<W>>>;

/// Reasons that are kept of one report: a caller's mistake must not fill the audit. Chosen by hand;
/// the engine gives six at most.
const MAX_REASONS: usize = 16;

impl<W> Awaiting<W> {
    /// What the ceremony is for.
    pub fn kind(&self) -> Kind {
        self.core.audit.kind
    }

    /// How the applicant shows who they are.
    pub fn method(&self) -> Method {
        self.core.audit.method
    }

    /// The document that attempts are counted against.
    pub fn document_key(&self) -> DocumentKey {
        self.core.audit.document
    }

    /// The record of what happened so far.
    pub fn audit(&self) -> &Audit {
        &self.core.audit
    }

    /// The nonce that evidence and challenges must carry now. Each attempt at the face check has
    /// another.
    pub fn nonce(&self) -> &Nonce {
        &self.core.nonce
    }
}

impl<W: Waiting> Awaiting<W> {
    /// The phase of the ceremony: what is awaited.
    pub fn phase(&self) -> Phase {
        W::PHASE
    }

    /// Seconds that are left for this step: until its own limit or the whole ceremony's, whichever
    /// comes first.
    pub fn time_left_s(&self, ctx: &Context<'_>) -> u64 {
        let left = |since: u64, limit: u64| limit.saturating_sub(ctx.now.saturating_sub(since));
        let times = ctx.policy.times();
        left(self.core.since, W::time_s(times)).min(left(self.core.audit.began_at, times.total_s()))
    }

    /// Tells whether the ceremony may still go on: [`Step::Next`] with itself if there is time and
    /// the document is not locked. For timers, and for sweeping up what applicants have left:
    /// slowness counts as a failed attempt only if somebody looks.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn check_time(self, ctx: &mut Context<'_>) -> StepResult<Self, W> {
        self.when_open(ctx, |this, _| Ok(Step::Next(this)))
    }

    /// Ends the ceremony because the applicant gives up. That is no failed attempt.
    pub fn abandon(self, ctx: &Context<'_>) -> Terminated {
        self.end(End::Abandoned, ctx.now)
    }

    /// Ends the ceremony.
    pub(super) fn end(self, end: End, now: u64) -> Terminated {
        self.end_after(Vec::new(), end, now)
    }

    /// Ends the ceremony after a failure with these reasons.
    fn end_after(mut self, reasons: Vec<SetbackReason>, end: End, now: u64) -> Terminated {
        let record = Record::new(now, W::PHASE, Event::Ended, Phase::Terminated);
        self.core.note(Record { reasons, end: Some(end), ..record });
        Terminated { core: self.core, end }
    }

    /// Begins every transition: if the document is not locked and there is time, `take` says what
    /// comes of the event; else nobody looks at it.
    ///
    /// The log is asked first and each time, so that ceremonies side by side meet the same lock.
    pub(super) fn when_open<N>(
        self,
        ctx: &mut Context<'_>,
        take: impl FnOnce(Self, &mut Context<'_>) -> StepResult<N, W>,
    ) -> StepResult<N, W> {
        match self.lock(ctx) {
            Err(error) => return Err(Fault { state: self, error }),
            Ok(Some(end)) => return Ok(Step::Terminated(self.end(end, ctx.now))),
            Ok(None) => {}
        }
        // The end needs a record, too: one less than there is room for.
        if self.core.audit.records.len() + 1 >= MAX_RECORDS {
            return Ok(Step::Terminated(self.end(End::TooManySteps, ctx.now)));
        }
        let times = ctx.policy.times();
        let passed = |since: u64| ctx.now.saturating_sub(since);
        let over = passed(self.core.audit.began_at) >= times.total_s();
        let late = passed(self.core.since) >= W::time_s(times);
        if over || late {
            let reasons = vec![SetbackReason::TooSlow];
            return self.count(Some(Counted::Slowness), reasons, ctx, |this, reasons, nonce, now| {
                if over {
                    Step::Terminated(this.end(End::TimeUp, now))
                } else {
                    this.retry(Event::TooSlow, reasons, nonce, now)
                }
            });
        }
        take(self, ctx)
    }

    /// The step has failed, for these reasons.
    pub(super) fn fail<N>(self, reasons: Vec<SetbackReason>, ctx: &mut Context<'_>) -> StepResult<N, W> {
        self.count(W::COUNTED, reasons, ctx, |this, reasons, nonce, now| this.retry(Event::Failed, reasons, nonce, now))
    }

    /// Records a failed attempt; then ends the ceremony if that locks the document, and else goes
    /// on as `then` says, with the nonce of the next attempt. That is drawn first: a generator
    /// that fails leaves all as it was.
    fn count<N>(
        self,
        counted: Option<Counted>,
        reasons: Vec<SetbackReason>,
        ctx: &mut Context<'_>,
        then: impl FnOnce(Self, Vec<SetbackReason>, Nonce, u64) -> Step<N, Awaiting<W::Again>>,
    ) -> StepResult<N, W> {
        let nonce = match self.next_nonce(ctx) {
            Ok(nonce) => nonce,
            Err(error) => return Err(Fault { state: self, error }),
        };
        let recorded = match counted {
            Some(counted) => ctx
                .log
                .record(&self.document_key(), Attempt { counted, at: ctx.now })
                .map_err(|e| port("recording a failed attempt", e))
                .and_then(|()| self.lock(ctx)),
            None => Ok(None),
        };
        match recorded {
            Err(error) => Err(Fault { state: self, error }),
            Ok(Some(end)) => Ok(Step::Terminated(self.end_after(reasons, end, ctx.now))),
            Ok(None) => Ok(then(self, reasons, nonce, ctx.now)),
        }
    }

    /// Whether failed attempts lock the document now.
    pub(super) fn lock(&self, ctx: &Context<'_>) -> Result<Option<End>, Error> {
        let attempts = ctx.log.attempts(&self.document_key()).map_err(|e| port("reading failed attempts", e))?;
        Ok(ctx.policy.lock(&attempts, ctx.now).map(End::Locked))
    }

    /// The nonce after a failure: of the face check a fresh one, so that no evidence of the failed
    /// attempt counts for the next.
    fn next_nonce(&self, ctx: &mut Context<'_>) -> Result<Nonce, Error> {
        if W::COUNTED == Some(Counted::Face) { fresh_nonce(ctx, Some(&self.core.nonce)) } else { Ok(self.core.nonce) }
    }

    fn retry<N>(
        mut self,
        event: Event,
        reasons: Vec<SetbackReason>,
        nonce: Nonce,
        now: u64,
    ) -> Step<N, Awaiting<W::Again>> {
        self.core.nonce = nonce;
        let record = Record::new(now, W::PHASE, event, W::Again::PHASE);
        self.core.note(Record { reasons: reasons.clone(), ..record });
        Step::Retry(Awaiting { core: self.core, waiting: Box::new(self.waiting.again()) }, reasons)
    }

    /// The step has succeeded: on to what `next` makes of it.
    pub(super) fn pass<N: Waiting>(
        mut self,
        event: Event,
        measure: Option<AuditMeasure>,
        ctx: &Context<'_>,
        next: impl FnOnce(W) -> N,
    ) -> Awaiting<N> {
        self.core.note(Record { measure, ..Record::new(ctx.now, W::PHASE, event, N::PHASE) });
        Awaiting { core: self.core, waiting: Box::new(next(*self.waiting)) }
    }
}

impl<W: Fallible> Awaiting<W> {
    /// Reports that the step failed, and why: refusals of the engine, reasons of a liveness
    /// verdict, or [`Word`]s of the caller's own. Of the reasons 16 at most are kept. It counts as
    /// a failed attempt.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn failed(
        self,
        reasons: impl IntoIterator<Item = impl Into<Word>>,
        ctx: &mut Context<'_>,
    ) -> StepResult<Infallible, W> {
        self.when_open(ctx, |this, ctx| {
            let reported = |reason| SetbackReason::Reported(Into::into(reason));
            this.fail(reasons.into_iter().take(MAX_REASONS).map(reported).collect(), ctx)
        })
    }
}
