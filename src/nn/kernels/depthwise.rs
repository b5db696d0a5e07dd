//! Depthwise convolution: every channel with its own small kernel, channels-last, bias and epilogue
//! fused.
//!
//! Input borders are materialised by whoever wrote the input, so no tap is ever outside. For 3×3
//! kernels a patch of neighbouring outputs is computed at once ([`Isa::STRIP`] wide, two rows high
//! where two are left): each input vector is loaded once and used for all the taps that it meets.
//! Other shapes take the plain loop.

use super::epilogue::{Act, Epilogue, Fused};
use super::walk::{Operand, Walk};
use crate::simd::{Isa, Kernel, Lanes, Patch, PatchMut};

/// A depthwise convolution, ready to run. Offsets count vectors, not floats.
pub(crate) struct Depthwise<'a> {
    pub input: &'a [Lanes],
    /// The way from an output pixel to its first tap: `right` and `down` include the stride.
    pub input_walk: Walk,
    /// The kernel's width and height.
    pub kernel: (usize, usize),
    /// The step from one tap to the next: to the right, and down.
    pub tap: (usize, usize),
    /// The horizontal stride in pixels, for the strip's shared loads.
    pub stride: usize,
    /// The weights, one vector per (channel vector, kernel row, kernel column).
    pub weights: &'a [Lanes],
    /// The bias, one vector per channel vector.
    pub bias: &'a [Lanes],
    pub epilogue: &'a Epilogue,
    /// Added before the second activation, if there is one.
    pub residual: Option<Operand<'a>>,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// The output's width and height in pixels.
    pub size: (usize, usize),
}

impl Kernel for Depthwise<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.epilogue.enter(isa, self.residual.is_some(), self);
    }
}

impl Fused for Depthwise<'_> {
    #[inline(always)]
    fn run<I: Isa, A: Act, B: Act, const RESIDUAL: bool>(mut self, isa: I, first: A, second: B) {
        let (width, height) = self.size;
        let wide = width >= I::STRIP && self.kernel == (3, 3);
        let mut y = 0;
        while y < height {
            let pair = height - y >= 2 && self.input_walk.down == self.stride * self.tap.1;
            y += if !wide || !(1..=2).contains(&self.stride) {
                for x in 0..width {
                    self.pixel::<I, A, B, RESIDUAL>(isa, x, y, first, second);
                }
                1
            } else if I::STRIP == 4 {
                self.strips::<I, A, B, RESIDUAL, 4, 6, 9>(isa, y, pair, first, second)
            } else {
                self.strips::<I, A, B, RESIDUAL, 2, 4, 5>(isa, y, pair, first, second)
            };
        }
    }
}

