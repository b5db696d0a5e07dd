//! ONNX files: the subset that face networks use, read into a [`Graph`].
//!
//! Field numbers are those of `onnx.proto3` (IR version 3 to 13).

use super::graph::{Attribute, Graph, Node};
use super::limits::Limits;
use super::proto::{Fields, corrupt};
use super::ranges::{self, Ranges};
use super::weights::{ExternalData, read_tensor};
use crate::error::{Error, ErrorKind, Result, Stage};

/// Values of `AttributeProto.AttributeType`.
mod attribute_type {
    pub const UNDEFINED: i64 = 0;
    pub const FLOAT: i64 = 1;
    pub const INT: i64 = 2;
    pub const STRING: i64 = 3;
    pub const FLOATS: i64 = 6;
    pub const INTS: i64 = 7;
}

/// Reads a whole ONNX file. Of tensors that are kept in other files `external` has the bytes.
pub(super) fn read(bytes: &[u8], external: ExternalData<'_>, limits: &Limits) -> Result<Graph> {
    let mut graph = None;
    let mut opset = None;
    let mut ranges = Ranges::new();
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            7 if graph.is_some() => return Err(corrupt("the file holds two graphs")),
            7 => graph = Some(field.payload.bytes()?),
            8 => opset = read_opset(field.payload.bytes()?)?.or(opset),
            14 => ranges::read(field.payload.bytes()?, &mut ranges, limits)?,
            _ => {}
        }
    }
    let graph = graph.ok_or_else(|| corrupt("the file holds no ONNX graph"))?;
    let opset = match opset {
        Some(opset @ 7..=24) => opset,
        other => {
            let message = format!("ONNX operator set {other:?} is not supported (7 to 24 are)");
            return Err(Error::new(ErrorKind::UnsupportedOperator, Stage::Model, message));
        }
    };
    Ok(Graph { ranges, opset, ..read_graph(graph, external, limits)? })
}

/// The version of an operator set, if it is the default domain's.
fn read_opset(bytes: &[u8]) -> Result<Option<i64>> {
    let (mut domain, mut version) = ("", None);
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => domain = field.payload.text()?,
            2 => version = Some(field.payload.int()?),
            _ => {}
        }
    }
    Ok(version.filter(|_| domain.is_empty() || domain == "ai.onnx"))
}

/// Reads `GraphProto`.
fn read_graph(bytes: &[u8], external: ExternalData<'_>, limits: &Limits) -> Result<Graph> {
    let mut graph = Graph::default();
    let mut inputs = Vec::new();
    let mut weights = 0usize;
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => {
                limits.check_nodes(graph.nodes.len() + 1)?;
                graph.nodes.push(read_node(field.payload.bytes()?, limits)?);
            }
            5 => {
                let (name, constant) = read_tensor(field.payload.bytes()?, external, limits)?;
                weights = weights.saturating_add(constant.len());
                limits.check_elements(weights)?;
                limits.check_nodes(graph.constants.len())?;
                if graph.constants.contains_key(&name) {
                    return Err(corrupt(format!("the constant {name:?} is defined twice")));
                }
                graph.constants.insert(name, constant);
            }
            11 => inputs.push(read_value_info(field.payload.bytes()?)?),
            12 => graph.outputs.push(read_value_info(field.payload.bytes()?)?.0),
            _ => {}
        }
        limits.check_nodes(inputs.len().max(graph.outputs.len()))?;
    }
    // Old files list initializers among the inputs.
    inputs.retain(|(name, _)| !graph.constants.contains_key(name));
    match <[_; 1]>::try_from(inputs) {
        Ok([(name, shape)]) => (graph.input, graph.input_shape) = (name, shape),
        Err(inputs) => return Err(corrupt(format!("the graph has {} inputs, one is supported", inputs.len()))),
    }
    Ok(graph)
}

