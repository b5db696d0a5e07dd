//! [`ArrivalCue`]: did frames arrive as frames do that are sent while they are taken?
//!
//! A client says when a frame was taken, and may say anything. The verifier knows two things of its
//! own: when it gave each segment away, and when each frame arrived. Nothing that was taken before
//! a segment was known shows that segment's light, and a frame that says that it does must have
//! arrived afterwards. And the way there and back, which the first segment and the frames make, is
//! nearly the same all the time.

use super::signal::{middle, slope};
use crate::liveness::challenge::Challenge;
use crate::liveness::response::{Arrivals, Trace};
use serde::Serialize;

/// When the frames of a streamed challenge arrived, by the verifier's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ArrivalCue {
    /// How many segments the client was given.
    pub revealed: usize,
    /// How many frames' arrival was noted.
    pub arrived: usize,
    /// The median time from when a frame was taken, as the client says, to its arrival, in
    /// milliseconds: the first segment's way to the screen, and the frame's way back.
    pub delay_ms: f64,
    /// The range that nine tenths of these times lie in, in milliseconds.
    pub spread_ms: f64,
    /// How much they grow, in milliseconds per second.
    pub drift_ms_per_s: f64,
    /// By how much a frame came before the segment was given away whose light it says to show, at
    /// most, in milliseconds. Above 0 is impossible; infinite (`null` in JSON) if the segment never
    /// was.
    pub early_ms: f64,
}

impl ArrivalCue {
    /// The cue of a streamed session; `None` if the challenge was given away as a whole.
    pub(super) fn new(trace: &Trace, challenge: &Challenge) -> Option<Self> {
        let Arrivals { revealed_us, frames_us } = trace.arrivals.as_ref()?;
        let ms = |us: u64| 1e-3 * us as f64;
        // Where nothing was given away, nothing came later: every frame is early.
        let begin = revealed_us.first().map_or(f64::INFINITY, |us| ms(*us));
        let delays: Vec<(f64, f64)> =
            frames_us.iter().map(|[taken, arrived]| (ms(*taken), ms(*arrived) - begin - ms(*taken))).collect();
        let mut sorted: Vec<f64> = delays.iter().map(|(_, delay)| *delay).collect();
        let delay_ms = middle(&mut sorted)?;
        let at = |share: usize| sorted.get(share * sorted.len().saturating_sub(1) / 20).copied();
        let spread_ms = at(19)? - at(1)?;
        let early = |[taken, arrived]: &[u64; 2]| {
            let shown = challenge.segments().iter().rposition(|segment| segment.start_us <= *taken)?;
            let known = revealed_us.get(shown).map_or(f64::INFINITY, |us| ms(*us));
            Some(known - ms(*arrived))
        };
        let early_ms = frames_us.iter().filter_map(early).fold(f64::NEG_INFINITY, f64::max);
        let drift = 1e3 * slope(&delays);
        Some(Self {
            revealed: revealed_us.len(),
            arrived: frames_us.len(),
            delay_ms,
            spread_ms,
            drift_ms_per_s: drift,
            early_ms,
        })
    }
}
