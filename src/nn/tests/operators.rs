//! Every operator alone, over many shapes.

use super::check_all;
use super::writer::{Attr, Net, Storage};
use Attr::{Float, Int, Ints, Text};

/// Around whole vectors of 8 and panels of 16.
pub const CHANNELS: [usize; 8] = [1, 3, 7, 8, 12, 16, 17, 33];
pub const SIZES: [(usize, usize); 5] = [(1, 1), (2, 5), (5, 7), (7, 2), (13, 13)];

/// One node on an image of (channels, height, width).
pub fn single(shape: (usize, usize, usize), build: impl FnOnce(&mut Net) -> String) -> Net {
    let mut net = Net::new(shape.0, shape.1, shape.2);
    let output = build(&mut net);
    net.with_outputs(&[&output])
}

/// The output size of a window along one axis, if it is not empty.
fn fits(size: usize, kernel: usize, dilation: usize, pads: usize) -> bool {
    size + pads > (kernel - 1) * dilation
}

#[test]
fn pointwise_convolutions() {
    check_all(CHANNELS.iter().flat_map(|from| {
        CHANNELS.iter().flat_map(move |to| {
            SIZES.iter().map(move |(h, w)| {
                let net = single((*from, *h, *w), |n| n.conv("x", [*to, *from, 1, 1], &[]));
                (format!("{from} to {to} on {h}×{w}"), net)
            })
        })
    }));
}

#[test]
fn convolutions_of_every_window() {
    let mut rows = Vec::new();
    for (kh, kw) in [(1, 1), (1, 3), (3, 1), (2, 2), (3, 3), (5, 5), (7, 7), (4, 3)] {
        for (sy, sx) in [(1, 1), (2, 2), (1, 2), (3, 1)] {
            for (dy, dx) in [(1, 1), (2, 1), (1, 2), (2, 3)] {
                for pads in [[0i64, 0, 0, 0], [1, 1, 1, 1], [0, 1, 2, 3], [2, 0, 0, 1]] {
                    for (groups, from, to) in
                        [(1, 3, 5), (1, 8, 17), (8, 8, 8), (3, 3, 3), (17, 17, 17), (2, 6, 4), (4, 4, 8)]
                    {
                        let (h, w) = [(5, 7), (13, 6), (9, 13)][rows.len() % 3];
                        let padding = |i: usize| (pads[i] + pads[i + 2]) as usize;
                        if !fits(h, kh, dy, padding(0)) || !fits(w, kw, dx, padding(1)) {
                            continue;
                        }
                        let attributes = [
                            ("strides", Ints(vec![sy, sx])),
                            ("dilations", Ints(vec![dy as i64, dx as i64])),
                            ("pads", Ints(pads.to_vec())),
                            ("group", Int(groups as i64)),
                        ];
                        let net = single((from, h, w), |n| n.conv("x", [to, from / groups, kh, kw], &attributes));
                        let name = format!(
                            "{kh}×{kw} on {from}×{h}×{w} to {to} in {groups} groups, strides {sy} {sx}, dilations {dy} {dx}, pads {pads:?}"
                        );
                        rows.push((name, net));
                    }
                }
            }
        }
    }
    check_all(rows);
}

#[test]
fn depthwise_convolutions_of_every_size() {
    let mut rows = Vec::new();
    for channels in [2, 7, 8, 12, 33] {
        for kernel in [1, 3, 5, 7] {
            for stride in [1, 2, 3] {
                for size in [1, 2, 5, 7, 13, 18] {
                    let pad = kernel as i64 / 2;
                    let attributes = [
                        ("strides", Ints(vec![stride; 2])),
                        ("pads", Ints(vec![pad; 4])),
                        ("group", Int(channels as i64)),
                    ];
                    let net =
                        single((channels, size, size), |n| n.conv("x", [channels, 1, kernel, kernel], &attributes));
                    rows.push((format!("{kernel}×{kernel} stride {stride} on {channels}×{size}×{size}"), net));
                }
            }
        }
    }
    check_all(rows);
}

