//! [`SeamCue`]: does each frame continue the one before?
//!
//! A face moves and is lit, and from one frame to the next both change little. A frame of somebody
//! else between two of one person stands out from both, in what is bright and dark on the face and
//! in where its features lie, while those two are alike. Templates, which are taken of some frames
//! alone, would miss it.
//!
//! Clips of one person that were taken under one colour each, and put together, have seams where
//! the colour changes: the head is suddenly elsewhere. Light itself moves the mesh a little, and
//! always in the same way, so what the change of light explains is taken off first.

use super::chain::shown;
use super::signal::{median, middle};
use crate::geometry::minus;
use crate::image::luminance_linear;
use crate::liveness::challenge::Challenge;
use crate::liveness::response::Sample;
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

/// Runs of so many frames are looked at: longer ones meet the frames that are compared.
const LONGEST_RUN: usize = 4;
/// Differences of brightness (natural logarithm) and place (centimetres) that a swapped frame has
/// at least. Chosen on simulated sessions of the tuning half, where no live one of 120 came to
/// three quarters of both.
const SWAPPED: [f32; 2] = [0.06, 0.09];
/// And over the usual differences of neighbours, geometric mean of both. Chosen likewise.
const SWAPPED_OVER_USUAL: f32 = 3.5;
/// Least usual differences: a picture that does not move at all.
const USUAL: [f32; 2] = [1e-4, 1e-3];
/// Frames within so many seconds before and after an edge tell where the head was; those within the
/// second are in motion.
const SIDES_S: [f64; 2] = [0.17, 0.02];
/// With fewer edges nothing is said: three numbers explain three jumps.
const LEAST_EDGES: usize = 6;
/// What light explains of jumps: red, green and blue.
const LIGHTS: usize = 3;
/// A degree of a turn, and a relative growth, in centimetres of the head's outline.
const CM_PER_DEG: f64 = 0.1;
const CM_PER_GROWTH: f64 = 9.0;
/// Coordinates of a head: place, size, turns.
const COORDINATES: usize = 6;
/// Least deviation of these, in centimetres: what a mesh trembles by.
const TREMBLING_CM: f64 = 1e-3;

/// Where a head is.
type Place = [f64; COORDINATES];

/// Whether frames continue each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SeamCue {
    /// How far a frame, or a run of up to four, stands out from those before and after it, while
    /// these are alike: 1 is another face's least, live faces have less than 0.8.
    pub outstanding: f32,
    /// How much further the head jumps where colours change than elsewhere, beyond what the light
    /// explains: about 1 for one recording. `None` for too few edges.
    pub jumps: Option<f64>,
}

impl SeamCue {
    /// The cue of these frames, whose camera lags by `lag_s` seconds.
    pub(super) fn new(samples: &[Sample], challenge: &Challenge, lag_s: f64) -> Self {
        Self { outstanding: outstanding(samples), jumps: jumps(samples, challenge, lag_s) }
    }
}

/// How far the frame or run that stands out most does so.
fn outstanding(samples: &[Sample]) -> f32 {
    // Brightness of patches against their median: gains and lamps cancel.
    let levels: Vec<Vec<f32>> = samples.iter().map(levels).collect();
    let apart = |a: usize, b: usize| -> [f32; 2] {
        let (Some(a), Some(b), Some(la), Some(lb)) = (samples.get(a), samples.get(b), levels.get(a), levels.get(b))
        else {
            return [0.0; 2];
        };
        let mut light: Vec<f32> = la.iter().zip(lb).map(|(a, b)| (a - b).abs()).collect();
        let features = a.features_cm.iter().zip(&b.features_cm);
        let mut place: Vec<f32> = features.map(|([ax, ay], [bx, by])| (ax - bx).hypot(ay - by)).collect();
        [median(&mut light), median(&mut place)]
    };
    let steps: Vec<[f32; 2]> = (1..samples.len()).map(|i| apart(i - 1, i)).collect();
    let usual = |which: fn(&[f32; 2]) -> f32| median(&mut steps.iter().map(which).collect::<Vec<f32>>());
    let [least_light, least_place] = USUAL;
    let (usual_light, usual_place) = (usual(|[v, _]| *v).max(least_light), usual(|[_, v]| *v).max(least_place));
    let mut most = 0.0f32;
    for run in 1..=LONGEST_RUN {
        // From the frame before the run to the one after it.
        for (i, pair) in steps.iter().zip(steps.iter().skip(run)).enumerate() {
            let ([light_in, place_in], [light_out, place_out]) = pair;
            let [light, place] = apart(i, i + run + 1);
            let light = (light_in.min(*light_out) - light).max(0.0);
            let place = (place_in.min(*place_out) - place).max(0.0);
            let [least_light, least_place] = SWAPPED;
            let over = (light / usual_light * place / usual_place).sqrt() / SWAPPED_OVER_USUAL;
            let here = (light / least_light).min(place / least_place).min(over);
            // A difference that is no number would be one that nobody can vouch for.
            most = if here.is_nan() { f32::INFINITY } else { most.max(here) };
        }
    }
    most
}

