//! [`EchoCue`]: does anything answer the screen before the face does?
//!
//! Before a live face everything answers the screen at once: face, room, and glass. What a tablet
//! or a relay shows has come round by a camera and a program first, while the tablet's own glass,
//! its frame and the hand that holds it answer without delay. So for every place, a cell of the
//! frame or a patch of the face, the light at the face's lag is fitted, with the head's motion and
//! slow changes, and then what light *earlier* by some lead adds to that. Nothing before a live
//! face adds anything.
//!
//! A lead over the whole lag is light before its cause. Only a client that moves its frames' times
//! makes that, so it is looked for, but counts less: half of what was found before live faces was
//! of this kind.
//!
//! Standard errors allow for what is left over being alike from frame to frame (an autoregression
//! of first order; G. E. P. Box, G. M. Jenkins, "Time Series Analysis", 1970). The fourth strongest
//! place counts: an early answer has some extent, an outlier has none.

use super::chain::shown;
use super::signal::{Signals, median_change};
use crate::liveness::challenge::Challenge;
use crate::liveness::response::{Rgb, Sample, Trace};
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

/// Leads that are tried, in milliseconds. What is less than an exposure and a frame ahead is not
/// told from the face's own edge.
const LEADS_MS: [i32; 7] = [100, 120, 150, 180, 210, 250, 300];
/// Light so long before its cause, in seconds, is a screen's or a clock's inaccuracy. Chosen by
/// hand.
const CLOCK_S: f64 = 0.03;
/// What light before its cause counts: chosen on 160 live sessions of the tuning half, whose
/// highest strength fell from 7.7 to 5.9; of 25 relays and tablets that were found so none was
/// lost.
const BEFORE_CAUSE: f64 = 0.75;
/// Frames so near to an edge of the face's answer are left out, in seconds: exposures straddle it.
const MARGIN_S: f64 = 0.05;
/// The place that counts, from the strongest on.
const COUNTED: usize = 4;
/// Autocorrelation of what is left over counts up to this.
const MOST_ALIKE: f64 = 0.95;
/// Frames that the fit needs at least, beside its terms.
const LEAST_FRAMES: usize = 30;
/// The least variance of a share of light: what 8 bits can tell.
const LEAST_VARIANCE: f64 = 1e-8;
/// Light within which logarithms tell something in every frame.
const USABLE: [f32; 2] = [2e-3, 0.95];

/// What answers the screen before the face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EchoCue {
    /// How surely something does: the estimate over its standard error, of the fourth strongest
    /// place at the strongest lead, three quarters of it where that is before the screen's own
    /// light.
    pub strength: f64,
    /// By how much it leads the face, in milliseconds.
    pub lead_ms: f64,
}

impl EchoCue {
    /// The cue of a session whose face lags by `lag_s` seconds; `None` for too few frames.
    pub(super) fn new(trace: &Trace, signals: &Signals, challenge: &Challenge, lag_s: f64) -> Option<Self> {
        let samples = &trace.samples;
        let edges: Vec<f64> = challenge.segments().iter().skip(1).map(|s| 1e-6 * s.start_us as f64 + lag_s).collect();
        let clear = |time: f64| edges.iter().all(|edge| (time - edge).abs() > MARGIN_S);
        let frames: Vec<usize> = (0..).zip(&signals.times).filter(|(_, time)| clear(**time)).map(|(i, _)| i).collect();
        let places = places(samples);
        let mut best: Option<Self> = None;
        let fits: Vec<Fit> =
            (0..3).map(|c| Fit::new(samples, signals, &frames, challenge, lag_s, c, &places)).collect::<Option<_>>()?;
        for lead_ms in LEADS_MS {
            let lead_s = 1e-3 * f64::from(lead_ms);
            // Channels are weighed by their variance, and added up.
            let mut sums = vec![[0.0f64; 2]; places.len()];
            for fit in &fits {
                fit.add(signals, &frames, challenge, lag_s - lead_s, &mut sums);
            }
            let mut strengths: Vec<f64> = sums
                .into_iter()
                .filter(|[_, weight]| *weight > 0.0)
                .map(|[estimate, weight]| estimate / weight.sqrt())
                .collect();
            strengths.sort_by(f64::total_cmp);
            let Some(strength) = strengths.iter().rev().nth(COUNTED - 1) else { continue };
            let strength = if lead_s > lag_s + CLOCK_S { BEFORE_CAUSE * strength } else { *strength };
            if best.is_none_or(|best| strength > best.strength) {
                best = Some(Self { strength, lead_ms: lead_ms.into() });
            }
        }
        best
    }
}

/// Logarithms of light at each place: cells of the frame, then patches of the face, all less the
/// median change of the cells, which the camera's gains make.
fn places(samples: &[Sample]) -> Vec<Vec<Rgb>> {
    // Without samples there are no places.
    let count = |of: fn(&Sample) -> &Vec<Rgb>| samples.iter().map(|s| of(s).len()).min().unwrap_or(0);
    let log = |light: Rgb| light.map(|v| v.max(USABLE[0]).ln());
    let series = |of: fn(&Sample) -> &Vec<Rgb>, k: usize| -> Vec<Rgb> {
        samples.iter().filter_map(|s| of(s).get(k)).map(|light| log(*light)).collect()
    };
    let cells: Vec<Vec<Rgb>> = (0..count(|s| &s.cells)).map(|k| series(|s| &s.cells, k)).collect();
    let patches: Vec<Vec<Rgb>> = (0..count(|s| &s.patches)).map(|k| series(|s| &s.patches, k)).collect();
    let gains = median_change(&cells, samples.len());
    let mut all = cells;
    all.extend(patches);
    for series in &mut all {
        for (value, gain) in series.iter_mut().zip(&gains) {
            value.iter_mut().zip(gain).for_each(|(v, gain)| *v -= gain);
        }
    }
    all
}

