//! Networks whose file carries ranges: which layers become integers, and what comes out.

use super::tensor::Tensor;
use super::writer::{Attr, Net};
use super::{run_at, run_in};
use crate::error::ErrorKind;
use crate::nn::limits::Limits;
use crate::nn::program::Banding;
use crate::nn::{Precision, Program, compile};
use crate::simd::Level;
use Attr::{Int, Ints};

/// States that `value` lies in −`bound` ..= `bound`, a power of two, in each of `channels`.
fn range(net: &mut Net, value: &str, bound: f32, channels: usize) {
    let digits = |v: f32| half::f16::from_f32(v).to_le_bytes().iter().map(|b| format!("{b:02x}")).collect::<String>();
    let text = format!("{}{}", digits(-bound), digits(bound)).repeat(channels);
    net.metadata.push((format!("selfsame.range.{value}"), text));
}

fn program(net: &Net, precision: Precision) -> Program {
    compile(&net.encode(), &Limits::default(), precision).unwrap()
}

/// How many steps compute in integers.
fn integers(net: &Net) -> usize {
    let program = program(net, Precision::Int8);
    let (height, width, channels) = program.input();
    let steps = program.profile(&vec![0.5; height * width * channels], 1);
    steps.iter().filter(|(name, _)| name.starts_with("int8")).count()
}

/// Output `i` in integers at every level, and in f32.
fn outputs(net: &Net, input: &Tensor, i: usize) -> (Vec<Vec<f32>>, Vec<f32>) {
    let at = |precision, level| run_in(precision, level, &Banding::NONE, net, input).unwrap().swap_remove(i).1;
    let integers = Level::all().into_iter().map(|level| at(Precision::Int8, level)).collect();
    (integers, at(Precision::F32, Level::SCALAR))
}

/// Two pointwise layers, one of which adds its input, between others.
fn block() -> Net {
    let mut n = Net::new(3, 9, 7);
    let a = n.conv("x", [40, 3, 3, 3], &[("pads", Ints(vec![1; 4]))]);
    let b = n.conv(&a, [64, 40, 1, 1], &[]);
    let slopes = n.weights(&[64, 1, 1]);
    let b = n.node("PRelu", &[&b, &slopes], &[]);
    let d = n.conv(&b, [64, 1, 3, 3], &[("pads", Ints(vec![1; 4])), ("group", Int(64))]);
    let e = n.conv(&d, [40, 64, 1, 1], &[]);
    let y = n.node("Add", &[&e, &a], &[]);
    range(&mut n, &a, 16.0, 40);
    range(&mut n, &d, 64.0, 64);
    range(&mut n, "nobody", 1.0, 3);
    n.with_outputs(&[&y])
}

#[test]
fn a_block_is_near_f32_and_the_same_at_every_level() {
    let net = block();
    assert_eq!(integers(&net), 2);
    let (integers, wanted) = outputs(&net, &net.sample_input(), 0);
    let power = wanted.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
    let distance = |a: &[f32], b: &[f32]| {
        let sum = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        (sum / power).sqrt()
    };
    for values in &integers {
        assert!(distance(values, &wanted) < 0.1, "{}", distance(values, &wanted));
        assert!(distance(values, &wanted) > 1e-6, "nothing was rounded");
        // The first layer's last digit can turn a byte of the next one.
        assert!(distance(values, &integers[0]) < 0.01, "{}", distance(values, &integers[0]));
    }
    // In f32 the ranges change nothing.
    let mut plain = net.clone();
    plain.metadata.clear();
    let input = net.sample_input();
    assert_eq!(
        run_at(Level::best(), &Banding::NONE, &net, &input).unwrap(),
        run_at(Level::best(), &Banding::NONE, &plain, &input).unwrap()
    );
    let of_plain = run_in(Precision::Int8, Level::best(), &Banding::NONE, &plain, &input).unwrap();
    assert_eq!(of_plain, run_at(Level::best(), &Banding::NONE, &plain, &input).unwrap());
}

#[test]
fn a_value_that_is_not_finite_reaches_the_output_as_nan() {
    let mut n = Net::new(32, 5, 6);
    let y = n.conv("x", [40, 32, 1, 1], &[]);
    let y = n.node("Relu", &[&y], &[]);
    range(&mut n, "x", 1.0, 32);
    let net = n.with_outputs(&[&y]);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut input = net.sample_input();
        // Channel 7, pixel 11.
        input.values[7 * 30 + 11] = bad;
        let (integers, _) = outputs(&net, &input, 0);
        for values in integers {
            for (i, value) in values.iter().enumerate() {
                assert_eq!(value.is_nan(), i % 30 == 11, "{bad}: {i} is {value}");
            }
        }
    }
}

