//! Weights that a file stores as integers of 8 or 4 bits, with scales and zero points: what the
//! operator DequantizeLinear takes.

use super::graph::Node;
use crate::error::Result;

/// Integers with what makes floats of them: (code − zero point) · scale.
pub(super) struct Quantised<'a> {
    pub codes: &'a [i16],
    pub scales: &'a [f32],
    /// As many as there are scales, or none if all are 0.
    pub zeros: &'a [i16],
}

/// Which scale belongs to a value: that of number `outer · i + along · (j / block) + inner · k` for
/// place j along the axis, before which i and behind which k counts the other places.
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
    /// What a node's attributes and its scale's shape say about a tensor of `shape`: one scale for
    /// all, one for each place along an axis, or one for each block of places along it.
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
}

impl Quantised<'_> {
    /// The floats of a tensor of `shape`, for a node whose scales have the shape `scale`.
    pub fn expand(&self, node: &Node, shape: &[usize], scale: &[usize]) -> Result<Vec<f32>> {
        let scheme = Scheme::new(node, shape, scale)?;
        let mut floats = Vec::with_capacity(self.codes.len());
        // Sides of 0 leave nothing to be cut into rows.
        let rows = self.codes.chunks_exact(scheme.behind.max(1));
        for (row, codes) in rows.enumerate() {
            let (i, j) = (row / scheme.side.max(1), row % scheme.side.max(1));
            let first = scheme.outer * i + scheme.along * (j / scheme.block);
            for (k, code) in codes.iter().enumerate() {
                let at = first + scheme.inner * k;
                let scale = self.scales.get(at).ok_or_else(|| node.invalid("a scale is missing"))?;
                // No list of zero points: all are 0.
                let zero = self.zeros.get(at).copied().unwrap_or(0);
                floats.push(f32::from(code - zero) * scale);
            }
        }
        Ok(floats)
    }
}
