//! The bundled networks against the original ones' golden outputs.

use super::root;
use crate::nn::program::Banding;
use crate::nn::{Limits, Precision, Program, compile};
use crate::simd::Level;

fn golden(name: &str) -> (Vec<u8>, serde_json::Value) {
    let root = root();
    let folder = if name == "sface" { "sface/" } else { "" };
    let network = std::fs::read(root.join(format!("models/{folder}{name}.onnx"))).unwrap();
    let golden = std::fs::read_to_string(root.join(format!("tests/data/golden_{name}.json"))).unwrap();
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

/// Largest difference among the first and last 16 values of each output, relative difference of the
/// norm. The golden values are the original network's, in f32; the bundled ones have f16 weights,
/// hence the tolerances.
fn compare(name: &str, tolerances: &[(&str, f64, f64)]) {
    let (network, golden) = golden(name);
    let program = compile(&network, &Limits::default(), Precision::F32).unwrap();
    let (a, b) = (golden["a"].as_f64().unwrap(), golden["b"].as_f64().unwrap());
    let mut outputs = vec![Vec::new(); program.outputs().count()];
    program.run(&input(&program, a, b), |i, values| outputs[i] = values.to_vec()).unwrap();
    for ((output, _), values) in program.outputs().zip(&outputs) {
        if output == "features" {
            // The original has no such output; what is made of it is compared.
            continue;
        }
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
    let outputs = [8, 16, 32].iter().flat_map(|stride| {
        let of = |kind: &str| format!("{kind}_{stride}");
        // Objectness is nearly nothing here, so rounding weights shows in its norm.
        [(of("cls"), 1e-3, 1e-3), (of("obj"), 1e-3, 2e-2), (of("bbox"), 5e-3, 1e-3), (of("kps"), 5e-3, 1e-3)]
    });
    let outputs: Vec<_> = outputs.collect();
    compare(
        "detect",
        &outputs.iter().map(|(name, absolute, relative)| (name.as_str(), *absolute, *relative)).collect::<Vec<_>>(),
    );
}

#[test]
fn mesh_matches_the_original() {
    compare("mesh", &[("landmarks", 0.06, 1e-4), ("face_flag", 2e-3, 1e-3)]);
}

/// Its golden outputs are those of the same file in ONNX Runtime.
#[test]
fn sface_matches_onnx_runtime() {
    compare("sface", &[("embedding", 2e-5, 1e-5)]);
}

#[test]
fn template_matches_the_original() {
    compare("template", &[("embedding", 0.03, 1e-3)]);
}

fn run(program: &Program, input: &[f32]) -> Vec<f32> {
    let mut outputs = Vec::new();
    program.run(input, |_, values| outputs.extend_from_slice(values)).unwrap();
    outputs
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

#[test]
fn templates_in_integers_are_near_and_nan_stays_nan() {
    // Waves are no face: some values leave the ranges. Portraits keep 0.997 and more
    // (tests/suite/verify.rs, tests/suite/sface.rs).
    check_integers("template", 31, 0.985);
    check_integers("sface", 13, 0.94);
}

fn check_integers(name: &str, layers: usize, least: f64) {
    let (network, golden) = golden(name);
    let exact = compile(&network, &Limits::default(), Precision::F32).unwrap();
    let mut input = input(&exact, golden["a"].as_f64().unwrap(), golden["b"].as_f64().unwrap());
    let wanted = run(&exact, &input);
    let programs: Vec<_> = Level::all().into_iter().map(|level| compile_at(&network, Precision::Int8, level)).collect();
    // Integers give the same bits at every level, but the layers between them need not: what is
    // rounded there can move to the next of 127 steps. Templates of portable code are thus as far
    // from those of AVX2 as both are from f32.
    let outputs: Vec<_> = programs.iter().map(|program| run(program, &input)).collect();
    let [portable, vectors @ ..] = &outputs[..] else { panic!("there is portable code") };
    for output in vectors {
        let likeness = cosine(portable, output);
        println!("{name}, portable and vectors: cosine {likeness:.5}");
        assert!(likeness > 0.99, "{name}: {likeness}");
        // Relaxed SIMD rounds a multiply-add once, `simd128` twice.
        assert!(output == &vectors[0] || cfg!(target_arch = "wasm32"), "levels with the same f32 differ");
    }
    for program in &programs {
        assert_eq!(program.int8_layers(), layers);
        let cosine = cosine(&run(program, &input), &wanted);
        println!("{name}, synthetic image: cosine {cosine:.5}");
        assert!(cosine > least, "{name}: {cosine}");
    }
    for bad in [f32::NAN, f32::INFINITY] {
        input[3 * (56 * 112 + 56)] = bad;
        for program in &programs {
            assert!(run(program, &input).iter().all(|v| v.is_nan()), "{bad}");
        }
    }
}

/// [`compile`] for an instruction set of its own.
fn compile_at(network: &[u8], precision: Precision, level: Level) -> Program {
    let graph = crate::nn::onnx::read(network, &[], &Limits::default()).unwrap();
    Program::compile_for(graph, &Limits::default(), precision, level, &Banding::default()).unwrap()
}

/// What `docs/security.md` states: each network's outputs at one level against those of portable
/// code, over their RMS; and the cosine of embeddings.
#[test]
fn instruction_sets_differ_by_rounding_alone() {
    for (name, bound) in [("detect", 3e-5), ("mesh", 3e-5), ("template", 3e-5), ("sface", 3e-5)] {
        let (network, golden) = golden(name);
        let scalar = compile_at(&network, Precision::F32, Level::SCALAR);
        let input = input(&scalar, golden["a"].as_f64().unwrap(), golden["b"].as_f64().unwrap());
        let wanted = run(&scalar, &input);
        let rms = (wanted.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / wanted.len() as f64).sqrt();
        for level in Level::all() {
            let got = run(&compile_at(&network, Precision::F32, level), &input);
            let off = got.iter().zip(&wanted).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max) / rms;
            let angle = 1.0 - cosine(&got, &wanted);
            println!("{name} {}: {off:.1e} of the RMS, cosine 1 - {angle:.1e}", level.name());
            assert!(off <= bound && angle < 1e-9, "{name} {}: {off}, {angle}", level.name());
        }
    }
}

/// Denormals are numbers like any other, and infinities and NaN stay what they are: nothing panics,
/// nothing hangs.
#[test]
fn no_number_breaks_a_network() {
    for name in ["detect", "mesh", "template", "sface"] {
        let (network, _) = golden(name);
        for (precision, level) in
            [(Precision::F32, Level::best()), (Precision::F32, Level::SCALAR), (Precision::Int8, Level::best())]
        {
            let program = compile_at(&network, precision, level);
            let (height, width, channels) = program.input();
            let filled = |value: f32| run(&program, &vec![value; height * width * channels]);
            let zero = filled(0.0);
            assert!(zero.iter().all(|v| v.is_finite()), "{name}");
            for tiny in [f32::from_bits(1), -1e-40, f32::MIN_POSITIVE, -0.0] {
                let off = filled(tiny).iter().zip(&zero).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(off < 1e-3, "{name}, {tiny}: {off}");
            }
            for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN] {
                assert_eq!(filled(bad).len(), zero.len(), "{name}, {bad}");
            }
            assert!(filled(f32::NAN).iter().all(|v| v.is_nan()), "{name}: NaN is lost");
        }
    }
}

#[test]
fn networks_without_ranges_are_the_same_in_either_precision() {
    for name in ["detect", "mesh"] {
        let (network, golden) = golden(name);
        let [a, b] = [Precision::F32, Precision::Int8].map(|precision| {
            let program = compile(&network, &Limits::default(), precision).unwrap();
            run(&program, &input(&program, golden["a"].as_f64().unwrap(), golden["b"].as_f64().unwrap()))
        });
        assert_eq!(a, b, "{name}");
    }
}

/// The medians of one run of the template network in f32 and in integers, and their ratio, at every
/// level.
#[test]
#[ignore = "prints timings"]
fn timing_of_integers() {
    let (network, golden) = golden("template");
    let compile = |precision, level| compile_at(&network, precision, level);
    for level in Level::all() {
        let programs = [Precision::F32, Precision::Int8].map(|precision| compile(precision, level));
        let input = input(&programs[0], golden["a"].as_f64().unwrap(), golden["b"].as_f64().unwrap());
        let mut times = [const { Vec::new() }; 2];
        for _ in 0..400 {
            for (program, times) in programs.iter().zip(&mut times) {
                let started = std::time::Instant::now();
                program.run(&input, |_, _| {}).unwrap();
                times.push(started.elapsed().as_secs_f64());
            }
        }
        for (step, nanoseconds) in programs[1].profile(&input, 100) {
            println!("{:>10} {:>8.1} µs  {step}", level.name(), nanoseconds as f64 / 1e3);
        }
        times.iter_mut().for_each(|t| t.sort_by(f64::total_cmp));
        let [f32s, int8s] = &times;
        let ms = |t: &[f64]| format!("median {:.2} best {:.2} ms", 1e3 * t[200], 1e3 * t[0]);
        println!("{}: f32 {}, int8 {}", level.name(), ms(f32s), ms(int8s));
        println!("{}: ratio of medians {:.2}, of best {:.2}", level.name(), f32s[200] / int8s[200], f32s[0] / int8s[0]);
    }
}

/// Runs one network as often as the variable says: `SELFSAME_RUNS="template int8 neon-dot 10"`.
/// Another program counts the instructions (`docs/targets.md`).
#[test]
#[ignore = "counted from outside"]
fn runs_to_count() {
    let wanted = std::env::var("SELFSAME_RUNS").unwrap();
    let [name, precision, level, runs] = wanted.split(' ').collect::<Vec<_>>()[..] else { panic!("{wanted}") };
    let (network, golden) = golden(name);
    let precision = if precision == "int8" { Precision::Int8 } else { Precision::F32 };
    let level = Level::all().into_iter().find(|l| l.name() == level).unwrap();
    let program = compile_at(&network, precision, level);
    let input = input(&program, golden["a"].as_f64().unwrap(), golden["b"].as_f64().unwrap());
    for _ in 0..runs.parse().unwrap() {
        run(&program, &input);
    }
}

#[test]
#[ignore = "prints timings"]
fn timing() {
    for name in ["template", "mesh", "detect", "sface"] {
        let (network, golden) = golden(name);
        let load = || {
            let started = std::time::Instant::now();
            let program = compile(&network, &Limits::default(), Precision::F32).unwrap();
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
