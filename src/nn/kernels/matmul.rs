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

use super::elementwise::Operand;
use super::epilogue::{Act, Epilogue, Fused};
use super::{Isa, Kernel, LANES, Lanes};

/// Pixels per register tile.
pub(crate) const ROWS: usize = 6;
/// Pixels per cache block, at most; the plan chooses fewer for deep inputs.
pub(crate) const MAX_BLOCK: usize = 96;
/// Input floats that a cache block should not exceed: half of a 32 KiB first-level cache.
const BLOCK_FLOATS: usize = 4096;

/// How one value lies in its buffer, seen from a kernel: where the element for output pixel (0, 0) is, and what a step of one
/// output pixel to the right or down adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Walk {
    pub origin: usize,
    pub right: usize,
    pub down: usize,
}

impl Walk {
    /// The address for output pixel (x, y).
    #[inline(always)]
    pub fn at(&self, x: usize, y: usize) -> usize {
        self.origin + x * self.right + y * self.down
    }

    /// The same walk counted in vectors.
    pub fn in_vectors(&self) -> Self {
        Self { origin: self.origin / LANES, right: self.right / LANES, down: self.down / LANES }
    }
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
    /// Packs a matrix of `depth` rows and one column per output channel, given by its entries (row, column, value); all others
    /// are 0. `bias` starts the sums. Entries outside the matrix are ignored.
    pub fn pack(depth: usize, bias: &[f32], entries: impl Iterator<Item = (usize, usize, f32)>) -> Self {
        let vectors = bias.len().div_ceil(LANES);
        let mut wide = vec![[[0.0; LANES]; 2]; vectors / 2 * depth];
        let mut narrow = vec![[[0.0; LANES]]; vectors % 2 * depth];
        entries.for_each(|(row, column, value)| {
            let (panel, vector, lane) = (column / (2 * LANES), column / LANES % 2, column % LANES);
            let lanes = match wide.get_mut(panel * depth + row) {
                Some(pair) => pair.get_mut(vector),
                None => narrow.get_mut(row).and_then(|single| single.get_mut(vector)),
            };
            if let Some(slot) = lanes.and_then(|lanes| lanes.get_mut(lane)) {
                *slot = value;
            }
        });
        let bias = bias.chunks(LANES).map(|chunk| std::array::from_fn(|lane| chunk.get(lane).copied().unwrap_or(0.0)));
        Self { wide, narrow, bias: bias.collect(), depth }
    }

    /// Rows, and vectors of columns.
    pub fn size(&self) -> (usize, usize) {
        (self.depth, self.bias.len())
    }
}

/// One convolution, ready to run. Input offsets count floats, the others vectors; all stay inside their slices, which the
/// plan has checked.
pub(crate) struct DenseConv<'a> {
    pub input: &'a [f32],
    pub input_walk: Walk,
    /// Offsets of the segments from a pixel's input address; each segment is `depth / segments.len()` floats.
    pub segments: &'a [usize],
    pub weights: &'a PackedWeights,
    pub epilogue: &'a Epilogue,
    pub residual: Option<Operand<'a>>,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// Output width and height in pixels.
    pub size: (usize, usize),
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
    fn run<I: Isa>(self, isa: I) {
        self.epilogue.enter(isa, self);
    }
}

impl Fused for DenseConv<'_> {
    #[inline(always)]
    fn run<I: Isa, A: Act, B: Act>(mut self, isa: I, first: A, second: B) {
        let (width, height) = self.size;
        let residual_walk = self.residual.map_or(Walk::default(), |r| r.walk);
        let block = (BLOCK_FLOATS / self.weights.depth.max(1) / ROWS * ROWS).clamp(ROWS, MAX_BLOCK);
        let mut pixels = [Pixel::default(); MAX_BLOCK];
        let (mut x, mut y) = (0, 0);
        while y < height {
            let mut filled = 0;
            for pixel in pixels.iter_mut().take(block) {
                *pixel = Pixel {
                    input: self.input_walk.at(x, y),
                    output: self.output_walk.at(x, y),
                    residual: residual_walk.at(x, y),
                };
                filled += 1;
                x += 1;
                if x == width {
                    (x, y) = (0, y + 1);
                    if y == height {
                        break;
                    }
                }
            }
            let mut vector = 0;
            for panel in self.weights.wide.chunks_exact(self.weights.depth) {
                self.panel(isa, &pixels[..filled], panel, vector, first, second);
                vector += 2;
            }
            if !self.weights.narrow.is_empty() {
                self.panel(isa, &pixels[..filled], &self.weights.narrow, vector, first, second);
            }
        }
    }
}

