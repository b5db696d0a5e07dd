//! Shrinking a stretch of a frame to about one pixel per target pixel, straight from its planes to
//! staged floats.
//!
//! A separable filter, rows first: each row that comes out is a weighted sum of rows of bytes,
//! whatever these mean. Eight such rows are interleaved, so that the sums along them are sums of
//! vectors, and only then are luma and chroma converted: conversion costs as much as the result has
//! pixels. Chroma goes through tables of its own, at half the scale.
//!
//! Tables and rows are kept: nothing is allocated from the second call of a size on. That, and
//! planes, is why this is no call of a resizing crate; tests compare with `fast_image_resize`.

use super::frame::Frame;
use super::layout::Channel;
use super::plane::Plane;
use super::rows::picture_of;
use super::span::Span;
use super::taps::Taps;
use crate::simd::{Isa, Kernel, LANES, Lanes};

/// The tables of both axes for one kind of samples.
#[derive(Default)]
struct Grid {
    columns: Taps,
    rows: Taps,
}

/// Tables and rows of a reduction, kept from call to call. The default is empty ones.
#[derive(Default)]
pub(super) struct Reducer {
    /// The tables of luma, or of all channels.
    full: Grid,
    /// The tables of chroma, where it has fewer samples.
    chroma: Grid,
    /// The last row of a plane of chroma whose buffer ends early, completed, and its number.
    completed: Option<usize>,
    last_row: Vec<u8>,
    /// Weighted sums of one plane's rows, one behind the other.
    sums: Vec<Lanes>,
    /// The same sums interleaved, per plane: vectors of eight rows, one per byte.
    bands: [Vec<Lanes>; 3],
}

impl Reducer {
    /// The memory that tables and rows hold.
    pub(super) fn bytes(&self) -> usize {
        let taps = [&self.full, &self.chroma].into_iter().map(|grid| grid.columns.bytes() + grid.rows.bytes());
        let bands: usize = self.bands.iter().map(|band| band.capacity() * size_of::<Lanes>()).sum();
        taps.sum::<usize>() + bands + self.last_row.capacity() + self.sums.capacity() * size_of::<Lanes>()
    }

    /// Prepares the tables for `columns` and `rows` of `frame`.
    pub(super) fn prepare(&mut self, frame: &Frame<'_>, columns: &Span, rows: &Span) {
        self.full.columns.fill(columns, 1);
        self.full.rows.fill(rows, 1);
        if let Some([shared_columns, shared_rows]) = frame.format().chroma_block() {
            self.chroma.columns.fill(columns, shared_columns);
            self.chroma.rows.fill(rows, shared_rows);
        }
        self.last_row.clear();
        // Interleaved chroma is the second plane.
        self.completed = frame.last_sample().map(|sample| sample.complete(&frame.plane(1), &mut self.last_row));
    }
}

/// Writes the reduced stretch into staged pixels, as [`super::rows::Spread`] does the stretch
/// itself.
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
        let Reducer { full, chroma, completed, last_row, sums, bands } = reducer;
        let has_chroma = frame.format().chroma_block().is_some();
        let to_rgb = has_chroma.then(|| frame.conversion(bgr));
        let of_color = if has_chroma { &*chroma } else { &*full };
        let mut sources = [&*full, of_color, of_color];
        let mut channels = frame.channels();
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
                let Some((channel, grid)) = here().next() else { continue };
                let mut bytes = channel.bytes(grid.columns.reach());
                for (channel, grid) in here().skip(1) {
                    let others = channel.bytes(grid.columns.reach());
                    bytes = bytes.start.min(others.start)..bytes.end.max(others.end);
                }
                *first_byte = bytes.start;
                let completed = completed.filter(|_| index == 1).map(|y| (y, last_row.as_slice()));
                let source = Source { plane: frame.plane(index), completed };
                sum_rows(isa, &source, &grid.rows, rows.clone(), bytes, sums);
                interleave(isa, sums, band);
            }
            // No closure calls `isa`: one that is not inlined is not compiled for it.
            let band_of = |channel: &Channel| {
                #[allow(clippy::indexing_slicing, reason = "channels name planes 0 to 2, and there are three bands")]
                (bands[channel.plane].as_slice(), first_bytes[channel.plane])
            };
            let ([first, second, third], [of_first, of_second, of_third]) = (&channels, sources);
            let [band_a, band_b, band_c] = channels.each_ref().map(band_of);
            for x in 0..width {
                let mut a = sum_along(isa, first, of_first.columns.at(x), band_a);
                let mut b = sum_along(isa, second, of_second.columns.at(x), band_b);
                let mut c = sum_along(isa, third, of_third.columns.at(x), band_c);
                if let Some(to_rgb) = &to_rgb {
                    to_rgb.lanes(&mut a, &mut b, &mut c);
                }
                let mut place = (top + 1) * pitch + x + 1;
                for ((a, b), c) in a.iter().zip(&b).zip(&c).take(rows.len()) {
                    match staged.get_mut(place) {
                        Some(target) => *target = [*a, *b, *c, 0.0],
                        None => debug_assert!(false, "row {top} and the next ones do not fit what is staged"),
                    }
                    place += pitch;
                }
            }
        }
    }
}

