//! The runtimes behind one trait, each prepared as its documentation advises for one image at a
//! time on one thread.

pub mod native;
pub mod ort;
pub mod rten;
pub mod tract;

use anyhow::Result;
use ndarray::Array4;
use selfsame::model::ModelCard;
use std::time::Duration;

/// A network on a runtime.
pub trait Peer {
    /// The runtime's name.
    fn name(&self) -> &'static str;

    /// Brings `image`, (1, height, width, 3), into the form that the runtime wants. Not timed.
    fn set_input(&mut self, image: &Array4<f32>) -> Result<()>;

    /// One run; the time is that of the runtime's own call alone.
    fn run(&mut self) -> Result<Duration>;

    /// One run, and its outputs in the order of the model's card.
    fn outputs(&mut self) -> Result<Vec<Vec<f32>>>;
}

/// The input's shape in a model file.
pub fn nchw_shape(card: &ModelCard) -> [usize; 4] {
    [1, 3, card.input.height, card.input.width]
}

/// Shape and values with channels first, as the peers and the model files have it.
fn to_nchw(image: &Array4<f32>) -> ([usize; 4], Vec<f32>) {
    let planes = image.view().permuted_axes([0, 3, 1, 2]);
    (planes.dim().into(), planes.iter().copied().collect())
}
