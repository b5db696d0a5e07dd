//! Reductions and normalisations.

use super::lowering::{Entry, Lowering};
use super::tensor::axis_of;
use crate::error::Result;
use crate::nn::graph::Node;
use crate::nn::kernels::pool::Pooling;
use crate::nn::kernels::tensor::{BinaryKind, NormaliseKind, Reduce, ReduceKind, TensorOp};
use crate::nn::op::{Kind, Window};
use crate::nn::value::{Form, Value};

impl Lowering<'_> {
    /// The axes that a reduction names, as an input or an attribute; none if it does not.
    fn axes(&self, node: &Node, rank: usize) -> Result<Vec<usize>> {
        let stated = match node.input(1) {
            Some(_) => self.list(node, 1)?,
            None => node.ints("axes")?.map(<[i64]>::to_vec).unwrap_or_default(), // All axes.
        };
        let mut axes = stated.iter().map(|axis| axis_of(node, *axis, rank)).collect::<Result<Vec<_>>>()?;
        axes.sort_unstable();
        axes.dedup();
        Ok(axes)
    }

    /// ReduceMean, ReduceSum and their like.
    pub(super) fn reduce(&mut self, node: &Node, kind: ReduceKind) -> Result<()> {
        let value = self.value(node, 0)?;
        let rank = value.shape.len();
        let mut axes = self.axes(node, rank)?;
        if axes.is_empty() {
            if node.int("noop_with_empty_axes", 0)? != 0 {
                return self.define(node, Entry::Value(value));
            }
            axes = (0..rank).collect();
        }
        let keep = node.int("keepdims", 1)? != 0;
        let side = |(axis, side): (usize, &usize)| match axes.contains(&axis) {
            true => keep.then_some(1),
            false => Some(*side),
        };
        let shape: Vec<usize> = value.shape.iter().enumerate().filter_map(side).collect();
        let pooling = match kind {
            ReduceKind::Mean => Some(Pooling::Average { count_padding: false }),
            ReduceKind::Max => Some(Pooling::Max),
            _ => None,
        };
        if let (Form::Image, [2, 3], Some(pooling)) = (value.form, axes.as_slice(), pooling) {
            let image = self.in_vectors(&value)?;
            let pooled = self.pooled_whole(&image, pooling)?;
            let result = if keep { pooled } else { Value { shape, ..self.flattened(&pooled)? } };
            return self.define(node, Entry::Value(result));
        }
        // The reduced axes must be neighbours, or become the last ones.
        let neighbours = axes.windows(2).all(|pair| matches!(pair, [a, b] if a + 1 == *b));
        let (turned, first) = if neighbours {
            (self.flattened(&value)?, axes.first().copied().unwrap_or(rank))
        } else {
            let kept: Vec<usize> = (0..rank).filter(|axis| !axes.contains(axis)).collect();
            let perm: Vec<usize> = kept.iter().chain(&axes).copied().collect();
            (self.turned(node, &value, &perm)?, kept.len())
        };
        let product = |range: std::ops::Range<usize>| -> usize {
            turned.shape.iter().take(range.end).skip(range.start).product()
        };
        let (outer, len) = (product(0..first), product(first..first + axes.len()));
        let op = Reduce { kind, outer, len, inner: product(first + axes.len()..rank) };
        let result = self.tensor_op(node, TensorOp::Reduce(op), &turned, shape)?;
        self.define(node, Entry::Value(result))
    }

    /// One value per channel of an image.
    pub(super) fn pooled_whole(&mut self, input: &Value, kind: Pooling) -> Result<Value> {
        let grid = input.grid;
        let window = Window { kernel: (grid.width, grid.height), output: (1, 1), ..Window::pointwise(&grid) };
        self.count(&[grid.pixel, grid.width, grid.height])?;
        let output = self.new_image(1, 1, grid.channels)?;
        self.push(Kind::Pool { kind, window }, input, None, &output);
        Ok(output)
    }

    /// Softmax and LogSoftmax. Before operator set 13 everything from the axis on is one row.
    pub(super) fn softmax(&mut self, node: &Node, kind: NormaliseKind) -> Result<()> {
        let value = self.value(node, 0)?;
        let rank = value.shape.len();
        let (default, whole) = if self.opset < 13 { (1, true) } else { (-1, false) };
        let axis = axis_of(node, node.int("axis", default)?, rank)?;
        let result = self.normalised(node, &value, axis, if whole { rank - 1 } else { axis }, kind)?;
        self.define(node, Entry::Value(result))
    }

    /// LpNormalization.
    pub(super) fn lp_normalization(&mut self, node: &Node) -> Result<()> {
        let value = self.value(node, 0)?;
        let axis = axis_of(node, node.int("axis", -1)?, value.shape.len())?;
        let kind = match node.int("p", 2)? {
            1 => NormaliseKind::L1,
            2 => NormaliseKind::L2,
            _ => return Err(node.unsupported("a p other than 1 and 2")),
        };
        let result = self.normalised(node, &value, axis, axis, kind)?;
        self.define(node, Entry::Value(result))
    }

    /// LayerNormalization and RMSNormalization: rows from the axis on.
    pub(super) fn layer_normalization(&mut self, node: &Node) -> Result<()> {
        let value = self.value(node, 0)?;
        let rank = value.shape.len();
        let axis = axis_of(node, node.int("axis", -1)?, rank)?;
        let epsilon = node.float("epsilon", 1e-5)?;
        let kind = if node.op == "LayerNormalization" {
            NormaliseKind::Layer { epsilon }
        } else {
            NormaliseKind::Rms { epsilon }
        };
        let mut result = self.normalised(node, &value, axis, rank - 1, kind)?;
        let scale = self.floats(node, 1)?.to_vec();
        let bias = match node.input(2) {
            Some(_) => self.floats(node, 2)?.to_vec(),
            None => vec![0.0; scale.len()],
        };
        let tail: Vec<usize> = value.shape.iter().skip(axis).copied().collect();
        if scale.len() != tail.iter().product::<usize>() || bias.len() != scale.len() {
            return Err(node.unsupported("its scale and bias must have one value for each of a row"));
        }
        if let (1, Some(rows)) = (tail.len(), self.rows_of(&result)) {
            let at = |v: &[f32], c: usize| v.get(c).copied().unwrap_or(f32::NAN); // Seen, if ever.
            result = self.mapped(&rows, |c| (at(&scale, c), at(&bias, c)))?;
        } else {
            result = self.spread_constant(node, BinaryKind::Mul, &result, tail.clone(), scale)?;
            result = self.spread_constant(node, BinaryKind::Add, &result, tail, bias)?;
        }
        self.define(node, Entry::Value(result))
    }

    /// InstanceNormalization and GroupNormalization: channels, or groups of them, by themselves.
    pub(super) fn group_normalization(&mut self, node: &Node) -> Result<()> {
        let value = self.value(node, 0)?;
        let &[1, channels, ..] = value.shape.as_slice() else {
            return Err(node.unsupported("its input must be (N, C, …)"));
        };
        let groups = match node.op.as_str() {
            "InstanceNormalization" => Some(channels),
            _ => usize::try_from(node.int("num_groups", 1)?).ok(),
        };
        let groups = groups.filter(|groups| *groups > 0 && channels.is_multiple_of(*groups));
        let groups = groups.ok_or_else(|| node.invalid("its groups do not fit its channels"))?;
        let epsilon = node.float("epsilon", 1e-5)?;
        let total = self.limits.elements(&value.shape)?;
        let per_group = channels / groups;
        let flat = self.flattened(&value)?;
        let grouped = Value { shape: vec![groups, total / groups], ..flat };
        let normal = self.normalised(node, &grouped, 1, 1, NormaliseKind::Layer { epsilon })?;
        let normal = Value { shape: value.shape.clone(), ..normal };
        // One for each channel, or for each group before operator set 21.
        let each = |v: &[f32]| -> Option<Vec<f32>> {
            match v.len() {
                len if len == channels => Some(v.to_vec()),
                len if len == groups => Some(v.iter().flat_map(|v| std::iter::repeat_n(*v, per_group)).collect()),
                _ => None,
            }
        };
        self.reserve(channels, 1, 2)?;
        let (scale, bias) = (each(self.floats(node, 1)?), each(self.floats(node, 2)?));
        let (Some(scale), Some(bias)) = (scale, bias) else {
            return Err(node.invalid("its scale and bias do not fit its channels"));
        };
        let result = if value.shape.len() == 4 {
            let image = self.image_of(node, &normal)?;
            let at = |v: &[f32], c: usize| v.get(c).copied().unwrap_or(f32::NAN); // Seen, if ever.
            self.mapped(&image, |c| (at(&scale, c), at(&bias, c)))?
        } else {
            let shape: Vec<usize> =
                std::iter::once(channels).chain(std::iter::repeat_n(1, value.shape.len() - 2)).collect();
            let scaled = self.spread_constant(node, BinaryKind::Mul, &normal, shape.clone(), scale)?;
            self.spread_constant(node, BinaryKind::Add, &scaled, shape, bias)?
        };
        self.define(node, Entry::Value(result))
    }
}
