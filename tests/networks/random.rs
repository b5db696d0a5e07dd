//! Random small networks of tensors of any rank.

use crate::compare::{THEIRS, available, compare, shapes};
use crate::writer::{Attr, Net, Storage};
use Attr::{Int, Ints, Text};
use proptest::prelude::*;

/// So much that what is nearly constant, whose digits are only rounding, is not made large.
const EPSILON: (&str, Attr) = ("epsilon", Attr::Float(0.1));

/// Adds one node, chosen by `choice`, that reads `x` of `shape` (with a batch axis of 1); `None`
/// where the choice does not fit.
fn grow(net: &mut Net, x: &str, shape: &[i64], choice: [usize; 4]) -> Option<String> {
    let [kind, a, b, c] = choice;
    let rank = shape.len();
    let axis = 1 + a % (rank - 1).max(1);
    let along = [("axis", Int(axis as i64))];
    let side = *shape.get(axis)?;
    let image = rank == 4;
    let channels = shape[1] as usize;
    Some(match kind % 20 {
        0 if image && channels < 40 => {
            let kernel = [1, 3, 2][b % 3];
            let pads = Ints(vec![kernel as i64 / 2; 4]);
            net.conv(x, [1 + c % 17, channels, kernel, kernel], &[("pads", pads)])
        }
        1 => {
            let functions =
                ["Tanh", "Sigmoid", "HardSwish", "Erf", "Abs", "Elu", "Softplus", "Relu", "HardSigmoid", "Neg"];
            net.node(functions[b % functions.len()], &[x], &[])
        }
        2 => {
            let squashed = net.node("Tanh", &[x], &[]);
            net.node(["Add", "Mul", "Sub", "Max", "Min"][b % 5], &[x, &squashed], &[])
        }
        3 => {
            // Any part of the shape from behind, any axis of it 1.
            let own: Vec<usize> = shape
                .iter()
                .enumerate()
                .skip(a % rank)
                .map(|(i, v)| if c >> i & 1 == 1 { 1 } else { *v as usize })
                .collect();
            let k = net.weights_between(&own, 0.5, 2.0);
            match ["Add", "Mul", "Sub", "Div", "Max", "Min"][b % 6] {
                // Nearly nothing as a divisor makes rounding large.
                "Div" => {
                    let size = net.node("Abs", &[x], &[]);
                    let divisor = net.node("Add", &[&size, &k], &[]);
                    net.node("Div", &[&k, &divisor], &[])
                }
                op if b % 2 == 0 => net.node(op, &[x, &k], &[]),
                op => net.node(op, &[&k, x], &[]),
            }
        }
        4 => {
            let axes: Vec<i64> = (1..rank as i64).filter(|axis| (b >> axis) & 1 == 1).collect();
            let op = ["ReduceMean", "ReduceMax", "ReduceL2", "ReduceMin"][c % 4];
            if axes.is_empty() {
                return None;
            }
            let keep = if axes.len() + 1 < rank { c as i64 / 4 % 2 } else { 1 };
            net.node(op, &[x], &[("axes", Ints(axes)), ("keepdims", Int(keep))])
        }
        5 => net.node(["Softmax", "LpNormalization"][b % 2], &[x], &along),
        6 => {
            let own: Vec<usize> = shape[axis..].iter().map(|v| *v as usize).collect();
            let (s, k) = (net.weights(&own), net.weights(&own));
            net.node("LayerNormalization", &[x, &s, &k], &[("axis", Int(axis as i64)), EPSILON])
        }
        7 => {
            let mut rest: Vec<i64> = (1..rank as i64).collect();
            rest.rotate_left(b % (rank - 1).max(1));
            if c % 2 == 1 {
                rest.reverse();
            }
            net.node("Transpose", &[x], &[("perm", Ints(std::iter::once(0).chain(rest).collect()))])
        }
        8 => {
            // Two neighbours become one, or one becomes two.
            let mut to = shape.to_vec();
            if b % 2 == 0 && axis + 1 < rank {
                let next = to.remove(axis + 1);
                to[axis] *= next;
            } else if side % 2 == 0 && rank < 6 {
                to[axis] = side / 2;
                to.insert(axis + c % 2, 2);
            } else {
                to.insert(axis, 1);
            }
            if to.len() > 6 {
                return None;
            }
            let to = net.ints(&to);
            net.node("Reshape", &[x, &to], &[])
        }
        9 => {
            let start = b as i64 % side;
            let step = [1, 2, -1, -2][c % 4];
            let end = if step > 0 { i64::MAX } else { i64::MIN };
            let [s, e, t, w] = [start, end, axis as i64, step].map(|v| net.ints(&[v]));
            net.node("Slice", &[x, &s, &e, &t, &w], &[])
        }
        10 if side < 20 => {
            let other = net.node("Tanh", &[x], &[]);
            net.node("Concat", &[x, &other], &along)
        }
        11 if side > 1 => {
            let first = 1 + b as i64 % (side - 1);
            let sizes = net.ints(&[first, side - first]);
            let parts = net.node_of(2, "Split", &[x, &sizes], &along);
            net.node("Concat", &[&parts[1], &parts[0]], &along)
        }
        12 => {
            let indices: Vec<i64> = (0..1 + c as i64 % 4).map(|i| (b as i64 + 3 * i) % side).collect();
            let i = net.ints(&indices);
            net.node("Gather", &[x, &i], &along)
        }
        13 if side > 2 && side < 20 => {
            let mut pads = vec![0; 2 * rank];
            (pads[axis], pads[axis + rank]) = (b as i64 % 3, c as i64 % 3);
            let p = net.ints(&pads);
            net.node("Pad", &[x, &p], &[("mode", Text(["constant", "reflect", "edge"][a % 3]))])
        }
        14 if image && shape[2] < 12 && shape[3] < 12 => {
            let s = net.floats(&[1.0, 1.0, [2.0, 1.0, 0.5][b % 3], [2.0, 1.5][c % 2]]);
            if shape[2] < 2 {
                return None;
            }
            net.node("Resize", &[x, "", &s], &[("mode", Text(["linear", "cubic"][a % 2]))])
        }
        15 if image && shape[2] > 2 && shape[3] > 2 => {
            let window = [
                ("kernel_shape", Ints(vec![2 + b as i64 % 2; 2])),
                // Of windows that lie apart ONNX Runtime announces one more than it computes.
                ("strides", Ints(vec![1 + c as i64 % 2; 2])),
                ("ceil_mode", Int(1)),
            ];
            net.node(["MaxPool", "AveragePool"][a % 2], &[x], &window)
        }
        16 if rank > 2 => {
            let mut perm: Vec<i64> = (0..rank as i64).collect();
            perm.swap(rank - 1, rank - 2);
            let turned = net.node("Transpose", &[x], &[("perm", Ints(perm))]);
            let product = net.node("MatMul", &[x, &turned], &[]);
            net.node("Softmax", &[&product], &[])
        }
        17 if image && channels < 20 && shape[2] < 12 && shape[3] < 12 => {
            let w = net.weights(&[channels, 1 + b % 9, 2 + c % 2, 2 + c % 2]);
            net.node("ConvTranspose", &[x, &w], &[("strides", Ints(vec![1 + b as i64 % 2, 2]))])
        }
        18 if rank > 2 && shape[2..].iter().product::<i64>() > 1 => {
            let (s, k) = (net.weights(&[channels]), net.weights(&[channels]));
            net.node("InstanceNormalization", &[x, &s, &k], &[EPSILON])
        }
        19 => {
            let w = net.weights(&[shape[rank - 1] as usize, [8, 5, 16][b % 3]]);
            let k = net.constant(&[], vec![0.125], Storage::RawF32);
            let y = net.node("MatMul", &[x, &w], &[]);
            net.node("Mul", &[&y, &k], &[])
        }
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 150 } else { 600 }))]

    #[test]
    fn random_networks_agree_with_onnx_runtime(
        height in 1usize..9,
        width in 1usize..9,
        choices in prop::collection::vec(prop::array::uniform4(0usize..1000), 1..10),
    ) {
        if !available() {
            return Ok(());
        }
        let mut net = Net::new(3, height, width);
        // A Transpose of the input itself would say that the file's channels lie last.
        let first = net.node("Tanh", &["x"], &[]);
        let mut values = vec![(first, net.input.clone())];
        for choice in choices {
            let (x, shape) = values[values.len() - 1 - choice[3] % values.len().min(2)].clone();
            let Some(name) = grow(&mut net, &x, &shape, choice) else { continue };
            let shape = shapes(&net.clone().with_outputs(&[&name])).map_err(TestCaseError::fail)?.remove(0);
            if shape.iter().product::<i64>() > 1 << 14 {
                break;
            }
            values.push((name, shape));
        }
        prop_assume!(values.len() > 1);
        let last = values[values.len() - 1].0.clone();
        if let Err(message) = compare(&net.with_outputs(&[&last])) {
            // Its optimiser turns some Resizes so that its own kernel does not take them.
            prop_assume!(!message.starts_with(THEIRS));
            return Err(TestCaseError::fail(message));
        }
    }
}
