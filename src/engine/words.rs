//! The engine's refusals and reasons as words that a ceremony is told
//! ([`Awaiting::failed`](crate::enrol::Awaiting::failed)).

use super::verdict::{FaceRefusal, VerdictReason};
use crate::enrol::Word;

impl From<FaceRefusal> for Word {
    fn from(refusal: FaceRefusal) -> Self {
        Self::of(refusal)
    }
}

impl From<VerdictReason> for Word {
    fn from(reason: VerdictReason) -> Self {
        Self::of(reason)
    }
}
