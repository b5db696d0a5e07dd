//! 8-bit convolutions: the sums against plain integers, exactly; the rest against the portable
//! code; the whole against f32.

use super::super::int8::{InputRange, IntDenseConv, IntWeights, MAX_DEPTH};
use super::super::walk::{Operand, Residual};
use super::*;

struct Case {
    width: usize,
    height: usize,
    depth: usize,
    columns: usize,
    input: Vec<f32>,
    ranges: Vec<(f32, f32)>,
    matrix: Vec<f32>,
    bias: Vec<f32>,
}

impl Case {
    /// Values that now and then lie outside their ranges, and channels without any extent.
    fn new(size: (usize, usize), depth: usize, columns: usize, random: &mut Random) -> Self {
        let (width, height) = size;
        let range = |c: usize, a: f32, b: f32| if c % 13 == 5 { (0.0, 0.0) } else { (a.min(0.0), b.abs()) };
        Self {
            width,
            height,
            depth,
            columns,
            input: random.floats(width * height * depth),
            ranges: (0..depth).map(|c| range(c, random.next(), random.next())).collect(),
            matrix: random.floats(depth * columns),
            bias: random.floats(columns),
        }
    }

    fn weights(&self) -> IntWeights {
        let ranges: Vec<_> = self.ranges.iter().map(|(low, high)| InputRange::new(*low, *high).unwrap()).collect();
        IntWeights::pack(&self.matrix, &self.bias, &ranges).unwrap()
    }

    /// Value and byte of each step of channel `c`.
    fn step(&self, c: usize) -> (f64, f64) {
        let (low, high) = self.ranges[c];
        let step = (f64::from(high) - f64::from(low)) / 127.0;
        (step, if step > 0.0 { (-f64::from(low) / step).round_ties_even() } else { 0.0 })
    }

    /// The integer sum of output `o` at pixel `at`.
    fn sum(&self, at: usize, o: usize) -> i32 {
        let scaled = |c: usize| f64::from(self.matrix[o * self.depth + c]) * self.step(c).0;
        let largest = (0..self.depth).map(|c| scaled(c).abs()).fold(0.0, f64::max);
        let one = |c: usize| {
            let (step, zero) = self.step(c);
            let inverse = if step > 0.0 { (1.0 / step) as f32 } else { 0.0 };
            let q = (self.input[at * self.depth + c] * inverse + zero as f32).round_ties_even().clamp(0.0, 127.0);
            let w = if largest > 0.0 { (scaled(c) / (largest / 127.0)).round_ties_even() } else { 0.0 };
            q as i32 * w as i32
        };
        (0..self.depth).map(one).sum()
    }

    fn run(
        &self,
        level: Level,
        weights: &IntWeights,
        epilogue: &Epilogue,
        residual: Option<Residual<'_>>,
        output: &mut [Lanes],
    ) {
        let (output_walk, _) = self.output();
        level.run_int8(IntDenseConv {
            input: &self.input,
            input_walk: Walk { origin: 0, right: self.depth, down: self.width * self.depth },
            weights,
            epilogue,
            residual,
            output,
            output_walk,
            size: (self.width, self.height),
        });
    }

    fn output(&self) -> (Walk, usize) {
        bordered(self.width, self.height, self.columns.div_ceil(LANES))
    }

    fn name(&self) -> String {
        format!("{}×{}×{} to {}", self.width, self.height, self.depth, self.columns)
    }
}