#[test]
fn automatic_padding() {
    let mut rows = Vec::new();
    for mode in ["SAME_UPPER", "SAME_LOWER", "VALID"] {
        for kernel in [1, 2, 3, 5] {
            for stride in [1, 2, 3] {
                for (h, w) in [(5, 7), (7, 6), (13, 5)] {
                    let window = [("auto_pad", Text(mode)), ("strides", Ints(vec![stride; 2]))];
                    let name = format!("{mode} {kernel} stride {stride} on {h}×{w}");
                    rows.push((
                        format!("Conv {name}"),
                        single((3, h, w), |n| n.conv("x", [4, 3, kernel, kernel], &window)),
                    ));
                    let padded = single((3, h, w), |n| {
                        let pads = n.ints(&[0, 0, 1, 0, 0, 0, 2, 1]);
                        let p = n.node("Pad", &["x", &pads], &[]);
                        n.conv(&p, [4, 3, kernel, kernel], &window)
                    });
                    rows.push((format!("Pad, Conv {name}"), padded));
                    let mut pool = window.to_vec();
                    pool.push(("kernel_shape", Ints(vec![kernel as i64; 2])));
                    for op in ["MaxPool", "AveragePool"] {
                        rows.push((format!("{op} {name}"), single((3, h, w), |n| n.node(op, &["x"], &pool))));
                    }
                }
            }
        }
    }
    check_all(rows);
}

#[test]
fn pooling() {
    let mut rows = Vec::new();
    for channels in CHANNELS {
        for (h, w) in SIZES {
            rows.push((
                format!("global {channels}×{h}×{w}"),
                single((channels, h, w), |n| n.node("GlobalAveragePool", &["x"], &[])),
            ));
            for (kh, kw) in [(2, 2), (3, 3), (1, 2), (3, 2), (5, 7)] {
                for stride in [1, 2, 3] {
                    for pads in [[0i64; 4], [1, 1, 1, 1], [0, 0, 1, 1], [1, 0, 0, 1]] {
                        let wide = pads[0].max(pads[2]) >= kh as i64 || pads[1].max(pads[3]) >= kw as i64;
                        let padding = |i: usize| (pads[i] + pads[i + 2]) as usize;
                        if wide || !fits(h, kh, 1, padding(0)) || !fits(w, kw, 1, padding(1)) {
                            continue;
                        }
                        let mut window = vec![
                            ("kernel_shape", Ints(vec![kh as i64, kw as i64])),
                            ("strides", Ints(vec![stride; 2])),
                            ("pads", Ints(pads.to_vec())),
                        ];
                        let name = format!("{kh}×{kw} stride {stride} pads {pads:?} on {channels}×{h}×{w}");
                        for op in ["MaxPool", "AveragePool"] {
                            rows.push((
                                format!("{op} {name}"),
                                single((channels, h, w), |n| n.node(op, &["x"], &window)),
                            ));
                        }
                        window.push(("count_include_pad", Int(1)));
                        rows.push((
                            format!("with padding {name}"),
                            single((channels, h, w), |n| n.node("AveragePool", &["x"], &window)),
                        ));
                    }
                }
            }
        }
    }
    check_all(rows);
}

#[test]
fn fully_connected() {
    let mut rows = Vec::new();
    for from in [1usize, 7, 8, 17, 48, 130] {
        for to in CHANNELS {
            for transposed in [false, true] {
                for bias in [None, Some(vec![to]), Some(vec![1]), Some(vec![1, to]), Some(vec![])] {
                    let net = single((from, 1, 1), |n| {
                        let flat = n.node("Flatten", &["x"], &[]);
                        let w = n.weights(&if transposed { [to, from] } else { [from, to] });
                        let mut inputs = vec![flat, w];
                        inputs.extend(bias.as_ref().map(|shape| n.weights(shape)));
                        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
                        let factors =
                            [("alpha", Float(0.5)), ("beta", Float(3.0)), ("transB", Int(i64::from(transposed)))];
                        n.node("Gemm", &inputs, &factors)
                    });
                    rows.push((format!("Gemm {from} to {to}, transposed {transposed}, bias {bias:?}"), net));
                }
            }
            let net = single((from, 1, 1), |n| {
                let flat = n.node("Flatten", &["x"], &[]);
                let w = n.weights(&[from, to]);
                n.node("MatMul", &[&flat, &w], &[])
            });
            rows.push((format!("MatMul {from} to {to}"), net));
        }
    }
    check_all(rows);
}

