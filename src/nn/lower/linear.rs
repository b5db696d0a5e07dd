//! Fully connected layers.

use super::lowering::{Entry, Lowering};
use crate::error::Result;
use crate::nn::graph::{Constant, Node};
use crate::nn::kernels::coded::{BLOCK, CodedWeights};
use crate::nn::op::{Filter, Kind, Window};
use crate::nn::quantised::Quantised;
use crate::nn::value::{Form, Grid};

impl Lowering<'_> {
    /// Gemm or MatMul by constant weights: a pointwise convolution of one pixel, or a layer whose
    /// weights stay as few bits as the file has.
    pub(super) fn gemm(&mut self, node: &Node) -> Result<()> {
        let input = self.value(node, 0)?;
        let &[1, features] = input.shape.as_slice() else {
            return Err(node.unsupported("its input must be (N, features)"));
        };
        let input = self.in_vectors(&input)?;
        let general = node.op == "Gemm";
        if general && node.int("transA", 0)? != 0 {
            return Err(node.unsupported("transA"));
        }
        let transposed = general && node.int("transB", 0)? != 0;
        let (alpha, beta) = match general {
            true => (node.float("alpha", 1.0)?, node.float("beta", 1.0)?),
            false => (1.0, 1.0),
        };
        let coded = match self.entry(node, 1)? {
            Entry::Quantised(weights) if transposed && alpha == 1.0 => coded_rows(weights, features),
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
        self.count(&[features, outputs])?;
        let output = self.new_value(Grid::padded(1, 1, outputs), Form::Flat, vec![1, outputs])?;
        self.push(kind, &input, None, &output);
        self.define(node, Entry::Value(output))
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
