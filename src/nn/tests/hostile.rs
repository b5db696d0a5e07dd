//! Files made to break the reader, the lowering or a run: each must end in an error of the right
//! kind, or in a network that runs without panicking.

use super::crafted::{one, resize};
use super::operators::UNARY;
use super::writer::{self, Attr, Net, Storage};
use super::{check, root, run_at};
use crate::error::{Error, ErrorKind, Result};
use crate::nn::program::Banding;
use crate::nn::{Limits, Precision, compile};
use crate::simd::Level;
use Attr::{Float, Int, Ints, Text};

/// Small limits, so that a mutant that is accepted is also run quickly.
const SMALL: Limits = Limits { max_nodes: 64, max_elements: 1 << 16, max_multiply_adds: 1 << 22 };

/// Loads, and runs whatever loads.
pub fn load_and_run(bytes: &[u8], limits: &Limits) -> Result<()> {
    let program = compile(bytes, limits, Precision::F32)?;
    let (height, width, channels) = program.input();
    program.run(&vec![0.5; height * width * channels], |_, _| {})
}

/// A network with most operators in a few hundred bytes.
fn small() -> Net {
    let mut n = Net::new(3, 6, 5);
    let a = n.conv("x", [4, 3, 3, 3], &[("pads", Ints(vec![1; 4])), ("strides", Ints(vec![1, 2]))]);
    let a = (UNARY[3].1)(&mut n, &a, 4);
    let b = n.conv(&a, [4, 1, 3, 3], &[("pads", Ints(vec![1; 4])), ("group", Int(4))]);
    let s = n.node("Add", &[&a, &b], &[]);
    let pads = n.ints(&[0, 0, 0, 1, 0, 1, 0, 0]);
    let p = n.node("Pad", &[&s, &pads], &[]);
    let m = n.node("MaxPool", &[&p], &[("kernel_shape", Ints(vec![2, 2]))]);
    let scales = n.floats(&[1.0, 1.0, 2.0, 2.0]);
    let r = n.node("Resize", &[&m, "", &scales], &[("mode", Text("linear"))]);
    let c = n.node("Concat", &[&r, &r], &[("axis", Int(1))]);
    let t = n.node("Transpose", &[&c], &[("perm", Ints(vec![0, 2, 3, 1]))]);
    let shape = n.ints(&[1, -1, 10]);
    let y = n.node("Reshape", &[&t, &shape], &[]);
    let g = n.node("GlobalAveragePool", &[&s], &[]);
    let f = n.node("Flatten", &[&g], &[]);
    let w = n.constant(&[4, 2], vec![0.5; 8], Storage::TypedF16);
    let e = n.node("Gemm", &[&f, &w], &[]);
    n.with_outputs(&[&y, &e])
}

#[test]
fn every_truncation_is_an_error() {
    let net = small();
    assert_eq!(check(&net), Ok(()));
    let bytes = net.encode();
    for len in 0..bytes.len() {
        // What follows the graph is the operator set, without which nothing is accepted.
        assert!(compile(&bytes[..len], &SMALL, Precision::F32).is_err(), "cut at {len} of {}", bytes.len());
    }
}

/// Flips bytes of a file again and again, and runs whatever loads.
pub fn flip_bytes(bytes: &[u8]) {
    let mut random = Net::new(1, 1, 1);
    let mut draw = |below: usize| ((random.random() + 1.0) / 2.0 * below as f64) as usize;
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut mutant = bytes.to_vec();
        for _ in 0..1 + draw(3) {
            let at = draw(mutant.len());
            mutant[at] = if draw(2) == 0 { mutant[at] ^ 1 << draw(8) } else { draw(256) as u8 };
        }
        accepted += usize::from(load_and_run(&mutant, &SMALL).is_ok());
    }
    assert!((1000..19_000).contains(&accepted), "{accepted} mutants load, so the test tests little");
}

#[test]
fn flipped_bytes_never_panic() {
    flip_bytes(&small().encode());
}

