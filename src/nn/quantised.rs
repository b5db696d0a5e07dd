//! Weights that a file stores as integers of 8 or 4 bits, with scales and zero points: what the
//! operator DequantizeLinear takes.

use super::graph::{Constant, Node};
use crate::error::Result;
use std::rc::Rc;

/// Which scale belongs to a value: that of number `outer · i + along · (j / block) + inner · k` for
/// place j along the axis, before which i and behind which k counts the other places.
#[derive(Debug)]
struct Scheme {
    /// The axis's side, and how many values lie behind one place of it.
    side: usize,
    behind: usize,
    block: usize,
    outer: usize,
    along: usize,
    inner: usize,
}

impl Scheme {
    /// What a node's attributes and its scale's shape say about a tensor of `shape`, which is not
    /// empty: one scale for all, one for each place along an axis, or one for each block of places
    /// along it.
    fn new(node: &Node, shape: &[usize], scale: &[usize]) -> Result<Self> {
        let whole = Self { side: 1, behind: shape.iter().product(), block: 1, outer: 0, along: 0, inner: 0 };
        let block = usize::try_from(node.int("block_size", 0)?).map_err(|_| node.invalid("a negative block_size"))?;
        if matches!(scale, [] | [1]) && block == 0 {
            return Ok(whole);
        }
        let axis = node.int("axis", 1)?;
        let axis = if axis < 0 { axis.saturating_add(shape.len() as i64) } else { axis };
        let axis = usize::try_from(axis).ok().and_then(|axis| Some((axis, *shape.get(axis)?)));
        let (axis, side) = axis.ok_or_else(|| node.invalid("its axis is not one of its input's"))?;
        let behind = shape.iter().skip(axis + 1).product();
        if block == 0 {
            return match scale {
                [each] if *each == side => Ok(Self { side, behind, along: 1, ..whole }),
                _ => Err(node.invalid("its scale does not fit its axis")),
            };
        }
        let blocks = side.div_ceil(block);
        let expected = shape.iter().enumerate().map(|(i, side)| if i == axis { blocks } else { *side });
        if !expected.eq(scale.iter().copied()) {
            return Err(node.invalid("its scale does not fit its blocks"));
        }
        Ok(Self { side, behind, block, outer: blocks * behind, along: behind, inner: 1 })
    }

    /// The scale of the first value of a row of `behind`.
    fn first(&self, row: usize) -> usize {
        let (i, j) = (row / self.side, row % self.side);
        self.outer * i + self.along * (j / self.block)
    }

    /// How many values that follow each other share a scale, counted from the first value on.
    fn run(&self) -> usize {
        match self.inner {
            0 => self.behind,
            _ if self.behind == 1 && self.side.is_multiple_of(self.block) => self.block,
            _ => 1,
        }
    }
}

/// Integers with what makes floats of them: (code − zero point) · scale.
#[derive(Debug)]
pub(super) struct Quantised {
    codes: Rc<Constant>,
    scales: Rc<Constant>,
    zeros: Option<Rc<Constant>>,
    scheme: Scheme,
}

impl Quantised {
    /// The inputs of a DequantizeLinear, of which the first is not empty.
    pub fn new(node: &Node, codes: Rc<Constant>, scales: Rc<Constant>, zeros: Option<Rc<Constant>>) -> Result<Self> {
        if codes.as_codes().is_none() {
            return Err(node.unsupported("its input must be of 8 or 4 bits"));
        }
        if scales.as_floats().is_none() {
            return Err(node.invalid("its scale must hold floats"));
        }
        if zeros.as_ref().is_some_and(|zeros| zeros.as_codes().is_none() || zeros.shape != scales.shape) {
            return Err(node.invalid("its zero points must be integers of its scale's shape"));
        }
        let scheme = Scheme::new(node, &codes.shape, &scales.shape)?;
        Ok(Self { codes, scales, zeros, scheme })
    }

    pub fn shape(&self) -> &[usize] {
        &self.codes.shape
    }

    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// The rows of values that lie behind one place of the axis, each with the number of its first
    /// scale; `None` if a constant is of another type than it was.
    fn rows(&self) -> Option<impl Iterator<Item = (usize, &[i16])>> {
        let codes = self.codes.as_codes()?;
        Some(codes.chunks_exact(self.scheme.behind.max(1)).enumerate().map(|(i, row)| (self.scheme.first(i), row)))
    }

    /// Scale and zero point of number `at`.
    fn parameters(&self, at: usize) -> Option<(f32, i16)> {
        let zero = match &self.zeros {
            Some(zeros) => *zeros.as_codes()?.get(at)?,
            None => 0,
        };
        Some((*self.scales.as_floats()?.get(at)?, zero))
    }

    /// The floats; `None` if a scale is missing, which `new` has excluded.
    pub fn expand(&self) -> Option<Vec<f32>> {
        let mut floats = Vec::with_capacity(self.len());
        for (first, row) in self.rows()? {
            for (k, code) in row.iter().enumerate() {
                let (scale, zero) = self.parameters(first + self.scheme.inner * k)?;
                floats.push(f32::from(code - zero) * scale);
            }
        }
        Some(floats)
    }

    /// The integers less their zero points, and the scale of each `block` of them; `None` if blocks
    /// do not share a scale, or if an integer does not fit 8 bits.
    pub fn blocks(&self, block: usize) -> Option<(Vec<i8>, Vec<f32>)> {
        if !self.scheme.run().is_multiple_of(block) {
            return None;
        }
        let (mut codes, mut scales) = (Vec::with_capacity(self.len()), Vec::with_capacity(self.len() / block));
        let mut values = self.codes.as_codes()?.chunks_exact(block).enumerate();
        values.try_for_each(|(i, values)| {
            let (row, k) = (i * block / self.scheme.behind, i * block % self.scheme.behind);
            let (scale, zero) = self.parameters(self.scheme.first(row) + self.scheme.inner * k)?;
            scales.push(scale);
            values.iter().try_for_each(|code| i8::try_from(code - zero).map(|code| codes.push(code)).ok())
        })?;
        Some((codes, scales))
    }
}
