//! Functions of each value, and operations of two.

use super::{Attributes, at, row, tokens};
use crate::compare::compare_all;
use crate::writer::{Attr, Net, Storage};
use Attr::{Float, Int, Ints, Text};

#[test]
fn functions() {
    let plain =
        ["Abs", "Neg", "Erf", "Exp", "Tanh", "Softplus", "Softsign", "Floor", "Ceil", "Round", "Sign", "Sin", "Cos"];
    let mut functions: Vec<(i64, &'static str, Attributes)> =
        plain.into_iter().map(|op| (17, op, Vec::new())).collect();
    functions.extend([
        (17, "HardSwish", vec![]),
        (18, "Mish", vec![]),
        (20, "Gelu", vec![]),
        (20, "Gelu", vec![("approximate", Text("tanh"))]),
        (17, "HardSigmoid", vec![]),
        (17, "HardSigmoid", vec![("alpha", Float(1.0 / 6.0)), ("beta", Float(0.5))]),
        (17, "Elu", vec![]),
        (17, "Elu", vec![("alpha", Float(0.7))]),
        (17, "Selu", vec![]),
        (17, "Celu", vec![("alpha", Float(2.0))]),
        (17, "ThresholdedRelu", vec![("alpha", Float(0.25))]),
        (24, "Swish", vec![("alpha", Float(1.5))]),
    ]);
    let mut rows = Vec::new();
    for (opset, op, attributes) in functions {
        // ONNX Runtime has no kernel for the newest of them.
        if op == "Swish" {
            continue;
        }
        let of = |n: &mut Net, x: &str| n.node(op, &[x], &attributes);
        rows.push(at(opset, format!("{op} of the input"), |n| of(n, "x")));
        rows.push(at(opset, format!("{op} behind a convolution"), |n| {
            let c = n.conv("x", [11, 3, 3, 3], &[]);
            let y = of(n, &c);
            n.conv(&y, [5, 11, 1, 1], &[])
        }));
        rows.push(at(opset, format!("{op} of tokens"), |n| {
            let t = tokens(n, 16);
            of(n, &t)
        }));
    }
    // Of what is positive.
    for op in ["Sqrt", "Log", "Reciprocal"] {
        rows.push(row(op, |n| {
            let e = n.node("Exp", &["x"], &[]);
            let y = n.node(op, &[&e], &[]);
            n.conv(&y, [5, 3, 2, 2], &[])
        }));
    }
    for exponent in [2.0, 0.5, 3.0, -1.0, 1.7] {
        rows.push(row(format!("Pow {exponent}"), |n| {
            let e = n.node("Exp", &["x"], &[]);
            let k = n.constant(&[], vec![exponent], Storage::RawF32);
            n.node("Pow", &[&e, &k], &[])
        }));
    }
    rows.push(row("Pow of two values", |n| {
        let e = n.node("Exp", &["x"], &[]);
        n.node("Pow", &[&e, "x"], &[])
    }));
    rows.push(row("SiLU of two nodes", |n| {
        let c = n.conv("x", [9, 3, 1, 1], &[]);
        let s = n.node("Sigmoid", &[&c], &[]);
        n.node("Mul", &[&c, &s], &[])
    }));
    rows.push(row("GELU of five nodes", |n| {
        let c = tokens(n, 16);
        let [r, one, half] = [2f64.sqrt(), 1.0, 0.5].map(|v| n.constant(&[], vec![v], Storage::RawF32));
        let d = n.node("Div", &[&c, &r], &[]);
        let e = n.node("Erf", &[&d], &[]);
        let a = n.node("Add", &[&e, &one], &[]);
        let m = n.node("Mul", &[&c, &a], &[]);
        n.node("Mul", &[&m, &half], &[])
    }));
    rows.push(row("hard swish of four nodes", |n| {
        let c = n.conv("x", [9, 3, 1, 1], &[]);
        let [three, zero, six] = [3.0, 0.0, 6.0].map(|v| n.constant(&[], vec![v], Storage::RawF32));
        let a = n.node("Add", &[&c, &three], &[]);
        let k = n.node("Clip", &[&a, &zero, &six], &[]);
        let m = n.node("Mul", &[&c, &k], &[]);
        n.node("Div", &[&m, &six], &[])
    }));
    compare_all(rows);
}

#[test]
fn operations_of_two() {
    let mut rows = Vec::new();
    for op in ["Add", "Sub", "Mul", "Div", "Max", "Min"] {
        for shape in
            [vec![], vec![1], vec![5], vec![6, 1], vec![3, 1, 1], vec![1, 3, 1, 1], vec![3, 6, 5], vec![1, 1, 6, 5]]
        {
            for first in [false, true] {
                rows.push(row(format!("{op} with {shape:?}, constant first: {first}"), |n| {
                    let k = n.weights_between(&shape, 0.5, 2.0);
                    let e = n.node("Exp", &["x"], &[]);
                    n.node(op, &if first { [&k, e.as_str()] } else { [&e, k.as_str()] }, &[])
                }));
            }
        }
        for (h, w) in [(1, 1), (1, 5), (6, 1), (6, 5)] {
            rows.push(row(format!("{op} with a value of {h}×{w}"), |n| {
                let k = n.node("AveragePool", &["x"], &[("kernel_shape", Ints(vec![7 - h, 6 - w]))]);
                let e = n.node("Exp", &[&k], &[]);
                let a = n.node(op, &["x", &e], &[]);
                n.conv(&a, [5, 3, 2, 2], &[])
            }));
        }
        for (shape, channels) in
            [(vec![16], 16), (vec![1, 1, 16], 16), (vec![30, 1], 16), (vec![30, 16], 16), (vec![7], 7)]
        {
            rows.push(row(format!("{op} of tokens with {shape:?}"), |n| {
                let t = tokens(n, channels);
                let k = n.weights_between(&shape, 0.5, 2.0);
                n.node(op, &[&t, &k], &[])
            }));
        }
    }
    for op in ["Max", "Min", "Sum", "Mean"] {
        for count in [1, 2, 3] {
            rows.push(row(format!("{op} of {count}"), |n| {
                let a = n.conv("x", [3, 3, 1, 1], &[]);
                let b = n.node("Tanh", &["x"], &[]);
                n.node(op, &["x", a.as_str(), b.as_str()][..count], &[])
            }));
        }
    }
    for shape in [vec![1], vec![3, 1, 1], vec![1, 3, 1, 1], vec![5], vec![3, 6, 5], vec![1, 6, 1]] {
        rows.push(row(format!("PRelu with {shape:?}"), |n| {
            let s = n.weights(&shape);
            n.node("PRelu", &["x", &s], &[])
        }));
    }
    rows.push(row("PRelu behind a Reshape and an Unsqueeze", |n| {
        let (s, axes, shape) = (n.weights(&[3]), n.ints(&[1, 2]), n.ints(&[3, 1, 1]));
        let u = n.node("Unsqueeze", &[&s, &axes], &[]);
        let r = n.node("Reshape", &[&u, &shape], &[]);
        n.node("PRelu", &["x", &r], &[])
    }));
    rows.push(row("PRelu of two values", |n| {
        let s = n.node("Tanh", &["x"], &[]);
        n.node("PRelu", &["x", &s], &[])
    }));
    compare_all(rows);
}

#[test]
fn halves_with_casts() {
    let mut rows = Vec::new();
    rows.push(row("weights of 16 bits behind casts", |n| {
        let w = n.constant(&[4, 3, 1, 1], (0..12).map(f64::from).map(|v| v / 16.0).collect(), Storage::RawF16);
        let w = n.node("Cast", &[&w], &[("to", Int(1))]);
        n.node("Conv", &["x", &w], &[])
    }));
    rows.push(row("casts to 16 bits and back", |n| {
        let h = n.node("Cast", &["x"], &[("to", Int(10))]);
        let f = n.node("Cast", &[&h], &[("to", Int(1))]);
        // What 16 bits round away is a part in 2048.
        let k = n.constant(&[], vec![1e-2], Storage::RawF32);
        let d = n.node("Mul", &[&f, &k], &[]);
        let one = n.constant(&[], vec![1.0], Storage::RawF32);
        n.node("Add", &[&d, &one], &[])
    }));
    compare_all(rows);
}
