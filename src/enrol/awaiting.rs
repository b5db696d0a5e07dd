//! [`Awaiting`]: a ceremony that awaits one thing, and what all transitions have in common.

use super::attempts::{Attempt, AttemptId, Counted};
use super::audit::{Audit, AuditMeasure, MAX_RECORDS, Record};
use super::common::{Core, fresh_nonce, mistake, port};
use super::kind::{Kind, Method};
use super::names::DocumentKey;
use super::ports::Context;
use super::reasons::{End, SetbackReason};
use super::reservation::{Reservation, Reserved};
use super::step::{Fault, Step};
use super::table::{Event, Phase};
use super::terminated::Terminated;
use super::waiting::{Fallible, Waiting};
use super::word::Word;
use crate::error::{Error, ErrorKind, Stage};
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

/// What a transition begins with: the state, if it may go on, and else what comes of it.
pub(super) type Opened<N, W> =
    Result<Result<Awaiting<W>, Step<N, Awaiting<<W as Waiting>::Again>>>, Fault<Awaiting<W>>>;

/// The state inside [`Opened`]; a step that is not to be looked at returns from the transition.
macro_rules! go_on {
    ($opened:expr) => {
        match $opened.await? {
            Ok(state) => state,
            Err(step) => return Ok(step),
        }
    };
}
pub(super) use go_on;

