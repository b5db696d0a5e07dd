//! Fully connected layers.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node};
use crate::nn::kernels::coded::{BLOCK, CodedWeights};
use crate::nn::kernels::tensor::{BinaryKind, MatMul, TensorOp, broadcast};
use crate::nn::op::{Filter, Kind, Strides, Window};
use crate::nn::quantised::Quantised;
use crate::nn::value::{Form, Grid, Value};

impl Lowering<'_> {
    /// Gemm or MatMul by constant weights: a pointwise convolution of one pixel, or a layer whose
    /// weights stay as few bits as the file has.
    pub(super) fn gemm(&mut self, node: &Node) -> Result<()> {
        let general = node.op == "Gemm";
        let weights = matches!(self.entry(node, 1)?, Entry::Constant(_) | Entry::Quantised(_));
        if matches!(self.entry(node, 0)?, Entry::Constant(_) | Entry::Quantised(_)) || !weights {
            return self.product(node);
        }
        let input = self.value(node, 0)?;
        let &[.., features] = input.shape.as_slice() else {
            return Err(node.unsupported("its input must be (N, features)"));
        };
        let matrix_shape = matches!(self.entry(node, 1)?, Entry::Constant(c) if c.shape.len() == 2)
            || matches!(self.entry(node, 1)?, Entry::Quantised(c) if c.shape().len() == 2);
        let one_row = input.shape.len() == 2 && input.shape.first() == Some(&1);
        if !matrix_shape || general && (input.shape.len() != 2 || node.int("transA", 0)? != 0) {
            return self.product(node);
        }
        // One pixel, or one for each row.
        let input = if one_row {
            self.in_vectors(&input)?
        } else {
            let flat = self.flattened(&input)?;
            let rows = self.limits.elements(&flat.shape)?.checked_div(features).unwrap_or(0); // Refused.
            Value { grid: Grid::tight(rows, 1, features), form: Form::Rows, ..flat }
        };
        let transposed = general && node.int("transB", 0)? != 0;
        let (alpha, beta) = match general {
            true => (node.float("alpha", 1.0)?, node.float("beta", 1.0)?),
            false => (1.0, 1.0),
        };
        let coded = match self.entry(node, 1)? {
            Entry::Quantised(weights) if transposed && alpha == 1.0 && one_row => coded_rows(weights, features),
            _ => None,
        };
        if coded.is_none() {
            self.widen(node, 1)?;
        }
        let shape = match self.entry(node, 1)? {
            Entry::Quantised(weights) => weights.shape(),
            Entry::Constant(weights) => &weights.shape,
            _ => return Err(node.unsupported("its weights must be constant")),
        };
        let outputs = match (shape, transposed) {
            (&[outputs, _], true) | (&[_, outputs], false) => outputs,
            _ => return Err(node.invalid("its weights are no matrix")),
        };
        self.reserve(outputs, features, 1)?;
        let bias = match node.input(2).filter(|_| general) {
            Some(_) => {
                let bias = self.floats(node, 2)?;
                let flat = self.constant(node, 2).is_some_and(|c| matches!(c.shape.as_slice(), [] | [_] | [1, _]));
                match bias {
                    // One for all outputs, or one for each.
                    [single] if flat => vec![beta * single; outputs],
                    each if flat && each.len() == outputs => each.iter().map(|bias| beta * bias).collect(),
                    _ => return Err(node.invalid("its bias does not fit its weights")),
                }
            }
            None => vec![0.0; outputs],
        };
        let kind = match (coded, self.constant(node, 1)) {
            (Some((codes, scales)), _) => Kind::Coded { weights: CodedWeights::pack(&codes, &scales, &bias) },
            (None, Some(weight)) => {
                let data = matrix(node, weight, (features, outputs), transposed)?;
                let weights = data.into_iter().map(|w| alpha * w).collect();
                let filter = Filter { outputs, inputs: features, depthwise: false, weights, bias, ranges: Vec::new() };
                Kind::Conv { filter, window: Window::pointwise(&input.grid) }
            }
            (None, None) => return Err(node.unsupported("its weights must be constant")),
        };
        self.count(&[features, outputs, input.grid.width])?;
        let mut shape = input.shape.clone();
        if let Some(last) = shape.last_mut() {
            *last = outputs;
        }
        if one_row {
            let output = self.new_value(Grid::padded(1, 1, outputs), Form::Flat, shape)?;
            self.push(kind, &input, None, &output);
            return self.define(node, Entry::Value(output));
        }
        let rows = input.grid.width;
        let output = self.new_value(Grid::padded(rows, 1, outputs), Form::Rows, shape.clone())?;
        self.push(kind, &input, None, &output);
        if output.grid.pixel == outputs {
            return self.define(node, Entry::Value(output));
        }
        // Between pixels lies what pads them to whole vectors.
        let flat = self.new_value(Grid::padded(1, 1, rows * outputs), Form::Flat, shape)?;
        let to = Strides { origin: 0, right: outputs, down: 0, channel: 1 };
        self.push_copy(&output, &flat, None, Some(to), Some(0.0));
        self.define(node, Entry::Value(flat))
    }

    /// MatMul or Gemm of what is no value with a constant matrix behind it.
    fn product(&mut self, node: &Node) -> Result<()> {
        self.widen(node, 1)?;
        let general = node.op == "Gemm";
        let (mut a, mut b) = (self.tensor(node, 0)?, self.tensor(node, 1)?);
        if general {
            if (a.shape.len(), b.shape.len()) != (2, 2) {
                return Err(node.invalid("its inputs are no matrices"));
            }
            if node.int("transA", 0)? != 0 {
                a = self.turned(node, &a, &[1, 0])?;
            }
            if node.int("transB", 0)? != 0 {
                b = self.turned(node, &b, &[1, 0])?;
            }
        }
        let ([before_a @ .., m, k], [before_b @ .., depth, n]) = (a.shape.as_slice(), b.shape.as_slice()) else {
            return Err(node.unsupported("its inputs must have two axes at least"));
        };
        let batch = broadcast(before_a, before_b).filter(|_| k == depth);
        let batch = batch.ok_or_else(|| node.invalid(&format!("shapes {:?} and {:?}", a.shape, b.shape)))?;
        let shape: Vec<usize> = batch.iter().chain([m, n]).copied().collect();
        self.limits.elements(&shape)?;
        let op = TensorOp::MatMul(MatMul::new((*m, *k, *n), before_a, before_b, &batch));
        let mut result = self.push_tensor(node, op, &a, Some(&b), shape)?;
        if general {
            let (alpha, beta) = (node.float("alpha", 1.0)?, node.float("beta", 1.0)?);
            if alpha != 1.0 {
                result = self.spread_constant(node, BinaryKind::Mul, &result, Vec::new(), vec![alpha])?;
            }
            if node.input(2).is_some() {
                let mut bias = self.tensor(node, 2)?;
                if beta != 1.0 {
                    bias = self.spread_constant(node, BinaryKind::Mul, &bias, Vec::new(), vec![beta])?;
                }
                result = self.spread(node, BinaryKind::Add, &result, &bias)?;
            }
        }
        self.define(node, Entry::Value(result))
    }
}

/// The codes of weights that are rows of `features`, and a scale per block, if there is a kernel
/// for them.
fn coded_rows(weights: &Quantised, features: usize) -> Option<(Vec<i8>, Vec<f32>)> {
    let fits = matches!(*weights.shape(), [_, inputs] if inputs == features) && features.is_multiple_of(BLOCK);
    if fits { weights.blocks(BLOCK) } else { None }
}

/// A Gemm's weights as rows of `features` values, one per output.
fn matrix(node: &Node, weight: &Constant, size: (usize, usize), transposed: bool) -> Result<Vec<f32>> {
    let data = weight.as_floats().ok_or_else(|| node.invalid("its weights must be floats"))?;
    let (features, outputs) = size;
    let wanted = if transposed { [outputs, features] } else { [features, outputs] };
    if weight.shape != wanted || outputs == 0 {
        return Err(node.invalid("its weights do not fit its input"));
    }
    if transposed {
        return Ok(data.to_vec());
    }
    Ok((0..outputs).flat_map(|o| data.iter().skip(o).step_by(outputs).copied()).collect())
}
