//! Maximum and average pooling.

use super::matmul::Walk;
use super::{Isa, Kernel, Lanes};

/// What is made of the values under the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// The largest; NaN if any is NaN.
    Max,
    /// The mean over the taps inside the image, or over the whole window if `count_padding`.
    Average { count_padding: bool },
}

/// One pooling. Offsets count vectors; windows may reach beyond the image.
pub(crate) struct Pool<'a> {
    pub kind: Pooling,
    pub input: &'a [Lanes],
    /// Of the input image's own pixels: origin is its pixel (0, 0).
    pub input_walk: Walk,
    /// Input width and height.
    pub input_size: (usize, usize),
    /// Window width and height.
    pub window: (usize, usize),
    /// Horizontal and vertical stride.
    pub stride: (usize, usize),
    /// Padding at the left and top.
    pub padding: (usize, usize),
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// Output width and height, and vectors per pixel.
    pub size: (usize, usize, usize),
}

impl Kernel for Pool<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let (width, height, vectors) = self.size;
        for y in 0..height {
            let rows = span(y * self.stride.1, self.window.1, self.padding.1, self.input_size.1);
            for x in 0..width {
                let columns = span(x * self.stride.0, self.window.0, self.padding.0, self.input_size.0);
                let inside = rows.len() * columns.len();
                let divisor = match self.kind {
                    Pooling::Average { count_padding: true } => self.window.0 * self.window.1,
                    _ => inside,
                };
                let out = self.output_walk.at(x, y);
                for c in 0..vectors {
                    let mut result = isa.splat(if self.kind == Pooling::Max { f32::NEG_INFINITY } else { 0.0 });
                    for row in rows.clone() {
                        for column in columns.clone() {
                            let at = self.input_walk.at(column, row);
                            let v = isa.load(&self.input[at + c]);
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
    }
}

/// The part of a window that lies inside an axis of `size` pixels.
fn span(start: usize, window: usize, padding: usize, size: usize) -> std::ops::Range<usize> {
    let end = (start + window).saturating_sub(padding).min(size);
    start.saturating_sub(padding).min(end)..end
}
