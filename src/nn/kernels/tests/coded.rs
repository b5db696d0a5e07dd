//! Layers whose weights are integers: every level against the portable code, and that against f64.

use super::super::coded::{BLOCK, Coded, CodedWeights};
use super::*;

#[test]
fn layers_of_integers_agree_with_f64() {
    let mut random = Random(5);
    for (blocks, outputs) in [(1, 1), (1, 8), (2, 9), (3, 17), (7, 24), (40, 64)] {
        for half in [8, 128] {
            let depth = blocks * BLOCK;
            let code = |v: f32| (v * half as f32).floor() as i8;
            let mut codes: Vec<i8> = random.floats(outputs * depth).into_iter().map(code).collect();
            // Every code that there is, whatever the size.
            for (i, code) in codes.iter_mut().enumerate().take(2 * half as usize) {
                *code = (i as i32 - half) as i8;
            }
            let (scales, bias) = (random.floats(outputs * blocks), random.floats(outputs));
            let input = random.floats(depth);
            let weights = CodedWeights::pack(&codes, &scales, &bias);
            assert_eq!(weights.size(), (depth, outputs.div_ceil(LANES)));
            let what = format!("{depth} to {outputs}, codes below {half}");
            let run = |level: Level, output: &mut [Lanes]| {
                level.run(Coded { input: &input, weights: &weights, output });
            };
            let best = compare(&what, outputs.div_ceil(LANES), run);
            for o in 0..outputs {
                let products = (0..depth).map(|i| {
                    let scale = f64::from(scales[o * blocks + i / BLOCK]);
                    f64::from(input[i]) * f64::from(codes[o * depth + i]) * scale
                });
                let expected = products.clone().sum::<f64>() + f64::from(bias[o]);
                let scale = products.map(f64::abs).sum::<f64>().max(1.0);
                let error = (f64::from(best.as_flattened()[o]) - expected).abs();
                assert!(error <= 4.0 * f64::from(f32::EPSILON) * scale, "{what}, output {o}: off by {error}");
            }
            // Behind the last output nothing is added up.
            assert!(best.as_flattened()[outputs..].iter().all(|v| *v == 0.0), "{what}");
        }
    }
}

#[test]
fn what_is_not_finite_is_seen_in_every_output() {
    for (code, bad) in [(3, f32::NAN), (3, f32::INFINITY), (100, f32::NAN), (100, f32::NEG_INFINITY)] {
        let weights = CodedWeights::pack(&[code; 9 * BLOCK], &[0.5; 9], &[1.0; 9]);
        let mut input = [0.25; BLOCK];
        input[11] = bad;
        for level in Level::all() {
            let mut output = [[0.0; LANES]; 2];
            level.run(Coded { input: &input, weights: &weights, output: &mut output });
            assert!(output.as_flattened()[..9].iter().all(|v| !v.is_finite()), "{bad} on {}", level.name());
        }
    }
}