#[test]
fn flipped_bytes_of_a_bundled_network_never_panic() {
    let bytes = std::fs::read(root().join("models/detect.onnx")).unwrap();
    // The graph's structure is at the front; the weights behind it are only numbers.
    let mut random = Net::new(2, 2, 2);
    let mut draw = |below: usize| ((random.random() + 1.0) / 2.0 * below as f64) as usize;
    let mut mutant = bytes.clone();
    for i in 0..200 {
        let at = draw(if i % 2 == 0 { 20_000 } else { mutant.len() });
        mutant[at] = draw(256) as u8;
        let _ = compile(&mutant, &Limits::default(), Precision::F32);
        mutant[at] = bytes[at];
    }
    assert!(compile(&mutant, &Limits::default(), Precision::F32).is_ok());
}

#[test]
fn unsupported_operators_are_named_with_their_node() {
    let error = compile(&one("LRN", &[], &[]).encode(), &SMALL, Precision::F32).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedOperator);
    let message = error.to_string();
    assert!(message.contains("LRN") && message.contains("node_v0"), "{message}");
}

#[test]
fn what_looks_odd_and_is_allowed_is_right() {
    let input_as_output = one("Relu", &[], &[]).with_outputs(&["x", "v0"]);
    let mut unused = one("Relu", &[], &[]);
    unused.node("Sigmoid", &["x"], &[]);
    unused.weights(&[3, 3]);
    let sum_of_three = resize(None, Some([1, 3, 3, 11]), &[]);
    super::check_all([
        ("the input as an output".into(), input_as_output),
        ("nodes and constants that nobody reads".into(), unused),
        ("sizes that shrink and grow".into(), sum_of_three),
    ]);
}

/// An attribute whose field was left out, because its value is 0, is not the operator's default.
#[test]
fn an_attribute_of_zero_may_be_left_out() {
    let leaky = |alpha: Option<f32>| {
        let mut attribute = Vec::new();
        writer::text(&mut attribute, 1, "alpha");
        alpha.into_iter().for_each(|alpha| writer::float(&mut attribute, 2, alpha));
        writer::int(&mut attribute, 20, 1);
        let mut node = Vec::new();
        writer::text(&mut node, 1, "x");
        writer::text(&mut node, 2, "y");
        writer::text(&mut node, 4, "LeakyRelu");
        writer::bytes(&mut node, 5, &attribute);
        let mut graph = crate::nn::onnx::read(&one("Relu", &[], &[]).encode(), &[], &SMALL).unwrap();
        graph.nodes = vec![crate::nn::onnx::read_node(&node, &SMALL).unwrap()];
        graph.outputs = vec!["y".into()];
        let program = crate::nn::Program::compile(graph, &SMALL, Precision::F32).unwrap();
        let mut lowest = f32::MAX;
        let write = |_, values: &[f32]| lowest = values.iter().copied().fold(lowest, f32::min);
        program.run(&[-8.0; 90], write).unwrap();
        lowest
    };
    assert_eq!([leaky(Some(0.5)), leaky(Some(0.0)), leaky(None)], [-4.0, 0.0, 0.0]);
}

/// A model with extra fields in its graph.
fn with_graph(extra: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut graph = Vec::new();
    extra(&mut graph);
    let mut opset = Vec::new();
    writer::int(&mut opset, 2, 17);
    let mut model = Vec::new();
    writer::bytes(&mut model, 7, &graph);
    writer::bytes(&mut model, 8, &opset);
    model
}

fn kind(bytes: &[u8]) -> Option<ErrorKind> {
    compile(bytes, &SMALL, Precision::F32).err().as_ref().map(Error::kind)
}

