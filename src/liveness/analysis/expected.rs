//! What the challenge lets one expect at each frame, once the lag is known, and how strongly a
//! series follows it.
//!
//! A series is explained by the screen's light and by how the head moves: a turned head is shaded
//! otherwise. Both are fitted at once, so that a movement that happens to coincide with a colour is
//! not taken for its answer (a general linear model with the motion as a nuisance, K. J. Friston et
//! al., "Movement-related effects in fMRI time-series", Magnetic Resonance in Medicine 35, 1996).

// Why indexing can't fail: red, green and blue are the three values of an array of three, and a
// matrix of readers has a row for each of its terms.
#![allow(clippy::indexing_slicing, reason = "channels 0, 1 and 2 index arrays of three")]

use super::chain::shown;
use crate::liveness::challenge::Challenge;
use crate::liveness::response::{Rgb, Sample};
use nalgebra::{DMatrix, DVector, RowDVector};

/// Frames so near to an edge are left out, in seconds after it and before it: exposures straddle
/// it. Chosen by hand: a frame at 30 a second is exposed for 33 ms at most.
const MARGIN_S: [f64; 2] = [0.045, 0.02];
/// A weak prior against motion's influence, as a share of the frames: for heads that don't move,
/// and few frames. Chosen by hand, small enough to change nothing where there is motion.
const STILL: f64 = 1e-3;
/// Movements below this are none: degrees, and a share of the scale.
const LEAST_MOTION: f64 = 1e-3;

/// The screen's light at each sample, and how to read a series' answer to it.
pub(super) struct Expected {
    /// Samples that count: away from edges.
    frames: Vec<usize>,
    /// For red, green and blue each, what the counting frames add to the level without light, and
    /// to the rise to full light. `None` if the light does not change.
    channels: [Option<[RowDVector<f64>; 2]>; 3],
    /// What the counting frames add when all three lights are fitted at once: to the level, and to
    /// the rises to full red, green and blue. `None` if a light does not change, or never alone.
    mixed: Option<[RowDVector<f64>; 4]>,
}

impl Expected {
    /// What `challenge` lets one expect of `samples` with a lag of `lag_s` seconds.
    pub(super) fn new(samples: &[Sample], challenge: &Challenge, lag_s: f64) -> Self {
        let light: Vec<Option<Rgb>> =
            samples.iter().map(|s| light_at(challenge, 1e-6 * s.timestamp_us as f64 - lag_s)).collect();
        let frames: Vec<usize> = (0..).zip(&light).filter(|(_, light)| light.is_some()).map(|(i, _)| i).collect();
        let counting: Vec<&Sample> = samples.iter().zip(&light).filter(|(_, l)| l.is_some()).map(|(s, _)| s).collect();
        let [yaw, pitch, roll] = [0, 1, 2].map(|axis| normalised(counting.iter().map(|s| s.turn_deg[axis].into())));
        // In per cent, so that a change of distance weighs like a turn by as many degrees.
        let scale = normalised(counting.iter().map(|s| 1e2 * f64::from(s.px_per_cm.max(1e-3)).ln()));
        let motion = [yaw, pitch, roll, scale];
        let lights =
            [0, 1, 2].map(|c| DVector::from_vec(light.iter().flatten().map(|light| f64::from(light[c])).collect()));
        let channels = lights.each_ref().map(|light| readers([light], &motion));
        let mixed = readers(lights.each_ref(), &motion);
        Self { frames, channels, mixed }
    }

    /// By how much a series of logarithms rises from no light to full light in each channel, as a
    /// share of its level without light.
    pub(super) fn contrast(&self, logs: &[Rgb]) -> Rgb {
        self.lines(logs).map(|Line { slope, level }| (slope / level.max(1e-6)) as f32)
    }