#[test]
fn only_dense_pointwise_layers_of_known_ranges_become_integers() {
    let one = |channels: usize, shape: [usize; 4], attributes: &[(&'static str, Attr)], known: bool| {
        let mut n = Net::new(channels, 4, 4);
        let y = n.conv("x", shape, attributes);
        if known {
            range(&mut n, "x", 1.0, channels);
        }
        n.with_outputs(&[&y])
    };
    let rows = [
        ("known", 1, one(32, [8, 32, 1, 1], &[], true)),
        ("odd numbers", 1, one(37, [3, 37, 1, 1], &[], true)),
        ("unknown", 0, one(32, [8, 32, 1, 1], &[], false)),
        ("too shallow", 0, one(31, [8, 31, 1, 1], &[], true)),
        ("too deep", 0, one(2049, [8, 2049, 1, 1], &[], true)),
        ("3×3", 0, one(32, [8, 32, 3, 3], &[], true)),
        ("strides", 0, one(32, [8, 32, 1, 1], &[("strides", Ints(vec![2, 2]))], true)),
        ("padding", 0, one(32, [8, 32, 1, 1], &[("pads", Ints(vec![1; 4]))], true)),
        ("depthwise", 0, one(32, [32, 1, 1, 1], &[("group", Int(32))], true)),
        ("groups", 0, one(64, [8, 32, 1, 1], &[("group", Int(2))], true)),
    ];
    for (what, wanted, net) in rows {
        assert_eq!(integers(&net), wanted, "{what}");
    }
}

#[test]
fn ranges_that_do_not_fit_are_refused_in_either_precision() {
    for channels in [31, 33, 64] {
        let mut n = Net::new(32, 4, 4);
        let y = n.conv("x", [8, 32, 1, 1], &[]);
        range(&mut n, "x", 1.0, channels);
        let bytes = n.with_outputs(&[&y]).encode();
        for precision in [Precision::F32, Precision::Int8] {
            let error = compile(&bytes, &Limits::default(), precision).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidModel, "{channels}, {precision:?}: {error}");
        }
    }
    for text in ["", "00", "00c0007e", "zzzzzzzz"] {
        let mut net = block();
        net.metadata[0].1 = text.to_owned();
        assert_eq!(
            compile(&net.encode(), &Limits::default(), Precision::F32).unwrap_err().kind(),
            ErrorKind::InvalidModel
        );
    }
    let mut twice = block();
    twice.metadata.push(twice.metadata[0].clone());
    assert!(compile(&twice.encode(), &Limits::default(), Precision::F32).is_err());
}

#[test]
fn flipped_bytes_of_ranges_never_panic() {
    let net = block();
    let bytes = net.encode();
    let (height, width, channels) = program(&net, Precision::Int8).input();
    let mut random = Net::new(1, 2, 3);
    let mut draw = |below: usize| ((random.random() + 1.0) / 2.0 * below as f64) as usize;
    // The metadata is at the end, more than a kilobyte of it.
    let from = bytes.len() - 1000;
    let mut accepted = 0;
    for _ in 0..500 {
        let mut mutant = bytes.clone();
        mutant[from + draw(1000)] = if draw(2) == 0 { b"0123456789abcdef"[draw(16)] } else { draw(256) as u8 };
        if let Ok(program) = compile(&mutant, &Limits::default(), Precision::Int8) {
            program.run(&vec![0.5; height * width * channels], |_, _| {}).unwrap();
            accepted += 1;
        }
    }
    assert!((50..450).contains(&accepted), "{accepted} mutants load, so the test tests little");
}

#[test]
fn the_order_of_work_does_not_change_a_bit() {
    let net = block();
    let input = net.sample_input();
    for level in Level::all() {
        let by_layers = run_in(Precision::Int8, level, &Banding::NONE, &net, &input).unwrap();
        let by_bands = run_in(Precision::Int8, level, &Banding::EXTREME, &net, &input).unwrap();
        assert_eq!(by_layers, by_bands, "{}", level.name());
    }
}
