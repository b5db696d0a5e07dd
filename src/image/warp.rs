//! The single pass from a frame to a network's input: cut, turn, scale, order the channels and normalise.

use super::decode::Photo;
use super::frame::Frame;
use super::region::{self, Region};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Similarity;
use crate::model::{ChannelOrder, InputSpec};

/// Largest side of a crop, in pixels.
const MAX_SIDE_PX: usize = 16_384;

/// What lies outside the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Border {
    /// Black pixels (0 before normalisation); at the frame's edge they blend in like any neighbour.
    Black,
    /// The nearest pixel of the frame.
    Replicate,
}

/// Which part of a frame becomes an image of which size.
#[derive(Debug, Clone, PartialEq)]
pub struct Crop {
    /// Width of the result in pixels, 1 ..= 16,384.
    pub width: usize,
    /// Height of the result in pixels, 1 ..= 16,384.
    pub height: usize,
    /// Where the result's points lie in the frame: the result's pixel (x, y) is the frame's value at the image of
    /// (x + 0.5, y + 0.5).
    pub source_from_target: Similarity,
    /// What lies outside the frame.
    pub border: Border,
}

/// How pixels become a network's numbers: `(pixel − mean) · scale`, pixel in 0 ..= 255, per channel in `order`.
#[derive(Debug, Clone, PartialEq)]
pub struct Normalisation {
    /// Which channel comes first.
    pub order: ChannelOrder,
    /// Subtracted from the pixel, per channel of the result.
    pub mean: [f32; 3],
    /// Multiplied after that, per channel of the result.
    pub scale: [f32; 3],
}

impl From<&InputSpec> for Normalisation {
    fn from(input: &InputSpec) -> Self {
        Self { order: input.channels, mean: input.mean, scale: input.scale }
    }
}

/// Writes the crop of `frame`, normalised, to `out`: `height · width · 3` values, channels last, rows from the top.
///
/// Sampling is bilinear. Where the crop shrinks its source by more than 1.5 the needed part is first reduced to about one
/// source pixel per target pixel with an antialiasing filter, so that nothing is skipped. After a first call of that size a
/// thread allocates no pixel memory (the reduction allocates its filter coefficients, some KiB).
///
/// A transform that points far outside, or that shrinks or enlarges without measure, is not an error: it shows the border, or
/// few pixels.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] in [`Stage::Image`] if `out` has another length, [`ErrorKind::InvalidArgument`] if a side of
/// the crop is out of range.
pub fn warp_into(frame: &Frame<'_>, crop: &Crop, normalisation: &Normalisation, out: &mut [f32]) -> Result<()> {
    let expected = crop.checked_len()?;
    if out.len() != expected {
        let message = format!("the buffer has {} values, the crop {expected}", out.len());
        return Err(Error::new(ErrorKind::ShapeMismatch, Stage::Image, message));
    }
    let (mean, scale) = (quad(normalisation.mean), quad(normalisation.scale));
    warp(frame, crop, normalisation.order == ChannelOrder::Bgr, out, |pixel| {
        let [a, b, c, _] = each(each(pixel, mean, |p, m| p - m), scale, |p, s| p * s);
        [a, b, c]
    })
}

/// The crop of `frame` as an RGB photo, sampled like [`warp_into`] and rounded: for previews and overlays.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] in [`Stage::Image`] if a side of the crop is out of range, [`ErrorKind::LimitExceeded`] if
/// there is no memory for the result.
pub fn warp_rgb8(frame: &Frame<'_>, crop: &Crop) -> Result<Photo> {
    let len = crop.checked_len()?;
    let mut pixels = Vec::new();
    if pixels.try_reserve_exact(len).is_err() {
        return Err(Error::new(ErrorKind::LimitExceeded, Stage::Image, "there is no memory for the crop"));
    }
    pixels.resize(len, 0u8);
    // Casts from float to integer saturate, and the interpolated values are inside 0 ..= 255 anyway.
    warp(frame, crop, false, &mut pixels, |[r, g, b, _]| {
        [r, g, b].map(|v| (v + 0.5) as u8)
    })?;
    Photo::from_rgb8(crop.width as u32, crop.height as u32, pixels)
}

impl Crop {
    /// `width * height * 3`.
    fn checked_len(&self) -> Result<usize> {
        let in_range = |side: usize| (1..=MAX_SIDE_PX).contains(&side);
        let len = self.width.checked_mul(self.height).and_then(|n| n.checked_mul(3));
        len.filter(|_| in_range(self.width) && in_range(self.height)).ok_or_else(|| {
            let message = format!("a crop of {}×{} pixels: sides must be 1 to {MAX_SIDE_PX}", self.width, self.height);
            Error::new(ErrorKind::InvalidArgument, Stage::Image, message)
        })
    }
}