/// The rows of a plane, of which the last may be completed elsewhere.
struct Source<'a> {
    plane: Plane<'a>,
    /// The number of the row that the plane does not hold to its end, and all of it.
    completed: Option<(usize, &'a [u8])>,
}

impl Source<'_> {
    /// These bytes of row `y`.
    #[inline(always)]
    fn bytes(&self, y: usize, bytes: &std::ops::Range<usize>) -> &[u8] {
        match self.completed {
            Some((completed, row)) if completed == y => {
                let bytes = row.get(bytes.clone());
                debug_assert!(bytes.is_some(), "the completed row is shorter than was asked");
                // No bytes for bytes that do not exist, which the assertion above sees.
                bytes.unwrap_or_default()
            }
            _ => self.plane.bytes(y, bytes.start, bytes.len()),
        }
    }
}

/// Writes the weighted sums of bytes `bytes` of the source's rows for each of `rows` of the result,
/// one behind the other, each padded to whole vectors.
#[inline(always)]
fn sum_rows<I: Isa>(
    isa: I,
    source: &Source<'_>,
    taps: &Taps,
    rows: std::ops::Range<usize>,
    bytes: std::ops::Range<usize>,
    sums: &mut Vec<Lanes>,
) {
    let padded = bytes.len().div_ceil(LANES).max(1);
    sums.resize(LANES * padded, [0.0; LANES]);
    for (y, sums) in rows.zip(sums.chunks_exact_mut(padded)) {
        let (start, weights) = taps.at(y);
        for (group, weights) in weights.chunks(MOST_ROWS).enumerate() {
            let rows = Rows { source, first: start + MOST_ROWS * group, bytes: bytes.clone(), begin: group == 0 };
            // Each number of rows has a loop of its own, so that their weights and pointers stay in
            // registers.
            match weights {
                [a] => rows.add(isa, [*a], sums),
                [a, b] => rows.add(isa, [*a, *b], sums),
                [a, b, c] => rows.add(isa, [*a, *b, *c], sums),
                [a, b, c, d] => rows.add(isa, [*a, *b, *c, *d], sums),
                [a, b, c, d, e] => rows.add(isa, [*a, *b, *c, *d, *e], sums),
                [a, b, c, d, e, f] => rows.add(isa, [*a, *b, *c, *d, *e, *f], sums),
                _ => debug_assert!(false, "chunks are {MOST_ROWS} rows at most, and never empty"),
            }
        }
    }
}

/// Rows that are summed up at once; more are summed in several passes.
const MOST_ROWS: usize = 6;

/// Some rows of a plane.
struct Rows<'a> {
    source: &'a Source<'a>,
    first: usize,
    bytes: std::ops::Range<usize>,
    /// Whether the sums begin with these rows.
    begin: bool,
}

impl Rows<'_> {
    /// Adds `N` rows with these weights to the sums.
    #[inline(always)]
    fn add<I: Isa, const N: usize>(&self, isa: I, weights: [f32; N], sums: &mut [Lanes]) {
        let len = self.bytes.len();
        let rows: [_; N] = std::array::from_fn(|i| self.source.bytes(self.first + i, &self.bytes).as_chunks::<LANES>());
        let mut lanes = [isa.splat(0.0); N];
        for (lanes, weight) in lanes.iter_mut().zip(weights) {
            *lanes = isa.splat(weight);
        }
        let weights = lanes;
        let whole = len / LANES;
        let mut blocks = [[].as_slice(); N];
        for (blocks, (row, _)) in blocks.iter_mut().zip(rows) {
            // All of one length, which saves a check for each.
            let Some(row) = row.get(..whole) else { return debug_assert!(false, "a row is shorter than was asked") };
            *blocks = row;
        }
        let Some((sums, rest)) = sums.split_at_mut_checked(whole) else {
            return debug_assert!(false, "the sums have no room for a row");
        };
        // `get` and a way out rather than an index: every length is `whole`, so that the compiler
        // can drop the branch, and nothing in the loop can panic.
        for i in 0..whole {
            let Some(sum) = sums.get_mut(i) else { return };
            let mut total = if self.begin { isa.splat(0.0) } else { isa.load(sum) };
            for (row, weight) in blocks.iter().zip(weights) {
                let Some(bytes) = row.get(i) else { return };
                total = isa.mul_add(floats(isa, *bytes), weight, total);
            }
            isa.store(total, sum);
        }
        // Bytes that fill no vector; there may be none, and then no sum for them.
        let Some(sum) = rest.first_mut() else { return };
        let mut total = if self.begin { isa.splat(0.0) } else { isa.load(sum) };
        for ((_, rest), weight) in rows.iter().zip(weights) {
            let mut bytes = [0; LANES];
            bytes.iter_mut().zip(*rest).for_each(|(target, byte)| *target = *byte);
            total = isa.mul_add(floats(isa, bytes), weight, total);
        }
        isa.store(total, sum);
    }
}

