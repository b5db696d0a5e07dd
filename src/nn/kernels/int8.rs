//! Pointwise convolution in 8-bit integers: four products where f32 computes one.
//!
//! f32 goes in and comes out. What a block of pixels holds is rounded to bytes, each channel c over
//! its own range: q = round(x / s\[c\] + z\[c\]), clamped to 0 ..= 127. The weights w\[o, c\] ·
//! s\[c\] are rounded to −127 ..= 127 when the network is loaded, each output channel with its own
//! step. The sum of q · w is exact, the same on every instruction set; times the step, plus a bias
//! that takes z into account, it is what the f32 convolution computes, but for the rounding. With
//! 127 rather than 255, two products fit the 16 bits that AVX2 adds them up in.
//!
//! A value that is not finite has no byte: all outputs of its pixel become NaN.

use super::blocks::{Blocks, Pixel, in_tiles};
use super::epilogue::{Act, Epilogue, Fused};
use super::walk::{Residual, Walk};
use crate::simd::{Isa, Kernel, LANES, Lanes};

/// The most inputs per pixel: what a tile of pixels may take of the block. Far from what would
/// overflow a sum.
pub(crate) const MAX_DEPTH: usize = 2048;
/// The largest activation, and the largest weight: two products of it fit the 16 bits in which AVX2
/// adds them up.
const TOP: u8 = 127;
const _: () = assert!(MAX_DEPTH * (TOP as usize) * (TOP as usize) <= i32::MAX as usize);

/// The most pixels of a block, and the pixels of a tile, as `matmul` has them.
const MAX_BLOCK: usize = 96;
const MAX_TILE: usize = 6;
/// How many bytes are quantised together.
const CHUNK: usize = 4 * LANES;
/// How many chunks a block has: 16 KiB, half of a first-level cache.
const BLOCK_CHUNKS: usize = 512;
const _: () = assert!(MAX_DEPTH / CHUNK * MAX_TILE <= BLOCK_CHUNKS);

/// The values that a channel takes. The range holds 0; both ends are finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct InputRange {
    low: f32,
    high: f32,
}

impl InputRange {
    /// A range; `None` unless low ≤ 0 ≤ high, both finite.
    pub fn new(low: f32, high: f32) -> Option<Self> {
        (low.is_finite() && high.is_finite() && low <= 0.0 && high >= 0.0).then_some(Self { low, high })
    }

    /// The value of one step, and the byte that stands for 0. A channel without extent is left out:
    /// every value is 0.
    fn step(self) -> (f64, f64) {
        let step = (f64::from(self.high) - f64::from(self.low)) / f64::from(TOP);
        let zero = rounded(-f64::from(self.low) / step);
        if step > 0.0 { (step, zero) } else { (0.0, 0.0) }
    }
}

/// `v` rounded to a whole number, to even from halfway; `v` is far below 2⁵¹. Adding 1.5 · 2⁵²
/// leaves no binary places. `f64::round_ties_even` does the same, by a function call where the
/// baseline has no instruction for it: 428,544 of them when the template network is loaded.
fn rounded(v: f64) -> f64 {
    const WHOLE: f64 = 1.5 * (1u64 << 52) as f64;
    v + WHOLE - WHOLE
}

/// Four inputs' weights for each of two vectors of outputs: a cache line, output by output.
#[derive(Debug, Clone, PartialEq)]
#[repr(C, align(64))]
struct Row([[i8; CHUNK]; 2]);

/// How a chunk of inputs becomes bytes: x · inverse + zero.
#[derive(Debug, Clone, PartialEq)]
struct Steps {
    inverse: [Lanes; 4],
    zero: [Lanes; 4],
}

impl Steps {
    /// Rounds a chunk to bytes. `zeros` stay 0 unless a value is not finite.
    #[inline(always)]
    fn round<I: Isa>(&self, isa: I, values: &[Lanes; 4], bytes: &mut [u8; CHUNK], zeros: &mut [I::V; 4]) {
        let (nothing, top) = (isa.splat(0.0), isa.splat(f32::from(TOP)));
        let mut rounded = [nothing; 4];
        for i in 0..4 {
            let x = isa.load(&values[i]);
            // 0 · x is 0, or NaN if x is not finite.
            zeros[i] = isa.mul_add(x, nothing, zeros[i]);
            // Not fused: every instruction set must round in the same way.
            let scaled = isa.add(isa.mul(x, isa.load(&self.inverse[i])), isa.load(&self.zero[i]));
            rounded[i] = isa.min(top, scaled);
        }
        isa.store_bytes(rounded, bytes);
    }
}

