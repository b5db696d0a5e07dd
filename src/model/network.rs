//! The narrow door between the stages and whatever executes a network.
//!
//! Everything that runs a network here speaks through [`Network::run`]: plain slices, whose shapes
//! the network's [`NetworkSignature`] states. Another runtime, or a fake in tests, is one
//! implementation of two methods.

use super::ModelCard;
use crate::error::{Error, ErrorKind, Result, Stage};

/// What a network takes and gives, without the batch axis.
///
/// ```
/// use selfsame::model::{ModelCard, NetworkSignature};
///
/// let card = ModelCard::parse(&std::fs::read_to_string("models/mesh.toml")?)?;
/// let signature = NetworkSignature::of_card(&card);
/// assert_eq!(signature.input_len(), 192 * 192 * 3);
/// assert_eq!(signature.output_len(0), Some(468 * 3));
///
/// // Slices for two images: their lengths say so.
/// let input = vec![0.0; 2 * signature.input_len()];
/// let (mut points, mut flags) = (vec![0.0; 2 * 468 * 3], vec![0.0; 2]);
/// assert_eq!(signature.check(&input, &[&mut points, &mut flags])?, 2);
/// assert!(signature.check(&input, &[&mut points]).is_err(), "one output is missing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetworkSignature {
    /// Input height in pixels.
    pub height: usize,
    /// Input width in pixels.
    pub width: usize,
    /// Input channels.
    pub channels: usize,
    /// Name and shape of each output, in the order in which [`Network::run`] writes them.
    pub outputs: Vec<(String, Vec<usize>)>,
}

impl NetworkSignature {
    /// A signature from its parts: the input's height and width in pixels, its channels, and the
    /// name and shape of each output.
    pub fn new(height: usize, width: usize, channels: usize, outputs: Vec<(String, Vec<usize>)>) -> Self {
        Self { height, width, channels, outputs }
    }

    /// The signature that a card promises: three channels, and the card's outputs in its order.
    pub fn of_card(card: &ModelCard) -> Self {
        let outputs = card.outputs.iter().map(|output| (output.name.clone(), output.shape.clone()));
        Self::new(card.input.height, card.input.width, 3, outputs.collect())
    }

    /// Values per image of the input.
    pub fn input_len(&self) -> usize {
        values(&[self.height, self.width, self.channels])
    }

    /// Values per image of output `index`; `None` if there is no such output.
    pub fn output_len(&self, index: usize) -> Option<usize> {
        self.outputs.get(index).map(|(_, shape)| values(shape))
    }

    /// Values per image of each output, in order.
    pub fn output_lens(&self) -> impl Iterator<Item = usize> {
        self.outputs.iter().map(|(_, shape)| values(shape))
    }

    /// Checks that the slices passed to [`Network::run`] fit, and returns how many images they
    /// hold. Every implementation calls it first; what it does afterwards may rely on the lengths.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] that names the offending slice and the lengths: an input that
    /// is no whole number of images, another number of outputs, or an output of another length than
    /// that number of images has.
    pub fn check(&self, input: &[f32], outputs: &[&mut [f32]]) -> Result<usize> {
        let mismatch = |message| Err(Error::new(ErrorKind::ShapeMismatch, Stage::Run, message));
        let per_image = self.input_len();
        // An image without values would fit any number of times, so it is refused as well.
        let Some(images) = input.len().checked_div(per_image).filter(|n| n * per_image == input.len()) else {
            let Self { height, width, channels, .. } = self;
            return mismatch(format!(
                "the input has {} values, an image {height} · {width} · {channels} = {per_image}",
                input.len()
            ));
        };
        if outputs.len() != self.outputs.len() {
            return mismatch(format!("{} output slices for {} outputs", outputs.len(), self.outputs.len()));
        }
        for ((name, shape), slice) in self.outputs.iter().zip(outputs) {
            let expected = values(shape).saturating_mul(images);
            if slice.len() != expected {
                return mismatch(format!(
                    "the slice for output {name:?} has {} values, {images} images of {shape:?} have {expected}",
                    slice.len()
                ));
            }
        }
        Ok(images)
    }
}