/// Activations and operations with constants: name, and what adds it to a network.
type Unary = (&'static str, fn(&mut Net, &str, usize) -> String);

pub const UNARY: [Unary; 17] = [
    ("Relu", |n, x, _| n.node("Relu", &[x], &[])),
    ("LeakyRelu", |n, x, _| n.node("LeakyRelu", &[x], &[("alpha", Float(0.3))])),
    ("PRelu one", |n, x, _| {
        let s = n.weights(&[1]);
        n.node("PRelu", &[x, &s], &[])
    }),
    ("PRelu per channel", |n, x, c| {
        let s = n.weights(&[c, 1, 1]);
        n.node("PRelu", &[x, &s], &[])
    }),
    ("Sigmoid", |n, x, _| n.node("Sigmoid", &[x], &[])),
    ("Clip both", |n, x, _| {
        let (low, high) = (n.constant(&[], vec![-0.25], Storage::RawF32), n.constant(&[], vec![0.5], Storage::RawF32));
        n.node("Clip", &[x, &low, &high], &[])
    }),
    ("Clip above only", |n, x, _| {
        let high = n.constant(&[], vec![0.125], Storage::TypedF32);
        n.node("Clip", &[x, "", &high], &[])
    }),
    ("Clip by attributes", |n, x, _| n.node("Clip", &[x], &[("min", Float(0.1)), ("max", Float(0.6))])),
    ("Add constant", |n, x, c| {
        let v = n.weights(&[1, c, 1, 1]);
        n.node("Add", &[x, &v], &[])
    }),
    ("constant Add", |n, x, _| {
        let v = n.weights(&[]);
        n.node("Add", &[&v, x], &[])
    }),
    ("Mul constant", |n, x, c| {
        let v = n.weights(&[c, 1, 1]);
        n.node("Mul", &[x, &v], &[])
    }),
    ("constant Mul", |n, x, _| {
        let v = n.weights(&[1]);
        n.node("Mul", &[&v, x], &[])
    }),
    ("Sub constant", |n, x, c| {
        let v = n.weights(&[c, 1, 1]);
        n.node("Sub", &[x, &v], &[])
    }),
    ("constant Sub", |n, x, c| {
        let v = n.weights(&[c, 1, 1]);
        n.node("Sub", &[&v, x], &[])
    }),
    ("Div constant", |n, x, c| {
        let v = n.weights_between(&[1, c, 1, 1], 0.5, 2.0);
        n.node("Div", &[x, &v], &[])
    }),
    ("BatchNormalization", |n, x, c| {
        let [scale, bias, mean] = [0, 1, 2].map(|_| n.weights(&[c]));
        let variance = n.weights_between(&[c], 0.1, 2.0);
        n.node("BatchNormalization", &[x, &scale, &bias, &mean, &variance], &[("epsilon", Float(1e-3))])
    }),
    ("Identity", |n, x, _| n.node("Identity", &[x], &[])),
];

#[test]
fn activations_and_constant_operands() {
    let mut rows = Vec::new();
    for (name, add) in UNARY {
        for channels in CHANNELS {
            for (h, w) in SIZES {
                let net = single((channels, h, w), |n| add(n, "x", channels));
                rows.push((format!("{name} on {channels}×{h}×{w}"), net));
            }
        }
    }
    check_all(rows);
}

#[test]
fn sums_and_products_of_two_values() {
    let mut rows = Vec::new();
    for channels in CHANNELS {
        for (h, w) in SIZES {
            for op in ["Add", "Mul", "Sub"] {
                let name = format!("{op} on {channels}×{h}×{w}");
                rows.push((format!("{name}, itself"), single((channels, h, w), |n| n.node(op, &["x", "x"], &[]))));
                let two = single((channels, h, w), |n| {
                    let r = n.node("Relu", &["x"], &[]);
                    n.node(op, &[&r, "x"], &[])
                });
                rows.push((format!("{name}, two"), two));
                for swapped in [false, true] {
                    let factor = single((channels, h, w), |n| {
                        let g = n.node("GlobalAveragePool", &["x"], &[]);
                        n.node(op, &if swapped { [&g, "x"] } else { ["x", &g] }, &[])
                    });
                    rows.push((format!("{name}, one per channel, swapped {swapped}"), factor));
                }
            }
        }
    }
    check_all(rows);
}
