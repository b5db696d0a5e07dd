//! Reductions against a resizing crate, and of means against those of pixels.

use super::*;
use crate::image::PixelFormat;
use crate::simd::Level;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

fn noise(len: usize) -> Vec<u8> {
    let mut seed = 7u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn reduced(frame: &Frame<'_>, columns: &Span, rows: &Span, level: Level) -> Vec<[f32; 4]> {
    let (width, height, pitch) = (columns.staged, rows.staged, columns.staged + 3);
    let mut staged = vec![[f32::NAN; 4]; pitch * (height + 3)];
    let mut reducer = Reducer::default();
    reducer.prepare(frame, columns, rows);
    level.run(Reduce { reducer: &mut reducer, frame, width, height, bgr: false, staged: &mut staged, pitch });
    staged.chunks(pitch).skip(1).take(height).flat_map(|row| row[1..=width].to_vec()).collect()
}

#[test]
fn grey_is_reduced_as_by_the_resizing_crate() {
    let (w, h) = (61u32, 47u32);
    let data = noise((w * h) as usize);
    let frame = Frame::new(&data, w, h, w as usize, PixelFormat::Gray8).unwrap();
    for (columns, rows) in [((0, 61, 9), (0, 47, 7)), ((5, 43, 20), (11, 47, 18)), ((0, 61, 1), (3, 44, 11))] {
        let span = |(start, end, staged), side| Span { start, end, staged, side, averaged: 1, held_from: 0 };
        let (columns, rows) = (span(columns, w as usize), span(rows, h as usize));
        let mut expected = vec![0u8; columns.staged * rows.staged];
        let source = TypedImageRef::<U8>::from_buffer(w, h, &data).unwrap();
        let mut target =
            TypedImage::<U8>::from_buffer(columns.staged as u32, rows.staged as u32, &mut expected).unwrap();
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Hamming)).crop(
            columns.start as f64,
            rows.start as f64,
            (columns.end - columns.start) as f64,
            (rows.end - rows.start) as f64,
        );
        Resizer::new().resize_typed(&source, &mut target, &options).unwrap();
        for level in Level::all() {
            let got = reduced(&frame, &columns, &rows, level);
            // The crate rounds to whole levels after each of its two passes.
            for (i, (got, expected)) in got.iter().zip(&expected).enumerate() {
                let off = (got[0] - f32::from(*expected)).abs();
                assert!(off < 1.3, "{} pixel {i}: {} for {expected}", level.name(), got[0]);
            }
        }
    }
}

#[test]
fn weights_sum_to_one_and_lean_on_nothing_outside() {
    let mut taps = Taps::default();
    for (start, end, side, staged, shared, averaged) in [
        (0, 61, 61, 9, 1, 1),
        (1, 41, 42, 40, 2, 1),
        (10, 11, 400, 1, 1, 1),
        (0, 1, 1, 3, 2, 1),
        (0, 4001, 4001, 100, 1, 8),
        (3, 997, 1003, 61, 1, 4),
        (500, 501, 1003, 1, 1, 2),
    ] {
        let span = Span { start, end, staged, side, averaged, held_from: 0 };
        taps.fill(&span, shared);
        for i in 0..staged {
            let (first, weights) = taps.at(i);
            assert!(!weights.is_empty() && first + weights.len() <= side.div_ceil(shared * averaged), "{i}");
            assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert!(taps.reach().end <= side.div_ceil(shared * averaged));
        let looked_at = span.means(averaged);
        assert!(shared > 1 || (looked_at.start <= taps.reach().start && taps.reach().end <= looked_at.end));
    }
}

/// A curve of degree four is known from its means, wherever these begin.
#[test]
fn means_give_what_pixels_would() {
    let curve = |x: f64| 90.0 + 0.11 * x - 3e-4 * x * x + 4e-7 * x.powi(3) - 2e-10 * x.powi(4);
    let side = 1000;
    let pixels: Vec<f64> = (0..side).map(|x| curve(x as f64 + 0.5)).collect();
    let sums = |taps: &Taps, samples: &[f64]| -> Vec<f64> {
        let sum = |(first, weights): (usize, &[f32])| {
            weights.iter().zip(&samples[first..]).map(|(w, v)| f64::from(*w) * v).sum::<f64>()
        };
        (0..20).map(|i| sum(taps.at(i))).collect()
    };
    for (averaged, start, end) in [(2, 203, 303), (4, 201, 405), (8, 207, 707), (8, 200, 450)] {
        let mut taps = Taps::default();
        let span = |averaged| Span { start, end, staged: 20, side, averaged, held_from: 0 };
        taps.fill(&span(1), 1);
        let expected = sums(&taps, &pixels);
        taps.fill(&span(averaged), 1);
        let means: Vec<f64> = pixels.chunks(averaged).map(|c| c.iter().sum::<f64>() / c.len() as f64).collect();
        for (got, expected) in sums(&taps, &means).iter().zip(expected) {
            assert!((got - expected).abs() < 2e-3, "{averaged}: {got} for {expected}");
        }
    }
}
