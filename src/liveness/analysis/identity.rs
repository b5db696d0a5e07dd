//! [`IdentityCue`]: is it one person all the time?

use crate::liveness::response::Trace;
use serde::Serialize;

/// Agreement of the session's frames with its reference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct IdentityCue {
    /// How many frames were compared with the reference.
    pub compared: usize,
    /// The lowest comparison score.
    pub lowest: f32,
    /// The median comparison score, the upper one of two in the middle.
    pub median: f32,
}

impl IdentityCue {
    /// The cue of what was compared; `None` if nothing was.
    pub(super) fn new(trace: &Trace) -> Option<Self> {
        let mut scores: Vec<f32> = trace.identity.iter().map(|(_, score)| *score).collect();
        scores.sort_by(f32::total_cmp);
        let lowest = *scores.first()?;
        let median = *scores.get(scores.len() / 2)?;
        Some(Self { compared: scores.len(), lowest, median })
    }
}
