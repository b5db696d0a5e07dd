//! The executor against a naive interpreter of the ONNX specification, against hostile files, and
//! on the bundled networks.

mod arrangement;
mod bundled;
mod crafted;
mod fusion;
mod hostile;
mod integers;
mod operators;
mod random;
mod reference;
mod tensor;
mod unusual;
mod weights;
pub(super) mod winograd;
pub(super) mod writer;

use super::Precision;
use super::limits::Limits;
use super::program::{Banding, Program};
use crate::error::Result;
use crate::simd::Level;
use crate::simd::scratch;
use std::path::{Path, PathBuf};
use tensor::Tensor;
use writer::Net;

/// The repository: the package's folder, or one above it (`tests/kernels`).
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().find(|folder| folder.join("models").is_dir()).unwrap().into()
}

/// The largest deviation that is accepted, relative to the largest value of the output.
const TOLERANCE: f64 = 1e-4;

/// Shape and values of each output.
type Outputs = Vec<(Vec<usize>, Vec<f32>)>;

/// Compiles and runs a network; outputs in the graph's order, each with its shape (no batch axis).
/// The arena is full of NaN beforehand, so that nothing that was never written can be read
/// unnoticed.
fn run_at(level: Level, banding: &Banding, net: &Net, input: &Tensor) -> Result<Outputs> {
    run_in(Precision::F32, level, banding, net, input)
}

fn run_in(precision: Precision, level: Level, banding: &Banding, net: &Net, input: &Tensor) -> Result<Outputs> {
    let graph = super::onnx::read(&net.encode(), &[], &Limits::default())?;
    let program = Program::compile_for(graph, &Limits::default(), precision, level, banding)?;
    let input = if net.channels_last { input.clone() } else { input.to_channels_last() };
    let pixels: Vec<f32> = input.values.iter().map(|v| *v as f32).collect();
    scratch::take(1 << 18).fill(f32::NAN);
    let mut outputs: Vec<_> = program.outputs().map(|(_, shape)| (shape.to_vec(), Vec::new())).collect();
    program.run(&pixels, |i, values| outputs[i].1 = values.to_vec())?;
    Ok(outputs)
}

/// Whether the executor and the interpreter agree on `net`, at both levels; says where they do not.
fn check(net: &Net) -> std::result::Result<(), String> {
    let input = net.sample_input();
    let expected = reference::run(net, &input);
    let bits = |outputs: &[(Vec<usize>, Vec<f32>)]| -> Vec<u32> {
        outputs.iter().flat_map(|(_, values)| values.iter().map(|v| v.to_bits())).collect()
    };
    let mut by_layers = Vec::new();
    for (level, banding) in
        [(Level::SCALAR, Banding::NONE), (Level::best(), Banding::NONE), (Level::best(), Banding::EXTREME)]
    {
        let outputs = run_at(level, &banding, net, &input).map_err(|e| e.to_string())?;
        // The order of work does not change a bit.
        if banding.least_floats == 0 && bits(&outputs) != by_layers {
            return Err("band by band it gives other values".into());
        }
        by_layers = bits(&outputs);
        for ((name, (shape, values)), wanted) in net.outputs.iter().zip(&outputs).zip(&expected) {
            if *shape != wanted.shape.strip_prefix(&[1]).unwrap_or(&wanted.shape) || values.len() != wanted.values.len()
            {
                return Err(format!("{}: {name} has shape {shape:?}, not {:?}", level.name(), wanted.shape));
            }
            let scale = wanted.values.iter().fold(1e-3f64, |m, v| m.max(v.abs()));
            for (i, (value, wanted)) in values.iter().zip(&wanted.values).enumerate() {
                let difference = (f64::from(*value) - wanted).abs() / scale;
                if difference.is_nan() || difference > TOLERANCE {
                    return Err(format!("{}: {name}[{i}] is {value}, not {wanted}", level.name()));
                }
            }
        }
    }
    Ok(())
}

/// Runs a table of named networks and reports every one that fails.
fn check_all(rows: impl IntoIterator<Item = (String, Net)>) {
    let mut count = 0;
    let mut failures = Vec::new();
    for (name, net) in rows {
        count += 1;
        if let Err(message) = check(&net) {
            failures.push(format!("{name}: {message}"));
        }
    }
    assert!(count > 0, "an empty table");
    let shown = failures.iter().take(8).map(|f| format!("\n  {f}")).collect::<String>();
    assert!(failures.is_empty(), "{} of {count} rows fail:{shown}", failures.len());
}
