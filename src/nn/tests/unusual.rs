//! The operators on tensors of any rank: what contradicts itself is refused, what is mutated never
//! panics. Whether they compute what they should is tested against ONNX Runtime (`tests/networks`).

use super::crafted::one;
use super::hostile::{flip_bytes, load_and_run};
use super::writer::{Attr, Net, Storage};
use crate::error::ErrorKind;
use crate::nn::lower::KNOWN;
use crate::nn::{Limits, Precision, compile};
use Attr::{Float, Floats, Int, Ints, Text};
use ErrorKind::{InvalidModel, LimitExceeded, UnsupportedOperator};

/// A network with most of these operators, in a few kilobytes.
fn small() -> Net {
    let mut n = Net::new(3, 6, 4);
    let zero = n.constant(&[], vec![0.0], Storage::RawI64);
    let (rest, one_axis) = (n.ints(&[-1]), n.ints(&[0]));
    let c = n.conv("x", [8, 3, 1, 1], &[]);
    let s = n.node("Shape", &[&c], &[]);
    let b = n.node("Gather", &[&s, &zero], &[]);
    let u = n.node("Unsqueeze", &[&b, &one_axis], &[]);
    let eight = n.ints(&[8]);
    let to = n.node("Concat", &[&u, &eight, &rest], &[("axis", Int(0))]);
    let r = n.node("Reshape", &[&c, &to], &[]);
    let t = n.node("Transpose", &[&r], &[("perm", Ints(vec![0, 2, 1]))]);
    let (g, h) = (n.weights(&[8]), n.weights(&[8]));
    let t = n.node("LayerNormalization", &[&t, &g, &h], &[]);
    let w = n.weights(&[8, 12]);
    let q = n.node("MatMul", &[&t, &w], &[]);
    let parts = n.node_of(3, "Split", &[&q], &[("axis", Int(-1))]);
    let k = n.node("Transpose", &[&parts[1]], &[("perm", Ints(vec![0, 2, 1]))]);
    let a = n.node("MatMul", &[&parts[0], &k], &[]);
    let a = n.node("Softmax", &[&a], &[("axis", Int(2))]);
    let y = n.node("MatMul", &[&a, &parts[2]], &[]);
    let y = n.node("HardSwish", &[&y], &[]);
    let e = n.node("ReduceL2", &[&y], &[("axes", Ints(vec![1])), ("keepdims", Int(1))]);
    let y = n.node("Div", &[&y, &e], &[]);
    let [start, end, axis, step] = [1, -1, 1, 3].map(|v| n.ints(&[v]));
    let y = n.node("Slice", &[&y, &start, &end, &axis, &step], &[]);
    let v = n.weights(&[3, 1, 2, 2]);
    let d = n.node("ConvTranspose", &["x", &v], &[("strides", Ints(vec![2, 2])), ("group", Int(3))]);
    let pads = n.ints(&[0, 0, 1, 1, 0, 0, 0, 2]);
    let d = n.node("Pad", &[&d, &pads], &[("mode", Text("reflect"))]);
    let scales = n.floats(&[1.0, 1.0, 0.5, 1.5]);
    let d = n.node("Resize", &[&d, "", &scales], &[("mode", Text("cubic"))]);
    let (i, j) = (n.weights(&[3]), n.weights(&[3]));
    let d = n.node("InstanceNormalization", &[&d, &i, &j], &[]);
    let d = n.node("MaxPool", &[&d], &[("kernel_shape", Ints(vec![2, 2])), ("ceil_mode", Int(1))]);
    let slopes = n.node("Constant", &[], &[("value_floats", Floats(vec![0.25]))]);
    let d = n.node("PRelu", &[&d, &slopes], &[]);
    let repeats = n.ints(&[1, 2, 1, 1]);
    let d = n.node("Tile", &[&d, &repeats], &[]);
    n.with_outputs(&[&y, &d])
}

#[test]
fn every_truncation_is_an_error_and_flipped_bytes_never_panic() {
    let bytes = small().encode();
    load_and_run(&bytes, &Limits::default()).unwrap();
    for len in 0..bytes.len() {
        assert!(compile(&bytes[..len], &Limits::default(), Precision::F32).is_err(), "cut at {len} of {}", bytes.len());
    }
    flip_bytes(&bytes);
}

