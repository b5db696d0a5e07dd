//! [`Cues`]: everything that a session was judged by.

use super::answer::ResponseCue;
use super::arrival::ArrivalCue;
use super::chain::{Chain, Path};
use super::clock::ClockCue;
use super::echo::EchoCue;
use super::expected::Expected;
use super::identity::IdentityCue;
use super::irradiance::{irradiance_by_screen, relief_signal};
use super::normalised::Normalised;
use super::recording::RecordingCue;
use super::seams::SeamCue;
use super::sequence::SequenceCue;
use super::shape::ShapeCue;
use super::signal::Signals;
use super::timing::TimingCue;
use crate::liveness::challenge::Challenge;
use crate::liveness::response::{Rgb, Trace};
use serde::Serialize;

/// Lags of the camera that are allowed for, in milliseconds: from a timestamp that is taken before
/// a frame's exposure to one that comes with a slow driver's buffer. With them the exposure itself.
const LAGS_MS: std::ops::RangeInclusive<i32> = -60..=360;
/// The step from one lag that is tried to the next, in milliseconds: less than a frame.
const LAG_STEP_MS: usize = 20;
/// With fewer bits of the sequence another clock is looked for.
const FEW_BITS: f64 = 12.0;

/// What a session's frames say, cue by cue.
///
/// A cue is `None` where it could not be measured, which never speaks for a live face. As JSON
/// (`serde`), `None` and what is not a number are `null`; times say their unit in their name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Cues {
    /// The recording itself: how regular it is, and what it shows.
    pub recording: RecordingCue,
    /// How strongly the face answers the screen.
    pub response: Option<ResponseCue>,
    /// Whether the response answers this challenge.
    pub sequence: Option<SequenceCue>,
    /// Whether all edges come at one lag.
    pub timing: Option<TimingCue>,
    /// Whether what answers has the shape of a face.
    pub shape: Option<ShapeCue>,
    /// Whether frames continue each other.
    pub seams: Option<SeamCue>,
    /// Whether anything answers the screen before the face does.
    pub echo: Option<EchoCue>,
    /// Whether it is one person all the time.
    pub identity: Option<IdentityCue>,
    /// When frames arrived; `None` where the challenge was given away as a whole.
    pub arrival: Option<ArrivalCue>,
    /// By which clock the session would answer this challenge, where it does not by its own.
    pub clock: Option<ClockCue>,
}

impl Cues {
    /// The cues of a session that answered, or not, the challenge at `path`.
    pub(crate) fn new(trace: &Trace, challenge: &Challenge, chain: &Chain, path: &Path) -> Self {
        let recording = RecordingCue::new(trace, challenge);
        let identity = IdentityCue::new(trace);
        let arrival = ArrivalCue::new(trace, challenge);
        let mut cues = Self {
            recording,
            response: None,
            sequence: None,
            timing: None,
            shape: None,
            seams: None,
            echo: None,
            identity,
            arrival,
            clock: None,
        };
        if trace.samples.is_empty() {
            return cues;
        }
        let signals = Signals::new(trace);
        let own = signals.own();
        let irradiance = irradiance_by_screen(trace);
        let lags: Vec<f64> = LAGS_MS.step_by(LAG_STEP_MS).map(|ms| 1e-3 * f64::from(ms)).collect();
        // There are two responses: the face's change against the background's, and that of its
        // raised parts against the others. Each gives an e-value, and their mean is one.
        let answer = |signal: &[Rgb]| {
            let response = Normalised::new(&signals.times, signal);
            let evidence = chain.evidence(&response, path, &lags);
            (response, evidence)
        };
        let against_background = answer(&own);
        // Which parts of a face a screen lights most is much the same for all sizes.
        let [phone, ..] = &irradiance;
        let relief = relief_signal(phone, &signals).map(|signal| answer(&signal));
        let ratios = relief.iter().chain([&against_background]).map(|(_, evidence)| evidence.ratio);
        let bits = (ratios.sum::<f64>() / 2.0).log2();
        let range = &against_background.0;
        // Timing follows the response that says more.
        let (response, evidence) = match &relief {
            Some(relief) if relief.1.ratio > against_background.1.ratio => relief,
            _ => &against_background,
        };
        let expected = Expected::new(&trace.samples, challenge, evidence.lag_s);
        cues.sequence = Some(SequenceCue::new(bits, evidence));
        let response_cue = ResponseCue::new(trace, &signals, &own, range, &expected);
        cues.response = Some(response_cue);
        if bits < FEW_BITS || bits.is_nan() {
            let clocks = relief.iter().chain([&against_background]).map(|(r, _)| ClockCue::new(chain, path, r));
            cues.clock = clocks.flatten().max_by(|a, b| a.bits.total_cmp(&b.bits));
        }
        cues.timing = TimingCue::new(&signals.times, response, challenge, evidence.lag_s);
        // The lag that most edges have is sharper than the sequence's.
        let lag_s = cues.timing.map_or(evidence.lag_s, |timing| 1e-3 * timing.lag_ms);
        cues.seams = Some(SeamCue::new(&trace.samples, challenge, lag_s));
        cues.echo = EchoCue::new(trace, &signals, challenge, lag_s);
        cues.shape = ShapeCue::new(trace, &irradiance, &signals, &expected, response_cue.contrast);
        cues
    }
}
