//! Does the response have the shape of a face? Each patch's response against what the mesh's
//! normals predict.
//!
//! A patch's response over its brightness without the screen is E_screen / E_ambient: its albedo
//! cancels. On a face before a near screen that follows the screen's irradiance, which falls
//! towards the sides, under the brows and beside the nose as cosine and inverse square say (J. H.
//! Lambert, *Photometria*, 1760). On a sheet of paper or glass, flat or bent about an upright axis,
//! it is smooth. So the responses are fitted by all that a sheet could show (a constant, slopes in
//! x and y, a curvature in x), by the patch's brightness (what a camera's tone curve and a gloss
//! that adds light leave), and by the predicted irradiance. The latter's coefficient, the *relief*,
//! is about 1 for a face and 0 for a sheet.
//!
//! A glossy sheet mirrors the screen in a spot that can lie where a face is raised. Where that spot
//! covers several patches, they respond many times as strongly as the others, which no face does
//! (*glare*). And for smaller and fainter ones the fit is repeated with each spot left out in
//! turn (a jackknife over blocks, as M. H. Quenouille and J. W. Tukey used it over samples):
//! whatever one spot says, the rest of a face has a face's relief.

use super::cues::ShapeCue;
use super::expected::Expected;
use super::signal::{Signals, difference, middle};
use crate::image::luminance_linear;
use crate::liveness::response::{Rgb, Trace};
use nalgebra::{DMatrix, DVector};

/// Focal length over the frame's shorter side: 50° across it, a front camera's usual field of view.
const FOCAL: f32 = 1.08;
/// The screen: half its width and height, and its middle below the camera, in centimetres: a
/// phone's.
const SCREEN_CM: [f32; 3] = [3.5, 7.0, 7.3];
/// Patches whose predicted irradiance is lower, over the mean, are seen too obliquely.
const LEAST_IRRADIANCE: f32 = 0.45;
/// Patches that face the camera less, as the cosine, may be hidden by the nose or the cheek before
/// them.
const LEAST_FACING: f32 = 0.4;
/// Responses count within these, over their median: the mirrored screen is a bright spot on a
/// sheet, whose other patches then decide.
const RANGE: [f64; 2] = [0.0, 2.0];
/// So many patches of the strongest response make a mirror image: a face's own sheen, or a lamp in
/// glasses, makes fewer.
const GLARING: usize = 3;
/// Fewer patches show no shape.
const LEAST_PATCHES: usize = 20;
/// What is fitted: constant, x, y, x², brightness, irradiance.
const TERMS: usize = 6;
const GLOSS: usize = 4;
const RELIEF: usize = 5;
/// The prior's weight: a deviation of 1 at a usual residual of 0.2.
const GLOSS_PRIOR: f64 = 0.04;
/// Rounds of reweighting.
const ROUNDS: usize = 4;

/// Relief of faces and of sheets: mean and deviation, from simulated sessions of the tuning half.
const FACE_RELIEF: [f64; 2] = [0.95, 0.25];
const SHEET_RELIEF: [f64; 2] = [0.0, 0.12];
/// Radius of a spot that is left out, in centimetres of the face.
const SPOT_CM: f64 = 3.0;
/// Scale of the places' coordinates, in centimetres.
const PLACE_CM: f64 = 7.0;

