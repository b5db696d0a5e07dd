//! The network as the file states it: named values, nodes, constants.

use super::proto::corrupt;
use super::ranges::Ranges;
use crate::error::{Error, ErrorKind, Result, Stage};
use std::collections::HashMap;

/// An attribute of a node.
#[derive(Debug, Clone)]
pub(crate) enum Attribute {
    Int(i64),
    Float(f32),
    Text(String),
    Ints(Vec<i64>),
    Floats(Vec<f32>),
    Tensor(Constant),
    /// A type that no operator of the executor reads.
    Other,
}

impl Attribute {
    /// Its type in words, for messages.
    fn kind(&self) -> &'static str {
        match self {
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "a text",
            Self::Ints(_) => "a list of integers",
            Self::Floats(_) => "a list of floats",
            Self::Tensor(_) => "a tensor",
            Self::Other => "of a type that is not read",
        }
    }
}

/// The values of a constant tensor.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    Floats(Vec<f32>),
    Ints(Vec<i64>),
    /// Integers of 8 or 4 bits, signed or not, which a DequantizeLinear makes floats of.
    Codes(Vec<i16>),
}

/// A constant tensor in row-major order.
#[derive(Debug, Clone)]
pub(crate) struct Constant {
    pub shape: Vec<usize>,
    pub values: Values,
}

impl Constant {
    pub fn floats(shape: Vec<usize>, values: Vec<f32>) -> Self {
        Self { shape, values: Values::Floats(values) }
    }

    pub fn ints(shape: Vec<usize>, values: Vec<i64>) -> Self {
        Self { shape, values: Values::Ints(values) }
    }

    pub fn len(&self) -> usize {
        match &self.values {
            Values::Floats(v) => v.len(),
            Values::Ints(v) => v.len(),
            Values::Codes(v) => v.len(),
        }
    }

    pub fn as_floats(&self) -> Option<&[f32]> {
        match &self.values {
            Values::Floats(v) => Some(v),
            _ => None,
        }
    }

    pub fn as_ints(&self) -> Option<&[i64]> {
        match &self.values {
            Values::Ints(v) => Some(v),
            _ => None,
        }
    }

    pub fn as_codes(&self) -> Option<&[i16]> {
        match &self.values {
            Values::Codes(v) => Some(v),
            _ => None,
        }
    }
}

/// Attributes by name.
pub(super) type Attributes = HashMap<String, Attribute>;

/// One operator.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    pub name: String,
    pub op: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub attributes: Attributes,
}

impl Node {
    /// An error that names this node.
    pub fn invalid(&self, message: &str) -> Error {
        corrupt(format!("node {:?} ({}): {message}", self.name, self.op))
    }

    /// An error for what the executor cannot do, naming operator and node.
    pub fn unsupported(&self, message: &str) -> Error {
        let message = format!("operator {} of node {:?} is not supported: {message}", self.op, self.name);
        Error::new(ErrorKind::UnsupportedOperator, Stage::Model, message)
    }

    /// The name of input `index`, if it is there and not left out.
    pub fn input(&self, index: usize) -> Option<&str> {
        self.inputs.get(index).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// What `pick` takes of an attribute; `None` if the node does not have it. One of another type
    /// is an error: read as absent, it would silently become the operator's default.
    fn attribute<'a, T>(&'a self, name: &str, pick: impl Fn(&'a Attribute) -> Option<T>) -> Result<Option<T>> {
        let Some(attribute) = self.attributes.get(name) else { return Ok(None) };
        match pick(attribute) {
            Some(value) => Ok(Some(value)),
            None => Err(self.invalid(&format!("its attribute {name:?} is {}", attribute.kind()))),
        }
    }

    /// An integer; `default`, as the operator's specification has it, if the attribute is absent.
    pub fn int(&self, name: &str, default: i64) -> Result<i64> {
        let int = |a: &Attribute| if let Attribute::Int(v) = a { Some(*v) } else { None };
        Ok(self.attribute(name, int)?.unwrap_or(default))
    }

    /// A float; `default`, as the operator's specification has it, if the attribute is absent.
    pub fn float(&self, name: &str, default: f32) -> Result<f32> {
        let float = |a: &Attribute| if let Attribute::Float(v) = a { Some(*v) } else { None };
        Ok(self.attribute(name, float)?.unwrap_or(default))
    }

    /// A text; `default`, as the operator's specification has it, if the attribute is absent.
    pub fn text<'a>(&'a self, name: &str, default: &'a str) -> Result<&'a str> {
        let text = |a: &'a Attribute| if let Attribute::Text(v) = a { Some(v.as_str()) } else { None };
        Ok(self.attribute(name, text)?.unwrap_or(default))
    }

    /// A list of integers, if the attribute is there.
    pub fn ints(&self, name: &str) -> Result<Option<&[i64]>> {
        self.attribute(name, |a| if let Attribute::Ints(v) = a { Some(v.as_slice()) } else { None })
    }

    /// A list of floats, if the attribute is there.
    pub fn floats(&self, name: &str) -> Result<Option<&[f32]>> {
        self.attribute(name, |a| if let Attribute::Floats(v) = a { Some(v.as_slice()) } else { None })
    }

    /// A tensor, if the attribute is there.
    pub fn tensor(&self, name: &str) -> Result<Option<&Constant>> {
        self.attribute(name, |a| if let Attribute::Tensor(v) = a { Some(v) } else { None })
    }

    /// `N` non-negative integers, each at most 65,536; `default` if the attribute is absent.
    pub fn sizes<const N: usize>(&self, name: &str, default: usize) -> Result<[usize; N]> {
        let Some(values) = self.ints(name)? else { return Ok([default; N]) };
        let mut sizes = [0; N];
        if values.len() != N {
            return Err(self.unsupported(&format!("{name} has {} values, {N} are expected", values.len())));
        }
        for (size, value) in sizes.iter_mut().zip(values) {
            *size = usize::try_from(*value)
                .ok()
                .filter(|v| *v <= 1 << 16)
                .ok_or_else(|| self.unsupported(&format!("{name} is out of range")))?;
        }
        Ok(sizes)
    }
}

/// A network: one input, nodes in an order in which they can run, constants, outputs.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub input: String,
    /// The version of the operator set.
    pub opset: i64,
    /// `None` for a symbolic side.
    pub input_shape: Vec<Option<usize>>,
    /// The height and width that the input has where its own are symbolic.
    pub size: Option<(usize, usize)>,
    pub nodes: Vec<Node>,
    pub constants: HashMap<String, Constant>,
    pub outputs: Vec<String>,
    /// What calibration has seen of some values.
    pub ranges: Ranges,
}
