//! The crate's own executor as a [`Network`].

use super::{Layout, ModelCard, Network, NetworkSignature};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::nn;
use crate::telemetry::debug_event;
use rayon::prelude::*;
use std::time::Duration;

/// Batches of this many images or more are spread over rayon's threads. Chosen by hand: a template
/// and its mirror image, which a request runs as one batch, stay on the request's own thread.
const PARALLEL_BATCH: usize = 4;

/// One layer of a [`NativeNetwork`]: what is computed in one pass over memory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NetworkLayer {
    /// The name of the file's node that it was made of, or of the first of those that were fused.
    pub node: String,
    /// What it computes, in a few words, for people.
    pub work: String,
    /// Multiply-adds per image, with those that only pad vectors; where nothing is multiplied,
    /// about as many as values are moved.
    pub multiply_adds: u64,
}

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
    /// The operators are those of face networks, operator sets 7 to 24: `docs/networks.md` lists
    /// them. Weights may be stored as floats of any size, or as integers of 8 or 4 bits behind a
    /// DequantizeLinear; everything is computed in f32. An input whose height and width are free in
    /// the file has those of the card.
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

    /// Compiles an ONNX file as [`NativeNetwork::load`] does, whose weights lie in other files:
    /// `external` has the bytes of each, by the name under which the network states it. Nothing is
    /// opened because a network names it.
    ///
    /// # Errors
    /// As [`NativeNetwork::load`]; [`ErrorKind::InvalidModel`] if a file is not among them.
    pub fn load_with_data(bytes: &[u8], external: &[(&str, &[u8])], card: &ModelCard) -> Result<Self> {
        Self::compile_with(bytes, external, card, nn::Precision::F32)
    }

    /// What a run does, layer by layer, in the order in which it does it.
    pub fn layers(&self) -> Vec<NetworkLayer> {
        let layer =
            |layer: nn::Layer| NetworkLayer { node: layer.node, work: layer.what, multiply_adds: layer.multiply_adds };
        self.program.layers().map(layer).collect()
    }

    /// Runs the network on one image, in the form that [`Network::run`] takes, and returns how long
    /// each of [`NativeNetwork::layers`] took by `clock`, which tells the time since any moment.
    /// The results are not kept.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] if `input` is not one image.
    pub fn time_layers(&self, input: &[f32], mut clock: impl FnMut() -> Duration) -> Result<Vec<Duration>> {
        let mut times = vec![Duration::ZERO; self.program.layers().count()];
        let mut last = clock();
        let note = |layer: usize| {
            let now = clock();
            if let Some(time) = times.get_mut(layer) {
                *time += now.saturating_sub(last);
            }
            last = now;
        };
        self.program.run_and_note(input, note, |_, _| {})?;
        Ok(times)
    }

    fn compile(bytes: &[u8], card: &ModelCard, precision: nn::Precision) -> Result<Self> {
        Self::compile_with(bytes, &[], card, precision)
    }

    fn compile_with(
        bytes: &[u8],
        external: &[(&str, &[u8])],
        card: &ModelCard,
        precision: nn::Precision,
    ) -> Result<Self> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidModel, Stage::Model, message);
        let size = Some((card.input.height, card.input.width));
        let program = nn::compile_with(bytes, external, size, &nn::Limits::default(), precision)?;
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