impl ShapeCue {
    /// `face` is the whole face's contrast. `None` if the patches are too few, or without response.
    pub(super) fn new(
        trace: &Trace,
        irradiance: &[f32],
        signals: &Signals,
        expected: &Expected,
        face: Rgb,
    ) -> Option<Self> {
        let mean = irradiance.iter().sum::<f32>() / irradiance.len().max(1) as f32;
        let n = trace.samples.len().max(1) as f32;
        let mut rows: Vec<[f64; TERMS]> = Vec::new();
        let mut responses: Vec<f64> = Vec::new();
        for ((logs, shape), irradiance) in signals.patches.iter().zip(&trace.shape).zip(irradiance) {
            let irradiance = irradiance / mean.max(1e-9);
            let [x, y, _, nx, ny, nz] = shape.map(|v| v / n);
            let facing = -nz / (nx * nx + ny * ny + nz * nz).sqrt();
            // So written that NaN is left out.
            if !(irradiance > LEAST_IRRADIANCE && facing > LEAST_FACING) {
                continue;
            }
            let [x, y] = [x, y].map(|v| f64::from(v) / PLACE_CM);
            let (level, response) = level_and_response(expected, logs, &signals.face, face);
            rows.push([1.0, x, y, x * x, level, irradiance.into()]);
            responses.push(response);
        }
        let mut sorted = responses.clone();
        let median = middle(&mut sorted).unwrap_or(f64::NAN);
        if responses.len() < LEAST_PATCHES || median.is_nan() || median <= 0.0 {
            return None;
        }
        let glare = sorted.iter().nth_back(GLARING - 1)? / median;
        let [low, high] = RANGE;
        let patches: Vec<Patch> =
            rows.into_iter().zip(responses).map(|(row, r)| (row, (r / median).clamp(low, high))).collect();
        let whole = Fit::new(&patches)?;
        let bits = whole.bits();
        let least_bits = patches
            .iter()
            .filter_map(|(spot, _)| Fit::new(&without(&patches, spot)))
            .map(|fit| fit.bits())
            .fold(bits, f64::min);
        let Fit { relief, relief_error, gloss, residual } = whole;
        Some(Self { relief, relief_error, bits, least_bits, glare, gloss, residual })
    }
}

/// Logarithm of the patch's luminance without light, and its response, summed over channels. Both
/// against the face's, in which gains and lamps cancel; the face's own contrast is known.
fn level_and_response(expected: &Expected, logs: &[Rgb], face: &[Rgb], contrast: Rgb) -> (f64, f64) {
    let lines = expected.lines(&difference(logs, face));
    let level = luminance_linear(lines.map(|line| line.level.max(1e-6) as f32)).ln();
    // (1 + patch) / (1 + face) = 1 + relative.
    let each = lines.iter().zip(contrast).map(|(line, face)| {
        let relative = line.slope / line.level.max(1e-6);
        (1.0 + relative) * (1.0 + f64::from(face)) - 1.0
    });
    (level.into(), each.sum())
}

/// What a patch is fitted by, and its response over the median one.
type Patch = ([f64; TERMS], f64);

/// The patches that lie outside a spot.
fn without(patches: &[Patch], [_, x, y, ..]: &[f64; TERMS]) -> Vec<Patch> {
    let outside = |([_, px, py, ..], _): &&Patch| (px - x).hypot(py - y) * PLACE_CM > SPOT_CM;
    patches.iter().filter(outside).copied().collect()
}

/// What a fit says; see [`ShapeCue`].
#[derive(Debug, Clone, Copy)]
struct Fit {
    relief: f64,
    relief_error: f64,
    gloss: f64,
    residual: f64,
}

impl Fit {
    /// Least squares with Huber's weights, so that a few odd patches (hair, glasses) do not decide,
    /// and a weak prior against gloss, for faces of one brightness. `None` if the patches do
    /// not tell the terms apart.
    fn new(patches: &[Patch]) -> Option<Self> {
        let count = patches.len();
        let rows = DMatrix::from_row_iterator(count, TERMS, patches.iter().flat_map(|(row, _)| *row));
        let values = DVector::from_iterator(count, patches.iter().map(|(_, value)| *value));
        let mut weights = DVector::from_element(count, 1.0);
        let mut fit = None;
        for _ in 0..ROUNDS {
            let mut weighted = rows.clone();
            weighted.row_iter_mut().zip(weights.iter()).for_each(|(mut row, weight)| row *= *weight);
            let mut normal = rows.tr_mul(&weighted);
            normal.get_mut((GLOSS, GLOSS)).into_iter().for_each(|v| *v += GLOSS_PRIOR);
            let inverse = normal.try_inverse()?;
            let solution = &inverse * weighted.tr_mul(&values);
            let rest = &values - &rows * &solution;
            let variance = rest.iter().zip(weights.iter()).map(|(r, w)| w * r * r).sum::<f64>()
                / count.saturating_sub(TERMS) as f64;
            let at = |term: usize| solution.get(term).copied().unwrap_or(f64::NAN);
            let spread = inverse.get((RELIEF, RELIEF)).copied().unwrap_or(f64::NAN);
            fit = Some(Self {
                relief: at(RELIEF),
                relief_error: (variance * spread).sqrt(),
                gloss: at(GLOSS),
                residual: variance.sqrt(),
            });
            let mut sizes: Vec<f64> = rest.iter().map(|r| r.abs()).collect();
            let scale = (middle(&mut sizes).unwrap_or_default() / 0.6745).max(1e-3);
            weights = rest.map(|r| (1.5 * scale / r.abs().max(1e-9)).min(1.0));
        }
        fit.filter(|fit| fit.relief.is_finite() && fit.relief_error.is_finite())
    }