/// Weights packed for [`IntDenseConv`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct IntWeights {
    /// Panels of two vectors of outputs, one after the other; each has a row per four inputs.
    rows: Vec<Row>,
    steps: Vec<Steps>,
    /// The step of each output's sum, by vectors of outputs; whole panels.
    scale: Vec<Lanes>,
    /// What each output begins with, the inputs' zero points taken into account.
    bias: Vec<Lanes>,
    depth: usize,
    vectors: usize,
}

impl IntWeights {
    /// Packs weights as a file has them, output by output, with a bias for each. `None` if there
    /// are too many inputs, or if a number is not finite: such a layer is computed in f32.
    pub fn pack(weights: &[f32], bias: &[f32], inputs: &[InputRange]) -> Option<Self> {
        let (depth, outputs) = (inputs.len(), bias.len());
        let fits = (1..=MAX_DEPTH).contains(&depth) && depth.checked_mul(outputs)? == weights.len() && outputs > 0;
        if !fits || !weights.iter().chain(bias).all(|v| v.is_finite()) {
            return None;
        }
        let (vectors, groups) = (outputs.div_ceil(LANES), depth.div_ceil(4));
        let panels = vectors.div_ceil(2);
        let steps: Vec<_> = inputs.iter().map(|range| range.step()).collect();
        let mut packed = Self {
            rows: vec![Row([[0; CHUNK]; 2]); panels * groups],
            steps: vec![Steps { inverse: [[0.0; LANES]; 4], zero: [[0.0; LANES]; 4] }; depth.div_ceil(CHUNK)],
            scale: vec![[0.0; LANES]; 2 * panels],
            bias: vec![[0.0; LANES]; 2 * panels],
            depth,
            vectors,
        };
        for (c, (step, zero)) in steps.iter().enumerate() {
            let (chunk, at) = (&mut packed.steps[c / CHUNK], c % CHUNK);
            chunk.inverse.as_flattened_mut()[at] = if *step > 0.0 { (1.0 / step) as f32 } else { 0.0 };
            chunk.zero.as_flattened_mut()[at] = *zero as f32;
        }
        for (o, (weights, bias)) in weights.chunks_exact(depth).zip(bias).enumerate() {
            let scaled = weights.iter().zip(&steps).map(|(w, (step, _))| f64::from(*w) * step);
            let largest = scaled.clone().fold(0.0f64, |m, w| m.max(w.abs()));
            let unit = if largest > 0.0 { largest / f64::from(TOP) } else { 1.0 };
            let mut of_zeros = 0.0;
            for (c, (w, (_, zero))) in scaled.zip(&steps).enumerate() {
                let q = rounded(w / unit);
                of_zeros += q * zero;
                let row = &mut packed.rows[o / (2 * LANES) * groups + c / 4];
                row.0[o / LANES % 2][o % LANES * 4 + c % 4] = q as i8;
            }
            packed.scale.as_flattened_mut()[o] = unit as f32;
            packed.bias.as_flattened_mut()[o] = (f64::from(*bias) - of_zeros * unit) as f32;
        }
        let finite = packed.scale.iter().chain(&packed.bias).flatten().all(|v| v.is_finite());
        finite.then_some(packed)
    }

    /// A kernel that asks for the first panel. The others are asked for by the panel before them.
    pub fn prefetch(&self) -> impl Kernel {
        Prefetch(self)
    }

    /// How many inputs there are, and how many vectors of outputs.
    pub fn size(&self) -> (usize, usize) {
        (self.depth, self.vectors)
    }

    /// The same weights, but the bare sums are what comes out.
    #[cfg(test)]
    pub fn bare(mut self) -> Self {
        self.scale.as_flattened_mut().fill(1.0);
        self.bias.as_flattened_mut().fill(0.0);
        self
    }

