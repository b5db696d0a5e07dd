//! The crate's own executor as a [`Network`].

use super::{Layout, ModelCard, Network, Signature};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::nn;
use crate::telemetry::debug_event;
use ndarray::{ArrayView3, ArrayView4, ArrayViewMut1, ArrayViewMut2};
use rayon::prelude::*;

/// Batches of this many images or more are spread over rayon's threads. A template and its mirror
/// image are not.
const PARALLEL_BATCH: usize = 4;

/// A network compiled for this machine; runs on any number of threads at once.
#[derive(Debug)]
pub struct NativeNetwork {
    program: nn::Program,
    signature: Signature,
    /// For each of the signature's outputs its index in the program.
    order: Vec<usize>,
}

impl NativeNetwork {
    /// Compiles an ONNX file.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if the bytes are no consistent ONNX file or do not fit the card,
    /// [`ErrorKind::UnsupportedOperator`] naming operator and node, [`ErrorKind::LimitExceeded`]
    /// for a network that asks for more than 16,384 nodes, 2^28 values or 2·10^11
    /// multiply-adds.
    pub fn load(bytes: &[u8], card: &ModelCard) -> Result<Self> {
        Self::compile(bytes, card, nn::Precision::F32)
    }

    /// As [`NativeNetwork::load`], with 8-bit integers in the pointwise layers whose inputs' ranges
    /// the file carries; see [`super::Backend::Int8`].
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
        let outputs = card.outputs.iter().map(|o| (o.name.clone(), o.shape.clone())).collect();
        debug_event!(
            model = %card.id,
            instruction_set = crate::simd::Level::best().name(),
            precision = ?precision,
            "network loaded"
        );
        Ok(Self { program, signature: Signature { height, width, channels, outputs }, order })
    }
}

impl Network for NativeNetwork {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Images of a small batch run one after another on one arena, which keeps them in cache and
    /// leaves the other cores to other requests; from four images on they are spread over
    /// rayon's threads.
    fn run(&self, input: ArrayView4<'_, f32>, outputs: &mut [ArrayViewMut2<'_, f32>]) -> Result<()> {
        self.signature.check(&input, outputs)?;
        if input.dim().0 < PARALLEL_BATCH {
            return input.outer_iter().enumerate().try_for_each(|(n, image)| {
                self.image(image, |index, values| {
                    let wanted = self.order.iter().zip(outputs.iter_mut()).filter(|(i, _)| **i == index);
                    wanted.for_each(|(_, view)| copy(values, view.row_mut(n)));
                })
            });
        }
        let mut rows: Vec<Vec<ArrayViewMut1<'_, f32>>> = Vec::new();
        rows.resize_with(input.dim().0, Vec::new);
        for view in outputs {
            rows.iter_mut().zip(view.outer_iter_mut()).for_each(|(image, row)| image.push(row));
        }
        let images: Vec<_> = input.outer_iter().zip(rows).collect();
        images.into_par_iter().try_for_each(|(image, mut rows)| {
            self.image(image, |index, values| {
                let wanted = self.order.iter().zip(&mut rows).filter(|(i, _)| **i == index);
                wanted.for_each(|(_, row)| copy(values, row.view_mut()));
            })
        })
    }
}

impl NativeNetwork {
    fn image(&self, image: ArrayView3<'_, f32>, write: impl FnMut(usize, &[f32])) -> Result<()> {
        let not_contiguous = || Error::new(ErrorKind::ShapeMismatch, Stage::Run, "the input is not in standard order");
        self.program.run(image.to_slice().ok_or_else(not_contiguous)?, write)
    }
}

fn copy(values: &[f32], mut row: ArrayViewMut1<'_, f32>) {
    match row.as_slice_mut() {
        Some(row) if row.len() == values.len() => row.copy_from_slice(values),
        _ => row.iter_mut().zip(values).for_each(|(to, from)| *to = *from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Backend, Model, ModelSource, Task};
    use ndarray::{Array2, Array4, Axis};

    #[test]
    fn a_batch_of_any_size_gives_what_its_images_give_alone() {
        let model = Model::load(Task::Detect, &ModelSource::Bundled, &Backend::Native).unwrap();
        let signature = model.network.signature();
        let (height, width) = (signature.height, signature.width);
        let value = |(n, y, x, c)| ((n * 31 + y * 7 + x * 3 + c) as f32 * 0.11).sin();
        let run = |input: ArrayView4<'_, f32>| {
            let n = input.dim().0;
            let mut outputs: Vec<_> = (0..2).map(|i| Array2::zeros((n, signature.output_len(i)))).collect();
            let mut views: Vec<_> = outputs.iter_mut().map(|o: &mut Array2<f32>| o.view_mut()).collect();
            model.network.run(input, &mut views).unwrap();
            outputs
        };
        let input = Array4::from_shape_fn((7, height, width, 3), value);
        let alone: Vec<_> = input.axis_chunks_iter(Axis(0), 1).map(run).collect();
        for n in [0, 1, 2, PARALLEL_BATCH, 7] {
            let together = run(input.slice(ndarray::s![..n, .., .., ..]));
            for (output, (i, alone)) in (0..2).flat_map(|o| alone.iter().take(n).enumerate().map(move |a| (o, a))) {
                assert_eq!(together[output].row(i), alone[output].row(0), "image {i} of {n}, output {output}");
            }
        }
    }
}