/// The number of values of a shape. One too large to be counted fits no slice, so the largest
/// number stands for it.
fn values(shape: &[usize]) -> usize {
    shape.iter().fold(1, |n, side| n.saturating_mul(*side))
}

/// A network ready to run. Implementations are shared by all threads; `run` takes `&self`.
///
/// ```
/// use selfsame::error::Result;
/// use selfsame::model::{Network, NetworkSignature};
///
/// /// Answers with the mean of each image.
/// struct Mean(NetworkSignature);
///
/// impl Network for Mean {
///     fn signature(&self) -> &NetworkSignature {
///         &self.0
///     }
///
///     fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
///         self.0.check(input, outputs)?;
///         let images = input.chunks_exact(self.0.input_len());
///         for (image, mean) in images.zip(outputs.iter_mut().flat_map(|means| means.iter_mut())) {
///             *mean = image.iter().sum::<f32>() / image.len() as f32;
///         }
///         Ok(())
///     }
/// }
///
/// let network = Mean(NetworkSignature::new(2, 2, 3, vec![("mean".to_owned(), vec![1])]));
/// let mut means = [0.0; 2];
/// network.run(&[[1.0; 12], [3.0; 12]].concat(), &mut [&mut means])?;
/// assert_eq!(means, [1.0, 3.0]);
/// # Ok::<(), selfsame::error::Error>(())
/// ```
pub trait Network: Send + Sync {
    /// Input and output shapes.
    fn signature(&self) -> &NetworkSignature;

    /// Runs the network on a batch, whose size follows from the input's length.
    ///
    /// `input` holds one image after the other, each (height, width, channels) in row-major order:
    /// channels last whatever the model file's own layout, values already normalised as the card
    /// says. `outputs` has one slice for each output of [`Network::signature`], in that order; it
    /// receives one image's values after the other's, row-major in the shape that the signature
    /// states. An empty input is a batch of no images.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] if a slice does not fit the signature
    /// ([`NetworkSignature::check`]), [`ErrorKind::Backend`] if the backend fails.
    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_that_do_not_fit_are_named() {
        let outputs = vec![("boxes".to_owned(), vec![4, 2]), ("scores".to_owned(), vec![4])];
        let signature = NetworkSignature::new(2, 3, 3, outputs);
        assert_eq!([0, 1, 2].map(|i| signature.output_len(i)), [Some(8), Some(4), None]);
        let check = |input: usize, [boxes, scores]: [usize; 2]| {
            let (mut boxes, mut scores) = (vec![0.0; boxes], vec![0.0; scores]);
            signature.check(&vec![0.0; input], &[&mut boxes, &mut scores])
        };
        for images in 0..4 {
            assert_eq!(check(18 * images, [8 * images, 4 * images]).unwrap(), images);
        }
        for (input, outputs, named) in [
            (17, [8, 4], "the input has 17 values, an image 2 · 3 · 3 = 18"),
            (19, [8, 4], "the input has 19 values"),
            (36, [8, 8], "the slice for output \"boxes\" has 8 values, 2 images of [4, 2] have 16"),
            (18, [8, 3], "the slice for output \"scores\" has 3 values"),
            (0, [8, 0], "\"boxes\""),
        ] {
            let error = check(input, outputs).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ShapeMismatch);
            assert!(error.to_string().contains(named), "{error}");
        }
        assert!(signature.check(&[0.0; 18], &[&mut [0.0; 8]]).unwrap_err().to_string().contains("1 output slices"));
        let empty = NetworkSignature::new(0, 3, 3, Vec::new());
        assert_eq!(empty.check(&[], &[]).unwrap_err().kind(), ErrorKind::ShapeMismatch, "images without values");
    }
}
