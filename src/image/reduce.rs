//! Shrinking a stretch of a frame to about one pixel per target pixel, straight from its planes to staged floats.
//!
//! A separable filter, rows first: each row that comes out is a weighted sum of rows of bytes, whatever these mean. Eight such rows
//! are interleaved, so that the sums along them are sums of vectors, and only then are luma and chroma converted: conversion
//! costs as much as the result has pixels. Chroma goes through tables of its own, at half the scale.
//!
//! Tables and rows are kept: nothing is allocated from the second call of a size on. That, and planes, is why this is no call of
//! a resizing crate; tests compare with `fast_image_resize`.

use super::color::ToRgb;
use super::frame::{Channel, Frame, Plane};
use super::region::Span;
use super::rows::picture_of;
use crate::nn::kernels::{Isa, Kernel, LANES, Lanes};
use std::f64::consts::PI;
use std::sync::LazyLock;

/// Values of the filter per unit of its argument; linear between them the error is below 1e-6.
const STEPS: usize = 1024;

/// The Hamming-windowed sinc of support 1. Chosen by measurement: three LFW portraits, 1.6 to 7 source pixels per target pixel,
/// three angles, then the bilinear warp. Peak signal to noise against the average over each target pixel's area / against a
/// Gaussian, in dB: box 38.7 / 41.6, triangle 37.4 / 45.6, Hamming 39.4 / 44.9, Catmull-Rom 40.7 / 44.4. Catmull-Rom takes twice
/// the taps and overshoots at edges. Without reduction 39.7 / 34.3: so soft a picture has little to alias. A zone plate has,
/// and from 2.7 pixels on a plain warp of it reaches 13 dB where Hamming reaches 25.
static FILTER: LazyLock<[f32; STEPS + 2]> = LazyLock::new(|| {
    std::array::from_fn(|i| {
        let x = PI * i as f64 / STEPS as f64;
        let sinc = if i == 0 { 1.0 } else { x.sin() / x };
        if i < STEPS { ((0.54 + 0.46 * x.cos()) * sinc) as f32 } else { 0.0 }
    })
});

/// Which pixels of one axis make a pixel of the result, with which weights.
#[derive(Default)]
struct Taps {
    /// First source pixel and number of source pixels, per pixel of the result.
    spans: Vec<(usize, usize)>,
    /// `window` weights per pixel of the result, of which the first so many count.
    weights: Vec<f32>,
    window: usize,
}

impl Taps {
    /// For `count` pixels over `start .. end` of an axis with `side` pixels.
    fn fill(&mut self, start: f64, end: f64, side: usize, count: usize) {
        let step = (end - start) / count as f64;
        // Where chroma is enlarged, the filter interpolates.
        let radius = step.max(1.0);
        self.window = 2 * radius.ceil() as usize + 1;
        self.spans.clear();
        self.weights.clear();
        self.weights.resize(count * self.window, 0.0);
        let filter = &*FILTER;
        for (i, weights) in self.weights.chunks_exact_mut(self.window).enumerate() {
            let center = start + (i as f64 + 0.5) * step;
            let first = (center - radius).floor().max(0.0) as usize;
            let end = ((center + radius).ceil() as usize).min(side).min(first + self.window);
            let mut sum = 0.0;
            for (x, weight) in (first..end).zip(weights.iter_mut()) {
                let at = ((x as f64 + 0.5 - center) / radius).abs().min(1.0) * STEPS as f64;
                // Not `floor`, which is a function call where the baseline has no instruction for it.
                let whole = at as u32;
                let (whole, part) = (whole as usize, (at - f64::from(whole)) as f32);
                let between = filter.get(whole).zip(filter.get(whole + 1));
                *weight = between.map_or(0.0, |(a, b)| a + part * (b - a));
                sum += *weight;
            }
            weights.iter_mut().for_each(|w| *w /= sum);
            self.spans.push((first, end.saturating_sub(first)));
        }
    }

