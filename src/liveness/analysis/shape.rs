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
//!
//! How large the screen is, the verifier does not know: that of three which explains the responses
//! best is taken. Being told the size gained nothing over that, on 80 live sessions before screens
//! of 6 to 20 cm; taking all for phones lost relief before large ones.
//!
//! A ratio has two sides: whoever lights a print from behind, least where a screen would light a
//! face most, gives it a face's ratio. So the *change* alone is fitted too: albedo times the
//! screen's irradiance of a face, albedo alone of any sheet, whatever glows behind it.

use super::expected::Expected;
use super::fit::{Fit, Patch, without};
use super::irradiance::LEAST_PATCHES;
use super::signal::{Signals, difference, middle};
use crate::image::luminance_linear;
use crate::liveness::response::{Rgb, Trace};
use serde::Serialize;

/// Patches whose predicted irradiance is lower, over the mean, are seen too obliquely. Chosen by
/// hand.
const LEAST_IRRADIANCE: f32 = 0.45;
/// Patches that face the camera less, as the cosine, may be hidden by the nose or the cheek before
/// them. Chosen by hand.
const LEAST_FACING: f32 = 0.4;
/// Responses count within these, over their median: the mirrored screen is a bright spot on a
/// sheet, whose other patches then decide.
const RANGE: [f64; 2] = [0.0, 2.0];
/// So many patches of the strongest response make a mirror image: a face's own sheen, or a lamp in
/// glasses, makes fewer.
const GLARING: usize = 3;
/// Responses below this, over the median, change a patch as much as this one. Chosen by hand.
const LEAST_CHANGE: f64 = 0.05;
/// Scale of the places' coordinates, in centimetres.
const PLACE_CM: f64 = 7.0;

/// The response's shape.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ShapeCue {
    /// How much of the relief that the mesh predicts the response has: about 1 for a face, 0 for a
    /// sheet.
    pub relief: f64,
    /// The standard error of [`ShapeCue::relief`].
    pub relief_error: f64,
    /// How much likelier this relief is of a face than of a sheet, as a binary logarithm.
    pub bits: f64,
    /// The least of these bits when any one spot of 6 cm is left out: a mirrored screen or lamp
    /// alone makes no face.
    pub least_bits: f64,
    /// Response of the patch with the third strongest one over the median patch's: 1.2 to 2.3 of
    /// faces, and more where a sheet mirrors the screen.
    pub glare: f64,
    /// How much of the relief that the mesh predicts the logarithm of the change alone has, which
    /// no static light takes part in: about 1 for a face; for a print, what its picture was lit
    /// with.
    pub change_relief: f64,
    /// How the response changes with a patch's brightness; 0 where light is reflected in
    /// proportion.
    pub gloss: f64,
    /// Deviation of patches from the fit, over their median response.
    pub residual: f64,
}

impl ShapeCue {
    /// The cue of a face whose own contrast is `face`, by that of the screens that explains it
    /// best, of which `irradiance` has what each throws on the patches. `None` if the patches are
    /// too few, or without response.
    pub(super) fn new(
        trace: &Trace,
        irradiance: &[Vec<f32>],
        signals: &Signals,
        expected: &Expected,
        face: Rgb,
    ) -> Option<Self> {
        let patches: Vec<_> =
            signals.patches.iter().map(|p| level_and_response(expected, p, &signals.face, face)).collect();
        let seen = irradiance.iter().filter_map(|lit| Seen::new(trace, lit, &patches));
        let Seen { rows, whole, glare } = seen.min_by(|a, b| a.whole.residual.total_cmp(&b.whole.residual))?;
        // Each spot that is left out is centred on a patch.
        let bits = whole.bits();
        let least_bits = rows
            .iter()
            .filter_map(|(spot, _)| Fit::new(&without(&rows, spot, PLACE_CM)))
            .map(|fit| fit.bits())
            .fold(bits, f64::min);
        let change_relief = Fit::new(&rows.iter().map(changes).collect::<Vec<_>>())?.relief;
        let Fit { relief, relief_error, gloss, residual } = whole;
        Some(Self { relief, relief_error, bits, least_bits, glare, change_relief, gloss, residual })
    }
}

/// What patches say if the light came from a certain screen.
struct Seen {
    rows: Vec<Patch>,
    whole: Fit,
    glare: f64,
}

impl Seen {
    /// Of each patch's irradiance, and of its brightness and response.
    fn new(trace: &Trace, irradiance: &[f32], patches: &[(f64, f64)]) -> Option<Self> {
        let mean = irradiance.iter().sum::<f32>() / irradiance.len().max(1) as f32;
        let n = trace.samples.len().max(1) as f32;
        let mut rows: Vec<Patch> = Vec::new();
        // A kept trace may have more of one than of the other: what is left over says nothing.
        for (((level, response), shape), irradiance) in patches.iter().zip(&trace.shape).zip(irradiance) {
            let irradiance = irradiance / mean.max(1e-9);
            let [x, y, _, nx, ny, nz] = shape.map(|v| v / n);
            let facing = -nz / (nx * nx + ny * ny + nz * nz).sqrt();
            // So written that NaN is left out.
            if irradiance > LEAST_IRRADIANCE && facing > LEAST_FACING {
                let [x, y] = [x, y].map(|v| f64::from(v) / PLACE_CM);
                rows.push(([1.0, x, y, x * x, *level, irradiance.into()], *response));
            }
        }
        let mut sorted: Vec<f64> = rows.iter().map(|(_, response)| *response).collect();
        let median = middle(&mut sorted)?;
        // So written that NaN is no response.
        if rows.len() < LEAST_PATCHES || median.is_nan() || median <= 0.0 {
            return None;
        }
        let glare = sorted.iter().nth_back(GLARING - 1)? / median;
        let [low, high] = RANGE;
        rows.iter_mut().for_each(|(_, response)| *response = (*response / median).clamp(low, high));
        Some(Self { whole: Fit::new(&rows)?, rows, glare })
    }
}

/// The same patch by the logarithm of its change alone: brightness is part of that, and no term.
fn changes(([one, x, y, xx, level, irradiance], response): &Patch) -> Patch {
    ([*one, *x, *y, *xx, 0.0, irradiance.ln()], level + response.max(LEAST_CHANGE).ln())
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
