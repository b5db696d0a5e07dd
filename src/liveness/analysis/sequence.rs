//! Does the face answer *this* challenge? Bits of evidence against all others that the policy could
//! have drawn.
//!
//! For a challenge C and a response r let L(r, C) ≥ 0 be any score that is computed in the same way
//! for every challenge. Then
//!
//! > e = L(r, C) / mean of L(r, C′) over all C′ that the policy draws
//!
//! has mean 1 over challenges drawn independently of r, so by Markov's inequality a response that
//! does not know its challenge reaches e ≥ 2^k with a probability of at most 2^−k, whatever the
//! response is and however good or bad L models it (an *e-value*: V. Vovk, R. Wang, "E-values:
//! calibration, combination and applications", Annals of Statistics 49, 2021). The bits that are
//! reported are log₂ e.
//!
//! L is a product over slots, averaged over lags, so that the mean over all some 10¹⁰ challenges is
//! a sum along a chain (the forward algorithm of hidden Markov models): slot by slot, over its
//! colour and how much jitter has been used up. The chain ignores the policy's requirement of so
//! many changes a channel, which can only lower the bits: it sums over more challenges than there
//! are, and divides by those that there are.
//!
//! There are two responses: the face's change against the background's, and that of the face's
//! raised parts against the others. The mean of two e-values is one.
//!
//! The response's scale in each channel comes from its own range, not from the challenge: every
//! challenge switches each channel.

use super::chain::{Chain, Path};
use super::signal::quantile;
use crate::geometry::minus;
use crate::liveness::response::Rgb;

/// How a slot is scored: standard deviation of the normalised response about its level, before
/// noise.
const SPREAD: f32 = 0.22;
/// Standard deviation of what moves all channels alike: shading as the head turns, exposure, a
/// background that moves behind.
const GREY: f32 = 0.2;
/// A frame's loss counts at most so much: a moment's disturbance does not outweigh the rest.
const MAX_LOSS: f32 = 12.0;
/// Frames closer than this say the same about the light: the losses of so many seconds count as
/// one.
const COHERENCE_S: f64 = 0.12;
/// What of a slot is not scored, in seconds after its begin and before its end: exposures that
/// straddle an edge.
const MARGIN_S: [f64; 2] = [0.03, 0.01];
/// Quantiles that stand for light off and light on.
const RANGE: [f32; 2] = [0.04, 0.96];

/// What the sequence says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    /// The e-value.
    pub(super) ratio: f64,
    /// The mean lag given the challenge, in seconds.
    pub(super) lag_s: f64,
    /// Binary logarithm of the challenge's score at that lag over that of a perfect answer: 0 is
    /// perfect.
    pub(super) fit: f64,
    /// The same of all challenges together, summed over them and over lags.
    pub(super) best_fit: f64,
}

/// The response, normalised: 0 for light off, 1 for light on, in each channel.
pub(super) struct Normalised {
    times: Vec<f64>,
    pub(super) values: Vec<Rgb>,
    spread: Rgb,
    /// Light on over light off, less 1.
    pub(super) amplitude: Rgb,
    /// Noise of single frames, over light off.
    pub(super) noise: Rgb,
}

impl Normalised {
    /// From the face's own change in logarithms.
    pub(super) fn new(times: &[f64], own: &[Rgb]) -> Self {
        let channel = |c: usize| -> Vec<f32> { own.iter().filter_map(|v| v.get(c)).map(|v| v.exp()).collect() };
        let mut channels = [0, 1, 2].map(channel);
        let [mut amplitude, mut noise, mut spread] = [[0.0f32; 3]; 3];
        let outs = amplitude.iter_mut().zip(&mut noise).zip(&mut spread);
        for (values, ((amplitude, noise), spread)) in channels.iter_mut().zip(outs) {
            let [low, high] = RANGE.map(|share| quantile(&mut smoothed(values), share));
            let range = (high - low).max(1e-6);
            let jitter = frame_noise(values);
            *amplitude = range / low.max(1e-6);
            *noise = jitter / low.max(1e-6);
            *spread = SPREAD.hypot(2.0 * jitter / range);
            values.iter_mut().for_each(|v| *v = ((*v - low) / range).clamp(-1.0, 2.0));
        }
        let [r, g, b] = channels;
        let values = r.into_iter().zip(g).zip(b).map(|((r, g), b)| [r, g, b]).collect();
        Self { times: times.to_vec(), values, spread, amplitude, noise }
    }

    /// How far values lie apart.
    pub(super) fn metric(&self) -> Metric {
        let weights = self.spread.map(|spread| spread.powi(-2));
        Metric { weights, grey: (GREY.powi(-2) + weights.iter().sum::<f32>()).recip() }
    }

    /// How much worse a level explains a frame than the best of `levels` does; summed up over
    /// frames, weighted by their time.
    fn losses(&self, levels: &[[f32; 3]]) -> Vec<Vec<f64>> {
        let metric = self.metric();
        let loss = |value: &Rgb, level: &Rgb| {
            let away = minus(*value, *level);
            (0.5 * metric.dot(away, away)).min(MAX_LOSS)
        };
        let mut sums = vec![vec![0.0]; levels.len()];
        let mut previous = self.times.first().copied().unwrap_or_default();
        for (time, value) in self.times.iter().zip(&self.values) {
            let own: Vec<f32> = levels.iter().map(|level| loss(value, level)).collect();
            let best = own.iter().copied().fold(f32::MAX, f32::min);
            let weight = (time - previous).clamp(0.0, 0.08) / COHERENCE_S;
            previous = *time;
            for (sums, own) in sums.iter_mut().zip(own) {
                let so_far = sums.last().copied().unwrap_or_default();
                sums.push(so_far + weight * f64::from(own - best));
            }
        }
        sums
    }