#[test]
fn sums_are_exactly_those_of_plain_integers_at_every_level() {
    let mut random = Random(11);
    let check = |case: Case| {
        let weights = case.weights().bare();
        let (walk, len) = case.output();
        for level in Level::all() {
            let mut output = vec![[f32::NAN; LANES]; len];
            case.run(level, &weights, &Epilogue::default(), None, &mut output);
            for (x, y) in (0..case.height).flat_map(|y| (0..case.width).map(move |x| (x, y))) {
                let pixel = output[walk.at(x, y)..][..case.columns.div_ceil(LANES)].as_flattened();
                for (o, value) in pixel[..case.columns].iter().enumerate() {
                    let sum = case.sum(y * case.width + x, o) as f32;
                    assert_eq!(*value, sum, "{}, {}: ({x}, {y}, {o})", level.name(), case.name());
                }
            }
        }
    };
    // Every tail of inputs, outputs and pixels.
    for columns in [1, 7, 8, 9, 16, 17, 24, 31, 48] {
        for depth in [1, 3, 4, 31, 32, 36, 64, 100] {
            check(Case::new((7, 2), depth, columns, &mut random));
        }
    }
    for width in (1..20).chain([48, 95, 96, 97]) {
        check(Case::new((width, 1), 40, 24, &mut random));
    }
    for depth in [128, 512, 1000, MAX_DEPTH] {
        check(Case::new((17, 1), depth, 16, &mut random));
    }
    // The largest sums there are, of either sign.
    for sign in [1.0, -1.0] {
        let mut case = Case::new((6, 1), MAX_DEPTH, 8, &mut random);
        case.ranges.fill((0.0, 1.0));
        case.input.fill(3.0);
        case.matrix.fill(sign);
        assert_eq!(case.sum(0, 0), sign as i32 * MAX_DEPTH as i32 * 127 * 127);
        check(case);
    }
}

#[test]
fn results_agree_at_every_level_for_every_epilogue() {
    let mut random = Random(12);
    let mut check =
        |size: (usize, usize), depth: usize, columns: usize, epilogue: &Epilogue, residual: Option<usize>| {
            let case = Case::new(size, depth, columns, &mut random);
            let (weights, vectors) = (case.weights(), columns.div_ceil(LANES));
            let (walk, len) = case.output();
            let other = random.vectors(size.0 * size.1 * vectors);
            let what = format!("{}, {epilogue:?}", case.name());
            let operand = residual.map(|n| {
                let n = n.min(vectors);
                Operand { data: &other, walk: Walk { origin: 0, right: n, down: n * size.0 }, vectors: n }
            });
            let result = compare(&what, len, |level, output| {
                case.run(level, &weights, epilogue, operand.map(Residual::Other), output);
            });
            if let Some(operand) = operand.filter(|o| o.vectors == vectors) {
                let in_place = compare(&format!("{what}, in place"), len, |level, output| {
                    for (x, y) in (0..size.1).flat_map(|y| (0..size.0).map(move |x| (x, y))) {
                        output[walk.at(x, y)..][..vectors].copy_from_slice(&other[operand.walk.at(x, y)..][..vectors]);
                    }
                    case.run(level, &weights, epilogue, Some(Residual::InPlace), output);
                });
                assert_eq!(in_place, result, "{what}, in place");
            }
        };
    for epilogue in pairs(&mut Random(13), 3) {
        for residual in [None, Some(1), Some(3)] {
            check((5, 2), 36, 20, &epilogue, residual);
        }
    }
    let prelu = Epilogue { second: Activation::PRelu { slopes: Random(14).vectors(6) }, ..Epilogue::default() };
    for (width, columns) in [(1, 1), (6, 48), (9, 40), (10, 24), (97, 16), (98, 8)] {
        for residual in [None, Some(100)] {
            check((width, 2), 64, columns, &prelu, residual);
        }
    }
}

#[test]
fn results_are_near_those_of_f32() {
    let mut random = Random(15);
    for (depth, columns) in [(32, 16), (100, 24), (512, 48)] {
        let mut case = Case::new((9, 3), depth, columns, &mut random);
        case.ranges.fill((-1.0, 1.0));
        let weights = case.weights();
        let (walk, len) = case.output();
        let output = compare(&case.name(), len, |level, output| {
            case.run(level, &weights, &Epilogue::default(), None, output);
        });
        let (mut error, mut power) = (0.0, 0.0);
        for (at, o) in (0..27).flat_map(|at| (0..columns).map(move |o| (at, o))) {
            let row = &case.matrix[o * depth..][..depth];
            let wanted = case.input[at * depth..].iter().zip(row).map(|(x, w)| f64::from(x * w)).sum::<f64>();
            let wanted = wanted + f64::from(case.bias[o]);
            let got = f64::from(output[walk.at(at % 9, at / 9) + o / LANES][o % LANES]);
            error += (got - wanted).powi(2);
            power += wanted.powi(2);
        }
        // Rounding to 1/127 twice, uniformly: half a per cent of each factor.
        assert!((error / power).sqrt() < 0.02, "{}: {}", case.name(), (error / power).sqrt());
    }
}

