//! The bundled networks against the original ones' golden outputs.

use crate::nn::{Limits, Program, compile};

fn golden(name: &str) -> (Vec<u8>, serde_json::Value) {
    let root = env!("CARGO_MANIFEST_DIR");
    let network = std::fs::read(format!("{root}/models/{name}.onnx")).unwrap();
    let golden = std::fs::read_to_string(format!("{root}/tests/data/golden_{name}.json")).unwrap();
    (network, serde_json::from_str(&golden).unwrap())
}

/// x[h, w, c] = a + b·sin(0.37·h·(c + 1) + 0.23·w + c), channels last.
fn input(program: &Program, a: f64, b: f64) -> Vec<f32> {
    let (height, width, channels) = program.input();
    let value = |i: usize| {
        let (h, w, c) = ((i / channels / width) as f64, (i / channels % width) as f64, (i % channels) as f64);
        (a + b * (0.37 * h * (c + 1.0) + 0.23 * w + c).sin()) as f32
    };
    (0..height * width * channels).map(value).collect()
}

/// Largest difference among the first and last 16 values of each output, relative difference of the norm. The golden values
/// are the original network's, in f32; the bundled ones have f16 weights, hence the tolerances.
fn compare(name: &str, tolerances: &[(&str, f64, f64)]) {
    let (network, golden) = golden(name);
    let program = compile(&network, &Limits::default()).unwrap();
    let (a, b) = (golden["a"].as_f64().unwrap(), golden["b"].as_f64().unwrap());
    let mut outputs = vec![Vec::new(); program.outputs().count()];
    program.run(&input(&program, a, b), |i, values| outputs[i] = values.to_vec()).unwrap();
    for ((output, _), values) in program.outputs().zip(&outputs) {
        let (_, absolute, relative) = tolerances.iter().find(|t| t.0 == output).unwrap();
        let golden = &golden["outputs"][output];
        let list = |key: &str| golden[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect::<Vec<_>>();
        let (first, last) = (list("first"), list("last"));
        let tail = &values[values.len() - last.len()..];
        let pairs = first.iter().zip(values).chain(last.iter().zip(tail));
        let worst = pairs.map(|(g, v)| (g - f64::from(*v)).abs()).fold(0.0, f64::max);
        let norm = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
        let off = (norm / golden["norm"].as_f64().unwrap() - 1.0).abs();
        println!("{name} {output}: worst {worst:.2e}, norm off {off:.2e}");
        assert!(worst <= *absolute && off <= *relative, "{name} {output}: worst {worst}, norm off {off}");
    }
}

#[test]
fn detect_matches_the_original() {
    compare("detect", &[("boxes", 1e-3, 1e-5), ("scores", 1e-3, 1e-5)]);
}

#[test]
fn mesh_matches_the_original() {
    compare("mesh", &[("landmarks", 0.06, 1e-4), ("face_flag", 2e-3, 1e-3)]);
}

#[test]
fn template_matches_the_original() {
    compare("template", &[("embedding", 0.03, 1e-3)]);
}

#[test]
#[ignore = "prints timings"]
fn timing() {
    for name in ["template", "mesh", "detect"] {
        let (network, golden) = golden(name);
        let load = || {
            let started = std::time::Instant::now();
            let program = compile(&network, &Limits::default()).unwrap();
            (started.elapsed(), program)
        };
        let (first, program) = load();
        let best = (0..20).map(|_| load().0).min().unwrap();
        let input = input(&program, golden["a"].as_f64().unwrap(), golden["b"].as_f64().unwrap());
        let mut times = Vec::new();
        for _ in 0..200 {
            let started = std::time::Instant::now();
            program.run(&input, |_, _| {}).unwrap();
            times.push(started.elapsed());
        }
        times.sort();
        for (step, nanoseconds) in program.profile(&input, 50) {
            println!("{name:>10} {:>8.1} µs  {step}", nanoseconds as f64 / 1e3);
        }
        println!("{name}: load {first:?} best {best:?}, run median {:?} best {:?}", times[100], times[0]);
    }
}
