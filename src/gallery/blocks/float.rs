//! The first pass in floats: a matrix product in registers, which is compared with the bars there
//! and never written down.
//!
//! A tile is so many rows by so many columns that their sums fill the registers: 12 × 32 with
//! AVX-512, 6 × 16 with AVX2. The bars are part of the sums' first values, so that what is left to
//! ask of a tile is whether any sum is 0 or more.

#![allow(clippy::indexing_slicing, reason = "tasks are cut from blocks, tiles from tasks")]

use super::tiles::{Excess, MAX_ROWS, PADDED, PANEL, Passed, any_reaches, most_of, note};
use crate::simd::{Isa, Kernel, LANES, Lanes};
use rayon::prelude::*;
use zeroize::Zeroize;

/// The values that one index of a row meets in one panel.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([Lanes; 2]);

/// The columns of a block, packed by panels.
pub(super) struct FloatPanels {
    /// Of each panel, a line for every value of a row.
    lines: Vec<Line>,
    /// What each column's sums begin with: half of the impostor level, subtracted.
    starts: Vec<[Lanes; 2]>,
    depth: usize,
}

impl FloatPanels {
    /// Packs rows of `depth` values, of which the last is the doubt with a minus sign.
    pub fn pack(rows: &[f32], depth: usize, levels: &[f32]) -> Self {
        let columns = levels.len().next_multiple_of(PADDED);
        let mut lines = vec![Line([[0.0; LANES]; 2]); columns / PANEL * depth];
        // A column that only pads reaches no bar.
        let mut starts = vec![[[f32::NEG_INFINITY; LANES]; 2]; columns / PANEL];
        for (start, level) in starts.as_flattened_mut().as_flattened_mut().iter_mut().zip(levels) {
            *start = -0.5 * level;
        }
        lines.par_chunks_mut(depth).zip(rows.par_chunks(PANEL * depth)).for_each(|(lines, rows)| {
            for (column, row) in rows.chunks_exact(depth).enumerate() {
                for (line, value) in lines.iter_mut().zip(row) {
                    line.0[column / LANES][column % LANES] = *value;
                }
                if let Some(line) = lines.last_mut() {
                    let doubt = &mut line.0[column / LANES][column % LANES];
                    *doubt = -*doubt;
                }
            }
        });
        Self { lines, starts, depth }
    }

    /// The pass of `rows` (whole rows, each with its `bars`: what to add to a sum to have its
    /// excess) over the columns from `panels.0` times 16 to `panels.1` times 16, both even.
    pub fn pass<'a>(
        &'a self,
        rows: &'a [f32],
        bars: &'a [f32],
        panels: (usize, usize),
        passed: &'a mut Vec<Passed>,
    ) -> FloatPass<'a> {
        let end = panels.1.min(self.starts.len());
        let lines = &self.lines[panels.0 * self.depth..end * self.depth];
        let starts = &self.starts[panels.0..end];
        FloatPass { rows, bars, lines, starts, depth: self.depth, passed }
    }
}

impl Drop for FloatPanels {
    fn drop(&mut self) {
        self.lines.iter_mut().for_each(|line| line.0.as_flattened_mut().zeroize());
    }
}

/// The kernel of [`FloatPanels::pass`].
pub(super) struct FloatPass<'a> {
    rows: &'a [f32],
    bars: &'a [f32],
    lines: &'a [Line],
    starts: &'a [[Lanes; 2]],
    depth: usize,
    passed: &'a mut Vec<Passed>,
}

impl Kernel for FloatPass<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        match I::PIXELS_BY_TWO {
            12 => self.tiles::<I, 12, 2>(isa),
            6 => self.tiles::<I, 6, 1>(isa),
            _ => self.tiles::<I, 2, 1>(isa),
        }
    }
}

impl FloatPass<'_> {
    #[inline(always)]
    fn tiles<I: Isa, const ROWS: usize, const PANELS: usize>(self, isa: I) {
        let count = self.bars.len();
        assert!(ROWS <= MAX_ROWS && self.rows.len() == count * self.depth && self.depth > 0);
        let mut excess = [[[[0.0; LANES]; 2]; PANELS]; ROWS];
        // A pair of panels meets all rows of a task before the next.
        let panels = self.lines.chunks_exact(PANELS * self.depth).zip(self.starts.as_chunks::<PANELS>().0);
        for (panel, (lines, starts)) in panels.enumerate() {
            for first in (0..count).step_by(ROWS) {
                // The last tile's other rows repeat the last, and are left out below.
                let (mut rows, mut bars) = ([[].as_slice(); ROWS], [0.0; ROWS]);
                for r in 0..ROWS {
                    let row = (first + r).min(count - 1);
                    rows[r] = &self.rows[row * self.depth..(row + 1) * self.depth];
                    bars[r] = self.bars[row];
                }
                if tile::<I, ROWS, PANELS>(isa, rows, &bars, lines, starts, &mut excess) {
                    let real = ROWS.min(count - first);
                    note(&excess, real, (first, panel * PANELS * PANEL), self.passed);
                }
            }
        }
    }
}

/// One tile; whether any of its pairs reaches its bar, and then the excess of all.
#[inline(always)]
fn tile<I: Isa, const ROWS: usize, const PANELS: usize>(
    isa: I,
    rows: [&[f32]; ROWS],
    bars: &[f32; ROWS],
    lines: &[Line],
    starts: &[[Lanes; 2]; PANELS],
    excess: &mut Excess<ROWS, PANELS>,
) -> bool {
    let depth = rows[0].len();
    let mut panels = [[].as_slice(); PANELS];
    for p in 0..PANELS {
        panels[p] = &lines[p * depth..(p + 1) * depth];
    }
    let mut values = [[].as_slice(); ROWS];
    for r in 0..ROWS {
        values[r] = &rows[r][..depth];
    }
    let one = isa.splat_pair(1.0);
    let mut sums = [[one; PANELS]; ROWS];
    for (sums, bar) in sums.iter_mut().zip(bars) {
        let bar = isa.splat_pair(*bar);
        for (sum, start) in sums.iter_mut().zip(starts) {
            *sum = isa.mul_add_pair(one, bar, isa.load_pair(start));
        }
    }
    for k in 0..depth {
        let mut columns = [one; PANELS];
        for p in 0..PANELS {
            columns[p] = isa.load_pair(&panels[p][k].0);
        }
        for r in 0..ROWS {
            let value = isa.splat_pair(values[r][k]);
            for p in 0..PANELS {
                sums[r][p] = isa.mul_add_pair(value, columns[p], sums[r][p]);
            }
        }
    }
    let mut most = isa.splat(f32::NEG_INFINITY);
    for sums in sums {
        for sum in sums {
            for half in isa.halves(sum) {
                most = most_of(isa, half, most);
            }
        }
    }
    if !any_reaches(isa, most) {
        return false;
    }
    for r in 0..ROWS {
        for p in 0..PANELS {
            let [low, high] = isa.halves(sums[r][p]);
            isa.store(low, &mut excess[r][p][0]);
            isa.store(high, &mut excess[r][p][1]);
        }
    }
    true
}
