//! Winograd's method against the direct form in f64, and at every level against the portable one.

use super::super::epilogue::{Activation, Epilogue};
use super::super::matmul::{DenseConv, PackedWeights};
use super::super::walk::{Operand, Residual, Walk};
use super::super::winograd::{Shape, Tile, Winograd, WinogradWeights, tile};
use super::{MARKER, Random, bordered, pairs};
use crate::simd::{LANES, Lanes, Level};

/// The largest error, as a part of the root mean square of all outputs: of tiles of 4×4 outputs and
/// of 2×2. Weights of 16 bits make a standard deviation of 1.3·10⁻⁴ and 0.5·10⁻⁴.
const TOLERANCE: [(Tile, f64); 2] = [(Tile::Four, 1.2e-3), (Tile::Two, 5e-4)];
/// The largest difference between two levels, which round otherwise, as a part of the same.
const BETWEEN_LEVELS: f64 = 5e-5;

#[derive(Debug, Clone, Copy)]
struct Case {
    width: usize,
    height: usize,
    /// Channels of input that there are, and floats of a pixel.
    inputs: usize,
    outputs: usize,
    /// Vectors of the residual, if there is one.
    residual: Option<usize>,
}

impl Case {
    fn plain(width: usize, height: usize, inputs: usize, outputs: usize) -> Self {
        Self { width, height, inputs, outputs, residual: None }
    }

    fn depth(&self) -> usize {
        self.inputs.next_multiple_of(LANES)
    }
}

/// A case with its values. The input lies in a larger buffer, full of NaN around it.
struct Layer {
    case: Case,
    input: Vec<Lanes>,
    input_walk: Walk,
    weights: Vec<f32>,
    bias: Vec<f32>,
    other: Vec<Lanes>,
}

impl Layer {
    fn new(case: Case, random: &mut Random) -> Self {
        let (wide, vectors) = (case.width + 4, case.depth() / LANES);
        let mut input = vec![[f32::NAN; LANES]; wide * (case.height + 4) * vectors];
        for (x, y) in (0..case.height + 2).flat_map(|y| (0..case.width + 2).map(move |x| (x, y))) {
            let pixel = &mut input[((y + 1) * wide + x + 1) * vectors..][..vectors];
            for (c, value) in pixel.as_flattened_mut().iter_mut().enumerate() {
                *value = if c < case.inputs { random.next() } else { 0.0 };
            }
        }
        let scale = (case.inputs as f32).sqrt().recip();
        let weights = (0..case.outputs * case.inputs * 9).map(|_| scale * random.next()).collect();
        let outputs = case.outputs.div_ceil(LANES);
        Self {
            input,
            input_walk: Walk { origin: (wide + 1) * vectors, right: vectors, down: wide * vectors },
            weights,
            bias: random.floats(case.outputs),
            other: random.vectors(case.width * case.height * outputs),
            case,
        }
    }

    fn residual(&self) -> Option<Operand<'_>> {
        let n = self.case.residual?.min(self.case.outputs.div_ceil(LANES));
        Some(Operand { data: &self.other, walk: Walk { origin: 0, right: n, down: n * self.case.width }, vectors: n })
    }

    /// What is computed at `level`; the output's walk is that of `bordered`.
    fn run(&self, level: Level, tile: Tile, epilogue: &Epilogue, in_place: bool) -> Vec<Lanes> {
        let Case { width, height, inputs, outputs, .. } = self.case;
        let weights = WinogradWeights::pack(tile, self.case.depth(), inputs, &self.weights, &self.bias).unwrap();
        let vectors = outputs.div_ceil(LANES);
        let (output_walk, len) = bordered(width, height, vectors);
        let mut output = vec![[MARKER; LANES]; len];
        let residual = self.residual();
        if let (true, Some(other)) = (in_place, residual) {
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                output[output_walk.at(x, y)..][..vectors]
                    .copy_from_slice(&other.data[other.walk.at(x, y)..][..vectors]);
            }
        }
        Winograd {
            input: &self.input,
            input_walk: self.input_walk,
            weights: &weights,
            epilogue,
            residual: if in_place { Some(Residual::InPlace) } else { residual.map(Residual::Other) },
            output: &mut output,
            output_walk,
            size: (width, height),
        }
        .run(level);
        output
    }

    /// One output by the definition, with bias, without anything behind it.
    fn direct(&self, x: usize, y: usize, output: usize) -> f64 {
        let mut sum = f64::from(self.bias[output]);
        for input in 0..self.case.inputs {
            for (tap, weight) in self.weights[(output * self.case.inputs + input) * 9..][..9].iter().enumerate() {
                let at = self.input_walk.at(x + tap % 3, y + tap / 3) + input / LANES;
                sum += f64::from(*weight) * f64::from(self.input[at][input % LANES]);
            }
        }
        sum
    }
}

