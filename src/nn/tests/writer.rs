//! Small networks for tests, and a writer that makes ONNX files of them.

use super::tensor::Tensor;
use half::f16;

/// An attribute.
#[derive(Debug, Clone)]
pub enum Attr {
    Int(i64),
    Float(f32),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Text(&'static str),
    Constant(Constant),
}

/// How a constant is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    RawF32,
    TypedF32,
    RawF16,
    TypedF16,
    RawI64,
    TypedI64,
    /// f32 in another file, from a byte on.
    External {
        file: &'static str,
        offset: usize,
    },
    /// Integers of 8 or 4 bits.
    Codes {
        bits: u32,
        signed: bool,
        raw: bool,
    },
}

/// An initializer, or the value of a Constant node.
#[derive(Debug, Clone)]
pub struct Constant {
    pub name: String,
    pub shape: Vec<i64>,
    pub values: Vec<f64>,
    pub storage: Storage,
}

#[derive(Debug, Clone)]
pub struct Node {
    pub op: &'static str,
    pub inputs: Vec<String>,
    pub output: String,
    /// The names of further outputs.
    pub more: Vec<String>,
    pub attributes: Vec<(&'static str, Attr)>,
}

/// A network with the input `x`.
#[derive(Debug, Clone)]
pub struct Net {
    pub opset: i64,
    /// Shape of the input, with the batch axis.
    pub input: Vec<i64>,
    /// Whether the input's axes are (N, H, W, C) in the file.
    pub channels_last: bool,
    pub nodes: Vec<Node>,
    pub constants: Vec<Constant>,
    pub outputs: Vec<String>,
    /// The outputs' shapes, if the file is to state them.
    pub shapes: Vec<Vec<i64>>,
    /// Keys and texts.
    pub metadata: Vec<(String, String)>,
    seed: u64,
}

impl Net {
    /// A network on an image of (channels, height, width).
    pub fn new(channels: usize, height: usize, width: usize) -> Self {
        let input = [1, channels, height, width].map(|v| v as i64).to_vec();
        let seed = (channels * 31 + height * 7 + width) as u64;
        Self {
            opset: 17,
            input,
            channels_last: false,
            nodes: Vec::new(),
            constants: Vec::new(),
            outputs: Vec::new(),
            shapes: Vec::new(),
            metadata: Vec::new(),
            seed,
        }
    }

    /// The next value in [-1, 1), the same in every run.
    pub fn random(&mut self) -> f64 {
        // SplitMix64.
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    pub fn sample_input(&self) -> Tensor {
        let mut copy = self.clone();
        let shape: Vec<usize> = self.input.iter().map(|v| *v as usize).collect();
        let len = shape.iter().product();
        Tensor { shape, values: (0..len).map(|_| f64::from(copy.random() as f32)).collect() }
    }

    /// Adds a node; returns the name of its output.
    pub fn node(&mut self, op: &'static str, inputs: &[&str], attributes: &[(&'static str, Attr)]) -> String {
        let output = format!("v{}", self.nodes.len());
        let inputs = inputs.iter().map(|s| (*s).to_owned()).collect();
        let more = Vec::new();
        self.nodes.push(Node { op, inputs, output: output.clone(), more, attributes: attributes.to_vec() });
        output
    }

