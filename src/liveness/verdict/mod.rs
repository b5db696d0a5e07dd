//! [`LivenessVerdict`]: live, an attack, or neither can be told.
//!
//! # The model
//! Each cue has two limits: from one on it speaks for a live face, beyond the other for an attack,
//! and between them, or where it could not be measured, it tells nothing.
//! - **Attack** if any cue speaks for one.
//! - **Live** if *every* cue speaks for a live face.
//! - **Inconclusive** otherwise.
//!
//! So the model is monotone: no cue can make up for another, and one that is missing, or a response
//! that is flat, can't end in [`LivenessVerdict::Live`]. What each cue stops, and what none of them
//! stops, is told in the [module](super).

mod judge;
mod limits;
mod words;

pub(super) use judge::MAX_TRACK_CHANGES;
pub use limits::LivenessLimits;
pub use words::{Advice, AttackReason, InconclusiveReason, LivenessVerdict};
