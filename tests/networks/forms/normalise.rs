//! Reductions, normalisations, and blocks that weigh channels.

use super::{at, row, tokens};
use crate::compare::compare_all;
use crate::writer::{Attr, Net, Storage};
use Attr::{Float, Int, Ints};

/// A vector of 12 values of each image.
fn embedding(net: &mut Net) -> String {
    let c = net.conv("x", [12, 3, 6, 5], &[]);
    net.node("Flatten", &[&c], &[])
}

#[test]
fn reductions_and_normalisations() {
    let mut rows = Vec::new();
    let kinds =
        ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceSumSquare"];
    for op in kinds {
        for axes in [vec![1], vec![2, 3], vec![-1], vec![1, 3], vec![1, 2, 3]] {
            for keep in [0, 1] {
                rows.push(at(13, format!("{op} along {axes:?}, keepdims {keep}"), |n| {
                    if op == "ReduceSum" {
                        let axes = n.ints(&axes);
                        return n.node(op, &["x", &axes], &[("keepdims", Int(keep))]);
                    }
                    n.node(op, &["x"], &[("axes", Ints(axes.clone())), ("keepdims", Int(keep))])
                }));
            }
        }
        rows.push(at(18, format!("{op} by an input"), |n| {
            let axes = n.ints(&[-2, -1]);
            n.node(op, &["x", &axes], &[])
        }));
    }
    for op in ["Softmax", "LogSoftmax"] {
        for opset in [9, 11, 13] {
            for axis in [1, 2, 3, -1] {
                rows.push(at(opset, format!("{op} along {axis}"), |n| n.node(op, &["x"], &[("axis", Int(axis))])));
            }
        }
        rows.push(row(format!("{op} by default"), |n| n.node(op, &["x"], &[])));
    }
    for p in [1, 2] {
        for axis in [1, -1] {
            let attributes = [("p", Int(p)), ("axis", Int(axis))];
            rows.push(row(format!("LpNormalization {p} along {axis}"), |n| {
                n.node("LpNormalization", &["x"], &attributes)
            }));
        }
    }
    for (axis, shape) in [(-1, vec![16]), (1, vec![30, 16]), (2, vec![16])] {
        for bias in [false, true] {
            rows.push(row(format!("LayerNormalization from {axis}, bias {bias}"), |n| {
                let t = tokens(n, 16);
                let (s, b) = (n.weights(&shape), n.weights(&shape));
                let inputs = [t.as_str(), &s, &b];
                n.node("LayerNormalization", &inputs[..if bias { 3 } else { 2 }], &[("axis", Int(axis))])
            }));
        }
    }
    rows.push(row("LayerNormalization of an image's rows", |n| {
        let (s, b) = (n.weights(&[5]), n.weights(&[5]));
        n.node("LayerNormalization", &["x", &s, &b], &[("epsilon", Float(1e-3))])
    }));
    rows.push(row("layer normalisation of nine nodes", |n| {
        let t = tokens(n, 12);
        let (s, b) = (n.weights(&[12]), n.weights(&[12]));
        let [two, eps] = [2.0, 1e-5].map(|v| n.constant(&[], vec![v], Storage::RawF32));
        let m = n.node("ReduceMean", &[&t], &[("axes", Ints(vec![-1]))]);
        let d = n.node("Sub", &[&t, &m], &[]);
        let q = n.node("Pow", &[&d, &two], &[]);
        let v = n.node("ReduceMean", &[&q], &[("axes", Ints(vec![-1]))]);
        let e = n.node("Add", &[&v, &eps], &[]);
        let r = n.node("Sqrt", &[&e], &[]);
        let y = n.node("Div", &[&d, &r], &[]);
        let y = n.node("Mul", &[&y, &s], &[]);
        n.node("Add", &[&y, &b], &[])
    }));
    rows.push(row("InstanceNormalization", |n| {
        let c = n.conv("x", [9, 3, 1, 1], &[]);
        let (s, b) = (n.weights(&[9]), n.weights(&[9]));
        let y = n.node("InstanceNormalization", &[&c, &s, &b], &[]);
        n.node("Relu", &[&y], &[])
    }));
    for (opset, len) in [(18, 4), (21, 8)] {
        rows.push(at(opset, "GroupNormalization", |n| {
            let c = n.conv("x", [8, 3, 1, 1], &[]);
            let (s, b) = (n.weights(&[len]), n.weights(&[len]));
            n.node("GroupNormalization", &[&c, &s, &b], &[("num_groups", Int(4))])
        }));
    }
    rows.push(row("BatchNormalization of (N, C, L)", |n| {
        let shape = n.ints(&[0, 3, 30]);
        let r = n.node("Reshape", &["x", &shape], &[]);
        let [s, b, m] = [0; 3].map(|_| n.weights(&[3]));
        let v = n.weights_between(&[3], 0.1, 2.0);
        n.node("BatchNormalization", &[&r, &s, &b, &m, &v], &[])
    }));
    compare_all(rows);
}

