//! tract, single-threaded by default; its state is kept between runs.

use super::{Peer, nchw_shape, to_nchw};
use anyhow::{Context, Result, ensure};
use ndarray::Array4;
use selfsame::model::ModelCard;
use std::time::{Duration, Instant};
use tract_onnx::prelude::*;
use tract_onnx::tract_core::ops::cast::Cast;

pub struct Tract {
    state: TypedSimpleState,
    /// For each of the card's outputs its index in the file.
    order: Vec<usize>,
    input: TValue,
}

impl Tract {
    pub fn new(file: &[u8], card: &ModelCard) -> Result<Self> {
        let model = onnx().model_for_read(&mut &*file)?.with_input_fact(0, f32::fact(nchw_shape(card)).into())?;
        let names: Vec<_> = model.output_outlets()?.iter().map(|o| model.outlet_label(*o).unwrap_or("")).collect();
        let position =
            |name: &str| names.iter().position(|n| *n == name).with_context(|| format!("no output {name:?}"));
        let order = card.outputs.iter().map(|o| position(&o.name)).collect::<Result<_>>()?;
        let model = model.into_optimized()?;
        ensure!(!model.nodes().iter().any(|n| n.op_is::<Cast>()), "weights are still cast in every run");
        let state = model.into_runnable()?.spawn()?;
        Ok(Self { state, order, input: Tensor::zero::<f32>(&[])?.into() })
    }

    fn call(&mut self) -> Result<(Duration, TVec<TValue>)> {
        let input = self.input.clone();
        let start = Instant::now();
        let outputs = self.state.run(tvec!(input))?;
        Ok((start.elapsed(), outputs))
    }
}

impl Peer for Tract {
    fn name(&self) -> &'static str {
        "tract"
    }

    fn set_input(&mut self, image: &Array4<f32>) -> Result<()> {
        let (shape, values) = to_nchw(image);
        self.input = Tensor::from_shape(&shape, &values)?.into();
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        Ok(self.call()?.0)
    }

    fn outputs(&mut self) -> Result<Vec<Vec<f32>>> {
        let outputs = self.call()?.1;
        let values = |index: &usize| Ok(outputs[*index].try_as_plain_ram()?.as_slice::<f32>()?.to_vec());
        self.order.iter().map(values).collect()
    }
}
