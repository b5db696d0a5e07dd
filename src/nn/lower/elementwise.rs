//! Activations with parameters, sums and products.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node};
use crate::nn::kernels::elementwise::Combine;
use crate::nn::kernels::epilogue::Activation;
use crate::nn::kernels::tensor::BinaryKind;
use crate::nn::op::{Filter, Kind, Op, Window};
use crate::nn::value::{Form, Value};
use crate::nn::weights::data_type;
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
        let Some(constant) = self.constant(node, 1).cloned() else {
            let slopes = self.tensor(node, 1)?;
            let result = self.spread(node, BinaryKind::PRelu, &value, &slopes)?;
            return self.define(node, Entry::Value(result));
        };
        let slopes = constant.as_floats().ok_or_else(|| node.invalid("a constant must hold floats"))?;
        if let [slope] = slopes
            && constant.shape.len() <= value.shape.len()
        {
            return self.leaky_relu(node, *slope);
        }
        // Old exporters of MXNet mean channels by (C); as NumPy has it, these are columns.
        let old = value.form == Form::Image
            && constant.shape == [value.grid.channels]
            && value.shape.get(3) != Some(&slopes.len());
        if !old && !is_per_channel(&constant.shape, &value) {
            let result =
                self.spread_constant(node, BinaryKind::PRelu, &value, constant.shape.clone(), slopes.to_vec())?;
            if result.shape != value.shape {
                return Err(node.invalid("its slopes do not fit its input"));
            }
            return self.define(node, Entry::Value(result));
        }
        self.reserve(slopes.len(), 1, 1)?;
        let vectors = slopes.chunks(LANES).map(|chunk| {
            let mut lanes = [0.0; LANES];
            lanes.iter_mut().zip(chunk).for_each(|(lane, slope)| *lane = *slope);
            lanes
        });
        self.activation(node, Activation::PRelu { slopes: vectors.collect() })
    }

    /// Add, Sub, Mul, Div, Pow, Max and Min, of two values or of one and a constant.
    pub(super) fn binary(&mut self, node: &Node) -> Result<()> {
        match (self.constant(node, 0).cloned(), self.constant(node, 1).cloned()) {
            (None, Some(constant)) => return self.binary_constant(node, &constant, false),
            (Some(constant), None) if matches!(node.op.as_str(), "Add" | "Mul" | "Sub" | "Max" | "Min") => {
                let mut swapped = node.clone();
                swapped.inputs.reverse();
                return self.binary_constant(&swapped, &constant, true);
            }
            _ => {}
        }
        match node.op.as_str() {
            "Add" => self.sum(node),
            _ => self.combine(node),
        }
    }

    /// An operation of input 0 and a constant, as an affine map; `constant_first` says that the
    /// file has them the other way round.
    fn binary_constant(&mut self, node: &Node, constant: &Constant, constant_first: bool) -> Result<()> {
        let value = self.value(node, 0)?;
        let data = constant.as_floats().ok_or_else(|| node.invalid("a constant must hold floats"))?;
        let single = data.len() == 1 && constant.shape.len() <= value.shape.len();
        if let (true, [bound]) = (single, data) {
            let (low, high) = (f32::NEG_INFINITY, f32::INFINITY);
            match node.op.as_str() {
                "Max" if !bound.is_nan() => return self.activation(node, Activation::Clip { low: *bound, high }),
                "Min" if !bound.is_nan() => return self.activation(node, Activation::Clip { low, high: *bound }),
                _ => {}
            }
        }
        let affine = matches!(node.op.as_str(), "Add" | "Sub" | "Mul" | "Div");
        let rows = if is_last_axis(&constant.shape, &value) { self.rows_of(&value) } else { None };
        if !affine || !single && rows.is_none() && !is_per_channel(&constant.shape, &value) {
            let kind = kind_of(node)?;
            let other = self.written_out(node, constant)?;
            let (a, b) = if constant_first { (&other, &value) } else { (&value, &other) };
            let result = self.spread(node, kind, a, b)?;
            return self.define(node, Entry::Value(result));
        }
        if let (false, Some(rows), Some(name)) = (single, rows, node.input(0))
            && rows != value
        {
            self.bind(name, Entry::Value(rows));
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
        self.combine(node)
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

    /// A pass of its own over two values: on images if they have one shape, or if one has a value
    /// per channel; in flat memory otherwise.
    fn combine(&mut self, node: &Node) -> Result<()> {
        let combine = match node.op.as_str() {
            "Add" | "Sub" => Some(Combine::Add),
            "Mul" => Some(Combine::Multiply),
            _ => None,
        };
        let (a, b) = (self.operand(node, 0)?, self.operand(node, 1)?);
        let flips = (a.grid.width * a.grid.height) < b.grid.width * b.grid.height;
        if let (Some(combine), Some((a, b))) = (combine, self.alike(node, &a, &b)?) {
            // What is subtracted is turned over first.
            let (a, b) = match node.op.as_str() {
                "Sub" if flips => (self.mapped(&a, |_| (-1.0, 0.0))?, b),
                "Sub" => (a, self.mapped(&b, |_| (-1.0, 0.0))?),
                _ => (a, b),
            };
            let (a, b) = (self.in_vectors(&a)?, self.in_vectors(&b)?);
            let output = self.new_value(a.grid, a.form, a.shape.clone())?;
            self.push(Kind::Elementwise { combine }, &a, Some(b), &output);
            return self.define(node, Entry::Value(output));
        }
        let result = self.spread(node, kind_of(node)?, &a, &b)?;
        self.define(node, Entry::Value(result))
    }

    /// Input `index`; a constant is written out.
    fn operand(&mut self, node: &Node, index: usize) -> Result<Value> {
        match self.entry(node, index)?.clone() {
            Entry::Constant(constant) => self.written_out(node, &constant),
            _ => self.value(node, index),
        }
    }

    /// Two values in one form that a pass can take pixel by pixel: of the same shape, or the second
    /// with one value per channel, as squeeze-and-excitation blocks have it. The larger comes
    /// first.
    fn alike(&mut self, node: &Node, a: &Value, b: &Value) -> Result<Option<(Value, Value)>> {
        let (a, b) = if a.grid.width * a.grid.height < b.grid.width * b.grid.height { (b, a) } else { (a, b) };
        let per_channel = matches!((a.shape.as_slice(), b.shape.as_slice()), ([1, c, _, _], [1, d, 1, 1]) if c == d);
        let images = a.form == Form::Image || b.form == Form::Image;
        Ok(match a.shape == b.shape {
            true if a.form == b.form && a.grid.channels == b.grid.channels => Some((a.clone(), b.clone())),
            same if images && (same || per_channel) => Some((self.image_of(node, a)?, self.image_of(node, b)?)),
            true => Some((self.flattened(a)?, self.flattened(b)?)),
            false => None,
        })
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

    /// Identity, Dropout, and casts to floats: another name for the same value.
    pub(super) fn identity(&mut self, node: &Node) -> Result<()> {
        let entry = self.entry(node, 0)?.clone();
        if node.op == "Cast" {
            let to = node.int("to", 0)?;
            if let Entry::Constant(constant) = &entry {
                return self.cast_constant(node, constant, to);
            }
            // Everything is computed in f32.
            if !matches!(to, data_type::FLOAT | data_type::FLOAT16 | data_type::BFLOAT16 | data_type::DOUBLE) {
                return Err(node.unsupported("only casts to floats"));
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
        (Form::Rows, _) => is_last_axis(shape, value),
        _ => false,
    }
}

/// Whether a constant of `shape` has one value for each place of a value's last axis.
fn is_last_axis(shape: &[usize], value: &Value) -> bool {
    let one_row = shape.split_last().is_some_and(|(_, before)| before.iter().all(|side| *side == 1));
    one_row && shape.last() == value.shape.last() && shape.len() <= value.shape.len()
}

/// What a node computes of two values.
fn kind_of(node: &Node) -> Result<BinaryKind> {
    Ok(match node.op.as_str() {
        "Add" => BinaryKind::Add,
        "Sub" => BinaryKind::Sub,
        "Mul" => BinaryKind::Mul,
        "Div" => BinaryKind::Div,
        "Pow" => BinaryKind::Pow,
        "Max" => BinaryKind::Max,
        "Min" => BinaryKind::Min,
        _ => return Err(node.unsupported("two values")),
    })
}
