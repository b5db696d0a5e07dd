//! [`Waiting`]: what it means that a ceremony can await something, and what else a state tells the
//! transitions.

use super::attempts::Counted;
use super::table::Phase;
use super::times::TimeLimits;
use std::fmt;

/// Something that a ceremony can await. Implemented in this crate alone.
pub trait Waiting: Sealed {
    /// The phase in which it is awaited.
    const PHASE: Phase;
    /// What is awaited after a failure: the same, or an earlier step of the face check.
    type Again: Waiting;
}

/// What else [`Waiting`] means inside the crate. It cannot be named outside, so that nobody else
/// implements [`Waiting`] and with it a state of their own.
pub trait Sealed: Sized + fmt::Debug {
    /// What a failure counts as; `None` if it does not count.
    const COUNTED: Option<Counted>;

    /// What is left for another try.
    fn again(self) -> <Self as Waiting>::Again
    where
        Self: Waiting;

    /// The time that there is for the step, in seconds.
    fn time_s(limits: &TimeLimits) -> u64;
}

/// A step whose failure can be reported by the caller:
/// [`Awaiting::failed`](super::Awaiting::failed).
pub trait Fallible: Waiting {}
