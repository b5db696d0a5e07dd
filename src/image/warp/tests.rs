//! The warp against a slow, plain reference, and what may not happen whatever the transform.

use super::*;
use crate::geometry::Point;
use crate::image::PixelFormat;
use proptest::prelude::*;

/// Slow and plain: four taps per pixel, each asked for its border, all in double precision.
fn reference(frame: &Frame<'_>, crop: &Crop, order: ChannelOrder) -> Vec<f32> {
    let (width, height) = (i64::from(frame.width()), i64::from(frame.height()));
    let tap = |x: i64, y: i64, channel: usize| -> f64 {
        let (cx, cy) = (x.clamp(0, width - 1), y.clamp(0, height - 1));
        if (cx, cy) != (x, y) && crop.border == Border::Black {
            return 0.0;
        }
        let bytes = frame.row(cy as usize, cx as usize, 1);
        match (frame.format(), order) {
            (PixelFormat::Gray8, _) => f64::from(bytes[0]),
            (PixelFormat::Rgb8, ChannelOrder::Rgb) | (PixelFormat::Bgr8, ChannelOrder::Bgr) => {
                f64::from(bytes[channel])
            }
            _ => f64::from(bytes[2 - channel]),
        }
    };
    let (a, b) = crop.source_from_target.linear();
    let origin = crop.source_from_target.apply(Point::default());
    let mut out = Vec::new();
    for y in 0..crop.height {
        for x in 0..crop.width {
            let (tx, ty) = (x as f64 + 0.5, y as f64 + 0.5);
            let u = f64::from(a) * tx - f64::from(b) * ty + f64::from(origin.x) - 0.5;
            let v = f64::from(b) * tx + f64::from(a) * ty + f64::from(origin.y) - 0.5;
            let (i, j) = (u.floor(), v.floor());
            let (fx, fy) = (u - i, v - j);
            let (i, j) = (i as i64, j as i64);
            for c in 0..3 {
                let above = tap(i, j, c) * (1.0 - fx) + tap(i + 1, j, c) * fx;
                let below = tap(i, j + 1, c) * (1.0 - fx) + tap(i + 1, j + 1, c) * fx;
                out.push((above * (1.0 - fy) + below * fy) as f32);
            }
        }
    }
    out
}

fn plain(order: ChannelOrder) -> Normalisation {
    Normalisation { order, mean: [0.0; 3], scale: [1.0; 3] }
}

fn noise(len: usize, mut seed: u64) -> Vec<u8> {
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn format() -> impl Strategy<Value = PixelFormat> {
    prop_oneof![Just(PixelFormat::Rgb8), Just(PixelFormat::Bgr8), Just(PixelFormat::Gray8)]
}

fn border() -> impl Strategy<Value = Border> {
    prop_oneof![Just(Border::Black), Just(Border::Replicate)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn agrees_with_the_plain_reference(
        (w, h, padding, format) in (1u32..20, 1u32..20, 0usize..5, format()),
        (width, height, border, bgr) in (1usize..20, 1usize..20, border(), any::<bool>()),
        (scale, angle, at_x, at_y) in (0.02f32..1.5, -180f32..180.0, -25f32..25.0, -25f32..25.0),
        seed in any::<u64>(),
    ) {
        let stride = w as usize * format.bytes_per_pixel() + padding;
        let data = noise(stride * h as usize - padding, seed);
        let frame = Frame::new(&data, w, h, stride, format).unwrap();
        let source_from_target = Similarity::new(scale, angle, Point::new(at_x, at_y)).unwrap();
        let crop = Crop { width, height, source_from_target, border };
        let order = if bgr { ChannelOrder::Bgr } else { ChannelOrder::Rgb };
        let mut out = vec![f32::NAN; width * height * 3];
        warp_into(&frame, &crop, &plain(order), &mut out).unwrap();
        for (i, (got, expected)) in out.iter().zip(reference(&frame, &crop, order)).enumerate() {
            prop_assert!((got - expected).abs() < 1e-3, "value {i}: {got} for {expected}");
        }
    }

    #[test]
    fn any_transform_ends_in_finite_values(
        (w, h, format) in (1u32..40, 1u32..40, format()),
        (width, height, border) in (1usize..20, 1usize..20, border()),
        (magnitude, angle) in (-30f32..38.0, -180f32..180.0),
        (at_x, at_y) in (prop_oneof![-50f32..50.0, any::<f32>()], prop_oneof![-50f32..50.0, any::<f32>()]),
    ) {
        let data = vec![200; w as usize * h as usize * format.bytes_per_pixel()];
        let frame = Frame::new(&data, w, h, w as usize * format.bytes_per_pixel(), format).unwrap();
        let transform = Similarity::new(10f32.powf(magnitude), angle, Point::new(at_x, at_y));
        prop_assume!(transform.is_some());
        let crop = Crop { width, height, source_from_target: transform.unwrap(), border };
        let mut out = vec![f32::NAN; width * height * 3];
        warp_into(&frame, &crop, &plain(ChannelOrder::Rgb), &mut out).unwrap();
        let low = if border == Border::Replicate { 199.99 } else { 0.0 };
        prop_assert!(out.iter().all(|v| (low..=200.01).contains(v)), "{out:?}");
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

/// Found by fuzzing: the reducing filter read the padding behind the last column, and missed the pixels beside the needed
/// stretch where rows had to be copied.
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
