//! Enlarging and reducing of feature maps: nearest and bilinear.

use super::walk::Walk;
use crate::simd::{Isa, Kernel, Lanes};

/// Where an output row or column comes from: the two source indices and the weight of the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tap {
    pub first: usize,
    pub second: usize,
    pub weight: f32,
}

/// A resize by tables made at load. Offsets count vectors.
pub(crate) struct Resize<'a> {
    pub input: &'a [Lanes],
    pub input_walk: Walk,
    /// The source of each output column.
    pub columns: &'a [Tap],
    /// The source of each output row.
    pub rows: &'a [Tap],
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// How many vectors a pixel has.
    pub vectors: usize,
}

impl Kernel for Resize<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let pixel = |column: usize, row: usize| &self.input[self.input_walk.at(column, row)..][..self.vectors];
        for (y, row) in self.rows.iter().enumerate() {
            for (x, column) in self.columns.iter().enumerate() {
                let output = &mut self.output[self.output_walk.at(x, y)..][..self.vectors];
                let top = (pixel(column.first, row.first), pixel(column.second, row.first));
                let bottom = (pixel(column.first, row.second), pixel(column.second, row.second));
                // Without a weight the second source must not count, even where it is no number.
                match (column.weight == 0.0, row.weight == 0.0) {
                    (true, true) => output.copy_from_slice(top.0),
                    (false, true) => mix(isa, top, column.weight, output),
                    (true, false) => mix(isa, (top.0, bottom.0), row.weight, output),
                    (false, false) => {
                        let sources = top.0.iter().zip(top.1).zip(bottom.0.iter().zip(bottom.1));
                        for (output, ((a, b), (c, d))) in output.iter_mut().zip(sources) {
                            let top = lerp(isa, isa.load(a), isa.load(b), column.weight);
                            let bottom = lerp(isa, isa.load(c), isa.load(d), column.weight);
                            isa.store(lerp(isa, top, bottom, row.weight), output);
                        }
                    }
                }
            }
        }
    }
}

/// Writes a pixel between two.
#[inline(always)]
fn mix<I: Isa>(isa: I, (a, b): (&[Lanes], &[Lanes]), weight: f32, output: &mut [Lanes]) {
    for (output, (a, b)) in output.iter_mut().zip(a.iter().zip(b)) {
        isa.store(lerp(isa, isa.load(a), isa.load(b), weight), output);
    }
}

/// The value a + weight · (b − a), exact for equal ends.
#[inline(always)]
fn lerp<I: Isa>(isa: I, a: I::V, b: I::V, weight: f32) -> I::V {
    let difference = isa.mul_add(a, isa.splat(-1.0), b);
    isa.mul_add(difference, isa.splat(weight), a)
}
