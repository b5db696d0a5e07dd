//! Pooling, padding, resizing, transposed convolutions.

use super::{at, row};
use crate::compare::compare_all;
use crate::writer::{Attr, Storage};
use Attr::{Float, Floats, Int, Ints, Text};

#[test]
fn windows_and_sizes() {
    let mut rows = Vec::new();
    for op in ["MaxPool", "AveragePool"] {
        for (kernel, stride, pads) in [(2, 2, 0), (3, 2, 0), (3, 2, 1), (2, 3, 0), (3, 3, 1)] {
            for include in [0, 1] {
                if op == "MaxPool" && include == 1 {
                    continue;
                }
                rows.push(at(
                    19,
                    format!("{op} {kernel} stride {stride} pads {pads} with ceil_mode, include {include}"),
                    |n| {
                        let mut attributes = vec![
                            ("kernel_shape", Ints(vec![kernel; 2])),
                            ("strides", Ints(vec![stride; 2])),
                            ("pads", Ints(vec![pads; 4])),
                            ("ceil_mode", Int(1)),
                        ];
                        attributes.extend((op == "AveragePool").then_some(("count_include_pad", Int(include))));
                        n.node(op, &["x"], &attributes)
                    },
                ));
            }
        }
    }
    for (opset, mode) in [(11, "reflect"), (11, "edge"), (13, "constant"), (18, "reflect"), (18, "edge"), (19, "wrap")]
    {
        for pads in [[0, 0, 1, 2, 0, 0, 2, 1], [0, 1, 0, 0, 0, 1, 0, 3], [0, 0, -1, 0, 0, 0, 0, -2]] {
            rows.push(at(opset, format!("Pad {mode} {pads:?}"), |n| {
                let p = n.ints(&pads);
                let fill = n.constant(&[], vec![0.5], Storage::RawF32);
                let inputs: &[&str] = if mode == "constant" { &["x", &p, &fill] } else { &["x", &p] };
                n.node("Pad", inputs, &[("mode", Text(mode))])
            }));
        }
    }
    rows.push(at(18, "Pad along axes", |n| {
        let (p, axes) = (n.ints(&[1, 2]), n.ints(&[-1]));
        let y = n.node("Pad", &["x", &p, "", &axes], &[("mode", Text("reflect"))]);
        n.conv(&y, [4, 3, 3, 3], &[])
    }));
    rows.push(at(9, "Pad by attributes", |n| {
        n.node("Pad", &["x"], &[("pads", Ints(vec![0, 0, 1, 1, 0, 0, 1, 1])), ("mode", Text("reflect"))])
    }));
    for transform in ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric"] {
        for mode in ["nearest", "linear", "cubic"] {
            for scales in [[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 1.5, 0.6]] {
                let opset = if transform == "half_pixel_symmetric" { 19 } else { 13 };
                rows.push(at(opset, format!("Resize {mode} {transform} by {scales:?}"), |n| {
                    let s = n.floats(&scales);
                    let attributes = [("mode", Text(mode)), ("coordinate_transformation_mode", Text(transform))];
                    n.node("Resize", &["x", "", &s], &attributes)
                }));
            }
            rows.push(at(13, format!("Resize {mode} {transform} to sizes"), |n| {
                if transform == "half_pixel_symmetric" {
                    return n.node("Tanh", &["x"], &[]);
                }
                let s = n.ints(&[1, 3, 9, 4]);
                let attributes = [("mode", Text(mode)), ("coordinate_transformation_mode", Text(transform))];
                n.node("Resize", &["x", "", "", &s], &attributes)
            }));
        }
    }
    rows.push(row("Resize cubic, outside excluded", |n| {
        let s = n.floats(&[1.0, 1.0, 2.0, 3.0]);
        let attributes = [("mode", Text("cubic")), ("exclude_outside", Int(1)), ("cubic_coeff_a", Float(-0.5))];
        n.node("Resize", &["x", "", &s], &attributes)
    }));
    rows.push(at(18, "Resize along axes", |n| {
        let s = n.floats(&[2.0, 3.0]);
        n.node("Resize", &["x", "", &s], &[("axes", Ints(vec![2, 3])), ("mode", Text("linear"))])
    }));
    for policy in ["not_larger", "not_smaller"] {
        rows.push(at(18, format!("Resize {policy}"), |n| {
            let s = n.ints(&[12, 9]);
            let attributes = [("axes", Ints(vec![2, 3])), ("keep_aspect_ratio_policy", Text(policy))];
            n.node("Resize", &["x", "", "", &s], &attributes)
        }));
    }
    for mode in ["nearest", "linear"] {
        for (opset, op) in [(9, "Upsample"), (10, "Resize")] {
            rows.push(at(opset, format!("{op} {mode}"), |n| {
                let s = n.floats(&[1.0, 1.0, 2.0, 2.0]);
                n.node(op, &["x", &s], &[("mode", Text(mode))])
            }));
        }
        rows.push(at(8, format!("Upsample {mode} by an attribute"), |n| {
            n.node("Upsample", &["x"], &[("mode", Text(mode)), ("scales", Floats(vec![1.0, 1.0, 2.0, 2.0]))])
        }));
    }
    rows.push(at(11, "Resize with an empty region and empty scales", |n| {
        let (roi, s, z) = (n.floats(&[]), n.floats(&[]), n.ints(&[1, 3, 12, 10]));
        n.node("Resize", &["x", &roi, &s, &z], &[("mode", Text("linear"))])
    }));
    compare_all(rows);
}

#[test]
fn transposed_convolutions() {
    let mut rows = Vec::new();
    for (kernel, stride, pads, more, dilation) in [
        (2, 2, 0, 0, 1),
        (4, 2, 1, 0, 1),
        (3, 2, 1, 1, 1),
        (3, 1, 1, 0, 1),
        (3, 3, 0, 0, 1),
        (3, 2, 0, 0, 2),
        (1, 2, 0, 1, 1),
    ] {
        for (group, outputs) in [(1, 5), (4, 1), (2, 3)] {
            rows.push(row(
                format!("{kernel} stride {stride} pads {pads} more {more} dilation {dilation} in {group} groups"),
                |n| {
                    let c = n.conv("x", [4, 3, 1, 1], &[]);
                    let (w, b) = (n.weights(&[4, outputs, kernel, kernel]), n.weights(&[outputs * group]));
                    let attributes = [
                        ("strides", Ints(vec![stride; 2])),
                        ("pads", Ints(vec![pads; 4])),
                        ("output_padding", Ints(vec![more; 2])),
                        ("dilations", Ints(vec![dilation; 2])),
                        ("group", Int(group as i64)),
                    ];
                    let y = n.node("ConvTranspose", &[&c, &w, &b], &attributes);
                    n.node("Relu", &[&y], &[])
                },
            ));
        }
    }
    for auto in ["SAME_UPPER", "SAME_LOWER"] {
        rows.push(row(auto, |n| {
            let w = n.weights(&[3, 4, 3, 3]);
            n.node("ConvTranspose", &["x", &w], &[("auto_pad", Text(auto)), ("strides", Ints(vec![2, 2]))])
        }));
    }
    compare_all(rows);
}
