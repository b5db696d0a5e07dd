//! A network's outputs beside those of ONNX Runtime.

use crate::commands::shared::Anyhow;
use selfsame::model::{ModelCard, NativeNetwork};
use std::path::Path;

/// The largest difference that counts as agreement, relative to the root mean square of an output:
/// rounding of f32, chosen by hand.
#[cfg(feature = "ort")]
const ACCEPTED: f64 = 1e-3;

/// Tells how far the outputs lie apart; true if they agree or cannot be compared, which is told.
#[cfg(feature = "ort")]
pub fn compare(file: &Path, bytes: &[u8], card: &ModelCard, network: &NativeNetwork) -> Anyhow<bool> {
    use super::speed::picture;
    use selfsame::model::{Network, OrtNetwork, OrtOptions};
    use selfsame_lab::say;
    use selfsame_lab::tools::command_line::with_causes;

    let _ = file;
    let other = match OrtNetwork::load(bytes, card, &OrtOptions::default()) {
        Ok(other) => other,
        Err(error) => {
            say!("parity     not compared: {}", with_causes(&error));
            return Ok(true);
        }
    };
    let run = |network: &dyn Network| -> Anyhow<Vec<Vec<f32>>> {
        let mut outputs: Vec<Vec<f32>> = network.signature().output_lens().map(|len| vec![0.0; len]).collect();
        let mut slices: Vec<&mut [f32]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        network.run(&picture(card), &mut slices)?;
        Ok(outputs)
    };
    let (ours, theirs) = (run(network)?, run(&other)?);
    let mut agrees = true;
    for ((output, ours), theirs) in card.outputs.iter().zip(&ours).zip(&theirs) {
        let square: f64 = theirs.iter().map(|v| f64::from(*v).powi(2)).sum();
        let scale = (square / theirs.len() as f64).sqrt().max(f64::MIN_POSITIVE);
        let off = ours.iter().zip(theirs).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max) / scale;
        let same = ours.iter().zip(theirs).all(|(a, b)| a.is_nan() == b.is_nan());
        agrees &= off <= ACCEPTED && same;
        say!("parity     {}: largest difference to ONNX Runtime {off:.1e} of the root mean square", output.name);
    }
    Ok(agrees)
}

/// Tells how to have the outputs compared.
#[cfg(not(feature = "ort"))]
pub fn compare(_: &Path, _: &[u8], _: &ModelCard, _: &NativeNetwork) -> Anyhow<bool> {
    selfsame_lab::say!("parity     not compared: build with --features ort, and name ONNX Runtime by ORT_DYLIB_PATH");
    Ok(true)
}
