//! Parts of values and values in another order: Slice, Split, Gather, Expand, Tile, DepthToSpace.

use super::lowering::{Entry, Lowering};
use super::tensor::{MAX_AXES, axis_of, turning};
use crate::error::Result;
use crate::nn::graph::Node;
use crate::nn::kernels::tensor::{Pick, View, broadcast, contiguous};
use crate::nn::value::Form;

/// Which places along one axis are taken: the first, how many, and how far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    first: usize,
    count: usize,
    step: isize,
}

impl Lowering<'_> {
    /// Input `index` as integers that are known when the network is loaded.
    pub(super) fn list(&self, node: &Node, index: usize) -> Result<Vec<i64>> {
        let list = self.constant(node, index).and_then(|c| c.as_ints());
        list.map(<[i64]>::to_vec).ok_or_else(|| {
            node.unsupported(&format!(
                "its input {index} must be known when the network is loaded; fix the input's shape and simplify the \
                 file (onnxsim)"
            ))
        })
    }

    /// The shape of input `index`, a value or a constant.
    pub(super) fn shape_of(&self, node: &Node, index: usize) -> Result<Vec<usize>> {
        match self.entry(node, index)? {
            Entry::Constant(constant) => Ok(constant.shape.clone()),
            Entry::Quantised(quantised) => Ok(quantised.shape().to_vec()),
            Entry::Value(value) => Ok(value.shape.clone()),
            Entry::Padded { value, border, channels } => Ok(vec![
                1,
                *channels,
                value.grid.height + border.top + border.bottom,
                value.grid.width + border.left + border.right,
            ]),
        }
    }

    /// Slice, with attributes before operator set 10 and inputs since then.
    pub(super) fn slice(&mut self, node: &Node) -> Result<()> {
        let shape = self.shape_of(node, 0)?;
        let stated = |index: usize, name: &str| match node.input(index) {
            Some(_) => self.list(node, index).map(Some),
            None => Ok(node.ints(name)?.map(<[i64]>::to_vec)),
        };
        let (Some(starts), Some(ends)) = (stated(1, "starts")?, stated(2, "ends")?) else {
            return Err(node.unsupported("its starts and ends must be known"));
        };
        let axes = stated(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = stated(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
        if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
            return Err(node.invalid("its starts, ends, axes and steps differ in number"));
        }
        let mut cuts: Vec<Cut> = shape.iter().map(|side| Cut { first: 0, count: *side, step: 1 }).collect();
        for (((start, end), axis), step) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
            let axis = axis_of(node, *axis, shape.len())?;
            if let Some((cut, side)) = cuts.get_mut(axis).zip(shape.get(axis)) {
                *cut = between(*side, *start, *end, *step).ok_or_else(|| node.unsupported("an empty slice"))?;
            }
        }
        let entry = self.cut(node, &shape, &cuts)?;
        self.define(node, entry)
    }

    /// The places of input 0 that `cuts` names for each axis.
    fn cut(&mut self, node: &Node, shape: &[usize], cuts: &[Cut]) -> Result<Entry> {
        if let Entry::Value(value) = self.entry(node, 0)?.clone()
            && value.form == Form::Image
            && let [batch, c, y, x] = cuts
            && batch.count == 1
            && c.step == 1
            && let (Ok(down), Ok(right)) = (usize::try_from(y.step), usize::try_from(x.step))
        {
            let size = (x.count, y.count, c.count);
            return self.cropped(&value, (x.first, y.first, c.first), (right, down), size).map(Entry::Value);
        }
        let own = contiguous(shape);
        let steps: Vec<isize> =
            own.iter().zip(cuts).map(|(own, cut)| own.cast_signed().saturating_mul(cut.step)).collect();
        let origin = own.iter().zip(cuts).fold(0usize, |sum, (own, cut)| sum.saturating_add(own * cut.first));
        let sides: Vec<usize> = cuts.iter().map(|cut| cut.count).collect();
        self.viewed(node, 0, View::new(&sides, &steps, origin), sides)
    }

    /// Split, into parts of stated or equal sizes.
    pub(super) fn split(&mut self, node: &Node) -> Result<()> {
        let shape = self.shape_of(node, 0)?;
        let axis = axis_of(node, node.int("axis", 0)?, shape.len())?;
        let side = shape.get(axis).copied().unwrap_or(1); // It is there.
        let stated = match node.input(1) {
            Some(_) => Some(self.list(node, 1)?),
            None => node.ints("split")?.map(<[i64]>::to_vec),
        };
        let sizes: Vec<usize> = match stated {
            // A negative size fits no sum.
            Some(sizes) => sizes.iter().map(|size| usize::try_from(*size).unwrap_or(usize::MAX)).collect(),
            None => {
                // The last part is the smaller one.
                let each = side.div_ceil(node.outputs.len().max(1)).max(1);
                (0..node.outputs.len()).map(|i| each.min(side.saturating_sub(i * each))).collect()
            }
        };
        let total = sizes.iter().try_fold(0usize, |sum, size| sum.checked_add(*size));
        if sizes.len() != node.outputs.len() || total != Some(side) {
            return Err(node.invalid("its parts do not fit its axis"));
        }
        let mut first = 0;
        for (index, size) in sizes.iter().enumerate() {
            let mut cuts: Vec<Cut> = shape.iter().map(|side| Cut { first: 0, count: *side, step: 1 }).collect();
            if let Some(cut) = cuts.get_mut(axis) {
                *cut = Cut { first, count: *size, step: 1 };
            }
            first += size;
            if node.outputs.get(index).is_some_and(|name| self.uses.contains_key(name)) {
                if *size == 0 {
                    return Err(node.unsupported("an empty part"));
                }
                let entry = self.cut(node, &shape, &cuts)?;
                self.define_output(node, index, entry)?;
            }
        }
        Ok(())
    }

    /// Gather by constant indices.
    pub(super) fn gather(&mut self, node: &Node) -> Result<()> {
        let shape = self.shape_of(node, 0)?;
        let axis = axis_of(node, node.int("axis", 0)?, shape.len())?;
        let side = shape.get(axis).copied().unwrap_or(1); // It is there.
        let place = |index: i64| {
            let index = if index < 0 { index.saturating_add(side as i64) } else { index };
            usize::try_from(index).ok().filter(|index| *index < side)
        };
        let indices = self.list(node, 1)?;
        let own = self.shape_of(node, 1)?;
        let table = indices.into_iter().map(place).collect::<Option<Vec<_>>>();
        let table = table.ok_or_else(|| node.invalid("an index is out of range"))?;
        let (outer, inner) = (shape.iter().take(axis).product(), shape.iter().skip(axis + 1).product());
        let result: Vec<usize> =
            shape.iter().take(axis).chain(&own).chain(shape.iter().skip(axis + 1)).copied().collect();
        let pick = Pick { outer, len: side, inner, table, fill: 0.0 };
        let entry = self.picked(node, 0, pick, result)?;
        self.define(node, entry)
    }

    /// Expand: values are repeated along axes of one place.
    pub(super) fn expand(&mut self, node: &Node) -> Result<()> {
        let shape = self.shape_of(node, 0)?;
        let wanted = self.sides(node, 1)?;
        let result = broadcast(&shape, &wanted).filter(|result| result.len() <= MAX_AXES);
        let result = result.ok_or_else(|| node.invalid(&format!("{shape:?} does not fit {wanted:?}")))?;
        if let (true, Entry::Value(value)) = (result == shape, self.entry(node, 0)?.clone()) {
            return self.define(node, Entry::Value(value));
        }
        self.limits.elements(&result)?;
        let own = contiguous(&shape);
        let missing = result.len() - shape.len();
        let step = |axis: usize| match axis.checked_sub(missing).and_then(|i| shape.get(i).zip(own.get(i))) {
            Some((side, step)) if *side != 1 => step.cast_signed(),
            // Absent, or one place.
            _ => 0,
        };
        let steps: Vec<isize> = (0..result.len()).map(step).collect();
        let entry = self.viewed(node, 0, View::new(&result, &steps, 0), result)?;
        self.define(node, entry)
    }

    /// Tile: the whole is repeated along each axis.
    pub(super) fn tile(&mut self, node: &Node) -> Result<()> {
        let shape = self.shape_of(node, 0)?;
        let repeats = self.sides(node, 1)?;
        if repeats.len() != shape.len() {
            return Err(node.invalid("its repeats do not fit its input"));
        }
        let result: Vec<usize> = shape.iter().zip(&repeats).map(|(side, n)| side.saturating_mul(*n)).collect();
        self.limits.elements(&result)?;
        let sides: Vec<usize> = repeats.iter().zip(&shape).flat_map(|(n, side)| [*n, *side]).collect();
        let steps: Vec<isize> = contiguous(&shape).into_iter().flat_map(|step| [0, step.cast_signed()]).collect();
        let entry = self.viewed(node, 0, View::new(&sides, &steps, 0), result)?;
        self.define(node, entry)
    }

    /// DepthToSpace and SpaceToDepth.
    pub(super) fn blocks(&mut self, node: &Node) -> Result<()> {
        let value = self.value(node, 0)?;
        let &[1, channels, height, width] = value.shape.as_slice() else {
            return Err(node.unsupported("its input must be an image (N, C, H, W)"));
        };
        let block = usize::try_from(node.int("blocksize", 0)?).ok().filter(|block| (1..=64).contains(block));
        let block = block.ok_or_else(|| node.unsupported("its block size must be 1 to 64"))?;
        let (inner, perm, result) = if node.op == "DepthToSpace" {
            let deep = channels / (block * block);
            let result = vec![1, deep, height * block, width * block];
            match node.text("mode", "DCR")? {
                "DCR" => (vec![1, block, block, deep, height, width], [0, 3, 4, 1, 5, 2], result),
                _ => (vec![1, deep, block, block, height, width], [0, 1, 4, 2, 5, 3], result),
            }
        } else {
            let (h, w) = (height / block, width / block);
            let result = vec![1, channels * block * block, h, w];
            (vec![1, channels, h, block, w, block], [0, 3, 5, 1, 2, 4], result)
        };
        if self.limits.elements(&inner)? != self.limits.elements(&value.shape)? {
            return Err(node.invalid("its blocks do not fit its input"));
        }
        let entry = self.viewed(node, 0, turning(&inner, &perm), result)?;
        self.define(node, entry)
    }

    /// Input `index` as sides of a shape.
    pub(super) fn sides(&self, node: &Node, index: usize) -> Result<Vec<usize>> {
        let sides = self.list(node, index)?;
        let sides: Option<Vec<usize>> = sides.iter().map(|side| usize::try_from(*side).ok()).collect();
        sides.filter(|sides| sides.len() <= MAX_AXES).ok_or_else(|| node.invalid("a side is negative"))
    }
}

