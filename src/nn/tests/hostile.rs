//! Files made to break the reader, the lowering or a run: each must end in an error of the right
//! kind, or in a network that runs without panicking.

use super::operators::UNARY;
use super::writer::{self, Attr, Net, Storage};
use super::{check, run_at};
use crate::error::{Error, ErrorKind, Result};
use crate::nn::program::Banding;
use crate::nn::{Limits, Precision, compile};
use crate::simd::Level;
use Attr::{Float, Int, Ints, Text};

/// Small limits, so that a mutant that is accepted is also run quickly.
const SMALL: Limits = Limits { max_nodes: 64, max_elements: 1 << 16, max_multiply_adds: 1 << 22 };

/// Loads, and runs whatever loads.
fn load_and_run(bytes: &[u8], limits: &Limits) -> Result<()> {
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

#[test]
fn flipped_bytes_never_panic() {
    let bytes = small().encode();
    let mut random = Net::new(1, 1, 1);
    let mut draw = |below: usize| ((random.random() + 1.0) / 2.0 * below as f64) as usize;
    let mut accepted = 0;
    for _ in 0..20_000 {
        let mut mutant = bytes.clone();
        for _ in 0..1 + draw(3) {
            let at = draw(mutant.len());
            mutant[at] = if draw(2) == 0 { mutant[at] ^ 1 << draw(8) } else { draw(256) as u8 };
        }
        accepted += usize::from(load_and_run(&mutant, &SMALL).is_ok());
    }
    assert!((1000..19_000).contains(&accepted), "{accepted} mutants load, so the test tests little");
}

#[test]
fn flipped_bytes_of_a_bundled_network_never_panic() {
    let bytes = std::fs::read(format!("{}/models/detect.onnx", env!("CARGO_MANIFEST_DIR"))).unwrap();
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

/// A one-node network on 3×6×5.
fn one(op: &'static str, extra: &[&str], attributes: &[(&'static str, Attr)]) -> Net {
    let mut net = Net::new(3, 6, 5);
    let inputs: Vec<&str> = std::iter::once("x").chain(extra.iter().copied()).collect();
    let y = net.node(op, &inputs, attributes);
    net.with_outputs(&[&y])
}

/// A network whose only convolution has weights of `shape` and a bias of `bias`.
fn conv(shape: &[usize], bias: usize, attributes: &[(&'static str, Attr)]) -> Net {
    let mut net = Net::new(3, 6, 5);
    let (w, b) = (net.weights(shape), net.weights(&[bias]));
    let y = net.node("Conv", &["x", &w, &b], attributes);
    net.with_outputs(&[&y])
}

/// An operator whose second input is these integers.
fn with_ints(op: &'static str, ints: &[i64], attributes: &[(&'static str, Attr)]) -> Net {
    let mut net = one(op, &["c0"], attributes);
    net.ints(ints);
    net
}