    /// The level without light, and its rise to full light, in each channel of a series of
    /// logarithms.
    pub(super) fn lines(&self, logs: &[Rgb]) -> [Line; 3] {
        [0, 1, 2].map(|c| match &self.channels[c] {
            Some([level, slope]) => Line { slope: self.read(slope, logs, c), level: self.read(level, logs, c) },
            // A light that does not change is not answered.
            None => Line { slope: 0.0, level: 1.0 },
        })
    }

    /// The contrast of each channel of a series of logarithms by red, green and blue light alone;
    /// NaN where they always come together.
    pub(super) fn mixing(&self, logs: &[Rgb]) -> [Rgb; 3] {
        let Some([level, rises @ ..]) = &self.mixed else { return [[f32::NAN; 3]; 3] };
        [0, 1, 2].map(|c| {
            let level = self.read(level, logs, c).max(1e-6);
            rises.each_ref().map(|rise| (self.read(rise, logs, c) / level) as f32)
        })
    }

    /// What a reader makes of a channel's light. A series that is shorter than the session gives
    /// NaN, which no limit takes for an answer.
    fn read(&self, reader: &RowDVector<f64>, logs: &[Rgb], channel: usize) -> f64 {
        debug_assert_eq!(reader.len(), self.frames.len(), "a reader has a share for each counting frame");
        let value = |i: &usize| logs.get(*i).map_or(f64::NAN, |log| f64::from(log[channel].exp()));
        self.frames.iter().map(value).zip(reader).map(|(value, share)| value * share).sum()
    }
}

/// The screen's light, red, green and blue of 0 ..= 1, so long after its first picture; `None` near
/// edges.
fn light_at(challenge: &Challenge, time_s: f64) -> Option<Rgb> {
    let [after, before] = MARGIN_S;
    challenge.segments().iter().find_map(|segment| {
        // Before the first segment the screen shows its colour already.
        let from = if segment.start_us == 0 { f64::NEG_INFINITY } else { 1e-6 * segment.start_us as f64 + after };
        (from..1e-6 * segment.end_us() as f64 - before).contains(&time_s).then(|| shown(segment))
    })
}

/// One of the motion's series, with mean 0 and deviation 1; nothing but 0 if it does not move.
fn normalised(values: impl Iterator<Item = f64>) -> DVector<f64> {
    let values: Vec<f64> = values.collect();
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    let scale = if deviation > LEAST_MOTION { deviation.recip() } else { 0.0 };
    DVector::from_iterator(values.len(), values.iter().map(|v| scale * (v - mean)))
}

/// What each frame adds to the coefficients of the constant and of each light; `N` is one more than
/// there are lights. `None` if there are too few frames, or a light does not change.
fn readers<const LIGHTS: usize, const N: usize>(
    lights: [&DVector<f64>; LIGHTS],
    motion: &[DVector<f64>; 4],
) -> Option<[RowDVector<f64>; N]> {
    let n = lights.first()?.len();
    let count = N + motion.len();
    // A light that hardly changes can't be told from the constant.
    if n < count || lights.iter().any(|light| light.max() - light.min() <= 1e-4) {
        return None;
    }
    // Ordinary least squares: the readers are the rows of (TᵀT + prior)⁻¹ Tᵀ, made once for all
    // series.
    let constant = DVector::from_element(n, 1.0);
    let columns: Vec<DVector<f64>> = std::iter::once(&constant).chain(lights).chain(motion).cloned().collect();
    let terms = DMatrix::from_columns(&columns);
    let prior = (0..count).map(|term| if term < N { 0.0 } else { STILL * n as f64 });
    let normal = terms.tr_mul(&terms) + DMatrix::from_diagonal(&DVector::from_iterator(count, prior));
    let readers = normal.try_inverse()? * terms.transpose();
    // There are `N` rows for what is asked, and behind them those of the motion.
    Some(std::array::from_fn(|term| readers.row(term).into_owned()))
}

/// A level of light, and its rise with the screen's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// The rise from no light to full light.
    pub(super) slope: f64,
    /// The value without light.
    pub(super) level: f64,
}