fn warp<T>(frame: &Frame<'_>, crop: &Crop, bgr: bool, out: &mut [T], finish: impl Fn([f32; 4]) -> [T; 3]) -> Result<()> {
    region::with_workspace(|workspace| {
        let region = region::stage(workspace, frame, crop, bgr)?;
        for (y, row) in out.chunks_exact_mut(3 * crop.width).enumerate() {
            sample_row(&region, y, row.as_chunks_mut().0, &finish);
        }
        Ok(())
    })
}

/// One row of the result.
fn sample_row<T>(region: &Region<'_>, y: usize, row: &mut [[T; 3]], finish: impl Fn([f32; 4]) -> [T; 3]) {
    let y = y as f64;
    let ([u0, v0], [u_row, v_row], [du, dv]) = (region.origin, region.per_row, region.per_column);
    let (u0, v0) = (u0 + y * u_row, v0 + y * v_row);
    let ([u_low, v_low], [u_high, v_high]) = (region.lowest, region.highest);
    for (x, target) in row.iter_mut().enumerate() {
        // Not summed up step by step, so that errors do not add up either.
        let x = x as f64;
        let (column, fx) = split(between(u0 + x * du, u_low, u_high));
        let (line, fy) = split(between(v0 + x * dv, v_low, v_high));
        let at = line * region.pitch + column;
        // Both pairs exist: clamped positions leave a neighbour right and below inside the apron.
        let above = region.pixels.get(at..).and_then(|p| p.first_chunk::<2>());
        let below = region.pixels.get(at + region.pitch..).and_then(|p| p.first_chunk::<2>());
        if let (Some([a, b]), Some([c, d])) = (above, below) {
            let along = |from, to| each(from, to, |f, t| f + fx * (t - f));
            *target = finish(each(along(*a, *b), along(*c, *d), |f, t| f + fy * (t - f)));
        }
    }
}

/// Lane by lane; the compiler makes one vector operation of it.
#[inline(always)]
fn each(a: [f32; 4], b: [f32; 4], f: impl Fn(f32, f32) -> f32) -> [f32; 4] {
    let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (a, b);
    [f(a0, b0), f(a1, b1), f(a2, b2), f(a3, b3)]
}

fn quad([a, b, c]: [f32; 3]) -> [f32; 4] {
    [a, b, c, 0.0]
}

fn between(v: f64, low: f64, high: f64) -> f64 {
    let v = if v > low { v } else { low };
    if v < high { v } else { high }
}

/// Whole part and remainder of a position in 0 .. 2²⁸, the latter to 24 binary digits: adding 2²⁸ moves the binary point to a
/// fixed place of the mantissa. A quarter of the time of a cast from float to integer and back.
fn split(v: f64) -> (usize, f32) {
    const SHIFT: f64 = (1u64 << 28) as f64;
    const UNIT: f32 = 1.0 / (1 << 24) as f32;
    let bits = (v + SHIFT).to_bits();
    let whole = ((bits >> 24) as u32) & 0x0FFF_FFFF;
    let remainder = (bits as u32) & 0x00FF_FFFF;
    (whole as usize, remainder as i32 as f32 * UNIT)
}

#[cfg(test)]
mod tests {
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
                (PixelFormat::Rgb8, ChannelOrder::Rgb) | (PixelFormat::Bgr8, ChannelOrder::Bgr) => f64::from(bytes[channel]),
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

    #[test]
    fn shrinking_averages_and_does_not_alias() {
        // Lines one pixel wide, black and white: any skipping warp shows them as bands, an average as grey.
        let data: Vec<u8> = (0..400 * 400).map(|i| if i % 400 % 2 == 0 { 255 } else { 0 }).collect();
        let frame = Frame::new(&data, 400, 400, 400, PixelFormat::Gray8).unwrap();
        for (scale, angle) in [(2.1, 0.0), (3.7, 0.0), (3.7, 20.0), (9.3, 45.0)] {
            let side = (250.0 / scale) as usize;
            let half = Similarity::new(scale as f32, angle, Point::default()).unwrap().apply(Point::new(side as f32 / 2.0, side as f32 / 2.0));
            let source_from_target = Similarity::new(scale as f32, angle, Point::new(200.0 - half.x, 200.0 - half.y)).unwrap();
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
}
