//! The warp against its slow, plain reference, and what may not happen whatever the transform.

use super::reference::{pixel, reference};
use super::write::warp_at;
use super::{warp_into, warp_rgb8};
use crate::error::ErrorKind;
use crate::geometry::{Point, Similarity};
use crate::image::{
    Border, ChannelOrder, ColorMatrix, ColorRange, ColorSpace, Crop, Frame, Normalisation, Orientation, PixelFormat,
};
use crate::simd::Level;
use proptest::prelude::*;

pub(super) fn plain(order: ChannelOrder) -> Normalisation {
    Normalisation { order, mean: [0.0; 3], scale: [1.0; 3] }
}

pub(super) fn noise(len: usize, mut seed: u64) -> Vec<u8> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn format() -> impl Strategy<Value = PixelFormat> {
    prop::sample::select(PixelFormat::ALL.to_vec())
}

fn orientation() -> impl Strategy<Value = Orientation> {
    (1u8..=8).prop_map(|exif| Orientation::from_exif(exif).unwrap())
}

fn color() -> impl Strategy<Value = ColorSpace> {
    let matrix = prop::sample::select(vec![ColorMatrix::Bt601, ColorMatrix::Bt709, ColorMatrix::Bt2020]);
    let range = prop::sample::select(vec![ColorRange::Limited, ColorRange::Full]);
    (matrix, range).prop_map(|(matrix, range)| ColorSpace { matrix, range })
}

/// Enough for all planes, whatever the format.
fn buffer(format: PixelFormat, width: u32, height: u32, padding: usize, seed: u64) -> (Vec<u8>, usize) {
    let shapes = format.shapes(width, height, 1).unwrap();
    // Pairs of chroma can need more than their luma.
    let longest = shapes.iter().flatten().map(|shape| shape.row).max().unwrap();
    let rows: usize = shapes.iter().flatten().map(|shape| shape.rows).sum();
    (noise((longest + padding + 1) * rows, seed), longest + padding)
}