#[test]
fn crafted_messages_are_refused() {
    assert_eq!(kind(&[]), Some(ErrorKind::InvalidModel), "an empty file");
    assert_eq!(kind(b"<html>not a model</html>"), Some(ErrorKind::InvalidModel), "a web page");
    assert_eq!(kind(&with_graph(|_| {})), Some(ErrorKind::InvalidModel), "an empty graph");

    let net = one("Relu", &[], &[]);
    let mut twice = net.encode();
    twice.extend(net.encode());
    assert_eq!(kind(&twice), Some(ErrorKind::InvalidModel), "two graphs");

    let external = with_graph(|graph| {
        let mut tensor = Vec::new();
        writer::int(&mut tensor, 1, 2);
        writer::int(&mut tensor, 2, 1);
        writer::text(&mut tensor, 8, "w");
        writer::bytes(&mut tensor, 13, b"");
        writer::bytes(graph, 5, &tensor);
    });
    let message = compile(&external, &SMALL, Precision::F32).unwrap_err().to_string();
    assert!(message.contains("another file"), "{message}");

    let no_utf8 = with_graph(|graph| {
        let mut node = Vec::new();
        writer::bytes(&mut node, 4, &[0xff, 0xfe]);
        writer::bytes(graph, 1, &node);
    });
    assert_eq!(kind(&no_utf8), Some(ErrorKind::InvalidModel), "a name that is not UTF-8");

    let foreign = with_graph(|graph| {
        let mut node = Vec::new();
        writer::text(&mut node, 3, "n");
        writer::text(&mut node, 4, "Relu");
        writer::text(&mut node, 7, "com.example");
        writer::bytes(graph, 1, &node);
    });
    assert_eq!(kind(&foreign), Some(ErrorKind::UnsupportedOperator), "another domain");

    let too_wide = with_graph(|graph| {
        let mut tensor = Vec::new();
        writer::int(&mut tensor, 1, 1);
        writer::int(&mut tensor, 2, 10);
        writer::int(&mut tensor, 5, 0x1_3c00);
        writer::text(&mut tensor, 8, "w");
        writer::bytes(graph, 5, &tensor);
    });
    let message = compile(&too_wide, &SMALL, Precision::F32).unwrap_err().to_string();
    assert!(message.contains("\"w\" holds no f16"), "{message}");

    let two_inputs = {
        let mut second = Vec::new();
        writer::text(&mut second, 1, "second");
        with_graph(|graph| {
            writer::bytes(graph, 11, &second);
            writer::bytes(graph, 11, &second);
        })
    };
    assert_eq!(kind(&two_inputs), Some(ErrorKind::InvalidModel), "two inputs");
}

#[test]
fn values_that_are_not_finite_pass_through() {
    let mut net = Net::new(8, 6, 6);
    let a = net.conv("x", [8, 1, 3, 3], &[("pads", Ints(vec![1; 4])), ("group", Int(8))]);
    let r = net.node("Relu", &[&a], &[]);
    let c = net.node("Clip", &[&a], &[("min", Float(-1.0)), ("max", Float(1.0))]);
    let p = (UNARY[3].1)(&mut net, &a, 8);
    let m = net.node("MaxPool", &["x"], &[("kernel_shape", Ints(vec![2, 2]))]);
    let g = net.node("GlobalAveragePool", &["x"], &[]);
    let up = net.floats(&[1.0, 1.0, 2.0, 2.0]);
    let u = net.node("Resize", &["x", "", &up], &[]);
    let net = net.with_outputs(&[&r, &c, &p, &m, &g, &u]);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut input = net.sample_input();
        // Channel 2, row 3, column 1.
        let at = 2 * 36 + 3 * 6 + 1;
        input.values[at] = bad;
        for level in [Level::SCALAR, Level::best()] {
            let outputs = run_at(level, &Banding::NONE, &net, &input).unwrap();
            for (i, (shape, values)) in outputs.iter().enumerate() {
                let plane: usize = shape[1..].iter().product();
                let poisoned: Vec<usize> =
                    (0..8).filter(|c| values[c * plane..][..plane].iter().any(|v| v.is_nan())).collect();
                // Nearest neighbours, sums and maxima keep an infinity; only NaN must stay NaN.
                let expected: &[usize] = if bad.is_nan() { &[2] } else { &[] };
                assert_eq!(poisoned, expected, "{} output {i} with {bad}", level.name());
            }
        }
    }
}
