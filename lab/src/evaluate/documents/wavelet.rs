//! What JPEG 2000 does to a picture, without its entropy coder: the irreversible colour transform,
//! five levels of the CDF 9/7 wavelet, dead-zone quantisation (ISO/IEC 15444-1, annexes E, F and
//! G), and back.
//!
//! The step is chosen so that the coefficients' entropy, subband by subband, is the size asked for.
//! The standard's coder models contexts and spends about as much less as headers and code blocks
//! cost it.

#![allow(clippy::indexing_slicing, reason = "places are counted on the plane at hand")]

use super::mapped::mapped;
use crate::error::Result;
use selfsame::image::Photo;

/// Levels of the wavelet.
const LEVELS: usize = 5;
/// Lifting steps of the 9/7 wavelet and its scale, table F.4.
const LIFTS: [f32; 4] = [-1.586_134_3, -0.052_980_12, 0.882_911_1, 0.443_506_85];
const SCALE: f32 = 1.230_174_1;
/// Colour differences may err so much more than luminance, as in the visual weights of common
/// encoders.
const CHROMA_STEP: f32 = 2.0;
/// Larger coefficients, in steps, count as this for their entropy.
const RANGE: usize = 1 << 13;
/// Halvings of the search for the step.
const SEARCH: usize = 14;

/// One colour component.
#[derive(Clone)]
struct Plane {
    width: usize,
    height: usize,
    values: Vec<f32>,
}

/// The picture after compression to about `bytes` bytes; grey if `grey`.
pub(super) fn compressed(photo: &Photo, bytes: usize, grey: bool) -> Result<Photo> {
    let components = if grey { 1 } else { 3 };
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let mut planes: Vec<Plane> = (0..components)
        .map(|c| {
            let values = photo.pixels().as_chunks::<3>().0.iter().map(|p| component(*p, c)).collect();
            let mut plane = Plane { width, height, values };
            plane.transform(true);
            plane
        })
        .collect();
    // All planes have one size, and there is one at least.
    let bands = planes.first().map_or_else(Vec::new, Plane::subbands);
    // The size falls as the step grows: halve the range of its logarithm.
    let (mut fine, mut coarse) = (0.1f32.ln(), 300f32.ln());
    for _ in 0..SEARCH {
        let middle = 0.5 * (fine + coarse);
        let bits: f64 = planes.iter().enumerate().map(|(c, plane)| plane.bits(step(middle.exp(), c), &bands)).sum();
        if bits > 8.0 * bytes as f64 { fine = middle } else { coarse = middle }
    }
    for (c, plane) in planes.iter_mut().enumerate() {
        let step = step(coarse.exp(), c);
        plane.values.iter_mut().for_each(|v| *v = dequantised(quantised(*v, step), step));
        plane.transform(false);
    }
    // A grey picture has no colour differences: theirs are 0.
    let value = |c: usize, at: usize| planes.get(c).map_or(0.0, |plane| plane.values[at]);
    mapped(photo, |at, _| {
        let (y, cb, cr) = (value(0, at) + 128.0, value(1, at), value(2, at));
        [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb]
    })
}

/// Luminance around 0, and the two colour differences.
fn component(pixel: [u8; 3], c: usize) -> f32 {
    let [r, g, b] = pixel.map(f32::from);
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    match c {
        0 => y - 128.0,
        1 => (b - y) / 1.772,
        _ => (r - y) / 1.402,
    }
}

fn step(step: f32, c: usize) -> f32 {
    if c == 0 { step } else { CHROMA_STEP * step }
}

/// Towards 0: the zone around it is twice as wide as the others.
fn quantised(value: f32, step: f32) -> i32 {
    (value / step) as i32
}

/// The middle of the zone.
fn dequantised(index: i32, step: f32) -> f32 {
    (index as f32 + 0.5 * index.signum() as f32) * step
}

impl Plane {
    /// Sides of what level `level` transforms.
    fn sides(&self, level: usize) -> (usize, usize) {
        let half = |side: usize| (0..level).fold(side, |side, _| side.div_ceil(2));
        (half(self.width), half(self.height))
    }

    /// All levels, in place: low frequencies come to lie first. `forward`, or back.
    fn transform(&mut self, forward: bool) {
        for turn in 0..LEVELS {
            let level = if forward { turn } else { LEVELS - 1 - turn };
            let (width, height) = self.sides(level);
            let width_of_row = self.width;
            let columns = |plane: &mut Self| {
                let mut line = vec![0.0; height];
                for x in 0..width {
                    let column = || (0..height).map(|y| y * width_of_row + x);
                    line.iter_mut().zip(column()).for_each(|(l, at)| *l = plane.values[at]);
                    filter(&mut line, forward);
                    column().zip(&line).for_each(|(at, l)| plane.values[at] = *l);
                }
            };
            if !forward {
                columns(self);
            }
            for row in self.values.chunks_mut(width_of_row).take(height) {
                filter(&mut row[..width], forward);
            }
            if forward {
                columns(self);
            }
        }
    }