impl Depthwise<'_> {
    /// One output row from `y` on, or a pair; returns their number. `SPAN_1` and `SPAN_2` are the
    /// spans of [`Self::patches`] for a stride of 1 and 2.
    #[inline(always)]
    fn strips<
        I: Isa,
        A: Act,
        B: Act,
        const RESIDUAL: bool,
        const STRIP: usize,
        const SPAN_1: usize,
        const SPAN_2: usize,
    >(
        &mut self,
        isa: I,
        y: usize,
        pair: bool,
        first: A,
        second: B,
    ) -> usize {
        match (self.stride, pair) {
            (1, true) => self.patches::<I, A, B, RESIDUAL, 1, STRIP, 2, 4, SPAN_1>(isa, y, first, second),
            (1, false) => self.patches::<I, A, B, RESIDUAL, 1, STRIP, 1, 3, SPAN_1>(isa, y, first, second),
            (_, true) => self.patches::<I, A, B, RESIDUAL, 2, STRIP, 2, 5, SPAN_2>(isa, y, first, second),
            (_, false) => self.patches::<I, A, B, RESIDUAL, 2, STRIP, 1, 3, SPAN_2>(isa, y, first, second),
        }
    }

    /// `ROWS` output rows from `y` on; returns their number. `IN_ROWS` = (ROWS − 1) · STRIDE + 3 by
    /// `SPAN` = (STRIP − 1) · STRIDE + 3 input pixels.
    #[inline(always)]
    fn patches<
        I: Isa,
        A: Act,
        B: Act,
        const RESIDUAL: bool,
        const STRIDE: usize,
        const STRIP: usize,
        const ROWS: usize,
        const IN_ROWS: usize,
        const SPAN: usize,
    >(
        &mut self,
        isa: I,
        y: usize,
        first: A,
        second: B,
    ) -> usize {
        let (width, channels) = (self.size.0, self.bias.len());
        for left in (0..width).step_by(STRIP) {
            // The last patch overlaps its neighbour where the width is no multiple.
            let x = left.min(width - STRIP);
            let input = Patch::<IN_ROWS, SPAN>::new(self.input, self.input_walk.at(x, y), self.tap, channels);
            let steps = (self.output_walk.right, self.output_walk.down);
            let output = PatchMut::<ROWS, STRIP>::new(self.output, self.output_walk.at(x, y), steps, channels);
            let (Some(input), Some(mut output)) = (input, output) else {
                debug_assert!(false, "a window leaves its tensor, which compiling the network excludes");
                return ROWS;
            };
            let residual = self.residual.filter(|_| RESIDUAL).and_then(|residual| {
                let walk = residual.walk;
                Patch::<ROWS, STRIP>::new(residual.data, walk.at(x, y), (walk.right, walk.down), residual.vectors)
                    .map(|patch| (patch, residual.vectors))
            });
            debug_assert_eq!(residual.is_some(), RESIDUAL && self.residual.is_some(), "a residual is outside");
            for (c, (weights, bias)) in self.weights.as_chunks::<9>().0.iter().zip(self.bias).enumerate().take(channels)
            {
                let mut sums = [[isa.load(bias); STRIP]; ROWS];
                for iy in 0..IN_ROWS {
                    let mut pixels = [isa.splat(0.0); SPAN];
                    for i in 0..SPAN {
                        pixels[i] = input.load(isa, iy, i, c);
                    }
                    for r in 0..ROWS {
                        // Row `iy` of the patch is row `iy − r · STRIDE` of the kernel for output
                        // row `r`.
                        if iy >= r * STRIDE && iy < r * STRIDE + 3 {
                            for kx in 0..3 {
                                let weight = isa.load(&weights[(iy - r * STRIDE) * 3 + kx]);
                                for i in 0..STRIP {
                                    sums[r][i] = isa.mul_add(pixels[i * STRIDE + kx], weight, sums[r][i]);
                                }
                            }
                        }
                    }
                }
                let (p, q) = (first.parameter(isa, c), second.parameter(isa, c));
                for r in 0..ROWS {
                    for i in 0..STRIP {
                        let mut sum = first.apply(isa, sums[r][i], p);
                        if let Some((residual, vectors)) = &residual
                            && c < *vectors
                        {
                            sum = isa.add(sum, residual.load(isa, r, i, c));
                        }
                        output.store(isa, r, i, c, second.apply(isa, sum, q));
                    }
                }
            }
        }
        ROWS
    }

    /// One output pixel, with any kernel.
    #[inline(always)]
    fn pixel<I: Isa, A: Act, B: Act, const RESIDUAL: bool>(&mut self, isa: I, x: usize, y: usize, first: A, second: B) {
        let base = self.input_walk.at(x, y);
        let (kernel_width, kernel_height) = self.kernel;
        let taps = kernel_width * kernel_height;
        for (c, weights) in self.weights.chunks_exact(taps).enumerate().take(self.bias.len()) {
            let mut sum = isa.load(&self.bias[c]);
            for (ky, weights) in weights.chunks_exact(kernel_width).enumerate() {
                for (kx, weight) in weights.iter().enumerate() {
                    let value = isa.load(&self.input[base + ky * self.tap.1 + kx * self.tap.0 + c]);
                    sum = isa.mul_add(value, isa.load(weight), sum);
                }
            }
            sum = first.apply(isa, sum, first.parameter(isa, c));
            if RESIDUAL
                && let Some(residual) = &self.residual
                && c < residual.vectors
            {
                sum = isa.add(sum, isa.load(&residual.data[residual.walk.at(x, y) + c]));
            }
            let sum = second.apply(isa, sum, second.parameter(isa, c));
            isa.store(sum, &mut self.output[self.output_walk.at(x, y) + c]);
        }
    }
}
