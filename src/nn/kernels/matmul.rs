//! Dense convolution as an implicit matrix product.
//!
//! Activations lie channels-last, so for one output pixel the taps of one kernel row are contiguous
//! memory, and a 1×1 convolution *is* a matrix product. A row of the left matrix is thus a few
//! contiguous *segments* of the input, found by adding fixed offsets to the pixel's address;
//! nothing is copied. The right matrix is packed once, at load, into panels of two vectors (16
//! output channels); where their number is odd, the last panel has three, or the only one has one.
//!
//! A tile of pixels × one panel is accumulated in 8 to 12 registers, which hides the latency of the
//! multiply-add (4 cycles × 2 units): 6 pixels × 2 vectors, 3 × 3 or 8 × 1, with the weights and
//! one broadcast fewer than AVX2's 16 registers. Where two vectors are one register, as with
//! AVX-512, it is 12 pixels × 2 vectors; each instruction set has its own ([`Isa::PIXELS_BY_TWO`]
//! and the like). Then the epilogue (activation, residual,
//! activation) is applied before the only store. Blocks of pixels run through all panels before the
//! next block, so that the block stays in cache.
//!
//! Why not a general matrix-product library: it allocates and packs per call, and cannot fuse the
//! epilogue in registers.
#![allow(unsafe_code)]

use super::blocks::{Blocks, Pixel, in_tiles};
use super::epilogue::{Act, Epilogue, Fused};
use super::walk::{Residual, Walk};
use crate::simd::{Isa, Kernel, LANES, Lanes};

/// The most pixels of a cache block; blocks of deep inputs have fewer. Chosen by hand as a multiple
/// of every tile's pixels.
const MAX_BLOCK: usize = 96;
/// The most pixels of a tile.
const MAX_TILE: usize = 12;
/// Rows of weights, a cache line each, that are asked for before a convolution begins: half of a
/// first-level cache.
const MAX_PREFETCH: usize = 256;
/// The pixels of a cache block where not even one tile's inputs fit [`BLOCK_FLOATS`]: all weights
/// are read once for each block. Chosen by hand as a multiple of 12 and 6; a convolution of 512
/// channels at 7×7 takes four fifths of the time that it takes in blocks of 6.
const DEEP_BLOCK: usize = 48;
/// How many floats of input a cache block should not exceed: half of a 32 KiB first-level cache.
const BLOCK_FLOATS: usize = 4096;

/// The weights that one input value meets in one panel. Aligned so that no vector crosses a cache
/// line.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C, align(32))]
struct Row<const NV: usize>([Lanes; NV]);

/// Weights packed for [`DenseConv`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PackedWeights {
    /// The panels of two vectors, one after the other; each has `depth` rows.
    pairs: Vec<Row<2>>,
    /// The last panel if the number of vectors is odd and more than 1, else empty.
    triple: Vec<Row<3>>,
    /// The only panel if there is one vector, else empty.
    single: Vec<Row<1>>,
    /// The bias, by vectors of output channels.
    bias: Vec<Lanes>,
    /// Rows of the matrix: floats of input that one output pixel reads.
    depth: usize,
}

impl PackedWeights {
    /// Packs a matrix of `depth` rows and one column per output channel, given by its entries (row,
    /// column, value), which lie inside it; all others are 0. `bias` starts the sums.
    pub fn pack(depth: usize, bias: &[f32], entries: impl Iterator<Item = (usize, usize, f32)>) -> Self {
        let vectors = bias.len().div_ceil(LANES);
        let (pairs, triples, singles) = match vectors {
            1 => (0, 0, 1),
            odd if odd % 2 == 1 => ((odd - 3) / 2, 1, 0),
            even => (even / 2, 0, 0),
        };
        let mut packed = Self {
            pairs: vec![Row([[0.0; LANES]; 2]); pairs * depth],
            triple: vec![Row([[0.0; LANES]; 3]); triples * depth],
            single: vec![Row([[0.0; LANES]; 1]); singles * depth],
            bias: bias
                .chunks(LANES)
                // Lanes behind the last channel only pad the vector.
                .map(|chunk| std::array::from_fn(|lane| chunk.get(lane).copied().unwrap_or(0.0)))
                .collect(),
            depth,
        };
        entries.for_each(|(row, column, value)| {
            let lanes = match (column / LANES).checked_sub(2 * pairs) {
                _ if row >= depth => None,
                None => {
                    let (panel, vector) = (column / LANES / 2, column / LANES % 2);
                    packed.pairs.get_mut(panel * depth + row).and_then(|r| r.0.get_mut(vector))
                }
                Some(vector) if triples > 0 => packed.triple.get_mut(row).and_then(|r| r.0.get_mut(vector)),
                Some(vector) => packed.single.get_mut(row).and_then(|r| r.0.get_mut(vector)),
            };
            let slot = lanes.and_then(|lanes| lanes.get_mut(column % LANES));
            debug_assert!(slot.is_some(), "({row}, {column}) lies outside the matrix");
            if let Some(slot) = slot {
                *slot = value;
            }
        });
        packed
    }

