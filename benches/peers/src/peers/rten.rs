//! rten, with weights packed at load.

use super::{Peer, to_nchw};
use anyhow::{Context, Result};
use ndarray::Array4;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueView};
use rten_tensor::{AsView, Tensor};
use selfsame::model::ModelCard;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub struct Rten {
    model: Model,
    options: RunOptions,
    input_id: NodeId,
    /// In the card's order.
    output_ids: Vec<NodeId>,
    shape: [usize; 4],
    input: Vec<f32>,
}

impl Rten {
    /// `pool` is the one that the caller runs in.
    pub fn new(file: &[u8], card: &ModelCard, pool: &Arc<ThreadPool>) -> Result<Self> {
        let model = ModelOptions::with_all_ops().prepack_weights(true).load(file.to_vec())?;
        let input_id = model.node_id(&card.input.name)?;
        let output_ids = card.outputs.iter().map(|o| model.node_id(&o.name)).collect::<Result<_, _>>()?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(pool)));
        Ok(Self { model, options, input_id, output_ids, shape: [0; 4], input: Vec::new() })
    }

    fn call(&self) -> Result<(Duration, Vec<Value>)> {
        let input = ValueView::from_shape(self.shape.as_slice(), &self.input)?;
        let start = Instant::now();
        let inputs = vec![(self.input_id, input.into())];
        let outputs = self.model.run(inputs, &self.output_ids, Some(self.options.clone()))?;
        Ok((start.elapsed(), outputs))
    }
}

impl Peer for Rten {
    fn name(&self) -> &'static str {
        "rten"
    }

    fn set_input(&mut self, image: &Array4<f32>) -> Result<()> {
        (self.shape, self.input) = to_nchw(image);
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        Ok(self.call()?.0)
    }

    fn outputs(&mut self) -> Result<Vec<Vec<f32>>> {
        let values = |output: Value| {
            let tensor: Tensor<f32> = output.try_into().context("the output is no tensor of f32")?;
            Ok(tensor.to_vec())
        };
        self.call()?.1.into_iter().map(values).collect()
    }
}