    /// First source pixel and weights of pixel `i` of the result.
    #[inline(always)]
    fn at(&self, i: usize) -> (usize, &[f32]) {
        let (start, count) = self.spans.get(i).copied().unwrap_or_default();
        (start, self.weights.get(i * self.window..).and_then(|w| w.get(..count)).unwrap_or_default())
    }

    /// The source pixels that have a weight anywhere.
    fn reach(&self) -> std::ops::Range<usize> {
        let ends = self.spans.first().zip(self.spans.last());
        ends.map_or(0..0, |((first, _), (last, count))| *first..last + count)
    }

    fn bytes(&self) -> usize {
        self.spans.capacity() * size_of::<(usize, usize)>() + self.weights.capacity() * size_of::<f32>()
    }
}

/// The tables of both axes for one kind of samples.
#[derive(Default)]
struct Grid {
    columns: Taps,
    rows: Taps,
}

/// Tables and rows, kept from call to call.
#[derive(Default)]
pub(super) struct Reducer {
    /// Of luma, or of all channels.
    full: Grid,
    chroma: Grid,
    /// Weighted sums of one plane's rows, one behind the other.
    sums: Vec<f32>,
    /// The same interleaved, per plane.
    bands: [Vec<Lanes>; 3],
}

impl Reducer {
    pub(super) fn bytes(&self) -> usize {
        let taps = [&self.full, &self.chroma].into_iter().map(|grid| grid.columns.bytes() + grid.rows.bytes());
        let bands: usize = self.bands.iter().map(|band| band.capacity() * size_of::<Lanes>()).sum();
        taps.sum::<usize>() + bands + self.sums.capacity() * size_of::<f32>()
    }

    /// Prepares the tables for `columns` and `rows` of `frame`.
    pub(super) fn prepare(&mut self, frame: &Frame<'_>, columns: &Span, rows: &Span) {
        let [width, height] = frame.stored_size().map(|side| side as usize);
        let fill = |taps: &mut Taps, span: &Span, side: usize, shared: usize| {
            let share = 1.0 / shared as f64;
            taps.fill(share * span.start as f64, share * span.end as f64, side.div_ceil(shared), span.staged);
        };
        fill(&mut self.full.columns, columns, width, 1);
        fill(&mut self.full.rows, rows, height, 1);
        if let Some([shared_columns, shared_rows]) = frame.format().chroma_block() {
            fill(&mut self.chroma.columns, columns, width, shared_columns);
            fill(&mut self.chroma.rows, rows, height, shared_rows);
        }
    }
}

/// Writes the reduced stretch into staged pixels, as [`super::rows::Spread`] does the stretch itself.
pub(super) struct Reduce<'a> {
    pub reducer: &'a mut Reducer,
    pub frame: &'a Frame<'a>,
    pub width: usize,
    pub height: usize,
    pub bgr: bool,
    pub staged: &'a mut [[f32; 4]],
    pub pitch: usize,
}

impl Kernel for Reduce<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { reducer, frame, width, height, bgr, staged, pitch } = self;
        let Reducer { full, chroma, sums, bands } = reducer;
        let has_chroma = frame.format().chroma_block().is_some();
        let to_rgb = has_chroma.then(|| ToRgb::new(frame.color(), bgr));
        let of_color = if has_chroma { &*chroma } else { &*full };
        let mut sources = [&*full, of_color, of_color];
        let mut channels = frame.format().channels();
        if bgr && !has_chroma {
            channels.reverse();
            sources.reverse();
        }
        for (y, row) in staged.chunks_exact_mut(pitch).enumerate() {
            picture_of(row, y, height);
        }
        for top in (0..height).step_by(LANES) {
            let rows = top..height.min(top + LANES);
            let mut first_bytes = [0; 3];
            for (index, (band, first_byte)) in bands.iter_mut().zip(&mut first_bytes).enumerate() {
                let here = || channels.iter().zip(sources).filter(|(channel, _)| channel.plane == index);
                let Some((_, grid)) = here().next() else { continue };
                let reach = || here().map(|(channel, grid)| channel.bytes(grid.columns.reach()));
                *first_byte = reach().map(|bytes| bytes.start).min().unwrap_or(0);
                let end = reach().map(|bytes| bytes.end).max().unwrap_or(0);
                sum_rows(&frame.plane(index), &grid.rows, rows.clone(), *first_byte..end, sums);
                interleave(sums, band);
            }
            let along = |channel: &Channel, grid: &Grid, x: usize| {
                let band = bands.get(channel.plane).zip(first_bytes.get(channel.plane));
                band.map_or([0.0; LANES], |(band, first)| sum_along(isa, channel, grid.columns.at(x), band, *first))
            };
            let ([first, second, third], [of_first, of_second, of_third]) = (&channels, sources);
            for x in 0..width {
                let (mut a, mut b, mut c) =
                    (along(first, of_first, x), along(second, of_second, x), along(third, of_third, x));
                if let Some(to_rgb) = &to_rgb {
                    to_rgb.lanes(&mut a, &mut b, &mut c);
                }
                let mut place = (top + 1) * pitch + x + 1;
                for ((a, b), c) in a.iter().zip(&b).zip(&c).take(rows.len()) {
                    if let Some(target) = staged.get_mut(place) {
                        *target = [*a, *b, *c, 0.0];
                    }
                    place += pitch;
                }
            }
        }
    }
}

