//! The reduction against the resizing crate that was here before, and tables whose weights are
//! known.

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
        let span = |(start, end, staged)| Span { start, end, staged };
        let (columns, rows) = (span(columns), span(rows));
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
    for (start, end, side, count) in [(0.0, 61.0, 61, 9), (0.5, 20.5, 21, 40), (10.0, 11.0, 400, 1), (0.0, 0.5, 1, 3)] {
        taps.fill(start, end, side, count);
        for i in 0..count {
            let (first, weights) = taps.at(i);
            assert!(!weights.is_empty() && first + weights.len() <= side, "{i} of {count}");
            assert!((weights.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
        assert!(taps.reach().end <= side);
    }
}
