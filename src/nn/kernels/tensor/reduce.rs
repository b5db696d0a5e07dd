//! Sums along axes, and rows that are scaled by what they sum to.

use super::super::function::exp;
use super::strides::product;
use crate::simd::LANES;

/// What is made of the values along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReduceKind {
    Sum,
    Mean,
    Max,
    Min,
    Product,
    L1,
    L2,
    SumSquare,
}

impl ReduceKind {
    #[inline(always)]
    fn start(self) -> f32 {
        match self {
            Self::Max => f32::NEG_INFINITY,
            Self::Min => f32::INFINITY,
            Self::Product => 1.0,
            _ => 0.0,
        }
    }

    /// A value joins what was made of those before it.
    #[inline(always)]
    fn join(self, sum: f32, value: f32) -> f32 {
        match self {
            Self::Sum | Self::Mean => sum + value,
            Self::Max => larger(sum, value),
            Self::Min => -larger(-sum, -value),
            Self::Product => sum * value,
            Self::L1 => sum + value.abs(),
            Self::L2 | Self::SumSquare => sum + value * value,
        }
    }

    /// Two parts are put together.
    #[inline(always)]
    fn merge(self, a: f32, b: f32) -> f32 {
        match self {
            Self::L1 | Self::L2 | Self::SumSquare => a + b,
            _ => self.join(a, b),
        }
    }

    #[inline(always)]
    fn finish(self, sum: f32, count: usize) -> f32 {
        match self {
            Self::Mean => sum / count as f32,
            Self::L2 => sum.sqrt(),
            _ => sum,
        }
    }

    /// What is made of one row.
    #[inline(always)]
    fn row(self, values: &[f32]) -> f32 {
        let mut lanes = [self.start(); LANES];
        let (chunks, rest) = values.as_chunks::<LANES>();
        for chunk in chunks {
            for (lane, value) in lanes.iter_mut().zip(chunk) {
                *lane = self.join(*lane, *value);
            }
        }
        let mut sum = self.start();
        for value in rest {
            sum = self.join(sum, *value);
        }
        for lane in lanes {
            sum = self.merge(sum, lane);
        }
        self.finish(sum, values.len())
    }
}

/// The larger of two; NaN if either is.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b || a.is_nan() { a } else { b }
}

/// A tensor (outer, len, inner) becomes (outer, inner).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reduce {
    pub kind: ReduceKind,
    pub outer: usize,
    pub len: usize,
    pub inner: usize,
}

impl Reduce {
    pub fn spans(&self) -> Option<[usize; 3]> {
        let written = product(&[self.outer, self.inner])?;
        Some([written.checked_mul(self.len)?, 0, written])
    }

    #[inline(always)]
    pub fn run(&self, input: &[f32], output: &mut [f32]) {
        let Self { kind, outer, len, inner } = *self;
        for o in 0..outer {
            let block = &input[o * len * inner..][..len * inner];
            let sums = &mut output[o * inner..][..inner];
            if inner == 1 {
                sums[0] = kind.row(block);
                continue;
            }
            sums.fill(kind.start());
            for row in block.chunks_exact(inner) {
                for (sum, value) in sums.iter_mut().zip(row) {
                    *sum = kind.join(*sum, *value);
                }
            }
            for sum in sums {
                *sum = kind.finish(*sum, len);
            }
        }
    }
}

/// How a row is normalised.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum NormaliseKind {
    /// e^x over the sum of all e^x.
    Softmax,
    /// The logarithm of that.
    LogSoftmax,
    /// Mean 0 and variance 1, but for `epsilon` under the root.
    Layer { epsilon: f32 },
    /// A mean square of 1, but for `epsilon` under the root.
    Rms { epsilon: f32 },
    /// A sum of absolute values of 1.
    L1,
    /// A length of 1.
    L2,
}

/// Each of `rows` rows of `len` values is normalised by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Normalise {
    pub kind: NormaliseKind,
    pub rows: usize,
    pub len: usize,
}

impl Normalise {
    pub fn spans(&self) -> Option<[usize; 3]> {
        let len = product(&[self.rows, self.len])?;
        Some([len, 0, len])
    }

    #[inline(always)]
    pub fn run(&self, input: &[f32], output: &mut [f32]) {
        let len = self.len;
        for (row, out) in input.chunks_exact(len.max(1)).zip(output.chunks_exact_mut(len.max(1))).take(self.rows) {
            match self.kind {
                NormaliseKind::Softmax => {
                    let largest = ReduceKind::Max.row(row);
                    for (out, x) in out.iter_mut().zip(row) {
                        *out = exp(*x - largest);
                    }
                    let scale = 1.0 / ReduceKind::Sum.row(out);
                    scaled(out, scale);
                }
                NormaliseKind::LogSoftmax => {
                    let largest = ReduceKind::Max.row(row);
                    for (out, x) in out.iter_mut().zip(row) {
                        *out = exp(*x - largest);
                    }
                    let shift = largest + ReduceKind::Sum.row(out).ln();
                    for (out, x) in out.iter_mut().zip(row) {
                        *out = *x - shift;
                    }
                }
                NormaliseKind::Layer { epsilon } => {
                    let mean = ReduceKind::Mean.row(row);
                    for (out, x) in out.iter_mut().zip(row) {
                        *out = *x - mean;
                    }
                    let variance = ReduceKind::SumSquare.row(out) / len as f32;
                    scaled(out, 1.0 / (variance + epsilon).sqrt());
                }
                NormaliseKind::Rms { epsilon } => {
                    let square = ReduceKind::SumSquare.row(row) / len as f32;
                    out.copy_from_slice(row);
                    scaled(out, 1.0 / (square + epsilon).sqrt());
                }
                NormaliseKind::L1 | NormaliseKind::L2 => {
                    let kind = if self.kind == NormaliseKind::L1 { ReduceKind::L1 } else { ReduceKind::L2 };
                    let norm = kind.row(row);
                    // What has no length stays 0.
                    for (out, x) in out.iter_mut().zip(row) {
                        *out = if norm == 0.0 { 0.0 } else { *x / norm };
                    }
                }
            }
        }
    }
}

/// Multiplies a row by a number.
#[inline(always)]
fn scaled(row: &mut [f32], scale: f32) {
    for value in row {
        *value *= scale;
    }
}
