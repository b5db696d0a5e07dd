//! The crate's own executor as a [`Network`].

use super::{Layout, ModelCard, Network, Signature};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::nn;
use ndarray::{ArrayView4, ArrayViewMut2};

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
    /// [`ErrorKind::UnsupportedOperator`] naming operator and node, [`ErrorKind::LimitExceeded`] for a network that asks for
    /// more than 16,384 nodes, 2^28 values or 2·10^11 multiply-adds.
    pub fn load(bytes: &[u8], card: &ModelCard) -> Result<Self> {
        let invalid = |message: String| Error::new(ErrorKind::InvalidModel, Stage::Model, message);
        let program = nn::compile(bytes, &nn::Limits::default())?;
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
        Ok(Self { program, signature: Signature { height, width, channels, outputs }, order })
    }
}

impl Network for NativeNetwork {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Images of a batch run one after another on one arena, which keeps them in cache; use threads for several requests.
    fn run(&self, input: ArrayView4<'_, f32>, outputs: &mut [ArrayViewMut2<'_, f32>]) -> Result<()> {
        self.signature.check(&input, outputs)?;
        for (n, image) in input.outer_iter().enumerate() {
            let not_contiguous =
                || Error::new(ErrorKind::ShapeMismatch, Stage::Run, "the input is not in standard order");
            let pixels = image.to_slice().ok_or_else(not_contiguous)?;
            self.program.run(pixels, |index, values| {
                let wanted = self.order.iter().zip(outputs.iter_mut()).filter(|(i, _)| **i == index);
                for (_, view) in wanted {
                    for (to, from) in view.row_mut(n).iter_mut().zip(values) {
                        *to = *from;
                    }
                }
            })?;
        }
        Ok(())
    }
}