    /// A kernel that asks for the first panel. The others are asked for by the panel before them.
    pub fn prefetch(&self) -> impl Kernel {
        Prefetch(self)
    }

    /// How many rows the matrix has, and how many vectors of columns.
    pub fn size(&self) -> (usize, usize) {
        (self.depth, self.bias.len())
    }
}

/// The kernel of [`PackedWeights::prefetch`].
struct Prefetch<'a>(&'a PackedWeights);

impl Kernel for Prefetch<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self(weights) = self;
        for row in weights.pairs.iter().take(weights.depth.min(MAX_PREFETCH)) {
            isa.prefetch(row);
        }
        if weights.pairs.is_empty() {
            for row in weights.triple.iter().take(MAX_PREFETCH) {
                isa.prefetch(row);
            }
        }
    }
}

/// A dense convolution, ready to run. Input offsets count floats, the others vectors; all stay
/// inside their slices, which the plan has checked.
pub(crate) struct DenseConv<'a> {
    pub input: &'a [f32],
    pub input_walk: Walk,
    /// The offsets of the segments from a pixel's input address; each segment is `depth /
    /// segments.len()` floats.
    pub segments: &'a [usize],
    pub weights: &'a PackedWeights,
    pub epilogue: &'a Epilogue,
    pub residual: Option<Residual<'a>>,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// The output's width and height in pixels.
    pub size: (usize, usize),
}

impl Kernel for DenseConv<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.epilogue.enter(isa, self.residual.is_some(), self);
    }
}

impl Fused for DenseConv<'_> {
    #[inline(always)]
    fn run<I: Isa, A: Act, B: Act, const RESIDUAL: bool>(mut self, isa: I, first: A, second: B) {
        let weights = self.weights;
        // The last pixel has the largest addresses, so no tile needs to look again.
        let span = weights.depth / self.segments.len().max(1);
        let reach = self.segments.iter().max().map(|s| s + span);
        let end = |walk: Walk, span: Option<usize>| walk.end(self.size, span?);
        assert!(end(self.input_walk, reach).is_some_and(|end| end <= self.input.len()));
        assert!(end(self.output_walk, Some(weights.bias.len())).is_some_and(|end| end <= self.output.len()));
        if let Some(Residual::Other(other)) = &self.residual {
            assert!(end(other.walk, Some(other.vectors)).is_some_and(|end| end <= other.data.len()));
        }
        // Whole tiles of every height that will be used.
        let unit = match weights.single.is_empty() {
            true => I::PIXELS_BY_TWO,
            false => I::PIXELS_BY_ONE,
        };
        let block = match BLOCK_FLOATS / weights.depth.max(1) / unit {
            0 => DEEP_BLOCK,
            units => (units * unit).min(MAX_BLOCK),
        };
        let mut pixels = [Pixel::default(); MAX_BLOCK];
        let mut blocks = Blocks::new(self.size, self.input_walk, self.output_walk, self.residual.as_ref());
        loop {
            let filled = blocks.next(&mut pixels[..block]);
            if filled == 0 {
                return;
            }
            // The last tile's other places repeat the last pixel.
            let (last, end) = (pixels[filled - 1], MAX_BLOCK.min(filled + MAX_TILE));
            pixels[filled..end].fill(last);
            let pixels = (&pixels, filled);
            let mut vector = 0;
            let mut panels = weights.pairs.chunks_exact(weights.depth).peekable();
            while let Some(rows) = panels.next() {
                // Behind the last panel there is nothing to fetch ahead: its own rows are in the
                // cache.
                let panel = Panel { rows, next: panels.peek().unwrap_or(&rows), span, vector };
                match I::PIXELS_BY_TWO {
                    12 => self.panel::<I, A, B, RESIDUAL, 12, 2>(isa, pixels, &panel, first, second),
                    6 => self.panel::<I, A, B, RESIDUAL, 6, 2>(isa, pixels, &panel, first, second),
                    _ => self.panel::<I, A, B, RESIDUAL, 2, 2>(isa, pixels, &panel, first, second),
                }
                vector += 2;
            }
            if !weights.triple.is_empty() {
                let panel = Panel { rows: &weights.triple, next: &weights.triple, span, vector };
                match I::PIXELS_BY_THREE {
                    3 => self.panel::<I, A, B, RESIDUAL, 3, 3>(isa, pixels, &panel, first, second),
                    _ => self.panel::<I, A, B, RESIDUAL, 1, 3>(isa, pixels, &panel, first, second),
                }
            }
            if !weights.single.is_empty() {
                let panel = Panel { rows: &weights.single, next: &weights.single, span, vector };
                match I::PIXELS_BY_ONE {
                    8 => self.panel::<I, A, B, RESIDUAL, 8, 1>(isa, pixels, &panel, first, second),
                    _ => self.panel::<I, A, B, RESIDUAL, 4, 1>(isa, pixels, &panel, first, second),
                }
            }
        }
    }
}

