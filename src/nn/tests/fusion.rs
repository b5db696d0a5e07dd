//! Patterns that the lowering fuses, and neighbours of those patterns that it must not.

use super::check_all;
use super::operators::UNARY;
use super::writer::{Attr, Net};
use Attr::{Int, Ints};

const CHANNELS: [usize; 5] = [3, 7, 8, 16, 20];

fn same(kernel: usize) -> [(&'static str, Attr); 1] {
    [("pads", Ints(vec![kernel as i64 / 2; 4]))]
}

fn conv3(n: &mut Net, x: &str, from: usize, to: usize) -> String {
    n.conv(x, [to, from, 3, 3], &same(3))
}

fn depthwise3(n: &mut Net, x: &str, channels: usize) -> String {
    let [pads] = same(3);
    n.conv(x, [channels, 1, 3, 3], &[pads, ("group", Int(channels as i64))])
}

fn relu(n: &mut Net, x: &str) -> String {
    n.node("Relu", &[x], &[])
}

fn add(n: &mut Net, a: &str, b: &str) -> String {
    n.node("Add", &[a, b], &[])
}

fn slopes(n: &mut Net, x: &str, channels: usize) -> String {
    let s = n.weights(&[channels, 1, 1]);
    n.node("PRelu", &[x, &s], &[])
}

fn pad(n: &mut Net, x: &str, pads: [i64; 8]) -> String {
    let p = n.ints(&pads);
    n.node("Pad", &[x, &p], &[])
}

/// A pattern: what it adds to a network whose input has `c` channels, and the outputs that are
/// compared.
type Pattern = (&'static str, fn(&mut Net, usize) -> Vec<String>);

const PATTERNS: &[Pattern] = &[
    ("residual, then activation", |n, c| {
        let y = conv3(n, "x", c, c);
        let s = add(n, &y, "x");
        vec![relu(n, &s)]
    }),
    ("residual on the left, then slopes", |n, c| {
        let y = conv3(n, "x", c, c);
        let s = add(n, "x", &y);
        vec![slopes(n, &s, c)]
    }),
    ("activation, then residual, then activation", |n, c| {
        let y = conv3(n, "x", c, c);
        let y = slopes(n, &y, c);
        let s = add(n, &y, "x");
        vec![relu(n, &s)]
    }),
    ("residual that is read elsewhere", |n, c| {
        let a = conv3(n, "x", c, c);
        let b = depthwise3(n, &a, c);
        let s = add(n, &b, &a);
        let d = conv3(n, &a, c, 5);
        vec![s, d]
    }),
    ("convolution read elsewhere, before its sum", |n, c| {
        let a = conv3(n, "x", c, c);
        let r = relu(n, &a);
        let s = add(n, &a, "x");
        vec![s, r]
    }),
    ("convolution read elsewhere, after its sum", |n, c| {
        let a = conv3(n, "x", c, c);
        let s = add(n, &a, "x");
        let r = relu(n, &a);
        vec![s, r]
    }),
    ("two convolutions summed", |n, c| {
        let a = conv3(n, "x", c, 11);
        let b = n.conv("x", [11, c, 1, 1], &[]);
        let s = add(n, &a, &b);
        vec![relu(n, &s)]
    }),
    ("three convolutions summed", |n, c| {
        let a = conv3(n, "x", c, 11);
        let b = n.conv("x", [11, c, 1, 1], &[]);
        let d = conv3(n, "x", c, 11);
        let s = add(n, &a, &b);
        let s = add(n, &d, &s);
        vec![relu(n, &s)]
    }),
    ("a value added to itself", |n, c| {
        let a = conv3(n, "x", c, c);
        vec![add(n, &a, &a)]
    }),
    ("a value added to its other name", |n, c| {
        let a = conv3(n, "x", c, c);
        let b = n.node("Identity", &[&a], &[]);
        vec![add(n, &a, &b)]
    }),
    ("a value times its own activation", |n, c| {
        let a = conv3(n, "x", c, c);
        let s = n.node("Sigmoid", &[&a], &[]);
        vec![n.node("Mul", &[&a, &s], &[])]
    }),
    ("activation of an identity whose source is read later", |n, c| {
        let a = conv3(n, "x", c, c);
        let b = n.node("Identity", &[&a], &[]);
        let r = relu(n, &b);
        let s = n.node("Sigmoid", &[&a], &[]);
        vec![r, s]
    }),
    ("activation of an identity whose source is an output", |n, c| {
        let a = conv3(n, "x", c, c);
        let b = n.node("Identity", &[&a], &[]);
        vec![relu(n, &b), a]
    }),
    ("activation of a flattened value whose source is read later", |n, c| {
        let a = n.node("GlobalAveragePool", &["x"], &[]);
        let a = n.conv(&a, [c, c, 1, 1], &[]);
        let f = n.node("Flatten", &[&a], &[]);
        let r = relu(n, &f);
        vec![r, n.node("Sigmoid", &[&a], &[])]
    }),
    ("activation of a flattened value", |n, c| {
        let a = n.node("GlobalAveragePool", &["x"], &[]);
        let a = n.conv(&a, [c, c, 1, 1], &[]);
        let f = n.node("Flatten", &[&a], &[]);
        vec![relu(n, &f)]
    }),
    ("chain of identities", |n, c| {
        let mut v = conv3(n, "x", c, c);
        for _ in 0..5 {
            v = n.node("Identity", &[&v], &[]);
        }
        let r = relu(n, &v);
        vec![n.node("Identity", &[&r], &[])]
    }),
    ("batch normalisation, slopes", |n, c| {
        let a = depthwise3(n, "x", c);
        let b = (UNARY[15].1)(n, &a, c);
        vec![slopes(n, &b, c)]
    }),
    ("batch normalisation after an activation", |n, c| {
        let a = conv3(n, "x", c, c);
        let a = relu(n, &a);
        vec![(UNARY[15].1)(n, &a, c)]
    }),
    ("batch normalisation of a convolution read elsewhere", |n, c| {
        let a = conv3(n, "x", c, c);
        let b = (UNARY[15].1)(n, &a, c);
        vec![b, relu(n, &a)]
    }),
    ("scale before a convolution", |n, c| {
        let b = (UNARY[15].1)(n, "x", c);
        vec![conv3(n, &b, c, 9)]
    }),
    ("three activations", |n, c| {
        let a = conv3(n, "x", c, c);
        let a = slopes(n, &a, c);
        let a = n.node("Sigmoid", &[&a], &[]);
        vec![slopes(n, &a, c)]
    }),
    ("residual padded by whole vectors", |n, c| {
        let p = pad(n, "x", [0, 0, 0, 0, 0, 8, 0, 0]);
        let a = conv3(n, "x", c, c + 8);
        let s = add(n, &a, &p);
        vec![slopes(n, &s, c + 8)]
    }),
    ("residual padded by odd channels", |n, c| {
        let p = pad(n, "x", [0, 0, 0, 0, 0, 3, 0, 0]);
        let a = conv3(n, "x", c, c + 3);
        let s = add(n, &p, &a);
        vec![relu(n, &s)]
    }),
    ("residual from a computed value, padded, read elsewhere", |n, c| {
        let m = n.node("MaxPool", &["x"], &[("kernel_shape", Ints(vec![2, 2])), ("strides", Ints(vec![2, 2]))]);
        let p = pad(n, &m, [0, 0, 0, 0, 0, 16, 0, 0]);
        let a = n.conv(&m, [c + 16, c, 3, 3], &same(3));
        let s = add(n, &a, &p);
        vec![s, relu(n, &p), relu(n, &m)]
    }),
    ("padding, convolution", |n, c| {
        let p = pad(n, "x", [0, 0, 0, 1, 0, 0, 2, 0]);
        let attributes = [("strides", Ints(vec![2, 2])), ("pads", Ints(vec![1, 0, 0, 1]))];
        vec![n.conv(&p, [9, c, 3, 3], &attributes)]
    }),
    ("padding read by a convolution and an activation", |n, c| {
        let p = pad(n, "x", [0, 0, 1, 1, 0, 0, 1, 1]);
        let a = n.conv(&p, [9, c, 3, 3], &[]);
        vec![a, n.node("Sigmoid", &[&p], &[])]
    }),
    ("padding of padding", |n, c| {
        let p = pad(n, "x", [0, 0, 1, 0, 0, 0, 0, 0]);
        let p = pad(n, &p, [0, 0, 0, 1, 0, 2, 0, 0]);
        vec![n.conv(&p, [9, c + 2, 3, 3], &same(3))]
    }),
    ("lowest padding, maximum, convolution", |n, c| {
        let pads = n.ints(&[0, 0, 1, 1, 0, 0, 1, 1]);
        let lowest = n.floats(&[f32::NEG_INFINITY]);
        let p = n.node("Pad", &["x", &pads, &lowest], &[]);
        let m = n.node("MaxPool", &[&p], &[("kernel_shape", Ints(vec![3, 3]))]);
        vec![conv3(n, &m, c, 9)]
    }),
    ("two readers with different padding", |n, c| {
        let a = relu(n, "x");
        let b = n.conv(&a, [9, c, 5, 5], &same(5));
        let [pads] = same(3);
        let d = n.conv(&a, [c, 1, 3, 3], &[pads, ("group", Int(c as i64)), ("strides", Ints(vec![2, 2]))]);
        let m = n.node("MaxPool", &[&a], &[("kernel_shape", Ints(vec![3, 3])), ("pads", Ints(vec![1; 4]))]);
        let f = n.node("Flatten", &[&a], &[]);
        vec![b, d, m, f]
    }),
    ("transposed and padded", |n, c| {
        let a = relu(n, "x");
        let t = n.node("Transpose", &[&a], &[("perm", Ints(vec![0, 2, 3, 1]))]);
        let b = conv3(n, &a, c, 9);
        let u = n.node("Transpose", &[&a], &[("perm", Ints(vec![0, 2, 3, 1]))]);
        vec![t, b, u]
    }),
    ("squeeze and excitation", |n, c| {
        let a = conv3(n, "x", c, c);
        let g = n.node("GlobalAveragePool", &[&a], &[]);
        let g = n.conv(&g, [4, c, 1, 1], &[]);
        let g = relu(n, &g);
        let g = n.conv(&g, [c, 4, 1, 1], &[]);
        let g = n.node("Sigmoid", &[&g], &[]);
        let m = n.node("Mul", &[&g, &a], &[]);
        let s = add(n, &m, "x");
        vec![conv3(n, &s, c, 3)]
    }),
    ("embedding head", |n, c| {
        let a = conv3(n, "x", c, c);
        let a = (UNARY[15].1)(n, &a, c);
        let a = n.node("Dropout", &[&a], &[]);
        let f = n.node("Flatten", &[&a], &[]);
        let w = n.weights(&[19, c * 6 * 5]);
        let b = n.weights(&[19]);
        let e = n.node("Gemm", &[&f, &w, &b], &[("transB", Int(1))]);
        vec![(UNARY[15].1)(n, &e, 19)]
    }),
    ("features back to an image with padding", |n, c| {
        let g = n.node("GlobalAveragePool", &["x"], &[]);
        let f = n.node("Flatten", &[&g], &[]);
        let w = n.weights(&[c, 20]);
        let e = n.node("MatMul", &[&f, &w], &[]);
        let s = n.ints(&[1, 20, 1, 1]);
        let i = n.node("Reshape", &[&e, &s], &[]);
        let y = n.conv(&i, [4, 20, 3, 3], &same(3));
        vec![y, relu(n, &e)]
    }),
    ("features as an image of several pixels", |n, c| {
        let f = n.node("Flatten", &["x"], &[]);
        let s = n.ints(&[1, 5, 6, c as i64]);
        let i = n.node("Reshape", &[&f, &s], &[]);
        vec![n.conv(&i, [4, 5, 3, 3], &same(3))]
    }),
    ("odd channels concatenated", |n, c| {
        let a = conv3(n, "x", c, 3);
        let a = relu(n, &a);
        let b = depthwise3(n, "x", c);
        let m = n.node("Concat", &[&a, &b, "x"], &[("axis", Int(1))]);
        let y = conv3(n, &m, 3 + 2 * c, 5);
        vec![y, relu(n, &m), a]
    }),
    ("an output read as an intermediate", |n, c| {
        let a = conv3(n, "x", c, c);
        let b = relu(n, &a);
        let d = conv3(n, &b, c, 4);
        vec![a, b, d]
    }),
    ("an output named twice", |n, c| {
        let a = conv3(n, "x", c, c);
        vec![a.clone(), a]
    }),
    ("upsampling pyramid", |n, c| {
        let window = [("kernel_shape", Ints(vec![2, 2])), ("strides", Ints(vec![2, 2]))];
        let small = n.node("AveragePool", &["x"], &window);
        let small = conv3(n, &small, c, c);
        let sizes = n.ints(&[1, c as i64, 6, 5]);
        let up = n.node("Resize", &[&small, "", "", &sizes], &[("mode", Attr::Text("linear"))]);
        let lateral = n.conv("x", [c, c, 1, 1], &[]);
        let s = add(n, &up, &lateral);
        vec![conv3(n, &s, c, 3), small]
    }),
    ("a sum of two values that nothing can absorb", |n, c| {
        let a = relu(n, "x");
        let b = n.node("Sigmoid", &["x"], &[]);
        let s = add(n, &a, &b);
        let s = slopes(n, &s, c);
        vec![n.node("Sigmoid", &[&s], &[])]
    }),
    ("a sum whose operand has one pixel", |n, c| {
        let a = conv3(n, "x", c, c);
        let g = n.node("GlobalAveragePool", &["x"], &[]);
        let s = add(n, &g, &a);
        vec![relu(n, &s)]
    }),
];

#[test]
fn patterns() {
    check_all(PATTERNS.iter().flat_map(|(name, build)| {
        CHANNELS.into_iter().map(move |channels| {
            let mut net = Net::new(channels, 6, 5);
            let outputs = build(&mut net, channels);
            let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
            (format!("{name}, {channels} channels"), net.with_outputs(&outputs))
        })
    }));
}

#[test]
fn every_pair_of_activations_after_every_producer() {
    type Producer = (&'static str, fn(&mut Net, usize) -> String);
    let producers: [Producer; 6] = [
        ("pointwise", |n, c| n.conv("x", [c, c, 1, 1], &[])),
        ("dense", |n, c| conv3(n, "x", c, c)),
        ("depthwise", |n, c| depthwise3(n, "x", c)),
        ("pool", |n, _| n.node("MaxPool", &["x"], &[("kernel_shape", Ints(vec![2, 2]))])),
        ("sum", |n, c| {
            let y = conv3(n, "x", c, c);
            add(n, &y, "x")
        }),
        ("product", |n, _| n.node("Mul", &["x", "x"], &[])),
    ];
    let mut rows = Vec::new();
    for (producer, build) in producers {
        for (first, a) in UNARY {
            for (second, b) in UNARY {
                for channels in [7, 16] {
                    let mut net = Net::new(channels, 4, 7);
                    let y = build(&mut net, channels);
                    let y = a(&mut net, &y, channels);
                    let y = b(&mut net, &y, channels);
                    rows.push((format!("{producer}, {first}, {second}, {channels} channels"), net.with_outputs(&[&y])));
                }
            }
        }
    }
    check_all(rows);
}

#[test]
fn channels_last_input() {
    check_all([1usize, 3, 4].into_iter().flat_map(|channels| {
        [false, true].map(|scaled| {
            let mut net = Net::new(channels, 9, 7);
            net.input = vec![1, 9, 7, channels as i64];
            net.channels_last = true;
            let x = if scaled {
                let c = net.weights(&[]);
                net.node("Mul", &["x", &c], &[])
            } else {
                "x".to_owned()
            };
            let t = net.node("Transpose", &[&x], &[("perm", Ints(vec![0, 3, 1, 2]))]);
            let y = conv3(&mut net, &t, channels, 9);
            let z = net.node("Transpose", &[&y], &[("perm", Ints(vec![0, 2, 3, 1]))]);
            let s = net.node("Sigmoid", &[&t], &[]);
            (format!("{channels} channels, scaled {scaled}"), net.with_outputs(&[&z, &s]))
        })
    }));
}