/// One channel's series with everything fitted but the early light.
struct Fit {
    channel: usize,
    /// What projects onto the terms: their orthonormal base.
    base: DMatrix<f64>,
    /// What is left over at each place; `None` where light is not usable.
    rest: Vec<Option<DVector<f64>>>,
    /// How many frames there are beyond the terms.
    freedom: f64,
}

impl Fit {
    /// `None` for too few frames, or terms that are not told apart.
    fn new(
        samples: &[Sample],
        signals: &Signals,
        frames: &[usize],
        challenge: &Challenge,
        lag_s: f64,
        channel: usize,
        places: &[Vec<Rgb>],
    ) -> Option<Self> {
        let counted: Vec<&Sample> = frames.iter().filter_map(|i| samples.get(*i)).collect();
        let n = counted.len();
        let term = |of: &dyn Fn(&Sample) -> f64| DVector::from_iterator(n, counted.iter().map(|s| of(s)));
        let scale = |s: &Sample| f64::from(s.px_per_cm.max(1e-3));
        let mut terms =
            vec![DVector::from_element(n, 1.0), DVector::from_vec(light(signals, frames, challenge, lag_s, channel))];
        terms.extend([0, 1, 2].map(|axis| term(&|s| s.turn_deg.get(axis).map_or(f64::NAN, |v| f64::from(*v)))));
        terms.extend([0, 1].map(|axis| term(&|s| s.eyes_px.get(axis).map_or(f64::NAN, |v| f64::from(*v)) / scale(s))));
        terms.push(term(&|s| scale(s).ln()));
        let begin = signals.times.first()?;
        let span = (signals.times.last()? - begin).max(1e-3);
        terms.extend(
            [1, 2, 3].map(|power| term(&|s| ((1e-6 * s.timestamp_us as f64 - begin) / span - 0.5).powi(power))),
        );
        if n < terms.len() + LEAST_FRAMES {
            return None;
        }
        let base = orthonormal(terms);
        let [least, most] = USABLE;
        let all_usable = |series: &[Rgb]| {
            let own = series.iter().filter_map(|v| v.get(channel)).copied();
            series.len() == samples.len() && own.clone().all(|v| v.is_finite() && v > least.ln() && v < -(1.0 - most))
        };
        let rest = places.iter().map(|series| {
            all_usable(series).then(|| {
                let own = frames.iter().filter_map(|i| series.get(*i)?.get(channel)).map(|v| f64::from(*v));
                without(&base, DVector::from_iterator(n, own))
            })
        });
        Some(Self { channel, rest: rest.collect(), freedom: (n - base.ncols() - 1) as f64, base })
    }

    /// Adds to each place's sums the estimate of light with this lag over its variance, and that
    /// one's inverse.
    fn add(&self, signals: &Signals, frames: &[usize], challenge: &Challenge, lag_s: f64, sums: &mut [[f64; 2]]) {
        let early = DVector::from_vec(light(signals, frames, challenge, lag_s, self.channel));
        let early = without(&self.base, early);
        let square = early.norm_squared();
        // Light that is the face's own adds nothing.
        if square < 1e-3 {
            return;
        }
        for (rest, [estimates, weights]) in self.rest.iter().zip(sums) {
            let Some(rest) = rest else { continue };
            let estimate = early.dot(rest) / square;
            let (mut sum, mut product, mut before) = (0.0, 0.0, 0.0);
            for (rest, early) in rest.iter().zip(early.iter()) {
                let left = rest - estimate * early;
                sum += left * left;
                product += left * before;
                before = left;
            }
            let alike = (product / sum.max(1e-12)).clamp(0.0, MOST_ALIKE);
            let variance = sum / self.freedom / square * (1.0 + alike) / (1.0 - alike) + LEAST_VARIANCE;
            *estimates += estimate / variance;
            *weights += 1.0 / variance;
        }
    }
}

/// What the screen showed `lag_s` seconds before each counting frame, in one channel.
fn light(signals: &Signals, frames: &[usize], challenge: &Challenge, lag_s: f64, channel: usize) -> Vec<f64> {
    let at = |time_s: f64| {
        let segments = challenge.segments();
        let segment = segments.iter().rfind(|s| 1e-6 * s.start_us as f64 <= time_s).or(segments.first());
        // A challenge has segments: without any nothing would be shown.
        segment.and_then(|s| shown(s).get(channel).copied()).map_or(0.0, f64::from)
    };
    frames.iter().filter_map(|i| signals.times.get(*i)).map(|time| at(time - lag_s)).collect()
}

/// An orthonormal base of the terms (Gram and Schmidt's, twice); those that others explain are left
/// out.
fn orthonormal(terms: Vec<DVector<f64>>) -> DMatrix<f64> {
    let mut base: Vec<DVector<f64>> = Vec::new();
    for term in terms {
        let size = term.norm();
        let mut rest = term;
        for _ in 0..2 {
            for column in &base {
                let share = column.dot(&rest);
                rest.axpy(-share, column, 1.0);
            }
        }
        let norm = rest.norm();
        // So written that NaN is left out.
        if norm > 1e-9 * size {
            base.push(rest / norm);
        }
    }
    DMatrix::from_columns(&base)
}

/// A series without what the base explains.
fn without(base: &DMatrix<f64>, series: DVector<f64>) -> DVector<f64> {
    let shares = base.tr_mul(&series);
    series - base * shares
}
