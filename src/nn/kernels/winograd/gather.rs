//! Tiles of the input, transformed.

use super::transform::Transform;
use crate::nn::kernels::walk::Walk;
use crate::simd::{Isa, Kernel, Lanes, Patch, PatchMut};
use std::marker::PhantomData;
use std::ops::Range;

/// Takes tiles from the input and writes their transforms: a plane for each place, in it the tiles
/// one after the other. Addresses count vectors.
pub(super) struct Gather<'a, T, const IN: usize, const OUT: usize> {
    pub input: &'a [Lanes],
    /// The way from an output pixel to its first tap.
    pub walk: Walk,
    /// The output's width and height in pixels.
    pub size: (usize, usize),
    /// Which tiles, counted row by row.
    pub tiles: Range<usize>,
    /// Vectors of each pixel.
    pub vectors: usize,
    pub planes: &'a mut [Lanes],
    /// Vectors from one plane to the next.
    pub plane: usize,
    pub transform: PhantomData<T>,
}

impl<T: Transform<IN, OUT>, const IN: usize, const OUT: usize> Kernel for Gather<'_, T, IN, OUT> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { input, walk, size: (width, height), vectors, planes, plane, .. } = self;
        let across = width.div_ceil(OUT);
        for (i, tile) in self.tiles.enumerate() {
            let (x, y) = (tile % across * OUT, tile / across * OUT);
            let target = PatchMut::<IN, IN>::new(planes, i * vectors, (plane, IN * plane), vectors);
            let Some(mut target) = target else {
                debug_assert!(false, "the planes are too short");
                return;
            };
            // Columns and rows that outputs of this tile read; behind them there may be nothing.
            let (columns, rows) = (IN.min(width + 2 - x), IN.min(height + 2 - y));
            let steps = (walk.right, walk.down);
            let whole = (columns, rows) == (IN, IN);
            let patch = Patch::<IN, IN>::new(input, walk.at(x, y), steps, vectors).filter(|_| whole);
            for c in 0..vectors {
                let mut columns_done = [[isa.splat(0.0); IN]; IN];
                for column in 0..IN {
                    let mut values = [isa.splat(0.0); IN];
                    for row in 0..IN {
                        if let Some(patch) = &patch {
                            values[row] = patch.load(isa, row, column, c);
                        } else if row < rows && column < columns {
                            values[row] = isa.load(&input[walk.at(x + column, y + row) + c]);
                        }
                    }
                    columns_done[column] = T::input(isa, values);
                }
                for row in 0..IN {
                    let mut values = [isa.splat(0.0); IN];
                    for column in 0..IN {
                        values[column] = columns_done[column][row];
                    }
                    let values = T::input(isa, values);
                    for column in 0..IN {
                        target.store(isa, row, column, c, values[column]);
                    }
                }
            }
        }
    }
}
