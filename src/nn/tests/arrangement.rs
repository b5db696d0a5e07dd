//! Operators that move values and compute little: padding, resizing, shapes, concatenation,
//! constants.

use super::check_all;
use super::operators::{CHANNELS, SIZES, single};
use super::writer::{Attr, Constant, Storage};
use Attr::{Float, Int, Ints, Text};

#[test]
fn padding() {
    let mut rows = Vec::new();
    for channels in CHANNELS {
        for (h, w) in SIZES {
            for pads in [
                [0i64, 0, 1, 1, 0, 0, 1, 1],
                [0, 0, 0, 2, 0, 0, 1, 0],
                [0, 0, 0, 0, 0, 5, 0, 0],
                [0, 0, 1, 0, 0, 8, 0, 2],
            ] {
                for fill in [None, Some(0.0), Some(-2.5)] {
                    let name = format!("{pads:?} with {fill:?} on {channels}×{h}×{w}");
                    let by_input = single((channels, h, w), |n| {
                        let p = n.ints(&pads);
                        match fill {
                            Some(v) => {
                                let v = n.constant(&[], vec![f64::from(v)], Storage::RawF32);
                                n.node("Pad", &["x", &p, &v], &[])
                            }
                            None => n.node("Pad", &["x", &p], &[]),
                        }
                    });
                    rows.push((format!("inputs {name}"), by_input));
                    let by_attribute = single((channels, h, w), |n| {
                        n.opset = 10;
                        let attributes = [("pads", Ints(pads.to_vec())), ("value", Float(fill.unwrap_or(0.0)))];
                        n.node("Pad", &["x"], &attributes)
                    });
                    rows.push((format!("attributes {name}"), by_attribute));
                }
            }
        }
    }
    check_all(rows);
}

#[test]
fn resizing() {
    let mut rows = Vec::new();
    for transform in ["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners"] {
        for (mode, nearest) in [
            ("linear", "round_prefer_floor"),
            ("nearest", "round_prefer_floor"),
            ("nearest", "round_prefer_ceil"),
            ("nearest", "floor"),
            ("nearest", "ceil"),
        ] {
            let attributes = [
                ("coordinate_transformation_mode", Text(transform)),
                ("mode", Text(mode)),
                ("nearest_mode", Text(nearest)),
            ];
            for channels in [1, 8, 17] {
                for (h, w) in SIZES {
                    let name = format!("{transform} {mode} {nearest} on {channels}×{h}×{w}");
                    for scale in [2.0f32, 1.0, 0.5, 4.0, 1.5] {
                        if (scale * h.min(w) as f32) < 1.0 {
                            continue;
                        }
                        let net = single((channels, h, w), |n| {
                            let scales = n.floats(&[1.0, 1.0, scale, scale]);
                            n.node("Resize", &["x", "", &scales], &attributes)
                        });
                        rows.push((format!("{name} by {scale}"), net));
                    }
                    for (th, tw) in [(1, 1), (4, 10), (10, 3)] {
                        let net = single((channels, h, w), |n| {
                            let sizes = n.ints(&[1, channels as i64, th, tw]);
                            n.node("Resize", &["x", "", "", &sizes], &attributes)
                        });
                        rows.push((format!("{name} to {th}×{tw}"), net));
                    }
                }
            }
        }
    }
    check_all(rows);
}

