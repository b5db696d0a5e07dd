//! Operations on tensors of any rank, row-major and without padding: what attention, normalisation
//! and rearrangement are made of, and what images have no kernel of their own for.
//!
//! Each operation states how many floats it reads and writes ([`TensorOp::spans`]); compilation
//! holds these against the slices, so that nothing here is ever out of bounds.

mod binary;
mod matmul;
mod rearrange;
mod reduce;
mod strides;

pub(crate) use binary::{Binary, BinaryKind};
pub(crate) use matmul::MatMul;
pub(crate) use rearrange::{Blend, FILL, Pick, View};
pub(crate) use reduce::{Normalise, NormaliseKind, Reduce, ReduceKind};
pub(crate) use strides::{broadcast, contiguous};

use super::function::{Function, Mapped};
use crate::simd::{Isa, Kernel};

/// What is done with a tensor, or with two.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TensorOp {
    /// Values that the file states.
    Constant(Vec<f32>),
    Map {
        function: Function,
        len: usize,
    },
    Binary(Binary),
    Reduce(Reduce),
    Normalise(Normalise),
    View(View),
    Pick(Pick),
    Blend(Blend),
    MatMul(MatMul),
}

impl TensorOp {
    /// How many floats of the first and the second operand are read, and how many are written;
    /// `None` if that cannot be counted, or if what is read lies before the first float.
    pub fn spans(&self) -> Option<[usize; 3]> {
        match self {
            Self::Constant(values) => Some([0, 0, values.len()]),
            Self::Map { len, .. } => Some([*len, 0, *len]),
            Self::Binary(op) => op.spans(),
            Self::Reduce(op) => op.spans(),
            Self::Normalise(op) => op.spans(),
            Self::View(op) => op.spans(),
            Self::Pick(op) => op.spans(),
            Self::Blend(op) => op.spans(),
            Self::MatMul(op) => op.spans(),
        }
    }

    /// What it is, in a word or two.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Constant(_) => "constant",
            Self::Map { .. } => "function",
            Self::Binary(_) => "operation of two",
            Self::Reduce(_) => "reduction",
            Self::Normalise(_) => "normalisation",
            Self::View(_) | Self::Pick(_) => "rearrangement",
            Self::Blend(_) => "interpolation",
            Self::MatMul(_) => "matrix product",
        }
    }

    /// The work of one run, in multiply-adds or values moved.
    pub fn work(&self) -> u64 {
        let product = |sides: &[usize]| sides.iter().fold(1u64, |n, side| n.saturating_mul(*side as u64));
        match self {
            Self::Reduce(op) => product(&[op.outer, op.len, op.inner]),
            Self::Normalise(op) => product(&[op.rows, op.len, 4]),
            Self::Blend(op) => product(&[op.outer, op.taps.len(), op.inner]),
            Self::MatMul(op) => op.work(),
            // What is written.
            _ => self.spans().map_or(u64::MAX, |[.., written]| written as u64),
        }
    }
}

/// An operation with its operands, ready to run.
pub(crate) struct TensorKernel<'a> {
    pub op: &'a TensorOp,
    pub first: &'a [f32],
    pub second: &'a [f32],
    pub output: &'a mut [f32],
}

impl Kernel for TensorKernel<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { op, first, second, output } = self;
        match op {
            TensorOp::Constant(values) => output[..values.len()].copy_from_slice(values),
            TensorOp::Map { function, len } => {
                output[..*len].copy_from_slice(&first[..*len]);
                isa.call(Mapped { function: *function, values: &mut output[..*len] });
            }
            TensorOp::Binary(op) => op.run(first, second, output),
            TensorOp::Reduce(op) => op.run(first, output),
            TensorOp::Normalise(op) => op.run(first, output),
            TensorOp::View(op) => op.run(first, output),
            TensorOp::Pick(op) => op.run(first, output),
            TensorOp::Blend(op) => op.run(first, output),
            TensorOp::MatMul(op) => op.run(isa, first, second, output),
        }
        // What follows the last value pads it to a whole vector.
        let written = op.spans().map_or(0, |[.., written]| written);
        output[written..].fill(0.0);
    }
}
