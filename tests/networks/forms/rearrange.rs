//! Shapes that follow the batch, parts of values, attention.

use super::{at, row, tokens};
use crate::compare::compare_all;
use crate::writer::{Attr, Net, Storage};
use Attr::{Float, Floats, Int, Ints, Text};

fn one_int(value: i64) -> crate::writer::Constant {
    crate::writer::Constant {
        name: String::new(),
        shape: vec![1],
        values: vec![value as f64],
        storage: Storage::RawI64,
    }
}

#[test]
fn shapes_that_follow_the_batch() {
    let flatten = |n: &mut Net, x: &str| {
        let s = n.node("Shape", &[x], &[]);
        let zero = n.constant(&[], vec![0.0], Storage::RawI64);
        let b = n.node("Gather", &[&s, &zero], &[("axis", Int(0))]);
        let (axes, rest) = (n.ints(&[0]), n.ints(&[-1]));
        let u = n.node("Unsqueeze", &[&b, &axes], &[]);
        let shape = n.node("Concat", &[&u, &rest], &[("axis", Int(0))]);
        n.node("Reshape", &[x, &shape], &[])
    };
    let mut rows = vec![row("Shape, Gather, Unsqueeze, Concat, Reshape", |n| {
        let f = flatten(n, "x");
        let w = n.weights(&[90, 7]);
        n.node("Gemm", &[&f, &w], &[])
    })];
    rows.push(row("Shape, Slice, Concat", |n| {
        let s = n.node("Shape", &["x"], &[]);
        let [start, end, rest] = [0, 1, -1].map(|v| n.ints(&[v]));
        let b = n.node("Slice", &[&s, &start, &end], &[]);
        let shape = n.node("Concat", &[&b, &rest], &[("axis", Int(0))]);
        n.node("Reshape", &["x", &shape], &[])
    }));
    rows.push(row("Upsample to the size of another value", |n| {
        let p = n.node("MaxPool", &["x"], &[("kernel_shape", Ints(vec![2, 2])), ("strides", Ints(vec![2, 2]))]);
        let s = n.node("Shape", &["x"], &[]);
        let [start, end] = [2, 4].map(|v| n.ints(&[v]));
        let hw = n.node("Slice", &[&s, &start, &end], &[]);
        let t = n.node("Shape", &[&p], &[]);
        let [start, end] = [0, 2].map(|v| n.ints(&[v]));
        let nc = n.node("Slice", &[&t, &start, &end], &[]);
        let sizes = n.node("Concat", &[&nc, &hw], &[("axis", Int(0))]);
        n.node("Resize", &[&p, "", "", &sizes], &[("mode", Text("nearest"))])
    }));
    rows.push(row("Shape, ConstantOfShape, Mul, Equal, Where, Expand", |n| {
        let p = n.node("GlobalAveragePool", &["x"], &[]);
        let s = n.node("Shape", &["x"], &[]);
        let four = n.ints(&[4]);
        let ones = n.node("ConstantOfShape", &[&four], &[("value", Attr::Constant(one_int(1)))]);
        let minus = n.ints(&[-1]);
        let m = n.node("Mul", &[&ones, &minus], &[]);
        let e = n.node("Equal", &[&s, &m], &[]);
        let w = n.node("Where", &[&e, &ones, &s], &[]);
        n.node("Expand", &[&p, &w], &[])
    }));
    rows.push(row("constants as attributes", |n| {
        let f = n.node("Constant", &[], &[("value_float", Float(0.5))]);
        let l = n.node("Constant", &[], &[("value_floats", Floats(vec![0.5, 1.0, 2.0, 0.25, 3.0]))]);
        let i = n.node("Constant", &[], &[("value_ints", Ints(vec![1, -1]))]);
        let k = n.node("Constant", &[], &[("value_int", Int(1))]);
        let a = n.node("Mul", &["x", &f], &[]);
        let b = n.node("Add", &[&a, &l], &[]);
        let g = n.node("Gather", &[&b, &k], &[("axis", Int(2))]);
        n.node("Reshape", &[&g, &i], &[])
    }));
    rows.push(row("casts of sides, and their arithmetic", |n| {
        let s = n.node("Shape", &["x"], &[]);
        let two = n.constant(&[], vec![2.0], Storage::RawI64);
        let h = n.node("Gather", &[&s, &two], &[]);
        let f = n.node("Cast", &[&h], &[("to", Int(1))]);
        let half = n.constant(&[], vec![0.5], Storage::RawF32);
        let m = n.node("Mul", &[&f, &half], &[]);
        let m = n.node("Floor", &[&m], &[]);
        let i = n.node("Cast", &[&m], &[("to", Int(7))]);
        let (axes, axis, start) = (n.ints(&[0]), n.ints(&[2]), n.ints(&[0]));
        let end = n.node("Unsqueeze", &[&i, &axes], &[]);
        n.node("Slice", &["x", &start, &end, &axis], &[])
    }));
    for (op, axis) in [("Flatten", 1), ("Flatten", -3), ("Flatten", 2), ("Flatten", 0)] {
        rows.push(row(format!("{op} from {axis}"), |n| {
            let f = n.node(op, &["x"], &[("axis", Int(axis))]);
            let shape = n.ints(&[1, 90]);
            n.node("Reshape", &[&f, &shape], &[])
        }));
    }
    for opset in [11, 13] {
        rows.push(at(opset, "Squeeze and Unsqueeze", |n| {
            let p = n.node("GlobalAveragePool", &["x"], &[]);
            let inputs: [&str; 2];
            let (a, b) = (n.ints(&[2, 3]), n.ints(&[1]));
            let s = if opset < 13 {
                n.node("Squeeze", &[&p], &[("axes", Ints(vec![2, 3]))])
            } else {
                inputs = [&p, &a];
                n.node("Squeeze", &inputs, &[])
            };
            if opset < 13 {
                n.node("Unsqueeze", &[&s], &[("axes", Ints(vec![1]))])
            } else {
                n.node("Unsqueeze", &[&s, &b], &[])
            }
        }));
    }
    compare_all(rows);
}

