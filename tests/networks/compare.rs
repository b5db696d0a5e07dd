//! One network on both backends.

use crate::writer::Net;
use selfsame::model::{ModelCard, NativeNetwork, Network, NetworkReport, OrtNetwork, OrtOptions};
use std::fmt::Write as _;
use std::io::Write as _;

/// The largest deviation that is accepted, relative to the largest value of the output.
const TOLERANCE: f64 = 1e-4;

/// Begins the message where ONNX Runtime itself cannot run a network.
pub const THEIRS: &str = "ONNX Runtime: ";

/// Whether ONNX Runtime is there; says so if it is not.
pub fn available() -> bool {
    let there = std::env::var_os("ORT_DYLIB_PATH").is_some_and(|v| !v.is_empty());
    if !there {
        let message = "ORT_DYLIB_PATH names no ONNX Runtime";
        let required = std::env::var("SELFSAME_REQUIRE_ORT").is_ok_and(|v| v == "1");
        assert!(!required, "{message}, and SELFSAME_REQUIRE_ORT=1");
        #[expect(clippy::explicit_write, reason = "the harness swallows what passing tests print with macros")]
        writeln!(std::io::stderr(), "skipped: {message}").unwrap();
    }
    there
}

/// The shape of each of the network's outputs, with a batch axis of 1.
pub fn shapes(net: &Net) -> Result<Vec<Vec<i64>>, String> {
    let report = NetworkReport::read(&net.encode(), &[], None).map_err(|e| e.to_string())?;
    if let Some(missing) = report.missing.first() {
        return Err(missing.reason.clone());
    }
    let whole = |shape: &[usize]| std::iter::once(1).chain(shape.iter().map(|side| *side as i64)).collect();
    Ok(report.outputs.iter().map(|(_, shape)| whole(shape)).collect())
}

/// A card for a network of any outputs.
fn card(net: &Net) -> ModelCard {
    let (height, width) = (net.input[2], net.input[3]);
    let mut text = format!(
        "format = 1\nid = 'test'\ntask = 'detect'\nfile = 'test.onnx'\nsha256 = ''\nbytes = 0\n\
         [input]\nname = 'x'\nwidth = {width}\nheight = {height}\nlayout = 'nchw'\nchannels = 'rgb'\n\
         mean = [0.0, 0.0, 0.0]\nscale = [1.0, 1.0, 1.0]\n"
    );
    for (name, shape) in net.outputs.iter().zip(&net.shapes) {
        writeln!(text, "[[outputs]]\nname = '{name}'\nshape = {:?}\nmeaning = ''", &shape[1..]).unwrap();
    }
    text += "[source]\npackage = ''\nversion = ''\npath = ''\nsha256 = ''\nlicence = ''\nnotes = ''\n\
             [training]\nknown = ''\nunknown = ''\n";
    ModelCard::parse(&text).unwrap()
}

fn run(network: &dyn Network, input: &[f32]) -> Result<Vec<Vec<f32>>, String> {
    let mut outputs: Vec<Vec<f32>> = network.signature().output_lens().map(|len| vec![0.0; len]).collect();
    let mut slices: Vec<&mut [f32]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
    network.run(input, &mut slices).map_err(|e| chain(&e))?;
    Ok(outputs)
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |e| e.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Whether both backends agree on `net`; says where they do not.
pub fn compare(net: &Net) -> Result<(), String> {
    let mut net = net.clone();
    net.shapes = shapes(&net)?;
    let (bytes, card) = (net.encode(), card(&net));
    let native = NativeNetwork::load(&bytes, &card).map_err(|e| chain(&e))?;
    let ort = OrtNetwork::load(&bytes, &card, &OrtOptions::default()).map_err(|e| format!("{THEIRS}{}", chain(&e)))?;
    let input: Vec<f32> = net.sample_input().to_channels_last().values.iter().map(|v| *v as f32).collect();
    let (ours, theirs) = (run(&native, &input)?, run(&ort, &input)?);
    for ((name, ours), theirs) in net.outputs.iter().zip(&ours).zip(&theirs) {
        let scale = theirs.iter().filter(|v| v.is_finite()).fold(1e-3f64, |m, v| m.max(f64::from(v.abs())));
        for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
            let off = f64::from((a - b).abs()) / scale;
            let same = a == b || a.is_nan() && b.is_nan();
            if !same && (off.is_nan() || off > TOLERANCE) {
                return Err(format!("{name}[{i}] is {a}, not {b}"));
            }
        }
    }
    Ok(())
}

/// Compares a table of named networks and reports every one that fails.
pub fn compare_all(rows: impl IntoIterator<Item = (String, Net)>) {
    if !available() {
        return;
    }
    let mut count = 0;
    let mut failures = Vec::new();
    for (name, net) in rows {
        count += 1;
        if let Err(message) = compare(&net) {
            failures.push(format!("\n  {name}: {message}"));
        }
    }
    assert!(failures.is_empty(), "{} of {count} rows fail:{}", failures.len(), failures.concat());
}
