//! Multiply-adds of a network, counted on its unoptimised graph.

use crate::peers::nchw_shape;
use anyhow::Result;
use selfsame::model::ModelCard;
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::Cost;
use tract_onnx::tract_core::ops::cnn::{Conv, Deconv};
use tract_onnx::tract_core::ops::einsum::EinSum;

/// Those of convolutions and matrix products; activations and sums are not counted.
pub fn multiply_adds(file: &[u8], card: &ModelCard) -> Result<f64> {
    let input = f32::fact(nchw_shape(card)).into();
    let model = onnx().model_for_read(&mut &*file)?.with_input_fact(0, input)?.into_typed()?;
    let mut sum = 0;
    for node in model.nodes() {
        if !(node.op_is::<Conv>() || node.op_is::<Deconv>() || node.op_is::<EinSum>()) {
            continue;
        }
        for (cost, amount) in node.op.cost(&model.node_input_facts(node.id)?)? {
            if matches!(cost, Cost::FMA(_)) {
                sum += amount.to_i64()?;
            }
        }
    }
    Ok(sum as f64)
}