fn border() -> impl Strategy<Value = Border> {
    prop_oneof![Just(Border::Black), Just(Border::Replicate)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn agrees_with_the_plain_reference(
        (w, h, padding, format) in (1u32..20, 1u32..20, 0usize..5, format()),
        (orientation, color) in (orientation(), color()),
        (width, height, border, bgr) in (1usize..20, 1usize..20, border(), any::<bool>()),
        (scale, angle, at_x, at_y) in (0.02f32..1.5, -180f32..180.0, -25f32..25.0, -25f32..25.0),
        seed in any::<u64>(),
    ) {
        let (data, stride) = buffer(format, w, h, padding, seed);
        // Every other time without padding behind the last row, and without a last sample of pairs.
        let planes = format.shapes(w, h, 1).unwrap();
        let [before @ .., last] = &planes.iter().flatten().collect::<Vec<_>>()[..] else { panic!("no planes") };
        let chroma_stride = if format.is_planar() { stride.div_ceil(2) } else { stride };
        let strides = [stride, chroma_stride, chroma_stride];
        let begin: usize = before.iter().zip(strides).map(|(shape, stride)| shape.rows * stride).sum();
        let len = begin + (last.rows - 1) * strides[before.len()] + last.row - last.may_lack;
        let data = if seed % 2 == 0 { &data[..len] } else { &data[..] };
        let frame = Frame::new(data, w, h, stride, format).unwrap().oriented(orientation).with_color(color);
        let source_from_target = Similarity::new(scale, angle, Point::new(at_x, at_y)).unwrap();
        let crop = Crop { width, height, source_from_target, border };
        let order = if bgr { ChannelOrder::Bgr } else { ChannelOrder::Rgb };
        let mut out = vec![f32::NAN; width * height * 3];
        warp_into(&frame, &crop, &plain(order), &mut out).unwrap();
        for (i, (got, expected)) in out.iter().zip(reference(&frame, &crop, order)).enumerate() {
            prop_assert!((got - expected).abs() < 2e-3, "value {i}: {got} for {expected}");
        }
    }

    /// Reduction before conversion, of planes as they are stored, against reduction of a converted
    /// upright copy.
    #[test]
    fn a_reduced_frame_agrees_with_its_upright_rgb_copy(
        (w, h, padding, format) in (1u32..60, 1u32..60, 0usize..5, format()),
        (orientation, color) in (orientation(), color()),
        (border, bgr, side) in (border(), any::<bool>(), 1usize..12),
        (scale, angle, at_x, at_y) in (1.51f32..9.0, -180f32..180.0, -25f32..60.0, -25f32..60.0),
        seed in any::<u64>(),
    ) {
        // Chroma that does not vary, and luma in the middle: both ways are then the same but for
        // rounding.
        let (mut data, stride) = buffer(format, w, h, padding, seed);
        let has_chroma = format.chroma_block().is_some();
        if has_chroma {
            for (i, byte) in data.iter_mut().enumerate() {
                let is_luma = match format {
                    PixelFormat::Yuyv => i % stride % 2 == 0,
                    PixelFormat::Uyvy => i % stride % 2 == 1,
                    _ => i < stride * h as usize,
                };
                *byte = if is_luma { 90 + *byte / 4 } else { 131 };
            }
        }
        let frame = Frame::new(&data, w, h, stride, format).unwrap().oriented(orientation).with_color(color);
        let copy: Vec<u8> = (0..frame.height() as usize)
            .flat_map(|y| (0..frame.width() as usize).map(move |x| (x, y)))
            .flat_map(|(x, y)| pixel(&frame, x, y).map(|v| v.round() as u8))
            .collect();
        let copied = Frame::new(&copy, frame.width(), frame.height(), 3 * frame.width() as usize, PixelFormat::Rgb8).unwrap();
        let source_from_target = Similarity::new(scale, angle, Point::new(at_x, at_y)).unwrap();
        let crop = Crop { width: side, height: side, source_from_target, border };
        let order = if bgr { ChannelOrder::Bgr } else { ChannelOrder::Rgb };
        let [mut got, mut expected] = [vec![f32::NAN; 3 * side * side], vec![f32::NAN; 3 * side * side]];
        warp_into(&frame, &crop, &plain(order), &mut got).unwrap();
        warp_into(&copied, &crop, &plain(order), &mut expected).unwrap();
        for (i, (got, expected)) in got.iter().zip(&expected).enumerate() {
            // Half a level from the copy's rounding.
            prop_assert!((got - expected).abs() < 0.6, "value {i}: {got} for {expected}");
        }
    }

    #[test]
    fn any_transform_ends_in_finite_values(
        (w, h, format, orientation) in (1u32..40, 1u32..40, format(), orientation()),
        (width, height, border) in (1usize..20, 1usize..20, border()),
        (magnitude, angle) in (-30f32..38.0, -180f32..180.0),
        (at_x, at_y) in (prop_oneof![-50f32..50.0, any::<f32>()], prop_oneof![-50f32..50.0, any::<f32>()]),
    ) {
        let (mut data, stride) = buffer(format, w, h, 0, 1);
        data.fill(200);
        let frame = Frame::new(&data, w, h, stride, format).unwrap().oriented(orientation);
        let transform = Similarity::new(10f32.powf(magnitude), angle, Point::new(at_x, at_y));
        prop_assume!(transform.is_some());
        let crop = Crop { width, height, source_from_target: transform.unwrap(), border };
        let mut out = vec![f32::NAN; width * height * 3];
        warp_into(&frame, &crop, &plain(ChannelOrder::Rgb), &mut out).unwrap();
        let [r, g, b] = pixel(&frame, 0, 0);
        let (low, high) = (r.min(g).min(b) as f32, r.max(g).max(b) as f32 + 0.01);
        let low = if border == Border::Replicate { low - 0.01 } else { 0.0 };
        prop_assert!(out.iter().all(|v| (low..=high).contains(v)), "{out:?}");
    }
}

/// A smooth picture of 320 × 240 whose colours say where one is.
fn gradient(x: f64, y: f64) -> [f64; 3] {
    [x * 0.7, y, 40.0 + 0.3 * x + 0.4 * y]
}

fn painted(w: u32, h: u32, stride: usize) -> Vec<u8> {
    let mut data = vec![0; stride * h as usize];
    for y in 0..h as usize {
        for x in 0..w as usize {
            let rgb = gradient(x as f64 + 0.5, y as f64 + 0.5).map(|v| v.round() as u8);
            data[y * stride + 3 * x..][..3].copy_from_slice(&rgb);
        }
    }
    data
}

#[test]
fn a_reduced_source_keeps_its_geometry() {
    // Strides: none, whole pixels, and one that the resizer cannot take.
    for (stride, scale) in [(960, 1.6), (966, 3.3), (961, 7.1)] {
        let data = painted(320, 240, stride);
        let frame = Frame::new(&data, 320, 240, stride, PixelFormat::Rgb8).unwrap();
        let side = (100.0 / scale) as usize;
        let source_from_target = Similarity::new(scale as f32, 25.0, Point::new(150.3, 60.7)).unwrap();
        let crop = Crop { width: side, height: side, source_from_target, border: Border::Black };
        let mut out = vec![0.0; side * side * 3];
        warp_into(&frame, &crop, &plain(ChannelOrder::Rgb), &mut out).unwrap();
        for (i, got) in out.chunks(3).enumerate() {
            let p = crop.source_from_target.apply(Point::new((i % side) as f32 + 0.5, (i / side) as f32 + 0.5));
            let expected = gradient(p.x.into(), p.y.into());
            let off = got.iter().zip(expected).map(|(g, e)| (f64::from(*g) - e).abs()).fold(0.0, f64::max);
            assert!(off < 1.2, "scale {scale}, pixel {i}: {got:?} for {expected:?}");
        }
    }
}

/// Found by fuzzing: the reducing filter read the padding behind the last column, and missed the
/// pixels beside the needed stretch where rows had to be copied.
#[test]
fn a_reduced_source_is_the_same_whatever_its_padding() {
    let (w, h) = (50usize, 40usize);
    let picture = noise(w * h * 3, 11);
    let tight = Frame::new(&picture, w as u32, h as u32, w * 3, PixelFormat::Rgb8).unwrap();
    // Whole pixels of padding, behind the last row too; the same without that; padding of a byte.
    for (padding, behind) in [(6, 6), (6, 0), (1, 1), (1, 0)] {
        let rows = picture.chunks(w * 3).flat_map(|row| row.iter().copied().chain(std::iter::repeat_n(255, padding)));
        let data: Vec<u8> = rows.take((w * 3 + padding) * h - padding + behind).collect();
        let frame = Frame::new(&data, w as u32, h as u32, w * 3 + padding, PixelFormat::Rgb8).unwrap();
        for (border, at) in
            [(Border::Replicate, 0.0), (Border::Black, 0.0), (Border::Replicate, 200.0), (Border::Black, 21.0)]
        {
            let source_from_target = Similarity::new(7.3, 10.0, Point::new(at, 4.0)).unwrap();
            let crop = Crop { width: 5, height: 6, source_from_target, border };
            let [mut expected, mut got] = [vec![f32::NAN; 90], vec![f32::NAN; 90]];
            warp_into(&tight, &crop, &plain(ChannelOrder::Rgb), &mut expected).unwrap();
            warp_into(&frame, &crop, &plain(ChannelOrder::Rgb), &mut got).unwrap();
            // A level of rounding: copied rows begin elsewhere, and so do the filter's positions.
            let far = expected.iter().zip(&got).find(|(a, b)| (**a - **b).abs() > 1.01);
            assert_eq!(far, None, "padding {padding} + {behind}, {border:?} at {at}");
        }
    }
}

#[test]
fn shrinking_averages_and_does_not_alias() {
    // Lines one pixel wide, black and white: any skipping warp shows them as bands, an average
    // as grey.
    let data: Vec<u8> = (0..400 * 400).map(|i| if i % 400 % 2 == 0 { 255 } else { 0 }).collect();
    let frame = Frame::new(&data, 400, 400, 400, PixelFormat::Gray8).unwrap();
    for (scale, angle) in [(2.1, 0.0), (3.7, 0.0), (3.7, 20.0), (9.3, 45.0)] {
        let side = (250.0 / scale) as usize;
        let half = Similarity::new(scale as f32, angle, Point::default())
            .unwrap()
            .apply(Point::new(side as f32 / 2.0, side as f32 / 2.0));
        let source_from_target =
            Similarity::new(scale as f32, angle, Point::new(200.0 - half.x, 200.0 - half.y)).unwrap();
        let crop = Crop { width: side, height: side, source_from_target, border: Border::Black };
        let mut out = vec![0.0; side * side * 3];
        warp_into(&frame, &crop, &plain(ChannelOrder::Rgb), &mut out).unwrap();
        let worst = out.iter().map(|v| (v - 127.5).abs()).fold(0.0, f32::max);
        assert!(worst < 26.0, "scale {scale}, angle {angle}: {worst} off grey");
    }
}

#[test]
fn the_frame_shrunk_whole_fades_only_at_its_edge() {
    let data = vec![255; 1280 * 720 * 3];
    let frame = Frame::new(&data, 1280, 720, 1280 * 3, PixelFormat::Bgr8).unwrap();
    // 1280 × 720 into 192 × 192: black bars of 42 rows above and below.
    let scale = 1280.0 / 192.0;
    let source_from_target = Similarity::new(scale, 0.0, Point::new(0.0, (720.0 - 1280.0) / 2.0)).unwrap();
    let crop = Crop { width: 192, height: 192, source_from_target, border: Border::Black };
    let photo = warp_rgb8(&frame, &crop).unwrap();
    let level = |x: usize, y: usize| photo.pixels()[(y * 192 + x) * 3];
    assert_eq!((level(96, 40), level(96, 43), level(96, 96), level(0, 96), level(191, 96)), (0, 255, 255, 255, 255));
    assert_eq!((level(96, 148), level(96, 152)), (255, 0));
}

#[test]
fn normalises_in_the_order_asked_for() {
    let data = [10, 20, 30];
    let frame = Frame::new(&data, 1, 1, 3, PixelFormat::Rgb8).unwrap();
    let crop = Crop { width: 1, height: 1, source_from_target: Similarity::IDENTITY, border: Border::Black };
    let normalisation = Normalisation { order: ChannelOrder::Bgr, mean: [1.0, 2.0, 3.0], scale: [1.0, 0.5, 2.0] };
    let mut out = [0.0; 3];
    warp_into(&frame, &crop, &normalisation, &mut out).unwrap();
    assert_eq!(out, [29.0, 9.0, 14.0]);
    assert_eq!(warp_rgb8(&frame, &crop).unwrap().pixels(), data, "previews are RGB");
}

#[test]
fn wrong_sizes_are_refused() {
    let data = [0; 3];
    let frame = Frame::new(&data, 1, 1, 3, PixelFormat::Rgb8).unwrap();
    let kind = |width, height, len| {
        let crop = Crop { width, height, source_from_target: Similarity::IDENTITY, border: Border::Black };
        let result = warp_into(&frame, &crop, &plain(ChannelOrder::Rgb), &mut vec![0.0; len]);
        (result.map_err(|e| e.kind()).err(), warp_rgb8(&frame, &crop).map_err(|e| e.kind()).err())
    };
    let (shape, argument) = (Some(ErrorKind::ShapeMismatch), Some(ErrorKind::InvalidArgument));
    assert_eq!(kind(2, 3, 18), (None, None));
    assert_eq!(kind(2, 3, 17), (shape, None));
    assert_eq!(kind(0, 3, 0), (argument, argument));
    assert_eq!(kind(3, 16_385, 9), (argument, argument));
    assert_eq!(kind(usize::MAX, usize::MAX, 9), (argument, argument));
}

/// What `docs/security.md` states: sampling is the same bit for bit, reduction differs by rounding
/// alone.
#[test]
fn instruction_sets_agree_within_rounding() {
    for format in PixelFormat::ALL {
        let (data, stride) = buffer(format, 61, 47, 3, 5);
        let frame = Frame::new(&data, 61, 47, stride, format).unwrap();
        for (scale, bound) in [(0.3, 0.0), (1.4, 0.0), (1.6, 1e-3), (4.7, 1e-3), (30.0, 1e-3)] {
            let source_from_target = Similarity::new(scale, 17.0, Point::new(3.0, -2.0)).unwrap();
            let crop = Crop { width: 33, height: 9, source_from_target, border: Border::Replicate };
            let warped = |level| {
                let mut out = vec![f32::NAN; 3 * crop.width * crop.height];
                warp_at(level, &frame, &crop, &plain(ChannelOrder::Rgb), &mut out).unwrap();
                out
            };
            let scalar = warped(Level::SCALAR);
            for level in Level::all() {
                let off = scalar.iter().zip(warped(level)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(off <= bound, "{format:?} at {scale}, {}: {off}", level.name());
            }
        }
    }
}