    /// How much likelier this relief is of a face than of a sheet, as a binary logarithm: normal
    /// densities of the measured relief, for two populations. More relief than a usual face's
    /// does not speak against one.
    fn bits(&self) -> f64 {
        let density = |[mean, deviation]: [f64; 2]| {
            let deviation = deviation.hypot(self.relief_error);
            -0.5 * ((self.relief.min(mean.max(1.0)) - mean) / deviation).powi(2) - deviation.ln()
        };
        (density(FACE_RELIEF) - density(SHEET_RELIEF)) * std::f64::consts::LOG2_E
    }
}

/// The change of the patches that the screen lights most against those that it lights least: what
/// only a relief can answer, without the help of a background, and free of the camera's gains and
/// the lamps' flicker.
pub(super) fn relief_signal(irradiance: &[f32], signals: &Signals) -> Option<Vec<Rgb>> {
    let mut ranked: Vec<(f32, &Vec<Rgb>)> = irradiance.iter().copied().zip(&signals.patches).collect();
    ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let third = ranked.len() / 3;
    if third < LEAST_PATCHES / 4 {
        return None;
    }
    let of = |part: &[(f32, &Vec<Rgb>)]| signals.median_of(part.iter().map(|(_, logs)| *logs));
    let (low, rest) = ranked.split_at_checked(third)?;
    let (_, high) = rest.split_at_checked(rest.len() - third)?;
    Some(difference(&of(high), &of(low)))
}

/// The screen's irradiance on each patch, over a constant.
pub(super) fn irradiance_of_patches(trace: &Trace) -> Vec<f32> {
    let n = trace.samples.len().max(1) as f32;
    let px_per_cm = (trace.samples.iter().map(|s| s.px_per_cm).sum::<f32>() / n).max(1e-3);
    let [width, height] = trace.size_px;
    let distance = FOCAL * width.min(height) / px_per_cm;
    let [x, y] = trace.eyes_px.map(|v| v / n);
    let [ex, ey] = [(x - 0.5 * width) / px_per_cm, (y - 0.5 * height) / px_per_cm];
    let patch = |shape: &[f32; 6]| {
        let [x, y, z, nx, ny, nz] = shape.map(|v| v / n);
        let length = (nx * nx + ny * ny + nz * nz).sqrt().max(1e-6);
        irradiance([ex + x, ey + y, distance + z], [nx / length, ny / length, nz / length])
    };
    trace.shape.iter().map(patch).collect()
}

/// From the whole screen on a point in centimetres from the camera: Lambert's law on both sides,
/// inverse square, over a grid of the screen's points.
fn irradiance([px, py, pz]: [f32; 3], [nx, ny, nz]: [f32; 3]) -> f32 {
    let [half_width, half_height, below] = SCREEN_CM;
    let mut sum = 0.0;
    for v in [-0.8, -0.4, 0.0, 0.4, 0.8] {
        for u in [-0.67, 0.0, 0.67] {
            let (dx, dy, dz) = (u * half_width - px, below + v * half_height - py, -pz);
            let square = (dx * dx + dy * dy + dz * dz).max(1.0);
            sum += (nx * dx + ny * dy + nz * dz).max(0.0) * pz / (square * square);
        }
    }
    sum
}
