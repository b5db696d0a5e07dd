//! The first pass in integers, with a bound of what rounding may have taken: no pair that reaches
//! the bar is lost.
//!
//! A row's values are rounded to −63 ..= 63 steps of its own, and 64 is added, since the dot
//! product of bytes takes one side without a sign, of 7 bits; what the 64 adds to a sum is known
//! from the column alone. A column's values are rounded to −127 ..= 127 steps. For a row a and
//! a column b that became â and b̂, |a·b − â·b̂| ≤ ‖a − â‖·‖b‖ + ‖â‖·‖b − b̂‖ by Cauchy and
//! Schwarz; both lengths are measured when a block is packed, and taken off the bars.

#![allow(clippy::indexing_slicing, reason = "tasks are cut from blocks, tiles from tasks")]

use super::tiles::{Excess, PADDED, PANEL, Passed, any_reaches, most_of, note};
use crate::simd::{Isa, Kernel, LANES, Lanes};
use rayon::prelude::*;
use zeroize::Zeroize;

/// Bytes that a dot product takes at once from a row.
const GROUP: usize = 4;
/// The largest magnitude of a row's integer.
const LARGEST_OF_ROW: f32 = 63.0;
/// What is added to a row's integers.
const BIAS: u8 = 64;
/// The largest magnitude of a column's integer.
const LARGEST_OF_COLUMN: f32 = 127.0;

/// What a group of a row's bytes meets in one panel.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([[i8; GROUP * LANES]; 2]);

/// What turns a panel's integer sums into scores: (sum · scale + shift) · the row's scale + start.
#[derive(Clone, Copy)]
struct Affine {
    scales: [Lanes; 2],
    shifts: [Lanes; 2],
    starts: [Lanes; 2],
}

/// A block as rows and as columns, in integers.
pub(super) struct IntegerPanels {
    rows: Vec<[u8; GROUP]>,
    scales: Vec<f32>,
    /// The lengths of what rounding took from the rows.
    pub errors: Vec<f32>,
    lines: Vec<Line>,
    affine: Vec<Affine>,
    groups: usize,
}

/// The step of values whose largest is to be `largest` steps; 1 if all are 0.
fn step(values: &[f32], largest: f32) -> f32 {
    let reach = values.iter().fold(0.0f32, |reach, v| reach.max(v.abs()));
    // Below that no inverse is finite. Such values are rounded to 0, and the bound knows it.
    if reach < 1e-30 { 1.0 } else { reach / largest }
}

/// `value` in steps, and what rounding takes.
fn rounded(value: f32, step: f32, largest: f32) -> (f32, f64) {
    let steps = (value / step).round_ties_even().clamp(-largest, largest);
    (steps, f64::from(value) - f64::from(steps) * f64::from(step))
}

/// A bound of the root of `square` times a template's length, which is 1 up to a thousandth
/// (decoding allows that).
fn length(square: f64) -> f32 {
    (square.sqrt() * 1.002) as f32
}

impl IntegerPanels {
    /// Packs rows of `depth` values, but for the last, which is the doubt with a minus sign: scores
    /// are not higher with it.
    pub fn pack(rows: &[f32], depth: usize, levels: &[f32]) -> Self {
        let (dimension, count) = (depth - 1, levels.len());
        let groups = dimension.div_ceil(GROUP);
        let panels = count.next_multiple_of(PADDED) / PANEL;
        let mut packed = Self {
            rows: vec![[BIAS; GROUP]; count * groups],
            scales: vec![0.0; count],
            errors: vec![0.0; count],
            lines: vec![Line([[0; GROUP * LANES]; 2]); panels * groups],
            affine: vec![
                Affine {
                    scales: [[0.0; LANES]; 2],
                    shifts: [[0.0; LANES]; 2],
                    // A column that only pads reaches no bar.
                    starts: [[f32::NEG_INFINITY; LANES]; 2],
                };
                panels
            ],
            groups,
        };
        let of_rows = packed.rows.par_chunks_mut(groups).zip(&mut packed.scales).zip(&mut packed.errors);
        of_rows.zip(rows.par_chunks(depth)).for_each(|(((bytes, scale), error), row)| {
            let values = &row[..dimension];
            *scale = step(values, LARGEST_OF_ROW);
            let mut square = 0.0;
            for (byte, value) in bytes.as_flattened_mut().iter_mut().zip(values) {
                let (steps, lost) = rounded(*value, *scale, LARGEST_OF_ROW);
                // 1 ..= 127.
                *byte = (steps + f32::from(BIAS)) as u8;
                square += lost * lost;
            }
            *error = length(square);
        });
        // What a row's integers stand for is at most this long: half a step lost of each value.
        let longest = 1.0 + (dimension as f32).sqrt() / (2.0 * LARGEST_OF_ROW);
        let of_columns = packed.lines.par_chunks_mut(groups).zip(&mut packed.affine);
        of_columns.zip(rows.par_chunks(PANEL * depth)).zip(levels.par_chunks(PANEL)).for_each(
            |(((lines, affine), rows), levels)| {
                for (column, (row, level)) in rows.chunks_exact(depth).zip(levels).enumerate() {
                    let (values, place) = (&row[..dimension], (column / LANES, column % LANES));
                    let scale = step(values, LARGEST_OF_COLUMN);
                    let (mut square, mut sum) = (0.0, 0.0);
                    for (index, value) in values.iter().enumerate() {
                        let (steps, lost) = rounded(*value, scale, LARGEST_OF_COLUMN);
                        lines[index / GROUP].0[place.0][place.1 * GROUP + index % GROUP] = steps as i8;
                        square += lost * lost;
                        sum += f64::from(steps);
                    }
                    affine.scales[place.0][place.1] = scale;
                    affine.shifts[place.0][place.1] = (-f64::from(BIAS) * sum * f64::from(scale)) as f32;
                    affine.starts[place.0][place.1] = longest * length(square) - 0.5 * level;
                }
            },
        );
        packed
    }

