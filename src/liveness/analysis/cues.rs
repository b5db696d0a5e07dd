//! [`Cues`]: everything that a session was judged by.

use super::expected::Expected;
use super::sequence::Normalised;
use super::shape::{irradiance_of_patches, relief_signal};
use super::signal::{Signals, difference, quantile};
use super::timing::{Edges, Rhythm};
use super::{Chain, Path};
use crate::liveness::Challenge;
use crate::liveness::response::{Rgb, SECTORS, Sample, Trace};
use serde::Serialize;

/// Lags of the camera that are allowed for, in milliseconds: from a timestamp that is taken before
/// a frame's exposure to one that comes with a slow driver's buffer. With them the exposure itself.
const LAGS_MS: std::ops::RangeInclusive<i32> = -60..=360;
const LAG_STEP_MS: usize = 20;

/// What a session's frames say, cue by cue. `None` where a cue could not be measured, which never
/// speaks for a live face.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cues {
    /// The recording itself.
    pub recording: RecordingCue,
    /// How strongly the face answers the screen.
    pub response: Option<ResponseCue>,
    /// Does it answer this challenge?
    pub sequence: Option<SequenceCue>,
    /// Do all edges come at one lag?
    pub timing: Option<TimingCue>,
    /// Has what answers the shape of a face?
    pub shape: Option<ShapeCue>,
    /// Is it one person all the time?
    pub identity: Option<IdentityCue>,
}

/// How regular the recording is, and what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RecordingCue {
    /// Frames.
    pub frames: usize,
    /// Of them with a face.
    pub with_face: usize,
    /// How often the face was lost, or jumped, and another track began.
    pub track_changes: u32,
    /// Of these with a second face of similar size.
    pub several_faces: usize,
    /// Of these with exactly the pixels of the frame before: a stuttering camera.
    pub stuttered: usize,
    /// Of these with exactly the pixels of an earlier frame: a loop.
    pub repeated: usize,
    /// Median time between frames, in milliseconds.
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
    /// Frames in which the head is turned away by more than 35°.
    pub turned_away: usize,
}

/// How strongly the face answers, beyond what the background does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ResponseCue {
    /// Light on over light off less 1, in red, green and blue, whatever the challenge: the range of
    /// the signal.
    pub range: Rgb,
    /// Noise of single frames in the same unit.
    pub noise: Rgb,
    /// The part of it that follows the challenge.
    pub contrast: Rgb,
    /// Contrast of red, green and blue (rows) by the screen's red, green and blue alone (columns):
    /// what screen and camera mix. Not a number where the challenge does not tell them apart.
    pub mixing: [Rgb; 3],
    /// How far the background's brightness, and its red and blue over its green, go up and down, as
    /// natural logarithms: the camera's exposure and white balance, and what light the screen
    /// throws on it. `None` if no background can be measured.
    pub drift: Option<[f32; 2]>,
    /// Contrast of what lies beside the head over that of the face: two sectors at the image's
    /// left, two at its right. Near 0 before a distant background, near 1 on a sheet that goes
    /// on there.
    pub surroundings: [Option<f32>; SECTORS],
    /// Contrast of the brightest points of both irises over that of the face: corneas mirror the
    /// screen.
    pub corneas: [f32; 2],
}

/// Evidence that it answers this challenge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SequenceCue {
    /// Bits of evidence against all other challenges of the policy; a response that does not know
    /// its challenge reaches k bits with a probability of 2^−k at most.
    pub bits: f64,
    /// Binary logarithm of how well the challenge explains the response, 0 for perfectly.
    pub fit: f64,
    /// The same of all challenges of the policy together; near 0 or above if there is one that
    /// explains it.
    pub best_fit: f64,
    /// The likeliest lag of the camera, in milliseconds.
    pub lag_ms: f64,
}

/// When the response crosses the challenge's edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TimingCue {
    /// Edges of the challenge.
    pub edges: usize,
    /// Of them found in the response.
    pub found: usize,
    /// Median lag, in milliseconds.
    pub lag_ms: f64,
    /// Upper quartile of single edges' distances from it, in milliseconds.
    pub spread_ms: f64,
    /// How much the lag grows, in milliseconds per second.
    pub drift_ms_per_s: f64,
}

/// The response's shape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShapeCue {
    /// How much of the relief that the mesh predicts the response has: about 1 for a face, 0 for a
    /// sheet.
    pub relief: f64,
    /// Its standard error.
    pub relief_error: f64,
    /// How much likelier this relief is of a face than of a sheet, as a binary logarithm.
    pub bits: f64,
    /// The least of these bits when any one spot of 6 cm is left out: a mirrored screen or lamp
    /// alone makes no face.
    pub least_bits: f64,
    /// Response of the patch with the third strongest one over the median patch's: 1.2 to 2.3 of
    /// faces, and more where a sheet mirrors the screen.
    pub glare: f64,
    /// How the response changes with a patch's brightness; 0 where light is reflected in
    /// proportion.
    pub gloss: f64,
    /// Deviation of patches from the fit, over their median response.
    pub residual: f64,
}

/// Agreement of the session's frames with its first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct IdentityCue {
    /// Frames that were compared.
    pub compared: usize,
    /// The lowest comparison score.
    pub lowest: f32,
    /// The median score.
    pub median: f32,
}

