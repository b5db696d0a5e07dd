//! Dense convolution as an implicit matrix product.
//!
//! Activations lie channels-last, so for one output pixel the taps of one kernel row are contiguous memory, and a 1×1
//! convolution *is* a matrix product. A row of the left matrix is thus a few contiguous *segments* of the input, found by
//! adding fixed offsets to the pixel's address; nothing is copied. The right matrix is packed once, at load, into panels of
//! two vectors (16 output channels), the remainder into one panel of one vector.
//!
//! Up to [`ROWS`] pixels × one panel are accumulated in registers (12 accumulators, 2 weights, 1 broadcast: 15 of AVX2's 16
//! registers), then the epilogue (activation, residual, activation) is applied before the only store. Blocks of pixels run
//! through all panels before the next block, so that the block stays in cache.
//!
//! Why not a general matrix-product library: it allocates and packs per call, and cannot fuse the epilogue in registers.

use super::epilogue::Epilogue;
use super::{Isa, Kernel, LANES, Lanes};

/// Pixels per register tile.
pub(crate) const ROWS: usize = 6;
/// Pixels per cache block, at most; the plan chooses fewer for deep inputs.
pub(crate) const MAX_BLOCK: usize = 96;
/// Input floats that a cache block should not exceed: half of a 32 KiB first-level cache.
const BLOCK_FLOATS: usize = 4096;

/// How one value lies in its buffer, seen from a kernel: where the element for output pixel (0, 0) is, and what a step of one
/// output pixel to the right or down adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Walk {
    pub origin: usize,
    pub right: usize,
    pub down: usize,
}

/// Weights packed for [`DenseConv`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PackedWeights {
    /// Full panels, one after the other; each has `depth` rows of 16 output channels.
    wide: Vec<[Lanes; 2]>,
    /// The last panel if at most 8 output channels remain, else empty.
    narrow: Vec<[Lanes; 1]>,
    /// Bias by vectors of output channels.
    bias: Vec<Lanes>,
    depth: usize,
}

impl PackedWeights {
    /// Packs a matrix of `depth` rows and `columns` output channels given by `weight(row, column)`; `bias(column)` starts the sum.
    pub fn pack(
        depth: usize,
        columns: usize,
        weight: impl Fn(usize, usize) -> f32,
        bias: impl Fn(usize) -> f32,
    ) -> Self {
        let vectors = columns.div_ceil(LANES);
        let lanes = |f: &dyn Fn(usize) -> f32, vector: usize| -> Lanes {
            std::array::from_fn(|lane| Some(vector * LANES + lane).filter(|c| *c < columns).map_or(0.0, f))
        };
        let panel_row = |row: usize, vector: usize| lanes(&|column| weight(row, column), vector);
        let wide = (0..vectors / 2)
            .flat_map(|panel| (0..depth).map(move |row| (row, panel)))
            .map(|(row, panel)| [panel_row(row, 2 * panel), panel_row(row, 2 * panel + 1)])
            .collect();
        let narrow = if vectors % 2 == 1 {
            (0..depth).map(|row| [panel_row(row, vectors - 1)]).collect()
        } else {
            Vec::new()
        };
        let bias = (0..vectors).map(|vector| lanes(&bias, vector)).collect();
        Self { wide, narrow, bias, depth }
    }

    /// Length of one row of the left matrix.
    pub fn depth(&self) -> usize {
        self.depth
    }
}

/// One convolution, ready to run. All offsets count floats and stay inside their slices: the plan has checked that.
pub(crate) struct DenseConv<'a> {
    pub input: &'a [f32],
    pub input_walk: Walk,
    /// Offsets of the segments from a pixel's input address; each segment is `depth / segments.len()` floats.
    pub segments: &'a [usize],
    pub weights: &'a PackedWeights,
    pub epilogue: &'a Epilogue,
    pub residual: Option<Residual<'a>>,
    pub output: &'a mut [f32],
    pub output_walk: Walk,
    /// Output width and height in pixels.
    pub size: (usize, usize),
}

/// A value added to the first `vectors` vectors of each output pixel.
#[derive(Clone, Copy)]
pub(crate) struct Residual<'a> {
    pub data: &'a [f32],
    pub walk: Walk,
    pub vectors: usize,
}

/// Addresses of one output pixel.
#[derive(Clone, Copy, Default)]
struct Pixel {
    input: usize,
    output: usize,
    residual: usize,
}