/// Reads `NodeProto`.
pub(super) fn read_node(bytes: &[u8], limits: &Limits) -> Result<Node> {
    let mut node = Node::default();
    let mut domain = "";
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => node.inputs.push(field.payload.text()?.to_owned()),
            2 => node.outputs.push(field.payload.text()?.to_owned()),
            3 => node.name = field.payload.text()?.to_owned(),
            4 => node.op = field.payload.text()?.to_owned(),
            5 => {
                let (name, value) = read_attribute(field.payload.bytes()?, limits)?;
                if node.attributes.contains_key(&name) {
                    return Err(corrupt(format!("an attribute {name:?} is given twice")));
                }
                node.attributes.insert(name, value);
            }
            7 => domain = field.payload.text()?,
            _ => {}
        }
        limits.check_nodes(node.inputs.len() + node.outputs.len() + node.attributes.len())?;
    }
    if node.name.is_empty() {
        // For messages only; a node without outputs is refused when it is lowered.
        node.name = node.outputs.first().cloned().unwrap_or_default();
    }
    if !domain.is_empty() && domain != "ai.onnx" {
        return Err(node.unsupported(&format!("the domain {domain:?}")));
    }
    Ok(node)
}

/// Reads `AttributeProto`: its name and value.
fn read_attribute(bytes: &[u8], limits: &Limits) -> Result<(String, Attribute)> {
    let mut name = String::new();
    let (mut scalar, mut ints, mut floats) = (None, Vec::new(), Vec::new());
    let mut kind = attribute_type::UNDEFINED;
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => name = field.payload.text()?.to_owned(),
            2 => scalar = Some(Attribute::Float(field.payload.float()?)),
            3 => scalar = Some(Attribute::Int(field.payload.int()?)),
            4 => scalar = Some(Attribute::Text(String::from_utf8_lossy(field.payload.bytes()?).into_owned())),
            5 => scalar = Some(Attribute::Tensor(read_tensor(field.payload.bytes()?, &[], limits)?.1)),
            7 => field.payload.floats_into(&mut floats)?,
            8 => field.payload.ints_into(&mut ints)?,
            20 => kind = field.payload.int()?,
            _ => {}
        }
    }
    // A field that is absent has the value 0, and a list without entries leaves no field: the type
    // says which of them it was. Old files state no type.
    let attribute = scalar.unwrap_or(match kind {
        attribute_type::FLOAT => Attribute::Float(0.0),
        attribute_type::INT => Attribute::Int(0),
        attribute_type::STRING => Attribute::Text(String::new()),
        attribute_type::FLOATS => Attribute::Floats(floats),
        attribute_type::UNDEFINED if !floats.is_empty() => Attribute::Floats(floats),
        attribute_type::UNDEFINED | attribute_type::INTS => Attribute::Ints(ints),
        _ => Attribute::Other,
    });
    Ok((name, attribute))
}

/// A value's name and its shape; `None` for a symbolic side.
fn read_value_info(bytes: &[u8]) -> Result<(String, Vec<Option<usize>>)> {
    let (mut name, mut shape) = (String::new(), Vec::new());
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => name = field.payload.text()?.to_owned(),
            2 => {
                // A value without a type or a shape has none here; an input must have one.
                let tensor = sub_message(field.payload.bytes()?, 1)?.unwrap_or_default();
                let dims = sub_message(tensor, 2)?.unwrap_or_default(); // No shape.
                for dim in Fields::new(dims) {
                    let dim = dim?;
                    if dim.number == 1 {
                        shape.push(read_dim(dim.payload.bytes()?)?);
                    }
                    if shape.len() > 8 {
                        return Err(corrupt("a shape has more than 8 axes"));
                    }
                }
            }
            _ => {}
        }
    }
    Ok((name, shape))
}

/// The payload of the last field `number`, which is the one that counts.
fn sub_message(bytes: &[u8], number: u64) -> Result<Option<&[u8]>> {
    let mut found = None;
    for field in Fields::new(bytes) {
        let field = field?;
        if field.number == number {
            found = Some(field.payload.bytes()?);
        }
    }
    Ok(found)
}

/// One side of a shape; `None` if it is symbolic.
fn read_dim(bytes: &[u8]) -> Result<Option<usize>> {
    let mut side = None;
    for field in Fields::new(bytes) {
        let field = field?;
        if field.number == 1 {
            // Exporters write −1 or 0 for a side that is free.
            side = usize::try_from(field.payload.int()?).ok().filter(|v| *v > 0);
        }
    }
    Ok(side)
}
