//! Functions of each value by itself, by the names that operators have.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::Node;
use crate::nn::kernels::epilogue::Activation;
use crate::nn::kernels::function::Function;
use crate::nn::kernels::tensor::TensorOp;

/// The function that a node computes, with the operator's own defaults; `None` if it is none.
pub(super) fn function(node: &Node) -> Result<Option<Function>> {
    Ok(Some(match node.op.as_str() {
        "Abs" => Function::Abs,
        "Neg" => Function::Neg,
        "Sqrt" => Function::Sqrt,
        "Exp" => Function::Exp,
        "Log" => Function::Log,
        "Reciprocal" => Function::Reciprocal,
        "Floor" => Function::Floor,
        "Ceil" => Function::Ceil,
        "Round" => Function::Round,
        "Sign" => Function::Sign,
        "Sin" => Function::Sin,
        "Cos" => Function::Cos,
        "Erf" => Function::Erf,
        "Tanh" => Function::Tanh,
        "Softplus" => Function::Softplus,
        "Softsign" => Function::Softsign,
        "Mish" => Function::Mish,
        "HardSwish" => Function::HardSwish,
        "Swish" => Function::Swish { alpha: node.float("alpha", 1.0)? },
        "Gelu" => Function::Gelu { tanh: node.text("approximate", "none")? == "tanh" },
        "HardSigmoid" => Function::HardSigmoid { alpha: node.float("alpha", 0.2)?, beta: node.float("beta", 0.5)? },
        "Elu" => Function::Elu { alpha: node.float("alpha", 1.0)?, gamma: 1.0, delta: 1.0 },
        "Celu" => {
            let alpha = node.float("alpha", 1.0)?;
            Function::Elu { alpha, gamma: 1.0, delta: alpha }
        }
        // The operator's defaults, those of Klambauer and others, "Self-Normalizing Neural
        // Networks".
        "Selu" => Function::Elu {
            alpha: node.float("alpha", 1.673_263_2)?,
            gamma: node.float("gamma", 1.050_701)?,
            delta: 1.0,
        },
        "ThresholdedRelu" => Function::Threshold { alpha: node.float("alpha", 1.0)? },
        _ => return Ok(None),
    }))
}

impl Lowering<'_> {
    /// A function of input 0, in the operation before it where that is possible.
    pub(super) fn map(&mut self, node: &Node, function: Function) -> Result<()> {
        if function.at_zero().is_finite() {
            return self.activation(node, Activation::Map(function));
        }
        // What pads channels to whole vectors would become infinite: nothing pads flat memory.
        let value = self.tensor(node, 0)?;
        let op = TensorOp::Map { function, len: self.limits.elements(&value.shape)? };
        let result = self.tensor_op(node, op, &value, value.shape.clone())?;
        self.define(node, Entry::Value(result))
    }

    /// Pow: by a constant exponent a function, else an operation of two values.
    pub(super) fn pow(&mut self, node: &Node) -> Result<()> {
        let exponent = self.constant(node, 1).map(AsRef::as_ref).and_then(|c| match (c.as_floats(), c.as_ints()) {
            (Some(&[exponent]), _) => Some(exponent),
            (_, Some(&[exponent])) => Some(exponent as f32),
            _ => None,
        });
        match exponent {
            Some(exponent) => self.map(node, Function::Power { exponent }),
            None => self.binary(node),
        }
    }

    /// Max, Min, Sum and Mean of any number of inputs, two by two.
    pub(super) fn variadic(&mut self, node: &Node) -> Result<()> {
        let op = match node.op.as_str() {
            "Sum" | "Mean" => "Add",
            other => other,
        };
        let [first, rest @ ..] = node.inputs.as_slice() else { return Err(node.invalid("it has no inputs")) };
        let output = node.outputs.first().ok_or_else(|| node.invalid("it has no output"))?;
        let mut sum = first.clone();
        for (i, name) in rest.iter().enumerate() {
            let last = i + 1 == rest.len() && node.op != "Mean";
            // No file can state a name that holds a 0 byte and be told apart from this one.
            let result = if last { output.clone() } else { format!("{output}\0{i}") };
            let pair =
                Node { op: op.into(), inputs: vec![sum, name.clone()], outputs: vec![result.clone()], ..node.clone() };
            self.binary(&pair)?;
            sum = result;
        }
        if node.op == "Mean" {
            let mean = Node { inputs: vec![sum], ..node.clone() };
            return self.affine(&mean, vec![1.0 / node.inputs.len() as f32], vec![0.0]);
        }
        if rest.is_empty() {
            let entry = self.entry(node, 0)?.clone();
            return self.define(node, entry);
        }
        Ok(())
    }
}
