//! The bundled networks, the figures that they are held against, and their inputs.

use crate::peers::Peer;
use anyhow::Result;
use image::imageops::FilterType;
use ndarray::Array4;
use selfsame::model::{Backend, Model, ModelCard, ModelSource, Task};

/// A portrait of this repository.
const PHOTO: &[u8] = include_bytes!("../../../datasets/portraits/obama.jpg");

/// A network as it lies in `models/`.
pub struct Network {
    pub name: &'static str,
    task: Task,
    /// Its batch axis is free.
    pub file: &'static [u8],
    /// Per image, as `models/README.md` states them.
    pub multiply_adds: f64,
    /// The native executor's time over the limit: at most.
    pub over_limit: f64,
    /// ONNX Runtime's time over the native executor's: at least.
    pub over_native: f64,
}

/// A network on all runtimes; the first is the native executor.
pub struct Bench {
    pub network: Network,
    pub model: Model,
    /// Per image, counted.
    pub multiply_adds: f64,
    pub peers: Vec<Box<dyn Peer>>,
}

pub fn all() -> [Network; 3] {
    [
        Network {
            name: "template",
            task: Task::Template,
            file: include_bytes!("../../../models/template.onnx"),
            multiply_adds: 221.0e6,
            over_limit: 1.4,
            over_native: 2.0,
        },
        Network {
            name: "mesh",
            task: Task::Mesh,
            file: include_bytes!("../../../models/mesh.onnx"),
            multiply_adds: 35.0e6,
            over_limit: 2.2,
            over_native: 3.3,
        },
        Network {
            name: "detect",
            task: Task::Detect,
            file: include_bytes!("../../../models/detect.onnx"),
            multiply_adds: 31.0e6,
            over_limit: 2.0,
            over_native: 1.5,
        },
    ]
}

impl Network {
    pub fn load(&self) -> Result<Model> {
        Ok(Model::load(self.task, &ModelSource::Bundled, &Backend::Native)?)
    }
}

/// The input of `benches/networks.rs`: deterministic and smooth. (1, height, width, 3), as all
/// inputs here.
pub fn waves(card: &ModelCard) -> Array4<f32> {
    let shape = (1, card.input.height, card.input.width, 3);
    Array4::from_shape_fn(shape, |(_, y, x, channel)| (0.1 * (y + 2 * x + channel) as f32).sin())
}

/// The photograph in the network's size, normalised as its card says.
pub fn photo(card: &ModelCard) -> Result<Array4<f32>> {
    let spec = &card.input;
    let (width, height) = (u32::try_from(spec.width)?, u32::try_from(spec.height)?);
    let photo = image::load_from_memory(PHOTO)?.resize_exact(width, height, FilterType::Triangle).into_rgb8();
    let value = |(_, y, x, channel): (_, usize, usize, usize)| {
        (f32::from(photo[(x as u32, y as u32)].0[channel]) - spec.mean[channel]) * spec.scale[channel]
    };
    Ok(Array4::from_shape_fn((1, spec.height, spec.width, 3), value))
}
