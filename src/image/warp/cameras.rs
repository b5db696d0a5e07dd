//! Every format against the RGB picture that it was made from: all orientations, odd sides, every
//! instruction set; and buffers as cameras hand them out.

use super::tests::plain;
use super::write::warp_at;
use crate::geometry::{Point, Similarity};
use crate::image::pixel_format::PixelFormat as P;
use crate::image::{
    Border, ChannelOrder, ColorMatrix, ColorRange, ColorSpace, Crop, Frame, Orientation, Pixels, Plane, Planes,
};
use crate::simd::Level;

const COLORS: [ColorSpace; 4] = [ColorSpace::JFIF, ColorSpace::BT601, ColorSpace::BT709, ColorSpace::BT2020];

/// An RGB picture, tight.
struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<[f64; 3]>,
}

impl Picture {
    /// Blocks of 2 × 2 pixels with one chroma each and luma that varies: what subsampled formats
    /// can hold without loss.
    fn of_blocks(width: usize, height: usize) -> Self {
        let rgb = |x: usize, y: usize| {
            let [i, j] = [(x / 2) as f64, (y / 2) as f64];
            let brighter = 5.0 * (x % 2) as f64 + 11.0 * (y % 2) as f64;
            [60.0 + 9.0 * i % 90.0, 200.0 - 13.0 * j % 110.0, 90.0 + 7.0 * (i + j) % 100.0].map(|v| v + brighter)
        };
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        Self { width, height, rgb: places.map(|(x, y)| rgb(x, y)).collect() }
    }