    /// The pass of rows `rows.0` to `rows.1` of `block` over panels, as
    /// [`super::float::FloatPanels::pass`] has it.
    pub fn pass<'a>(
        &'a self,
        block: &'a Self,
        rows: (usize, usize),
        bars: &'a [f32],
        panels: (usize, usize),
        passed: &'a mut Vec<Passed>,
    ) -> IntegerPass<'a> {
        let end = panels.1.min(self.affine.len());
        IntegerPass {
            rows: &block.rows[rows.0 * self.groups..rows.1 * self.groups],
            scales: &block.scales[rows.0..rows.1],
            bars,
            lines: &self.lines[panels.0 * self.groups..end * self.groups],
            affine: &self.affine[panels.0..end],
            groups: self.groups,
            passed,
        }
    }
}

impl Drop for IntegerPanels {
    fn drop(&mut self) {
        self.rows.as_flattened_mut().zeroize();
        self.scales.zeroize();
        self.lines.iter_mut().for_each(|line| line.0.as_flattened_mut().zeroize());
        for Affine { scales, shifts, starts } in &mut self.affine {
            [scales, shifts, starts].into_iter().for_each(|lanes| lanes.as_flattened_mut().zeroize());
        }
    }
}

/// The kernel of [`IntegerPanels::pass`].
pub(super) struct IntegerPass<'a> {
    rows: &'a [[u8; GROUP]],
    scales: &'a [f32],
    bars: &'a [f32],
    lines: &'a [Line],
    affine: &'a [Affine],
    groups: usize,
    passed: &'a mut Vec<Passed>,
}

impl Kernel for IntegerPass<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        match I::PIXELS_BY_TWO {
            12 => self.tiles::<I, 12, 2>(isa),
            6 => self.tiles::<I, 6, 1>(isa),
            _ => self.tiles::<I, 2, 1>(isa),
        }
    }
}

impl IntegerPass<'_> {
    #[inline(always)]
    fn tiles<I: Isa, const ROWS: usize, const PANELS: usize>(self, isa: I) {
        let count = self.bars.len();
        assert!(self.rows.len() == count * self.groups && self.scales.len() == count && self.groups > 0);
        let mut excess = [[[[0.0; LANES]; 2]; PANELS]; ROWS];
        for (panel, (lines, affine)) in
            self.lines.chunks_exact(PANELS * self.groups).zip(self.affine.as_chunks::<PANELS>().0).enumerate()
        {
            for first in (0..count).step_by(ROWS) {
                // The last tile's other rows repeat the last, and are left out below.
                let mut tile = Tile { rows: [[].as_slice(); ROWS], scales: [0.0; ROWS], bars: [0.0; ROWS] };
                for r in 0..ROWS {
                    let row = (first + r).min(count - 1);
                    tile.rows[r] = &self.rows[row * self.groups..(row + 1) * self.groups];
                    (tile.scales[r], tile.bars[r]) = (self.scales[row], self.bars[row]);
                }
                if tile.run::<I, PANELS>(isa, lines, affine, &mut excess) {
                    let real = ROWS.min(count - first);
                    note(&excess, real, (first, panel * PANELS * PANEL), self.passed);
                }
            }
        }
    }
}

/// The rows of a tile.
struct Tile<'a, const ROWS: usize> {
    rows: [&'a [[u8; GROUP]]; ROWS],
    scales: [f32; ROWS],
    bars: [f32; ROWS],
}

impl<const ROWS: usize> Tile<'_, ROWS> {
    /// Whether any pair of the tile reaches its bar, and then the excess of all.
    #[inline(always)]
    fn run<I: Isa, const PANELS: usize>(
        &self,
        isa: I,
        lines: &[Line],
        affine: &[Affine; PANELS],
        excess: &mut Excess<ROWS, PANELS>,
    ) -> bool {
        let groups = self.rows[0].len();
        let mut panels = [[].as_slice(); PANELS];
        for p in 0..PANELS {
            panels[p] = &lines[p * groups..(p + 1) * groups];
        }
        let mut bytes = [[].as_slice(); ROWS];
        for (bytes, row) in bytes.iter_mut().zip(self.rows) {
            *bytes = &row[..groups];
        }
        let mut sums = [[isa.no_sums_pair(); PANELS]; ROWS];
        for k in 0..groups {
            for r in 0..ROWS {
                for p in 0..PANELS {
                    sums[r][p] = isa.dot_by_two(sums[r][p], bytes[r][k], &panels[p][k].0);
                }
            }
        }
        let mut most = isa.splat(f32::NEG_INFINITY);
        for p in 0..PANELS {
            let Affine { scales, shifts, starts } = &affine[p];
            for half in 0..2 {
                let (scale, shift) = (isa.load(&scales[half]), isa.load(&shifts[half]));
                let start = isa.load(&starts[half]);
                for r in 0..ROWS {
                    let sum = isa.to_floats(isa.sums_halves(sums[r][p])[half]);
                    let product = isa.mul_add(sum, scale, shift);
                    let bar = isa.add(start, isa.splat(self.bars[r]));
                    let over = isa.mul_add(product, isa.splat(self.scales[r]), bar);
                    isa.store(over, &mut excess[r][p][half]);
                    most = most_of(isa, over, most);
                }
            }
        }
        any_reaches(isa, most)
    }
}
