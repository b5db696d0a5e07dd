//! The walk through the graph: its input, its nodes one by one, its outputs.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Attribute, Graph, Node};
use crate::nn::kernels::epilogue::Activation;
use crate::nn::limits::Limits;
use crate::nn::op::Op;
use crate::nn::precision::Precision;
use crate::nn::proto::corrupt;
use crate::nn::value::{Border, Buffer, Form, Grid, Value};
use std::collections::HashMap;
use std::rc::Rc;

/// A lowered graph: operations in the order in which they run.
#[derive(Debug)]
pub(in crate::nn) struct Lowered {
    pub ops: Vec<Op>,
    pub buffers: Vec<Buffer>,
    pub input: Grid,
    /// The graph's outputs as flat values, in its order.
    pub outputs: Vec<(String, Value)>,
}

/// Lowers a whole graph.
pub(in crate::nn) fn lower(graph: Graph, limits: &Limits, precision: Precision) -> Result<Lowered> {
    let mut uses = HashMap::new();
    let read = graph.nodes.iter().flat_map(|n| &n.inputs).chain(&graph.outputs);
    for name in read {
        *uses.entry(name.clone()).or_insert(0) += 1;
    }
    let channels_last = is_channels_last(&graph);
    let entries = graph.constants.into_iter().map(|(name, c)| (name, Entry::Constant(Rc::new(c)))).collect();
    let (ops, buffers) = (Vec::new(), Vec::new());
    let ranges = graph.ranges;
    let (multiply_adds, packed, folded) = (0, 0, 0);
    let mut lowering =
        Lowering { limits, entries, uses, ops, buffers, multiply_adds, packed, folded, ranges, precision };
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
            "Transpose" => {
                return matches!(node.attributes.get("perm"), Some(Attribute::Ints(perm)) if *perm == [0, 3, 1, 2]);
            }
            "Add" | "Sub" | "Mul" | "Div" | "Identity" => match node.outputs.first() {
                Some(output) => name = output,
                // Lowering the node will refuse it.
                None => return false,
            },
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

    /// Lowers one node.
    fn node(&mut self, node: &Node) -> Result<()> {
        for name in &node.inputs {
            self.count_read(name);
        }
        // A few operations per node are usual; only a concatenation of many values makes more.
        self.limits.check_nodes(self.ops.len() / 4)?;
        // A fully connected layer may read its weights as they are stored.
        let stored = matches!(node.op.as_str(), "Gemm" | "MatMul").then_some(1);
        for input in (0..node.inputs.len()).filter(|i| Some(*i) != stored) {
            self.widen(node, input)?;
        }
        match node.op.as_str() {
            "Conv" => self.conv(node),
            "Gemm" | "MatMul" => self.gemm(node),
            "BatchNormalization" => self.batch_normalization(node),
            "Relu" => self.activation(node, Activation::Relu),
            "LeakyRelu" => {
                let slope = node.float("alpha", 0.01)?;
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
            "DequantizeLinear" => self.dequantize(node),
            "Constant" => match node.attributes.get("value") {
                Some(Attribute::Tensor(constant)) => self.define(node, Entry::Constant(Rc::new(constant.clone()))),
                _ => Err(node.unsupported("only tensor constants")),
            },
            _ => Err(node.unsupported("the native executor does not have it")),
        }
    }
}
