//! How much of a head's perspective there is in how points moved, beside all that something else
//! could have done.

#![allow(clippy::indexing_slicing, reason = "systems are indexed by their own numbers of columns")]

use super::cues::ApproachShare;
use super::glimpse::PX_PER_CM;
use nalgebra::{DMatrix, DVector};
use std::collections::BTreeMap;

/// Rounds of reweighting, and where a residual begins to count less, in deviations (P. J. Huber,
/// "Robust estimation of a location parameter", 1964).
const ROUNDS: usize = 6;
const HUBER: f64 = 1.5;
/// Side of the squares whose residuals are taken to err together, in centimetres: a face that is
/// not the mean face is so in whole features.
const CLUSTER_CM: f32 = 2.5;
/// Fewer points tell nothing. Chosen by hand.
const LEAST_POINTS: usize = 24;

/// One point: where it lay, how deep the head is there against the face's mean, how it moved
/// against the whole face, and how the head's perspective would have moved it; in centimetres.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub(super) place: [f32; 2],
    pub(super) depth: f32,
    pub(super) shift: [f32; 2],
    pub(super) expected: [f32; 2],
}

/// What may have moved the points beside the head's perspective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nuisance {
    /// A plane that moves as it likes, and a head's rotation.
    Plane,
    /// A sheet that moves and bends as it likes (polynomials of the third degree), and a head's
    /// rotation.
    Sheet,
}

impl Nuisance {
    /// The columns of a point, for its movement to the right and down; the perspective's is last.
    fn columns(self, point: &Moved) -> [Vec<f64>; 2] {
        // In units of about one, which keeps the system well conditioned.
        let [x, y] = point.place.map(|v| f64::from(v) / 8.0);
        let depth = f64::from(point.depth) / 8.0;
        let [ex, ey] = point.expected.map(f64::from);
        match self {
            Self::Plane => {
                let right = vec![1.0, x, y, 0.0, 0.0, 0.0, x * x, x * y, depth, 0.0, ex];
                let down = vec![0.0, 0.0, 0.0, 1.0, x, y, x * y, y * y, 0.0, depth, ey];
                [right, down]
            }
            Self::Sheet => {
                let powers = [1.0, x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y];
                let zeros = [0.0; 10];
                let row = |a: &[f64; 10], b: &[f64; 10], c: f64, d: f64, e: f64| {
                    a.iter().chain(b).copied().chain([c, d, e]).collect()
                };
                [row(&powers, &zeros, depth, 0.0, ex), row(&zeros, &powers, 0.0, depth, ey)]
            }
        }
    }
}

/// The share of the head's perspective in the movement of `points`. `None` if they are too few, or
/// do not tell it from the nuisance.
pub(super) fn fit(points: &[Moved], nuisance: Nuisance) -> Option<ApproachShare> {
    if points.len() < LEAST_POINTS {
        return None;
    }
    let rows: Vec<[Vec<f64>; 2]> = points.iter().map(|p| nuisance.columns(p)).collect();
    let n = rows[0][0].len();
    let system = DMatrix::from_fn(2 * rows.len(), n, |i, j| rows[i / 2][i % 2][j]);
    let target = DVector::from_fn(2 * rows.len(), |i, _| f64::from(points[i / 2].shift[i % 2]));
    let mut weights = vec![1.0; points.len()];
    let mut solution = None;
    for _ in 0..ROUNDS {
        let weighted = DMatrix::from_fn(2 * rows.len(), n, |i, j| weights[i / 2] * system[(i, j)]);
        let inverse = (system.transpose() * &weighted).try_inverse()?;
        let values = &inverse * (weighted.transpose() * &target);
        let off = &target - &system * &values;
        let lengths: Vec<f64> = (0..points.len()).map(|i| off[2 * i].hypot(off[2 * i + 1])).collect();
        let mut sorted = lengths.clone();
        sorted.sort_by(f64::total_cmp);
        // The median length of a normal deviation in the plane is 1.18 of one axis's.
        let deviation = (sorted[sorted.len() / 2] / 1.177).max(1e-4);
        weights = lengths.iter().map(|l| (HUBER * deviation / l.max(1e-9)).min(1.0)).collect();
        solution = Some((inverse, values, off));
    }
    let (inverse, values, off) = solution?;
    // Errors of one square add up before they are squared (K.-Y. Liang, S. L. Zeger, 1986).
    let mut scores: BTreeMap<[i32; 2], DVector<f64>> = BTreeMap::new();
    for (i, point) in points.iter().enumerate() {
        let square = point.place.map(|v| (v / CLUSTER_CM).floor() as i32);
        let score = scores.entry(square).or_insert_with(|| DVector::zeros(n));
        for axis in 0..2 {
            *score += system.row(2 * i + axis).transpose() * (weights[i] * off[2 * i + axis]);
        }
    }
    let clusters = scores.len() as f64;
    let bread = inverse.row(n - 1);
    let variance: f64 = scores.values().map(|score| (bread * score)[0].powi(2)).sum();
    let freedom = clusters / (clusters - 1.0).max(1.0);
    let used = 2.0 * points.len() as f64;
    let few = used / (used - n as f64).max(1.0);
    let share = values[n - 1];
    let error = (variance * freedom * few).sqrt();
    let residual_px = f64::from(PX_PER_CM) * (off.norm_squared() / points.len() as f64).sqrt();
    (share.is_finite() && error.is_finite()).then_some(ApproachShare {
        share,
        error,
        residual_px,
        points: points.len(),
    })
}