impl DenseConv<'_> {
    #[inline(always)]
    fn panel<I: Isa, A: Act, B: Act, const NV: usize>(
        &mut self,
        isa: I,
        pixels: &[Pixel],
        panel: &[[Lanes; NV]],
        vector: usize,
        first: A,
        second: B,
    ) {
        // One or two pixels behind the last whole tile go one by one; more are taken together with their neighbours, some of
        // which are computed twice. That costs little and saves compiling a tile of every height.
        let rest = pixels.len() % ROWS;
        let together = rest > 2 && pixels.len() > ROWS;
        let singles = if together { 0 } else { rest };
        let (tiled, single) = pixels.split_at(pixels.len() - singles);
        for first_pixel in (0..tiled.len()).step_by(ROWS) {
            let start = first_pixel.min(tiled.len() - ROWS);
            if let Some(tile) = tiled[start..].first_chunk::<ROWS>() {
                self.tile(isa, tile, panel, vector, first, second);
            }
        }
        for pixel in single {
            self.tile(isa, &[*pixel], panel, vector, first, second);
        }
    }

    #[inline(always)]
    fn tile<I: Isa, A: Act, B: Act, const MR: usize, const NV: usize>(
        &mut self,
        isa: I,
        pixels: &[Pixel; MR],
        panel: &[[Lanes; NV]],
        vector: usize,
        first: A,
        second: B,
    ) {
        let mut sums = [[isa.splat(0.0); NV]; MR];
        for v in 0..NV {
            let bias = isa.load(&self.weights.bias[vector + v]);
            for sums in &mut sums {
                sums[v] = bias;
            }
        }
        let len = panel.len() / self.segments.len();
        for (segment, weights) in self.segments.iter().zip(panel.chunks_exact(len)) {
            let mut rows = [[].as_slice(); MR];
            for (row, pixel) in rows.iter_mut().zip(pixels) {
                *row = &self.input[pixel.input + segment..][..len];
            }
            for (k, weight) in weights[..len].iter().enumerate() {
                let mut w = [isa.splat(0.0); NV];
                for v in 0..NV {
                    w[v] = isa.load(&weight[v]);
                }
                for r in 0..MR {
                    let value = isa.splat(rows[r][k]);
                    for v in 0..NV {
                        sums[r][v] = isa.mul_add(value, w[v], sums[r][v]);
                    }
                }
            }
        }
        // Through memory, so that the sums above are only ever indexed by constants and stay in registers.
        let mut raw = [[[0.0; LANES]; NV]; MR];
        for r in 0..MR {
            for v in 0..NV {
                isa.store(sums[r][v], &mut raw[r][v]);
            }
        }
        for (pixel, raw) in pixels.iter().zip(&raw) {
            let out = &mut self.output[pixel.output + vector..][..NV];
            let residual = match &self.residual {
                Some(r) => r.data[pixel.residual..][..r.vectors].get(vector..).unwrap_or_default(),
                None => &[],
            };
            for v in 0..NV {
                let mut sum = first.apply(isa, isa.load(&raw[v]), vector + v);
                if let Some(residual) = residual.get(v) {
                    sum = isa.add(sum, isa.load(residual));
                }
                isa.store(second.apply(isa, sum, vector + v), &mut out[v]);
            }
        }
    }
}
