//! Products of two computed matrices, as attention has them. Those with constant weights are
//! pointwise convolutions.

use super::strides::{joined, product, reach, rows, spread};
use crate::simd::{Isa, LANES};

/// How many rows of the product are computed together.
const ROWS: usize = 4;
/// How many vectors of a row.
const VECTORS: usize = 2;
const COLUMNS: usize = VECTORS * LANES;

/// Products of matrices (rows, depth) and (depth, columns), one for each place of the axes before
/// them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MatMul {
    /// Axes before the matrices, with a last one of one place.
    sides: Vec<usize>,
    steps: [Vec<isize>; 2],
    size: (usize, usize, usize),
}

impl MatMul {
    /// Products of `size` = (rows, depth, columns) of tensors whose axes before the matrices are
    /// `a` and `b`, and broadcast to `batch`.
    pub fn new(size: (usize, usize, usize), a: &[usize], b: &[usize], batch: &[usize]) -> Self {
        let steps = |shape: &[usize], matrix: usize| -> Vec<isize> {
            spread(shape, batch).into_iter().map(|step| step.saturating_mul(matrix).cast_signed()).collect()
        };
        let a = steps(a, size.0.saturating_mul(size.1));
        let b = steps(b, size.1.saturating_mul(size.2));
        let (mut sides, mut steps) = joined(batch, [&a, &b]);
        sides.push(1);
        steps.iter_mut().for_each(|steps| steps.push(0));
        Self { sides, steps, size }
    }

    pub fn spans(&self) -> Option<[usize; 3]> {
        let (m, k, n) = self.size;
        let [a, b] = &self.steps;
        let last = |steps: &[isize], matrix: usize| reach(&self.sides, steps, 0)?.checked_add(matrix.checked_sub(1)?);
        let written = product(&self.sides)?.checked_mul(m.checked_mul(n)?)?;
        Some([last(a, m.checked_mul(k)?)?, last(b, k.checked_mul(n)?)?, written])
    }

    /// Multiply-adds of one run.
    pub fn work(&self) -> u64 {
        let (m, k, n) = self.size;
        self.sides.iter().chain([&m, &k, &n]).fold(1u64, |work, side| work.saturating_mul(*side as u64))
    }

    #[inline(always)]
    pub fn run<I: Isa>(&self, isa: I, first: &[f32], second: &[f32], output: &mut [f32]) {
        let (m, k, n) = self.size;
        let mut out = output.chunks_exact_mut((m * n).max(1));
        rows(&self.sides, &self.steps, [0; 2], |[a, b]| {
            let Some(out) = out.next() else { return };
            isa.call(Matrix { a: &first[a..][..m * k], b: &second[b..][..k * n], out, size: self.size });
        });
    }
}

/// One product.
struct Matrix<'a> {
    a: &'a [f32],
    b: &'a [f32],
    out: &'a mut [f32],
    size: (usize, usize, usize),
}

impl crate::simd::Kernel for Matrix<'_> {
    #[inline(always)]
    fn run<I: Isa>(mut self, isa: I) {
        let (m, _, n) = self.size;
        for i in (0..m).step_by(ROWS) {
            for j in (0..n).step_by(COLUMNS) {
                if m - i >= ROWS && n - j >= COLUMNS {
                    self.tile::<I, ROWS>(isa, i, j);
                } else if n - j >= COLUMNS {
                    for i in i..m {
                        self.tile::<I, 1>(isa, i, j);
                    }
                } else {
                    self.edge(i..m.min(i + ROWS), j..n);
                }
            }
        }
    }
}

impl Matrix<'_> {
    /// `R` rows of [`COLUMNS`] values.
    #[inline(always)]
    fn tile<I: Isa, const R: usize>(&mut self, isa: I, i: usize, j: usize) {
        let (_, k, n) = self.size;
        let mut sums = [[isa.splat(0.0); VECTORS]; R];
        for p in 0..k {
            let row = self.b[p * n + j..][..COLUMNS].as_chunks::<LANES>().0;
            let b: [I::V; VECTORS] = [isa.load(&row[0]), isa.load(&row[1])];
            for r in 0..R {
                let a = isa.splat(self.a[(i + r) * k + p]);
                for v in 0..VECTORS {
                    sums[r][v] = isa.mul_add(a, b[v], sums[r][v]);
                }
            }
        }
        for r in 0..R {
            let out = self.out[(i + r) * n + j..][..COLUMNS].as_chunks_mut::<LANES>().0;
            for v in 0..VECTORS {
                isa.store(sums[r][v], &mut out[v]);
            }
        }
    }

    /// What is narrower than a tile.
    #[inline(always)]
    fn edge(&mut self, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>) {
        let (_, k, n) = self.size;
        for i in rows {
            let mut sums = [0.0; COLUMNS];
            let sums = &mut sums[..columns.len()];
            for p in 0..k {
                let a = self.a[i * k + p];
                for (sum, b) in sums.iter_mut().zip(&self.b[p * n..][columns.clone()]) {
                    *sum += a * b;
                }
            }
            self.out[i * n..][columns.clone()].copy_from_slice(sums);
        }
    }
}
