//! [`Awaiting`]: a ceremony that awaits one thing, and what all transitions have in common.

use super::audit::{Audit, MAX_RECORDS, Measure, Record};
use super::finish::Terminated;
use super::kind::{Kind, Method};
use super::names::DocumentKey;
use super::policy::{Attempt, Counted, TimeLimits};
use super::ports::{Context, PortError};
use super::reason::{End, Reason};
use super::table::{Event, Phase};
use crate::binding::Binding;
use crate::error::{Error, ErrorKind, Stage};
use crate::secret::Nonce;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::fmt;
use std::ops::ControlFlow;

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

/// Reasons that are kept of one report.
const MAX_REASONS: usize = 16;

/// What every state knows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Core {
    pub(super) audit: Audit,
    /// The nonce of the current attempt.
    pub(super) nonce: Nonce,
    /// When the current phase began.
    pub(super) since: u64,
}

/// Something that a ceremony can await. Implemented in this crate alone.
pub trait Waiting: Sealed {
    /// The phase in which it is awaited.
    const PHASE: Phase;
    /// What is awaited after a failure: the same, or an earlier step of the face check.
    type Again: Waiting;
}

/// What else [`Waiting`] means inside the crate.
pub trait Sealed: Sized + fmt::Debug {
    /// What a failure counts as; `None` if it does not count.
    const COUNTED: Option<Counted>;

    /// What is left for another try.
    fn again(self) -> <Self as Waiting>::Again
    where
        Self: Waiting;

    /// The time that there is, in seconds.
    fn time_s(limits: &TimeLimits) -> u64;
}

/// A step whose failure can be reported: [`Awaiting::failed`].
pub trait Fallible: Waiting {}

/// What came of an event.
#[derive(Debug)]
#[must_use]
pub enum Step<N, R> {
    /// The next state.
    Next(N),
    /// The step is to be repeated, and why.
    Retry(R, Vec<Reason>),
    /// It is over.
    Terminated(Terminated),
}

/// A port or the random number generator failed. The state is as it was, and the event can be tried
/// again.
#[derive(Debug)]
pub struct Fault<S> {
    /// The state.
    pub state: S,
    /// What failed.
    pub error: Error,
}

impl<S> From<Fault<S>> for Error {
    fn from(fault: Fault<S>) -> Self {
        fault.error
    }
}

impl<S> fmt::Display for Fault<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<S: fmt::Debug> std::error::Error for Fault<S> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

/// What a transition from `W` to `N` returns.
pub type StepResult<N, W> = Result<Step<N, Awaiting<<W as Waiting>::Again>>, Fault<Awaiting<W>>>;

pub(super) fn port(what: &str, cause: PortError) -> Error {
    Error::new(ErrorKind::Port, Stage::Enrol, format!("{what} failed")).with_source(cause)
}

/// Draws a nonce. A generator that repeats itself, within it or from the one `before`, would make
/// stale evidence count: it is an error. One that is weak is not noticed.
pub(super) fn fresh_nonce(ctx: &mut Context<'_>, before: Option<&Nonce>) -> Result<Nonce, Error> {
    let nonce = Nonce::random(ctx.rng);
    let [first, second] = [0, 1].map(|half| nonce.as_bytes().chunks_exact(16).nth(half));
    if first == second || before == Some(&nonce) {
        let message = "the random number generator repeats itself";
        return Err(Error::new(ErrorKind::Randomness, Stage::Enrol, message));
    }
    Ok(nonce)
}

impl Core {
    pub(super) fn note(&mut self, record: Record) {
        self.since = record.at;
        self.audit.records.push(record);
    }

