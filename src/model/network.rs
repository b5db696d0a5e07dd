//! The narrow door between the stages and whatever executes a network.

use crate::error::{Error, ErrorKind, Result, Stage};
use ndarray::{ArrayView4, ArrayViewMut2};

/// What a network takes and gives, without the batch axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Input height in pixels.
    pub height: usize,
    /// Input width in pixels.
    pub width: usize,
    /// Input channels.
    pub channels: usize,
    /// Name and shape of each output, in the order in which [`Network::run`] writes them.
    pub outputs: Vec<(String, Vec<usize>)>,
}

impl Signature {
    /// Values per image of output `index`; 0 if there is no such output.
    pub fn output_len(&self, index: usize) -> usize {
        self.outputs.get(index).map_or(0, |(_, shape)| shape.iter().product())
    }

    /// Checks that the views passed to [`Network::run`] fit; every backend calls it first.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] that names the offending view.
    pub fn check(&self, input: &ArrayView4<'_, f32>, outputs: &[ArrayViewMut2<'_, f32>]) -> Result<()> {
        let mismatch = |message| Err(Error::new(ErrorKind::ShapeMismatch, Stage::Run, message));
        let (n, h, w, c) = input.dim();
        if (h, w, c) != (self.height, self.width, self.channels) {
            return mismatch(format!(
                "the input is (N, {h}, {w}, {c}), the network takes (N, {}, {}, {})",
                self.height, self.width, self.channels
            ));
        }
        if outputs.len() != self.outputs.len() {
            return mismatch(format!("{} output views for {} outputs", outputs.len(), self.outputs.len()));
        }
        for (index, view) in outputs.iter().enumerate() {
            if view.dim() != (n, self.output_len(index)) {
                let name = self.outputs.get(index).map_or("?", |(name, _)| name);
                return mismatch(format!(
                    "output view {name} is {:?}, the network gives {:?}",
                    view.dim(),
                    (n, self.output_len(index))
                ));
            }
        }
        Ok(())
    }
}

/// A network ready to run. Implementations are shared by all threads; `run` takes `&self`.
pub trait Network: Send + Sync {
    /// Input and output shapes.
    fn signature(&self) -> &Signature;

    /// Runs the network on a batch.
    ///
    /// `input` is (N, height, width, channels), channels last whatever the model file's own layout,
    /// in standard (row-major) memory order, values already normalised as the card says. Output
    /// `i` is written as (N, values per image), flattened row-major from the shape in
    /// [`Network::signature`].
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] if a view does not fit the signature or is not in standard
    /// order, [`ErrorKind::Backend`] if the backend fails.
    fn run(&self, input: ArrayView4<'_, f32>, outputs: &mut [ArrayViewMut2<'_, f32>]) -> Result<()>;
}
