//! What happens between the face and the sensor.

use super::planes::Planes;
use crate::random::Random;

/// Taps of even weight, which sum to 1.
fn even(taps: impl Iterator<Item = (isize, isize)>) -> Vec<(isize, isize, f32)> {
    let taps: Vec<_> = taps.collect();
    let weight = 1.0 / taps.len().max(1) as f32;
    taps.into_iter().map(|(x, y)| (x, y, weight)).collect()
}

/// A lens out of focus: a disc of `radius` pixels.
pub(super) fn defocused(picture: &Planes, radius: f32) -> Planes {
    let reach = radius.ceil() as isize;
    let inside = |x: isize, y: isize| ((x * x + y * y) as f32).sqrt() <= radius.max(0.5);
    let disc = (-reach..=reach).flat_map(|y| (-reach..=reach).map(move |x| (x, y)));
    picture.convolved(&even(disc.filter(|(x, y)| inside(*x, *y))))
}

/// A hand that moved: a line of `length` pixels in a drawn direction.
pub(super) fn moved(picture: &Planes, length: f32, random: &mut Random) -> Planes {
    let (sin, cos) = (std::f32::consts::PI * random.unit()).sin_cos();
    let steps = length.ceil() as isize;
    let at = |i: isize| {
        let along = length * (i as f32 / steps.max(1) as f32 - 0.5);
        ((along * cos).round() as isize, (along * sin).round() as isize)
    };
    picture.convolved(&even((0..=steps).map(at)))
}

/// Contrast times `factor`: an even veil of the picture's own mean.
pub(super) fn veiled(picture: &mut Planes, factor: f32) {
    let mean = picture.mean();
    picture.map(|_, _, mut pixel| {
        pixel.iter_mut().zip(mean).for_each(|(v, mean)| *v = mean + factor * (*v - mean));
        pixel
    });
}

/// White haze of which `share` reaches the sensor, more on one drawn side than on the other.
pub(super) fn hazed(picture: &mut Planes, share: f32, random: &mut Random) {
    let (sin, cos) = (std::f32::consts::TAU * random.unit()).sin_cos();
    let (width, height) = (picture.width as f32, picture.height as f32);
    let white = [225.0, 228.0, 232.0];
    picture.map(|x, y, mut pixel| {
        let along = (x / width - 0.5) * cos + (y / height - 0.5) * sin;
        let here = (share * (1.0 + 0.3 * along)).clamp(0.0, 0.98);
        pixel.iter_mut().zip(white).for_each(|(v, white)| *v += here * (white - *v));
        pixel
    });
}

/// A smear of grease: blur of `sigma` pixels, and a haze of a third.
pub(super) fn smeared(picture: &Planes, sigma: f32, random: &mut Random) -> Planes {
    let mut blurred = picture.blurred(sigma);
    hazed(&mut blurred, 0.35, random);
    blurred
}

/// A light that shines into the lens from a drawn place on the face, `radius` pixels wide.
pub(super) fn glared(picture: &mut Planes, center: [f32; 2], radius: f32, random: &mut Random) {
    let [cx, cy] = center;
    let (dx, dy) = (radius * (random.unit() - 0.5), radius * (random.unit() - 0.5));
    picture.map(|x, y, pixel| {
        let far = ((x - cx - dx).powi(2) + (y - cy - dy).powi(2)).sqrt() / radius;
        let added = 320.0 * (-far * far).exp();
        pixel.map(|v| v + added)
    });
}
