//! Convolutions in f32, dense and depthwise.

use super::super::depthwise::Depthwise;
use super::super::epilogue::Epilogue;
use super::super::matmul::{DenseConv, PackedWeights};
use super::super::walk::{Operand, Residual, Walk};
use super::{Random, bordered, compare, pairs};
use crate::simd::{LANES, Lanes, Level};

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
        level.run_pairs(DenseConv {
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
    // A residual that already lies where the result goes is added once, however the pixels are
    // tiled.
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