fn resize(scales: Option<[f32; 4]>, sizes: Option<[i64; 4]>, attributes: &[(&'static str, Attr)]) -> Net {
    let mut net = Net::new(3, 6, 5);
    let mut inputs = vec!["x".to_owned(), String::new()];
    inputs.push(scales.map_or(String::new(), |s| net.floats(&s)));
    inputs.extend(sizes.map(|s| net.ints(&s)));
    let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
    let y = net.node("Resize", &inputs, attributes);
    net.with_outputs(&[&y])
}

fn changed(mut net: Net, change: impl FnOnce(&mut Net)) -> Net {
    change(&mut net);
    net
}

#[test]
fn crafted_networks_are_refused() {
    use ErrorKind::{InvalidModel, LimitExceeded, UnsupportedOperator};
    let fine = || conv(&[4, 3, 3, 3], 4, &[]);
    assert_eq!(check(&fine()), Ok(()));
    let strange_constant = |shape: Vec<i64>, len: usize| {
        changed(fine(), |n| {
            n.constants[0].shape = shape;
            n.constants[0].values = vec![0.0; len];
        })
    };
    let relu = || one("Relu", &[], &[]);
    let window = |name, values: &[i64]| conv(&[4, 3, 3, 3], 4, &[(name, Ints(values.to_vec()))]);
    let pool = |attributes: &[(&'static str, Attr)]| one("MaxPool", &[], attributes);
    let doubling = |times: usize| {
        changed(relu(), |n| {
            let mut y = "v0".to_owned();
            for _ in 0..times {
                let scales = n.floats(&[1.0, 1.0, 4096.0, 4096.0]);
                y = n.node("Resize", &[&y, "", &scales], &[]);
            }
            n.outputs = vec![y];
        })
    };
    let twice = |op: &'static str| {
        changed(relu(), |n| {
            n.node(op, &["x"], &[]);
            n.nodes[1].output = "v0".to_owned();
        })
    };
    let rows: Vec<(&str, ErrorKind, Net)> = vec![
        ("a side of 2^62", LimitExceeded, strange_constant(vec![1 << 62], 1)),
        ("sides that overflow", LimitExceeded, strange_constant(vec![1 << 62, 1 << 62, 0], 0)),
        ("a negative side", InvalidModel, strange_constant(vec![4, -3, 3, 3], 108)),
        ("raw data too short", InvalidModel, strange_constant(vec![4, 3, 3, 3], 107)),
        ("raw data too long", InvalidModel, strange_constant(vec![4, 3, 3, 3], 109)),
        ("an input of 2^62", LimitExceeded, changed(relu(), |n| n.input = vec![1, 3, 1 << 62, 5])),
        ("an input of 2^40 elements", LimitExceeded, changed(relu(), |n| n.input = vec![1, 1 << 20, 1 << 10, 1 << 10])),
        ("a negative input side", InvalidModel, changed(relu(), |n| n.input = vec![1, 3, -6, 5])),
        ("an empty input side", InvalidModel, changed(relu(), |n| n.input = vec![1, 0, 6, 5])),
        ("an input of rank 3", InvalidModel, changed(relu(), |n| n.input = vec![3, 6, 5])),
        ("a pinned batch", InvalidModel, changed(relu(), |n| n.input = vec![2, 3, 6, 5])),
        ("an undefined input", InvalidModel, changed(relu(), |n| n.nodes[0].inputs[0] = "y".into())),
        ("no input at all", InvalidModel, changed(relu(), |n| n.nodes[0].inputs.clear())),
        ("a cycle of one", InvalidModel, changed(relu(), |n| n.nodes[0].inputs[0] = "v0".into())),
        (
            "a cycle of two",
            InvalidModel,
            changed(relu(), |n| {
                n.node("Relu", &["v0"], &[]);
                n.nodes[0].inputs[0] = "v1".into();
            }),
        ),
        ("a value defined twice", InvalidModel, twice("Sigmoid")),
        ("an alias that redefines a value", InvalidModel, twice("Identity")),
        (
            "a padding that redefines a value",
            InvalidModel,
            changed(with_ints("Pad", &[0; 8], &[]), |n| {
                n.node("Relu", &["x"], &[]);
                n.nodes[1].output = "v0".into();
            }),
        ),
        ("a node that redefines the input", InvalidModel, changed(relu(), |n| n.nodes[0].output = "x".into())),
        ("a node that redefines a constant", InvalidModel, changed(fine(), |n| n.nodes[0].output = "c0".into())),
        ("a constant defined twice", InvalidModel, changed(fine(), |n| n.constants[1].name = "c0".into())),
        ("no outputs", InvalidModel, relu().with_outputs(&[])),
        ("an undefined output", InvalidModel, relu().with_outputs(&["nowhere"])),
        ("an output that is a constant", InvalidModel, fine().with_outputs(&["c0"])),
        ("opset 3", UnsupportedOperator, changed(relu(), |n| n.opset = 3)),
        ("opset 99", UnsupportedOperator, changed(relu(), |n| n.opset = 99)),
        ("stride 0", InvalidModel, window("strides", &[0, 1])),
        ("dilation 0", InvalidModel, window("dilations", &[1, 0])),
        ("a negative stride", UnsupportedOperator, window("strides", &[-1, 1])),
        ("three strides", UnsupportedOperator, window("strides", &[1, 1, 1])),
        ("a kernel larger than the input", InvalidModel, conv(&[4, 3, 7, 7], 4, &[])),
        ("a dilated kernel larger than the input", InvalidModel, window("dilations", &[65_536, 65_536])),
        ("pads of 2^40", UnsupportedOperator, window("pads", &[1 << 40, 0, 0, 0])),
        ("pads of 65,536", LimitExceeded, window("pads", &[65_536; 4])),
        (
            "pads before pads",
            LimitExceeded,
            changed(with_ints("Pad", &[0, 0, 60_000, 1000, 0, 0, 0, 0], &[]), |n| {
                let y = n.conv("v0", [1, 3, 1, 1], &[("pads", Ints(vec![65_536; 4]))]);
                n.outputs = vec![y];
            }),
        ),
        ("weights of rank 3", UnsupportedOperator, conv(&[4, 3, 3], 4, &[])),
        ("group 0", InvalidModel, conv(&[4, 3, 3, 3], 4, &[("group", Int(0))])),
        ("a negative group", InvalidModel, conv(&[4, 3, 3, 3], 4, &[("group", Int(-1))])),
        ("a group too many", InvalidModel, conv(&[4, 3, 3, 3], 4, &[("group", Int(2))])),
        ("groups that do not divide", InvalidModel, conv(&[4, 1, 3, 3], 4, &[("group", Int(3))])),
        ("a bias of the wrong length", InvalidModel, conv(&[4, 3, 3, 3], 5, &[])),
        ("no weights", UnsupportedOperator, one("Conv", &[], &[])),
        ("computed weights", UnsupportedOperator, one("Conv", &["x"], &[])),
        ("a pool without kernel", InvalidModel, pool(&[])),
        ("a pool with a kernel of rank 3", UnsupportedOperator, pool(&[("kernel_shape", Ints(vec![1, 1, 1]))])),
        (
            "a pool with ceil_mode",
            UnsupportedOperator,
            pool(&[("kernel_shape", Ints(vec![2, 2])), ("ceil_mode", Int(1))]),
        ),
        (
            "a pool with padding only",
            UnsupportedOperator,
            pool(&[("kernel_shape", Ints(vec![2, 2])), ("pads", Ints(vec![2; 4]))]),
        ),
        ("an axis out of range", UnsupportedOperator, one("Concat", &["x"], &[("axis", Int(4))])),
        ("an axis far out of range", UnsupportedOperator, one("Concat", &["x"], &[("axis", Int(i64::MIN))])),
        ("an axis that is missing", UnsupportedOperator, one("Concat", &["x"], &[])),
        ("a shape with two sides open", InvalidModel, with_ints("Reshape", &[1, -1, -1], &[])),
        ("a shape that does not divide", InvalidModel, with_ints("Reshape", &[1, 7, -1], &[])),
        ("a side of −2", InvalidModel, with_ints("Reshape", &[1, -2], &[])),
        ("a copied side that is not there", InvalidModel, with_ints("Reshape", &[1, 3, 6, 5, 0], &[])),
        ("an empty shape", InvalidModel, with_ints("Reshape", &[], &[])),
        ("sides of 2^62", InvalidModel, with_ints("Reshape", &[1 << 62, 1 << 62], &[])),
        ("zeros that are zeros", UnsupportedOperator, with_ints("Reshape", &[0, -1], &[("allowzero", Int(1))])),
        ("an axis unsqueezed twice", UnsupportedOperator, with_ints("Unsqueeze", &[1, 1], &[])),
        ("an axis unsqueezed far away", UnsupportedOperator, with_ints("Unsqueeze", &[9], &[])),
        ("many axes", UnsupportedOperator, with_ints("Unsqueeze", &[1; 100], &[])),
        ("a side of 6 squeezed", InvalidModel, with_ints("Squeeze", &[2], &[])),
        ("an axis squeezed that is not there", UnsupportedOperator, with_ints("Squeeze", &[7], &[])),
        ("the batch squeezed", UnsupportedOperator, with_ints("Squeeze", &[0], &[])),
        ("a resize to nothing", InvalidModel, resize(Some([1.0, 1.0, 0.1, 0.1]), None, &[])),
        ("a resize to size 0", InvalidModel, resize(None, Some([1, 3, 0, 5]), &[])),
        ("a resize to 2^62", LimitExceeded, resize(None, Some([1, 3, 1 << 62, 5]), &[])),
        ("a resize by infinity", LimitExceeded, resize(Some([1.0, 1.0, f32::INFINITY, 1.0]), None, &[])),
        ("a resize by NaN", UnsupportedOperator, resize(Some([1.0, 1.0, f32::NAN, 1.0]), None, &[])),
        ("a resize by a negative scale", UnsupportedOperator, resize(Some([1.0, 1.0, -1.0, 1.0]), None, &[])),
        ("a resize of channels", UnsupportedOperator, resize(None, Some([1, 4, 6, 5]), &[])),
        ("a resize without scales", UnsupportedOperator, resize(None, None, &[])),
        ("cubic", UnsupportedOperator, resize(Some([1.0, 1.0, 2.0, 2.0]), None, &[("mode", Text("cubic"))])),
        ("antialiasing", UnsupportedOperator, resize(Some([1.0, 1.0, 0.5, 0.5]), None, &[("antialias", Int(1))])),
        ("Upsample", UnsupportedOperator, one("Upsample", &[], &[])),
        ("intermediate values of 2^40", LimitExceeded, doubling(3)),
        ("intermediate values of 2^53", LimitExceeded, doubling(2)),
        ("Div of two values", UnsupportedOperator, one("Div", &["x"], &[])),
        (
            "a value divided into a constant",
            UnsupportedOperator,
            changed(one("Div", &[], &[]), |n| {
                let c = n.weights(&[]);
                n.nodes[0].inputs.insert(0, c);
            }),
        ),
        (
            "an operand along the width",
            UnsupportedOperator,
            changed(one("Add", &["c0"], &[]), |n| drop(n.weights(&[5]))),
        ),
        (
            "channels that do not fit",
            UnsupportedOperator,
            changed(relu(), |n| {
                let (a, b) = (n.conv("x", [16, 3, 1, 1], &[]), n.conv("x", [8, 3, 1, 1], &[]));
                let y = n.node("Add", &[&a, &b], &[]);
                n.outputs = vec![y];
            }),
        ),
        (
            "one channel spread over many",
            UnsupportedOperator,
            changed(relu(), |n| {
                let (a, b) = (n.conv("x", [16, 3, 1, 1], &[]), n.conv("x", [1, 3, 1, 1], &[]));
                let y = n.node("Add", &[&a, &b], &[]);
                n.outputs = vec![y];
            }),
        ),
        ("bounds out of order", InvalidModel, one("Clip", &[], &[("min", Float(1.0)), ("max", Float(0.0))])),
        ("negative padding", UnsupportedOperator, with_ints("Pad", &[0, 0, -1, 0, 0, 0, 0, 0], &[])),
        ("padding of the batch", UnsupportedOperator, with_ints("Pad", &[1, 0, 0, 0, 0, 0, 0, 0], &[])),
        ("padding of rank 3", UnsupportedOperator, with_ints("Pad", &[0; 6], &[])),
        ("reflection", UnsupportedOperator, with_ints("Pad", &[0; 8], &[("mode", Text("reflect"))])),
        ("a permutation", UnsupportedOperator, one("Transpose", &[], &[("perm", Ints(vec![0, 1, 3, 2]))])),
        ("a Gemm on an image", UnsupportedOperator, changed(one("Gemm", &["c0"], &[]), |n| drop(n.weights(&[5, 2])))),
        ("a Constant without value", UnsupportedOperator, changed(relu(), |n| drop(n.node("Constant", &[], &[])))),
        ("a Cast to int64", UnsupportedOperator, one("Cast", &[], &[("to", Int(7))])),
        (
            "groups that unfold into 2^30 weights",
            LimitExceeded,
            changed(relu(), |n| {
                n.input = vec![1, 1 << 15, 1, 1];
                let w = n.constant(&[1 << 15, 2, 1, 1], vec![0.0; 1 << 16], Storage::RawF16);
                let y = n.node("Conv", &["x", &w], &[("group", Int(1 << 14))]);
                n.outputs = vec![y];
            }),
        ),
        (
            "a thousand uses of the same weights",
            LimitExceeded,
            changed(relu(), |n| {
                n.input = vec![1, 1024, 1, 1];
                let w = n.constant(&[1024, 1024, 1, 1], vec![0.0; 1 << 20], Storage::RawF16);
                let mut y = "x".to_owned();
                for _ in 0..1000 {
                    y = n.node("Conv", &[&y, &w], &[]);
                }
                n.outputs = vec![y];
            }),
        ),
        (
            "too many nodes",
            LimitExceeded,
            changed(relu(), |n| {
                for _ in 0..1 << 14 {
                    n.node("Identity", &["x"], &[]);
                }
            }),
        ),
        (
            "too much work",
            LimitExceeded,
            changed(relu(), |n| {
                n.input = vec![1, 3, 4096, 4096];
                let w = n.weights(&[2, 3, 64, 64]);
                let y = n.node("Conv", &["x", &w], &[]);
                n.outputs = vec![y];
            }),
        ),
    ];
    let mut failures = Vec::new();
    for (name, kind, net) in &rows {
        match load_and_run(&net.encode(), &Limits::default()) {
            Err(error) if error.kind() == *kind => {}
            other => failures.push(format!("\n  {name}: {other:?}, not {kind:?}")),
        }
    }
    assert!(failures.is_empty(), "{} of {} rows fail:{}", failures.len(), rows.len(), failures.concat());
}

#[test]
fn unsupported_operators_are_named_with_their_node() {
    let error = compile(&one("Softmax", &[], &[]).encode(), &SMALL, Precision::F32).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnsupportedOperator);
    let message = error.to_string();
    assert!(message.contains("Softmax") && message.contains("node_v0"), "{message}");
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