fn changed(mut net: Net, change: impl FnOnce(&mut Net)) -> Net {
    change(&mut net);
    net
}

/// A node whose further inputs are lists of integers.
fn lists(op: &'static str, lists: &[&[i64]], attributes: &[(&'static str, Attr)]) -> Net {
    let names: Vec<String> = (0..lists.len()).map(|i| format!("c{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    changed(one(op, &names, attributes), |n| lists.iter().for_each(|list| drop(n.ints(list))))
}

fn turned(weights: &[usize], attributes: &[(&'static str, Attr)]) -> Net {
    changed(one("ConvTranspose", &["c0"], attributes), |n| drop(n.weights(weights)))
}

#[test]
fn what_contradicts_itself_is_refused() {
    let doubled = |times: usize| {
        changed(lists("Tile", &[&[1, 1, 64, 64]], &[]), |n| {
            for i in 0..times {
                n.node("Tile", &[&format!("v{i}"), "c0"], &[]);
            }
            n.outputs = vec![format!("v{times}")];
        })
    };
    let rows: Vec<(&str, ErrorKind, Net)> = vec![
        ("an empty slice", UnsupportedOperator, lists("Slice", &[&[3], &[3], &[1]], &[])),
        ("a slice by 0", UnsupportedOperator, lists("Slice", &[&[0], &[9], &[1], &[0]], &[])),
        ("a slice by −2^63", UnsupportedOperator, lists("Slice", &[&[0], &[9], &[1], &[i64::MIN]], &[])),
        ("a slice of an axis that is not there", UnsupportedOperator, lists("Slice", &[&[0], &[1], &[4]], &[])),
        ("starts without ends", InvalidModel, lists("Slice", &[&[0], &[]], &[])),
        ("a slice that is not known", UnsupportedOperator, one("Slice", &["x", "x"], &[])),
        ("parts that are too many", InvalidModel, lists("Split", &[&[1, 1, 1]], &[("axis", Int(1))])),
        ("parts below 0", InvalidModel, lists("Split", &[&[-1]], &[("axis", Int(1))])),
        ("parts that overflow", InvalidModel, lists("Split", &[&[i64::MAX, i64::MAX]], &[("axis", Int(1))])),
        ("an index out of range", InvalidModel, lists("Gather", &[&[3]], &[("axis", Int(1))])),
        ("an index far below 0", InvalidModel, lists("Gather", &[&[i64::MIN]], &[("axis", Int(1))])),
        ("no index", UnsupportedOperator, lists("Gather", &[&[]], &[("axis", Int(1))])),
        ("a spread that does not fit", InvalidModel, lists("Expand", &[&[1, 4, 6, 5]], &[])),
        ("a spread of 2^62", LimitExceeded, lists("Expand", &[&[1 << 62, 1, 1, 1, 1]], &[])),
        ("a spread that overflows", LimitExceeded, lists("Expand", &[&[1 << 62, 1 << 62, 1, 1, 1, 1]], &[])),
        ("a spread to nothing", UnsupportedOperator, lists("Expand", &[&[0, 3, 6, 5]], &[])),
        ("a negative spread", InvalidModel, lists("Expand", &[&[-1, 3, 6, 5]], &[])),
        ("nine axes", InvalidModel, lists("Expand", &[&[1; 9]], &[])),
        ("a tile of 2^62", LimitExceeded, lists("Tile", &[&[1, 1, 1 << 62, 1]], &[])),
        ("a tile of nothing", UnsupportedOperator, lists("Tile", &[&[1, 0, 1, 1]], &[])),
        ("tiles of tiles", LimitExceeded, doubled(3)),
        ("repeats that do not fit", InvalidModel, lists("Tile", &[&[1, 1]], &[])),
        ("blocks of 0", UnsupportedOperator, one("DepthToSpace", &[], &[("blocksize", Int(0))])),
        ("blocks that do not fit", InvalidModel, one("DepthToSpace", &[], &[("blocksize", Int(2))])),
        ("blocks of a plane that do not fit", InvalidModel, one("SpaceToDepth", &[], &[("blocksize", Int(4))])),
        ("a permutation of three", InvalidModel, one("Transpose", &[], &[("perm", Ints(vec![0, 1, 2]))])),
        ("a permutation twice", InvalidModel, one("Transpose", &[], &[("perm", Ints(vec![0, 1, 1, 2]))])),
        (
            "a reduction of an axis that is not there",
            UnsupportedOperator,
            one("ReduceMean", &[], &[("axes", Ints(vec![4]))]),
        ),
        (
            "a softmax of an axis that is not there",
            UnsupportedOperator,
            one("Softmax", &[], &[("axis", Int(i64::MIN))]),
        ),
        ("a third power", UnsupportedOperator, one("LpNormalization", &[], &[("p", Int(3))])),
        ("a scale of another length", UnsupportedOperator, {
            changed(one("LayerNormalization", &["c0"], &[]), |n| drop(n.weights(&[4])))
        }),
        ("groups that do not divide", InvalidModel, {
            changed(one("GroupNormalization", &["c0", "c0"], &[("num_groups", Int(2))]), |n| drop(n.weights(&[3])))
        }),
        ("no groups", InvalidModel, {
            changed(one("GroupNormalization", &["c0", "c0"], &[("num_groups", Int(0))]), |n| drop(n.weights(&[3])))
        }),
        ("matrices that do not fit", InvalidModel, one("MatMul", &["x"], &[])),
        ("a padding of 2^40", UnsupportedOperator, lists("Pad", &[&[0, 0, 1 << 40, 0, 0, 0, 0, 0]], &[])),
        ("a padding of −2^63", UnsupportedOperator, lists("Pad", &[&[0, 0, i64::MIN, 0, 0, 0, 0, 0]], &[])),
        ("a padding that leaves nothing", UnsupportedOperator, lists("Pad", &[&[0, 0, -6, 0, 0, 0, 0, 0]], &[])),
        ("pads that are too few", UnsupportedOperator, lists("Pad", &[&[0; 6]], &[])),
        ("a reflection beyond the axis", UnsupportedOperator, {
            lists("Pad", &[&[0, 0, 6, 0, 0, 0, 0, 0]], &[("mode", Text("reflect"))])
        }),
        ("a padding of another kind", UnsupportedOperator, {
            lists("Pad", &[&[0, 0, 1, 0, 0, 0, 0, 0]], &[("mode", Text("mirror"))])
        }),
        ("an edge of 60,000 in each direction", LimitExceeded, {
            lists("Pad", &[&[0, 0, 60_000, 60_000, 0, 0, 0, 0]], &[("mode", Text("edge"))])
        }),
        ("a transposed kernel of rank 3", UnsupportedOperator, turned(&[3, 4, 3], &[])),
        ("a transposed kernel of other channels", InvalidModel, turned(&[4, 4, 3, 3], &[])),
        ("a transposed kernel of no outputs", InvalidModel, turned(&[3, 0, 3, 3], &[])),
        ("a transposed kernel of 65", InvalidModel, turned(&[3, 1, 65, 1], &[])),
        ("a transposed stride of 0", UnsupportedOperator, turned(&[3, 4, 3, 3], &[("strides", Ints(vec![0, 1]))])),
        ("a transposed stride of 65,536", LimitExceeded, turned(&[3, 4, 3, 3], &[("strides", Ints(vec![65_536; 2]))])),
        (
            "transposed pads that leave nothing",
            UnsupportedOperator,
            turned(&[3, 4, 3, 3], &[("pads", Ints(vec![9; 4]))]),
        ),
        (
            "a transposed dilation of 65,536",
            LimitExceeded,
            turned(&[3, 4, 3, 3], &[("dilations", Ints(vec![65_536; 2]))]),
        ),
        ("a cubic resize to 2^62", LimitExceeded, {
            changed(one("Resize", &["", "", "c0"], &[("mode", Text("cubic"))]), |n| drop(n.ints(&[1, 3, 1 << 62, 5])))
        }),
        ("scales that are too few", UnsupportedOperator, {
            changed(one("Resize", &["", "c0"], &[]), |n| drop(n.floats(&[1.0, 2.0])))
        }),
        ("a slope that does not fit", InvalidModel, changed(one("PRelu", &["c0"], &[]), |n| drop(n.weights(&[4])))),
        (
            "a slope that is larger",
            InvalidModel,
            changed(one("PRelu", &["c0"], &[]), |n| drop(n.weights(&[2, 3, 6, 5]))),
        ),
        ("a range of 2^62", LimitExceeded, {
            let mut n = one("Relu", &[], &[]);
            let [a, b, c] = [0i64, 1 << 62, 1].map(|v| n.constant(&[], vec![v as f64], Storage::RawI64));
            n.node("Range", &[&a, &b, &c], &[]);
            n
        }),
        ("a constant shape of 2^62", LimitExceeded, {
            let mut n = one("Relu", &[], &[]);
            let sides = n.ints(&[1 << 62]);
            n.node("ConstantOfShape", &[&sides], &[]);
            n
        }),
        ("a division of sides by 0", InvalidModel, {
            let mut n = one("Relu", &[], &[]);
            let zero = n.ints(&[0]);
            let s = n.node("Shape", &["x"], &[]);
            n.node("Div", &[&s, &zero], &[]);
            n
        }),
        ("the exponent of an integer", InvalidModel, {
            let mut n = one("Relu", &[], &[]);
            let (two, many) = (n.ints(&[2]), n.ints(&[64]));
            n.node("Pow", &[&two, &many], &[]);
            n
        }),
        ("a sum of nothing", InvalidModel, changed(one("Sum", &[], &[]), |n| n.nodes[0].inputs.clear())),
        ("a text as a constant", UnsupportedOperator, {
            changed(one("Relu", &[], &[]), |n| drop(n.node("Constant", &[], &[("value_string", Text("a"))])))
        }),
        ("weights that are elsewhere", InvalidModel, {
            let mut n = Net::new(3, 6, 5);
            let w = n.constant(&[4, 3, 1, 1], vec![0.0; 12], Storage::External { file: "w", offset: usize::MAX });
            let y = n.node("Conv", &["x", &w], &[]);
            n.with_outputs(&[&y])
        }),
        ("an alpha that is a list", InvalidModel, one("Elu", &[], &[("alpha", Floats(vec![1.0]))])),
        ("a block that is a float", InvalidModel, one("DepthToSpace", &[], &[("blocksize", Float(2.0))])),
    ];
    let mut failures = Vec::new();
    for (name, kind, net) in &rows {
        match load_and_run(&net.encode(), &Limits::default()) {
            Err(error) if error.kind() == *kind => {}
            other => {
                failures.push(format!("\n  {name}: {:?}, not {kind:?}", other.map_err(|e| (e.kind(), e.to_string()))))
            }
        }
    }
    assert!(failures.is_empty(), "{} of {} rows fail:{}", failures.len(), rows.len(), failures.concat());
}

/// Values that break arithmetic come out as what they are, and break nothing.
#[test]
fn no_number_breaks_an_operator() {
    let graph = crate::nn::onnx::read(&small().encode(), &[], &Limits::default()).unwrap();
    let program = crate::nn::Program::compile(graph, &Limits::default(), Precision::F32).unwrap();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e-42, -0.0] {
        let mut seen = 0;
        program.run(&[bad; 72], |_, values| seen += values.len()).unwrap();
        assert_eq!(seen, program.outputs().map(|(_, shape)| shape.iter().product::<usize>()).sum::<usize>(), "{bad}");
    }
}

/// What a survey takes for known is lowered, and what is lowered is taken for known.
#[test]
fn the_list_of_operators_is_that_of_the_lowering() {
    let unknown = |op: &'static str| {
        let error = compile(&one(op, &[], &[]).encode(), &Limits::default(), Precision::F32).err();
        error.is_some_and(|e| e.to_string().contains("the native executor does not have it"))
    };
    let only_constants = [
        "And",
        "ConstantOfShape",
        "Equal",
        "Greater",
        "GreaterOrEqual",
        "Less",
        "LessOrEqual",
        "Mod",
        "Not",
        "Or",
        "Range",
        "Where",
    ];
    for op in KNOWN.iter().copied().filter(|op| !only_constants.contains(op)) {
        assert!(!unknown(op), "{op}");
    }
    assert!(KNOWN.is_sorted() && unknown("LRN"));
}
