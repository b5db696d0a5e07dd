//! The walk through the graph: its input, its nodes one by one, its outputs.

use super::function::function;
use super::lowering::{Entry, Lowering};
use crate::error::{Error, Result};
use crate::nn::graph::{Attribute, Constant, Graph, Node};
use crate::nn::kernels::epilogue::Activation;
use crate::nn::kernels::tensor::{NormaliseKind, ReduceKind};
use crate::nn::limits::Limits;
use crate::nn::op::Op;
use crate::nn::precision::Precision;
use crate::nn::proto::corrupt;
use crate::nn::value::{Border, Buffer, Form, Grid, Value};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

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
    let lowered = lower_and_note(graph, limits, precision, None, &mut 0)?;
    lowered.ok_or_else(|| corrupt("the graph has nodes that cannot run"))
}

/// Lowers a whole graph; if `missing` is there, nodes that cannot run are noted in it, and `None`
/// is returned if there are any. `unseen` counts nodes that were not looked at, as they read what
/// such nodes give.
pub(in crate::nn) fn lower_and_note(
    graph: Graph,
    limits: &Limits,
    precision: Precision,
    mut missing: Option<&mut Vec<(String, Error)>>,
    unseen: &mut usize,
) -> Result<Option<Lowered>> {
    let mut uses = HashMap::new();
    let read = graph.nodes.iter().flat_map(|n| &n.inputs).chain(&graph.outputs);
    for name in read {
        *uses.entry(name.clone()).or_insert(0) += 1;
    }
    let channels_last = is_channels_last(&graph);
    let entries = graph.constants.into_iter().map(|(name, c)| (name, Entry::Constant(Rc::new(c)))).collect();
    let (ops, buffers) = (Vec::new(), Vec::new());
    let ranges = graph.ranges;
    let (multiply_adds, packed, folded, opset, source) = (0, 0, 0, graph.opset, None);
    let mut lowering = Lowering {
        limits,
        entries,
        uses,
        ops,
        buffers,
        multiply_adds,
        packed,
        folded,
        ranges,
        opset,
        source,
        precision,
        node: Arc::from(""),
    };
    let input = lowering.graph_input(&graph.input, &graph.input_shape, graph.size, channels_last)?;
    let mut unknown = HashSet::new();
    for node in &graph.nodes {
        match &mut missing {
            Some(missing) if node.inputs.iter().any(|name| unknown.contains(name)) => {
                unknown.extend(node.outputs.iter().cloned());
                if let Some(known) = unavailable(node) {
                    missing.push(known);
                } else {
                    *unseen += 1;
                }
            }
            Some(missing) => {
                if let Err(error) = lowering.node(node) {
                    unknown.extend(node.outputs.iter().cloned());
                    missing.push((node.op.clone(), error));
                }
            }
            None => lowering.node(node)?,
        }
    }
    if missing.is_some_and(|missing| !missing.is_empty()) {
        return Ok(None);
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
    Ok(Some(Lowered { ops: lowering.ops, buffers: lowering.buffers, input, outputs }))
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
    fn graph_input(
        &mut self,
        name: &str,
        shape: &[Option<usize>],
        size: Option<(usize, usize)>,
        channels_last: bool,
    ) -> Result<Grid> {
        let [batch, rest @ ..] = shape else { return Err(corrupt("the input has no shape")) };
        // Where a side is free, pictures of three colours have the size that is asked for.
        let free = size.map(|(height, width)| if channels_last { [height, width, 3] } else { [3, height, width] });
        let sides: Vec<Option<usize>> = rest
            .iter()
            .enumerate()
            .map(|(i, side)| side.or_else(|| free.and_then(|free| free.get(i).copied())))
            .collect();
        let &[Some(a), Some(b), Some(c)] = sides.as_slice() else {
            return Err(corrupt(
                "the input must be (N, C, H, W) or (N, H, W, C), all sides but N fixed; a card, or \
                 onnxruntime.tools.make_dynamic_shape_fixed, fixes them",
            ));
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
        self.source = Some(value.clone());
        self.bind(name, Entry::Value(value));
        Ok(grid)
    }

    /// Lowers one node.
    fn node(&mut self, node: &Node) -> Result<()> {
        self.node = Arc::from(node.name.as_str());
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
        if self.fold_node(node)? {
            return Ok(());
        }
        if let Some(function) = function(node)? {
            return self.map(node, function);
        }
        match node.op.as_str() {
            "Conv" => self.conv(node),
            "ConvTranspose" => self.conv_transpose(node),
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
            "Pow" => self.pow(node),
            "Max" | "Min" | "Sum" | "Mean" => self.variadic(node),
            "ReduceMean" => self.reduce(node, ReduceKind::Mean),
            "ReduceSum" => self.reduce(node, ReduceKind::Sum),
            "ReduceMax" => self.reduce(node, ReduceKind::Max),
            "ReduceMin" => self.reduce(node, ReduceKind::Min),
            "ReduceProd" => self.reduce(node, ReduceKind::Product),
            "ReduceL1" => self.reduce(node, ReduceKind::L1),
            "ReduceL2" => self.reduce(node, ReduceKind::L2),
            "ReduceSumSquare" => self.reduce(node, ReduceKind::SumSquare),
            "Softmax" => self.softmax(node, NormaliseKind::Softmax),
            "LogSoftmax" => self.softmax(node, NormaliseKind::LogSoftmax),
            "LpNormalization" => self.lp_normalization(node),
            "LayerNormalization" | "RMSNormalization" => self.layer_normalization(node),
            "InstanceNormalization" | "GroupNormalization" => self.group_normalization(node),
            "MaxPool" | "AveragePool" | "GlobalAveragePool" | "GlobalMaxPool" => self.pool(node),
            "Pad" => self.pad(node),
            "Resize" | "Upsample" => self.resize(node),
            "Concat" => self.concat(node),
            "Slice" => self.slice(node),
            "Split" => self.split(node),
            "Gather" => self.gather(node),
            "Expand" => self.expand(node),
            "Tile" => self.tile(node),
            "DepthToSpace" | "SpaceToDepth" => self.blocks(node),
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => self.reshape(node),
            "Transpose" => self.transpose(node),
            "Identity" | "Dropout" | "Cast" => self.identity(node),
            "DequantizeLinear" => self.dequantize(node),
            "Constant" => self.constant_node(node),
            _ => Err(node.unsupported(advice(&node.op))),
        }
    }

    /// Constant, in all forms but sparse ones and texts.
    fn constant_node(&mut self, node: &Node) -> Result<()> {
        let one = |name: &str| node.attributes.get(name);
        let constant =
            match (one("value"), one("value_float"), one("value_floats"), one("value_int"), one("value_ints")) {
                (Some(Attribute::Tensor(constant)), ..) => constant.clone(),
                (_, Some(Attribute::Float(v)), ..) => Constant::floats(Vec::new(), vec![*v]),
                (_, _, Some(Attribute::Floats(v)), ..) => Constant::floats(vec![v.len()], v.clone()),
                (_, _, _, Some(Attribute::Int(v)), _) => Constant::ints(Vec::new(), vec![*v]),
                (_, _, _, _, Some(Attribute::Ints(v))) => Constant::ints(vec![v.len()], v.clone()),
                _ => return Err(node.unsupported("only dense constants of numbers")),
            };
        self.define(node, Entry::Constant(Rc::new(constant)))
    }
}

/// The operators that [`Lowering::node`] and [`function`] know, or that are computed at load.
pub(in crate::nn) const KNOWN: &[&str] = &[
    "Abs",
    "Add",
    "And",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Ceil",
    "Celu",
    "Clip",
    "Concat",
    "Constant",
    "ConstantOfShape",
    "Conv",
    "ConvTranspose",
    "Cos",
    "DepthToSpace",
    "DequantizeLinear",
    "Div",
    "Dropout",
    "Elu",
    "Equal",
    "Erf",
    "Exp",
    "Expand",
    "Flatten",
    "Floor",
    "Gather",
    "Gelu",
    "Gemm",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "Greater",
    "GreaterOrEqual",
    "GroupNormalization",
    "HardSigmoid",
    "HardSwish",
    "Identity",
    "InstanceNormalization",
    "LayerNormalization",
    "LeakyRelu",
    "Less",
    "LessOrEqual",
    "Log",
    "LogSoftmax",
    "LpNormalization",
    "MatMul",
    "Max",
    "MaxPool",
    "Mean",
    "Min",
    "Mish",
    "Mod",
    "Mul",
    "Neg",
    "Not",
    "Or",
    "PRelu",
    "Pad",
    "Pow",
    "RMSNormalization",
    "Range",
    "Reciprocal",
    "ReduceL1",
    "ReduceL2",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "ReduceSumSquare",
    "Relu",
    "Reshape",
    "Resize",
    "Round",
    "Selu",
    "Shape",
    "Sigmoid",
    "Sign",
    "Sin",
    "Size",
    "Slice",
    "Softmax",
    "Softplus",
    "Softsign",
    "SpaceToDepth",
    "Split",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Sum",
    "Swish",
    "Tanh",
    "ThresholdedRelu",
    "Tile",
    "Transpose",
    "Unsqueeze",
    "Upsample",
    "Where",
];

/// Why a node cannot run whatever it reads, if it cannot.
fn unavailable(node: &Node) -> Option<(String, Error)> {
    let known = KNOWN.contains(&node.op.as_str());
    (!known).then(|| (node.op.clone(), node.unsupported(advice(&node.op))))
}

/// What to do about an operator that the executor does not have.
fn advice(op: &str) -> &'static str {
    match op {
        "NonMaxSuppression" | "TopK" | "NonZero" | "GatherND" | "ScatterND" | "ScatterElements" | "ArgMax"
        | "Unique" | "Greater" | "Less" | "Equal" | "Where" => {
            "it chooses among results, which is done outside of the network; end the file before it \
             (onnx.utils.extract_model)"
        }
        "If" | "Loop" | "Scan" | "SequenceAt" | "SequenceConstruct" | "SplitToSequence" => {
            "control flow is left over from an export; fix the input's shape and simplify the file (onnxsim), or export \
             again with the model in eval mode"
        }
        "QuantizeLinear"
        | "QLinearConv"
        | "QLinearMatMul"
        | "ConvInteger"
        | "MatMulInteger"
        | "DynamicQuantizeLinear" => {
            "computing in integers that a file prescribes; take the network from before its quantisation"
        }
        "LSTM" | "GRU" | "RNN" | "Einsum" | "Attention" | "GridSample" | "Conv3D" => {
            "the native executor does not have it; export with simpler operators, or use ONNX Runtime (Backend::Ort)"
        }
        _ => "the native executor does not have it; simplify the file (onnxsim), or use ONNX Runtime (Backend::Ort)",
    }
}
