//! Products of tiles, transformed back, with bias, activations and residual.

use super::transform::Transform;
use crate::nn::kernels::epilogue::{Act, Epilogue, Fused};
use crate::nn::kernels::walk::{Residual, Walk};
use crate::simd::{Isa, Kernel, Lanes, Patch};
use std::marker::PhantomData;
use std::ops::Range;

/// Transforms the planes that the products have written and stores tiles of outputs. Addresses
/// count vectors.
pub(super) struct Scatter<'a, T, const IN: usize, const OUT: usize> {
    pub planes: &'a [Lanes],
    /// Vectors from one plane to the next.
    pub plane: usize,
    /// Vectors from one tile to the next.
    pub stride: usize,
    /// Which tiles, counted row by row.
    pub tiles: Range<usize>,
    pub bias: &'a [Lanes],
    pub epilogue: &'a Epilogue,
    pub residual: Option<Residual<'a>>,
    pub output: &'a mut [Lanes],
    pub walk: Walk,
    /// The output's width and height in pixels.
    pub size: (usize, usize),
    pub transform: PhantomData<T>,
}

impl<T: Transform<IN, OUT>, const IN: usize, const OUT: usize> Kernel for Scatter<'_, T, IN, OUT> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.epilogue.enter(isa, self.residual.is_some(), self);
    }
}

impl<T: Transform<IN, OUT>, const IN: usize, const OUT: usize> Fused for Scatter<'_, T, IN, OUT> {
    #[inline(always)]
    fn run<I: Isa, A: Act, B: Act, const RESIDUAL: bool>(self, isa: I, first: A, second: B) {
        let Self { planes, plane, stride, bias, output, walk, size: (width, height), .. } = self;
        let across = width.div_ceil(OUT);
        for (i, tile) in self.tiles.enumerate() {
            let (x, y) = (tile % across * OUT, tile / across * OUT);
            let source = Patch::<IN, IN>::new(planes, i * stride, (plane, IN * plane), bias.len());
            let Some(source) = source else {
                debug_assert!(false, "the planes are too short");
                return;
            };
            let (columns, rows) = (OUT.min(width - x), OUT.min(height - y));
            for (c, bias) in bias.iter().enumerate() {
                let mut columns_done = [[isa.splat(0.0); OUT]; IN];
                for column in 0..IN {
                    let mut values = [isa.splat(0.0); IN];
                    for row in 0..IN {
                        values[row] = source.load(isa, row, column, c);
                    }
                    columns_done[column] = T::output(isa, values);
                }
                let (bias, p, q) = (isa.load(bias), first.parameter(isa, c), second.parameter(isa, c));
                for row in 0..OUT {
                    let mut values = [isa.splat(0.0); IN];
                    for column in 0..IN {
                        values[column] = columns_done[column][row];
                    }
                    let values = T::output(isa, values);
                    for column in 0..OUT {
                        if row >= rows || column >= columns {
                            continue;
                        }
                        let mut sum = first.apply(isa, isa.add(values[column], bias), p);
                        let at = walk.at(x + column, y + row) + c;
                        if RESIDUAL {
                            match &self.residual {
                                Some(Residual::Other(other)) if c < other.vectors => {
                                    let at = other.walk.at(x + column, y + row) + c;
                                    sum = isa.add(sum, isa.load(&other.data[at]));
                                }
                                Some(Residual::InPlace) => sum = isa.add(sum, isa.load(&output[at])),
                                // Channels that the residual does not have count as 0.
                                _ => {}
                            }
                        }
                        isa.store(second.apply(isa, sum, q), &mut output[at]);
                    }
                }
            }
        }
    }
}