    /// Adds a node of `count` outputs; returns their names.
    pub fn node_of(
        &mut self,
        count: usize,
        op: &'static str,
        inputs: &[&str],
        attributes: &[(&'static str, Attr)],
    ) -> Vec<String> {
        let first = self.node(op, inputs, attributes);
        let more: Vec<String> = (1..count).map(|i| format!("{first}_{i}")).collect();
        if let Some(node) = self.nodes.last_mut() {
            node.more.clone_from(&more);
        }
        std::iter::once(first).chain(more).collect()
    }

    /// Adds a constant; returns its name.
    pub fn constant(&mut self, shape: &[usize], values: Vec<f64>, storage: Storage) -> String {
        let name = format!("c{}", self.constants.len());
        let shape = shape.iter().map(|v| *v as i64).collect();
        self.constants.push(Constant { name: name.clone(), shape, values, storage });
        name
    }

    /// Random weights around 0, exact in f32.
    pub fn weights(&mut self, shape: &[usize]) -> String {
        self.weights_between(shape, -1.0, 1.0)
    }

    pub fn weights_between(&mut self, shape: &[usize], low: f64, high: f64) -> String {
        let len = shape.iter().product();
        let value = |r: f64| f64::from((low + (r + 1.0) / 2.0 * (high - low)) as f32);
        let values = (0..len).map(|_| value(self.random())).collect();
        self.constant(shape, values, Storage::RawF32)
    }

    pub fn ints(&mut self, values: &[i64]) -> String {
        let floats = values.iter().map(|v| *v as f64).collect();
        self.constant(&[values.len()], floats, Storage::RawI64)
    }

    pub fn floats(&mut self, values: &[f32]) -> String {
        let floats = values.iter().map(|v| f64::from(*v)).collect();
        self.constant(&[values.len()], floats, Storage::RawF32)
    }

    /// A convolution with random weights and bias.
    pub fn conv(&mut self, input: &str, shape: [usize; 4], attributes: &[(&'static str, Attr)]) -> String {
        let (w, b) = (self.weights(&shape), self.weights(&[shape[0]]));
        self.node("Conv", &[input, &w, &b], attributes)
    }

    /// Names the outputs.
    pub fn with_outputs(mut self, outputs: &[&str]) -> Self {
        self.outputs = outputs.iter().map(|s| (*s).to_owned()).collect();
        self
    }

    /// The ONNX file.
    pub fn encode(&self) -> Vec<u8> {
        let mut graph = Vec::new();
        for node in &self.nodes {
            bytes(&mut graph, 1, &encode_node(node));
        }
        text(&mut graph, 2, "test");
        for constant in &self.constants {
            bytes(&mut graph, 5, &encode_constant(constant));
        }
        bytes(&mut graph, 11, &encode_value("x", &self.input));
        for (i, name) in self.outputs.iter().enumerate() {
            bytes(&mut graph, 12, &encode_value(name, self.shapes.get(i).map_or(&[], Vec::as_slice)));
        }
        let mut opset = Vec::new();
        int(&mut opset, 2, self.opset);
        let mut model = Vec::new();
        int(&mut model, 1, 8);
        bytes(&mut model, 7, &graph);
        bytes(&mut model, 8, &opset);
        for (key, value) in &self.metadata {
            let mut entry = Vec::new();
            text(&mut entry, 1, key);
            text(&mut entry, 2, value);
            bytes(&mut model, 14, &entry);
        }
        model
    }
}

pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn int(out: &mut Vec<u8>, field: u64, value: i64) {
    varint(out, field << 3);
    varint(out, value.cast_unsigned());
}

pub fn bytes(out: &mut Vec<u8>, field: u64, value: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

pub fn text(out: &mut Vec<u8>, field: u64, value: &str) {
    bytes(out, field, value.as_bytes());
}

pub fn float(out: &mut Vec<u8>, field: u64, value: f32) {
    varint(out, field << 3 | 5);
    out.extend_from_slice(&value.to_le_bytes());
}

fn encode_node(node: &Node) -> Vec<u8> {
    let mut out = Vec::new();
    for name in &node.inputs {
        text(&mut out, 1, name);
    }
    text(&mut out, 2, &node.output);
    node.more.iter().for_each(|name| text(&mut out, 2, name));
    text(&mut out, 3, &format!("node_{}", node.output));
    text(&mut out, 4, node.op);
    for (name, value) in &node.attributes {
        let mut attribute = Vec::new();
        text(&mut attribute, 1, name);
        // The last field is the attribute's type.
        match value {
            Attr::Float(v) => (float(&mut attribute, 2, *v), int(&mut attribute, 20, 1)),
            Attr::Int(v) => (int(&mut attribute, 3, *v), int(&mut attribute, 20, 2)),
            Attr::Floats(v) => (v.iter().for_each(|v| float(&mut attribute, 7, *v)), int(&mut attribute, 20, 6)),
            Attr::Text(v) => (text(&mut attribute, 4, v), int(&mut attribute, 20, 3)),
            Attr::Constant(v) => (bytes(&mut attribute, 5, &encode_constant(v)), int(&mut attribute, 20, 4)),
            Attr::Ints(v) => (v.iter().for_each(|v| int(&mut attribute, 8, *v)), int(&mut attribute, 20, 7)),
        };
        bytes(&mut out, 5, &attribute);
    }
    out
}

fn encode_constant(constant: &Constant) -> Vec<u8> {
    let mut out = Vec::new();
    let mut packed = Vec::new();
    constant.shape.iter().for_each(|v| varint(&mut packed, v.cast_unsigned()));
    bytes(&mut out, 1, &packed);
    let half = |v: f64| f16::from_f64(v);
    let (kind, field, data): (i64, u64, Vec<u8>) = match constant.storage {
        Storage::External { file, offset } => {
            let length = (4 * constant.values.len()).to_string();
            for (key, value) in [("location", file), ("offset", &offset.to_string()), ("length", &length)] {
                let mut entry = Vec::new();
                text(&mut entry, 1, key);
                text(&mut entry, 2, value);
                bytes(&mut out, 13, &entry);
            }
            // Its data is elsewhere.
            (1, 12, Vec::new())
        }
        Storage::RawF32 => (1, 9, constant.values.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect()),
        Storage::TypedF32 => (1, 4, constant.values.iter().flat_map(|v| (*v as f32).to_le_bytes()).collect()),
        Storage::RawF16 => (10, 9, constant.values.iter().flat_map(|v| half(*v).to_le_bytes()).collect()),
        Storage::RawI64 => (7, 9, constant.values.iter().flat_map(|v| (*v as i64).to_le_bytes()).collect()),
        Storage::TypedF16 | Storage::TypedI64 => {
            let mut data = Vec::new();
            for v in &constant.values {
                let f16_bits = u64::from(half(*v).to_bits());
                let integer = (*v as i64).cast_unsigned();
                varint(&mut data, if constant.storage == Storage::TypedF16 { f16_bits } else { integer });
            }
            if constant.storage == Storage::TypedF16 { (10, 5, data) } else { (7, 7, data) }
        }
        Storage::Codes { bits, signed, raw } => {
            let kind = match (bits, signed) {
                (8, false) => 2,
                (8, true) => 3,
                (_, false) => 21,
                (_, true) => 22,
            };
            let codes: Vec<u8> = constant.values.iter().map(|v| *v as i64 as u8).collect();
            let halves = |pair: &[u8]| pair[0] & 15 | pair.get(1).unwrap_or(&0) << 4;
            let codes = if bits == 4 { codes.chunks(2).map(halves).collect() } else { codes };
            let mut typed = Vec::new();
            for code in &codes {
                let signed = if kind == 3 { i64::from(code.cast_signed()) } else { i64::from(*code) };
                varint(&mut typed, signed.cast_unsigned());
            }
            if raw { (kind, 9, codes) } else { (kind, 5, typed) }
        }
    };
    int(&mut out, 2, kind);
    text(&mut out, 8, &constant.name);
    bytes(&mut out, field, &data);
    out
}

fn encode_value(name: &str, shape: &[i64]) -> Vec<u8> {
    let mut dims = Vec::new();
    for side in shape {
        let mut dim = Vec::new();
        int(&mut dim, 1, *side);
        bytes(&mut dims, 1, &dim);
    }
    let mut tensor = Vec::new();
    int(&mut tensor, 1, 1);
    bytes(&mut tensor, 2, &dims);
    let mut kind = Vec::new();
    bytes(&mut kind, 1, &tensor);
    let mut out = Vec::new();
    text(&mut out, 1, name);
    bytes(&mut out, 2, &kind);
    out
}
