//! Activations with parameters, sums and products.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node};
use crate::nn::kernels::elementwise::Combine;
use crate::nn::kernels::epilogue::Activation;
use crate::nn::onnx::data_type;
use crate::nn::op::{Filter, Kind, Op, Window};
use crate::nn::value::{Form, Value};
use crate::simd::LANES;

impl Lowering<'_> {
    /// Clip, with bounds as inputs (new files) or attributes (old ones).
    pub(super) fn clip(&mut self, node: &Node) -> Result<()> {
        let bound = |lowering: &Self, index: usize, name: &str, default: f32| match node.input(index) {
            Some(_) => lowering.float(node, index),
            None => node.float(name, default),
        };
        let low = bound(self, 1, "min", f32::MIN)?;
        let high = bound(self, 2, "max", f32::MAX)?;
        if low.is_nan() || high.is_nan() || low > high {
            return Err(node.invalid("its bounds are not in order"));
        }
        self.activation(node, Activation::Clip { low, high })
    }

    /// LeakyRelu: a PRelu with the same slope for every channel.
    pub(super) fn leaky_relu(&mut self, node: &Node, slope: f32) -> Result<()> {
        let vectors = self.value(node, 0)?.grid.vectors();
        self.reserve(vectors * LANES, 1, 1)?;
        self.activation(node, Activation::PRelu { slopes: vec![[slope; LANES]; vectors] })
    }

    /// PRelu with constant slopes, one for all channels or one for each.
    pub(super) fn prelu(&mut self, node: &Node) -> Result<()> {
        let value = self.value(node, 0)?;
        let constant = self.constant(node, 1).cloned();
        let constant = constant.ok_or_else(|| node.unsupported("its slopes must be a constant"))?;
        let slopes = constant.as_floats().ok_or_else(|| node.invalid("a constant must hold floats"))?;
        if let [slope] = slopes
            && constant.shape.len() <= value.shape.len()
        {
            return self.leaky_relu(node, *slope);
        }
        if !is_per_channel(&constant.shape, &value) {
            return Err(node.unsupported("slopes must be one per channel"));
        }
        self.reserve(slopes.len(), 1, 1)?;
        let vectors = slopes.chunks(LANES).map(|chunk| {
            let mut lanes = [0.0; LANES];
            lanes.iter_mut().zip(chunk).for_each(|(lane, slope)| *lane = *slope);
            lanes
        });
        self.activation(node, Activation::PRelu { slopes: vectors.collect() })
    }

    /// Add, Sub, Mul and Div, of two values or of one and a constant.
    pub(super) fn binary(&mut self, node: &Node) -> Result<()> {
        match (self.constant(node, 0).cloned(), self.constant(node, 1).cloned()) {
            (None, Some(constant)) => return self.binary_constant(node, &constant, false),
            (Some(constant), None) if node.op != "Div" => {
                let mut swapped = node.clone();
                swapped.inputs.reverse();
                return self.binary_constant(&swapped, &constant, true);
            }
            (None, None) => {}
            _ => return Err(node.unsupported("these operands")),
        }
        match node.op.as_str() {
            "Add" => self.sum(node),
            "Mul" => {
                let (a, b) = (self.value(node, 0)?, self.value(node, 1)?);
                self.combine(node, &a, &b, Combine::Multiply)
            }
            "Sub" => {
                let (a, b) = (self.value(node, 0)?, self.value(node, 1)?);
                let b = self.mapped(&b, |_| (-1.0, 0.0))?;
                self.combine(node, &a, &b, Combine::Add)
            }
            _ => Err(node.unsupported("the second operand must be a constant")),
        }
    }

    /// An operation of input 0 and a constant, as an affine map; `constant_first` says that the
    /// file has them the other way round.
    fn binary_constant(&mut self, node: &Node, constant: &Constant, constant_first: bool) -> Result<()> {
        let value = self.value(node, 0)?;
        let data = constant.as_floats().ok_or_else(|| node.invalid("a constant must hold floats"))?;
        let single = data.len() == 1 && constant.shape.len() <= value.shape.len();
        if !single && !is_per_channel(&constant.shape, &value) {
            return Err(node.unsupported("a constant operand must be one value, or one per channel"));
        }
        let (scale, shift): (Vec<f32>, Vec<f32>) = match node.op.as_str() {
            "Add" => (vec![1.0], data.to_vec()),
            "Sub" if constant_first => (vec![-1.0], data.to_vec()),
            "Sub" => (vec![1.0], data.iter().map(|v| -v).collect()),
            "Mul" => (data.to_vec(), vec![0.0]),
            _ => (data.iter().map(|v| v.recip()).collect(), vec![0.0]),
        };
        self.affine(node, scale, shift)
    }

    /// The sum a + b: the residual of the later of the two convolutions, if there is one.
    fn sum(&mut self, node: &Node) -> Result<()> {
        let [first, second] = [0, 1].map(|i| {
            let producer = self.sole_producer(node, i);
            producer.filter(|p| self.ops.get(*p).is_some_and(|op| op.can_absorb_residual()))
        });
        // `None` sorts before every index, so this is the later producer.
        let (into, producer) = if first >= second { (0, first) } else { (1, second) };
        if let Some(producer) = producer {
            let target = self.value(node, into)?;
            if let Some(residual) = self.residual(node, 1 - into, &target)? {
                // Everything that the moved operation reads is still there, and nobody but this
                // node reads its result.
                let mut op = self.ops.remove(producer);
                op.other = Some(residual);
                self.ops.push(op);
                return self.define(node, Entry::Value(target));
            }
        }
        let (a, b) = (self.value(node, 0)?, self.value(node, 1)?);
        self.combine(node, &a, &b, Combine::Add)
    }

    /// The value to be added to `target`, if it has the same shape. Channels that are only padding
    /// need not be written if whole vectors are missing.
    fn residual(&mut self, node: &Node, index: usize, target: &Value) -> Result<Option<Value>> {
        if let Entry::Padded { value, border, channels } = self.entry(node, index)?.clone() {
            let whole = value.grid.channels.is_multiple_of(LANES) && border.is_none() && !self.external(value.buffer);
            let fits = vec![1, channels, value.grid.height, value.grid.width] == target.shape;
            if whole && fits && target.form == Form::Image {
                return Ok(Some(value));
            }
        }
        let value = self.value(node, index)?;
        let same = value.form == target.form && value.shape == target.shape;
        if same { self.in_vectors(&value).map(Some) } else { Ok(None) }
    }

    /// A pass of its own over two values.
    fn combine(&mut self, node: &Node, a: &Value, b: &Value, combine: Combine) -> Result<()> {
        // One operand per channel and image, as squeeze-and-excitation blocks have it, goes second.
        let (a, b) = if a.grid.width * a.grid.height < b.grid.width * b.grid.height { (b, a) } else { (a, b) };
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

    /// An affine map per channel of input 0, folded into the weights before it where that is
    /// possible.
    pub(super) fn affine(&mut self, node: &Node, scale: Vec<f32>, shift: Vec<f32>) -> Result<()> {
        let channels = self.value(node, 0)?.grid.channels;
        if [&scale, &shift].iter().any(|v| v.len() != 1 && v.len() != channels) {
            return Err(node.invalid("its parameters do not fit its input"));
        }
        // One value for all channels, or one for each. Any other channel would show as NaN.
        let at = |v: &[f32], c: usize| match v {
            [single] => *single,
            // Seen if the check above ever fails to hold.
            each => each.get(c).copied().unwrap_or(f32::NAN),
        };
        if let Some(producer) = self.sole_producer(node, 0)
            && let Some(filter) = self.ops.get_mut(producer).and_then(Op::bare_filter)
        {
            filter.affine(|c| at(&scale, c), |c| at(&shift, c));
            let value = self.value(node, 0)?;
            return self.define(node, Entry::Value(value));
        }
        let input = self.value(node, 0)?;
        let output = self.mapped(&input, |c| (at(&scale, c), at(&shift, c)))?;
        self.define(node, Entry::Value(output))
    }

    /// A new value: an affine map per channel, as a convolution of each channel with one tap.
    pub(super) fn mapped(&mut self, input: &Value, map: impl Fn(usize) -> (f32, f32)) -> Result<Value> {
        let input = self.in_vectors(input)?;
        let channels = input.grid.channels;
        self.reserve(channels, 1, 2)?;
        let filter = Filter {
            outputs: channels,
            inputs: 1,
            depthwise: true,
            weights: (0..channels).map(|c| map(c).0).collect(),
            bias: (0..channels).map(|c| map(c).1).collect(),
            ranges: Vec::new(),
        };
        let window = Window::pointwise(&input.grid);
        let output = self.new_value(input.grid, input.form, input.shape.clone())?;
        self.push(Kind::Conv { filter, window }, &input, None, &output);
        Ok(output)
    }

    /// An activation of input 0, absorbed by its producer where that is possible.
    pub(super) fn activation(&mut self, node: &Node, activation: Activation) -> Result<()> {
        if let Some(producer) = self.sole_producer(node, 0)
            && self.ops.get_mut(producer).is_some_and(|op| op.absorb_activation(&activation))
        {
            let value = self.value(node, 0)?;
            return self.define(node, Entry::Value(value));
        }
        let input = self.value(node, 0)?;
        let input = self.in_vectors(&input)?;
        let output = self.new_value(input.grid, input.form, input.shape.clone())?;
        self.push(Kind::Elementwise { combine: Combine::Add }, &input, None, &output);
        if let Some(op) = self.ops.last_mut() {
            op.epilogue.first = activation;
        }
        self.define(node, Entry::Value(output))
    }

    /// Identity, Dropout, and casts to f32: another name for the same value.
    pub(super) fn identity(&mut self, node: &Node) -> Result<()> {
        let entry = self.entry(node, 0)?.clone();
        if node.op == "Cast" {
            let to = node.int("to", 0)?;
            if let Entry::Constant(constant) = &entry {
                return self.cast_constant(node, constant, to);
            }
            if to != data_type::FLOAT {
                return Err(node.unsupported("only casts to f32"));
            }
        }
        self.define(node, entry)
    }
}

/// Whether a constant of `shape`, with one value per channel of `value`, broadcasts along the
/// channels: (C, 1, 1) or (1, C, 1, 1) for images, (C) or (1, C) for features.
fn is_per_channel(shape: &[usize], value: &Value) -> bool {
    let channels = value.grid.channels;
    match (value.form, shape) {
        (Form::Image, [c, 1, 1] | [1, c, 1, 1]) => *c == channels,
        (Form::Flat, [c] | [1, c]) => *c == channels && value.shape.len() == 2,
        _ => false,
    }
}