    /// Entropy of the quantised coefficients, each subband with its own distribution.
    fn bits(&self, step: f32, bands: &[usize]) -> f64 {
        let mut counts = vec![vec![0u32; 2 * RANGE + 1]; 3 * LEVELS + 1];
        for (value, band) in self.values.iter().zip(bands) {
            let index = (quantised(*value, step) + RANGE as i32).clamp(0, 2 * RANGE as i32) as usize;
            counts[*band][index] += 1;
        }
        counts.iter().map(|counts| entropy(counts)).sum()
    }

    /// The subband of each coefficient.
    fn subbands(&self) -> Vec<usize> {
        (0..self.values.len()).map(|at| self.subband(at % self.width, at / self.width)).collect()
    }

    /// A number for the subband of a coefficient: 0 for the lowest, then three for each level.
    fn subband(&self, x: usize, y: usize) -> usize {
        let high = |level: usize| {
            let (width, height) = self.sides(level);
            usize::from(x >= width) + 2 * usize::from(y >= height)
        };
        (1..=LEVELS)
            .map(|level| (level, high(level)))
            .find(|(_, high)| *high > 0)
            // What is high on no level is the lowest band.
            .map_or(0, |(level, high)| 3 * level + high - 3)
    }
}

fn entropy(counts: &[u32]) -> f64 {
    let total: f64 = counts.iter().map(|n| f64::from(*n)).sum();
    counts.iter().filter(|n| **n > 0).map(|n| f64::from(*n)).map(|n| n * (total / n).log2()).sum()
}

/// One line through the 9/7 lifting steps, mirrored at its ends; low frequencies first after
/// `forward`.
fn filter(line: &mut [f32], forward: bool) {
    let n = line.len();
    if n < 2 {
        return;
    }
    // With these factors the transform nearly keeps lengths, so that one step serves all subbands.
    let (low, high) = (std::f32::consts::SQRT_2 / SCALE, SCALE / std::f32::consts::SQRT_2);
    let mut work = vec![0.0; n];
    if forward {
        work.copy_from_slice(line);
        LIFTS.iter().enumerate().for_each(|(i, lift)| lifted(&mut work, 1 - i % 2, *lift));
        let (lows, highs) = line.split_at_mut(n.div_ceil(2));
        lows.iter_mut().zip(work.iter().step_by(2)).for_each(|(to, value)| *to = value * low);
        highs.iter_mut().zip(work.iter().skip(1).step_by(2)).for_each(|(to, value)| *to = value * high);
    } else {
        let (lows, highs) = line.split_at(n.div_ceil(2));
        work.iter_mut().step_by(2).zip(lows).for_each(|(to, value)| *to = value / low);
        work.iter_mut().skip(1).step_by(2).zip(highs).for_each(|(to, value)| *to = value / high);
        LIFTS.iter().enumerate().rev().for_each(|(i, lift)| lifted(&mut work, 1 - i % 2, -lift));
        line.copy_from_slice(&work);
    }
}

/// Adds `lift` times both neighbours to every second value from `first` on.
fn lifted(work: &mut [f32], first: usize, lift: f32) {
    let n = work.len();
    for i in (first..n).step_by(2) {
        // Mirrored at both ends; `filter` sees lines of two values or more.
        let left = work[if i == 0 { 1 } else { i - 1 }];
        let right = work[if i + 1 == n { n - 2 } else { i + 1 }];
        work[i] += lift * (left + right);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(width: usize, height: usize) -> Plane {
        let value = |i: usize| ((i * 7919 % 256) as f32 - 128.0) * 0.5 + (i % width) as f32;
        Plane { width, height, values: (0..width * height).map(value).collect() }
    }

    #[test]
    fn the_transform_is_undone_and_nearly_keeps_lengths() {
        for (width, height) in [(64, 64), (413, 531), (33, 7), (1, 9), (2, 2), (5, 1)] {
            let original = plane(width, height);
            let mut there = original.clone();
            there.transform(true);
            let length = |p: &Plane| p.values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
            let ratio = length(&there) / length(&original);
            assert!((0.8..1.25).contains(&ratio), "{width}×{height}: {ratio}");
            there.transform(false);
            let error = there.values.iter().zip(&original.values).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(error < 1e-2, "{width}×{height}: {error}");
        }
    }

    #[test]
    fn an_even_plane_lies_in_the_lowest_band() {
        let mut plane = Plane { width: 64, height: 64, values: vec![100.0; 4096] };
        plane.transform(true);
        let energy = |low: bool| -> f32 {
            let of = |(i, v): (usize, &f32)| if (i % 64 < 2 && i / 64 < 2) == low { v * v } else { 0.0 };
            plane.values.iter().enumerate().map(of).sum()
        };
        assert!((energy(true) / (1e4 * 4096.0) - 1.0).abs() < 1e-3, "{}", energy(true));
        assert!(energy(false) < 1e-6 * energy(true), "{}", energy(false));
    }

    #[test]
    fn subbands_are_numbered_apart() {
        let plane = plane(64, 64);
        assert_eq!(
            [(0, 0), (1, 1), (2, 0), (0, 2), (2, 2), (63, 63), (63, 0)].map(|(x, y)| plane.subband(x, y)),
            [0, 0, 13, 14, 15, 3, 1]
        );
    }
}
