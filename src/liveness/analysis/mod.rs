//! From a [`Trace`](super::Trace) to [`Cues`]: what was measured, each as a number with a unit.
//! What follows from them is the [verdict](super::verdict)'s.

mod answer;
mod arrival;
#[cfg(test)]
mod attacks;
mod chain;
mod clock;
mod cues;
mod echo;
mod expected;
mod fit;
mod identity;
mod irradiance;
#[cfg(any(test, fuzzing))]
pub(crate) mod made_up;
mod normalised;
mod recording;
mod seams;
mod sequence;
mod shape;
mod signal;
#[cfg(test)]
mod tests;
mod timing;

pub use answer::ResponseCue;
pub use arrival::ArrivalCue;
pub(crate) use chain::{Chain, Path};
pub use clock::ClockCue;
pub use cues::Cues;
pub use echo::EchoCue;
pub use identity::IdentityCue;
pub use recording::RecordingCue;
pub use seams::SeamCue;
pub use sequence::SequenceCue;
pub use shape::ShapeCue;
pub(super) use signal::{MEDIAN_OVER_DEVIATION, middle};
pub use timing::TimingCue;