/// Natural logarithms of patches' luminance against their median.
fn levels(sample: &Sample) -> Vec<f32> {
    let logs: Vec<f32> = sample.patches.iter().map(|rgb| luminance_linear(*rgb).max(2e-4).ln()).collect();
    let middle = median(&mut logs.clone());
    logs.into_iter().map(|log| log - middle).collect()
}

/// The usual jump at an edge over the usual one between edges.
fn jumps(samples: &[Sample], challenge: &Challenge, lag_s: f64) -> Option<f64> {
    let places: Vec<(f64, Place)> = samples.iter().map(place).collect();
    let segments = challenge.segments();
    let pairs = segments.iter().zip(segments.iter().skip(1));
    let edges: Vec<(f64, [f64; LIGHTS])> = pairs
        .map(|(before, after)| {
            let step = minus(shown(after), shown(before)).map(f64::from);
            (1e-6 * after.start_us as f64 + lag_s, step)
        })
        .collect();
    // Between edges, where nothing changes, as many again, with the same steps taken off.
    let between = edges.iter().zip(edges.iter().skip(1)).map(|((a, step), (b, _))| (0.5 * (a + b), *step));
    let quiet = rest(&places, &between.collect::<Vec<_>>())?;
    let loud = rest(&places, &edges)?;
    let square = |rows: &[Place], c: usize| rows.iter().filter_map(|row| row.get(c)).map(|v| v * v).sum::<f64>();
    let scales: Vec<f64> =
        (0..COORDINATES).map(|c| (square(&quiet, c) / quiet.len() as f64).sqrt() + TREMBLING_CM).collect();
    let size = |row: &Place| {
        let sum: f64 = row.iter().zip(&scales).map(|(v, scale)| (v / scale).powi(2)).sum();
        (sum / COORDINATES as f64).sqrt()
    };
    middle(&mut loud.iter().map(size).collect::<Vec<f64>>())
}

/// Where the head is, in centimetres.
fn place(sample: &Sample) -> (f64, Place) {
    let px_per_cm = f64::from(sample.px_per_cm.max(1e-3));
    let [x, y] = sample.eyes_px.map(|v| f64::from(v) / px_per_cm);
    let [yaw, pitch, roll] = sample.turn_deg.map(|v| CM_PER_DEG * f64::from(v));
    (1e-6 * sample.timestamp_us as f64, [x, y, CM_PER_GROWTH * px_per_cm.ln(), yaw, pitch, roll])
}

/// The jumps at some times that these steps of light do not explain; `None` if there are too few.
fn rest(places: &[(f64, Place)], times: &[(f64, [f64; LIGHTS])]) -> Option<Vec<Place>> {
    let found: Vec<(Place, [f64; LIGHTS])> =
        times.iter().filter_map(|(time, step)| Some((jump(places, *time)?, *step))).collect();
    let n = found.len();
    if n < LEAST_EDGES {
        return None;
    }
    let steps = DMatrix::from_row_iterator(n, LIGHTS, found.iter().flat_map(|(_, step)| *step));
    let jumps = DMatrix::from_row_iterator(n, COORDINATES, found.iter().flat_map(|(jump, _)| *jump));
    let normal = steps.tr_mul(&steps) + DMatrix::from_diagonal_element(LIGHTS, LIGHTS, 1e-6);
    let rest = &jumps - &steps * (normal.try_inverse()? * steps.tr_mul(&jumps));
    let freedom = (n as f64 / (n - LIGHTS) as f64).sqrt();
    let rows = rest.row_iter().map(|row| {
        let mut place = [0.0; COORDINATES];
        place.iter_mut().zip(row.iter()).for_each(|(to, v)| *to = freedom * v);
        place
    });
    Some(rows.collect())
}

/// How far the head jumps at a time: two lines of one slope, least squares, before and after it.
/// `None` with fewer than two frames on a side.
fn jump(places: &[(f64, Place)], time: f64) -> Option<Place> {
    let [reach, still] = SIDES_S;
    let near: Vec<(f64, &Place)> =
        places.iter().map(|(t, place)| (t - time, place)).filter(|(t, _)| (still..reach).contains(&t.abs())).collect();
    let after = near.iter().filter(|(t, _)| *t > 0.0).count();
    if after < 2 || near.len() - after < 2 {
        return None;
    }
    let rows = near.iter().flat_map(|(t, _)| [1.0, *t, if *t > 0.0 { 1.0 } else { 0.0 }]);
    let terms = DMatrix::from_row_iterator(near.len(), 3, rows);
    let inverse = terms.tr_mul(&terms).try_inverse()?;
    let mut jump = [0.0; COORDINATES];
    for (c, to) in jump.iter_mut().enumerate() {
        let values = near.iter().filter_map(|(_, place)| place.get(c)).copied();
        let solution = &inverse * terms.tr_mul(&DVector::from_iterator(near.len(), values));
        *to = *solution.get(2)?;
    }
    Some(jump)
}
