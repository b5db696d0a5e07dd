//! Passes over single pixels and small windows: element-wise, pooling, resizing.

use super::super::elementwise::{Combine, Elementwise};
use super::super::epilogue::Epilogue;
use super::super::pool::{Pool, Pooling};
use super::super::resize::{Resize, Tap};
use super::super::walk::{Operand, Walk};
use super::{Random, activations, bordered, compare, pairs, times};
use crate::simd::{LANES, Lanes};

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
                        padding_after: padding,
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
                padding_after: (0, 0),
                output,
                output_walk: Walk { origin: 0, right: 1, down: 3 },
                size: (3, 3, 1),
            });
        });
        assert_eq!(nan_lanes(&output), (0..9).map(|i| (i, 3)).collect::<Vec<_>>(), "every window holds the middle");
    }
}
