//! Do all edges come at one lag? And is the recording itself regular?

use super::chain::shown;
use super::sequence::Normalised;
use super::signal::middle;
use crate::geometry::minus;
use crate::liveness::Challenge;
use crate::liveness::response::Trace;

/// A window about an edge in which its crossing is looked for, in seconds.
const WINDOW_S: f64 = 0.2;
/// Of fewer edges nothing is said.
const LEAST_EDGES: usize = 3;

/// What the edges say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edges {
    pub(super) count: usize,
    /// Median lag, deviation of single edges about it, and how much the lag grows per second.
    pub(super) lag_s: f64,
    pub(super) spread_s: f64,
    pub(super) drift: f64,
}

/// Each value with the next one.
fn pairs<T>(values: &[T]) -> impl Iterator<Item = (&T, &T)> {
    values.iter().zip(values.iter().skip(1))
}

/// What the frames' times and pixels say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm {
    /// Median time between frames, and the longest between frames with a face.
    pub(super) median_s: f64,
    pub(super) longest_s: f64,
    /// Samples with the pixels of the one before, and of an earlier one.
    pub(super) stuttered: usize,
    pub(super) repeated: usize,
}

impl Rhythm {
    pub(super) fn new(trace: &Trace) -> Self {
        let seconds = |(a, b): (&u64, &u64)| 1e-6 * b.saturating_sub(*a) as f64;
        let mut steps: Vec<f64> = pairs(&trace.timestamps_us).map(seconds).collect();
        let with_face: Vec<u64> = trace.samples.iter().map(|s| s.timestamp_us).collect();
        let prints: Vec<u64> = trace.samples.iter().map(|s| s.fingerprint).collect();
        let stuttered = pairs(&prints).filter(|(a, b)| a == b).count();
        let mut distinct = prints.clone();
        distinct.sort_unstable();
        distinct.dedup();
        Self {
            median_s: middle(&mut steps).unwrap_or(f64::INFINITY),
            longest_s: pairs(&with_face).map(seconds).fold(0.0, f64::max),
            stuttered,
            repeated: (prints.len() - distinct.len()).saturating_sub(stuttered),
        }
    }
}

/// When a step from 0 to 1 happens: between the two frames where a step fits best, least squares;
/// there in proportion. `None` if it fits no better than no step.
fn crossing(along: &[(f64, f32)]) -> Option<f64> {
    // What it costs to take a frame for one after the step instead of before it.
    let rise = |value: f32| (value - 1.0).powi(2) - value.powi(2);
    let total: f32 = along.iter().map(|(_, value)| rise(*value)).sum();
    let mut cost = total;
    let mut best = None;
    for ((from, a), (to, b)) in pairs(along) {
        cost -= rise(*a);
        if cost < total.min(0.0) && best.is_none_or(|(least, _)| cost < least) {
            let share = f64::from((0.5 - a) / (b - a));
            let share = if (0.0..=1.0).contains(&share) { share } else { 0.5 };
            best = Some((cost, from + share * (to - from)));
        }
    }
    best.map(|(_, time)| time)
}

impl Edges {
    /// When the response crosses the middle of each edge, against when the screen did; `None` if
    /// too few do.
    pub(super) fn new(times: &[f64], response: &Normalised, challenge: &Challenge, lag_s: f64) -> Option<Self> {
        let light = |i: usize| challenge.segments().get(i).map(shown);
        let metric = response.metric();
        let mut found: Vec<(f64, f64)> = Vec::new();
        for (i, segment) in challenge.segments().iter().enumerate().skip(1) {
            let (Some(before), Some(after)) = (light(i - 1), light(i)) else { continue };
            let step = minus(after, before);
            let square = metric.dot(step, step).max(1e-3);
            let shown = 1e-6 * segment.start_us as f64;
            let middle = shown + lag_s;
            let near = times.iter().zip(&response.values).filter(|(t, _)| (**t - middle).abs() < WINDOW_S);
            // How far along the step each frame is: 0 before, 1 after.
            let along: Vec<(f64, f32)> =
                near.map(|(t, value)| (*t, metric.dot(minus(*value, before), step) / square)).collect();
            found.extend(crossing(&along).map(|time| (shown, time - shown)));
        }
        let n = found.len() as f64;
        if found.len() < LEAST_EDGES {
            return None;
        }
        let mut lags: Vec<f64> = found.iter().map(|(_, lag)| *lag).collect();
        let median = middle(&mut lags).unwrap_or(lag_s);
        let mut away: Vec<f64> = lags.iter().map(|lag| (lag - median).abs()).collect();
        away.sort_by(f64::total_cmp);
        let spread = away.get(3 * away.len() / 4).copied().unwrap_or_default();
        let (mean_t, mean_l) = found.iter().fold((0.0, 0.0), |(t, l), (a, b)| (t + a / n, l + b / n));
        let (mut tt, mut tl) = (0.0, 0.0);
        for (t, l) in &found {
            tt += (t - mean_t).powi(2);
            tl += (t - mean_t) * (l - mean_l);
        }
        Some(Self { count: found.len(), lag_s: median, spread_s: spread, drift: tl / tt.max(1e-9) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_found_where_it_fits_best() {
        let frames = |values: &[f32]| -> Vec<(f64, f32)> {
            (0..).map(|i| 0.1 * f64::from(i)).zip(values.iter().copied()).collect()
        };
        let at = |values: &[f32]| crossing(&frames(values));
        assert!((at(&[0.0, 0.0, 0.0, 1.0, 1.0]).unwrap() - 0.25).abs() < 1e-6);
        assert!((at(&[0.0, 0.0, 0.4, 0.9, 1.0]).unwrap() - 0.22).abs() < 1e-6, "in proportion");
        assert!((at(&[0.0, 0.7, 0.1, 0.0, 1.0, 1.0, 1.0]).unwrap() - 0.35).abs() < 1e-6, "not at an early disturbance");
        assert_eq!(at(&[]), None);
        assert_eq!(at(&[0.2; 6]), None);
        assert_eq!(at(&[1.0, 1.0, 0.0, 0.0]), None, "the other way round");
        assert_eq!(at(&[f32::NAN; 6]), None);
    }
}
