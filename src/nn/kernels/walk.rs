//! Where a kernel finds its operands: the address of each pixel, and what is read beside the input.

use crate::simd::{LANES, Lanes};

/// How one value lies in its buffer, seen from a kernel: where the element for output pixel (0, 0)
/// is, and what a step of one output pixel to the right or down adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Walk {
    /// The address for output pixel (0, 0).
    pub origin: usize,
    /// What one pixel to the right adds.
    pub right: usize,
    /// What one pixel down adds.
    pub down: usize,
}

impl Walk {
    /// The address for output pixel (x, y).
    #[inline(always)]
    pub fn at(&self, x: usize, y: usize) -> usize {
        self.origin + x * self.right + y * self.down
    }

    /// One past the last element that is touched at the pixels of an image of `size`, `span`
    /// elements at each. `None` if there are no pixels, or too many to count.
    pub fn end(&self, size: (usize, usize), span: usize) -> Option<usize> {
        let right = size.0.checked_sub(1)?.checked_mul(self.right)?;
        let down = size.1.checked_sub(1)?.checked_mul(self.down)?;
        self.origin.checked_add(right)?.checked_add(down)?.checked_add(span)
    }

    /// The same walk counted in vectors.
    pub fn in_vectors(&self) -> Self {
        Self { origin: self.origin / LANES, right: self.right / LANES, down: self.down / LANES }
    }
}

/// A second operand: data, walk (a step of 0 repeats it, as for one factor per channel), and its
/// channel vectors.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a> {
    /// The values.
    pub data: &'a [Lanes],
    /// Where each output pixel's value is, in vectors.
    pub walk: Walk,
    /// Vectors of channels; the output may have more, for which this operand counts as 0.
    pub vectors: usize,
}

/// What is added between the two activations.
#[derive(Clone, Copy)]
pub(crate) enum Residual<'a> {
    /// Another value.
    Other(Operand<'a>),
    /// What the output holds already.
    InPlace,
}