/// For each of `rows` of the result the weighted sums of bytes `bytes` of the plane's rows, one behind the other, each padded to whole
/// vectors.
#[inline(always)]
fn sum_rows(
    plane: &Plane<'_>,
    taps: &Taps,
    rows: std::ops::Range<usize>,
    bytes: std::ops::Range<usize>,
    sums: &mut Vec<f32>,
) {
    let len = bytes.len();
    let padded = len.next_multiple_of(LANES).max(LANES);
    sums.resize(LANES * padded, 0.0);
    for (y, sums) in rows.zip(sums.chunks_exact_mut(padded)) {
        let (start, weights) = taps.at(y);
        sums.fill(0.0);
        // Four rows at a time, so that the sums are read and written less often.
        for (group, weights) in weights.chunks(4).enumerate() {
            let at = |i: usize| {
                let row = start + 4 * group + i.min(weights.len() - 1);
                (plane.bytes(row, bytes.start, len), weights.get(i).copied().unwrap_or(0.0))
            };
            let ((a, wa), (b, wb), (c, wc), (d, wd)) = (at(0), at(1), at(2), at(3));
            for (sum, (((a, b), c), d)) in sums.iter_mut().zip(a.iter().zip(b).zip(c).zip(d)) {
                *sum += wa * f32::from(*a) + wb * f32::from(*b) + wc * f32::from(*c) + wd * f32::from(*d);
            }
        }
    }
}

/// Makes of [`LANES`] rows of sums one row of vectors, each with the sums of one place.
#[inline(always)]
fn interleave(sums: &[f32], band: &mut Vec<Lanes>) {
    let padded = sums.len() / LANES;
    band.resize(padded, [0.0; LANES]);
    for (block, target) in band.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        for lane in 0..LANES {
            let values = sums.get(lane * padded + block * LANES..).and_then(|v| v.first_chunk::<LANES>());
            for (lanes, value) in target.iter_mut().zip(values.into_iter().flatten()) {
                if let Some(place) = lanes.get_mut(lane) {
                    *place = *value;
                }
            }
        }
    }
}

/// The weighted sums of one channel along eight rows.
#[inline(always)]
fn sum_along<I: Isa>(
    isa: I,
    channel: &Channel,
    (start, weights): (usize, &[f32]),
    band: &[Lanes],
    first_byte: usize,
) -> Lanes {
    let values = band.get((channel.offset + channel.step * start).saturating_sub(first_byte)..).unwrap_or_default();
    let mut sum = isa.splat(0.0);
    for (value, weight) in values.iter().step_by(channel.step).zip(weights) {
        sum = isa.mul_add(isa.load(value), isa.splat(*weight), sum);
    }
    let mut sums = [0.0; LANES];
    isa.store(sum, &mut sums);
    sums
}

#[cfg(test)]
mod tests;
