//! Maximum and average pooling.

use super::walk::Walk;
use crate::simd::{Isa, Kernel, Lanes};
use std::ops::Range;

/// What is made of the values under the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// The largest; NaN if any is NaN.
    Max,
    /// The mean over the taps inside the image, or over the whole window if `count_padding`.
    Average { count_padding: bool },
}

/// A pooling, ready to run. Offsets count vectors; windows may reach beyond the image.
pub(crate) struct Pool<'a> {
    pub kind: Pooling,
    pub input: &'a [Lanes],
    /// The walk over the input image's own pixels: origin is its pixel (0, 0).
    pub input_walk: Walk,
    /// The input's width and height in pixels.
    pub input_size: (usize, usize),
    /// The window's width and height in pixels.
    pub window: (usize, usize),
    /// The horizontal and vertical stride in pixels.
    pub stride: (usize, usize),
    /// The padding at the left and top in pixels.
    pub padding: (usize, usize),
    /// The padding at the right and bottom in pixels, which counts as little as the other.
    pub padding_after: (usize, usize),
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// The output's width and height in pixels, and vectors per pixel.
    pub size: (usize, usize, usize),
}

impl Kernel for Pool<'_> {
    #[inline(always)]
    fn run<I: Isa>(mut self, isa: I) {
        let (width, height, _) = self.size;
        for y in 0..height {
            let rows = span(y * self.stride.1, self.window.1, self.padding.1, self.input_size.1);
            for x in 0..width {
                let columns = span(x * self.stride.0, self.window.0, self.padding.0, self.input_size.0);
                if self.kind == Pooling::Max && (rows.len(), columns.len()) == (2, 2) {
                    self.largest_of_four(isa, (x, y), (columns.start, rows.start));
                } else {
                    self.pixel(isa, (x, y), columns, rows.clone());
                }
            }
        }
    }
}

impl Pool<'_> {
    /// The common case: the largest of 2×2 pixels of which (x, y) is the first.
    #[inline(always)]
    fn largest_of_four<I: Isa>(&mut self, isa: I, output: (usize, usize), (x, y): (usize, usize)) {
        let pixel = |x: usize, y: usize| &self.input[self.input_walk.at(x, y)..][..self.size.2];
        let above = pixel(x, y).iter().zip(pixel(x + 1, y));
        let below = pixel(x, y + 1).iter().zip(pixel(x + 1, y + 1));
        let output = &mut self.output[self.output_walk.at(output.0, output.1)..][..self.size.2];
        for (((a, b), (c, d)), output) in above.zip(below).zip(output) {
            let above = isa.max_or_nan(isa.load(a), isa.load(b));
            let below = isa.max_or_nan(isa.load(c), isa.load(d));
            isa.store(isa.max_or_nan(above, below), output);
        }
    }

    /// One output pixel of any window.
    #[inline(always)]
    fn pixel<I: Isa>(&mut self, isa: I, output: (usize, usize), columns: Range<usize>, rows: Range<usize>) {
        let divisor = match self.kind {
            Pooling::Average { count_padding: true } => {
                // The last window may reach beyond the padding.
                let covered = |at: usize, stride: usize, window: usize, whole: usize| {
                    window.min(whole - (at * stride).min(whole))
                };
                let whole = |padding: usize, size: usize, after: usize| padding + size + after;
                covered(
                    output.0,
                    self.stride.0,
                    self.window.0,
                    whole(self.padding.0, self.input_size.0, self.padding_after.0),
                ) * covered(
                    output.1,
                    self.stride.1,
                    self.window.1,
                    whole(self.padding.1, self.input_size.1, self.padding_after.1),
                )
            }
            _ => rows.len() * columns.len(),
        };
        let out = self.output_walk.at(output.0, output.1);
        for c in 0..self.size.2 {
            let mut result = isa.splat(if self.kind == Pooling::Max { f32::NEG_INFINITY } else { 0.0 });
            for row in rows.clone() {
                for column in columns.clone() {
                    let v = isa.load(&self.input[self.input_walk.at(column, row) + c]);
                    result = match self.kind {
                        Pooling::Max => isa.max_or_nan(result, v),
                        Pooling::Average { .. } => isa.add(result, v),
                    };
                }
            }
            if self.kind != Pooling::Max {
                result = isa.mul(result, isa.splat(1.0 / divisor.max(1) as f32));
            }
            isa.store(result, &mut self.output[out + c]);
        }
    }
}

/// The part of a window that lies inside an axis of `size` pixels.
fn span(start: usize, window: usize, padding: usize, size: usize) -> Range<usize> {
    let end = (start + window).saturating_sub(padding).min(size);
    start.saturating_sub(padding).min(end)..end
}
