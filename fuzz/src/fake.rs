//! Networks that return anything.

use crate::values::float;
use arbitrary::{Result, Unstructured};
use selfsame::model::{Model, ModelCard, Network, NetworkSignature};
use std::sync::Arc;

/// The card of a detector with few outputs: MediaPipe's full range.
pub const DETECT: &str = include_str!("../../tests/data/full_range.toml");
/// The bundled mesh network's card.
pub const MESH: &str = include_str!("../../models/mesh.toml");
/// The card of a template network of few values.
pub const TEMPLATE: &str = include_str!("../../tests/data/tiny_template.toml");

/// One output tensor: a value everywhere, and others at a few places.
struct Tensor {
    everywhere: f32,
    at: Vec<(u16, f32)>,
    /// The places repeat after so many values; 0 for never.
    period: u16,
}

impl Tensor {
    fn new(u: &mut Unstructured<'_>) -> Result<Self> {
        let everywhere = float(u)?;
        let at = (0..u.int_in_range(0..=24)?).map(|_| Ok((u.arbitrary()?, float(u)?))).collect::<Result<_>>()?;
        Ok(Self { everywhere, at, period: *u.choose(&[0, 0, 3, 16, 160])? })
    }
}

/// A network whose outputs were chosen before it ran; every later run gives the last ones again.
struct Fake {
    signature: NetworkSignature,
    outputs: Vec<Tensor>,
}

impl Network for Fake {
    fn signature(&self) -> &NetworkSignature {
        &self.signature
    }

    fn run(&self, input: &[f32], outputs: &mut [&mut [f32]]) -> selfsame::error::Result<()> {
        self.signature.check(input, outputs)?;
        assert!(input.iter().all(|v| v.is_finite()), "a network is fed what is not finite");
        for ((output, len), tensor) in outputs.iter_mut().zip(self.signature.output_lens()).zip(&self.outputs) {
            output.fill(tensor.everywhere);
            for row in output.chunks_exact_mut(len) {
                for (place, value) in &tensor.at {
                    let place = usize::from(*place) % row.len();
                    match usize::from(tensor.period) {
                        0 => row[place] = *value,
                        period => row.iter_mut().skip(place % period).step_by(period).for_each(|v| *v = *value),
                    }
                }
            }
        }
        Ok(())
    }
}

/// A model of this card that returns what `u` says.
pub fn model(card: &str, u: &mut Unstructured<'_>) -> Result<Model> {
    let card = ModelCard::parse(card).expect("the repository's cards are valid");
    let signature = NetworkSignature::of_card(&card);
    let outputs = card.outputs.iter().map(|_| Tensor::new(u)).collect::<Result<_>>()?;
    Ok(Model::custom(card, Arc::new(Fake { signature, outputs })))
}
