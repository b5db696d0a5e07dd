//! A whole convolution: blocks of tiles through both transforms and the products between them.

use super::gather::Gather;
use super::product::Product;
use super::scatter::Scatter;
use super::transform::{Four, Tile, Transform, Two};
use super::weights::WinogradWeights;
use crate::nn::kernels::epilogue::Epilogue;
use crate::nn::kernels::walk::{Residual, Walk};
use crate::simd::{LANES, Lanes, Level, scratch};
use std::marker::PhantomData;

/// Floats of both kinds of planes that a block should not exceed: half of a second-level cache of
/// 1 MiB.
const BLOCK_FLOATS: usize = 128 << 10;
/// The least tiles of a block, however deep the layer is: fewer would not pay for reading all
/// weights. Chosen by hand as a multiple of 12 and 6.
const LEAST_TILES: usize = 24;
/// Vectors between planes, so that they do not fall on the same lines of a cache.
const GAP: usize = 2;

/// A convolution by Winograd's method, ready to run: a kernel of 3×3, stride 1. Addresses count
/// vectors; all stay inside their slices, which the plan has checked.
pub(crate) struct Winograd<'a> {
    pub input: &'a [Lanes],
    /// The way from an output pixel to its first tap.
    pub input_walk: Walk,
    pub weights: &'a WinogradWeights,
    pub epilogue: &'a Epilogue,
    pub residual: Option<Residual<'a>>,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// The output's width and height in pixels.
    pub size: (usize, usize),
}

impl Winograd<'_> {
    /// Computes it on one thread.
    pub fn run(self, level: Level) {
        match self.weights.tile() {
            Tile::Two => self.in_tiles::<Two, 4, 2>(level),
            Tile::Four => self.in_tiles::<Four, 6, 4>(level),
        }
    }

    fn in_tiles<T: Transform<IN, OUT>, const IN: usize, const OUT: usize>(self, level: Level) {
        let Self { input, input_walk, weights, epilogue, residual, output, output_walk, size } = self;
        let (vectors, columns) = (weights.depth() / LANES, weights.columns());
        let all = size.0.div_ceil(OUT) * size.1.div_ceil(OUT);
        let most = (BLOCK_FLOATS / (IN * IN * (vectors + columns) * LANES)).max(LEAST_TILES);
        // Blocks of one size, as far as that goes.
        let block = all.div_ceil(all.div_ceil(most).max(1)).max(1);
        let (input_plane, output_plane) = (block * vectors + GAP, block * columns + GAP);
        let mut planes = scratch::take((input_plane + output_plane) * IN * IN * LANES);
        let (planes, _) = planes.as_chunks_mut::<LANES>();
        let (inputs, outputs) = planes.split_at_mut(input_plane * IN * IN);
        for first in (0..all).step_by(block) {
            let tiles = first..all.min(first + block);
            level.run(Gather {
                input,
                walk: input_walk,
                size,
                tiles: tiles.clone(),
                vectors,
                planes: inputs,
                plane: input_plane,
                transform: PhantomData::<T>,
            });
            level.run_pairs(Product { weights, tiles: tiles.len(), inputs, input_plane, outputs, output_plane });
            level.run(Scatter {
                planes: outputs,
                plane: output_plane,
                stride: columns,
                tiles,
                bias: weights.bias(),
                epilogue,
                residual,
                output,
                walk: output_walk,
                size,
                transform: PhantomData::<T>,
            });
        }
    }
}
