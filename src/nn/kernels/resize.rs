//! Enlarging and reducing of feature maps: nearest and bilinear.

use super::matmul::Walk;
use super::{Isa, Kernel, Lanes};

/// One output row or column: the two source indices and the weight of the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tap {
    pub first: usize,
    pub second: usize,
    pub weight: f32,
}

/// One resize by tables made at load. Offsets count vectors.
pub(crate) struct Resize<'a> {
    pub input: &'a [Lanes],
    pub input_walk: Walk,
    /// One per output column, and one per output row.
    pub columns: &'a [Tap],
    pub rows: &'a [Tap],
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// Vectors per pixel.
    pub vectors: usize,
}

impl Kernel for Resize<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let walk = &self.input_walk;
        for (y, row) in self.rows.iter().enumerate() {
            let (top, bottom) = (walk.origin + row.first * walk.down, walk.origin + row.second * walk.down);
            for (x, column) in self.columns.iter().enumerate() {
                let out = self.output_walk.at(x, y);
                let (left, right) = (column.first * walk.right, column.second * walk.right);
                for c in 0..self.vectors {
                    let mix = |base: usize| {
                        let a = isa.load(&self.input[base + left + c]);
                        let b = isa.load(&self.input[base + right + c]);
                        lerp(isa, a, b, column.weight)
                    };
                    let v = lerp(isa, mix(top), mix(bottom), row.weight);
                    isa.store(v, &mut self.output[out + c]);
                }
            }
        }
    }
}

/// a + weight · (b − a), exact at weight 0 (even where b − a is NaN) and for equal ends.
#[inline(always)]
fn lerp<I: Isa>(isa: I, a: I::V, b: I::V, weight: f32) -> I::V {
    if weight == 0.0 {
        return a;
    }
    let difference = isa.mul_add(a, isa.splat(-1.0), b);
    isa.mul_add(difference, isa.splat(weight), a)
}
