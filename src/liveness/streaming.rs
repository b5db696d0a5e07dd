//! What a verifier notes by its own clock while a challenge is streamed: which segments it gave
//! away when, and when frames arrived.

use super::fault::error;
use super::live_session::{LivenessSession, MAX_SAMPLES};
use super::response::Arrivals;
use super::segment::Segment;
use crate::error::{ErrorKind, Result};

impl LivenessSession {
    /// The segments that the client may be sent by now, and notes `now_us`, microseconds on the
    /// verifier's own monotonic clock, for those that it may be sent since this moment.
    ///
    /// A challenge that is *streamed* in this way is known to nobody before it is shown: the first
    /// segment at once, each other when a frame has [arrived](Self::arrived) that was taken since
    /// the one before it began. Whoever calls this never sends the challenge as a whole.
    pub fn reveal(&mut self, now_us: u64) -> &[Segment] {
        let segments = self.challenge.segments();
        let seen_us = self.trace.timestamps_us.last();
        // The first one is free; each other needs a frame from within the one before.
        // Without a frame no segment has begun.
        let begun = seen_us.map_or(0, |seen| segments.iter().filter(|s| s.start_us <= *seen).count());
        let free = (1 + begun).min(segments.len());
        let arrivals = self.trace.arrivals.get_or_insert_default();
        while arrivals.revealed_us.len() < free {
            arrivals.revealed_us.push(now_us);
        }
        segments.get(..free).unwrap_or(segments)
    }

    /// Notes that the next frame, taken at `timestamp_us`, arrived at `arrived_us`, microseconds on
    /// the clock of [`Self::reveal`]; then show it to [`Self::frame`].
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] after 2,000 frames.
    pub fn arrived(&mut self, timestamp_us: u64, arrived_us: u64) -> Result<()> {
        let arrivals = self.trace.arrivals.get_or_insert_with(Arrivals::default);
        if arrivals.frames_us.len() >= MAX_SAMPLES {
            return Err(error(ErrorKind::LimitExceeded, format!("a session has {MAX_SAMPLES} frames at most")));
        }
        arrivals.frames_us.push([timestamp_us, arrived_us]);
        Ok(())
    }

    /// Notes that the screen showed the first picture of segment `segment` at `shown_us`, on the
    /// clock of the frames' timestamps. Where the client does not know, the challenge's own times
    /// are taken for those.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if there is no such segment.
    pub fn shown(&mut self, segment: usize, shown_us: u64) -> Result<()> {
        if segment >= self.challenge.segments().len() {
            let message = format!("segment {segment} is said to be shown, of {}", self.challenge.segments().len());
            return Err(error(ErrorKind::InvalidArgument, message));
        }
        self.trace.shown_us.retain(|(known, _)| *known != segment);
        self.trace.shown_us.push((segment, shown_us));
        Ok(())
    }
}