    /// Rounds the inputs of `pixels` to bytes, a row of whole chunks each. False if one was not
    /// finite.
    #[inline(always)]
    fn quantise<I: Isa>(&self, isa: I, input: &[f32], pixels: &[Pixel], bytes: &mut [[u8; CHUNK]]) -> bool {
        let mut zeros = [isa.splat(0.0); 4];
        for (pixel, bytes) in pixels.iter().zip(bytes.chunks_exact_mut(self.steps.len())) {
            let values = &input[pixel.input..][..self.depth];
            let (whole, rest) = values.as_chunks::<CHUNK>();
            for ((values, steps), bytes) in whole.iter().zip(&self.steps).zip(&mut *bytes) {
                if let Some(values) = values.as_chunks().0.first_chunk() {
                    steps.round(isa, values, bytes, &mut zeros);
                }
            }
            if let ([_, ..], Some(steps), Some(bytes)) = (rest, self.steps.last(), bytes.last_mut()) {
                let mut values = [[0.0; LANES]; 4];
                values.as_flattened_mut()[..rest.len()].copy_from_slice(rest);
                steps.round(isa, &values, bytes, &mut zeros);
            }
        }
        let mut lanes = [0.0; LANES];
        isa.store(isa.add(isa.add(zeros[0], zeros[1]), isa.add(zeros[2], zeros[3])), &mut lanes);
        lanes == [0.0; LANES]
    }
}

/// The kernel of [`IntWeights::prefetch`].
struct Prefetch<'a>(&'a IntWeights);

impl Kernel for Prefetch<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        for row in self.0.rows.iter().take(self.0.depth.div_ceil(4)) {
            isa.prefetch(row);
        }
    }
}

/// A pointwise convolution in integers, ready to run. Input offsets count floats, the others
/// vectors; all stay inside their slices, which the plan has checked.
pub(crate) struct IntDenseConv<'a> {
    pub input: &'a [f32],
    pub input_walk: Walk,
    pub weights: &'a IntWeights,
    pub epilogue: &'a Epilogue,
    pub residual: Option<Residual<'a>>,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// The output's width and height in pixels.
    pub size: (usize, usize),
}

impl Kernel for IntDenseConv<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.epilogue.enter(isa, self.residual.is_some(), self);
    }
}

impl Fused for IntDenseConv<'_> {
    #[inline(always)]
    fn run<I: Isa, A: Act, B: Act, const RESIDUAL: bool>(mut self, isa: I, first: A, second: B) {
        let weights = self.weights;
        let (chunks, groups) = (weights.steps.len(), weights.depth.div_ceil(4));
        let block =
            (BLOCK_CHUNKS / chunks / I::PIXELS_OF_BYTES * I::PIXELS_OF_BYTES).clamp(I::PIXELS_OF_BYTES, MAX_BLOCK);
        let mut bytes = [[0; CHUNK]; BLOCK_CHUNKS];
        let mut pixels = [Pixel::default(); MAX_BLOCK];
        let mut blocks = Blocks::new(self.size, self.input_walk, self.output_walk, self.residual.as_ref());
        loop {
            let filled = blocks.next(&mut pixels[..block]);
            if filled == 0 {
                return;
            }
            let pixels = &pixels[..filled];
            let finite = weights.quantise(isa, self.input, pixels, &mut bytes);
            let rows = Rows { inputs: bytes.as_flattened().as_chunks().0, stride: chunks * CHUNK / 4 };
            let mut panels = weights.rows.chunks_exact(groups).enumerate().peekable();
            while let Some((at, panel)) = panels.next() {
                let next = panels.peek().map_or(panel, |(_, next)| next);
                let (pixels, panel) = ((pixels, &rows), (panel, next));
                match I::PIXELS_OF_BYTES {
                    6 => self.panel::<I, A, B, RESIDUAL, 6>(isa, pixels, panel, 2 * at, first, second),
                    _ => self.panel::<I, A, B, RESIDUAL, 2>(isa, pixels, panel, 2 * at, first, second),
                }
            }
            if !finite {
                self.poison(pixels);
            }
        }
    }
}

/// The bytes of a block, in fours, `stride` fours to a pixel.
struct Rows<'a> {
    inputs: &'a [[u8; 4]],
    stride: usize,
}

