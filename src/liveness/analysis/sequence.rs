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

// Why indexing can't fail: tables are made for the chain's slots, colours and steps, and for the
// response's frames; `Chain::path` gives out indices within them.
#![allow(clippy::indexing_slicing, reason = "indices are bounded by the chain that the tables were made for")]

use super::chain::{Chain, Path};
use super::normalised::Normalised;
use crate::liveness::response::Rgb;
use serde::Serialize;

/// Evidence that a response answers this challenge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SequenceCue {
    /// Bits of evidence against all other challenges of the policy; a response that does not know
    /// its challenge reaches k bits with a probability of 2^−k at most.
    pub bits: f64,
    /// Binary logarithm of how well the challenge explains the response, 0 for perfectly.
    pub fit: f64,
    /// Binary logarithm of how well all challenges of the policy together explain the response;
    /// near 0 or above if there is one that explains it.
    pub best_fit: f64,
    /// The likeliest lag of the camera, in milliseconds.
    pub lag_ms: f64,
}

/// What the sequence says.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    /// The e-value.
    pub(super) ratio: f64,
    /// The mean lag given the challenge, in seconds.
    pub(super) lag_s: f64,
    /// Binary logarithm of the challenge's score at its best lag over that of a perfect answer: 0
    /// is perfect.
    pub(super) fit: f64,
    /// Binary logarithm of the scores of all challenges, summed over them and over lags.
    pub(super) best_fit: f64,
}

impl SequenceCue {
    /// The cue of `bits` from all responses together, and of the response that says most.
    pub(super) fn new(bits: f64, evidence: &Evidence) -> Self {
        Self { bits, fit: evidence.fit, best_fit: evidence.best_fit, lag_ms: 1e3 * evidence.lag_s }
    }
}

/// What frames say about every colour of a chain.
pub(super) struct Scores<'a> {
    chain: &'a Chain,
    response: &'a Normalised,
    /// Shares of the screen's light, each once, sorted.
    shares: Vec<f32>,
    /// The place of the baseline among the levels.
    baseline: usize,
    /// Losses summed up over frames: `[level][frames before]`.
    sums: Vec<Vec<f64>>,
}

impl<'a> Scores<'a> {
    pub(super) fn new(chain: &'a Chain, response: &'a Normalised) -> Self {
        // Colours at full light, at part of it, and the baseline, each once.
        let mut shares: Vec<f32> = chain.lit.iter().flatten().map(|lit| lit.share).collect();
        shares.sort_by(f32::total_cmp);
        shares.dedup();
        let mut levels: Vec<Rgb> =
            shares.iter().flat_map(|share| chain.palette.iter().map(move |color| color.map(|v| share * v))).collect();
        let baseline = levels.len();
        levels.push([chain.baseline; 3]);
        let sums = response.losses(&levels);
        Self { chain, response, shares, baseline, sums }
    }

    fn level(&self, slot: usize, color: usize) -> usize {
        let share = self.chain.lit[slot][color].share;
        // The list holds every share of the chain, sorted: the number of smaller ones is this
        // one's place.
        self.shares.partition_point(|other| *other < share) * self.chain.palette.len() + color
    }

    fn score(&self, level: usize, [from, to]: [usize; 2]) -> f64 {
        (self.sums[level][from] - self.sums[level][to]).exp()
    }

    /// The score of the guard behind the last slot.
    fn last(&self, used: usize, clock: &Clock) -> f64 {
        let from = self.chain.begin_s(self.chain.slots, used);
        self.score(self.baseline, self.inside(from, from + self.chain.guard_s, clock))
    }

    fn inside(&self, from: f64, to: f64, clock: &Clock) -> [usize; 2] {
        self.response.inside(clock.of(from), clock.of(to))
    }

    /// The score of one challenge.
    pub(super) fn of_path(&self, path: &Path, clock: &Clock) -> f64 {
        let begin = |slot, used| self.chain.begin_s(slot, used);
        let mut used = 0;
        let mut product = 1.0;
        for (slot, (color, steps)) in path.slots.iter().enumerate() {
            let frames = self.inside(begin(slot, used), begin(slot + 1, used + steps), clock);
            product *= self.score(self.level(slot, *color), frames);
            used += steps;
        }
        product * self.last(used, clock)
    }

    /// Sum of the scores of all challenges.
    pub(super) fn of_all(&self, clock: &Clock) -> f64 {
        let chain = self.chain;
        let colors = chain.palette.len();
        // `[steps used][last colour]`: the sum over all that leads there.
        let mut reached = vec![vec![0.0f64; colors]; chain.slack + 1];
        for slot in 0..chain.slots {
            let mut next = vec![vec![0.0f64; colors]; chain.slack + 1];
            let most = (slot * chain.jitter_steps).min(chain.slack);
            for used in 0..=most {
                let before = &reached[used];
                let total: f64 = before.iter().sum();
                let from = chain.begin_s(slot, used);
                for steps in 0..=chain.jitter_steps.min(chain.slack - used) {
                    let to = from + chain.slot_s + steps as f64 * chain.jitter_s;
                    let frames = self.inside(from, to, clock);
                    for (color, (sum, own)) in next[used + steps].iter_mut().zip(before).enumerate() {
                        // No colour follows itself; before the first there is none.
                        let ways = if slot == 0 { 1.0 } else { total - own };
                        *sum += chain.lit[slot][color].places * ways * self.score(self.level(slot, color), frames);
                    }
                }
            }
            reached = next;
        }
        reached.iter().enumerate().map(|(used, row)| row.iter().sum::<f64>() * self.last(used, clock)).sum()
    }
}

/// How a camera's time follows the screen's: so many times as slow, and so much later.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    pub(super) scale: f64,
    pub(super) lag_s: f64,
}

impl Clock {
    /// When the camera sees what the screen shows at `time_s`.
    fn of(&self, time_s: f64) -> f64 {
        self.scale * time_s + self.lag_s
    }
}

impl Chain {
    /// Bits of evidence for `path` from `response`, with lags of `lags` seconds, each as likely as
    /// any other.
    pub(super) fn evidence(&self, response: &Normalised, path: &Path, lags: &[f64]) -> Evidence {
        debug_assert_eq!(path.slots.len(), self.slots, "a path of another policy");
        let scores = Scores::new(self, response);
        let (mut own, mut all, mut best, mut mean_lag) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
        for lag in lags {
            let clock = Clock { scale: 1.0, lag_s: *lag };
            let product = scores.of_path(path, &clock);
            own += product;
            best = best.max(product);
            mean_lag += product * lag;
            all += scores.of_all(&clock);
        }
        let ratio = own / all * self.challenges_log2.exp2();
        // Where everything is so unlikely that it vanishes, nothing speaks for this challenge.
        let (ratio, lag_s) =
            if ratio.is_finite() { (ratio, mean_lag / own.max(f64::MIN_POSITIVE)) } else { (0.0, 0.0) };
        Evidence { ratio, lag_s, fit: best.log2(), best_fit: all.log2() }
    }

    /// When a slot begins if those before it have used up so many jitter steps, in seconds.
    fn begin_s(&self, slot: usize, used: usize) -> f64 {
        self.guard_s + slot as f64 * self.slot_s + used as f64 * self.jitter_s
    }
}
