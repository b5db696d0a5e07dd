//! Random small networks.

use super::operators::UNARY;
use super::writer::{Attr, Net};
use super::{check, reference};
use Attr::{Int, Ints};
use proptest::prelude::*;

/// Adds one node, chosen by `choice`, to a network whose values so far are `values` (name,
/// channels, height, width).
fn grow(net: &mut Net, values: &mut Vec<(String, [usize; 3])>, choice: [usize; 4]) {
    let [kind, a, b, c] = choice;
    let pick = |i: usize| values[values.len() - 1 - i % values.len().min(4)].clone();
    let (x, [channels, height, width]) = pick(a);
    let kernel = [1, 3, 5, 2][b % 4];
    let (pad, stride) = (kernel / 2, 1 + c % 2);
    let window = |extra: &[(&'static str, Attr)]| -> Vec<(&'static str, Attr)> {
        let mut all = vec![("pads", Ints(vec![pad as i64; 4])), ("strides", Ints(vec![stride as i64; 2]))];
        all.extend_from_slice(extra);
        all
    };
    let after = |size: usize| (size + 2 * pad - kernel) / stride + 1;
    let (name, shape) = match kind % 9 {
        0 | 1 => {
            let outputs = [channels, 3, 8, 13, 17][(b + c) % 5];
            let name = net.conv(&x, [outputs, channels, kernel, kernel], &window(&[]));
            (name, [outputs, after(height), after(width)])
        }
        2 => {
            let group = ("group", Int(channels as i64));
            let name = net.conv(&x, [channels, 1, kernel, kernel], &window(&[group]));
            (name, [channels, after(height), after(width)])
        }
        3 | 4 => ((UNARY[b % UNARY.len()].1)(net, &x, channels), [channels, height, width]),
        5 => {
            let other = values.iter().rev().filter(|(_, s)| *s == [channels, height, width]).nth(b % 2);
            let other = other.map_or(x.clone(), |(name, _)| name.clone());
            (net.node(["Add", "Mul"][c % 2], &[&other, &x], &[]), [channels, height, width])
        }
        6 => {
            let (left, bottom, extra) = (b % 3, c % 2, [0, 8, 3][(b + c) % 3]);
            let pads = net.ints(&[0, 0, 0, left as i64, 0, extra as i64, bottom as i64, 0]);
            (net.node("Pad", &[&x, &pads], &[]), [channels + extra, height + bottom, width + left])
        }
        7 => {
            let op = ["MaxPool", "AveragePool"][c % 2];
            let (kh, kw) = (height.min(3), width.min(2));
            let name = net.node(op, &[&x], &[("kernel_shape", Ints(vec![kh as i64, kw as i64]))]);
            (name, [channels, height - kh + 1, width - kw + 1])
        }
        _ => {
            let fitting = values.iter().rev().filter(|(_, s)| s[1..] == [height, width]).nth(b % 3);
            let (other, shape) = fitting.cloned().unwrap_or((x.clone(), [channels, height, width]));
            let name = net.node("Concat", &[&x, &other], &[("axis", Int(1))]);
            (name, [channels + shape[0], height, width])
        }
    };
    values.push((name, shape));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_networks_agree_with_the_interpreter(
        channels in 1usize..20,
        height in 1usize..9,
        width in 1usize..9,
        choices in prop::collection::vec(prop::array::uniform4(0usize..1000), 1..12),
        extra_output in 0usize..12,
    ) {
        let mut net = Net::new(channels, height, width);
        let mut values = vec![("x".to_owned(), [channels, height, width])];
        for choice in choices {
            if values.last().is_some_and(|(_, s)| s[0] > 60) {
                break;
            }
            grow(&mut net, &mut values, choice);
        }
        let last = values[values.len() - 1].0.clone();
        let other = values[1 + extra_output % (values.len() - 1)].0.clone();
        let net = net.with_outputs(&[&last, &other]);
        // Products of sums of products: beyond this, f32 itself is not accurate to 1e-4.
        let largest = reference::run(&net, &net.sample_input()).iter().flat_map(|t| t.values.clone()).fold(0.0, |m: f64, v| m.max(v.abs()));
        prop_assume!(largest < 1e12);
        if let Err(message) = check(&net) {
            return Err(TestCaseError::fail(message));
        }
    }
}
