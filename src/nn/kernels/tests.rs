//! Every kernel at the best level against the portable one.

mod int8;

use super::depthwise::Depthwise;
use super::elementwise::{Combine, Elementwise, Operand};
use super::epilogue::{Activation, Epilogue};
use super::matmul::{DenseConv, PackedWeights, Residual, Walk};
use super::pool::{Pool, Pooling};
use super::resize::{Resize, Tap};
use crate::simd::{Isa, Kernel, LANES, Lanes, Level, Scalar};

/// The largest difference, as a multiple of the f32 rounding step of the largest value.
const ULPS: f32 = 16.0;

struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    fn floats(&mut self, len: usize) -> Vec<f32> {
        (0..len).map(|_| self.next()).collect()
    }

    fn vectors(&mut self, len: usize) -> Vec<Lanes> {
        (0..len).map(|_| std::array::from_fn(|_| self.next())).collect()
    }
}

#[test]
fn the_best_level_is_the_processors() {
    let name = Level::best().name();
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        let vnni = is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512vnni");
        assert_eq!(name, if vnni { "vnni" } else { "avx2" });
        assert_eq!(Level::all().last().unwrap().name(), name);
        return;
    }
    assert_eq!(name, "scalar");
}

/// [`compare`] at every level.
fn compare_all(what: &str, len: usize, run: impl Fn(Level, &mut [Lanes])) -> Vec<Lanes> {
    let mut results: Vec<_> = Level::all().into_iter().map(|level| compare_at(level, what, len, &run)).collect();
    results.pop().unwrap()
}

/// Runs at both levels on outputs full of a marker; asserts that the results agree and returns the
/// best level's.
fn compare(what: &str, len: usize, run: impl Fn(Level, &mut [Lanes])) -> Vec<Lanes> {
    compare_at(Level::best(), what, len, run)
}

fn compare_at(level: Level, what: &str, len: usize, run: impl Fn(Level, &mut [Lanes])) -> Vec<Lanes> {
    const MARKER: f32 = 12345.0;
    let results = [Level::SCALAR, level].map(|level| {
        let mut output = vec![[MARKER; LANES]; len];
        run(level, &mut output);
        output
    });
    let [scalar, best] = &results;
    let written = scalar.as_flattened().iter().filter(|v| **v != MARKER && v.is_finite());
    let scale = written.fold(1.0f32, |m, v| m.max(v.abs()));
    for (i, (a, b)) in scalar.as_flattened().iter().zip(best.as_flattened()).enumerate() {
        let same = a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() <= ULPS * f32::EPSILON * scale;
        assert!(same, "{what}: float {i} is {b}, the portable code says {a}");
    }
    let [_, best] = results;
    best
}

fn activations(random: &mut Random, vectors: usize) -> Vec<Activation> {
    let slopes = random.vectors(vectors);
    vec![
        Activation::None,
        Activation::Relu,
        Activation::Clip { low: -0.5, high: 0.75 },
        Activation::PRelu { slopes },
        Activation::Sigmoid,
    ]
}

fn pairs(random: &mut Random, vectors: usize) -> Vec<Epilogue> {
    let all = activations(random, vectors);
    all.iter()
        .flat_map(|first| all.iter().map(|second| Epilogue { first: first.clone(), second: second.clone() }))
        .collect()
}

/// An image of vectors with a border of one pixel, as a walk over its inside.
fn bordered(width: usize, height: usize, vectors: usize) -> (Walk, usize) {
    let pitch = (width + 2) * vectors;
    (Walk { origin: pitch + vectors, right: vectors, down: pitch }, (height + 2) * pitch)
}

fn times(walk: Walk, factor: usize) -> Walk {
    Walk { origin: walk.origin * factor, right: walk.right * factor, down: walk.down * factor }
}

struct Dense {
    width: usize,
    height: usize,
    /// Floats per input pixel.
    pixel: usize,
    kernel: usize,
    columns: usize,
    stride: usize,
    dilation: usize,
    /// Vectors of the residual, if there is one.
    residual: Option<usize>,
}

