//! Depthwise convolution: every channel with its own small kernel, channels-last, bias and epilogue fused.
//!
//! Input borders are materialised by whoever wrote the input, so no tap is ever outside. For 3×3 (and 5×5) kernels a strip of
//! [`STRIP`] neighbouring outputs is computed at once: each input vector of a row is loaded once and used for all the taps
//! that it meets. Other shapes take the plain loop.

use super::epilogue::Epilogue;
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
    /// Added before the second activation, if there is one: data, walk, and how many channel vectors it has.
    pub residual: Option<(&'a [Lanes], Walk, usize)>,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// Output width and height.
    pub size: (usize, usize),
}

impl Kernel for Depthwise<'_> {
    #[inline(always)]
    fn run<I: Isa>(mut self, isa: I) {
        let (width, height) = self.size;
        for y in 0..height {
            let mut x = 0;
            match (self.kernel, self.stride) {
                ((3, 3), 1) => x = self.strips::<I, 3, 1, 6>(isa, y, width),
                ((3, 3), 2) => x = self.strips::<I, 3, 2, 9>(isa, y, width),
                ((5, 5), 1) => x = self.strips::<I, 5, 1, 8>(isa, y, width),
                ((5, 5), 2) => x = self.strips::<I, 5, 2, 11>(isa, y, width),
                _ => {}
            }
            for x in x..width {
                self.pixel(isa, x, y);
            }
        }
    }
}

impl Depthwise<'_> {
    /// Whole strips of row `y`; returns the first output that is left over. `SPAN` = (STRIP − 1) · STRIDE + K input pixels.
    #[inline(always)]
    fn strips<I: Isa, const K: usize, const STRIDE: usize, const SPAN: usize>(
        &mut self,
        isa: I,
        y: usize,
        width: usize,
    ) -> usize {
        let channels = self.bias.len();
        let strips = width / STRIP;
        for strip in 0..strips {
            let x = strip * STRIP;
            let base = self.input_walk.origin + y * self.input_walk.down + x * self.input_walk.right;
            for c in 0..channels {
                let mut sums = [isa.load(&self.bias[c]); STRIP];
                for ky in 0..K {
                    let row = &self.input[base + ky * self.tap.1 + c..];
                    let row = &row[..(SPAN - 1) * self.tap.0 + 1];
                    let pixels: [I::V; SPAN] = std::array::from_fn(|i| isa.load(&row[i * self.tap.0]));
                    let weights = &self.weights[ky * K * channels + c..][..(K - 1) * channels + 1];
                    for kx in 0..K {
                        let weight = isa.load(&weights[kx * channels]);
                        for (i, sum) in sums.iter_mut().enumerate() {
                            *sum = isa.mul_add(pixels[i * STRIDE + kx], weight, *sum);
                        }
                    }
                }
                for (i, sum) in sums.iter().enumerate() {
                    self.finish(isa, *sum, x + i, y, c);
                }
            }
        }
        strips * STRIP
    }

    /// One output pixel, any kernel.
    #[inline(always)]
    fn pixel<I: Isa>(&mut self, isa: I, x: usize, y: usize) {
        let channels = self.bias.len();
        let base = self.input_walk.origin + y * self.input_walk.down + x * self.input_walk.right;
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
            self.finish(isa, sum, x, y, c);
        }
    }

    #[inline(always)]
    fn finish<I: Isa>(&mut self, isa: I, sum: I::V, x: usize, y: usize, c: usize) {
        let residual = self.residual.filter(|(_, _, vectors)| c < *vectors);
        let residual = residual.and_then(|(data, w, _)| data.get(w.origin + y * w.down + x * w.right + c));
        let w = &self.output_walk;
        let out = &mut self.output[w.origin + y * w.down + x * w.right + c];
        isa.store(self.epilogue.apply(isa, sum, residual, c), out);
    }
}
