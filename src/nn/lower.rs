//! From the graph to operations: shapes, constants folded, neighbours fused.
//!
//! Nodes are taken in file order, which ONNX requires to be topological. Fusion happens on the way:
//! an activation is absorbed by the convolution or sum before it, a sum becomes the residual of the
//! later of its two convolutions, a batch normalisation or a scaling by constants disappears in the
//! weights, padding is merged into the convolution that follows.

mod conv;
mod elementwise;
mod shape;
mod window;

use super::Precision;
use super::graph::{Attribute, Constant, Graph, Limits, Node};
use super::kernels::elementwise::Combine;
use super::kernels::epilogue::{Activation, Epilogue};
use super::op::{Filter, Kind, Op, Window};
use super::proto::corrupt;
use super::ranges::Ranges;
use super::value::{Border, Buffer, BufferId, Form, Grid, Value};
use crate::error::Result;
use crate::simd::LANES;
use std::collections::HashMap;
use std::rc::Rc;

/// What a name in the graph stands for.
#[derive(Debug, Clone)]
enum Entry {
    Constant(Rc<Constant>),
    Value(Value),
    /// A value with zeros around it that nobody has written yet: `border` in the plane, `channels`
    /// in all.
    Padded {
        value: Value,
        border: Border,
        channels: usize,
    },
}

impl Entry {
    fn buffer(&self) -> Option<BufferId> {
        match self {
            Self::Constant(_) => None,
            Self::Value(value) | Self::Padded { value, .. } => Some(value.buffer),
        }
    }
}

/// The result: operations in the order in which they run.
#[derive(Debug)]
pub(super) struct Lowered {
    pub ops: Vec<Op>,
    pub buffers: Vec<Buffer>,
    pub input: Grid,
    /// Flat values, in the graph's order.
    pub outputs: Vec<(String, Value)>,
}

struct Lowering<'a> {
    limits: &'a Limits,
    entries: HashMap<String, Entry>,
    /// How many times later nodes and graph outputs read a name.
    uses: HashMap<String, usize>,
    ops: Vec<Op>,
    buffers: Vec<Buffer>,
    multiply_adds: u64,
    /// Floats of all weights and tables as they will be packed.
    packed: usize,
    ranges: Ranges,
    precision: Precision,
}

/// Lowers a whole graph.
pub(super) fn lower(graph: Graph, limits: &Limits, precision: Precision) -> Result<Lowered> {
    let mut uses = HashMap::new();
    let read = graph.nodes.iter().flat_map(|n| &n.inputs).chain(&graph.outputs);
    for name in read {
        *uses.entry(name.clone()).or_insert(0) += 1;
    }
    let channels_last = is_channels_last(&graph);
    let entries = graph.constants.into_iter().map(|(name, c)| (name, Entry::Constant(Rc::new(c)))).collect();
    let (ops, buffers) = (Vec::new(), Vec::new());
    let ranges = graph.ranges;
    let mut lowering = Lowering { limits, entries, uses, ops, buffers, multiply_adds: 0, packed: 0, ranges, precision };
    let input = lowering.graph_input(&graph.input, &graph.input_shape, channels_last)?;
    for node in &graph.nodes {
        lowering.node(node)?;
    }
    let mut outputs = Vec::new();
    for name in graph.outputs {
        let value = match lowering.entries.get(&name) {
            Some(Entry::Constant(_)) => return Err(corrupt(format!("the output {name:?} is a constant"))),
            _ => lowering.value_named(&name)?,
        };
        let value = lowering.flattened(&value)?;
        outputs.push((name, value));
    }
    if outputs.is_empty() {
        return Err(corrupt("the graph has no outputs"));
    }
    Ok(Lowered { ops: lowering.ops, buffers: lowering.buffers, input, outputs })
}