    /// Why evidence with this binding does not count for the current attempt.
    pub(super) fn objection(&self, binding: &Binding, ctx: &Context<'_>) -> Option<Reason> {
        if *binding.nonce() != self.nonce {
            Some(Reason::OtherAttempt)
        } else if binding.issued_at() > ctx.now.saturating_add(ctx.policy.clock_tolerance_s) {
            Some(Reason::NotYetValid)
        } else if ctx.now >= binding.expires_at() {
            Some(Reason::Expired)
        } else {
            None
        }
    }
}

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

    /// What happened so far.
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
    /// What is awaited.
    pub fn phase(&self) -> Phase {
        W::PHASE
    }

    /// Seconds that are left for this step.
    pub fn time_left_s(&self, ctx: &Context<'_>) -> u64 {
        let left = |since: u64, limit: u64| limit.saturating_sub(ctx.now.saturating_sub(since));
        let times = &ctx.policy.times;
        left(self.core.since, W::time_s(times)).min(left(self.core.audit.began_at, times.total_s))
    }

    /// Tells whether it may still go on: [`Step::Next`] with itself if there is time and the
    /// document is not locked. For timers, and for sweeping up what applicants have left:
    /// slowness counts as a failed attempt only if somebody looks.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn check_time(self, ctx: &mut Context<'_>) -> StepResult<Self, W> {
        match self.open(ctx) {
            ControlFlow::Continue(this) => Ok(Step::Next(this)),
            ControlFlow::Break(over) => over,
        }
    }

    /// Ends the ceremony because the applicant gives up. That is no failed attempt.
    pub fn abandon(self, ctx: &Context<'_>) -> Terminated {
        self.end(End::Abandoned, ctx.now)
    }

    pub(super) fn end(self, end: End, now: u64) -> Terminated {
        self.end_after(Vec::new(), end, now)
    }

    /// Ends the ceremony after a failure with these reasons.
    fn end_after(mut self, reasons: Vec<Reason>, end: End, now: u64) -> Terminated {
        let record = Record::new(now, W::PHASE, Event::Ended, Phase::Terminated);
        self.core.note(Record { reasons, end: Some(end), ..record });
        Terminated { core: self.core, end }
    }

    /// Before every transition: is the document locked, and is there time?
    pub(super) fn open<N>(self, ctx: &mut Context<'_>) -> ControlFlow<StepResult<N, W>, Self> {
        match self.lock(ctx) {
            Err(error) => return ControlFlow::Break(Err(Fault { state: self, error })),
            Ok(Some(end)) => return ControlFlow::Break(Ok(Step::Terminated(self.end(end, ctx.now)))),
            Ok(None) => {}
        }
        if self.core.audit.records.len() + 1 >= MAX_RECORDS {
            return ControlFlow::Break(Ok(Step::Terminated(self.end(End::TooManySteps, ctx.now))));
        }
        let times = &ctx.policy.times;
        let passed = |since: u64| ctx.now.saturating_sub(since);
        let over = passed(self.core.audit.began_at) >= times.total_s;
        if over || passed(self.core.since) >= W::time_s(times) {
            return ControlFlow::Break(self.count(
                Some(Counted::Slowness),
                vec![Reason::TooSlow],
                ctx,
                |this, reasons, nonce, now| {
                    if over {
                        Step::Terminated(this.end(End::TimeUp, now))
                    } else {
                        this.retry(Event::TooSlow, reasons, nonce, now)
                    }
                },
            ));
        }
        ControlFlow::Continue(self)
    }

    /// The step has failed.
    pub(super) fn fail<N>(self, reasons: Vec<Reason>, ctx: &mut Context<'_>) -> StepResult<N, W> {
        self.count(W::COUNTED, reasons, ctx, |this, reasons, nonce, now| this.retry(Event::Failed, reasons, nonce, now))
    }

    /// Records a failed attempt; then ends the ceremony if that locks the document, and else goes
    /// on as `then` says, with the nonce of the next attempt. That is drawn first: a generator
    /// that fails leaves all as it was.
    fn count<N>(
        self,
        counted: Option<Counted>,
        reasons: Vec<Reason>,
        ctx: &mut Context<'_>,
        then: impl FnOnce(Self, Vec<Reason>, Nonce, u64) -> Step<N, Awaiting<W::Again>>,
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

    pub(super) fn lock(&self, ctx: &Context<'_>) -> Result<Option<End>, Error> {
        let attempts = ctx.log.attempts(&self.document_key()).map_err(|e| port("reading failed attempts", e))?;
        Ok(ctx.policy.lock(&attempts, ctx.now).map(End::Locked))
    }

    /// The nonce after a failure: of the face check a fresh one, so that no evidence of the failed
    /// attempt counts for the next.
    fn next_nonce(&self, ctx: &mut Context<'_>) -> Result<Nonce, Error> {
        if W::COUNTED == Some(Counted::Face) { fresh_nonce(ctx, Some(&self.core.nonce)) } else { Ok(self.core.nonce) }
    }

    fn retry<N>(mut self, event: Event, reasons: Vec<Reason>, nonce: Nonce, now: u64) -> Step<N, Awaiting<W::Again>> {
        self.core.nonce = nonce;
        let record = Record::new(now, W::PHASE, event, W::Again::PHASE);
        self.core.note(Record { reasons: reasons.clone(), ..record });
        Step::Retry(Awaiting { core: self.core, waiting: Box::new(self.waiting.again()) }, reasons)
    }

    /// The step has succeeded.
    pub(super) fn pass<N: Waiting>(
        mut self,
        event: Event,
        measure: Option<Measure>,
        ctx: &Context<'_>,
        next: impl FnOnce(W) -> N,
    ) -> Awaiting<N> {
        self.core.note(Record { measure, ..Record::new(ctx.now, W::PHASE, event, N::PHASE) });
        Awaiting { core: self.core, waiting: Box::new(next(*self.waiting)) }
    }
}

impl<W: Fallible> Awaiting<W> {
    /// Reports that the step failed, and why (16 reasons at most are kept). It counts as a failed
    /// attempt.
    ///
    /// # Errors
    /// A [`Fault`] if a port fails.
    pub fn failed(self, reasons: Vec<super::names::Word>, ctx: &mut Context<'_>) -> StepResult<Infallible, W> {
        match self.open(ctx) {
            ControlFlow::Continue(this) => {
                this.fail(reasons.into_iter().take(MAX_REASONS).map(Reason::Reported).collect(), ctx)
            }
            ControlFlow::Break(over) => over,
        }
    }
}
