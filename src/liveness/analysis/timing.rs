//! [`TimingCue`]: do all edges of the challenge come at one lag?

use super::chain::shown;
use super::normalised::Normalised;
use super::signal::{middle, slope};
use crate::geometry::minus;
use crate::liveness::challenge::Challenge;
use serde::Serialize;

/// A window about an edge in which its crossing is looked for, in seconds to both sides. Chosen by
/// hand: half of the shortest slot holds no other edge.
const WINDOW_S: f64 = 0.2;
/// With fewer edges nothing is said: a line through two points fits always.
const LEAST_EDGES: usize = 3;
/// The least square of an edge's height that its frames are divided by: where two colours look
/// alike, there is no edge.
const LEAST_SQUARE: f32 = 1e-3;

/// When the response crosses the challenge's edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TimingCue {
    /// How many edges the challenge has.
    pub edges: usize,
    /// How many of its edges were found in the response.
    pub found: usize,
    /// Median lag of the edges that were found, in milliseconds.
    pub lag_ms: f64,
    /// Upper quartile of single edges' distances from that lag, in milliseconds.
    pub spread_ms: f64,
    /// How much the lag grows, in milliseconds per second.
    pub drift_ms_per_s: f64,
}

impl TimingCue {
    /// When the response crosses the middle of each edge, against when the screen did; `None` if
    /// too few do.
    pub(super) fn new(times: &[f64], response: &Normalised, challenge: &Challenge, lag_s: f64) -> Option<Self> {
        let segments = challenge.segments();
        let metric = response.metric();
        // For each edge that was found when it was shown, and its lag; in seconds.
        let mut found: Vec<(f64, f64)> = Vec::new();
        // Each edge is a step from one colour to the next. Along that step, in the response's own
        // metric, frames before it are near 0 and frames after it near 1.
        for (before, segment) in segments.iter().zip(segments.iter().skip(1)) {
            let (before, after) = (shown(before), shown(segment));
            let step = minus(after, before);
            let square = metric.dot(step, step).max(LEAST_SQUARE);
            let shown = 1e-6 * segment.start_us as f64;
            let middle = shown + lag_s;
            let near = times.iter().zip(&response.values).filter(|(t, _)| (**t - middle).abs() < WINDOW_S);
            // How far along the step each frame is: 0 before, 1 after.
            let along: Vec<(f64, f32)> =
                near.map(|(t, value)| (*t, metric.dot(minus(*value, before), step) / square)).collect();
            found.extend(crossing(&along).map(|time| (shown, time - shown)));
        }
        if found.len() < LEAST_EDGES {
            return None;
        }
        let mut lags: Vec<f64> = found.iter().map(|(_, lag)| *lag).collect();
        let median = middle(&mut lags)?;
        let mut away: Vec<f64> = lags.iter().map(|lag| (lag - median).abs()).collect();
        away.sort_by(f64::total_cmp);
        let spread = *away.get(3 * away.len() / 4)?;
        Some(Self {
            edges: segments.len().saturating_sub(1),
            found: found.len(),
            lag_ms: 1e3 * median,
            spread_ms: 1e3 * spread,
            drift_ms_per_s: 1e3 * slope(&found),
        })
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
    for ((from, a), (to, b)) in along.iter().zip(along.iter().skip(1)) {
        cost -= rise(*a);
        if cost < total.min(0.0) && best.is_none_or(|(least, _)| cost < least) {
            let share = f64::from((0.5 - a) / (b - a));
            let share = if (0.0..=1.0).contains(&share) { share } else { 0.5 };
            best = Some((cost, from + share * (to - from)));
        }
    }
    best.map(|(_, time)| time)
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