/// Eight bytes as floats.
#[inline(always)]
fn floats<I: Isa>(isa: I, [a, b, c, d, e, f, g, h]: [u8; LANES]) -> I::V {
    isa.load(&[a as f32, b as f32, c as f32, d as f32, e as f32, f as f32, g as f32, h as f32])
}

/// Makes of [`LANES`] rows of sums one row of vectors, each with the sums of one place.
#[inline(always)]
fn interleave<I: Isa>(isa: I, sums: &[Lanes], band: &mut Vec<Lanes>) {
    let padded = (sums.len() / LANES).max(1);
    band.resize(padded * LANES, [0.0; LANES]);
    for (block, target) in band.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        let mut rows = [isa.splat(0.0); LANES];
        for (row, sums) in rows.iter_mut().zip(sums.chunks_exact(padded)) {
            match sums.get(block) {
                Some(sum) => *row = isa.load(sum),
                None => debug_assert!(false, "a band is as long as the rows that it is made of"),
            }
        }
        let columns = isa.transpose(rows);
        for (target, column) in target.iter_mut().zip(columns) {
            isa.store(column, target);
        }
    }
}

/// The weighted sums of one channel along eight rows.
#[inline(always)]
fn sum_along<I: Isa>(
    isa: I,
    channel: &Channel,
    (start, weights): (usize, &[f32]),
    (band, first_byte): (&[Lanes], usize),
) -> Lanes {
    let first = (channel.offset + channel.step * start).checked_sub(first_byte);
    let values = first.and_then(|first| band.get(first..));
    debug_assert!(values.is_some(), "column {start} lies before or behind the bytes that were summed");
    // No values for a column that was not summed, which the assertion above sees.
    let values = values.unwrap_or_default();
    let mut sum = sum_each(isa, channel.step, values, weights);
    if let (2, [_, high @ ..]) = (channel.size, values) {
        // What was summed are the low bytes of words.
        sum = isa.mul_add(sum, isa.splat(1.0 / 256.0), sum_each(isa, channel.step, high, weights));
    }
    let mut sums = [0.0; LANES];
    isa.store(sum, &mut sums);
    sums
}

/// The weighted sum of every `step`th of `values`, 1 to 4.
#[inline(always)]
fn sum_each<I: Isa>(isa: I, step: usize, values: &[Lanes], weights: &[f32]) -> I::V {
    match step {
        1 => sum_every::<I, 1>(isa, values, weights),
        2 => sum_every::<I, 2>(isa, values, weights),
        3 => sum_every::<I, 3>(isa, values, weights),
        _ => sum_every::<I, 4>(isa, values, weights),
    }
}