#[test]
fn parts_and_orders() {
    let mut rows = Vec::new();
    for opset in [9, 13] {
        for (starts, ends, axes, steps) in [
            (vec![1], vec![i64::MAX], vec![2], vec![1]),
            (vec![0, 1], vec![-1, 4], vec![2, 3], vec![1, 1]),
            (vec![1], vec![3], vec![1], vec![1]),
            (vec![0, 1], vec![i64::MAX, i64::MAX], vec![2, 3], vec![2, 2]),
            (vec![-1], vec![-100], vec![1], vec![-1]),
            (vec![-1], vec![i64::MIN], vec![3], vec![-2]),
        ] {
            if opset < 10 && steps != vec![1; steps.len()] {
                continue;
            }
            rows.push(at(opset, format!("Slice {starts:?} to {ends:?} along {axes:?} by {steps:?}"), |n| {
                let c = n.conv("x", [9, 3, 1, 1], &[]);
                let y = if opset < 10 {
                    let attributes = [("starts", Ints(starts)), ("ends", Ints(ends)), ("axes", Ints(axes))];
                    n.node("Slice", &[&c], &attributes)
                } else {
                    let [s, e, a, t] = [&starts, &ends, &axes, &steps].map(|v| n.ints(v));
                    n.node("Slice", &[&c, &s, &e, &a, &t], &[])
                };
                let z = n.node("Tanh", &[&y], &[]);
                n.node("ReduceMean", &[&z], &[("axes", Ints(vec![1]))])
            }));
        }
    }
    rows.push(row("the four quarters of a picture, stacked", |n| {
        let axes = n.ints(&[2, 3]);
        let ends = n.ints(&[6, 4]);
        let steps = n.ints(&[2, 2]);
        let parts: Vec<String> = [[0, 0], [1, 0], [0, 1], [1, 1]]
            .iter()
            .map(|start| {
                let starts = n.ints(start);
                n.node("Slice", &["x", &starts, &ends, &axes, &steps], &[])
            })
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let c = n.node("Concat", &parts, &[("axis", Int(1))]);
        n.conv(&c, [5, 12, 2, 2], &[])
    }));
    for (opset, axis, sizes) in
        [(11, 1, vec![4, 4]), (13, 1, vec![3, 5]), (13, 2, vec![2, 4]), (13, 3, vec![1, 4]), (18, 1, vec![4, 4])]
    {
        for equal in [false, true] {
            if equal && sizes != [4, 4] {
                continue;
            }
            rows.push(at(opset, format!("Split into {sizes:?} along {axis}, equal {equal}"), |n| {
                let c = n.conv("x", [8, 3, 1, 1], &[]);
                let mut attributes = vec![("axis", Int(axis))];
                let parts = if opset < 13 {
                    attributes.extend((!equal).then(|| ("split", Ints(sizes.clone()))));
                    n.node_of(2, "Split", &[&c], &attributes)
                } else if equal {
                    attributes.extend((opset >= 18).then_some(("num_outputs", Int(2))));
                    n.node_of(2, "Split", &[&c], &attributes)
                } else {
                    let s = n.ints(&sizes);
                    n.node_of(2, "Split", &[&c, &s], &attributes)
                };
                let b = n.node("Tanh", &[&parts[1]], &[]);
                n.node("Concat", &[&b, &parts[0]], &[("axis", Int(axis))])
            }));
        }
    }
    for indices in [vec![2, 1, 0], vec![1], vec![-1, 0]] {
        rows.push(row(format!("Gather {indices:?}"), |n| {
            let i = n.ints(&indices);
            let g = n.node("Gather", &["x", &i], &[("axis", Int(1))]);
            n.node("Tanh", &[&g], &[])
        }));
    }
    rows.push(row("the first token", |n| {
        let t = tokens(n, 16);
        let zero = n.constant(&[], vec![0.0], Storage::RawI64);
        n.node("Gather", &[&t, &zero], &[("axis", Int(1))])
    }));
    for groups in [2, 4] {
        rows.push(row(format!("a shuffle of {groups} groups"), |n| {
            let c = n.conv("x", [16, 3, 1, 1], &[]);
            let (a, b) = (n.ints(&[0, groups, 16 / groups, 6, 5]), n.ints(&[0, -1, 6, 5]));
            let r = n.node("Reshape", &[&c, &a], &[]);
            let t = n.node("Transpose", &[&r], &[("perm", Ints(vec![0, 2, 1, 3, 4]))]);
            let y = n.node("Reshape", &[&t, &b], &[]);
            n.conv(&y, [4, 16, 3, 3], &[])
        }));
    }
    for mode in ["DCR", "CRD"] {
        rows.push(row(format!("DepthToSpace {mode}"), |n| {
            let c = n.conv("x", [12, 3, 1, 1], &[]);
            n.node("DepthToSpace", &[&c], &[("blocksize", Int(2)), ("mode", Text(mode))])
        }));
    }
    rows.push(row("SpaceToDepth", |n| {
        let c = n.conv("x", [3, 3, 1, 2], &[]);
        n.node("SpaceToDepth", &[&c], &[("blocksize", Int(2))])
    }));
    for perm in [vec![0, 2, 1, 3], vec![0, 3, 2, 1], vec![0, 1, 3, 2], vec![0, 2, 3, 1], vec![0, 3, 1, 2]] {
        rows.push(row(format!("Transpose {perm:?}"), |n| {
            let t = n.node("Tanh", &["x"], &[]);
            n.node("Transpose", &[&t], &[("perm", Ints(perm))])
        }));
    }
    for (op, list) in [("Expand", [1, 3, 6, 5]), ("Tile", [1, 1, 2, 3]), ("Tile", [1, 2, 1, 1])] {
        rows.push(row(format!("{op} {list:?}"), |n| {
            let p = n.node("ReduceMean", &["x"], &[("axes", Ints(vec![if op == "Tile" { 3 } else { 2 }]))]);
            let l = n.ints(&list);
            n.node(op, &[&p, &l], &[])
        }));
    }
    for axis in [1, 2, 3, -1] {
        rows.push(row(format!("Concat along {axis}"), |n| {
            let t = n.node("Tanh", &["x"], &[]);
            n.node("Concat", &["x", &t], &[("axis", Int(axis))])
        }));
    }
    rows.push(row("a class token before the others, and places added", |n| {
        let t = tokens(n, 16);
        let (k, p) = (n.weights(&[1, 1, 16]), n.weights(&[1, 31, 16]));
        let c = n.node("Concat", &[&k, &t], &[("axis", Int(1))]);
        n.node("Add", &[&c, &p], &[])
    }));
    compare_all(rows);
}

