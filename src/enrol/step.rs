//! What comes of an event: a [`Step`], or a [`Fault`] of a port.

use super::reasons::SetbackReason;
use super::terminated::Terminated;
use crate::error::Error;
use std::fmt;

/// What came of an event: the next state, the same or an earlier one to repeat, or the end.
#[derive(Debug)]
#[must_use = "it holds the ceremony, which is over if it is dropped"]
pub enum Step<N, R> {
    /// The next state.
    Next(N),
    /// The step is to be repeated, and why.
    Retry(R, Vec<SetbackReason>),
    /// The ceremony is over.
    Terminated(Terminated),
}

/// A failure that is not the applicant's: of a port, of the random number generator, or of the
/// caller, whose clock went back or who mixed evidence up. It counts for nobody. The state is as it
/// was, and the event can be tried again; an attempt that was reserved stays on record until then.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fault<S> {
    /// The state, as it was before the event.
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
