//! Depthwise convolution: every channel with its own small kernel, channels-last, bias and epilogue fused.
//!
//! Input borders are materialised by whoever wrote the input, so no tap is ever outside. For 3×3 kernels a strip of
//! [`STRIP`] neighbouring outputs is computed at once: each input vector of a row is loaded once and used for all the taps
//! that it meets. Other shapes take the plain loop.

use super::elementwise::Operand;
use super::epilogue::{Act, Epilogue, Fused};
use super::matmul::Walk;
use super::{Isa, Kernel, Lanes};

/// Outputs per strip.
const STRIP: usize = 4;

/// One depthwise convolution, ready to run. Offsets count vectors, not floats.
pub(crate) struct Depthwise<'a> {
    pub input: &'a [Lanes],
    /// From output pixel to the first tap: `right` and `down` include the stride.
    pub input_walk: Walk,
    /// Kernel width and height.
    pub kernel: (usize, usize),
    /// Step from one tap to the next: to the right, and down.
    pub tap: (usize, usize),
    /// Horizontal stride in pixels, for the strip's shared loads.
    pub stride: usize,
    /// Weights, one vector per (kernel row, kernel column, channel vector).
    pub weights: &'a [Lanes],
    /// One vector per channel vector.
    pub bias: &'a [Lanes],
    pub epilogue: &'a Epilogue,
    /// Added before the second activation, if there is one.
    pub residual: Option<Operand<'a>>,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// Output width and height.
    pub size: (usize, usize),
}

impl Kernel for Depthwise<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        self.epilogue.enter(isa, self);
    }
}

impl Fused for Depthwise<'_> {
    #[inline(always)]
    fn run<I: Isa, A: Act, B: Act>(mut self, isa: I, first: A, second: B) {
        let (width, height) = self.size;
        for y in 0..height {
            let done = match (self.kernel, self.stride) {
                ((3, 3), 1) => self.strips::<I, A, B, 3, 1, 6>(isa, y, first, second),
                ((3, 3), 2) => self.strips::<I, A, B, 3, 2, 9>(isa, y, first, second),
                _ => 0,
            };
            for x in done..width {
                self.pixel(isa, x, y, first, second);
            }
        }
    }
}

impl Depthwise<'_> {
    /// Whole strips of row `y`; returns the first output that is left over. `SPAN` = (STRIP − 1) · STRIDE + K input pixels.
    #[inline(always)]
    fn strips<I: Isa, A: Act, B: Act, const K: usize, const STRIDE: usize, const SPAN: usize>(
        &mut self,
        isa: I,
        y: usize,
        first: A,
        second: B,
    ) -> usize {
        let channels = self.bias.len();
        let strips = self.size.0 / STRIP;
        for strip in 0..strips {
            let x = strip * STRIP;
            let base = self.input_walk.at(x, y);
            for c in 0..channels {
                let mut sums = [isa.load(&self.bias[c]); STRIP];
                for ky in 0..K {
                    let row = &self.input[base + ky * self.tap.1 + c..][..(SPAN - 1) * self.tap.0 + 1];
                    let mut pixels = [isa.splat(0.0); SPAN];
                    for (i, pixel) in pixels.iter_mut().enumerate() {
                        *pixel = isa.load(&row[i * self.tap.0]);
                    }
                    let weights = &self.weights[ky * K * channels + c..][..(K - 1) * channels + 1];
                    for kx in 0..K {
                        let weight = isa.load(&weights[kx * channels]);
                        for (i, sum) in sums.iter_mut().enumerate() {
                            *sum = isa.mul_add(pixels[i * STRIDE + kx], weight, *sum);
                        }
                    }
                }
                for (i, sum) in sums.iter().enumerate() {
                    self.finish(isa, *sum, (x + i, y, c), first, second);
                }
            }
        }
        strips * STRIP
    }

    /// One output pixel, any kernel.
    #[inline(always)]
    fn pixel<I: Isa, A: Act, B: Act>(&mut self, isa: I, x: usize, y: usize, first: A, second: B) {
        let channels = self.bias.len();
        let base = self.input_walk.at(x, y);
        let (kernel_width, kernel_height) = self.kernel;
        for c in 0..channels {
            let mut sum = isa.load(&self.bias[c]);
            for ky in 0..kernel_height {
                for kx in 0..kernel_width {
                    let value = isa.load(&self.input[base + ky * self.tap.1 + kx * self.tap.0 + c]);
                    let weight = isa.load(&self.weights[(ky * kernel_width + kx) * channels + c]);
                    sum = isa.mul_add(value, weight, sum);
                }
            }
            self.finish(isa, sum, (x, y, c), first, second);
        }
    }

    #[inline(always)]
    fn finish<I: Isa, A: Act, B: Act>(&mut self, isa: I, sum: I::V, at: (usize, usize, usize), first: A, second: B) {
        let (x, y, c) = at;
        let mut sum = first.apply(isa, sum, c);
        if let Some(residual) = &self.residual
            && c < residual.vectors
        {
            sum = isa.add(sum, isa.load(&residual.data[residual.walk.at(x, y) + c]));
        }
        isa.store(second.apply(isa, sum, c), &mut self.output[self.output_walk.at(x, y) + c]);
    }
}