/// The activation by its definition.
fn activated(activation: &Activation, channel: usize, x: f64) -> f64 {
    match activation {
        Activation::None | Activation::Map(_) => x,
        Activation::Relu => x.max(0.0),
        Activation::Clip { low, high } => x.clamp(f64::from(*low), f64::from(*high)),
        Activation::PRelu { slopes } if x < 0.0 => x * f64::from(slopes[channel / LANES][channel % LANES]),
        Activation::PRelu { .. } => x,
        Activation::Sigmoid => 1.0 / (1.0 + (-x).exp()),
    }
}

fn check(case: Case, epilogue: &Epilogue, random: &mut Random) {
    let layer = Layer::new(case, random);
    let Case { width, height, outputs, .. } = case;
    let (walk, _) = bordered(width, height, outputs.div_ceil(LANES));
    let pixels = || (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let each = || pixels().flat_map(|(x, y)| (0..outputs).map(move |c| (x, y, c)));
    let direct: Vec<f64> = each().map(|(x, y, c)| layer.direct(x, y, c)).collect();
    let rms = (direct.iter().map(|v| v * v).sum::<f64>() / direct.len() as f64).sqrt();
    for (tile, tolerance) in TOLERANCE {
        let what = format!("{case:?} in {tile:?}, {epilogue:?}");
        let scalar = layer.run(Level::SCALAR, tile, epilogue, false);
        for level in Level::all() {
            let result = layer.run(level, tile, epilogue, false);
            let written = result.as_flattened().iter().filter(|v| **v != MARKER).count();
            assert!(written <= width * height * outputs.next_multiple_of(LANES), "{what}: the border is written");
            for ((x, y, c), direct) in each().zip(&direct) {
                let other = layer.residual().filter(|other| c / LANES < other.vectors);
                let other = other.map_or(0.0, |o| f64::from(o.data[o.walk.at(x, y) + c / LANES][c % LANES]));
                let wanted = activated(&epilogue.second, c, activated(&epilogue.first, c, *direct) + other);
                let at = walk.at(x, y) + c / LANES;
                let (got, portable) = (f64::from(result[at][c % LANES]), f64::from(scalar[at][c % LANES]));
                let (error, between) = ((got - wanted).abs() / rms, (got - portable).abs() / rms);
                assert!(error <= tolerance, "{what} on {}: ({x}, {y}, {c}) is {got}, not {wanted}", level.name());
                assert!(between <= BETWEEN_LEVELS, "{what} on {}: {got}, portable {portable}", level.name());
            }
            if case.residual.is_some_and(|n| n >= outputs.div_ceil(LANES)) {
                assert_eq!(layer.run(level, tile, epilogue, true), result, "{what}, in place");
            }
        }
    }
}

#[test]
fn winograd_is_near_the_direct_form() {
    let mut random = Random(11);
    let none = Epilogue::default();
    // Whole tiles and every rest of them; groups of 1 to 12 tiles, and several blocks.
    for (width, height) in [(1, 1), (2, 3), (4, 4), (5, 7), (6, 2), (9, 13), (14, 14), (23, 17), (40, 3), (1, 50)] {
        for (inputs, outputs) in [(8, 16), (13, 8), (20, 40)] {
            check(Case::plain(width, height, inputs, outputs), &none, &mut random);
        }
    }
    for outputs in [1, 8, 9, 16, 17, 24, 33] {
        for residual in [None, Some(1), Some(100)] {
            check(Case { residual, ..Case::plain(7, 6, 16, outputs) }, &none, &mut random);
        }
    }
    for residual in [None, Some(1), Some(3)] {
        for epilogue in pairs(&mut random, 3) {
            check(Case { residual, ..Case::plain(5, 6, 8, 20) }, &epilogue, &mut random);
        }
    }
}

/// What reads a NaN is NaN, and what does not is none unless it shares a tile with it.
#[test]
fn nan_stays_and_stays_in_its_tiles() {
    for bad in [f32::NAN, f32::INFINITY] {
        let mut layer = Layer::new(Case::plain(13, 13, 8, 16), &mut Random(12));
        let at = (6, 7);
        layer.input[layer.input_walk.at(at.0, at.1)][3] = bad;
        for (tile, _) in TOLERANCE {
            let (walk, _) = bordered(13, 13, 2);
            for level in Level::all() {
                let output = layer.run(level, tile, &Epilogue::default(), false);
                for (x, y) in (0..13).flat_map(|y| (0..13).map(move |x| (x, y))) {
                    let values = output[walk.at(x, y)..][..2].as_flattened();
                    let side = tile.side();
                    let reads = (x..x + 3).contains(&at.0) && (y..y + 3).contains(&at.1);
                    let near = |v: usize, at: usize| (v / side * side..v / side * side + side + 2).contains(&at);
                    if reads {
                        assert!(!values.iter().any(|v| v.is_finite()), "{tile:?}: {bad} is lost at ({x}, {y})");
                    } else if !(near(x, at.0) && near(y, at.1)) {
                        assert!(values.iter().all(|v| v.is_finite()), "{tile:?}: {bad} has come to ({x}, {y})");
                    }
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_packed_is_left_to_the_direct_form() {
    let (weights, bias) = (vec![0.5; 16 * 8 * 9], vec![0.0; 16]);
    let pack = |depth: usize, inputs: usize, weights: &[f32]| {
        WinogradWeights::pack(Tile::Four, depth, inputs, weights, &bias).is_some()
    };
    assert!(pack(8, 8, &weights));
    assert!(pack(8, 8, &vec![0.0; weights.len()]), "weights of 0");
    for bad in [f32::NAN, f32::NEG_INFINITY] {
        let mut weights = weights.clone();
        weights[77] = bad;
        assert!(!pack(8, 8, &weights), "{bad}");
    }
    assert!(!pack(8, 8, &weights.iter().map(|w| w * 1e-38).collect::<Vec<_>>()), "a scale below all normal numbers");
    assert!(!pack(12, 8, &weights), "no whole vectors");
    assert!(!pack(8, 16, &weights), "more inputs than a pixel has");
    assert!(!pack(8, 8, &weights[9..]), "a weight is missing");
}

#[test]
fn the_choice_of_known_layers() {
    let chosen = |width: usize, depth: usize, outputs: usize| tile(&Shape { size: (width, width), depth, outputs });
    for (width, depth, outputs) in
        [(112, 64, 64), (56, 64, 128), (28, 128, 128), (14, 256, 256), (7, 512, 512), (80, 80, 80), (7, 64, 64)]
    {
        assert_eq!(chosen(width, depth, outputs), Some(Tile::Four), "{width}×{width}: {depth} to {outputs}");
    }
    // Weights of 4×4 tiles outweigh what few pixels save.
    assert_eq!(chosen(5, 256, 256), Some(Tile::Two));
    for (width, depth, outputs) in [(1, 512, 512), (3, 64, 64), (112, 8, 64), (112, 64, 16), (14, 8192, 256)] {
        assert_eq!(chosen(width, depth, outputs), None, "{width}×{width}: {depth} to {outputs}");
    }
    assert_eq!(tile(&Shape { size: (usize::MAX, 1), depth: 64, outputs: 64 }), None, "more than can be counted");
    assert_eq!(tile(&Shape { size: (14, 14), depth: 100, outputs: 64 }), None, "no whole vectors");
}

/// The time of a layer in the direct form, in tiles of 4×4 outputs and of 2×2, in nanoseconds: the
/// least of some runs in turns.
fn times(shape: &Shape) -> [u128; 3] {
    let ((width, height), mut random) = (shape.size, Random(13));
    let layer = Layer::new(Case::plain(width, height, shape.depth, shape.outputs), &mut random);
    let (weights, bias, epilogue) = (&layer.weights, &layer.bias, Epilogue::default());
    let entries = weights.iter().enumerate().map(|(i, w)| {
        let (output, rest) = (i / (9 * shape.depth), i % (9 * shape.depth));
        (rest % 9 * shape.depth + rest / 9, output, *w)
    });
    let direct = PackedWeights::pack(9 * shape.depth, bias, entries);
    let pack = |tile| WinogradWeights::pack(tile, shape.depth, shape.depth, weights, bias).unwrap();
    let tiles = [pack(Tile::Four), pack(Tile::Two)];
    let (output_walk, len) = bordered(width, height, shape.outputs.div_ceil(LANES));
    // In a network other layers' weights push these out of the caches.
    let mut others = vec![1u8; 40 << 20];
    // All around the layer there is NaN, which takes no longer.
    let input: Vec<f32> = layer.input.iter().flatten().map(|v| if v.is_finite() { *v } else { 0.0 }).collect();
    let floats = |walk: Walk| super::times(walk, LANES);
    let segments: Vec<usize> = (0..3).map(|row| row * layer.input_walk.down * LANES).collect();
    let mut output = vec![[0.0; LANES]; len];
    let mut least = [u128::MAX; 3];
    for _ in 0..15 {
        for (which, least) in least.iter_mut().enumerate() {
            others.iter_mut().step_by(64).for_each(|v| *v = v.wrapping_add(1));
            let (started, level, size) = (std::time::Instant::now(), Level::best(), (width, height));
            match which.checked_sub(1) {
                None => level.run_pairs(DenseConv {
                    input: &input,
                    input_walk: floats(layer.input_walk),
                    segments: &segments,
                    weights: &direct,
                    epilogue: &epilogue,
                    residual: None,
                    output: &mut output,
                    output_walk,
                    size,
                }),
                Some(tile) => Winograd {
                    input: input.as_chunks().0,
                    input_walk: layer.input_walk,
                    weights: &tiles[tile],
                    epilogue: &epilogue,
                    residual: None,
                    output: &mut output,
                    output_walk,
                    size,
                }
                .run(level),
            }
            *least = started.elapsed().as_nanos().min(*least);
        }
    }
    std::hint::black_box(others);
    least
}

/// `cargo test --release -p selfsame --lib the_choice_is_the_fastest -- --ignored --nocapture`
#[test]
#[ignore = "a measurement"]
fn the_choice_is_the_fastest() {
    let layers = [
        (112, 64, 64),
        (56, 64, 64),
        (56, 64, 128),
        (28, 128, 128),
        (28, 128, 256),
        (14, 256, 256),
        (14, 256, 512),
        (7, 512, 512),
        (80, 56, 56),
        (80, 80, 80),
        (40, 88, 88),
        (20, 88, 88),
        (10, 224, 224),
        (7, 64, 64),
        (5, 256, 256),
        (4, 64, 64),
        (3, 128, 128),
    ];
    let mut slow = Vec::new();
    for (width, depth, outputs) in layers {
        let shape = Shape { size: (width, width), depth, outputs };
        let (times, choice) = (times(&shape), tile(&shape));
        let chosen = times[[None, Some(Tile::Four), Some(Tile::Two)].iter().position(|t| *t == choice).unwrap()];
        let lost = chosen as f64 / *times.iter().min().unwrap() as f64;
        let line = format!("{width}×{width}, {depth} to {outputs}: {choice:?} of {times:?} ns, {lost:.2} × the least");
        println!("{line}");
        // A quarter: two measurements of the same differ by as much on a busy machine.
        if lost > 1.25 {
            slow.push(line);
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