/// The places of an axis of `side` between `start` and `end`, by the rules of ONNX; `None` if there
/// are none.
fn between(side: usize, start: i64, end: i64, step: i64) -> Option<Cut> {
    let side = i64::try_from(side).ok()?;
    let counted = |v: i64| if v < 0 { v.saturating_add(side) } else { v };
    let (first, count) = if step > 0 {
        let (start, end) = (counted(start).clamp(0, side), counted(end).clamp(0, side));
        (start, (end - start).max(0).checked_add(step - 1)? / step)
    } else {
        let (start, end) = (counted(start).clamp(0, side - 1), counted(end).clamp(-1, side - 1));
        let back = step.checked_neg().filter(|back| *back > 0)?;
        (start, (start - end).max(0).checked_add(back - 1)? / back)
    };
    let (first, count) = (usize::try_from(first).ok()?, usize::try_from(count).ok().filter(|count| *count > 0)?);
    // A single place has no neighbour: any step would do.
    let step = if count == 1 { 1 } else { isize::try_from(step).ok()? };
    Some(Cut { first, count, step })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_are_those_of_numpy() {
        let cut = |start, end, step| between(10, start, end, step).map(|c| (c.first, c.count, c.step));
        assert_eq!(cut(0, i64::MAX, 2), Some((0, 5, 2)));
        assert_eq!(cut(-3, -1, 1), Some((7, 2, 1)));
        assert_eq!(cut(-1, i64::MIN, -1), Some((9, 10, -1)));
        assert_eq!(cut(20, -20, -3), Some((9, 4, -3)));
        assert_eq!(cut(5, 5, 1), None);
        assert_eq!(cut(2, 1, 0), None);
        assert_eq!(cut(4, 5, i64::MAX), Some((4, 1, 1)));
        assert_eq!(cut(4, 3, i64::MIN), None);
    }
}