/// Whether the input is (N, H, W, C): the first thing that is done to it, but for steps with
/// constants, is a Transpose.
fn is_channels_last(graph: &Graph) -> bool {
    let mut name = graph.input.as_str();
    for node in graph.nodes.iter() {
        if node.input(0) != Some(name) {
            continue;
        }
        match node.op.as_str() {
            "Transpose" => return node.ints("perm") == Some(&[0, 3, 1, 2]),
            "Add" | "Sub" | "Mul" | "Div" | "Identity" => name = node.outputs.first().map_or("", String::as_str),
            _ => return false,
        }
    }
    false
}

impl Lowering<'_> {
    /// Declares the input: (N, C, H, W) with any N, or (N, H, W, C), which a Transpose then turns.
    /// The caller passes channels last in both cases, so no data moves.
    fn graph_input(&mut self, name: &str, shape: &[Option<usize>], channels_last: bool) -> Result<Grid> {
        let [batch, rest @ ..] = shape else { return Err(corrupt("the input has no shape")) };
        let &[Some(a), Some(b), Some(c)] = rest else {
            return Err(corrupt("the input must be (N, C, H, W) or (N, H, W, C), all sides but N fixed"));
        };
        if batch.is_some_and(|n| n != 1) {
            return Err(corrupt("the input's batch axis is pinned to more than 1"));
        }
        self.limits.elements(&[a, b, c])?;
        let grid = if channels_last { Grid::tight(b, a, c) } else { Grid::tight(c, b, a) };
        self.buffers.push(Buffer { grid, border: Border::default(), rigid: true, external: true, unread: 0 });
        let form = if channels_last { Form::Flat } else { Form::Image };
        let flat = Grid::tight(1, 1, a * b * c);
        let value = Value {
            buffer: self.buffers.len() - 1,
            grid: if channels_last { flat } else { grid },
            form,
            shape: vec![1, a, b, c],
        };
        self.bind(name, Entry::Value(value));
        Ok(grid)
    }

    fn node(&mut self, node: &Node) -> Result<()> {
        for name in &node.inputs {
            let unread = self.uses.get_mut(name).into_iter();
            let buffer = self.entries.get(name).and_then(Entry::buffer);
            let unread = unread.chain(buffer.and_then(|b| self.buffers.get_mut(b)).map(|b| &mut b.unread));
            unread.for_each(|reads| *reads = reads.saturating_sub(1));
        }
        // A few operations per node are usual; only a concatenation of many values makes more.
        self.limits.check_nodes(self.ops.len() / 4)?;
        match node.op.as_str() {
            "Conv" => self.conv(node),
            "Gemm" | "MatMul" => self.gemm(node),
            "BatchNormalization" => self.batch_normalization(node),
            "Relu" => self.activation(node, Activation::Relu),
            "LeakyRelu" => {
                let slope = node.float("alpha", 0.01);
                self.leaky_relu(node, slope)
            }
            "Sigmoid" => self.activation(node, Activation::Sigmoid),
            "Clip" => self.clip(node),
            "PRelu" => self.prelu(node),
            "Add" | "Mul" | "Sub" | "Div" => self.binary(node),
            "MaxPool" | "AveragePool" | "GlobalAveragePool" => self.pool(node),
            "Pad" => self.pad(node),
            "Resize" => self.resize(node),
            "Concat" => self.concat(node),
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => self.reshape(node),
            "Transpose" => self.transpose(node),
            "Identity" | "Dropout" | "Cast" => self.identity(node),
            "Constant" => match node.attributes.get("value") {
                Some(Attribute::Tensor(constant)) => self.define(node, Entry::Constant(Rc::new(constant.clone()))),
                _ => Err(node.unsupported("only tensor constants")),
            },
            _ => Err(node.unsupported("the native executor does not have it")),
        }
    }

    /// Gives a name its meaning, or another one that is read in its place from now on.
    fn bind(&mut self, name: &str, entry: Entry) {
        let reads = self.uses.get(name).copied().unwrap_or(0);
        let old = self.entries.get(name).and_then(Entry::buffer);
        if let Some(buffer) = old.and_then(|b| self.buffers.get_mut(b)) {
            buffer.unread = buffer.unread.saturating_sub(reads);
        }
        if let Some(buffer) = entry.buffer().and_then(|b| self.buffers.get_mut(b)) {
            buffer.unread += reads;
        }
        self.entries.insert(name.to_owned(), entry);
    }

    /// Gives the node's first output its meaning.
    fn define(&mut self, node: &Node, entry: Entry) -> Result<()> {
        let name = node.outputs.first().ok_or_else(|| node.invalid("it has no output"))?;
        if node.outputs.iter().skip(1).any(|extra| self.uses.contains_key(extra)) {
            return Err(node.unsupported("only the first output may be used"));
        }
        if self.entries.contains_key(name) {
            return Err(node.invalid(&format!("its output {name:?} is already defined")));
        }
        self.bind(name, entry);
        Ok(())
    }

    fn entry(&self, node: &Node, index: usize) -> Result<&Entry> {
        let name = node.input(index).ok_or_else(|| node.invalid("an input is missing"))?;
        self.entries.get(name).ok_or_else(|| node.invalid(&format!("its input {name:?} is not defined before it")))
    }

    fn constant(&self, node: &Node, index: usize) -> Option<&Rc<Constant>> {
        match self.entries.get(node.input(index)?)? {
            Entry::Constant(constant) => Some(constant),
            _ => None,
        }
    }

    fn floats(&self, node: &Node, index: usize) -> Result<&[f32]> {
        let constant = self.constant(node, index).ok_or_else(|| node.unsupported("this input must be a constant"))?;
        constant.as_floats().ok_or_else(|| node.invalid("a constant must hold floats"))
    }

    /// Input `index` as a value; padding is written out.
    fn value(&mut self, node: &Node, index: usize) -> Result<Value> {
        self.entry(node, index)?;
        let name = node.input(index).unwrap_or_default();
        if self.constant(node, index).is_some() {
            return Err(node.unsupported("a constant where a computed value is expected"));
        }
        self.value_named(name)
    }

    fn value_named(&mut self, name: &str) -> Result<Value> {
        match self.entries.get(name).cloned() {
            Some(Entry::Value(value)) => Ok(value),
            Some(Entry::Padded { value, border, channels }) => {
                let value = self.write_padding(&value, border, channels, 0.0)?;
                self.bind(name, Entry::Value(value.clone()));
                Ok(value)
            }
            _ => Err(corrupt(format!("the value {name:?} is not computed by any node"))),
        }
    }

    /// Input `index` as an image that kernels can read by vectors.
    fn image(&mut self, node: &Node, index: usize) -> Result<Value> {
        let value = self.value(node, index)?;
        if value.form != Form::Image {
            return Err(node.unsupported("its input must be an image (N, C, H, W)"));
        }
        self.in_vectors(&value)
    }

    /// The same value in padded pixels.
    fn in_vectors(&mut self, value: &Value) -> Result<Value> {
        if value.grid.in_vectors() && !self.external(value.buffer) {
            return Ok(value.clone());
        }
        let Grid { width, height, channels, .. } = value.grid;
        let grid = Grid::padded(width, height, channels);
        let output = self.new_value(grid, value.form, value.shape.clone())?;
        self.push_copy(value, &output, None, None, Some(0.0));
        Ok(output)
    }

    fn external(&self, buffer: BufferId) -> bool {
        self.buffers.get(buffer).is_some_and(|b| b.external)
    }

    fn rigid(&self, buffer: BufferId) -> bool {
        self.buffers.get(buffer).is_some_and(|b| b.rigid)
    }

    fn set_rigid(&mut self, buffer: BufferId) {
        if let Some(buffer) = self.buffers.get_mut(buffer) {
            buffer.rigid = true;
        }
    }

    fn new_value(&mut self, grid: Grid, form: Form, shape: Vec<usize>) -> Result<Value> {
        let len = self.limits.elements(&[grid.width, grid.height, grid.pixel])?;
        self.work(len as u64)?;
        // Flat memory is read from its first float on, whatever it is viewed as.
        let rigid = form == Form::Flat;
        self.buffers.push(Buffer { grid, border: Border::default(), rigid, external: false, unread: 0 });
        Ok(Value { buffer: self.buffers.len() - 1, grid, form, shape })
    }

    /// A new image value in padded pixels.
    fn new_image(&mut self, width: usize, height: usize, channels: usize) -> Result<Value> {
        self.new_value(Grid::padded(width, height, channels), Form::Image, vec![1, channels, height, width])
    }

    fn push_copy(
        &mut self,
        input: &Value,
        output: &Value,
        from: Option<super::op::Strides>,
        to: Option<super::op::Strides>,
        fill: Option<f32>,
    ) {
        let size = (input.grid.width, input.grid.height, input.grid.channels);
        self.push(Kind::Copy { size, from, to, fill }, input, None, output);
    }

    fn push(&mut self, kind: Kind, input: &Value, other: Option<Value>, output: &Value) {
        let epilogue = Epilogue::default();
        self.ops.push(Op { kind, input: input.clone(), other, epilogue, output: output.clone() });
    }

    /// Counts work, and refuses a network that asks for too much.
    fn count(&mut self, factors: &[usize]) -> Result<()> {
        let work = factors.iter().try_fold(1u64, |n, f| n.checked_mul(*f as u64));
        self.work(work.unwrap_or(u64::MAX))
    }

    fn work(&mut self, work: u64) -> Result<()> {
        self.multiply_adds = self.multiply_adds.saturating_add(work);
        self.limits.check_work(self.multiply_adds)
    }

    /// Accounts for weights before they are made, so that a small file cannot unfold into much
    /// memory. They are padded to whole vectors of inputs and outputs.
    fn reserve(&mut self, outputs: usize, inputs: usize, taps: usize) -> Result<()> {
        let inputs = if inputs == 1 { 1 } else { inputs.next_multiple_of(LANES) };
        let len = self.limits.elements(&[outputs.next_multiple_of(LANES), inputs, taps])?;
        self.packed = self.packed.saturating_add(len);
        self.limits.check_elements(self.packed)
    }

    /// The operation that computes exactly input `index`, if nobody else reads that.
    fn sole_producer(&self, node: &Node, index: usize) -> Option<usize> {
        let buffer_of = |name: &String| self.entries.get(name).and_then(Entry::buffer);
        let Entry::Value(value) = self.entries.get(node.input(index)?)? else { return None };
        // Under any of its names, which an Identity or a Flatten may have given it.
        let reads = node.inputs.iter().filter(|name| buffer_of(name) == Some(value.buffer)).count();
        if reads != 1 || self.buffers.get(value.buffer)?.unread > 0 {
            return None;
        }
        let producer = self.ops.iter().rposition(|op| op.output.buffer == value.buffer)?;
        let readers =
            |op: &Op| op.input.buffer == value.buffer || op.other.as_ref().is_some_and(|o| o.buffer == value.buffer);
        let same = self.ops.get(producer)?.output.grid == value.grid;
        (same && !self.ops.iter().any(readers)).then_some(producer)
    }

    /// An affine map per channel of input 0, folded into the weights before it where that is
    /// possible.
    fn affine(&mut self, node: &Node, scale: Vec<f32>, shift: Vec<f32>) -> Result<()> {
        let at = |v: &[f32], c: usize| v.get(c).or(v.first()).copied().unwrap_or(0.0);
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
    fn mapped(&mut self, input: &Value, map: impl Fn(usize) -> (f32, f32)) -> Result<Value> {
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
    fn activation(&mut self, node: &Node, activation: Activation) -> Result<()> {
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

    fn identity(&mut self, node: &Node) -> Result<()> {
        let entry = self.entry(node, 0)?.clone();
        // f16 constants are f32 already.
        let floats = !matches!(&entry, Entry::Constant(constant) if constant.as_floats().is_none());
        if node.op == "Cast" && !(floats && node.int("to", 0) == super::onnx::data_type::FLOAT) {
            return Err(node.unsupported("only casts to f32"));
        }
        self.define(node, entry)
    }
}
