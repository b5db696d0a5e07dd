//! Weights that are stored as integers, and constants that only change their shape or type.

use super::check_all;
use super::hostile::flip_bytes;
use super::writer::{Attr, Net, Storage};
use crate::error::ErrorKind;
use crate::nn::{Limits, Precision, compile};
use Attr::{Int, Ints};

/// How weights are stored, and scales beside them.
#[derive(Debug, Clone, Copy)]
struct Stored {
    bits: u32,
    signed: bool,
    raw: bool,
    zeros: bool,
}

impl Stored {
    fn all() -> impl Iterator<Item = Self> {
        (0..16).map(|i| Self {
            bits: if i & 1 == 0 { 8 } else { 4 },
            signed: i & 2 == 0,
            raw: i & 4 == 0,
            zeros: i & 8 == 0,
        })
    }

    /// Random integers of this type.
    fn codes(self, net: &mut Net, shape: &[usize]) -> String {
        let half = f64::from(1u32 << (self.bits - 1));
        let middle = if self.signed { 0.0 } else { half };
        let values = (0..shape.iter().product()).map(|_| (net.random() * half + middle).floor()).collect();
        net.constant(shape, values, Storage::Codes { bits: self.bits, signed: self.signed, raw: self.raw })
    }

    /// Weights of `shape` behind a DequantizeLinear whose scales have the shape `scale`.
    fn weights(self, net: &mut Net, shape: &[usize], scale: &[usize], how: &[(&'static str, Attr)]) -> String {
        let codes = self.codes(net, shape);
        let scales = net.weights_between(scale, 0.01, 0.1);
        if !self.zeros {
            return net.node("DequantizeLinear", &[&codes, &scales], how);
        }
        let zeros = self.codes(net, scale);
        net.node("DequantizeLinear", &[&codes, &scales, &zeros], how)
    }
}

#[test]
fn convolutions_read_integers() {
    let mut rows = Vec::new();
    let whole = (vec![], vec![]);
    let first = (vec![6], vec![("axis", Int(0))]);
    let last = (vec![3], vec![("axis", Int(-1))]);
    let blocks = (vec![6, 3, 3, 3], vec![("axis", Int(1)), ("block_size", Int(3))]);
    let short = (vec![6, 7, 1, 3], vec![("axis", Int(-2)), ("block_size", Int(4))]);
    for (scale, how) in [whole, (vec![1], vec![]), first, last, blocks, short] {
        for stored in Stored::all() {
            let mut net = Net::new(7, 5, 6);
            net.opset = 21;
            let w = stored.weights(&mut net, &[6, 7, 3, 3], &scale, &how);
            let y = net.node("Conv", &["x", &w], &[]);
            rows.push((format!("{stored:?}, scales {scale:?}"), net.with_outputs(&[&y])));
        }
    }
    check_all(rows);
}

#[test]
fn fully_connected_layers_read_integers() {
    let mut rows = Vec::new();
    for (features, outputs) in [(64, 1), (64, 8), (192, 17), (128, 24), (63, 3), (30, 16)] {
        for block in [16, 32, 64, 128, features] {
            for stored in Stored::all() {
                let mut net = Net::new(features, 1, 1);
                net.opset = 21;
                let flat = net.node("Flatten", &["x"], &[]);
                let how = [("axis", Int(1)), ("block_size", Int(block as i64))];
                let scale = [outputs, features.div_ceil(block)];
                let w = stored.weights(&mut net, &[outputs, features], &scale, &how);
                let b = net.weights(&[outputs]);
                let y = net.node("Gemm", &[&flat, &w, &b], &[("transB", Int(1))]);
                let z = net.node("Relu", &[&y], &[]);
                let name = format!("{features} to {outputs} in blocks of {block}, {stored:?}");
                rows.push((name, net.with_outputs(&[&y, &z])));
            }
        }
        for stored in Stored::all() {
            let mut net = Net::new(features, 1, 1);
            let flat = net.node("Flatten", &["x"], &[]);
            let w = stored.weights(&mut net, &[features, outputs], &[outputs], &[]);
            let a = net.node("MatMul", &[&flat, &w], &[]);
            let w = stored.weights(&mut net, &[outputs, features], &[outputs], &[("axis", Int(0))]);
            let b = net.node("Gemm", &[&flat, &w], &[("transB", Int(1)), ("alpha", Attr::Float(0.5))]);
            rows.push((format!("{features} to {outputs}, {stored:?}"), net.with_outputs(&[&a, &b])));
        }
    }
    check_all(rows);
}

#[test]
fn constants_change_their_shape_and_type() {
    let stored = Stored { bits: 8, signed: true, raw: true, zeros: true };
    let mut rows = Vec::new();
    let mut add = |name: &str, weights: &dyn Fn(&mut Net) -> String| {
        let mut net = Net::new(8, 5, 4);
        let w = weights(&mut net);
        let y = net.node("Conv", &["x", &w], &[]);
        rows.push((name.to_owned(), net.with_outputs(&[&y])));
    };
    add("Reshape of integers", &|n| {
        let w = stored.weights(n, &[4, 72], &[4], &[("axis", Int(0))]);
        let shape = n.ints(&[4, 8, -1, 3]);
        n.node("Reshape", &[&w, &shape], &[])
    });
    add("Transpose", &|n| {
        let w = n.weights(&[3, 2, 8, 4]);
        n.node("Transpose", &[&w], &[("perm", Ints(vec![3, 2, 0, 1]))])
    });
    add("Unsqueeze and Identity", &|n| {
        let (w, axes) = (n.weights(&[4, 8]), n.ints(&[-1, -2]));
        let w = n.node("Unsqueeze", &[&w, &axes], &[]);
        n.node("Identity", &[&w], &[])
    });
    add("Squeeze", &|n| {
        let (w, axes) = (n.weights(&[1, 4, 8, 1, 1]), n.ints(&[0]));
        n.node("Squeeze", &[&w, &axes], &[])
    });
    add("Cast of integers", &|n| {
        let w = stored.codes(n, &[4, 8, 2, 2]);
        n.node("Cast", &[&w], &[("to", Int(1))])
    });
    let mut net = Net::new(8, 1, 1);
    let (flat, w) = (net.node("Flatten", &["x"], &[]), net.weights(&[2, 2, 2, 3]));
    let w = net.node("Flatten", &[&w], &[("axis", Int(3))]);
    let y = net.node("MatMul", &[&flat, &w], &[]);
    rows.push(("Flatten".to_owned(), net.with_outputs(&[&y])));
    check_all(rows);
}

#[test]
fn what_does_not_fit_is_refused() {
    let stored = Stored { bits: 8, signed: true, raw: true, zeros: false };
    let error = |scale: &[usize], how: &[(&'static str, Attr)]| {
        let mut net = Net::new(8, 3, 3);
        let w = stored.weights(&mut net, &[4, 8, 1, 1], scale, how);
        let y = net.node("Conv", &["x", &w], &[]);
        compile(&net.with_outputs(&[&y]).encode(), &Limits::default(), Precision::F32).unwrap_err().kind()
    };
    let block = |size| [("axis", Int(1)), ("block_size", Int(size))];
    assert_eq!(error(&[3], &[("axis", Int(0))]), ErrorKind::InvalidModel, "scales for another axis");
    assert_eq!(error(&[4], &[("axis", Int(4))]), ErrorKind::InvalidModel, "an axis that is not there");
    assert_eq!(error(&[4], &[("axis", Int(i64::MIN))]), ErrorKind::InvalidModel, "an axis far below");
    assert_eq!(error(&[4, 1, 1, 1], &block(4)), ErrorKind::InvalidModel, "a block too few");
    assert_eq!(error(&[4, 2], &block(4)), ErrorKind::InvalidModel, "blocks of another rank");
    assert_eq!(error(&[4, 2, 1, 1], &block(-4)), ErrorKind::InvalidModel, "blocks of fewer than none");
    assert_eq!(error(&[1], &[("output_dtype", Int(10))]), ErrorKind::UnsupportedOperator, "f16 asked for");
    assert_eq!(error(&[], &[("block_size", Int(i64::MAX))]), ErrorKind::InvalidModel, "blocks without a scale");
}

/// Constants that are made of the same few bytes again and again run into the limit of elements.
#[test]
fn constants_do_not_unfold_without_bound() {
    for op in ["DequantizeLinear", "Transpose", "Reshape", "Cast"] {
        let mut net = Net::new(8, 3, 3);
        let codes = Storage::Codes { bits: 4, signed: true, raw: true };
        let codes = net.constant(&[1 << 10, 1 << 8], vec![1.0; 1 << 18], codes);
        let scale = net.weights(&[1]);
        let shape = net.ints(&[-1]);
        for _ in 0..64 {
            let (inputs, how) = match op {
                "DequantizeLinear" => (vec![codes.as_str(), &scale], vec![]),
                "Reshape" => (vec![codes.as_str(), &shape], vec![]),
                "Cast" => (vec![codes.as_str()], vec![("to", Int(1))]),
                _ => (vec![codes.as_str()], vec![]),
            };
            let widened = net.node(op, &inputs, &how);
            // Only what is read in full must be made.
            let one = net.ints(&[-1]);
            net.node("Reshape", &[&widened, &one], &[]);
        }
        let y = net.node("Relu", &["x"], &[]);
        let limits = Limits { max_elements: 1 << 22, ..Limits::default() };
        let error = compile(&net.with_outputs(&[&y]).encode(), &limits, Precision::F32).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "{op}");
    }
}

#[test]
fn flipped_bytes_of_integers_never_panic() {
    let [bytes, nibbles] = [8, 4].map(|bits| Stored { bits, signed: true, raw: true, zeros: bits == 8 });
    let mut net = Net::new(2, 4, 9);
    net.opset = 21;
    let w = bytes.weights(&mut net, &[4, 2, 1, 2], &[4], &[("axis", Int(0))]);
    let a = net.node("Conv", &["x", &w], &[("strides", Ints(vec![1, 2]))]);
    let w = nibbles.weights(&mut net, &[4, 4], &[4, 2], &[("axis", Int(1)), ("block_size", Int(2))]);
    let shape = net.ints(&[4, 4, 1, -1]);
    let w = net.node("Reshape", &[&w, &shape], &[]);
    let b = net.node("Conv", &[&a, &w], &[]);
    let flat = net.node("Flatten", &[&b], &[]);
    let w = nibbles.weights(&mut net, &[3, 64], &[3, 1], &[("axis", Int(1)), ("block_size", Int(64))]);
    let y = net.node("Gemm", &[&flat, &w], &[("transB", Int(1))]);
    let net = net.with_outputs(&[&y]);
    assert_eq!(super::check(&net), Ok(()));
    flip_bytes(&net.encode());
}