#[test]
fn a_value_that_is_not_finite_makes_nan_of_its_pixel_alone() {
    for (depth, columns, width) in [(32, 16, 1), (36, 24, 13), (512, 40, 50), (64, 8, 97)] {
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for (at, c) in [(0, 0), (width - 1, depth - 1), (width / 2, 5)] {
                for residual in [false, true] {
                    let mut case = Case::new((width, 1), depth, columns, &mut Random(16));
                    case.input[at * depth + c] = bad;
                    let (walk, len) = case.output();
                    let weights = case.weights();
                    // One that would make a number of it, if it could.
                    let first = Activation::Clip { low: -1.0, high: 1.0 };
                    let epilogue = Epilogue { first, ..Epilogue::default() };
                    for level in Level::all() {
                        let mut output = vec![[0.5; LANES]; len];
                        case.run(level, &weights, &epilogue, residual.then_some(Residual::InPlace), &mut output);
                        for x in 0..width {
                            let pixel = output[walk.at(x, 0)..][..columns.div_ceil(LANES)].as_flattened();
                            let nan = pixel.iter().all(|v| v.is_nan());
                            let finite = pixel.iter().all(|v| v.is_finite());
                            let what = format!("{}, {}, {bad} at {at}: {x}", level.name(), case.name());
                            assert!(if x == at { nan } else { finite }, "{what}");
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_largest_finite_values_are_clamped() {
    let mut case = Case::new((4, 1), 32, 8, &mut Random(17));
    // The inverse of the smallest step that a file can state takes them beyond f32.
    case.ranges.fill((-6e-8, 6e-8));
    for (at, value) in [f32::MAX, f32::MIN, 1e30, -1e30].into_iter().enumerate() {
        case.input[at * 32..][..32].fill(value);
    }
    let weights = case.weights().bare();
    let (walk, len) = case.output();
    let output = compare("clamped", len, |level, out| case.run(level, &weights, &Epilogue::default(), None, out));
    for (x, o) in (0..4).flat_map(|x| (0..8).map(move |o| (x, o))) {
        assert_eq!(output[walk.at(x, 0)][o], case.sum(x, o) as f32, "({x}, {o})");
    }
    assert!(output[walk.at(0, 0)] != output[walk.at(1, 0)]);
}

#[test]
fn what_integers_cannot_express_is_not_packed() {
    let range = InputRange::new(-1.0, 1.0).unwrap();
    let pack = |weights: &[f32], bias: &[f32], depth: usize| IntWeights::pack(weights, bias, &vec![range; depth]);
    assert!(pack(&[1.0; 64], &[0.0; 2], 32).is_some());
    assert!(pack(&[0.0; 64], &[0.0; 2], 32).is_some(), "no weights at all");
    for bad in [f32::NAN, f32::INFINITY] {
        let mut weights = [1.0; 64];
        weights[40] = bad;
        assert!(pack(&weights, &[0.0; 2], 32).is_none());
        assert!(pack(&[1.0; 64], &[0.0, bad], 32).is_none());
    }
    assert!(pack(&[1.0; 63], &[0.0; 2], 32).is_none(), "too few weights");
    assert!(pack(&[], &[], 32).is_none(), "no outputs");
    assert!(pack(&[], &[0.0], 0).is_none(), "no inputs");
    assert!(pack(&vec![1.0; MAX_DEPTH + 1], &[0.0], MAX_DEPTH + 1).is_none(), "too many inputs");
    for (low, high) in
        [(f32::NAN, 1.0), (-1.0, f32::NAN), (f32::NEG_INFINITY, 0.0), (0.0, f32::INFINITY), (0.1, 1.0), (-1.0, -0.1)]
    {
        assert_eq!(InputRange::new(low, high), None, "{low} to {high}");
    }
}
