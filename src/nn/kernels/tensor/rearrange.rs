//! Values in another order: by steps, by a table, or as weighted sums of neighbours.

use super::strides::{joined, product, reach, rows};

/// A tensor whose values are read by steps: transposed, sliced, repeated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct View {
    sides: Vec<usize>,
    steps: Vec<isize>,
    origin: usize,
}

impl View {
    /// A tensor of `sides` whose neighbours along each axis lie `steps` apart in the input, from
    /// `origin` on.
    pub fn new(sides: &[usize], steps: &[isize], origin: usize) -> Self {
        let (sides, [steps]) = joined(sides, [steps]);
        Self { sides, steps, origin }
    }

    pub fn spans(&self) -> Option<[usize; 3]> {
        Some([reach(&self.sides, &self.steps, self.origin)?, 0, product(&self.sides)?])
    }

    #[inline(always)]
    pub fn run<T: Copy>(&self, input: &[T], output: &mut [T]) {
        // One axis at least stays of a shape.
        let len = *self.sides.last().unwrap_or(&1);
        let step = *self.steps.last().unwrap_or(&1);
        let mut out = output.chunks_exact_mut(len.max(1));
        let steps = std::array::from_ref(&self.steps);
        rows(&self.sides, steps, [self.origin as isize], |[at]| {
            let Some(out) = out.next() else { return };
            if step == 1 {
                out.copy_from_slice(&input[at..][..len]);
            } else {
                let mut at = at as isize;
                for out in out {
                    *out = input[at as usize];
                    at += step;
                }
            }
        });
    }
}

/// An entry of a [`Pick`]'s table that is not in the input.
pub(crate) const FILL: usize = usize::MAX;

/// Places along an axis by a table: a tensor (outer, len, inner) becomes (outer, table, inner).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pick {
    pub outer: usize,
    pub len: usize,
    pub inner: usize,
    /// The place of each output, or [`FILL`].
    pub table: Vec<usize>,
    /// What stands where there is no place.
    pub fill: f32,
}

impl Pick {
    pub fn spans(&self) -> Option<[usize; 3]> {
        let inside = self.table.iter().all(|at| *at == FILL || *at < self.len);
        let read = product(&[self.outer, self.len, self.inner])?;
        let written = product(&[self.outer, self.table.len(), self.inner])?;
        inside.then_some([read, 0, written])
    }

    #[inline(always)]
    pub fn run(&self, input: &[f32], output: &mut [f32]) {
        self.run_with(input, output, self.fill);
    }

    #[inline(always)]
    pub fn run_with<T: Copy>(&self, input: &[T], output: &mut [T], fill: T) {
        let inner = self.inner;
        let mut out = output.chunks_exact_mut(inner.max(1));
        for o in 0..self.outer {
            for at in &self.table {
                let Some(out) = out.next() else { return };
                if *at == FILL {
                    out.fill(fill);
                } else {
                    out.copy_from_slice(&input[(o * self.len + at) * inner..][..inner]);
                }
            }
        }
    }
}

/// Weighted sums along an axis: a tensor (outer, len, inner) becomes (outer, ends, inner).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Blend {
    pub outer: usize,
    pub len: usize,
    pub inner: usize,
    /// Places and their weights, those of one output after those of another.
    pub taps: Vec<(usize, f32)>,
    /// Where in `taps` each output's places end.
    pub ends: Vec<usize>,
}

impl Blend {
    pub fn spans(&self) -> Option<[usize; 3]> {
        let inside = self.taps.iter().all(|(at, _)| *at < self.len)
            && self.ends.is_sorted()
            && self.ends.last().is_none_or(|end| *end <= self.taps.len());
        let read = product(&[self.outer, self.len, self.inner])?;
        let written = product(&[self.outer, self.ends.len(), self.inner])?;
        inside.then_some([read, 0, written])
    }

    #[inline(always)]
    pub fn run(&self, input: &[f32], output: &mut [f32]) {
        let inner = self.inner;
        let mut out = output.chunks_exact_mut(inner.max(1));
        for o in 0..self.outer {
            let mut start = 0;
            for end in &self.ends {
                let Some(out) = out.next() else { return };
                out.fill(0.0);
                for (at, weight) in &self.taps[start..*end] {
                    let row = &input[(o * self.len + at) * inner..][..inner];
                    for (out, x) in out.iter_mut().zip(row) {
                        *out += weight * x;
                    }
                }
                start = *end;
            }
        }
    }
}
