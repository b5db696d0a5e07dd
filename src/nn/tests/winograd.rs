//! Networks whose dense 3×3 convolutions are computed by Winograd's method.

use super::tensor::Tensor;
use super::writer::{Attr, Net};
use super::{reference, run_at};
use crate::nn::limits::Limits;
use crate::nn::onnx;
use crate::nn::precision::Precision;
use crate::nn::program::{Banding, Program};
use crate::simd::Level;
use Attr::Ints;

/// The largest deviation, relative to the largest value of the output. Weights of 16 bits make 10⁻⁴
/// of the values' standard deviation, layer after layer.
const TOLERANCE: f64 = 5e-4;

fn conv(net: &mut Net, x: &str, outputs: usize, inputs: usize, pads: [i64; 4]) -> String {
    net.conv(x, [outputs, inputs, 3, 3], &[("pads", Ints(pads.to_vec()))])
}

fn prelu(net: &mut Net, x: &str, channels: usize) -> String {
    let slopes = net.weights(&[channels, 1, 1]);
    net.node("PRelu", &[x, &slopes], &[])
}

/// A block of a residual network: slopes behind the first convolution, a sum behind the second.
pub fn block(height: usize, width: usize) -> Net {
    let mut net = Net::new(64, height, width);
    let y = conv(&mut net, "x", 72, 64, [1; 4]);
    let y = prelu(&mut net, &y, 72);
    let y = conv(&mut net, &y, 64, 72, [1; 4]);
    let sum = net.node("Add", &[&y, "x"], &[]);
    let z = net.node("Relu", &[&sum], &[]);
    // Another one whose residual is overwritten by the sum.
    let y = conv(&mut net, &z, 64, 64, [1; 4]);
    let sum = net.node("Add", &[&y, &z], &[]);
    let end = prelu(&mut net, &sum, 64);
    net.with_outputs(&[&end])
}

fn program(net: &Net, level: Level) -> Program {
    let graph = onnx::read(&net.encode(), &[], &Limits::default()).unwrap();
    Program::compile_for(graph, &Limits::default(), Precision::F32, level, &Banding::default()).unwrap()
}

/// How many layers are computed so.
fn count(net: &Net) -> usize {
    program(net, Level::best()).layers().filter(|layer| layer.what.starts_with("winograd")).count()
}

fn check(what: &str, net: &Net, layers: usize) {
    assert_eq!(count(net), layers, "{what}");
    let input = net.sample_input();
    let expected = reference::run(net, &input);
    for level in [Level::SCALAR, Level::best()] {
        let outputs = run_at(level, &Banding::NONE, net, &input).unwrap();
        for ((shape, values), wanted) in outputs.iter().zip(&expected) {
            assert_eq!(shape[..], wanted.shape[1..], "{what} on {}", level.name());
            let scale = wanted.values.iter().fold(0f64, |m, v| m.max(v.abs()));
            for (i, (value, wanted)) in values.iter().zip(&wanted.values).enumerate() {
                let difference = (f64::from(*value) - wanted).abs() / scale;
                assert!(difference <= TOLERANCE, "{what} on {}: [{i}] is {value}, not {wanted}", level.name());
            }
        }
    }
}

#[test]
fn networks_agree_with_the_interpreter() {
    for (height, width) in [(16, 16), (13, 22), (9, 31)] {
        check(&format!("a block of {width}×{height}"), &block(height, width), 3);
    }
    // Top, left, bottom, right.
    for pads in [[0; 4], [1; 4], [0, 1, 2, 0], [2, 0, 0, 1], [3, 3, 3, 3]] {
        for outputs in [48, 50, 65] {
            let mut net = Net::new(51, 15, 14);
            // The caller's own picture lies pixel by pixel, not in whole vectors.
            let x = net.node("Relu", &["x"], &[]);
            let y = conv(&mut net, &x, outputs, 51, pads);
            let y = net.node("Sigmoid", &[&y], &[]);
            check(&format!("pads {pads:?}, {outputs} outputs"), &net.with_outputs(&[&y]), 1);
        }
    }
}

#[test]
fn other_convolutions_are_left_to_the_direct_form() {
    for (name, value) in [("strides", 2), ("dilations", 2)] {
        let mut net = Net::new(64, 20, 20);
        let y = net.conv("x", [64, 64, 3, 3], &[(name, Ints(vec![value; 2]))]);
        assert_eq!(count(&net.with_outputs(&[&y])), 0, "{name}");
    }
    let mut net = Net::new(64, 20, 20);
    let y = net.conv("x", [64, 64, 1, 3], &[]);
    let z = net.conv(&y, [8, 64, 3, 3], &[]);
    assert_eq!(count(&net.with_outputs(&[&z])), 0, "another kernel, or few outputs");
}

#[test]
fn every_thread_computes_the_same_bits() {
    let (net, input) = (block(18, 14), block(18, 14).sample_input());
    let pixels: Vec<f32> = Tensor::to_channels_last(&input).values.iter().map(|v| *v as f32).collect();
    let program = program(&net, Level::best());
    let run = || {
        let mut bits: Vec<u32> = Vec::new();
        program.run(&pixels, |_, values| bits.extend(values.iter().map(|v| v.to_bits()))).unwrap();
        bits
    };
    let alone = run();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(run)).collect();
        threads.into_iter().for_each(|thread| assert_eq!(thread.join().unwrap(), alone));
    });
}