/// The weighted sum of every `STEP`th of `values`.
#[inline(always)]
fn sum_every<I: Isa, const STEP: usize>(isa: I, values: &[Lanes], weights: &[f32]) -> I::V {
    debug_assert!(values.len().div_ceil(STEP) >= weights.len(), "a weight has no value");
    let mut sum = isa.splat(0.0);
    for (values, weight) in values.chunks(STEP).zip(weights) {
        // Always so: chunks are never empty.
        if let [value, ..] = values {
            sum = isa.mul_add(isa.load(value), isa.splat(*weight), sum);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::PixelFormat;
    use crate::simd::Level;
    use fast_image_resize::images::{TypedImage, TypedImageRef};
    use fast_image_resize::pixels::U8;
    use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

    fn noise(len: usize) -> Vec<u8> {
        let mut seed = 7u64;
        let mut next = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 56) as u8
        };
        (0..len).map(|_| next()).collect()
    }

    fn reduced(frame: &Frame<'_>, columns: &Span, rows: &Span, level: Level) -> Vec<[f32; 4]> {
        let (width, height, pitch) = (columns.staged, rows.staged, columns.staged + 3);
        let mut staged = vec![[f32::NAN; 4]; pitch * (height + 3)];
        let mut reducer = Reducer::default();
        reducer.prepare(frame, columns, rows);
        level.run(Reduce { reducer: &mut reducer, frame, width, height, bgr: false, staged: &mut staged, pitch });
        staged.chunks(pitch).skip(1).take(height).flat_map(|row| row[1..=width].to_vec()).collect()
    }

    #[test]
    fn grey_is_reduced_as_by_the_resizing_crate() {
        let (w, h) = (61u32, 47u32);
        let data = noise((w * h) as usize);
        let frame = Frame::new(&data, w, h, w as usize, PixelFormat::Gray8).unwrap();
        for (columns, rows) in [((0, 61, 9), (0, 47, 7)), ((5, 43, 20), (11, 47, 18)), ((0, 61, 1), (3, 44, 11))] {
            let span = |(start, end, staged), side| Span { start, end, staged, side, averaged: 1, held_from: 0 };
            let (columns, rows) = (span(columns, w as usize), span(rows, h as usize));
            let mut expected = vec![0u8; columns.staged * rows.staged];
            let source = TypedImageRef::<U8>::from_buffer(w, h, &data).unwrap();
            let mut target =
                TypedImage::<U8>::from_buffer(columns.staged as u32, rows.staged as u32, &mut expected).unwrap();
            let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming)).crop(
                columns.start as f64,
                rows.start as f64,
                (columns.end - columns.start) as f64,
                (rows.end - rows.start) as f64,
            );
            Resizer::new().resize_typed(&source, &mut target, &options).unwrap();
            for level in Level::all() {
                let got = reduced(&frame, &columns, &rows, level);
                // The crate rounds to whole levels after each of its two passes.
                for (i, (got, expected)) in got.iter().zip(&expected).enumerate() {
                    let off = (got[0] - f32::from(*expected)).abs();
                    assert!(off < 1.3, "{} pixel {i}: {} for {expected}", level.name(), got[0]);
                }
            }
        }
    }

    #[test]
    fn weights_sum_to_one_and_lean_on_nothing_outside() {
        let mut taps = Taps::default();
        for (start, end, side, staged, shared, averaged) in [
            (0, 61, 61, 9, 1, 1),
            (1, 41, 42, 40, 2, 1),
            (10, 11, 400, 1, 1, 1),
            (0, 1, 1, 3, 2, 1),
            (0, 4001, 4001, 100, 1, 8),
            (3, 997, 1003, 61, 1, 4),
            (500, 501, 1003, 1, 1, 2),
        ] {
            let span = Span { start, end, staged, side, averaged, held_from: 0 };
            taps.fill(&span, shared);
            for i in 0..staged {
                let (first, weights) = taps.at(i);
                assert!(!weights.is_empty() && first + weights.len() <= side.div_ceil(shared * averaged), "{i}");
                assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            }
            assert!(taps.reach().end <= side.div_ceil(shared * averaged));
            let looked_at = span.means(averaged);
            assert!(shared > 1 || (looked_at.start <= taps.reach().start && taps.reach().end <= looked_at.end));
        }
    }

    /// A curve of degree four is known from its means, wherever these begin.
    #[test]
    fn means_give_what_pixels_would() {
        let curve = |x: f64| 90.0 + 0.11 * x - 3e-4 * x * x + 4e-7 * x.powi(3) - 2e-10 * x.powi(4);
        let side = 1000;
        let pixels: Vec<f64> = (0..side).map(|x| curve(x as f64 + 0.5)).collect();
        let sums = |taps: &Taps, samples: &[f64]| -> Vec<f64> {
            let sum = |(first, weights): (usize, &[f32])| {
                weights.iter().zip(&samples[first..]).map(|(w, v)| f64::from(*w) * v).sum::<f64>()
            };
            (0..20).map(|i| sum(taps.at(i))).collect()
        };
        for (averaged, start, end) in [(2, 203, 303), (4, 201, 405), (8, 207, 707), (8, 200, 450)] {
            let mut taps = Taps::default();
            let span = |averaged| Span { start, end, staged: 20, side, averaged, held_from: 0 };
            taps.fill(&span(1), 1);
            let expected = sums(&taps, &pixels);
            taps.fill(&span(averaged), 1);
            let means: Vec<f64> = pixels.chunks(averaged).map(|c| c.iter().sum::<f64>() / c.len() as f64).collect();
            for (got, expected) in sums(&taps, &means).iter().zip(expected) {
                assert!((got - expected).abs() < 2e-3, "{averaged}: {got} for {expected}");
            }
        }
    }
}
