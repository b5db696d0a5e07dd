//! From a [`Trace`](super::Trace) to [`Cues`]: what was measured, each as a number with a unit. What follows from them is the
//! [verdict](super::verdict)'s.

mod chain;
mod cues;
mod expected;
mod sequence;
mod shape;
mod signal;
#[cfg(test)]
mod tests;
mod timing;

pub(crate) use chain::{Chain, Path};
pub use cues::{Cues, IdentityCue, RecordingCue, ResponseCue, SequenceCue, ShapeCue, TimingCue};