/// The value of a fallible call; a fault gives the state back.
macro_rules! or_fault {
    ($state:expr, $result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => return Err(Fault { state: $state, error }),
        }
    };
}
pub(super) use or_fault;

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

    /// The document that the form names.
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
    /// nothing is locked. For timers, and for sweeping up what applicants have left: slowness
    /// counts as a failed attempt only if somebody looks.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn check_time(self, ctx: &mut Context<'_>) -> StepResult<Self, W> {
        Ok(Step::Next(go_on!(self.open(ctx))))
    }

    /// Ends the ceremony because the applicant gives up. That is no failed attempt, unless a
    /// challenge was seen.
    pub fn abandon(self, ctx: &Context<'_>) -> Terminated {
        self.end(End::Abandoned, ctx)
    }

    /// Ends the ceremony.
    pub(super) fn end(self, end: End, ctx: &Context<'_>) -> Terminated {
        self.end_after(Vec::new(), end, ctx)
    }

    /// Ends the ceremony after a failure with these reasons.
    fn end_after(mut self, reasons: Vec<SetbackReason>, end: End, ctx: &Context<'_>) -> Terminated {
        let record = Record::new(ctx.now, ctx.policy.digest(), W::PHASE, Event::Ended, Phase::Terminated);
        self.core.note(Record { reasons, end: Some(end), ..record });
        Terminated { core: self.core, end }
    }

    /// Begins every transition: goes on if nothing is locked and there is time; else nobody looks
    /// at the event.
    ///
    /// The log is asked each time, so that ceremonies side by side meet the same lock.
    pub(super) async fn open<N>(self, ctx: &mut Context<'_>) -> Opened<N, W> {
        let back = self.core.since.saturating_sub(ctx.now);
        if back > ctx.policy.clock_tolerance_s() {
            let error = mistake(format!("Context.now is {back} s before the ceremony's last step"));
            return Err(Fault { state: self, error });
        }
        if let Some(end) = or_fault!(self, self.lock(ctx).await) {
            return Ok(Err(Step::Terminated(self.end(end, ctx))));
        }
        // The end needs a record, too: one less than there is room for.
        if self.core.audit.records.len() + 1 >= MAX_RECORDS {
            return Ok(Err(Step::Terminated(self.end(End::TooManySteps, ctx))));
        }
        let times = ctx.policy.times();
        let passed = |since: u64| ctx.now.saturating_sub(since);
        let over = passed(self.core.audit.began_at) >= times.total_s();
        if over || passed(self.core.since) >= W::time_s(times) {
            let reasons = vec![SetbackReason::TooSlow];
            let end = over.then_some(End::TimeUp);
            return self.setback(Event::TooSlow, Some(Counted::Slowness), reasons, end, ctx).await.map(Err);
        }
        Ok(Ok(self))
    }

    /// Reserves the attempt that this step is, or goes on with the one under way, before anything
    /// is shown or tested.
    pub(super) async fn attempt<N>(mut self, ctx: &mut Context<'_>) -> Opened<N, W> {
        let Some(counted) = W::COUNTED else { return Ok(Ok(self)) };
        match or_fault!(self, self.reserve(counted, ctx).await) {
            None => Ok(Ok(self)),
            Some(end) => Ok(Err(Step::Terminated(self.end(end, ctx)))),
        }
    }

    /// Reserves an attempt; tells the lock that forbids it.
    pub(super) async fn reserve(&mut self, counted: Counted, ctx: &mut Context<'_>) -> Result<Option<End>, Error> {
        let attempt = Attempt { id: AttemptId::random(ctx.rng), counted, at: ctx.now };
        let (subjects, continues) = (self.core.counted(), self.core.held);
        let reservation = Reservation { attempt, subjects: &subjects, continues, rules: ctx.policy.attempts() };
        match ctx.log.reserve(&reservation).await.map_err(port("reserving an attempt"))? {
            Reserved::Reserved => {
                self.core.held = Some(attempt.id);
                Ok(None)
            }
            Reserved::Locked(lock) => Ok(Some(End::Locked(lock))),
            Reserved::Spent => {
                let message = "another request has taken this attempt further";
                Err(Error::new(ErrorKind::Replayed, Stage::Enrol, message))
            }
        }
    }

    /// The attempt under way has succeeded: it is taken off the record.
    pub(super) async fn release(&mut self, ctx: &mut Context<'_>) -> Result<(), Error> {
        if let Some(held) = self.core.held {
            ctx.log.release(&self.core.counted(), held).await.map_err(port("releasing an attempt"))?;
            self.core.held = None;
        }
        Ok(())
    }

    /// The step has failed, for these reasons.
    pub(super) async fn fail<N>(self, reasons: Vec<SetbackReason>, ctx: &mut Context<'_>) -> StepResult<N, W> {
        self.setback(Event::Failed, W::COUNTED, reasons, None, ctx).await
    }

    /// A step that has failed or took too long: the attempt under way stays on record, or one is
    /// put there; the ceremony ends with `end`, or if that locks something, and else the step is
    /// repeated with the nonce of the next attempt. That is drawn first: a generator that fails
    /// leaves all as it was.
    async fn setback<N>(
        mut self,
        event: Event,
        counted: Option<Counted>,
        reasons: Vec<SetbackReason>,
        end: Option<End>,
        ctx: &mut Context<'_>,
    ) -> StepResult<N, W> {
        let nonce = or_fault!(self, self.next_nonce(ctx));
        if let (Some(counted), None) = (counted, self.core.held)
            && let Some(end) = or_fault!(self, self.reserve(counted, ctx).await)
        {
            return Ok(Step::Terminated(self.end_after(reasons, end, ctx)));
        }
        let held = self.core.held.take();
        match self.lock(ctx).await {
            Err(error) => {
                self.core.held = held;
                Err(Fault { state: self, error })
            }
            Ok(locked) => Ok(match locked.or(end) {
                Some(end) => Step::Terminated(self.end_after(reasons, end, ctx)),
                None => self.retry(event, reasons, nonce, ctx),
            }),
        }
    }

    /// The longest lock of the ceremony's subjects, its own attempt under way not counted.
    pub(super) async fn lock(&self, ctx: &mut Context<'_>) -> Result<Option<End>, Error> {
        let mut longest = None;
        for subject in &self.core.subjects {
            let mut attempts = ctx.log.attempts(subject).await.map_err(port("reading attempts"))?;
            attempts.retain(|attempt| Some(attempt.id) != self.core.held);
            longest = longest.max(ctx.policy.lock(subject, &attempts, ctx.now));
        }
        Ok(longest.map(End::Locked))
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
        ctx: &Context<'_>,
    ) -> Step<N, Awaiting<W::Again>> {
        self.core.nonce = nonce;
        let record = Record::new(ctx.now, ctx.policy.digest(), W::PHASE, event, W::Again::PHASE);
        self.core.note(Record { reasons: reasons.clone(), ..record });
        Step::Retry(Awaiting { core: self.core, waiting: Box::new(self.waiting.again()) }, reasons)
    }

    /// The step has succeeded: on to what `next` makes of it.
    pub(super) fn pass<N: Waiting>(
        self,
        event: Event,
        measure: Option<AuditMeasure>,
        ctx: &Context<'_>,
        next: impl FnOnce(W) -> N,
    ) -> Awaiting<N> {
        let (core, waiting) = self.leave(event, measure, ctx, N::PHASE);
        Awaiting { core, waiting: Box::new(next(waiting)) }
    }

    /// The step has succeeded and leads to phase `to`: what remains of the state.
    pub(super) fn leave(
        mut self,
        event: Event,
        measure: Option<AuditMeasure>,
        ctx: &Context<'_>,
        to: Phase,
    ) -> (Box<Core>, W) {
        self.core.note(Record { measure, ..Record::new(ctx.now, ctx.policy.digest(), W::PHASE, event, to) });
        (self.core, *self.waiting)
    }
}

impl<W: Fallible> Awaiting<W> {
    /// Reports that the step failed, and why: refusals of the engine, reasons of a liveness
    /// verdict, or [`Word`]s of the caller's own. Of the reasons 16 at most are kept. It counts as
    /// a failed attempt.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails or the clock went back.
    pub async fn failed(
        self,
        reasons: impl IntoIterator<Item = impl Into<Word>>,
        ctx: &mut Context<'_>,
    ) -> StepResult<Infallible, W> {
        let reported = |reason| SetbackReason::Reported(Into::into(reason));
        let reasons = reasons.into_iter().take(MAX_REASONS).map(reported).collect();
        go_on!(self.open(ctx)).fail(reasons, ctx).await
    }
}
