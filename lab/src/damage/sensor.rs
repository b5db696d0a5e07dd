//! What a sensor and its exposure do.

use super::planes::Planes;
use crate::random::Random;

/// Normal noise of deviation `sigma`, in steps of 8 bits.
pub(super) fn noised(picture: &mut Planes, sigma: f32, random: &mut Random) {
    picture.map(|_, _, pixel| pixel.map(|v| v + sigma * random.normal()));
}

/// A `share` of the pixels black or white.
pub(super) fn salted(picture: &mut Planes, share: f32, random: &mut Random) {
    picture.map(|_, _, pixel| match random.unit() {
        u if u < 0.5 * share => [0.0; 3],
        u if u < share => [255.0; 3],
        _ => pixel,
    });
}

/// Light times `factor` in linear light, with the noise of so few photons, and brightened again.
pub(super) fn dimmed(picture: &mut Planes, factor: f32, random: &mut Random) {
    // A pixel at full light counts this many electrons; each reading adds three.
    let full = 4000.0 * factor;
    picture.map(|_, _, pixel| {
        pixel.map(|v| {
            let electrons = full * (v.max(0.0) / 255.0).powf(2.2);
            let counted = electrons + (electrons + 9.0).sqrt() * random.normal();
            255.0 * (counted.max(0.0) / full).powf(1.0 / 2.2)
        })
    });
}

/// Light times `factor`, cut off at white; below 1, rounded to what 8 bits hold of it and
/// brightened again.
pub(super) fn exposed(picture: &mut Planes, factor: f32) {
    let gain = factor.powf(1.0 / 2.2);
    let back = if factor < 1.0 { 1.0 / gain } else { 1.0 };
    picture.map(|_, _, pixel| pixel.map(|v| back * (gain * v).clamp(0.0, 255.0).round()));
}

/// `levels` steps a channel.
pub(super) fn posterised(picture: &mut Planes, levels: f32) {
    let step = 255.0 / (levels - 1.0).max(1.0);
    picture.map(|_, _, pixel| pixel.map(|v| step * (v / step).round()));
}

/// Interference of a display's raster of `amplitude` steps with the sensor's.
pub(super) fn moire(picture: &mut Planes, amplitude: f32, random: &mut Random) {
    let waves: [[f32; 4]; 3] =
        std::array::from_fn(|_| [0.3 + 0.9 * random.unit(), 0.3 + 0.9 * random.unit(), random.unit() * 6.0, 0.0]);
    picture.map(|x, y, mut pixel| {
        for (v, [fx, fy, phase, _]) in pixel.iter_mut().zip(waves) {
            *v += amplitude * (fx * x + phase).sin() * (fy * y + phase).cos();
        }
        pixel
    });
}
