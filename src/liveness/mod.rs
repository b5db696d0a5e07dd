//! Liveness: evidence that a live face answered one challenge.

mod evidence;

pub use evidence::{ChallengeId, LivenessEvidence};
