//! From samples to pixels: chroma is interpolated, and colours become red, green and blue.
//!
//! Interpolation is libjpeg's ("fancy upsampling"): a sample weighs three quarters, its neighbour a
//! quarter, in each direction in which two pixels share it. Everywhere else pixels that share a
//! sample show it as it is.

use crate::frame::Frame;
use crate::header::Color;
use crate::idct::Sample;
use crate::planes::{Plane, Planes};
use std::ops::Range;

/// Buffers of one row, kept from row to row.
pub(crate) struct Rows<T> {
    /// Weighted samples of one row, with one more on each side.
    sums: Vec<i32>,
    /// Each component's samples, one per pixel.
    pixels: [Vec<T>; 4],
}

impl<T: Sample> Rows<T> {
    pub(crate) fn new() -> Self {
        Self { sums: Vec::new(), pixels: Default::default() }
    }

    /// Writes row `y` of the picture, as red, green and blue, from the first to the last of
    /// `columns`.
    #[inline(always)]
    pub(crate) fn write(
        &mut self,
        color: Color,
        planes: &Planes<T>,
        columns: Range<usize>,
        y: usize,
        target: &mut [[T; 3]],
    ) {
        crate::work::add(columns.len() as u64 / 64 + 1);
        for (plane, pixels) in planes.components().iter().zip(&mut self.pixels) {
            spread(plane, columns.clone(), y, &mut self.sums, pixels);
        }
        let [a, b, c, d] = &self.pixels;
        let triples = || a.iter().zip(b).zip(c);
        match color {
            Color::Gray => target.iter_mut().zip(a).for_each(|(pixel, v)| *pixel = [*v; 3]),
            Color::Rgb => target.iter_mut().zip(triples()).for_each(|(pixel, ((r, g), b))| *pixel = [*r, *g, *b]),
            Color::Ycc => target.iter_mut().zip(triples()).for_each(|(pixel, ((y, u), v))| *pixel = rgb(*y, *u, *v)),
            Color::Cmyk => target.iter_mut().zip(triples().zip(d)).for_each(|(pixel, (((c, m), y), k))| {
                *pixel = [*c, *m, *y].map(|ink| times(ink.value(), *k));
            }),
            Color::Ycck => target.iter_mut().zip(triples().zip(d)).for_each(|(pixel, (((y, u), v), k))| {
                *pixel = rgb(*y, *u, *v).map(|ink: T| times((255 << T::FRACTION) - ink.value(), *k));
            }),
        }
    }
}

/// Red, green and blue of luma and colour differences (ITU-T T.871, 7), rounded as libjpeg does.
#[inline(always)]
fn rgb<T: Sample>(y: T, u: T, v: T) -> [T; 3] {
    let none = 128 << T::FRACTION;
    let (y, u, v) = (y.value(), u.value() - none, v.value() - none);
    let half = 1 << 15;
    let red = y + ((91_881 * v + half) >> 16);
    let green = y + ((-22_554 * u - 46_802 * v + half) >> 16);
    let blue = y + ((116_130 * u + half) >> 16);
    [T::new(red), T::new(green), T::new(blue)]
}

/// The product of two shares of the highest level, rounded.
#[inline(always)]
fn times<T: Sample>(a: i32, b: T) -> T {
    let highest = 255 << T::FRACTION;
    T::new((a * b.value() + highest / 2) / highest)
}

/// Writes one sample of `plane` for each pixel of `columns` in row `y`.
#[inline(always)]
fn spread<T: Sample>(plane: &Plane<T>, columns: Range<usize>, y: usize, sums: &mut Vec<i32>, pixels: &mut Vec<T>) {
    let [across, down] = plane.shared;
    let (left, width) = plane.columns();
    let row = plane.row(y / down.max(1));
    pixels.clear();
    let interpolates = (across == 2 && down <= 2 && width > 2) || (across == 1 && down == 2);
    if !interpolates {
        let from = |x: usize| row.get(x / across.max(1) - left).copied().unwrap_or_default();
        if across == 1 {
            pixels.extend_from_slice(row.get(columns.start - left..columns.end - left).unwrap_or_default());
        } else {
            pixels.extend(columns.map(from));
        }
        return;
    }
    // The nearer of the rows above and below; beyond the edge, the row itself.
    let beside = match (down, y % 2) {
        (1, _) => None,
        (_, 0) => Some(plane.row((y / 2).saturating_sub(1))),
        (_, _) => Some(plane.row(y / 2 + 1)),
    };
    // Samples from one before the first to one behind the last; beyond the edge, the last again.
    let (first, end) = (columns.start / across, (columns.end - 1) / across + 1);
    let sum = |x: usize| {
        let at = x.min(width - 1) - left;
        let here = row.get(at).map_or(0, |v| v.value());
        beside.map_or(here, |beside| 3 * here + beside.get(at).map_or(0, |v| v.value()))
    };
    sums.clear();
    sums.push(sum(first.saturating_sub(1)));
    let inside = (first - left).min(row.len())..(end - left).min(row.len());
    let here = row.get(inside.clone()).unwrap_or_default();
    match beside.map(|beside| beside.get(inside).unwrap_or_default()) {
        None => sums.extend(here.iter().map(|v| v.value())),
        Some(beside) => sums.extend(here.iter().zip(beside).map(|(a, b)| 3 * a.value() + b.value())),
    }
    sums.push(sum(end));
    if across == 1 {
        let bias = if y.is_multiple_of(2) { 1 } else { 2 };
        let inner = sums.get(1..sums.len() - 1).unwrap_or_default();
        pixels.extend(inner.iter().map(|sum| T::new((sum + bias) >> 2)));
        return;
    }
    let (before, behind, shift) = if down == 1 { (1, 2, 2) } else { (8, 7, 4) };
    // Two pixels for each sample; the first of them may lie before the first column.
    pixels.resize(2 * (end - first), T::default());
    let neighbours = sums.windows(3);
    for (pair, window) in pixels.as_chunks_mut::<2>().0.iter_mut().zip(neighbours) {
        if let [a, b, c] = window {
            *pair = [T::new((3 * b + a + before) >> shift), T::new((3 * b + c + behind) >> shift)];
        }
    }
    if columns.start % 2 == 1 {
        pixels.remove(0);
    }
    pixels.truncate(columns.len());
}

/// Width and height of the picture where each pixel is made of `8 / base` stored ones each way.
pub(crate) fn size(frame: &Frame, base: usize) -> [usize; 2] {
    frame.size.map(|side| (side * base).div_ceil(8))
}
