//! The ceremony's tests.

mod accounts;
mod diagram;
mod evidence;
mod faults;
mod journeys;
mod locks;
mod mistakes;
mod model;
mod sealed;
mod secrets;
mod steps;
mod timing;
mod words;

use super::testing::*;
use super::*;
use crate::binding::Binding;
use crate::compare::MatchEvidence;
use crate::digest::Digest;
use crate::document::{DocumentDemand, DocumentEvidence, DocumentStanding, Origin};
use crate::error::Error;
use crate::liveness::{ChallengeId, LivenessEvidence, LivenessLimits};
use crate::secret::Nonce;
use std::convert::Infallible;

/// The reasons of a retry.
fn reasons<N, R, F>(outcome: Result<Step<N, R>, F>) -> Vec<SetbackReason>
where
    Error: From<F>,
{
    match outcome.map_err(Error::from).unwrap() {
        Step::Retry(_, reasons) => reasons,
        Step::Next(_) => panic!("it went on"),
        Step::Terminated(terminated) => panic!("{:?}", terminated.reason()),
    }
}

/// The reason of an end.
fn end<N, R, F>(outcome: Result<Step<N, R>, F>) -> End
where
    Error: From<F>,
{
    match outcome.map_err(Error::from).unwrap() {
        Step::Terminated(terminated) => terminated.reason(),
        Step::Next(_) | Step::Retry(..) => panic!("it did not end"),
    }
}

/// The state inside a [`Ceremony`].
macro_rules! state {
    ($ceremony:expr, $name:ident) => {
        match $ceremony {
            Ceremony::$name(state) => state,
            other => panic!("{:?}", other.phase()),
        }
    };
}
use state;
