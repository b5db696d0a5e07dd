//! Reshaping, transposing, concatenating: mostly a change of view, a copy where memory really must
//! move.

use super::lowering::{Entry, Lowering};
use super::tensor::axis_of;
use crate::error::Result;
use crate::nn::graph::Node;
use crate::nn::op::{Kind, Strides};
use crate::nn::value::{Form, Grid, Value};

impl Lowering<'_> {
    /// The same values as contiguous memory in ONNX order.
    pub(super) fn flattened(&mut self, value: &Value) -> Result<Value> {
        let Grid { width, height, channels, .. } = value.grid;
        match value.form {
            Form::Flat => return Ok(value.clone()),
            Form::Rows => {
                let flat = Grid::padded(1, 1, width * height * channels);
                return Ok(Value { grid: flat, form: Form::Flat, ..value.clone() });
            }
            Form::Image => {}
        }
        let pixels = width * height;
        let flat = Grid::padded(1, 1, pixels * channels);
        if pixels == 1 && !self.external(value.buffer) && !self.bordered(value) {
            self.set_rigid(value.buffer);
            return Ok(Value { grid: flat, form: Form::Flat, ..value.clone() });
        }
        let output = self.new_value(flat, Form::Flat, value.shape.clone())?;
        let to = Strides { origin: 0, right: 1, down: width, channel: pixels };
        self.push_copy(value, &output, None, Some(to), Some(0.0));
        Ok(output)
    }

    /// Whether zeros lie around the value in its buffer.
    pub(super) fn bordered(&self, value: &Value) -> bool {
        self.buffers.get(value.buffer).is_none_or(|b| !b.border.is_none())
    }

    /// Reshape, Flatten, Squeeze, Unsqueeze: flat memory under another shape, or an image made of
    /// it.
    pub(super) fn reshape(&mut self, node: &Node) -> Result<()> {
        if let Some(constant) = self.constant(node, 0).cloned() {
            return self.reshape_constant(node, &constant);
        }
        let value = self.value(node, 0)?;
        let shape = self.target_shape(node, &value.shape)?;
        if self.limits.elements(&shape)? != self.limits.elements(&value.shape)? {
            return Err(node.invalid(&format!("{:?} cannot become {shape:?}", value.shape)));
        }
        if shape == value.shape {
            return self.define(node, Entry::Value(value));
        }
        let flat = self.flattened(&value)?;
        let reshaped = match *shape.as_slice() {
            // (1, C, 1, 1) is an image of one pixel, whose memory is the same.
            [1, channels, 1, 1] if !self.external(flat.buffer) => {
                Value { grid: Grid::padded(1, 1, channels), form: Form::Image, shape, ..flat }
            }
            // Any other image is made where somebody reads one.
            _ => Value { shape, ..flat },
        };
        self.define(node, Entry::Value(reshaped))
    }

    /// The shape that a reshaping node gives to an input of `shape`.
    pub(super) fn target_shape(&self, node: &Node, shape: &[usize]) -> Result<Vec<usize>> {
        let total: usize = shape.iter().product();
        // The second input in new files, an attribute in old ones.
        let list = |name: &str| match node.input(1) {
            Some(_) => self.list(node, 1),
            None => {
                let stated = node.ints(name)?.map(<[i64]>::to_vec);
                stated.ok_or_else(|| node.unsupported(&format!("its {name} must be stated")))
            }
        };
        match node.op.as_str() {
            "Flatten" => {
                let axis = node.int("axis", 1)?;
                let axis = if axis < 0 { axis.saturating_add(shape.len() as i64) } else { axis };
                let axis = usize::try_from(axis).ok().filter(|axis| *axis <= shape.len());
                let axis = axis.ok_or_else(|| node.unsupported("an axis that is not there"))?;
                Ok(vec![shape.iter().take(axis).product(), shape.iter().skip(axis).product()])
            }
            "Squeeze" => {
                let rank = shape.len() as i64;
                let stated = match (node.input(1), node.ints("axes")?) {
                    // All that have one place.
                    (None, None) => (0..rank).filter(|i| shape.get(*i as usize) == Some(&1)).collect(),
                    _ => list("axes")?.to_vec(),
                };
                let axes: Vec<i64> = stated.iter().map(|a| if *a < 0 { a.saturating_add(rank) } else { *a }).collect();
                if axes.iter().any(|axis| !(0..rank).contains(axis)) {
                    return Err(node.unsupported("an axis that is not there"));
                }
                let kept = shape.iter().enumerate().filter(|(i, _)| !axes.contains(&(*i as i64)));
                Ok(kept.map(|(_, side)| *side).collect())
            }
            "Unsqueeze" => {
                let added = list("axes")?;
                let rank = shape.len() + added.len();
                let added: Vec<i64> =
                    added.iter().map(|a| if *a < 0 { a.saturating_add(rank as i64) } else { *a }).collect();
                let mut sides = shape.iter();
                let side = |i| if added.contains(&i) { Some(1) } else { sides.next().copied() };
                let result: Vec<usize> = (0..rank.min(8) as i64).filter_map(side).collect();
                // Each axis takes one side of the result, if it is given once and inside.
                if result.len() != rank || sides.next().is_some() {
                    return Err(node.unsupported("these axes"));
                }
                Ok(result)
            }
            _ => {
                let wanted = list("shape")?;
                if wanted.len() > 8 || node.int("allowzero", 0)? != 0 {
                    return Err(node.unsupported("more than 8 axes, or allowzero"));
                }
                let side = |(i, side): (usize, &i64)| match side {
                    -1 => Ok(None),
                    0 => shape
                        .get(i)
                        .copied()
                        .map(Some)
                        .ok_or_else(|| node.invalid("it copies an axis that is not there")),
                    _ => usize::try_from(*side).map(Some).map_err(|_| node.invalid("its shape has a negative side")),
                };
                let sides: Vec<Option<usize>> = wanted.iter().enumerate().map(side).collect::<Result<_>>()?;
                let known = sides.iter().flatten().try_fold(1usize, |n, side| n.checked_mul(*side));
                let known = known.filter(|n| *n > 0).ok_or_else(|| node.invalid("its shape is empty or too large"))?;
                if sides.iter().filter(|side| side.is_none()).count() > 1 {
                    return Err(node.invalid("its shape leaves more than one side open"));
                }
                // The open side takes what is left; if that is not whole, the totals will differ.
                Ok(sides.into_iter().map(|side| side.unwrap_or(total / known)).collect())
            }
        }
    }

    /// Transpose: between channels first and channels last a change of view or a copy, else a
    /// rearrangement of flat memory.
    pub(super) fn transpose(&mut self, node: &Node) -> Result<()> {
        if let Some(constant) = self.constant(node, 0).cloned() {
            return self.transpose_constant(node, &constant);
        }
        let value = self.value(node, 0)?;
        let rank = value.shape.len();
        let perm = node.ints("perm")?.map_or_else(|| (0..rank as i64).rev().collect(), <[i64]>::to_vec);
        let output = match (perm.as_slice(), value.form, value.shape.as_slice()) {
            ([0, 2, 3, 1], Form::Image, &[_, c, h, w]) => {
                let shape = vec![1, h, w, c];
                let flat = Grid::padded(1, 1, w * h * c);
                if value.grid.pixel == c && !self.external(value.buffer) && !self.bordered(&value) {
                    // Channels-last memory is what the node asks for.
                    self.set_rigid(value.buffer);
                    Value { grid: flat, form: Form::Flat, shape, ..value }
                } else {
                    let output = self.new_value(flat, Form::Flat, shape)?;
                    let to = Strides { origin: 0, right: c, down: w * c, channel: 1 };
                    self.push_copy(&value, &output, None, Some(to), Some(0.0));
                    output
                }
            }
            ([0, 3, 1, 2], Form::Flat, &[1, h, w, c]) => {
                let shape = vec![1, c, h, w];
                if self.external(value.buffer) {
                    Value { grid: Grid::tight(w, h, c), form: Form::Image, shape, ..value }
                } else {
                    let output = self.new_image(w, h, c)?;
                    let from = Strides { origin: 0, right: c, down: w * c, channel: 1 };
                    let kind = Kind::Copy { size: (w, h, c), from: Some(from), to: None, fill: Some(0.0) };
                    self.push(kind, &value, None, &output);
                    output
                }
            }
            _ => {
                let axes = perm.iter().map(|axis| axis_of(node, *axis, rank)).collect::<Result<Vec<_>>>()?;
                let mut sorted = axes.clone();
                sorted.sort_unstable();
                if !sorted.into_iter().eq(0..rank) {
                    return Err(node.invalid(&format!("{perm:?} is no permutation of {rank} axes")));
                }
                self.turned(node, &value, &axes)?
            }
        };
        self.define(node, Entry::Value(output))
    }

    /// Concat: each input is copied into its part of the output.
    pub(super) fn concat(&mut self, node: &Node) -> Result<()> {
        let mut values = Vec::new();
        for i in 0..node.inputs.len() {
            let value = match self.entry(node, i)?.clone() {
                Entry::Constant(constant) => self.written_out(node, &constant)?,
                _ => self.value(node, i)?,
            };
            values.push(value);
        }
        let first = values.first().ok_or_else(|| node.invalid("it has no inputs"))?;
        let axis = axis_of(node, node.int("axis", 0)?, first.shape.len())?;
        // Images along their channels, if one of them is one; anything else in flat memory.
        let images = axis == 1 && values.iter().any(|v| v.form == Form::Image) && first.shape.len() == 4;
        for value in &mut values {
            *value = if images { self.image_of(node, value)? } else { self.flattened(value)? };
        }
        let first = values.first().ok_or_else(|| node.invalid("it has no inputs"))?.clone();
        let rank = first.shape.len();
        let others = |v: &Value| -> Vec<usize> {
            v.shape.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, side)| *side).collect()
        };
        if values.iter().any(|v| v.form != first.form || v.shape.len() != rank || others(v) != others(&first)) {
            return Err(node.invalid("its inputs do not fit together"));
        }
        // All of them have this axis: their other sides are the same.
        let total: usize = values.iter().filter_map(|v| v.shape.get(axis)).sum();
        let side = |(i, side): (usize, &usize)| if i == axis { total } else { *side };
        let shape: Vec<usize> = first.shape.iter().enumerate().map(side).collect();
        let output = if first.form == Form::Image {
            let output = self.new_image(first.grid.width, first.grid.height, total)?;
            self.set_rigid(output.buffer);
            output
        } else {
            let len = self.limits.elements(&shape)?;
            self.new_value(Grid::padded(1, 1, len), Form::Flat, shape.clone())?
        };
        let mut origin = 0;
        for (i, value) in values.iter().enumerate() {
            let fill = (i == 0).then_some(0.0);
            if first.form == Form::Image {
                let pixel = output.grid.pixel;
                let to = Strides { origin, right: pixel, down: pixel * output.grid.width, channel: 1 };
                self.push_copy(value, &output, None, Some(to), fill);
                origin += value.grid.channels;
            } else {
                let tail = |shape: &[usize]| -> usize { shape.iter().skip(axis).product() };
                let outer: usize = shape.iter().take(axis).product();
                let (inner, stride) = (tail(&value.shape), tail(&shape));
                let from = Strides { origin: 0, right: inner, down: 0, channel: 1 };
                let to = Strides { origin, right: stride, down: 0, channel: 1 };
                let kind = Kind::Copy { size: (outer, 1, inner), from: Some(from), to: Some(to), fill };
                self.push(kind, value, None, &output);
                origin += inner;
            }
        }
        self.define(node, Entry::Value(output))
    }
}
