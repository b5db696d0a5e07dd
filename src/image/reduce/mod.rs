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
mod tests;
