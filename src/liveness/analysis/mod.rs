//! From a [`Trace`](super::Trace) to [`Cues`]: what was measured, each as a number with a unit.
//! What follows from them is the [verdict](super::verdict)'s.

mod answer;
mod chain;
mod cues;
mod expected;
mod fit;
mod identity;
mod irradiance;
#[cfg(any(test, fuzzing))]
pub(crate) mod made_up;
mod normalised;
mod recording;
mod sequence;
mod shape;
mod signal;
#[cfg(test)]
mod tests;
mod timing;

pub use answer::ResponseCue;
pub(crate) use chain::{Chain, Path};
pub use cues::Cues;
pub use identity::IdentityCue;
pub use recording::RecordingCue;
pub use sequence::SequenceCue;
pub use shape::ShapeCue;
pub use timing::TimingCue;
