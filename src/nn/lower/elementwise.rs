//! Activations with parameters, sums and products.

use super::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node};
use crate::nn::kernels::LANES;
use crate::nn::kernels::elementwise::Combine;
use crate::nn::kernels::epilogue::Activation;
use crate::nn::op::Kind;
use crate::nn::value::{Form, Value};

impl Lowering<'_> {
    pub(super) fn clip(&mut self, node: &Node) -> Result<()> {
        let bound = |lowering: &Self, index: usize, name: &str, default: f32| match node.input(index) {
            Some(_) => lowering.floats(node, index).map(|v| v.first().copied().unwrap_or(default)),
            None => Ok(node.float(name, default)),
        };
        let low = bound(self, 1, "min", f32::MIN)?;
        let high = bound(self, 2, "max", f32::MAX)?;
        if low.is_nan() || high.is_nan() || low > high {
            return Err(node.invalid("its bounds are not in order"));
        }
        self.activation(node, Activation::Clip { low, high })
    }

    /// The same slope for every channel.
    pub(super) fn leaky_relu(&mut self, node: &Node, slope: f32) -> Result<()> {
        let vectors = self.value(node, 0)?.grid.vectors();
        self.activation(node, Activation::PRelu { slopes: vec![[slope; LANES]; vectors] })
    }

    pub(super) fn prelu(&mut self, node: &Node) -> Result<()> {
        let slopes = self.floats(node, 1)?.to_vec();
        if let [slope] = slopes.as_slice() {
            return self.leaky_relu(node, *slope);
        }
        let value = self.value(node, 0)?;
        let per_channel = value.form == Form::Image || value.shape.len() == 2;
        let shape = &self.constant(node, 1).map(|c| c.shape.clone()).unwrap_or_default();
        if !per_channel || slopes.len() != value.grid.channels || !is_per_channel(shape, &value) {
            return Err(node.unsupported("slopes must be one per channel"));
        }
        let vectors = slopes.chunks(LANES).map(|chunk| {
            let mut lanes = [0.0; LANES];
            lanes.iter_mut().zip(chunk).for_each(|(lane, slope)| *lane = *slope);
            lanes
        });
        self.activation(node, Activation::PRelu { slopes: vectors.collect() })
    }

    pub(super) fn binary(&mut self, node: &Node) -> Result<()> {
        match (self.constant(node, 0).cloned(), self.constant(node, 1).cloned()) {
            (None, Some(constant)) => return self.binary_constant(node, 0, &constant),
            (Some(constant), None) if matches!(node.op.as_str(), "Add" | "Mul") => {
                let mut swapped = node.clone();
                swapped.inputs.swap(0, 1);
                return self.binary_constant(&swapped, 0, &constant);
            }
            (None, None) => {}
            _ => return Err(node.unsupported("these operands")),
        }
        match node.op.as_str() {
            "Add" => self.sum(node),
            "Mul" => self.product(node),
            _ => Err(node.unsupported("the second operand must be a constant")),
        }
    }

    fn binary_constant(&mut self, node: &Node, index: usize, constant: &Constant) -> Result<()> {
        let value = self.value(node, index)?;
        let data = constant.as_floats().ok_or_else(|| node.invalid("a constant must hold floats"))?;
        let per_channel = (value.form == Form::Image || value.shape.len() == 2)
            && data.len() == value.grid.channels
            && is_per_channel(&constant.shape, &value);
        if data.len() != 1 && !per_channel {
            return Err(node.unsupported("a constant operand must be one value, or one per channel"));
        }
        let (scale, shift): (Vec<f32>, Vec<f32>) = match node.op.as_str() {
            "Add" => (vec![1.0], data.to_vec()),
            "Sub" => (vec![1.0], data.iter().map(|v| -v).collect()),
            "Mul" => (data.to_vec(), vec![0.0]),
            _ => (data.iter().map(|v| v.recip()).collect(), vec![0.0]),
        };
        self.affine(node, scale, shift)
    }

    /// a + b: the residual of the later of the two convolutions, if there is one.
    fn sum(&mut self, node: &Node) -> Result<()> {
        let candidates = [0, 1].map(|i| {
            let producer = self.sole_producer(node, i);
            producer.filter(|p| self.ops.get(*p).is_some_and(|op| op.can_absorb_residual()))
        });
        // `None` sorts before every index, so this is the later producer.
        let into = if candidates.first() >= candidates.last() { 0 } else { 1 };
        let producer = candidates.into_iter().nth(into).flatten();
        if let Some(producer) = producer {
            let target = self.value(node, into)?;
            let residual = self.residual(node, 1 - into, &target)?;
            if residual.form == target.form && residual.shape == padded_shape(&residual, &target) {
                // Everything that the moved operation reads is still there, and nobody but this node reads its result.
                let mut op = self.ops.remove(producer);
                op.other = Some(residual);
                self.ops.push(op);
                return self.define(node, Entry::Value(target));
            }
        }
        let (a, b) = (self.value(node, 0)?, self.value(node, 1)?);
        self.combine(node, &a, &b, Combine::Add)
    }

    /// The value to be added to `target`. Channels that are only padding need not be written if whole vectors are missing.
    fn residual(&mut self, node: &Node, index: usize, target: &Value) -> Result<Value> {
        if let Entry::Padded { value, border, channels } = self.entry(node, index)?.clone() {
            let whole = value.grid.channels.is_multiple_of(LANES) && value.grid.in_vectors() && border.is_none();
            if whole && channels == target.grid.channels {
                return Ok(value);
            }
        }
        let value = self.value(node, index)?;
        self.in_vectors(&value)
    }

    fn product(&mut self, node: &Node) -> Result<()> {
        let (a, b) = (self.value(node, 0)?, self.value(node, 1)?);
        // One factor per channel and image, as squeeze-and-excitation blocks have it, goes second.
        let (a, b) = if a.grid.width * a.grid.height < b.grid.width * b.grid.height { (b, a) } else { (a, b) };
        self.combine(node, &a, &b, Combine::Multiply)
    }

    fn combine(&mut self, node: &Node, a: &Value, b: &Value, combine: Combine) -> Result<()> {
        let (a, b) = (self.in_vectors(a)?, self.in_vectors(b)?);
        let same = a.shape == b.shape && a.form == b.form;
        let broadcast = a.form == Form::Image
            && b.form == Form::Image
            && (b.grid.width, b.grid.height) == (1, 1)
            && a.grid.channels == b.grid.channels;
        if !same && !broadcast {
            return Err(node.unsupported(&format!("shapes {:?} and {:?}", a.shape, b.shape)));
        }
        let output = self.new_value(a.grid, a.form, a.shape.clone())?;
        self.push(Kind::Elementwise { combine }, &a, Some(b), &output);
        self.define(node, Entry::Value(output))
    }
}

/// Whether a constant of `shape`, with one value per channel of `value`, broadcasts along the channels: (C, 1, 1) or (1, C, 1, 1)
/// for images, (C) or (1, C) for features.
fn is_per_channel(shape: &[usize], value: &Value) -> bool {
    let channels = value.grid.channels;
    match (value.form, shape) {
        (Form::Image, [c, 1, 1] | [1, c, 1, 1]) => *c == channels,
        (Form::Flat, [c] | [1, c]) => *c == channels,
        _ => false,
    }
}

/// The shape that a residual must have: the target's, but for channels that it leaves out.
fn padded_shape(residual: &Value, target: &Value) -> Vec<usize> {
    let mut shape = target.shape.clone();
    if let (Form::Image, Some(channels)) = (target.form, shape.get_mut(1)) {
        *channels = residual.grid.channels.min(*channels);
    }
    shape
}
