//! [`Fit`]: patches' responses, fitted by all that a sheet can show and by the predicted relief.

// Why indexing can't fail: the matrices have `TERMS` rows or columns, and terms are numbered below.
#![allow(clippy::indexing_slicing, reason = "terms are numbered below the number that matrices are made for")]

use super::signal::{MEDIAN_OVER_DEVIATION, middle};
use nalgebra::{DMatrix, DVector};

/// What is fitted: constant, x, y, x², brightness, irradiance.
pub(super) const TERMS: usize = 6;
/// The place of brightness among the terms.
const GLOSS: usize = 4;
/// The place of irradiance among the terms.
const RELIEF: usize = 5;
/// The weight of the prior against gloss: a deviation of 1 at a usual residual of 0.2.
const GLOSS_PRIOR: f64 = 0.04;
/// Rounds of reweighting. Chosen by hand.
const ROUNDS: usize = 4;
/// Deviations beyond so many standard deviations count less (P. J. Huber, "Robust Estimation of a
/// Location Parameter", Annals of Mathematical Statistics 35, 1964). Chosen by hand.
const HUBER: f64 = 1.5;
/// Relief of faces: mean and deviation, from simulated sessions of the tuning half.
const FACE_RELIEF: [f64; 2] = [0.95, 0.25];
/// Relief of sheets: mean and deviation, from simulated sessions of the tuning half.
const SHEET_RELIEF: [f64; 2] = [0.0, 0.12];
/// Radius of a spot that is left out, in centimetres of the face.
const SPOT_CM: f64 = 3.0;

/// What a patch is fitted by, and its response over the median one.
pub(super) type Patch = ([f64; TERMS], f64);

/// The patches that lie outside a spot about one of them. Places are in units of `place_cm`.
pub(super) fn without(patches: &[Patch], [_, x, y, ..]: &[f64; TERMS], place_cm: f64) -> Vec<Patch> {
    let outside = |([_, px, py, ..], _): &&Patch| (px - x).hypot(py - y) * place_cm > SPOT_CM;
    patches.iter().filter(outside).copied().collect()
}

/// What a fit says; see [`ShapeCue`](super::shape::ShapeCue).
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub(super) relief: f64,
    pub(super) relief_error: f64,
    pub(super) gloss: f64,
    pub(super) residual: f64,
}

impl Fit {
    /// Least squares with Huber's weights, so that a few odd patches (hair, glasses) do not decide,
    /// and a weak prior against gloss, for faces of one brightness. `None` if the patches do not
    /// tell the terms apart.
    pub(super) fn new(patches: &[Patch]) -> Option<Self> {
        let count = patches.len();
        let rows = DMatrix::from_row_iterator(count, TERMS, patches.iter().flat_map(|(row, _)| *row));
        let values = DVector::from_iterator(count, patches.iter().map(|(_, value)| *value));
        let mut weights = DVector::from_element(count, 1.0);
        let mut fit = None;
        for _ in 0..ROUNDS {
            let mut weighted = rows.clone();
            weighted.row_iter_mut().zip(weights.iter()).for_each(|(mut row, weight)| row *= *weight);
            let mut normal = rows.tr_mul(&weighted);
            normal[(GLOSS, GLOSS)] += GLOSS_PRIOR;
            let inverse = normal.try_inverse()?;
            let solution = &inverse * weighted.tr_mul(&values);
            let rest = &values - &rows * &solution;
            // With no more patches than terms this is infinite, or not a number: no fit.
            let freedom = count.saturating_sub(TERMS) as f64;
            let variance = rest.iter().zip(weights.iter()).map(|(r, w)| w * r * r).sum::<f64>() / freedom;
            fit = Some(Self {
                relief: solution[RELIEF],
                relief_error: (variance * inverse[(RELIEF, RELIEF)]).sqrt(),
                gloss: solution[GLOSS],
                residual: variance.sqrt(),
            });
            // Patches far from the fit count less in the next round (Huber's weights).
            let mut sizes: Vec<f64> = rest.iter().map(|r| r.abs()).collect();
            let scale = (middle(&mut sizes)? / MEDIAN_OVER_DEVIATION).max(1e-3);
            weights = rest.map(|r| (HUBER * scale / r.abs().max(1e-9)).min(1.0));
        }
        fit.filter(|fit| fit.relief.is_finite() && fit.relief_error.is_finite())
    }

    /// How much likelier this relief is of a face than of a sheet, as a binary logarithm: normal
    /// densities of the measured relief, for two populations. More relief than a usual face's
    /// does not speak against one.
    pub(super) fn bits(&self) -> f64 {
        let density = |[mean, deviation]: [f64; 2]| {
            let deviation = deviation.hypot(self.relief_error);
            -0.5 * ((self.relief.min(mean.max(1.0)) - mean) / deviation).powi(2) - deviation.ln()
        };
        (density(FACE_RELIEF) - density(SHEET_RELIEF)) * std::f64::consts::LOG2_E
    }
}
