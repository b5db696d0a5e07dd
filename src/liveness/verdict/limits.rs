//! [`LivenessLimits`]: from where on a cue speaks for a live face, and for an attack.

use crate::digest::Digest;
use crate::error::{ErrorKind, Result, Stage};
use crate::liveness::device_lag::DeviceLag;
use crate::liveness::fault::error;
use crate::settings::settings;
use serde::Serialize;

settings! {
    /// From where on cues speak for a live face, and for an attack.
    ///
    /// The defaults were chosen on simulated sessions, on portraits and ranges of parameters that
    /// no reported rate comes from. A cue that lies between its two limits tells nothing, so the
    /// verdict is inconclusive there.
    ///
    /// ```
    /// use selfsame::liveness::{LivenessLimits, LivenessOptions};
    /// // One guess in 2^16 passes the sequence, instead of one in 2^12.
    /// let limits = LivenessLimits::default().with_sequence_bits(16.0)?;
    /// let options = LivenessOptions::default().with_limits(limits);
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    pub struct LivenessLimits in Stage::Liveness {
        /// Bits of evidence that the face answers this challenge, at least. One guess in 2^bits
        /// gets there.
        sequence_bits, with_sequence_bits: f64 = 12.0, in 4.0..=128.0;
        /// Where the bits speak against this challenge (below 0), a strong enough response that
        /// some other one explains this well (binary logarithm, 0 is perfect) is an attack.
        other_fit, with_other_fit: f64 = -3.0, in -1000.0..=1000.0;
        /// Bits of evidence for a face's shape, at least. Must be above
        /// [`sheet_bits`](Self::sheet_bits).
        shape_bits, with_shape_bits: f64 = 4.0, in -1000.0..=1000.0;
        /// What must remain of the shape's bits whichever spot is left out, at least.
        shape_least_bits, with_shape_least_bits: f64 = -2.0, in -1000.0..=1000.0;
        /// Largest standard error of the relief: where it is larger, mirrors make what they like of
        /// it.
        relief_error, with_relief_error: f64 = 0.35, in 0.001..=10.0;
        /// Most that the strongest patches may respond over the median one; see
        /// [`ShapeCue::glare`](crate::liveness::ShapeCue::glare).
        glare, with_glare: f64 = 3.2, in 0.001..=1000.0;
        /// What [`ShapeCue::relief`](crate::liveness::ShapeCue::relief) and
        /// [`ShapeCue::change_relief`](crate::liveness::ShapeCue::change_relief) must add up to, at
        /// least: a print before a display has one and not the other.
        both_reliefs, with_both_reliefs: f64 = 1.0, in -1000.0..=1000.0;
        /// At or below so many bits for a face's shape, with no spot left out, a strong enough
        /// response is a sheet's.
        sheet_bits, with_sheet_bits: f64 = -3.0, in -1000.0..=1000.0;
        /// From where on a frame that stands out from those about it may be another face's, and
        /// surely from 1.3 times that on: see
        /// [`SeamCue::outstanding`](crate::liveness::SeamCue::outstanding).
        outstanding, with_outstanding: f32 = 1.0, in 0.1..=100.0;
        /// Most that heads jump where colours change, over what they do elsewhere: see
        /// [`SeamCue::jumps`](crate::liveness::SeamCue::jumps).
        jumps, with_jumps: f64 = 4.5, in 0.1..=1000.0;
        /// At or above so strong an answer before the face's, the face is late: see
        /// [`EchoCue::strength`](crate::liveness::EchoCue::strength).
        early_echo, with_early_echo: f64 = 12.0, in 1.0..=1000.0;
        /// Up to so strong a one there is none. Must not be above
        /// [`early_echo`](Self::early_echo).
        no_echo, with_no_echo: f64 = 7.5, in 0.0..=1000.0;
        /// When this kind of device answers, if it is known: narrows the time that a relay has.
        device_lag, with_device_lag: Option<DeviceLag> = None;
        /// The lowest comparison score among a session's frames, at least. Coloured light lowers
        /// scores. Must not be below [`other_face_score`](Self::other_face_score). The default is
        /// for the profile [`Standard`](crate::model::Profile::Standard), where the worst group of
        /// strangers reaches it once in 100,000 pairs; frames of simulated live sessions have 0.94
        /// and more.
        identity_score, with_identity_score: f32 = 0.6, in -2.0..=2.0;
        /// At or below this comparison score another person took over. The default is for the same
        /// profile, where one in a thousand pairs of strangers is above.
        other_face_score, with_other_face_score: f32 = 0.35, in -2.0..=2.0;
        /// Most that single edges may be off their common lag (upper quartile), in milliseconds,
        /// beside half the time between frames.
        edge_spread_ms, with_edge_spread_ms: f64 = 90.0, in 0.001..=10_000.0;
        /// Most that the lag may grow, in milliseconds per second.
        edge_drift_ms_per_s, with_edge_drift_ms_per_s: f64 = 60.0, in 0.001..=10_000.0;
        /// Longest time from when a frame of a streamed challenge was taken to its arrival, and
        /// widest range of these times, in milliseconds: the network there and back. What is
        /// recorded later than this, with timestamps moved by as much, is told.
        arrival_ms, with_arrival_ms: f64 = 450.0, in 1.0..=60_000.0;
        /// Longest time between frames in the median, in milliseconds. The default is 12 frames a
        /// second.
        interval_ms, with_interval_ms: f64 = 84.0, in 0.001..=10_000.0;
        /// Longest gap between frames with a face, in milliseconds.
        gap_ms, with_gap_ms: f64 = 350.0, in 0.001..=10_000.0;
    }
}

impl LivenessLimits {
    /// The digest of these limits in JSON, by which an audit names them.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }

    /// Checks that limits of one cue are in order.
    pub(crate) fn check(&self) -> Result<()> {
        let ordered = self.shape_bits > self.sheet_bits && self.early_echo >= self.no_echo;
        if ordered && self.identity_score >= self.other_face_score {
            return Ok(());
        }
        Err(error(ErrorKind::InvalidArgument, "limits of the verdict are out of order"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_out_of_range_or_out_of_order_are_refused() {
        type Changed = fn(LivenessLimits) -> Result<LivenessLimits>;
        let changed = |change: Changed| {
            let limits = change(LivenessLimits::default())?;
            limits.check()
        };
        assert!(changed(Ok).is_ok());
        let wrong: [Changed; 8] = [
            |l| l.with_shape_least_bits(f64::NAN),
            |l| l.with_sequence_bits(1.0),
            |l| l.with_sequence_bits(f64::NAN),
            |l| l.with_shape_bits(-5.0),
            |l| l.with_identity_score(f32::NAN),
            |l| l.with_identity_score(0.1),
            |l| l.with_gap_ms(0.0),
            |l| l.with_other_fit(f64::INFINITY),
        ];
        for change in wrong {
            assert_eq!(changed(change).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }
}
