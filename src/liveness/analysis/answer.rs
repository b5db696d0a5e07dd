//! [`ResponseCue`]: how strongly the face answers the screen.

use super::expected::Expected;
use super::normalised::Normalised;
use super::signal::{Signals, difference, quantile};
use crate::liveness::response::{Rgb, SECTORS, Sample, Trace};
use serde::Serialize;

/// How strongly the face answers, beyond what the background does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResponseCue {
    /// Light on over light off less 1, in red, green and blue, whatever the challenge: the range of
    /// the signal.
    pub range: [f32; 3],
    /// Noise of single frames, in the unit of [`ResponseCue::range`].
    pub noise: [f32; 3],
    /// The part of the range that follows the challenge.
    pub contrast: [f32; 3],
    /// Contrast of red, green and blue (rows) by the screen's red, green and blue alone (columns):
    /// what screen and camera mix. Not a number (`null` in JSON) where the challenge does not tell
    /// them apart.
    pub mixing: [[f32; 3]; 3],
    /// How far the background's brightness, and its red and blue over its green, go up and down, as
    /// natural logarithms: the camera's exposure and white balance, and what light the screen
    /// throws on it. `None` if no background can be measured.
    pub drift: Option<[f32; 2]>,
    /// Contrast of what lies beside the head over that of the face: two sectors at the image's
    /// left, two at its right. Near 0 before a distant background, near 1 on a sheet that goes
    /// on there. `None` outside the frame.
    pub surroundings: [Option<f32>; 4],
    /// Contrast of the brightest points of both irises over that of the face: corneas mirror the
    /// screen.
    pub corneas: [f32; 2],
}

impl ResponseCue {
    /// The cue of the face's `own` change, with the normalised response to it.
    pub(super) fn new(
        trace: &Trace,
        signals: &Signals,
        own: &[Rgb],
        response: &Normalised,
        expected: &Expected,
    ) -> Self {
        let contrast = expected.contrast(own);
        let face: f32 = contrast.iter().sum();
        let over_face = |logs: &[Rgb]| expected.contrast(logs).iter().sum::<f32>() / face;
        let beside = |ring: &Vec<Rgb>| Some(over_face(&difference(ring, signals.background.as_ref()?)));
        let surroundings: [_; SECTORS] = signals.ring.each_ref().map(|ring| ring.as_ref().and_then(beside));
        let cornea = |brightest: fn(&Sample) -> Rgb| {
            over_face(&signals.own_of(&signals.change_of(trace.samples.iter().map(brightest))))
        };
        let corneas = [cornea(|s| s.eyes[0][0]), cornea(|s| s.eyes[1][0])];
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
        // The ends themselves may be one frame's noise.
        let [low, high] = [0.05, 0.95].map(|share| quantile(&mut values, share));
        high - low
    };
    [range(|v| v.iter().sum::<f32>() / 3.0), range(|[r, g, _]| r - g).max(range(|[_, g, b]| b - g))]
}