#[test]
fn embeddings_of_unit_length() {
    let mut rows = Vec::new();
    let along = || vec![("axes", Ints(vec![1])), ("keepdims", Int(1))];
    rows.push(row("ReduceL2, Div", |n| {
        let e = embedding(n);
        let l = n.node("ReduceL2", &[&e], &along());
        n.node("Div", &[&e, &l], &[])
    }));
    for bound in ["Clip", "Max", "Add"] {
        rows.push(row(format!("ReduceL2, {bound}, Expand, Div"), |n| {
            let e = embedding(n);
            let l = n.node("ReduceL2", &[&e], &along());
            let eps = n.constant(&[], vec![1e-12], Storage::RawF32);
            let l = n.node(bound, &[&l, &eps], &[]);
            let s = n.node("Shape", &[&e], &[]);
            let x = n.node("Expand", &[&l, &s], &[]);
            n.node("Div", &[&e, &x], &[])
        }));
    }
    rows.push(row("Pow, ReduceSum, Sqrt, Div", |n| {
        let e = embedding(n);
        let (two, axes) = (n.constant(&[], vec![2.0], Storage::RawF32), n.ints(&[1]));
        let q = n.node("Pow", &[&e, &two], &[]);
        let s = n.node("ReduceSum", &[&q, &axes], &[("keepdims", Int(1))]);
        let r = n.node("Sqrt", &[&s], &[]);
        n.node("Div", &[&e, &r], &[])
    }));
    rows.push(row("Mul, ReduceSum, Max, Reciprocal of a root, Mul", |n| {
        let e = embedding(n);
        let (eps, axes) = (n.constant(&[], vec![1e-12], Storage::RawF32), n.ints(&[-1]));
        let q = n.node("Mul", &[&e, &e], &[]);
        let s = n.node("ReduceSum", &[&q, &axes], &[]);
        let m = n.node("Max", &[&s, &eps], &[]);
        let r = n.node("Sqrt", &[&m], &[]);
        let r = n.node("Reciprocal", &[&r], &[]);
        n.node("Mul", &[&e, &r], &[])
    }));
    rows.push(row("LpNormalization", |n| {
        let e = embedding(n);
        n.node("LpNormalization", &[&e], &[("axis", Int(1)), ("p", Int(2))])
    }));
    let mut norm = Net::new(3, 6, 5);
    let e = embedding(&mut norm);
    let l = norm.node("ReduceL2", &[&e], &along());
    let y = norm.node("Div", &[&e, &l], &[]);
    rows.push(("the norm as a second output".into(), norm.with_outputs(&[&y, &l])));
    compare_all(rows);
}

#[test]
fn squeeze_and_excitation() {
    let mut rows = Vec::new();
    for pool in ["GlobalAveragePool", "GlobalMaxPool", "ReduceMean", "ReduceMax"] {
        for gate in ["Sigmoid", "HardSigmoid"] {
            for dense in ["Conv", "Gemm", "MatMul"] {
                rows.push(row(format!("{pool}, {dense}, {gate}"), |n| {
                    let c = n.conv("x", [16, 3, 3, 3], &[]);
                    let p = match pool {
                        "GlobalAveragePool" | "GlobalMaxPool" => n.node(pool, &[&c], &[]),
                        _ => n.node(pool, &[&c], &[("axes", Ints(vec![2, 3]))]),
                    };
                    let s = match dense {
                        "Conv" => {
                            let a = n.conv(&p, [4, 16, 1, 1], &[]);
                            let r = n.node("Relu", &[&a], &[]);
                            n.conv(&r, [16, 4, 1, 1], &[])
                        }
                        _ => {
                            let f = n.node("Flatten", &[&p], &[]);
                            let (w, v) = (n.weights(&[16, 4]), n.weights(&[4, 16]));
                            let a = n.node(dense, &[&f, &w], &[]);
                            let r = n.node("Relu", &[&a], &[]);
                            n.node(dense, &[&r, &v], &[])
                        }
                    };
                    let g = n.node(gate, &[&s], &[]);
                    let shape = n.ints(&[-1, 16, 1, 1]);
                    let g = if dense == "Conv" { g } else { n.node("Reshape", &[&g, &shape], &[]) };
                    let m = n.node("Mul", &[&c, &g], &[]);
                    n.conv(&m, [5, 16, 1, 1], &[])
                }));
            }
        }
    }
    rows.push(row("attention in the plane, of mean and maximum", |n| {
        let c = n.conv("x", [16, 3, 1, 1], &[]);
        let a = n.node("ReduceMean", &[&c], &[("axes", Ints(vec![1]))]);
        let b = n.node("ReduceMax", &[&c], &[("axes", Ints(vec![1]))]);
        let j = n.node("Concat", &[&a, &b], &[("axis", Int(1))]);
        let s = n.conv(&j, [1, 2, 3, 3], &[("pads", Ints(vec![1; 4]))]);
        let g = n.node("Sigmoid", &[&s], &[]);
        n.node("Mul", &[&c, &g], &[])
    }));
    compare_all(rows);
}
