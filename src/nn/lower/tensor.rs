//! Values in row-major memory, for what has no kernel on images: how they are had, and how their
//! operations are appended.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node, Values};
use crate::nn::kernels::tensor::{
    Binary, BinaryKind, Normalise, NormaliseKind, Pick, TensorOp, View, broadcast, contiguous,
};
use crate::nn::op::{Kind, Strides};
use crate::nn::value::{Form, Grid, Value};
use crate::simd::LANES;

/// The most axes of a value.
pub(super) const MAX_AXES: usize = 8;

impl Lowering<'_> {
    /// Input `index` in row-major memory; a constant is written out.
    pub(super) fn tensor(&mut self, node: &Node, index: usize) -> Result<Value> {
        match self.entry(node, index)?.clone() {
            Entry::Constant(constant) => self.written_out(node, &constant),
            _ => {
                let value = self.value(node, index)?;
                self.flattened(&value)
            }
        }
    }

    /// A constant as a value, which each run copies.
    pub(super) fn written_out(&mut self, node: &Node, constant: &Constant) -> Result<Value> {
        let floats = constant.as_floats().ok_or_else(|| node.invalid("a constant must hold floats"))?;
        let source = self.source.clone().ok_or_else(|| node.invalid("the graph has no input"))?;
        self.reserve(floats.len().max(1), 1, 1)?;
        self.push_tensor(node, TensorOp::Constant(floats.to_vec()), &source, None, constant.shape.clone())
    }

    /// Appends an operation on flat values, which gives a new one of `shape`.
    pub(super) fn push_tensor(
        &mut self,
        node: &Node,
        op: TensorOp,
        first: &Value,
        second: Option<&Value>,
        shape: Vec<usize>,
    ) -> Result<Value> {
        let len = self.limits.elements(&shape)?;
        let counted = op.spans().is_some_and(|[.., written]| written == len);
        if len == 0 || !counted || shape.len() > MAX_AXES {
            return Err(node.unsupported("its output is empty, or has too many axes"));
        }
        self.work(op.work())?;
        let output = self.new_value(Grid::padded(1, 1, len), Form::Flat, shape)?;
        self.push(Kind::Tensor { op }, first, second.cloned(), &output);
        Ok(output)
    }

    /// An operation of one flat value.
    pub(super) fn tensor_op(&mut self, node: &Node, op: TensorOp, value: &Value, shape: Vec<usize>) -> Result<Value> {
        let flat = self.flattened(value)?;
        self.push_tensor(node, op, &flat, None, shape)
    }

    /// An operation of two flat values, spread over each other.
    pub(super) fn spread(&mut self, node: &Node, kind: BinaryKind, a: &Value, b: &Value) -> Result<Value> {
        let (a, b) = (self.flattened(a)?, self.flattened(b)?);
        let shape = broadcast(&a.shape, &b.shape);
        let shape = shape.ok_or_else(|| node.invalid(&format!("shapes {:?} and {:?}", a.shape, b.shape)))?;
        self.limits.elements(&shape)?;
        let op = TensorOp::Binary(Binary::new(kind, &a.shape, &b.shape, &shape));
        self.push_tensor(node, op, &a, Some(&b), shape)
    }

    /// A value with a constant of `shape`.
    pub(super) fn spread_constant(
        &mut self,
        node: &Node,
        kind: BinaryKind,
        value: &Value,
        shape: Vec<usize>,
        floats: Vec<f32>,
    ) -> Result<Value> {
        let constant = self.written_out(node, &Constant::floats(shape, floats))?;
        self.spread(node, kind, value, &constant)
    }

    /// The node's output is input `index` seen through `view`, as `shape`.
    pub(super) fn viewed(&mut self, node: &Node, index: usize, view: View, shape: Vec<usize>) -> Result<Entry> {
        if let Some(constant) = self.constant(node, index).cloned() {
            let len = self.limits.elements(&shape)?;
            self.fold(node, len)?;
            if view.spans().is_none_or(|[read, _, written]| read > constant.len() || written != len) {
                return Err(node.unsupported("too many axes"));
            }
            let values = match &constant.values {
                Values::Floats(v) => Values::Floats(taken(v, len, |from, to| view.run(from, to))),
                Values::Ints(v) => Values::Ints(taken(v, len, |from, to| view.run(from, to))),
                Values::Codes(v) => Values::Codes(taken(v, len, |from, to| view.run(from, to))),
            };
            return Ok(Entry::Constant(Constant { shape, values }.into()));
        }
        let value = self.tensor(node, index)?;
        self.push_tensor(node, TensorOp::View(view), &value, None, shape).map(Entry::Value)
    }

    /// Places along an axis of input `index`, as `shape`.
    pub(super) fn picked(&mut self, node: &Node, index: usize, pick: Pick, shape: Vec<usize>) -> Result<Entry> {
        self.reserve(pick.table.len().max(1), 1, 2)?;
        if let Some(constant) = self.constant(node, index).cloned() {
            let len = self.limits.elements(&shape)?;
            self.fold(node, len)?;
            if pick.spans().is_none_or(|[read, _, written]| read > constant.len() || written != len) {
                return Err(node.invalid("a place is not there"));
            }
            let values = match &constant.values {
                Values::Floats(v) => Values::Floats(taken(v, len, |from, to| pick.run_with(from, to, pick.fill))),
                Values::Ints(v) => Values::Ints(taken(v, len, |from, to| pick.run_with(from, to, 0))),
                Values::Codes(v) => Values::Codes(taken(v, len, |from, to| pick.run_with(from, to, 0))),
            };
            return Ok(Entry::Constant(Constant { shape, values }.into()));
        }
        let value = self.tensor(node, index)?;
        self.push_tensor(node, TensorOp::Pick(pick), &value, None, shape).map(Entry::Value)
    }

    /// A flat value with its axes in another order.
    pub(super) fn turned(&mut self, node: &Node, value: &Value, perm: &[usize]) -> Result<Value> {
        let shape: Vec<usize> = perm.iter().filter_map(|axis| value.shape.get(*axis)).copied().collect();
        if perm.iter().copied().eq(0..value.shape.len()) {
            return self.flattened(value);
        }
        self.tensor_op(node, TensorOp::View(turning(&value.shape, perm)), value, shape)
    }

    /// Each row along `axes`, which are the last ones of a value or are moved there for it, is
    /// normalised.
    pub(super) fn normalised(
        &mut self,
        node: &Node,
        value: &Value,
        axis: usize,
        through: usize,
        kind: NormaliseKind,
    ) -> Result<Value> {
        let rank = value.shape.len();
        let perm: Vec<usize> = (0..axis).chain(through + 1..rank).chain(axis..=through).collect();
        let turned = self.turned(node, value, &perm)?;
        let len = value.shape.iter().take(through + 1).skip(axis).product::<usize>();
        let total = self.limits.elements(&value.shape)?;
        let op = Normalise { kind, rows: total.checked_div(len).ok_or_else(|| node.invalid("nothing"))?, len };
        let result = self.tensor_op(node, TensorOp::Normalise(op), &turned, turned.shape.clone())?;
        let mut back = vec![0; rank];
        for (to, from) in perm.iter().enumerate() {
            if let Some(slot) = back.get_mut(*from) {
                *slot = to;
            }
        }
        self.turned(node, &result, &back)
    }

    /// The same value as an image, if its shape is that of one.
    pub(super) fn image_of(&mut self, node: &Node, value: &Value) -> Result<Value> {
        if value.form == Form::Image {
            return Ok(value.clone());
        }
        let &[1, channels, height, width] = value.shape.as_slice() else {
            let shape = &value.shape;
            return Err(node.unsupported(&format!("its input must be an image (N, C, H, W), and is {shape:?}")));
        };
        let flat = self.flattened(value)?;
        if (width, height) == (1, 1) && !self.external(flat.buffer) {
            return Ok(Value { grid: Grid::padded(1, 1, channels), form: Form::Image, ..flat });
        }
        let image = self.new_image(width, height, channels)?;
        let from = Strides { origin: 0, right: 1, down: width, channel: width * height };
        let kind = Kind::Copy { size: (width, height, channels), from: Some(from), to: None, fill: Some(0.0) };
        self.push(kind, &flat, None, &image);
        Ok(image)
    }

    /// Input `index` as an image, under its name from now on.
    pub(super) fn image_value(&mut self, node: &Node, index: usize) -> Result<Value> {
        let value = self.value(node, index)?;
        let image = self.image_of(node, &value)?;
        if let (true, Some(name)) = (image != value, node.input(index)) {
            self.bind(name, Entry::Value(image.clone()));
        }
        Ok(image)
    }

    /// The same value with its last axis as the channels of a pixel, if that fills whole vectors.
    pub(super) fn rows_of(&mut self, value: &Value) -> Option<Value> {
        if value.form == Form::Rows {
            return Some(value.clone());
        }
        let channels = *value.shape.last()?;
        let whole = value.form == Form::Flat && channels > 0 && channels.is_multiple_of(LANES);
        if !whole || self.external(value.buffer) {
            return None;
        }
        let rows = value.shape.iter().product::<usize>() / channels;
        Some(Value { grid: Grid::tight(rows, 1, channels), form: Form::Rows, ..value.clone() })
    }

    /// A part of an image: `size` = (width, height, channels) pixels from `first` on, `step` apart.
    pub(super) fn cropped(
        &mut self,
        value: &Value,
        first: (usize, usize, usize),
        step: (usize, usize),
        size: (usize, usize, usize),
    ) -> Result<Value> {
        let source = if self.external(value.buffer) || !self.bordered(value) {
            value.clone()
        } else {
            // A border may lie around it: a copy has none.
            let Grid { width, height, channels, .. } = value.grid;
            let copy = self.new_image(width, height, channels)?;
            self.push_copy(value, &copy, None, None, Some(0.0));
            copy
        };
        self.set_rigid(source.buffer);
        let pixel = source.grid.pixel;
        let row = pixel * source.grid.width;
        let origin = first.0 * pixel + first.1 * row + first.2;
        let from = Strides { origin, right: step.0 * pixel, down: step.1 * row, channel: 1 };
        let output = self.new_image(size.0, size.1, size.2)?;
        self.push(Kind::Copy { size, from: Some(from), to: None, fill: Some(0.0) }, &source, None, &output);
        Ok(output)
    }
}

/// The view of a tensor of `shape` with its axes in another order.
pub(super) fn turning(shape: &[usize], perm: &[usize]) -> View {
    let own = contiguous(shape);
    let side = |axis: &usize| shape.get(*axis).copied();
    let sides: Vec<usize> = perm.iter().filter_map(side).collect();
    let steps: Vec<isize> = perm.iter().filter_map(|axis| own.get(*axis)).map(|step| step.cast_signed()).collect();
    View::new(&sides, &steps, 0)
}

/// Axis number `axis`, which counts from the end if it is negative, of `rank` ones.
pub(super) fn axis_of(node: &Node, axis: i64, rank: usize) -> Result<usize> {
    let counted = if axis < 0 { axis.saturating_add(rank as i64) } else { axis };
    let axis_there = usize::try_from(counted).ok().filter(|axis| *axis < rank);
    axis_there.ok_or_else(|| node.unsupported(&format!("axis {axis} of {rank}")))
}

/// `len` values that `take` makes of `from`.
fn taken<T: Copy + Default>(from: &[T], len: usize, take: impl Fn(&[T], &mut [T])) -> Vec<T> {
    let mut to = vec![T::default(); len];
    take(from, &mut to);
    to
}