    /// Colours that change slowly: what a reduction of luma and chroma apart leaves alone.
    fn smooth(width: usize, height: usize) -> Self {
        let (w, h) = (width as f64, height as f64);
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x as f64 / w, y as f64 / h)));
        let rgb = places.map(|(x, y)| [60.0 + 130.0 * x, 190.0 - 120.0 * y, 80.0 + 40.0 * (x + y)]).collect();
        Self { width, height, rgb }
    }

    fn at(&self, x: usize, y: usize) -> [f64; 3] {
        self.rgb[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
    }

    fn rgb8(&self) -> Vec<u8> {
        self.rgb.iter().flatten().map(|v| v.round() as u8).collect()
    }

    /// Luma, U and V by the standards' equations, as levels of 256 to a byte, not rounded.
    fn yuv(&self, x: usize, y: usize, color: ColorSpace, white: f64) -> [f64; 3] {
        let (red, blue) = match color.matrix {
            ColorMatrix::Bt601 => (0.299, 0.114),
            ColorMatrix::Bt709 => (0.2126, 0.0722),
            ColorMatrix::Bt2020 => (0.2627, 0.0593),
        };
        let [r, g, b] = self.at(x, y).map(|v| v / 255.0);
        let luma = red * r + (1.0 - red - blue) * g + blue * b;
        let (u, v) = ((b - luma) / (2.0 - 2.0 * blue), (r - luma) / (2.0 - 2.0 * red));
        match color.range {
            ColorRange::Full => [white * luma, 128.0 + white * u, 128.0 + white * v],
            ColorRange::Limited => [16.0 + 219.0 * luma, 128.0 + 224.0 * u, 128.0 + 224.0 * v],
        }
    }

    /// The picture in `format` as one buffer, chroma being the mean of the pixels that share it;
    /// and its stride.
    fn encode(&self, format: P, color: ColorSpace) -> (Vec<u8>, usize) {
        let (w, h) = (self.width, self.height);
        let (half_w, half_h) = (w.div_ceil(2), h.div_ceil(2));
        let each = |columns: usize, rows: usize| (0..rows).flat_map(move |y| (0..columns).map(move |x| (x, y)));
        let byte = |v: f64| v.round().clamp(0.0, 255.0) as u8;
        let rgb8 = |order: [usize; 3], (x, y)| order.map(|c| byte(self.at(x, y)[c]));
        let luma = |x, y| self.yuv(x, y, color, 255.0)[0];
        // The mean over the pixels of a block that the picture has.
        let chroma = |x: usize, y: usize, rows: usize, white: f64| -> [f64; 2] {
            let block = each(2, rows).map(|(i, j)| (2 * x + i, rows * y + j)).filter(|(x, y)| *x < w && *y < h);
            let values: Vec<[f64; 3]> = block.map(|(x, y)| self.yuv(x, y, color, white)).collect();
            [1, 2].map(|c| values.iter().map(|v| v[c]).sum::<f64>() / values.len() as f64)
        };
        let pairs = |rows: usize| each(half_w, h.div_ceil(rows)).map(move |(x, y)| chroma(x, y, rows, 255.0).map(byte));
        let padded = |x: usize, y: usize| if x < w { byte(luma(x, y)) } else { 77 };
        // Luma in rows of whole pairs, so that both planes have one stride.
        let wide = 2 * half_w;
        let luma_of = |stride: usize| each(stride, h).map(|(x, y)| padded(x, y));
        match format {
            P::Rgb8 => (each(w, h).flat_map(|at| rgb8([0, 1, 2], at)).collect(), 3 * w),
            P::Bgr8 => (each(w, h).flat_map(|at| rgb8([2, 1, 0], at)).collect(), 3 * w),
            P::Rgba8 | P::Bgra8 => {
                let order = if format == P::Rgba8 { [0, 1, 2] } else { [2, 1, 0] };
                (each(w, h).flat_map(|at| rgb8(order, at).into_iter().chain([7])).collect(), 4 * w)
            }
            P::Argb8 | P::Abgr8 => {
                let order = if format == P::Argb8 { [0, 1, 2] } else { [2, 1, 0] };
                (each(w, h).flat_map(|at| [7].into_iter().chain(rgb8(order, at))).collect(), 4 * w)
            }
            P::Gray8 => (luma_of(w).collect(), w),
            P::Nv12 => (luma_of(wide).chain(pairs(2).flatten()).collect(), wide),
            P::Nv16 => (luma_of(wide).chain(pairs(1).flatten()).collect(), wide),
            P::Nv21 => (luma_of(wide).chain(pairs(2).flat_map(|[u, v]| [v, u])).collect(), wide),
            P::I420 => (luma_of(wide).chain(pairs(2).map(|[u, _]| u)).chain(pairs(2).map(|[_, v]| v)).collect(), wide),
            P::Yv12 => (luma_of(wide).chain(pairs(2).map(|[_, v]| v)).chain(pairs(2).map(|[u, _]| u)).collect(), wide),
            P::P010 => {
                // Ten bits, then six of nothing.
                let word = |v: f64| (((4.0 * v).round().clamp(0.0, 1023.0) as u16) << 6).to_le_bytes();
                let white = 1023.0 / 4.0;
                let luma = each(wide, h).flat_map(|(x, y)| word(self.yuv(x, y, color, white)[0]));
                let pairs = each(half_w, half_h).flat_map(|(x, y)| chroma(x, y, 2, white).map(word)).flatten();
                (luma.chain(pairs).collect(), 2 * wide)
            }
            P::Yuyv | P::Uyvy => {
                let quad = |(x, y)| {
                    let ([u, v], [a, b]) = (chroma(x, y, 1, 255.0).map(byte), [padded(2 * x, y), padded(2 * x + 1, y)]);
                    if format == P::Yuyv { [a, u, b, v] } else { [u, a, v, b] }
                };
                (each(half_w, h).flat_map(quad).collect(), 4 * half_w)
            }
        }
    }
}

fn crop(scale: f32, [width, height]: [usize; 2]) -> Crop {
    let source_from_target = Similarity::new(scale, 9.0, Point::new(0.4, -0.7)).unwrap();
    Crop { width, height, source_from_target, border: Border::Replicate }
}

fn warped(level: Level, frame: &Frame<'_>, crop: &Crop, order: ChannelOrder) -> Vec<f32> {
    let mut out = vec![f32::NAN; 3 * crop.width * crop.height];
    warp_at(level, frame, crop, &plain(order), &mut out).unwrap();
    out
}

/// The largest difference of two warps on any instruction set, both channel orders.
fn farthest(a: &Frame<'_>, b: &Frame<'_>, crop: &Crop) -> f32 {
    let mut farthest = 0.0f32;
    for (level, order) in Level::all().into_iter().zip([ChannelOrder::Rgb, ChannelOrder::Bgr].into_iter().cycle()) {
        let (a, b) = (warped(level, a, crop, order), warped(level, b, crop, order));
        assert!(a.iter().chain(&b).all(|v| v.is_finite()));
        farthest = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(farthest, f32::max);
    }
    farthest
}