impl IntDenseConv<'_> {
    /// Makes NaN of every output of the pixels that have an input that is not finite.
    #[cold]
    fn poison(&mut self, pixels: &[Pixel]) {
        let (depth, vectors) = self.weights.size();
        for pixel in pixels {
            if !self.input[pixel.input..][..depth].iter().all(|v| v.is_finite()) {
                self.output[pixel.output..][..vectors].fill([f32::NAN; LANES]);
            }
        }
    }

    /// One panel of outputs for a block of pixels.
    #[inline(always)]
    fn panel<I: Isa, A: Act, B: Act, const RESIDUAL: bool, const TILE: usize>(
        &mut self,
        isa: I,
        (pixels, rows): (&[Pixel], &Rows<'_>),
        panel: (&[Row], &[Row]),
        vector: usize,
        first: A,
        second: B,
    ) {
        let tiled = in_tiles(pixels.len(), TILE);
        for first_pixel in (0..tiled).step_by(TILE) {
            let start = first_pixel.min(tiled - TILE);
            if let Some(tile) = pixels[start..].first_chunk::<TILE>() {
                let tile = (tile, start, first_pixel - start);
                self.tile::<I, A, B, RESIDUAL, TILE>(isa, tile, rows, panel, vector, first, second);
            }
        }
        for at in tiled..pixels.len() {
            let tile = (&[pixels[at]], at, 0);
            self.tile::<I, A, B, RESIDUAL, 1>(isa, tile, rows, panel, vector, first, second);
        }
    }

    /// A tile whose first pixel is number `start` of the block. `done` of its pixels have been
    /// computed before: where that matters, they are not stored again.
    #[inline(always)]
    #[allow(clippy::too_many_arguments)]
    fn tile<I: Isa, A: Act, B: Act, const RESIDUAL: bool, const MR: usize>(
        &mut self,
        isa: I,
        (pixels, start, done): (&[Pixel; MR], usize, usize),
        rows: &Rows<'_>,
        (panel, next): (&[Row], &[Row]),
        vector: usize,
        first: A,
        second: B,
    ) {
        let next = &next[..panel.len()];
        let mut inputs = [[].as_slice(); MR];
        for r in 0..MR {
            inputs[r] = &rows.inputs[(start + r) * rows.stride..][..panel.len()];
        }
        let mut sums = [[isa.no_sums(); 2]; MR];
        for (k, weights) in panel.iter().enumerate() {
            isa.prefetch(&next[k]);
            for r in 0..MR {
                for v in 0..2 {
                    sums[r][v] = isa.dot(sums[r][v], inputs[r][k], &weights.0[v]);
                }
            }
        }
        // Sums are indexed by constants only: the loops behind, which test their bounds, are not
        // unrolled.
        let weights = self.weights;
        let mut results = [[isa.splat(0.0); 2]; MR];
        for v in 0..2 {
            let (scale, bias) = (isa.load(&weights.scale[vector + v]), isa.load(&weights.bias[vector + v]));
            let p = first.parameter(isa, vector + v);
            for r in 0..MR {
                results[r][v] = first.apply(isa, isa.mul_add(isa.to_floats(sums[r][v]), scale, bias), p);
            }
        }
        // Locals: through `self` they would be read anew after every store.
        let output = &mut *self.output;
        let in_place = matches!(self.residual, Some(Residual::InPlace));
        let (other, other_vectors) = match &self.residual {
            Some(Residual::Other(other)) => (other.data, other.vectors),
            _ => ([].as_slice(), 0),
        };
        for v in 0..2 {
            let vector = vector + v;
            if vector >= weights.vectors {
                break;
            }
            let q = second.parameter(isa, vector);
            for r in 0..MR {
                if RESIDUAL && r < done {
                    continue;
                }
                let slot = &mut output[pixels[r].output + vector];
                let mut y = results[r][v];
                if RESIDUAL && in_place {
                    y = isa.add(y, isa.load(slot));
                } else if RESIDUAL && vector < other_vectors {
                    // Channels that the residual does not have count as 0.
                    y = isa.add(y, isa.load(&other[pixels[r].residual + vector]));
                }
                isa.store(second.apply(isa, y, q), slot);
            }
        }
    }
}