#[test]
fn attention() {
    let mut rows = Vec::new();
    for (heads, channels) in [(1, 16), (2, 16), (3, 12)] {
        rows.push(row(format!("self-attention of {heads} heads, {channels} channels"), |n| {
            let t = tokens(n, channels);
            let (w, b) = (n.weights(&[channels, 3 * channels]), n.weights(&[3 * channels]));
            let q = n.node("MatMul", &[&t, &w], &[]);
            let q = n.node("Add", &[&b, &q], &[]);
            let shape = n.ints(&[1, 30, 3, heads, channels as i64 / heads]);
            let r = n.node("Reshape", &[&q, &shape], &[]);
            let r = n.node("Transpose", &[&r], &[("perm", Ints(vec![2, 0, 3, 1, 4]))]);
            let [q, k, v] = [0, 1, 2].map(|i| {
                let i = n.constant(&[], vec![f64::from(i)], Storage::RawI64);
                n.node("Gather", &[&r, &i], &[("axis", Int(0))])
            });
            let k = n.node("Transpose", &[&k], &[("perm", Ints(vec![0, 1, 3, 2]))]);
            let s = n.node("MatMul", &[&q, &k], &[]);
            let scale = n.constant(&[], vec![0.25], Storage::RawF32);
            let s = n.node("Mul", &[&s, &scale], &[]);
            let a = n.node("Softmax", &[&s], &[("axis", Int(-1))]);
            let y = n.node("MatMul", &[&a, &v], &[]);
            let y = n.node("Transpose", &[&y], &[("perm", Ints(vec![0, 2, 1, 3]))]);
            let shape = n.ints(&[1, 30, channels as i64]);
            let y = n.node("Reshape", &[&y, &shape], &[]);
            let (w, b) = (n.weights(&[channels, channels]), n.weights(&[channels]));
            let y = n.node("MatMul", &[&y, &w], &[]);
            let y = n.node("Add", &[&y, &b], &[]);
            n.node("Add", &[&t, &y], &[])
        }));
    }
    for channels in [7, 16] {
        for bias in [false, true] {
            rows.push(row(format!("a layer over tokens, {channels} channels, bias {bias}"), |n| {
                let t = tokens(n, channels);
                let (w, b) = (n.weights(&[channels, 11]), n.weights(&[11]));
                let y = n.node("MatMul", &[&t, &w], &[]);
                let y = if bias { n.node("Add", &[&y, &b], &[]) } else { y };
                let y = n.node("Tanh", &[&y], &[]);
                n.node("ReduceMean", &[&y], &[("axes", Ints(vec![1]))])
            }));
        }
    }
    rows.push(row("products of matrices that broadcast", |n| {
        let t = n.node("Transpose", &["x"], &[("perm", Ints(vec![0, 1, 3, 2]))]);
        let m = n.node("ReduceMean", &[&t], &[("axes", Ints(vec![1]))]);
        n.node("MatMul", &["x", &m], &[])
    }));
    rows.push(row("a constant times a value", |n| {
        let w = n.weights(&[4, 6]);
        n.node("MatMul", &[&w, "x"], &[])
    }));
    rows.push(row("a value times constant matrices", |n| {
        let w = n.weights(&[3, 5, 40]);
        n.node("MatMul", &["x", &w], &[])
    }));
    rows.push(row("Gemm of two values", |n| {
        let shape = n.ints(&[6, 15]);
        let a = n.node("Reshape", &["x", &shape], &[]);
        let b = n.node("Tanh", &[&a], &[]);
        let c = n.weights(&[6]);
        let attributes = [("transB", Int(1)), ("alpha", Float(0.5)), ("beta", Float(2.0))];
        let g = n.node("Gemm", &[&a, &b, &c], &attributes);
        let shape = n.ints(&[1, 36]);
        n.node("Reshape", &[&g, &shape], &[])
    }));
    compare_all(rows);
}
