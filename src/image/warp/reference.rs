//! What a warp without reduction should give: the oracle of tests and of the fuzz target `frames`.
#![allow(clippy::indexing_slicing)]

use crate::geometry::Point;
use crate::image::ChannelOrder;
use crate::image::{Border, Crop};
use crate::image::{ColorMatrix, ColorRange, Frame, Orientation, PixelFormat};

/// A pixel of the upright picture by the book: orientation, planes and conversion written out, in
/// double precision.
pub(super) fn pixel(frame: &Frame<'_>, x: usize, y: usize) -> [f64; 3] {
    let [w, h] = frame.stored_size().map(|side| side as usize);
    let (x, y) = match frame.orientation() {
        Orientation::Upright => (x, y),
        Orientation::MirroredHorizontally => (w - 1 - x, y),
        Orientation::Rotated180 => (w - 1 - x, h - 1 - y),
        Orientation::MirroredVertically => (x, h - 1 - y),
        Orientation::Transposed => (y, x),
        Orientation::Rotated90 => (y, h - 1 - x),
        Orientation::Transversed => (w - 1 - y, h - 1 - x),
        Orientation::Rotated270 => (w - 1 - y, x),
    };
    // A chroma sample that the buffer does not reach is its left neighbour, else the one above.
    let missing = |plane: usize, x: usize, y: usize| match (x, y) {
        (2.., y) => Some((plane, x - 2, y)),
        (_, 1..) => Some((plane, x, y - 1)),
        _ => None,
    };
    let byte = |plane: usize, x: usize, y: usize| {
        let at = |plane: usize, x: usize, y: usize| {
            let plane = frame.plane(plane);
            plane.data.get(y * plane.stride_bytes + x).map(|byte| f64::from(*byte))
        };
        // With no neighbour there is no colour.
        at(plane, x, y).or_else(|| missing(plane, x, y).and_then(|(plane, x, y)| at(plane, x, y))).unwrap_or(128.0)
    };
    let word = |plane: usize, x: usize, y: usize| {
        let at = |plane: usize, x: usize, y: usize| {
            let plane = frame.plane(plane);
            let bytes = plane.data.get(y * plane.stride_bytes + 2 * x..)?.first_chunk::<2>()?;
            Some(f64::from(u16::from_le_bytes(*bytes)) / 256.0)
        };
        // With no neighbour there is no colour.
        at(plane, x, y).or_else(|| missing(plane, x, y).and_then(|(plane, x, y)| at(plane, x, y))).unwrap_or(128.0)
    };
    let step = frame.channels()[1].step;
    let yuv = match frame.format() {
        PixelFormat::Rgb8 => return [0, 1, 2].map(|c| byte(0, 3 * x + c, y)),
        PixelFormat::Bgr8 => return [2, 1, 0].map(|c| byte(0, 3 * x + c, y)),
        PixelFormat::Rgba8 => return [0, 1, 2].map(|c| byte(0, 4 * x + c, y)),
        PixelFormat::Bgra8 => return [2, 1, 0].map(|c| byte(0, 4 * x + c, y)),
        PixelFormat::Argb8 => return [1, 2, 3].map(|c| byte(0, 4 * x + c, y)),
        PixelFormat::Abgr8 => return [3, 2, 1].map(|c| byte(0, 4 * x + c, y)),
        PixelFormat::Gray8 => return [byte(0, x, y); 3],
        PixelFormat::Nv12 => [byte(0, x, y), byte(1, x / 2 * 2, y / 2), byte(1, x / 2 * 2 + 1, y / 2)],
        PixelFormat::Nv21 => [byte(0, x, y), byte(1, x / 2 * 2 + 1, y / 2), byte(1, x / 2 * 2, y / 2)],
        PixelFormat::Nv16 => [byte(0, x, y), byte(1, x / 2 * 2, y), byte(1, x / 2 * 2 + 1, y)],
        PixelFormat::P010 => [word(0, x, y), word(1, x / 2 * 2, y / 2), word(1, x / 2 * 2 + 1, y / 2)],
        PixelFormat::I420 => [byte(0, x, y), byte(1, x / 2 * step, y / 2), byte(2, x / 2 * step, y / 2)],
        PixelFormat::Yv12 => [byte(0, x, y), byte(2, x / 2, y / 2), byte(1, x / 2, y / 2)],
        PixelFormat::Yuyv => [byte(0, 2 * x, y), byte(0, x / 2 * 4 + 1, y), byte(0, x / 2 * 4 + 3, y)],
        PixelFormat::Uyvy => [byte(0, 2 * x + 1, y), byte(0, x / 2 * 4, y), byte(0, x / 2 * 4 + 2, y)],
    };
    let [y, u, v] = match frame.color().range {
        ColorRange::Full => {
            // Ten bits end at 1023, a quarter of which is 255.75.
            let scale = if frame.format() == PixelFormat::P010 { 1020.0 / 1023.0 } else { 1.0 };
            [scale * yuv[0], scale * (yuv[1] - 128.0), scale * (yuv[2] - 128.0)]
        }
        ColorRange::Limited => {
            [(yuv[0] - 16.0) * 255.0 / 219.0, (yuv[1] - 128.0) * 255.0 / 224.0, (yuv[2] - 128.0) * 255.0 / 224.0]
        }
    };
    // The rounded coefficients that are printed everywhere.
    let rgb = match frame.color().matrix {
        ColorMatrix::Bt601 => [y + 1.402 * v, y - 0.344_136 * u - 0.714_136 * v, y + 1.772 * u],
        ColorMatrix::Bt2020 => [y + 1.4746 * v, y - 0.164_553 * u - 0.571_353 * v, y + 1.8814 * u],
        ColorMatrix::Bt709 => [y + 1.5748 * v, y - 0.187_324 * u - 0.468_124 * v, y + 1.8556 * u],
    };
    rgb.map(|c| c.clamp(0.0, 255.0))
}

/// Slow and plain: four taps per pixel, each asked for its border, all in double precision.
pub(crate) fn reference(frame: &Frame<'_>, crop: &Crop, order: ChannelOrder) -> Vec<f32> {
    let (width, height) = (i64::from(frame.width()), i64::from(frame.height()));
    let tap = |x: i64, y: i64, channel: usize| -> f64 {
        let (cx, cy) = (x.clamp(0, width - 1), y.clamp(0, height - 1));
        if (cx, cy) != (x, y) && crop.border == Border::Black {
            return 0.0;
        }
        pixel(frame, cx as usize, cy as usize)[if order == ChannelOrder::Rgb { channel } else { 2 - channel }]
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