fn dense(case: &Dense, epilogue: &Epilogue, random: &mut Random) {
    let Dense { width, height, pixel, kernel, columns, stride, dilation, residual } = *case;
    let reach = |size: usize| (size - 1) * stride + (kernel - 1) * dilation + 1;
    let pitch = reach(width) * pixel;
    let input = random.floats(reach(height) * pitch);
    let rows = (0..kernel).map(|ky| ky * dilation * pitch);
    let segments: Vec<usize> = if dilation == 1 {
        rows.collect()
    } else {
        rows.flat_map(|row| (0..kernel).map(move |kx| row + kx * dilation * pixel)).collect()
    };
    let depth = kernel * kernel * pixel;
    let (bias, matrix) = (random.floats(columns), random.floats(depth * columns));
    let entries = matrix.iter().enumerate().map(|(i, w)| (i / columns, i % columns, *w));
    let weights = PackedWeights::pack(depth, &bias, entries);
    let vectors = columns.div_ceil(LANES);
    let (output_walk, len) = bordered(width, height, vectors);
    let other = random.vectors(width * height * vectors);
    let residual = residual.map(|n| {
        let n = n.min(vectors);
        Operand { data: &other, walk: Walk { origin: 0, right: n, down: n * width }, vectors: n }
    });
    let input_walk = Walk { origin: 0, right: stride * pixel, down: stride * pitch };
    let what = format!(
        "{width}×{height}×{pixel} to {columns}, kernel {kernel}, stride {stride}, dilation {dilation}, {epilogue:?}"
    );
    let run = |level: Level, residual: Option<Residual<'_>>, output: &mut [Lanes]| {
        let size = (width, height);
        let (segments, weights) = (&segments, &weights);
        level.run(DenseConv {
            input: &input,
            input_walk,
            segments,
            weights,
            epilogue,
            residual,
            output,
            output_walk,
            size,
        });
    };
    let result = compare(&what, len, |level, output| run(level, residual.map(Residual::Other), output));
    // A residual that already lies where the result goes is added once, however the pixels are tiled.
    if let Some(residual) = residual.filter(|r| r.vectors == vectors) {
        let in_place = compare(&format!("{what}, in place"), len, |level, output| {
            for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))) {
                output[output_walk.at(x, y)..][..vectors]
                    .copy_from_slice(&residual.data[residual.walk.at(x, y)..][..vectors]);
            }
            run(level, Some(Residual::InPlace), output);
        });
        assert_eq!(in_place, result, "{what}, in place");
    }
    // Without epilogue the sums are known.
    if *epilogue == Epilogue::default() && residual.is_none() {
        for (x, y, column) in [(0, 0, 0), (width - 1, height - 1, columns - 1), (width / 2, height / 2, columns / 2)] {
            let mut sum = f64::from(bias[column]);
            for row in 0..depth {
                let len = depth / segments.len();
                let at = input_walk.at(x, y) + segments[row / len] + row % len;
                sum += f64::from(input[at]) * f64::from(matrix[row * columns + column]);
            }
            let got = result[output_walk.at(x, y) + column / LANES][column % LANES];
            assert!((f64::from(got) - sum).abs() < 1e-4, "{what}: ({x}, {y}, {column}) is {got}, not {sum}");
        }
    }
}

#[test]
fn dense_convolutions_agree() {
    let mut random = Random(1);
    let none = Epilogue::default();
    for columns in [1, 8, 12, 16, 17, 24, 33, 48] {
        // Every tail of 1 to 7 pixels behind tiles of 4, 6 and 8, and blocks of 96.
        for width in [1, 2, 3, 4, 5, 6, 7, 11, 13, 97] {
            for pixel in [1, 3, 8, 40] {
                for residual in [None, Some(100)] {
                    let case = Dense { width, height: 2, pixel, kernel: 1, columns, stride: 1, dilation: 1, residual };
                    dense(&case, &none, &mut random);
                }
            }
        }
        for (kernel, stride, dilation) in [(3, 1, 1), (3, 2, 1), (5, 1, 1), (2, 3, 1), (3, 1, 2), (3, 2, 3)] {
            for residual in [None, Some(1), Some(2), Some(100)] {
                for pixel in [3, 8] {
                    dense(
                        &Dense { width: 5, height: 3, pixel, kernel, columns, stride, dilation, residual },
                        &none,
                        &mut random,
                    );
                }
            }
        }
    }
    for residual in [None, Some(1), Some(3)] {
        for epilogue in pairs(&mut random, 3) {
            dense(
                &Dense { width: 7, height: 2, pixel: 8, kernel: 1, columns: 20, stride: 1, dilation: 1, residual },
                &epilogue,
                &mut random,
            );
        }
    }
}

