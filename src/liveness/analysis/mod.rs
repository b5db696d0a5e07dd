//! From a [`Trace`](super::Trace) to [`Cues`]: what was measured, each as a number with a unit.
//! What follows from them is the [verdict](super::verdict)'s.

mod chain;
mod cues;
mod expected;
#[cfg(any(test, fuzzing))]
pub(crate) mod made_up;
mod sequence;
mod shape;
mod signal;
#[cfg(test)]
mod tests;
mod timing;

pub(crate) use chain::{Chain, Path};
pub use cues::{Cues, IdentityCue, RecordingCue, ResponseCue, SequenceCue, ShapeCue, TimingCue};

impl super::Trace {
    /// The face's own change at each frame that shows it: time in microseconds, and for red, green
    /// and blue the natural logarithm of linear light over its median in time, less the
    /// background's, which the camera's gains move alike (if any can be seen).
    pub fn face_over_background(&self) -> Vec<(u64, [f32; 3])> {
        let own = signal::Signals::new(self).own();
        self.samples.iter().map(|sample| sample.timestamp_us).zip(own).collect()
    }
}
