//! Stored pixels of any format become quadruples of floats, row by row: the only code that knows
//! where a pixel's samples lie, but for the reduction.

use super::color::ToRgb;
use super::frame::Frame;
use super::layout::Channel;
use super::pixel_format::PixelFormat;
use crate::simd::{Isa, Kernel};

/// A stretch of a frame as it is to be written.
pub(super) struct Spread<'a> {
    pub frame: &'a Frame<'a>,
    /// The stretch in stored pixels.
    pub left: usize,
    pub top: usize,
    pub width: usize,
    pub height: usize,
    /// Blue first.
    pub bgr: bool,
    /// Rows of `pitch` pixels: one of apron before, two behind, and one row above, two below, which
    /// become black.
    pub staged: &'a mut [[f32; 4]],
    pub pitch: usize,
}

impl Kernel for Spread<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, _: I) {
        let Self { frame, left, top, width, height, bgr, staged, pitch } = self;
        let to_rgb = frame.conversion(bgr);
        for (y, row) in staged.chunks_exact_mut(pitch).enumerate() {
            if let Some(picture) = picture_of(row, y, height) {
                debug_assert_eq!(picture.len(), width, "a staged row is the picture's and three pixels of apron");
                match frame.format() {
                    PixelFormat::Rgb8 => {
                        packed(frame, top + y - 1, left, picture, |[a, b, c]| ordered(bgr, *a, *b, *c))
                    }
                    PixelFormat::Bgr8 => {
                        packed(frame, top + y - 1, left, picture, |[a, b, c]| ordered(bgr, *c, *b, *a))
                    }
                    PixelFormat::Rgba8 => {
                        packed(frame, top + y - 1, left, picture, |[a, b, c, _]| ordered(bgr, *a, *b, *c));
                    }
                    PixelFormat::Bgra8 => {
                        packed(frame, top + y - 1, left, picture, |[a, b, c, _]| ordered(bgr, *c, *b, *a));
                    }
                    PixelFormat::Gray8 => packed(frame, top + y - 1, left, picture, |[v]| [f32::from(*v); 4]),
                    PixelFormat::Argb8 => {
                        packed(frame, top + y - 1, left, picture, |[_, a, b, c]| ordered(bgr, *a, *b, *c));
                    }
                    PixelFormat::Abgr8 => {
                        packed(frame, top + y - 1, left, picture, |[_, a, b, c]| ordered(bgr, *c, *b, *a));
                    }
                    PixelFormat::Nv12
                    | PixelFormat::Nv21
                    | PixelFormat::Nv16
                    | PixelFormat::I420
                    | PixelFormat::Yv12
                    | PixelFormat::Yuyv
                    | PixelFormat::Uyvy => subsampled::<Byte>(frame, &to_rgb, top + y - 1, left, picture),
                    PixelFormat::P010 => subsampled::<Word>(frame, &to_rgb, top + y - 1, left, picture),
                }
            }
        }
    }
}

/// Of staged row `y` the pixels that show something, with the apron around them made black; `None`
/// for rows of the apron.
#[inline(always)]
pub(super) fn picture_of(row: &mut [[f32; 4]], y: usize, height: usize) -> Option<&mut [[f32; 4]]> {
    if !(1..=height).contains(&y) {
        row.fill([0.0; 4]);
        return None;
    }
    let [before, picture @ .., behind, far_behind] = row else {
        debug_assert!(false, "a staged row has no room for its apron");
        return None;
    };
    for apron in [before, behind, far_behind] {
        *apron = [0.0; 4];
    }
    Some(picture)
}

#[inline(always)]
fn ordered(bgr: bool, r: u8, g: u8, b: u8) -> [f32; 4] {
    if bgr { [b, g, r, 0].map(f32::from) } else { [r, g, b, 0].map(f32::from) }
}

/// Writes row `y` from column `left` on, of a format with `N` bytes per pixel.
#[inline(always)]
fn packed<const N: usize>(
    frame: &Frame<'_>,
    y: usize,
    left: usize,
    out: &mut [[f32; 4]],
    pixel: impl Fn(&[u8; N]) -> [f32; 4],
) {
    let bytes = frame.plane(0).bytes(y, N * left, N * out.len());
    for (target, bytes) in out.iter_mut().zip(bytes.as_chunks::<N>().0) {
        *target = pixel(bytes);
    }
}

/// How a format stores a sample.
trait Stored {
    /// The samples that begin `step` bytes apart, as levels of 256 to a byte.
    fn values(bytes: &[u8], step: usize) -> impl Iterator<Item = f32>;
}

/// A byte.
struct Byte;

/// A word, low byte first.
struct Word;

impl Stored for Byte {
    #[inline(always)]
    fn values(bytes: &[u8], step: usize) -> impl Iterator<Item = f32> {
        bytes.iter().step_by(step).map(|byte| f32::from(*byte))
    }
}

impl Stored for Word {
    #[inline(always)]
    fn values(bytes: &[u8], step: usize) -> impl Iterator<Item = f32> {
        bytes.windows(2).step_by(step).filter_map(value)
    }
}

/// The level of one sample, a byte or a word with its low byte first; `None` of no byte.
#[inline(always)]
pub(super) fn value(sample: &[u8]) -> Option<f32> {
    match sample {
        [byte] => Some(f32::from(*byte)),
        [low, high] => Some(f32::from(u16::from_le_bytes([*low, *high])) / 256.0),
        _ => None,
    }
}

/// Writes row `y` from column `left` on, of a format with half the columns of chroma. Two pixels
/// (four, with their neighbours in the next row) show the one chroma that is stored for them.
#[inline(always)]
fn subsampled<S: Stored>(frame: &Frame<'_>, to_rgb: &ToRgb, y: usize, left: usize, out: &mut [[f32; 4]]) {
    let (Some([_, shared_rows]), false) = (frame.format().chroma_block(), out.is_empty()) else {
        debug_assert!(false, "a stretch is never empty, and this format has chroma");
        return;
    };
    let ([luma, u, v], chroma_row) = (frame.channels(), y / shared_rows);
    let values = |channel: &Channel, y: usize, from: usize, count: usize| {
        S::values(frame.samples(channel, y, from, count), channel.step)
    };
    let (first, last) = (left / 2, (left + out.len() - 1) / 2);
    let mut luma = values(&luma, y, left, out.len());
    let mut u = values(&u, chroma_row, first, last - first + 1);
    let mut v = values(&v, chroma_row, first, last - first + 1);
    let absent = frame.last_sample().and_then(|sample| value(sample.bytes()));
    let mut chroma = || match (u.next(), v.next()) {
        (Some(u), Some(v)) => Some(to_rgb.chroma(u, v)),
        (u, v) => Some(to_rgb.chroma(u.or(absent)?, v.or(absent)?)),
    };

    // The first pixel is a pair's second.
    let (alone, pairs) = out.split_at_mut(left % 2);
    for pair in alone.chunks_mut(1).chain(pairs.chunks_mut(2)) {
        let Some(shift) = chroma() else {
            debug_assert!(false, "the chroma of a row ends before its luma");
            return;
        };
        for (target, y) in pair.iter_mut().zip(luma.by_ref()) {
            *target = to_rgb.pixel(y, shift);
        }
    }
}