#[test]
fn depthwise_convolutions_agree() {
    let mut random = Random(2);
    let mut run = |kernel: (usize, usize),
                   stride: usize,
                   dilation: usize,
                   width: usize,
                   epilogue: &Epilogue,
                   residual: Option<usize>| {
        // Rows in pairs and one left over.
        let (height, vectors) = (3, 3);
        let reach = |size: usize, kernel: usize| (size - 1) * stride + (kernel - 1) * dilation + 1;
        let pitch = reach(width, kernel.0) * vectors;
        let input = random.vectors(reach(height, kernel.1) * pitch);
        let (weights, bias) = (random.vectors(kernel.0 * kernel.1 * vectors), random.vectors(vectors));
        let other = random.vectors(width * height * vectors);
        let residual =
            residual.map(|n| Operand { data: &other, walk: Walk { origin: 0, right: n, down: n * width }, vectors: n });
        let (output_walk, len) = bordered(width, height, vectors);
        let what = format!("{kernel:?} stride {stride} dilation {dilation} width {width} {epilogue:?}");
        compare(&what, len, |level, output| {
            level.run(Depthwise {
                input: &input,
                input_walk: Walk { origin: 0, right: stride * vectors, down: stride * pitch },
                kernel,
                tap: (dilation * vectors, dilation * pitch),
                stride: if dilation == 1 { stride } else { 0 },
                weights: &weights,
                bias: &bias,
                epilogue,
                residual,
                output,
                output_walk,
                size: (width, height),
            });
        });
    };
    for kernel in [(1, 1), (3, 3), (5, 5), (7, 7), (3, 5), (2, 2)] {
        for (stride, dilation) in [(1, 1), (2, 1), (3, 1), (1, 2), (2, 2)] {
            for width in [1, 2, 3, 4, 5, 7, 8, 13] {
                for residual in [None, Some(1), Some(3)] {
                    run(kernel, stride, dilation, width, &Epilogue::default(), residual);
                }
            }
        }
    }
    for epilogue in pairs(&mut Random(3), 3) {
        for residual in [None, Some(2)] {
            run((3, 3), 1, 1, 6, &epilogue, residual);
        }
    }
}

#[test]
fn element_wise_passes_agree() {
    let mut random = Random(4);
    for (width, height, vectors) in [(1, 1, 1), (5, 3, 2), (2, 7, 4)] {
        let input = random.vectors(width * height * vectors);
        let other = random.vectors(width * height * vectors);
        let plain = Walk { origin: 0, right: vectors, down: width * vectors };
        let (output_walk, len) = bordered(width, height, vectors);
        for epilogue in pairs(&mut random, vectors) {
            for other in [
                None,
                Some((Operand { data: &other, walk: plain, vectors }, Combine::Add)),
                Some((Operand { data: &other, walk: plain, vectors }, Combine::Multiply)),
                Some((Operand { data: &other, walk: Walk::default(), vectors }, Combine::Multiply)),
                Some((Operand { data: &other, walk: times(plain, 0), vectors: 1 }, Combine::Add)),
            ] {
                compare(&format!("{width}×{height}×{vectors} {epilogue:?}"), len, |level, output| {
                    let (input, epilogue) = (&input, &epilogue);
                    let size = (width, height, vectors);
                    level.run(Elementwise { input, input_walk: plain, other, epilogue, output, output_walk, size });
                });
            }
        }
    }
}

#[test]
fn pooling_and_resizing_agree() {
    let mut random = Random(5);
    for (width, height, vectors) in [(1, 1, 1), (7, 5, 2), (12, 13, 1)] {
        let (input_walk, len) = bordered(width, height, vectors);
        let input = random.vectors(len);
        for kind in [Pooling::Max, Pooling::Average { count_padding: false }, Pooling::Average { count_padding: true }]
        {
            for (window, stride, padding) in [
                ((1, 1), (1, 1), (0, 0)),
                ((2, 2), (2, 2), (0, 0)),
                ((3, 2), (1, 2), (1, 1)),
                ((12, 13), (1, 1), (6, 6)),
            ] {
                let output = |size: usize, window: usize, stride: usize, pad: usize| {
                    (size + 2 * pad).checked_sub(window).map(|r| r / stride + 1)
                };
                let (Some(w), Some(h)) =
                    (output(width, window.0, stride.0, padding.0), output(height, window.1, stride.1, padding.1))
                else {
                    continue;
                };
                let (output_walk, len) = bordered(w, h, vectors);
                compare(&format!("{kind:?} {window:?} on {width}×{height}"), len, |level, output| {
                    let input = &input;
                    let (input_size, size) = ((width, height), (w, h, vectors));
                    level.run(Pool {
                        kind,
                        input,
                        input_walk,
                        input_size,
                        window,
                        stride,
                        padding,
                        output,
                        output_walk,
                        size,
                    });
                });
            }
        }
        let taps = |size: usize, count: usize| -> Vec<Tap> {
            (0..count).map(|i| Tap { first: i % size, second: (i + 1) % size, weight: (i % 3) as f32 * 0.37 }).collect()
        };
        let (columns, rows) = (taps(width, 9), taps(height, 4));
        let (output_walk, len) = bordered(9, 4, vectors);
        compare("resize", len, |level, output| {
            level.run(Resize {
                input: &input,
                input_walk,
                columns: &columns,
                rows: &rows,
                output,
                output_walk,
                vectors,
            });
        });
    }
}

