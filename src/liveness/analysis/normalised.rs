//! [`Normalised`]: a response in units of the screen's light, and how far it lies from a level.
//!
//! The response's scale in each channel comes from its own range, not from the challenge: every
//! challenge switches each channel.
//!
//! The constants were chosen by hand on simulated sessions, not fitted. Whatever they are, wrong
//! challenges keep the bound of the [sequence](super::sequence): they decide how many bits the
//! right one gets.

// Why indexing can't fail: red, green and blue are the three values of an array of three.
#![allow(clippy::indexing_slicing, reason = "channels 0, 1 and 2 index arrays of three")]

use super::signal::{MEDIAN_OVER_DEVIATION, quantile};
use crate::geometry::minus;
use crate::liveness::response::Rgb;

/// Standard deviation of the normalised response about its level, before noise.
const SPREAD: f32 = 0.22;
/// Standard deviation of what moves all channels alike: shading as the head turns, exposure, a
/// background that moves behind.
const GREY: f32 = 0.2;
/// A frame's loss counts at most so much: a moment's disturbance does not outweigh the rest.
const MAX_LOSS: f32 = 12.0;
/// Frames closer than this say the same about the light: the losses of so many seconds count as
/// one.
const COHERENCE_S: f64 = 0.12;
/// A frame stands for the time since the one before it, but for no more than so many seconds.
const MAX_STEP_S: f64 = 0.08;
/// What of a slot is not scored, in seconds after its begin and before its end: exposures that
/// straddle an edge.
const MARGIN_S: [f64; 2] = [0.03, 0.01];
/// Quantiles that stand for light off and light on.
const RANGE: [f32; 2] = [0.04, 0.96];
/// A normalised response counts within these: as much below light off as there is range, and as
/// much above light on.
const CLAMPED: [f32; 2] = [-1.0, 2.0];

/// The response, normalised: 0 for light off, 1 for light on, in each channel.
pub(super) struct Normalised {
    times: Vec<f64>,
    /// The response at each frame.
    pub(super) values: Vec<Rgb>,
    spread: Rgb,
    /// Light on over light off, less 1.
    pub(super) amplitude: Rgb,
    /// Noise of single frames, over light off.
    pub(super) noise: Rgb,
}

impl Normalised {
    /// Normalises a change in logarithms, `own[i]` at time `times[i]` in seconds.
    pub(super) fn new(times: &[f64], own: &[Rgb]) -> Self {
        debug_assert_eq!(times.len(), own.len(), "each frame has a time and a value");
        let mut values: Vec<Rgb> = own.iter().map(|v| v.map(f32::exp)).collect();
        let [mut amplitude, mut noise, mut spread] = [[0.0f32; 3]; 3];
        for c in 0..3 {
            let channel: Vec<f32> = values.iter().map(|v| v[c]).collect();
            let [low, high] = RANGE.map(|share| quantile(&mut smoothed(&channel), share));
            let range = (high - low).max(1e-6);
            let jitter = frame_noise(&channel);
            amplitude[c] = range / low.max(1e-6);
            noise[c] = jitter / low.max(1e-6);
            spread[c] = SPREAD.hypot(2.0 * jitter / range);
            let [least, most] = CLAMPED;
            values.iter_mut().for_each(|v| v[c] = ((v[c] - low) / range).clamp(least, most));
        }
        Self { times: times.to_vec(), values, spread, amplitude, noise }
    }

    /// How far values lie apart.
    pub(super) fn metric(&self) -> Metric {
        let weights = self.spread.map(|spread| spread.powi(-2));
        Metric { weights, grey: (GREY.powi(-2) + weights.iter().sum::<f32>()).recip() }
    }

    /// How much worse each of `levels` explains the frames than the best of them does, frame by
    /// frame, summed up over frames and weighted by their time: `[level][frames before]`.
    pub(super) fn losses(&self, levels: &[Rgb]) -> Vec<Vec<f64>> {
        let metric = self.metric();
        let loss = |value: &Rgb, level: &Rgb| {
            let away = minus(*value, *level);
            (0.5 * metric.dot(away, away)).min(MAX_LOSS)
        };
        let mut sums = vec![vec![0.0]; levels.len()];
        let mut totals = vec![0.0f64; levels.len()];
        // The first frame stands for no time. Without frames nothing is summed up.
        let mut previous = self.times.first().copied().unwrap_or_default();
        for (time, value) in self.times.iter().zip(&self.values) {
            let own: Vec<f32> = levels.iter().map(|level| loss(value, level)).collect();
            let best = own.iter().copied().fold(f32::MAX, f32::min);
            let weight = (time - previous).clamp(0.0, MAX_STEP_S) / COHERENCE_S;
            previous = *time;
            for ((sums, total), own) in sums.iter_mut().zip(&mut totals).zip(own) {
                *total += weight * f64::from(own - best);
                sums.push(*total);
            }
        }
        sums
    }

    /// The frames of a stretch of time, in seconds, that lie well inside: the first, and the one
    /// behind the last.
    pub(super) fn inside(&self, from: f64, to: f64) -> [usize; 2] {
        let [after, before] = MARGIN_S;
        [from + after, to - before].map(|time| self.times.partition_point(|t| *t < time))
    }
}

/// Mahalanobis's distance for independent deviations of the channels and a common one: the inverse
/// of the covariance after J. Sherman and W. J. Morrison (1950).
#[derive(Debug, Clone, Copy)]
pub(super) struct Metric {
    weights: Rgb,
    grey: f32,
}

impl Metric {
    /// The scalar product of two differences; of one with itself the square of the distance.
    pub(super) fn dot(&self, a: Rgb, b: Rgb) -> f32 {
        let (mut own, mut common) = (0.0, [0.0; 2]);
        for ((a, b), weight) in a.into_iter().zip(b).zip(self.weights) {
            own += weight * a * b;
            common = [common[0] + weight * a, common[1] + weight * b];
        }
        own - self.grey * common[0] * common[1]
    }
}

/// All stretches of three values in a row.
fn threes(values: &[f32]) -> impl Iterator<Item = [f32; 3]> + '_ {
    values.iter().zip(values.iter().skip(1)).zip(values.iter().skip(2)).map(|((a, b), c)| [*a, *b, *c])
}

/// Medians of three.
fn smoothed(values: &[f32]) -> Vec<f32> {
    if values.len() < 3 {
        return values.to_vec();
    }
    threes(values).map(|[a, b, c]| a.max(b).min(a.min(b).max(c))).collect()
}

/// Deviation of single frames about the line between their neighbours; edges do not count, being
/// few.
fn frame_noise(values: &[f32]) -> f32 {
    let mut bends: Vec<f32> = threes(values).map(|[a, b, c]| (b - 0.5 * (a + c)).abs()).collect();
    // The bend's deviation is √1.5 times a frame's.
    quantile(&mut bends, 0.5) / (MEDIAN_OVER_DEVIATION as f32 * 1.5f32.sqrt())
}
