//! What light the screen throws on each patch of a face, by the mesh; and the response that only a
//! relief can give.

use super::signal::{Signals, difference};
use crate::liveness::response::{Rgb, Trace};

/// Focal length over the frame's shorter side: 50° across it, a front camera's usual field of view.
const FOCAL: f32 = 1.08;
/// Fewer patches show no shape. Chosen by hand: about half of a face's.
pub(super) const LEAST_PATCHES: usize = 20;

/// A display that flashes, below a camera just above its upper edge.
struct Screen {
    /// Half of its width and height, in centimetres.
    half_cm: [f32; 2],
    /// From the camera down to its middle, in centimetres.
    below_cm: f32,
}

/// What a client's display may be, which nobody knows: a phone's, a small tablet's, a large one's
/// or a laptop's.
const SCREENS: [Screen; 3] = [
    Screen { half_cm: [3.5, 7.0], below_cm: 7.3 },
    Screen { half_cm: [5.5, 9.0], below_cm: 9.3 },
    Screen { half_cm: [8.5, 11.5], below_cm: 11.8 },
];

/// The change of the patches that the screen lights most against those that it lights least: what
/// only a relief can answer, without the help of a background, and free of the camera's gains and
/// the lamps' flicker.
pub(super) fn relief_signal(irradiance: &[f32], signals: &Signals) -> Option<Vec<Rgb>> {
    let mut ranked: Vec<(f32, &Vec<Rgb>)> = irradiance.iter().copied().zip(&signals.patches).collect();
    ranked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    // A median over fewer patches than this would be noise.
    let third = ranked.len() / 3;
    if third < LEAST_PATCHES / 4 {
        return None;
    }
    let of = |part: &[(f32, &Vec<Rgb>)]| signals.median_of(part.iter().map(|(_, logs)| *logs));
    let (low, rest) = ranked.split_at_checked(third)?;
    let (_, high) = rest.split_at_checked(rest.len() - third)?;
    Some(difference(&of(high), &of(low)))
}

/// The irradiance from each of the screens that there may be on each patch, over a constant that is
/// the same for all patches; a phone's first.
pub(super) fn irradiance_by_screen(trace: &Trace) -> [Vec<f32>; SCREENS.len()] {
    SCREENS.each_ref().map(|screen| irradiance_of_patches(trace, screen))
}

/// The irradiance from `screen` on each patch, over a constant that is the same for all.
fn irradiance_of_patches(trace: &Trace, screen: &Screen) -> Vec<f32> {
    let n = trace.samples.len().max(1) as f32;
    let px_per_cm = (trace.samples.iter().map(|s| s.px_per_cm).sum::<f32>() / n).max(1e-3);
    let [width, height] = trace.size_px;
    // What a pinhole camera sees: a face of so many pixels a centimetre is so far away.
    let distance = FOCAL * width.min(height) / px_per_cm;
    let [x, y] = trace.eyes_px.map(|v| v / n);
    let [ex, ey] = [(x - 0.5 * width) / px_per_cm, (y - 0.5 * height) / px_per_cm];
    let patch = |shape: &[f32; 6]| {
        let [x, y, z, nx, ny, nz] = shape.map(|v| v / n);
        let length = (nx * nx + ny * ny + nz * nz).sqrt().max(1e-6);
        irradiance(screen, [ex + x, ey + y, distance + z], [nx / length, ny / length, nz / length])
    };
    trace.shape.iter().map(patch).collect()
}

/// The irradiance from the whole screen on a point (in centimetres from the camera) with a normal:
/// Lambert's law on both sides, inverse square, over a grid of the screen's points.
fn irradiance(screen: &Screen, [px, py, pz]: [f32; 3], [nx, ny, nz]: [f32; 3]) -> f32 {
    let Screen { half_cm: [half_width, half_height], below_cm } = screen;
    let mut sum = 0.0;
    for v in [-0.8, -0.4, 0.0, 0.4, 0.8] {
        for u in [-0.67, 0.0, 0.67] {
            let (dx, dy, dz) = (u * half_width - px, below_cm + v * half_height - py, -pz);
            let square = (dx * dx + dy * dy + dz * dz).max(1.0);
            sum += (nx * dx + ny * dy + nz * dz).max(0.0) * pz / (square * square);
        }
    }
    sum
}
