//! How rows and columns are cut into tiles, and what a first pass writes down.

use crate::simd::{Isa, LANES, Lanes};

/// Columns of a panel: two vectors.
pub(super) const PANEL: usize = 2 * LANES;
/// Columns that blocks are padded to: tiles have one panel or two.
pub(super) const PADDED: usize = 2 * PANEL;
/// The most rows of a tile.
pub(super) const MAX_ROWS: usize = 12;

/// A pair that a first pass lets through: row and column, counted from those it was given.
pub(super) type Passed = (u32, u32);

/// The excess of a tile's pairs over their bars: of each row, each panel's two vectors.
pub(super) type Excess<const ROWS: usize, const PANELS: usize> = [[[Lanes; 2]; PANELS]; ROWS];

/// The larger of each lane of `excess` and `most`, which is never NaN: what is NaN is not over its
/// bar.
#[inline(always)]
pub(super) fn most_of<I: Isa>(isa: I, excess: I::V, most: I::V) -> I::V {
    isa.max(excess, most)
}

/// Whether any lane is 0 or more.
#[inline(always)]
pub(super) fn any_reaches<I: Isa>(isa: I, most: I::V) -> bool {
    let mut lanes = [0.0; LANES];
    isa.store(most, &mut lanes);
    let mut any = false;
    for lane in lanes {
        any |= lane >= 0.0;
    }
    any
}

/// Writes down which pairs of a tile reach their bars; `rows` of its rows are real.
pub(super) fn note<const ROWS: usize, const PANELS: usize>(
    excess: &Excess<ROWS, PANELS>,
    rows: usize,
    (first_row, first_column): (usize, usize),
    passed: &mut Vec<Passed>,
) {
    for (row, panels) in excess.iter().take(rows).enumerate() {
        for (column, excess) in panels.as_flattened().as_flattened().iter().enumerate() {
            if *excess >= 0.0 {
                // Blocks have at most 2³¹ templates.
                passed.push(((first_row + row) as u32, (first_column + column) as u32));
            }
        }
    }
}