/// How far a format may be from its RGB: a rounding of each of luma and chroma, the latter weighed
/// by up to 1.88 and, in limited range, 255/224; of ten bits a quarter of that. And half a level of
/// the RGB's own rounding.
fn bound(format: P) -> f32 {
    match format {
        P::Rgb8 | P::Bgr8 | P::Rgba8 | P::Bgra8 | P::Argb8 | P::Abgr8 => 0.001,
        P::P010 => 0.5 + 0.25 * 1.7,
        _ => 0.5 + 1.7,
    }
}

#[test]
fn every_format_shows_the_rgb_that_it_was_made_from() {
    for (width, height) in [(21, 17), (20, 16), (3, 2), (2, 5), (1, 1)] {
        let (blocks, smooth) = (Picture::of_blocks(width, height), Picture::smooth(4 * width + 1, 4 * height + 3));
        for format in P::ALL.into_iter().filter(|format| *format != P::Gray8) {
            for (exif, color) in (1..=8).zip(COLORS.into_iter().cycle()) {
                let orientation = Orientation::from_exif(exif).unwrap();
                let check = |picture: &Picture, scale: f32, bound: f32| {
                    let ((data, stride), rgb) = (picture.encode(format, color), picture.rgb8());
                    let (w, h) = (picture.width as u32, picture.height as u32);
                    let frame =
                        Frame::new(&data, w, h, stride, format).unwrap().with_color(color).oriented(orientation);
                    let rgb = Frame::new(&rgb, w, h, 3 * picture.width, P::Rgb8).unwrap().oriented(orientation);
                    let far = farthest(&frame, &rgb, &crop(scale, [13, 11]));
                    assert!(far <= bound, "{format:?} {width}×{height} {orientation:?} {color:?} at {scale}: {far}");
                    // And single pixels.
                    let (pixels, expected) = (Pixels::new(&frame).unwrap(), Pixels::new(&rgb).unwrap());
                    for (x, y) in (0..frame.height()).flat_map(|y| (0..frame.width()).map(move |x| (x, y))) {
                        let place = Point::new(x as f32 + 0.5, y as f32 + 0.5);
                        let (got, expected) = (pixels.at(place).unwrap(), expected.at(place).unwrap());
                        let far = got.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max().unwrap();
                        assert!(f32::from(far) <= bound.ceil(), "{format:?}: {got:?} for {expected:?} at {x}, {y}");
                    }
                };
                check(&blocks, 0.7, bound(format));
                // Four columns of a slope in a block, at most 3 levels apart in each channel.
                if width > 3 {
                    check(&smooth, 2.9, bound(format) + 3.0);
                }
            }
        }
    }
}

#[test]
fn grey_is_the_luma() {
    let picture = Picture::of_blocks(21, 17);
    let (gray, stride) = picture.encode(P::Gray8, ColorSpace::JFIF);
    let rgb: Vec<u8> = gray.iter().flat_map(|v| [*v; 3]).collect();
    let frame = Frame::new(&gray, 21, 17, stride, P::Gray8).unwrap();
    let rgb = Frame::new(&rgb, 21, 17, 63, P::Rgb8).unwrap();
    for scale in [0.7, 2.9] {
        assert!(farthest(&frame, &rgb, &crop(scale, [13, 11])) <= 0.001);
    }
}

/// Planes of the three channels, each of a buffer of its own, as three `ByteBuffer`s are.
struct Android {
    y: Vec<u8>,
    u: Vec<u8>,
    v: Vec<u8>,
    strides: [usize; 2],
    chroma_step: usize,
}

impl Android {
    /// Views of an NV12 picture, each from its first sample to its last.
    fn interleaved(picture: &Picture) -> Self {
        let (data, stride) = picture.encode(P::Nv12, ColorSpace::JFIF);
        let (y, pairs) = data.split_at(stride * picture.height);
        let (u, v) = (&pairs[..pairs.len() - 1], &pairs[1..]);
        // The last row of luma lacks its padding, too.
        let y = &y[..y.len() - (stride - picture.width)];
        Self { y: y.to_vec(), u: u.to_vec(), v: v.to_vec(), strides: [stride; 2], chroma_step: 2 }
    }

    fn apart(picture: &Picture) -> Self {
        let (data, stride) = picture.encode(P::I420, ColorSpace::JFIF);
        let (y, chroma) = data.split_at(stride * picture.height);
        let (u, v) = chroma.split_at(chroma.len() / 2);
        Self { y: y.to_vec(), u: u.to_vec(), v: v.to_vec(), strides: [stride, stride / 2], chroma_step: 1 }
    }

