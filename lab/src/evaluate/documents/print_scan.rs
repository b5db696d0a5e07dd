//! Printing and scanning: a colour cast and less contrast (ink and paper), a halftone screen, blur
//! (ink and optics), noise.

#![allow(clippy::indexing_slicing, reason = "places are counted on the picture at hand")]

use super::mapped::mapped;
use crate::error::Result;
use crate::random::Random;
use selfsame::image::Photo;

/// Paper is darker than white, ink lighter than black.
const INK: f32 = 28.0;
const PAPER: f32 = 238.0;
/// Each channel's gain differs from 1 by at most this.
const CAST: f32 = 0.08;
/// Amplitude of the screen in 1/255, and its period in pixels along both diagonals: 100 lines per
/// inch at 300 dots per inch.
const SCREEN: f32 = 14.0;
const PERIOD_PX: f32 = 3.0;
/// The blur's weights, a binomial of standard deviation 1 px.
const BLUR: [f32; 5] = [0.0625, 0.25, 0.375, 0.25, 0.0625];
/// Standard deviation of the noise, in 1/255.
const NOISE: f32 = 4.0;

/// The picture off paper.
pub(super) fn printed_and_scanned(photo: &Photo, random: &mut Random) -> Result<Photo> {
    let mut even = || random.below(1 << 24) as f32 / (1 << 24) as f32;
    let cast = [(); 3].map(|()| 1.0 + CAST * (2.0 * even() - 1.0));
    let width = photo.width() as usize;
    let printed = mapped(photo, |at, pixel| {
        let (x, y) = ((at % width) as f32, (at / width) as f32);
        let wave = |v: f32| (std::f32::consts::TAU * v / (PERIOD_PX * std::f32::consts::SQRT_2)).sin();
        let screen = SCREEN * wave(x + y) * wave(x - y);
        std::array::from_fn(|c| (INK + (PAPER - INK) * f32::from(pixel[c]) / 255.0 + screen) * cast[c])
    })?;
    let blurred = blurred(&blurred(&printed, 1)?, width)?;
    // Three even numbers in −1 ..= 1 have a variance of 1 together.
    mapped(&blurred, |_, pixel| {
        let noise = NOISE * (0..3).map(|_| 2.0 * even() - 1.0).sum::<f32>();
        pixel.map(|v| f32::from(v) + noise)
    })
}

/// Along rows (`step` 1) or columns (`step` the width); the last pixels repeat at the ends of the
/// picture.
fn blurred(photo: &Photo, step: usize) -> Result<Photo> {
    let pixels = photo.pixels().as_chunks::<3>().0;
    let last = pixels.len().saturating_sub(1);
    mapped(photo, |at, _| {
        let mut sum = [0.0; 3];
        for (tap, weight) in BLUR.iter().enumerate() {
            let from = (at + tap * step).saturating_sub(2 * step).min(last);
            sum.iter_mut().zip(pixels[from]).for_each(|(sum, v)| *sum += weight * f32::from(v));
        }
        sum
    })
}
