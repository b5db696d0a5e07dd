//! Element-wise passes that no convolution could absorb: activation, sum, product.

use super::epilogue::Epilogue;
use super::matmul::Walk;
use super::{Isa, Kernel, Lanes};

/// What is done with the second operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Combine {
    /// It is added, as a residual: after the first activation, before the second.
    Add,
    /// It is multiplied, before both activations.
    Multiply,
}

/// A second operand: data, walk (a step of 0 repeats it, as for one factor per channel), and its channel vectors.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a> {
    pub data: &'a [Lanes],
    pub walk: Walk,
    pub vectors: usize,
}

/// `second(first(input) + other)`, or `second(first(input · other))`. Offsets count vectors.
pub(crate) struct Elementwise<'a> {
    pub input: &'a [Lanes],
    pub input_walk: Walk,
    pub other: Option<(Operand<'a>, Combine)>,
    pub epilogue: &'a Epilogue,
    pub output: &'a mut [Lanes],
    pub output_walk: Walk,
    /// Width and height in pixels, and vectors per pixel.
    pub size: (usize, usize, usize),
}

impl Kernel for Elementwise<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let (width, height, vectors) = self.size;
        let address = |w: &Walk, x: usize, y: usize| w.origin + y * w.down + x * w.right;
        for y in 0..height {
            for x in 0..width {
                let input = &self.input[address(&self.input_walk, x, y)..][..vectors];
                let output = &mut self.output[address(&self.output_walk, x, y)..][..vectors];
                let other = self.other.map(|(o, combine)| (&o.data[address(&o.walk, x, y)..][..o.vectors], combine));
                for (c, (input, output)) in input.iter().zip(output).enumerate() {
                    let v = isa.load(input);
                    let other = other.and_then(|(data, combine)| data.get(c).map(|lanes| (lanes, combine)));
                    let v = match other {
                        Some((lanes, Combine::Multiply)) => self.epilogue.apply(isa, isa.mul(v, isa.load(lanes)), None, c),
                        Some((lanes, Combine::Add)) => self.epilogue.apply(isa, v, Some(lanes), c),
                        None => self.epilogue.apply(isa, v, None, c),
                    };
                    isa.store(v, output);
                }
            }
        }
    }
}
