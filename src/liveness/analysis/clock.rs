//! [`ClockCue`]: is it this challenge after all, by a clock that runs otherwise?
//!
//! A client whose clock is half a second off, or runs too fast, records an answer that no lag of a
//! camera explains. It is looked for only where the answer was not found, over shifts and scales.
//! Each of these gives an e-value, their mean is one, and the best of them over their number is no
//! more than that mean: so the bits keep the bound of the [sequence](super::sequence).

use super::chain::{Chain, Path};
use super::normalised::Normalised;
use super::sequence::{Clock, Scores};
use serde::Serialize;

/// Shifts that are tried, in milliseconds.
const SHIFTS_MS: std::ops::RangeInclusive<i32> = -3_000..=3_000;
/// From one shift to the next, in milliseconds, as from one lag to the next.
const SHIFT_STEP_MS: usize = 20;
/// Lags that are tried with each scale, in milliseconds.
const LAGS_MS: std::ops::RangeInclusive<i32> = -60..=360;
/// From one of these to the next.
const LAG_STEP_MS: usize = 30;
/// Scales that are tried, as per cent of a doubling up and down: half to double speed.
const SCALES: std::ops::RangeInclusive<i32> = -100..=100;

/// The clock by which a session answers this challenge.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClockCue {
    /// Bits of evidence that the face answers this challenge by this clock, as those of
    /// [`SequenceCue::bits`](super::SequenceCue::bits): whoever does not know the challenge reaches
    /// k bits with a probability of 2^−k at most.
    pub bits: f64,
    /// How much later than the screen's the camera's clock is, in milliseconds, the camera's lag
    /// with it.
    pub shift_ms: f64,
    /// How much faster the camera's clock runs than the screen's: 1 for the same speed.
    pub scale: f64,
}

impl ClockCue {
    /// The likeliest clock; `None` where nothing is likely.
    pub(super) fn new(chain: &Chain, path: &Path, response: &Normalised) -> Option<Self> {
        let scores = Scores::new(chain, response);
        let second = |ms: i32| 1e-3 * f64::from(ms);
        let shifted = SHIFTS_MS.step_by(SHIFT_STEP_MS).map(|ms| Clock { scale: 1.0, lag_s: second(ms) });
        let scaled = SCALES.flat_map(|hundredths| {
            let scale = (0.01 * f64::from(hundredths)).exp2();
            LAGS_MS.step_by(LAG_STEP_MS).map(move |ms| Clock { scale, lag_s: second(ms) })
        });
        let mut tried = 0u32;
        let (best, clock) = shifted
            .chain(scaled)
            .inspect(|_| tried += 1)
            .map(|clock| (scores.of_path(path, &clock), clock))
            .max_by(|(a, _), (b, _)| a.total_cmp(b))?;
        let ratio = best / scores.of_all(&clock) * chain.challenges_log2.exp2() / f64::from(tried);
        let cue = Self { bits: ratio.log2(), shift_ms: 1e3 * clock.lag_s, scale: clock.scale };
        cue.bits.is_finite().then_some(cue)
    }
}
