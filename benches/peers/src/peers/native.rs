//! selfsame's native executor.

use super::Peer;
use anyhow::Result;
use ndarray::{Array2, Array4};
use selfsame::model::{Model, Network};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub struct Native {
    network: Arc<dyn Network>,
    input: Array4<f32>,
    outputs: Vec<Array2<f32>>,
}

impl Native {
    pub fn new(model: &Model) -> Self {
        let signature = model.network.signature();
        let outputs = (0..signature.outputs.len()).map(|i| Array2::zeros((1, signature.output_len(i)))).collect();
        let input = Array4::zeros((1, signature.height, signature.width, signature.channels));
        Self { network: model.network.clone(), input, outputs }
    }
}

impl Peer for Native {
    fn name(&self) -> &'static str {
        "selfsame (native)"
    }

    fn set_input(&mut self, image: &Array4<f32>) -> Result<()> {
        self.input = image.clone();
        Ok(())
    }

    fn run(&mut self) -> Result<Duration> {
        let start = Instant::now();
        let mut views: Vec<_> = self.outputs.iter_mut().map(|o| o.view_mut()).collect();
        self.network.run(self.input.view(), &mut views)?;
        Ok(start.elapsed())
    }

    fn outputs(&mut self) -> Result<Vec<Vec<f32>>> {
        self.run()?;
        Ok(self.outputs.iter().map(|o| o.iter().copied().collect()).collect())
    }
}