/// Applies every operation of an instruction set to all pairs of `values`.
struct Operations<'a> {
    values: &'a [f32],
    results: &'a mut Vec<[Lanes; 6]>,
}

impl Kernel for Operations<'_> {
    fn run<I: Isa>(self, isa: I) {
        for a in self.values {
            for b in self.values {
                let (x, y) = (isa.load(&[*a; LANES]), isa.splat(*b));
                let results = [
                    isa.add(x, y),
                    isa.mul(x, y),
                    isa.max(x, y),
                    isa.min(x, y),
                    isa.max_or_nan(x, y),
                    isa.mul_add(x, y, x),
                ];
                self.results.push(results.map(|v| {
                    let mut lanes = [0.0; LANES];
                    isa.store(v, &mut lanes);
                    lanes
                }));
            }
        }
    }
}

#[test]
fn operations_agree_on_every_kind_of_number() {
    let values = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        2.5,
        f32::MIN_POSITIVE / 2.0,
        f32::MAX,
        f32::MIN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        -f32::NAN,
    ];
    let (mut portable, mut best) = (Vec::new(), Vec::new());
    Operations { values: &values, results: &mut portable }.run(Scalar);
    Level::best().run(Operations { values: &values, results: &mut best });
    let names = ["add", "mul", "max", "min", "max_or_nan", "mul_add"];
    for (pair, (a, b)) in portable.iter().zip(&best).enumerate() {
        let operands = (values[pair / values.len()], values[pair % values.len()]);
        for ((name, a), b) in names.iter().zip(a).zip(b) {
            for (a, b) in a.iter().zip(b) {
                let same = if a.is_nan() { b.is_nan() } else { a == b && a.is_sign_negative() == b.is_sign_negative() };
                // One rounding or two.
                let fused = *name == "mul_add" && !operands.0.is_nan() && !operands.1.is_nan();
                assert!(same || fused, "{name} of {operands:?} is {b}, the portable code says {a}");
            }
        }
        let max_or_nan = a[4][0];
        assert_eq!(max_or_nan.is_nan(), operands.0.is_nan() || operands.1.is_nan(), "max_or_nan of {operands:?}");
    }
}

/// Turns a square of numbers over.
struct Transposed<'a>(&'a [Lanes; LANES], &'a mut [Lanes; LANES]);

impl Kernel for Transposed<'_> {
    fn run<I: Isa>(self, isa: I) {
        let Self(from, to) = self;
        for (to, row) in to.iter_mut().zip(isa.transpose(from.map(|row| isa.load(&row)))) {
            isa.store(row, to);
        }
    }
}

#[test]
fn rows_become_columns() {
    let from: [Lanes; LANES] = std::array::from_fn(|i| std::array::from_fn(|j| (10 * i + j) as f32));
    for level in Level::all() {
        let mut to = [[f32::NAN; LANES]; LANES];
        level.run(Transposed(&from, &mut to));
        for (i, row) in to.iter().enumerate() {
            assert_eq!(*row, std::array::from_fn(|j| (10 * j + i) as f32), "{}", level.name());
        }
    }
}

#[test]
fn nan_stays_in_its_lane() {
    let mut random = Random(6);
    let mut input = random.vectors(25);
    input[12][3] = f32::NAN;
    let walk = Walk { origin: 0, right: 1, down: 5 };
    let nan_lanes = |output: &[Lanes]| -> Vec<(usize, usize)> {
        output
            .iter()
            .enumerate()
            .flat_map(|(i, v)| (0..LANES).filter(|l| v[*l].is_nan()).map(move |l| (i, l)))
            .collect()
    };
    for first in activations(&mut random, 1) {
        for second in activations(&mut random, 1) {
            let epilogue = Epilogue { first: first.clone(), second };
            let output = compare(&format!("{epilogue:?}"), 25, |level, output| {
                let (input, epilogue) = (&input, &epilogue);
                level.run(Elementwise {
                    input,
                    input_walk: walk,
                    other: None,
                    epilogue,
                    output,
                    output_walk: walk,
                    size: (5, 5, 1),
                });
            });
            assert_eq!(nan_lanes(&output), [(12, 3)], "{epilogue:?}");
        }
    }
    for kind in [Pooling::Max, Pooling::Average { count_padding: false }] {
        let output = compare("pool", 9, |level, output| {
            level.run(Pool {
                kind,
                input: &input,
                input_walk: walk,
                input_size: (5, 5),
                window: (3, 3),
                stride: (1, 1),
                padding: (0, 0),
                output,
                output_walk: Walk { origin: 0, right: 1, down: 3 },
                size: (3, 3, 1),
            });
        });
        assert_eq!(nan_lanes(&output), (0..9).map(|i| (i, 3)).collect::<Vec<_>>(), "every window holds the middle");
    }
}
