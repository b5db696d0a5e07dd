//! [`RecordingCue`]: how regular the recording is, and what it shows.

use super::signal::middle;
use crate::liveness::challenge::Challenge;
use crate::liveness::response::{Sample, Trace};
use serde::Serialize;

/// A head that is turned further than this is turned away, in degrees: yaw and pitch together.
/// Chosen by hand, beyond what the flash's shading can be measured at.
const TURNED_DEG: f32 = 35.0;

/// How regular the recording is, and what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RecordingCue {
    /// How many frames there are.
    pub frames: usize,
    /// How many frames show a face.
    pub with_face: usize,
    /// How often the face was lost, or jumped, and another track began.
    pub track_changes: u32,
    /// How many frames show a second face of similar size.
    pub several_faces: usize,
    /// How many frames have exactly the pixels of the frame before: a stuttering camera.
    pub stuttered: usize,
    /// How many frames have exactly the pixels of an earlier frame that is not the one before: a
    /// loop.
    pub repeated: usize,
    /// Median time between frames, in milliseconds; infinite (`null` in JSON) for fewer than two.
    pub interval_ms: f64,
    /// Longest time between frames with a face, in milliseconds.
    pub longest_gap_ms: f64,
    /// How much of the challenge has no frames with a face before its first and behind its last
    /// one, in milliseconds.
    pub missing_ms: f64,
    /// Mean share of the face that is blown out, 0 ..= 1.
    pub over_exposed: f32,
    /// Mean share of the face that is black, 0 ..= 1.
    pub under_exposed: f32,
    /// How many frames show a head that is turned away by more than 35°.
    pub turned_away: usize,
    /// By how much a segment was shown earlier or later than the challenge has it, at most, in
    /// milliseconds; 0 where the client does not say.
    pub display_off_ms: f64,
}

impl RecordingCue {
    /// The cue of a session for `challenge`.
    pub(super) fn new(trace: &Trace, challenge: &Challenge) -> Self {
        let samples = &trace.samples;
        let count = |which: &dyn Fn(&Sample) -> bool| samples.iter().filter(|s| which(s)).count();
        let mean = |of: &dyn Fn(&Sample) -> f32| samples.iter().map(of).sum::<f32>() / samples.len().max(1) as f32;
        let turned = |s: &Sample| {
            let [yaw, pitch, _] = s.turn_deg;
            yaw.hypot(pitch) > TURNED_DEG
        };
        let total_us = challenge.total_us();
        let missing_us = match (samples.first(), samples.last()) {
            (Some(first), Some(last)) => first.timestamp_us.saturating_add(total_us.saturating_sub(last.timestamp_us)),
            _ => total_us,
        };
        let with_face: Vec<u64> = samples.iter().map(|s| s.timestamp_us).collect();
        let prints: Vec<u64> = samples.iter().map(|s| s.fingerprint).collect();
        let stuttered = prints.iter().zip(prints.iter().skip(1)).filter(|(a, b)| a == b).count();
        let mut distinct = prints.clone();
        distinct.sort_unstable();
        distinct.dedup();
        Self {
            frames: trace.timestamps_us.len(),
            with_face: samples.len(),
            // Tracks are counted from 0, so the last one's number is that of the changes.
            track_changes: samples.last().map_or(0, |s| s.track),
            several_faces: count(&|s| s.faces > 1),
            stuttered,
            repeated: (prints.len() - distinct.len()).saturating_sub(stuttered),
            // Without two frames there is no rhythm, which is slower than any limit.
            interval_ms: 1e3 * middle(&mut steps_s(&trace.timestamps_us)).unwrap_or(f64::INFINITY),
            longest_gap_ms: 1e3 * steps_s(&with_face).into_iter().fold(0.0, f64::max),
            missing_ms: 1e-3 * missing_us as f64,
            over_exposed: mean(&|s| s.clipped),
            under_exposed: mean(&|s| s.dark),
            turned_away: count(&turned),
            display_off_ms: display_off_ms(trace, challenge),
        }
    }
}

/// By how much segments were shown at another time than planned, at most, in milliseconds.
fn display_off_ms(trace: &Trace, challenge: &Challenge) -> f64 {
    let off = |(segment, shown_us): &(usize, u64)| {
        let planned = challenge.segments().get(*segment)?.start_us;
        Some(1e-3 * planned.abs_diff(*shown_us) as f64)
    };
    trace.shown_us.iter().filter_map(off).fold(0.0, f64::max)
}

/// The times between neighbours, in seconds; 0 where a kept trace's time goes back.
fn steps_s(times_us: &[u64]) -> Vec<f64> {
    let pairs = times_us.iter().zip(times_us.iter().skip(1));
    pairs.map(|(a, b)| 1e-6 * b.saturating_sub(*a) as f64).collect()
}