#[test]
fn shapes() {
    let mut rows = Vec::new();
    for channels in CHANNELS {
        for (h, w) in SIZES {
            let (c, plane) = (channels as i64, (h * w) as i64);
            let shape = (channels, h, w);
            let name = |what: &str| format!("{what} on {channels}×{h}×{w}");
            rows.push((name("Flatten"), single(shape, |n| n.node("Flatten", &["x"], &[]))));
            rows.push((
                name("Transpose"),
                single(shape, |n| n.node("Transpose", &["x"], &[("perm", Ints(vec![0, 2, 3, 1]))])),
            ));
            for wanted in [
                vec![1, -1],
                vec![0, c, plane],
                vec![0, 0, -1],
                vec![1, plane, c, 1],
                vec![-1, 1, c, plane],
                vec![-1, 1],
            ] {
                let net = single(shape, |n| {
                    let s = n.ints(&wanted);
                    n.node("Reshape", &["x", &s], &[])
                });
                rows.push((name(&format!("Reshape {wanted:?}")), net));
            }
            let anchors = single(shape, |n| {
                let t = n.node("Transpose", &["x"], &[("perm", Ints(vec![0, 2, 3, 1]))]);
                let s = n.ints(&[1, -1, c]);
                n.node("Reshape", &[&t, &s], &[])
            });
            rows.push((name("Transpose, Reshape"), anchors));
            let there_and_back = single(shape, |n| {
                let t = n.node("Transpose", &["x"], &[("perm", Ints(vec![0, 2, 3, 1]))]);
                let b = n.node("Transpose", &[&t], &[("perm", Ints(vec![0, 3, 1, 2]))]);
                n.conv(&b, [5, channels, 1, 1], &[])
            });
            rows.push((name("Transpose twice"), there_and_back));
            let squeezed = single(shape, |n| {
                let g = n.node("GlobalAveragePool", &["x"], &[]);
                let axes = n.ints(&[-1, 2]);
                let s = n.node("Squeeze", &[&g, &axes], &[]);
                let axes = n.ints(&[-1, 2]);
                let u = n.node("Unsqueeze", &[&s, &axes], &[]);
                n.conv(&u, [5, channels, 1, 1], &[])
            });
            rows.push((name("Squeeze, Unsqueeze"), squeezed));
        }
    }
    check_all(rows);
}

#[test]
fn concatenation() {
    let mut rows = Vec::new();
    for a in CHANNELS {
        for b in [1, 8, 5] {
            for (h, w) in [(1, 1), (5, 7)] {
                let image = single((a, h, w), |n| {
                    let v = n.conv("x", [b, a, 1, 1], &[]);
                    n.node("Concat", &["x", &v, "x"], &[("axis", Int(1))])
                });
                rows.push((format!("images {a} {b} on {h}×{w}"), image));
                let anchors = |axis: i64| {
                    single((a, h, w), |n| {
                        let v = n.conv("x", [a, a, 1, 1], &[]);
                        let flat = [v, "x".into()].map(|v| {
                            let t = n.node("Transpose", &[&v], &[("perm", Ints(vec![0, 2, 3, 1]))]);
                            let s = n.ints(&[1, -1, a as i64]);
                            n.node("Reshape", &[&t, &s], &[])
                        });
                        n.node("Concat", &[&flat[0], &flat[1]], &[("axis", Int(axis))])
                    })
                };
                rows.push((format!("rows of {a} on {h}×{w}"), anchors(1)));
                rows.push((format!("columns of {a} on {h}×{w}"), anchors(-1)));
            }
        }
    }
    check_all(rows);
}

#[test]
fn constants_of_every_storage() {
    let storages = [Storage::RawF32, Storage::TypedF32, Storage::RawF16, Storage::TypedF16];
    check_all(storages.into_iter().flat_map(|storage| {
        let build = |cast: bool, node: bool| {
            single((3, 4, 5), |n| {
                let values: Vec<f64> = (0..15).map(|_| n.random()).collect();
                let mut w = n.constant(&[5, 3, 1, 1], values, storage);
                if node {
                    let constant: Constant = n.constants.pop().unwrap();
                    w = n.node("Constant", &[], &[("value", Attr::Constant(constant))]);
                }
                if cast {
                    w = n.node("Cast", &[&w], &[("to", Int(1))]);
                }
                n.node("Conv", &["x", &w], &[])
            })
        };
        [(false, false), (true, false), (false, true), (true, true)]
            .map(|(cast, node)| (format!("{storage:?}, cast {cast}, node {node}"), build(cast, node)))
    }));
}

#[test]
fn shapes_of_either_storage() {
    check_all([Storage::RawI64, Storage::TypedI64].map(|storage| {
        let net = single((3, 4, 5), |n| {
            let s = n.constant(&[3], vec![1.0, -1.0, 5.0], storage);
            n.node("Reshape", &["x", &s], &[])
        });
        (format!("{storage:?}"), net)
    }));
}
