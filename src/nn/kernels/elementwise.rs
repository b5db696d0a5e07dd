//! Element-wise passes that no convolution could absorb: activation, sum, product.

use super::epilogue::{Act, Any, Epilogue};
use super::walk::{Operand, Walk};
use crate::simd::{Isa, Kernel, Lanes};

/// What is done with the second operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Combine {
    /// It is added, as a residual: after the first activation, before the second.
    Add,
    /// It is multiplied, before both activations.
    Multiply,
}

/// A pass over two values: `second(first(input) + other)`, or `second(first(input · other))`.
/// Offsets count vectors.
pub(crate) struct Elementwise<'a> {
    pub input: &'a [Lanes],
    pub input_walk: Walk,
    pub other: Option<(Operand<'a>, Combine)>,
    pub epilogue: &'a Epilogue,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// The output's width and height in pixels, and vectors per pixel.
    pub size: (usize, usize, usize),
}

impl Kernel for Elementwise<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let (first, second) = (Any(&self.epilogue.first), Any(&self.epilogue.second));
        let (width, height, vectors) = self.size;
        for y in 0..height {
            for x in 0..width {
                let input = &self.input[self.input_walk.at(x, y)..][..vectors];
                let output = &mut self.output[self.output_walk.at(x, y)..][..vectors];
                let other = match &self.other {
                    Some((o, _)) => &o.data[o.walk.at(x, y)..][..o.vectors],
                    None => &[],
                };
                let multiply = matches!(self.other, Some((_, Combine::Multiply)));
                for (c, (input, output)) in input.iter().zip(output).enumerate() {
                    let mut v = isa.load(input);
                    let other = other.get(c);
                    if let Some(other) = other.filter(|_| multiply) {
                        v = isa.mul(v, isa.load(other));
                    }
                    v = first.apply(isa, v, first.parameter(isa, c));
                    if let Some(other) = other.filter(|_| !multiply) {
                        v = isa.add(v, isa.load(other));
                    }
                    isa.store(second.apply(isa, v, second.parameter(isa, c)), output);
                }
            }
        }
    }
}