impl Kernel for DenseConv<'_> {
    #[inline(always)]
    fn run<I: Isa>(mut self, isa: I) {
        let (width, height) = self.size;
        let residual_walk = self.residual.map_or(Walk { origin: 0, right: 0, down: 0 }, |r| r.walk);
        let block = (BLOCK_FLOATS / self.weights.depth.max(1) / ROWS * ROWS).clamp(ROWS, MAX_BLOCK);
        let mut pixels = [Pixel::default(); MAX_BLOCK];
        let (input_walk, output_walk) = (self.input_walk, self.output_walk);
        let at = |x: usize, y: usize| {
            let address = |w: &Walk| w.origin + x * w.right + y * w.down;
            Pixel { input: address(&input_walk), output: address(&output_walk), residual: address(&residual_walk) }
        };
        let (mut x, mut y) = (0, 0);
        while y < height {
            let mut filled = 0;
            while filled < block && y < height {
                let run = (width - x).min(block - filled);
                for (i, pixel) in pixels[filled..filled + run].iter_mut().enumerate() {
                    *pixel = at(x + i, y);
                }
                filled += run;
                x += run;
                if x == width {
                    (x, y) = (0, y + 1);
                }
            }
            self.block(isa, &pixels[..filled]);
        }
    }
}

impl DenseConv<'_> {
    #[inline(always)]
    fn block<I: Isa>(&mut self, isa: I, pixels: &[Pixel]) {
        let weights = self.weights;
        let mut vector = 0;
        for panel in weights.wide.chunks_exact(weights.depth) {
            self.panel(isa, pixels, panel, vector);
            vector += 2;
        }
        if !weights.narrow.is_empty() {
            self.panel(isa, pixels, &weights.narrow, vector);
        }
    }

    #[inline(always)]
    fn panel<I: Isa, const NV: usize>(&mut self, isa: I, pixels: &[Pixel], panel: &[[Lanes; NV]], vector: usize) {
        let (tiles, rest) = pixels.as_chunks::<ROWS>();
        for tile in tiles {
            self.tile(isa, tile, panel, vector);
        }
        match rest {
            [a] => self.tile(isa, &[*a], panel, vector),
            [a, b] => self.tile(isa, &[*a, *b], panel, vector),
            [a, b, c] => self.tile(isa, &[*a, *b, *c], panel, vector),
            [a, b, c, d] => self.tile(isa, &[*a, *b, *c, *d], panel, vector),
            [a, b, c, d, e] => self.tile(isa, &[*a, *b, *c, *d, *e], panel, vector),
            _ => {}
        }
    }

    #[inline(always)]
    fn tile<I: Isa, const MR: usize, const NV: usize>(
        &mut self,
        isa: I,
        pixels: &[Pixel; MR],
        panel: &[[Lanes; NV]],
        vector: usize,
    ) {
        let bias: [I::V; NV] = std::array::from_fn(|v| isa.load(&self.weights.bias[vector + v]));
        let mut sums = [bias; MR];
        let len = panel.len() / self.segments.len();
        for (segment, weights) in self.segments.iter().zip(panel.chunks_exact(len)) {
            let rows: [&[f32]; MR] = std::array::from_fn(|r| &self.input[pixels[r].input + segment..][..len]);
            for (k, weight) in weights.iter().enumerate() {
                let weight: [I::V; NV] = std::array::from_fn(|v| isa.load(&weight[v]));
                for (sums, row) in sums.iter_mut().zip(&rows) {
                    let value = isa.splat(row[k]);
                    for (sum, weight) in sums.iter_mut().zip(&weight) {
                        *sum = isa.mul_add(value, *weight, *sum);
                    }
                }
            }
        }
        for (pixel, sums) in pixels.iter().zip(&sums) {
            let (out, _) = self.output[pixel.output + vector * LANES..].as_chunks_mut::<LANES>();
            for (v, (sum, out)) in sums.iter().zip(&mut out[..NV]).enumerate() {
                let residual = self.residual.filter(|r| vector + v < r.vectors);
                let residual = residual.and_then(|r| r.data[pixel.residual + (vector + v) * LANES..].first_chunk());
                isa.store(self.epilogue.apply(isa, *sum, residual, vector + v), out);
            }
        }
    }
}
