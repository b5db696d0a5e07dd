//! The crate's own executor as a [`Network`].

use super::{Layout, ModelCard, Network, NetworkSignature};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::nn;
use crate::telemetry::debug_event;
use rayon::prelude::*;

/// Batches of this many images or more are spread over rayon's threads. Chosen by hand: a template
/// and its mirror image, which a request runs as one batch, stay on the request's own thread.
const PARALLEL_BATCH: usize = 4;

/// A network compiled by the crate's own executor for this machine's instruction set; it runs on
/// any number of threads at once.
#[derive(Debug)]
pub struct NativeNetwork {
    program: nn::Program,
    signature: NetworkSignature,
    /// For each of the signature's outputs its index in the program.
    order: Vec<usize>,
}

impl NativeNetwork {
    /// Compiles an ONNX file to run in f32, and holds its input and outputs against the card.
    ///
    /// The operators are those of convolutional face networks, operator sets 7 to 24; weights may
    /// be stored as f32, as f16, or as integers of 8 or 4 bits behind a DequantizeLinear.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if the bytes are no consistent ONNX file or do not fit the card,
    /// [`ErrorKind::UnsupportedOperator`] naming operator and node, [`ErrorKind::LimitExceeded`]
    /// for a network that asks for more than 16,384 nodes, 2^28 values or 2·10^11
    /// multiply-adds.
    pub fn load(bytes: &[u8], card: &ModelCard) -> Result<Self> {
        Self::compile(bytes, card, nn::Precision::F32)
    }

    /// Compiles an ONNX file as [`NativeNetwork::load`] does, but with 8-bit integers in the
    /// pointwise layers whose inputs' ranges the file carries; see [`super::Backend::Int8`].
    ///
    /// # Errors
    /// As [`NativeNetwork::load`].
    pub fn load_int8(bytes: &[u8], card: &ModelCard) -> Result<Self> {
        Self::compile(bytes, card, nn::Precision::Int8)
    }

    fn compile(bytes: &[u8], card: &ModelCard, precision: nn::Precision) -> Result<Self> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidModel, Stage::Model, message);
        let program = nn::compile(bytes, &nn::Limits::default(), precision)?;
        let (height, width, channels) = program.input();
        if (height, width, channels) != (card.input.height, card.input.width, 3) {
            return Err(invalid(format!(
                "the file's input is {height}×{width}×{channels}, its card says {}×{}×3 ({:?})",
                card.input.height,
                card.input.width,
                match card.input.layout {
                    Layout::Nchw => "channels first in the file",
                    Layout::Nhwc => "channels last in the file",
                }
            )));
        }
        let find = |name: &str, shape: &[usize]| {
            let fits = |(n, s): (&str, &[usize])| n == name && s == shape;
            program
                .outputs()
                .position(fits)
                .ok_or_else(|| invalid(format!("the file has no output {name:?} of shape {shape:?}")))
        };
        let order = card.outputs.iter().map(|o| find(&o.name, &o.shape)).collect::<Result<Vec<_>>>()?;
        debug_event!(
            model = %card.id,
            instruction_set = crate::simd::Level::best().name(),
            int8_layers = program.int8_layers(),
            "network loaded"
        );
        Ok(Self { program, signature: NetworkSignature::of_card(card), order })
    }
}

impl Network for NativeNetwork {
    fn signature(&self) -> &NetworkSignature {
        &self.signature
    }

    /// Images of a small batch run one after another on one arena, which keeps them in cache and
    /// leaves the other cores to other requests; from four images on they are spread over
    /// rayon's threads.
    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> Result<()> {
        let count = self.signature.check(input, outputs)?;
        let images = input.chunks_exact(self.signature.input_len());
        if count < PARALLEL_BATCH {
            // No list of rows here: nothing is allocated per frame.
            return images.enumerate().try_for_each(|(n, image)| {
                self.program.run(image, |index, values| {
                    let wanted = self.order.iter().zip(&mut *outputs).filter(|(of, _)| **of == index);
                    wanted.for_each(|(_, output)| row(output, n, values.len()).copy_from_slice(values));
                })
            });
        }
        // The rows of each image, borrowed apart, so that threads can write them side by side.
        let mut rows: Vec<Vec<&mut [f32]>> = Vec::new();
        rows.resize_with(count, Vec::new);
        for (output, len) in outputs.iter_mut().zip(self.signature.output_lens()) {
            rows.iter_mut().zip(output.chunks_exact_mut(len)).for_each(|(image, row)| image.push(row));
        }
        let images: Vec<_> = images.zip(rows).collect();
        images.into_par_iter().try_for_each(|(image, mut rows)| {
            self.program.run(image, |index, values| {
                let wanted = self.order.iter().zip(&mut rows).filter(|(of, _)| **of == index);
                wanted.for_each(|(_, row)| row.copy_from_slice(values));
            })
        })
    }
}

/// Image `n`'s part of an output of `len` values per image.
#[allow(
    clippy::indexing_slicing,
    reason = "`check` has held the slice's length against the signature, whose shapes are the program's own"
)]
fn row(output: &mut [f32], n: usize, len: usize) -> &mut [f32] {
    &mut output[n * len..(n + 1) * len]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Backend, Model, ModelSource, Task};

    #[test]
    fn networks_and_models_are_shared_by_threads() {
        fn assert_shared<T: ?Sized + Send + Sync + 'static>() {}
        assert_shared::<dyn Network>();
        assert_shared::<Model>();
        assert_shared::<NativeNetwork>();
        assert_shared::<nn::Program>();
        #[cfg(feature = "ort")]
        assert_shared::<crate::model::OrtNetwork>();
    }

    #[test]
    fn a_batch_of_any_size_gives_what_its_images_give_alone() {
        let model = Model::load(Task::Detect, &ModelSource::Bundled, &Backend::Native).unwrap();
        let signature = model.network.signature();
        let run = |input: &[f32]| {
            let n = input.len() / signature.input_len();
            let mut outputs: Vec<Vec<f32>> = signature.output_lens().map(|len| vec![f32::NAN; n * len]).collect();
            let mut slices: Vec<_> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
            model.network.run(input, &mut slices).unwrap();
            outputs
        };
        let input: Vec<f32> = (0..7 * signature.input_len()).map(|i| (i as f32 * 0.11).sin()).collect();
        let alone: Vec<_> = input.chunks_exact(signature.input_len()).map(run).collect();
        assert_ne!(alone[0], alone[1]);
        for n in [0, 1, 2, PARALLEL_BATCH, 7] {
            let together = run(&input[..n * signature.input_len()]);
            for (output, together) in together.iter().enumerate() {
                let expected: Vec<f32> = alone.iter().take(n).flat_map(|alone| alone[output].clone()).collect();
                assert_eq!(together, &expected, "{n} images, output {output}");
            }
        }
    }
}
