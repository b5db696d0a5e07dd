//! selfsame's native executor.

use super::Peer;
use anyhow::Result;
use ndarray::Array4;
use selfsame::model::{Model, Network};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub struct Native {
    network: Arc<dyn Network>,
    input: Vec<f32>,
    outputs: Vec<Vec<f32>>,
}

impl Native {
    pub fn new(model: &Model) -> Self {
        let signature = model.network.signature();
        let outputs = signature.output_lens().map(|len| vec![0.0; len]).collect();
        let input = vec![0.0; signature.input_len()];
        Self { network: model.network.clone(), input, outputs }
    }
}

impl Peer for Native {
    fn name(&self) -> &'static str {
        "selfsame (native)"
    }

    fn set_input(&mut self, image: &Array4<f32>) -> Result<()> {
        self.input = image.iter().copied().collect();
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        let start = Instant::now();
        let mut outputs: Vec<_> = self.outputs.iter_mut().map(Vec::as_mut_slice).collect();
        self.network.run(&self.input, &mut outputs)?;
        Ok(start.elapsed())
    }

    fn outputs(&mut self) -> Result<Vec<Vec<f32>>> {
        self.run()?;
        Ok(self.outputs.clone())
    }
}