impl Cues {
    /// Of a session that answered, or not, the challenge at `path`.
    pub(crate) fn new(trace: &Trace, challenge: &Challenge, chain: &Chain, path: &Path) -> Self {
        let recording = RecordingCue::new(trace, challenge);
        let identity = IdentityCue::new(trace);
        let mut cues = Self { recording, response: None, sequence: None, timing: None, shape: None, identity };
        if trace.samples.is_empty() {
            return cues;
        }
        let signals = Signals::new(trace);
        let own = signals.own();
        let irradiance = irradiance_of_patches(trace);
        let lags: Vec<f64> = LAGS_MS.step_by(LAG_STEP_MS).map(|ms| 1e-3 * f64::from(ms)).collect();
        let answer = |signal: &[Rgb]| {
            let response = Normalised::new(&signals.times, signal);
            let evidence = chain.evidence(&response, path, &lags);
            (response, evidence)
        };
        let against_background = answer(&own);
        let relief = relief_signal(&irradiance, &signals).map(|signal| answer(&signal));
        let ratios = relief.iter().chain([&against_background]).map(|(_, evidence)| evidence.ratio);
        let bits = (ratios.sum::<f64>() / 2.0).log2();
        let range = &against_background.0;
        let (response, evidence) = match &relief {
            Some(relief) if relief.1.ratio > against_background.1.ratio => relief,
            _ => &against_background,
        };
        let expected = Expected::new(&trace.samples, challenge, evidence.lag_s);
        cues.sequence =
            Some(SequenceCue { bits, fit: evidence.fit, best_fit: evidence.best_fit, lag_ms: 1e3 * evidence.lag_s });
        let response_cue = ResponseCue::new(trace, &signals, &own, range, &expected);
        cues.response = Some(response_cue);
        let edges = Edges::new(&signals.times, response, challenge, evidence.lag_s);
        cues.timing = edges.map(|edges| TimingCue {
            edges: challenge.segments().len().saturating_sub(1),
            found: edges.count,
            lag_ms: 1e3 * edges.lag_s,
            spread_ms: 1e3 * edges.spread_s,
            drift_ms_per_s: 1e3 * edges.drift,
        });
        cues.shape = ShapeCue::new(trace, &irradiance, &signals, &expected, response_cue.contrast);
        cues
    }
}

impl RecordingCue {
    fn new(trace: &Trace, challenge: &Challenge) -> Self {
        let samples = &trace.samples;
        let count = |which: &dyn Fn(&Sample) -> bool| samples.iter().filter(|s| which(s)).count();
        let mean = |of: &dyn Fn(&Sample) -> f32| samples.iter().map(of).sum::<f32>() / samples.len().max(1) as f32;
        let rhythm = Rhythm::new(trace);
        let turned = |s: &Sample| {
            let [yaw, pitch, _] = s.turn_deg;
            yaw.hypot(pitch) > 35.0
        };
        let total_us = challenge.total_us();
        let missing_us = match (samples.first(), samples.last()) {
            (Some(first), Some(last)) => first.timestamp_us.saturating_add(total_us.saturating_sub(last.timestamp_us)),
            _ => total_us,
        };
        Self {
            frames: trace.timestamps_us.len(),
            with_face: samples.len(),
            track_changes: samples.last().map_or(0, |s| s.track),
            several_faces: count(&|s| s.faces > 1),
            stuttered: rhythm.stuttered,
            repeated: rhythm.repeated,
            interval_ms: 1e3 * rhythm.median_s,
            longest_gap_ms: 1e3 * rhythm.longest_s,
            missing_ms: 1e-3 * missing_us as f64,
            over_exposed: mean(&|s| s.clipped),
            under_exposed: mean(&|s| s.dark),
            turned_away: count(&turned),
        }
    }
}

impl ResponseCue {
    fn new(trace: &Trace, signals: &Signals, own: &[Rgb], response: &Normalised, expected: &Expected) -> Self {
        let contrast = expected.contrast(own);
        let face: f32 = contrast.iter().sum();
        let over_face = |logs: &[Rgb]| expected.contrast(logs).iter().sum::<f32>() / face;
        let beside = |ring: &Vec<Rgb>| Some(over_face(&difference(ring, signals.background.as_ref()?)));
        let surroundings = signals.ring.each_ref().map(|ring| ring.as_ref().and_then(beside));
        let mut eye = 0..;
        let corneas = [(); 2].map(|()| {
            let eye = eye.next().unwrap_or(0);
            let brightest = |s: &Sample| s.eyes.get(eye).map_or([0.0; 3], |[bright, _]| *bright);
            over_face(&signals.own_of(&signals.change_of(trace.samples.iter().map(brightest))))
        });
        Self {
            range: response.amplitude,
            noise: response.noise,
            contrast,
            mixing: expected.mixing(own),
            drift: signals.background.as_deref().map(drift),
            surroundings,
            corneas,
        }
    }
}

/// Ranges of a series of logarithms: of its mean over channels, and the larger one of red and blue
/// against green.
fn drift(logs: &[Rgb]) -> [f32; 2] {
    let range = |of: fn(&Rgb) -> f32| {
        let mut values: Vec<f32> = logs.iter().map(of).collect();
        let [low, high] = [0.05, 0.95].map(|share| quantile(&mut values, share));
        high - low
    };
    [range(|v| v.iter().sum::<f32>() / 3.0), range(|[r, g, _]| r - g).max(range(|[_, g, b]| b - g))]
}

impl IdentityCue {
    fn new(trace: &Trace) -> Option<Self> {
        let mut scores: Vec<f32> = trace.identity.iter().map(|(_, score)| *score).collect();
        scores.sort_by(f32::total_cmp);
        let lowest = *scores.first()?;
        let median = *scores.get(scores.len() / 2)?;
        Some(Self { compared: scores.len(), lowest, median })
    }
}