/// The weights of one panel, and of the one behind it, which are fetched ahead.
struct Panel<'a, const NV: usize> {
    rows: &'a [Row<NV>],
    next: &'a [Row<NV>],
    /// Rows per segment. Divided once: a division per tile takes as long as ten rows.
    span: usize,
    /// The first of its vectors of output channels.
    vector: usize,
}

impl DenseConv<'_> {
    /// One panel of outputs for a block of pixels, of which the first `filled` are real.
    #[inline(always)]
    fn panel<I: Isa, A: Act, B: Act, const RESIDUAL: bool, const MR: usize, const NV: usize>(
        &mut self,
        isa: I,
        pixels: (&[Pixel; MAX_BLOCK], usize),
        panel: &Panel<'_, NV>,
        first: A,
        second: B,
    ) {
        let (pixels, filled) = pixels;
        let tiled = in_tiles(filled, MR).next_multiple_of(MR);
        for tile in pixels[..tiled].as_chunks::<MR>().0 {
            self.tile::<I, A, B, RESIDUAL, MR, NV>(isa, tile, panel, first, second);
        }
        for pixel in &pixels[tiled.min(filled)..filled] {
            self.tile::<I, A, B, RESIDUAL, 1, NV>(isa, &[*pixel], panel, first, second);
        }
    }

    /// One tile: `MR` pixels by `NV` vectors of outputs. Pixels may be the same: of each vector,
    /// all residuals are read before any result is written.
    #[inline(always)]
    fn tile<I: Isa, A: Act, B: Act, const RESIDUAL: bool, const MR: usize, const NV: usize>(
        &mut self,
        isa: I,
        pixels: &[Pixel; MR],
        panel: &Panel<'_, NV>,
        first: A,
        second: B,
    ) {
        let Panel { mut rows, mut next, span, vector } = *panel;
        let mut sums = [[isa.splat(0.0); NV]; MR];
        let mut pairs = [isa.splat_pair(0.0); MR];
        if let (2, Some(bias)) = (NV, self.weights.bias[vector..].first_chunk()) {
            pairs = [isa.load_pair(bias); MR];
        } else {
            for v in 0..NV {
                let bias = isa.load(&self.weights.bias[vector + v]);
                for sums in &mut sums {
                    sums[v] = bias;
                }
            }
        }
        for segment in self.segments {
            let (weights, ahead);
            ((weights, rows), (ahead, next)) = (rows.split_at(span), next.split_at(span));
            let mut inputs = [[].as_slice(); MR];
            for (input, pixel) in inputs.iter_mut().zip(pixels) {
                let start = pixel.input + segment;
                // SAFETY: `run` has asserted that all segments of all pixels lie in the input.
                *input = unsafe { self.input.get_unchecked(start..start + span) };
            }
            for k in 0..span {
                if let (2, Some(w)) = (NV, weights[k].0.first_chunk()) {
                    isa.prefetch(&ahead[k]);
                    let w = isa.load_pair(w);
                    for r in 0..MR {
                        pairs[r] = isa.mul_add_pair(isa.splat_pair(inputs[r][k]), w, pairs[r]);
                    }
                    continue;
                }
                let mut w = [isa.splat(0.0); NV];
                for v in 0..NV {
                    w[v] = isa.load(&weights[k].0[v]);
                }
                for r in 0..MR {
                    let value = isa.splat(inputs[r][k]);
                    for v in 0..NV {
                        sums[r][v] = isa.mul_add(value, w[v], sums[r][v]);
                    }
                }
            }
        }
        if NV == 2 {
            for r in 0..MR {
                for (sum, half) in sums[r].iter_mut().zip(isa.halves(pairs[r])) {
                    *sum = half;
                }
            }
        }
        let output = self.output.as_mut_ptr();
        let (other, other_vectors) = match &self.residual {
            Some(Residual::Other(other)) => (other.data.as_ptr(), other.vectors),
            Some(Residual::InPlace) => (output.cast_const(), usize::MAX),
            None => (output.cast_const(), 0),
        };
        // One vector of channels after the other, in loops without a choice: the optimiser unrolls
        // them, and the sums stay in registers.
        for v in 0..NV {
            let mut results = [isa.splat(0.0); MR];
            let parameter = first.parameter(isa, vector + v);
            for r in 0..MR {
                results[r] = first.apply(isa, sums[r][v], parameter);
            }
            // Channels that the residual does not have count as 0.
            if RESIDUAL && vector + v < other_vectors {
                for r in 0..MR {
                    // SAFETY: `run` has asserted that all vectors of all pixels lie in the
                    // residual, or in the output if it is there; nothing else refers to the output
                    // while `self` is borrowed.
                    let other = unsafe { &*other.add(pixels[r].residual + vector + v) };
                    results[r] = isa.add(results[r], isa.load(other));
                }
            }
            let parameter = second.parameter(isa, vector + v);
            for r in 0..MR {
                // SAFETY: `run` has asserted that all vectors of all pixels lie in the output.
                let to = unsafe { &mut *output.add(pixels[r].output + vector + v) };
                isa.store(second.apply(isa, results[r], parameter), to);
            }
        }
    }
}
