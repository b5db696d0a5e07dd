//! Networks that contradict themselves, one fault each: a table of what is wrong and which error
//! says so.

use super::check;
use super::hostile::load_and_run;
use super::writer::{Attr, Net, Storage};
use crate::error::ErrorKind;
use crate::nn::Limits;
use Attr::{Float, Int, Ints};

/// A one-node network on 3×6×5.
pub fn one(op: &'static str, extra: &[&str], attributes: &[(&'static str, Attr)]) -> Net {
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

pub fn resize(scales: Option<[f32; 4]>, sizes: Option<[i64; 4]>, attributes: &[(&'static str, Attr)]) -> Net {
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
            "a pool with padding only",
            UnsupportedOperator,
            pool(&[("kernel_shape", Ints(vec![2, 2])), ("pads", Ints(vec![2; 4]))]),
        ),
        ("an axis out of range", UnsupportedOperator, one("Concat", &["x"], &[("axis", Int(4))])),
        ("an axis far out of range", UnsupportedOperator, one("Concat", &["x"], &[("axis", Int(i64::MIN))])),
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
        ("a resize to nothing", InvalidModel, resize(Some([1.0, 1.0, 0.1, 0.1]), None, &[])),
        ("a resize to size 0", InvalidModel, resize(None, Some([1, 3, 0, 5]), &[])),
        ("a resize to 2^62", LimitExceeded, resize(None, Some([1, 3, 1 << 62, 5]), &[])),
        ("a resize by infinity", LimitExceeded, resize(Some([1.0, 1.0, f32::INFINITY, 1.0]), None, &[])),
        ("a resize by NaN", UnsupportedOperator, resize(Some([1.0, 1.0, f32::NAN, 1.0]), None, &[])),
        ("a resize by a negative scale", UnsupportedOperator, resize(Some([1.0, 1.0, -1.0, 1.0]), None, &[])),
        ("a resize without scales", UnsupportedOperator, resize(None, None, &[])),
        ("antialiasing", UnsupportedOperator, resize(Some([1.0, 1.0, 0.5, 0.5]), None, &[("antialias", Int(1))])),
        ("Upsample", UnsupportedOperator, one("Upsample", &[], &[])),
        ("intermediate values of 2^40", LimitExceeded, doubling(3)),
        ("intermediate values of 2^53", LimitExceeded, doubling(2)),
        (
            "channels that do not fit",
            InvalidModel,
            changed(relu(), |n| {
                let (a, b) = (n.conv("x", [16, 3, 1, 1], &[]), n.conv("x", [8, 3, 1, 1], &[]));
                let y = n.node("Add", &[&a, &b], &[]);
                n.outputs = vec![y];
            }),
        ),
        ("bounds out of order", InvalidModel, one("Clip", &[], &[("min", Float(1.0)), ("max", Float(0.0))])),
        ("padding of rank 3", UnsupportedOperator, with_ints("Pad", &[0; 6], &[])),
        ("a Gemm on an image", InvalidModel, changed(one("Gemm", &["c0"], &[]), |n| drop(n.weights(&[5, 2])))),
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
        ("an axis that is a float", InvalidModel, one("Flatten", &[], &[("axis", Float(1.0))])),
        ("a slope that is an integer", InvalidModel, one("LeakyRelu", &[], &[("alpha", Int(1))])),
        ("a mode that is a number", InvalidModel, conv(&[4, 3, 3, 3], 4, &[("auto_pad", Int(1))])),
        ("strides that are one number", InvalidModel, conv(&[4, 3, 3, 3], 4, &[("strides", Int(1))])),
        ("fewer than no groups", InvalidModel, conv(&[4, 3, 3, 3], 4, &[("group", Int(-1))])),
        ("a side below 0", InvalidModel, resize(None, Some([1, 3, -1, 5]), &[])),
        ("axes that are nowhere", UnsupportedOperator, one("Unsqueeze", &[], &[])),
        ("a bound without a value", InvalidModel, {
            let mut net = Net::new(3, 6, 5);
            let nothing = net.floats(&[]);
            let y = net.node("Clip", &["x", &nothing], &[]);
            net.with_outputs(&[&y])
        }),
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