    /// The frames of a stretch of time that lie well inside, as a range of sums.
    fn inside(&self, from: f64, to: f64) -> [usize; 2] {
        let [after, before] = MARGIN_S;
        [from + after, to - before].map(|time| self.times.partition_point(|t| *t < time))
    }
}

/// Mahalanobis's, for independent deviations of the channels and a common one: the inverse of the
/// covariance after J. Sherman and W. J. Morrison (1950).
#[derive(Debug, Clone, Copy)]
pub(super) struct Metric {
    weights: Rgb,
    grey: f32,
}

impl Metric {
    pub(super) fn dot(&self, a: Rgb, b: Rgb) -> f32 {
        let (mut own, mut common) = (0.0, [0.0; 2]);
        for ((a, b), weight) in a.into_iter().zip(b).zip(self.weights) {
            own += weight * a * b;
            common = [common[0] + weight * a, common[1] + weight * b];
        }
        own - self.grey * common[0] * common[1]
    }
}

/// Each value with its neighbours.
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
    // The bend's deviation is √1.5 times a frame's; the median of absolute values is 0.6745 deviations.
    quantile(&mut bends, 0.5) / (0.6745 * 1.5f32.sqrt())
}

impl Chain {
    /// Bits of evidence for `path` from `response`, with lags of `lags` seconds, each as likely as
    /// any other.
    pub(super) fn evidence(&self, response: &Normalised, path: &Path, lags: &[f64]) -> Evidence {
        // Colours at full light, at part of it, and the baseline, each once.
        let shares: Vec<f32> = {
            let mut shares: Vec<f32> = self.lit.iter().flatten().map(|(_, share)| *share).collect();
            shares.sort_by(f32::total_cmp);
            shares.dedup();
            shares
        };
        let colors = self.palette.len();
        let mut levels: Vec<[f32; 3]> =
            shares.iter().flat_map(|share| self.palette.iter().map(move |color| color.map(|v| share * v))).collect();
        levels.push([self.baseline; 3]);
        let sums = response.losses(&levels);
        let level = |slot: usize, color: usize| {
            let share = self.lit.get(slot).and_then(|lit| lit.get(color)).map_or(1.0, |(_, share)| *share);
            shares.iter().position(|s| *s == share).unwrap_or(0) * colors + color
        };
        let score = |level: usize, [from, to]: [usize; 2]| {
            let at = |i: usize| sums.get(level).and_then(|sums| sums.get(i)).copied().unwrap_or_default();
            (at(from) - at(to)).exp()
        };
        let (mut own, mut all, mut best, mut mean_lag) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
        for lag in lags {
            let mut used = 0;
            let mut product = 1.0;
            let begin = |slot, used| self.begin_s(slot, used) + lag;
            for (slot, (color, steps)) in path.slots.iter().enumerate() {
                product *=
                    score(level(slot, *color), response.inside(begin(slot, used), begin(slot + 1, used + steps)));
                used += steps;
            }
            let last = |used: usize| {
                let from = begin(self.slots, used);
                score(levels.len() - 1, response.inside(from, from + self.guard_s))
            };
            product *= last(used);
            own += product;
            best = best.max(product);
            mean_lag += product * lag;
            all += self.sum(response, *lag, &level, &score, &last);
        }
        let ratio = own / all * self.challenges_log2.exp2();
        // Where everything is so unlikely that it vanishes, nothing speaks for this challenge.
        let (ratio, lag_s) =
            if ratio.is_finite() { (ratio, mean_lag / own.max(f64::MIN_POSITIVE)) } else { (0.0, 0.0) };
        Evidence { ratio, lag_s, fit: best.log2(), best_fit: all.log2() }
    }

    /// When a slot begins if those before it have used up so many jitter steps.
    fn begin_s(&self, slot: usize, used: usize) -> f64 {
        self.guard_s + slot as f64 * self.slot_s + used as f64 * self.jitter_s
    }

    /// How many places on the screen can show the colour.
    fn places(&self, slot: usize, color: usize) -> f64 {
        self.lit.get(slot).and_then(|lit| lit.get(color)).map_or(1.0, |(places, _)| *places)
    }

    /// Sum of the scores of all challenges at one lag.
    fn sum(
        &self,
        response: &Normalised,
        lag: f64,
        level: &impl Fn(usize, usize) -> usize,
        score: &impl Fn(usize, [usize; 2]) -> f64,
        last: &impl Fn(usize) -> f64,
    ) -> f64 {
        let colors = self.palette.len();
        // Of each number of steps used and each last colour, the sum over what leads there.
        let mut reached = vec![vec![0.0f64; colors]; self.slack + 1];
        for slot in 0..self.slots {
            let mut next = vec![vec![0.0f64; colors]; self.slack + 1];
            let most = (slot * self.jitter_steps).min(self.slack);
            for used in 0..=most {
                let before = reached.get(used).map(Vec::as_slice).unwrap_or_default();
                let total: f64 = before.iter().sum();
                let from = self.begin_s(slot, used) + lag;
                for steps in 0..=self.jitter_steps.min(self.slack - used) {
                    let frames = response.inside(from, from + self.slot_s + steps as f64 * self.jitter_s);
                    let Some(row) = next.get_mut(used + steps) else { continue };
                    for ((color, sum), own) in row.iter_mut().enumerate().zip(before) {
                        // No colour follows itself; before the first there is none.
                        let ways = if slot == 0 { 1.0 } else { total - own };
                        *sum += self.places(slot, color) * ways * score(level(slot, color), frames);
                    }
                }
            }
            reached = next;
        }
        reached.iter().enumerate().map(|(used, row)| row.iter().sum::<f64>() * last(used)).sum()
    }
}