    fn planes(&self) -> Planes<'_> {
        let [y, chroma] = self.strides;
        let (y, u, v) = (Plane::new(&self.y, y), Plane::new(&self.u, chroma), Plane::new(&self.v, chroma));
        Planes::Yuv420 { y, u, v, chroma_step: self.chroma_step }
    }
}

#[test]
fn androids_planes_are_taken_with_either_pixel_stride() {
    for (width, height) in [(20, 16), (21, 17), (2, 2), (1, 3)] {
        let picture = Picture::of_blocks(width, height);
        let (w, h) = (width as u32, height as u32);
        let (data, stride) = picture.encode(P::Nv12, ColorSpace::JFIF);
        let expected = Frame::new(&data, w, h, stride, P::Nv12).unwrap().with_color(ColorSpace::JFIF);
        for android in [Android::interleaved(&picture), Android::apart(&picture)] {
            let frame = Frame::from_planes(android.planes(), w, h).unwrap().with_color(ColorSpace::JFIF);
            assert_eq!(frame.format(), P::I420);
            for (exif, scale) in (1..=8).flat_map(|exif| [0.7, 2.1].map(|scale| (exif, scale))) {
                let orientation = Orientation::from_exif(exif).unwrap();
                let (frame, expected) = (frame.oriented(orientation), expected.oriented(orientation));
                assert_eq!(farthest(&frame, &expected, &crop(scale, [13, 11])), 0.0, "{width}×{height}, {scale}");
            }
        }
        let short = Android::interleaved(&picture);
        let refused = |data: &Android| Frame::from_planes(data.planes(), w, h).is_err();
        for cut in 0..3 {
            let mut android = Android { y: short.y.clone(), u: short.u.clone(), v: short.v.clone(), ..short };
            [&mut android.y, &mut android.u, &mut android.v][cut].pop();
            assert!(refused(&android), "{width}×{height}: a byte less than the last sample needs");
        }
        for chroma_step in [0, 3, 4, usize::MAX] {
            assert!(refused(&Android { chroma_step, ..Android::interleaved(&picture) }));
        }
    }
}

#[test]
fn pairs_may_lack_their_last_sample() {
    for (format, width, height) in [
        (P::Nv12, 20, 16),
        (P::Nv21, 21, 17),
        (P::Nv16, 9, 5),
        (P::P010, 21, 6),
        // No sample to the left, then none at all.
        (P::Nv12, 2, 4),
        (P::P010, 1, 3),
        (P::Nv21, 1, 1),
        (P::P010, 2, 2),
    ] {
        let size = if format == P::P010 { 2 } else { 1 };
        let (whole, stride) = Picture::of_blocks(width, height).encode(format, ColorSpace::JFIF);
        let (w, h) = (width as u32, height as u32);
        let framed = |data| Frame::new(data, w, h, stride, format).map(|frame| frame.with_color(ColorSpace::JFIF));
        // What the missing sample is taken for.
        let mut filled = whole.clone();
        let at = whole.len() - size;
        for byte in at..whole.len() {
            let chroma_rows = (whole.len() - stride * height) / stride;
            filled[byte] = match (width, chroma_rows) {
                (3.., _) => whole[byte - 2 * size],
                (_, 2..) => whole[byte - stride],
                _ if byte == whole.len() - 1 => 128,
                _ => 0,
            };
        }
        let expected = framed(&filled).unwrap();
        for lacks in 1..=size {
            let frame = framed(&whole[..whole.len() - lacks]).unwrap();
            for (exif, scale) in (1..=8).flat_map(|exif| [0.3, 1.0, 1.9, 7.0].map(|scale| (exif, scale))) {
                let orientation = Orientation::from_exif(exif).unwrap();
                let (frame, expected) = (frame.oriented(orientation), expected.oriented(orientation));
                let far = farthest(&frame, &expected, &crop(scale, [13, 11]));
                assert_eq!(far, 0.0, "{format:?} {width}×{height} {exif} at {scale}");
                let last = Point::new(frame.width() as f32 - 0.5, frame.height() as f32 - 0.5);
                assert_eq!(Pixels::new(&frame).unwrap().at(last), Pixels::new(&expected).unwrap().at(last));
            }
        }
        assert!(framed(&whole[..whole.len() - size - 1]).is_err(), "{format:?}: a byte more is missing");
    }
}
