//! Stored pixels of any format become quadruples of floats, row by row: the only code that knows
//! where a pixel's samples lie, but for the reduction.

use super::color::ToRgb;
use super::frame::Frame;
use super::pixel_format::{Channel, PixelFormat};
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
        let to_rgb = ToRgb::new(frame.color(), bgr);
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
                    PixelFormat::Nv12 | PixelFormat::Nv21 | PixelFormat::I420 | PixelFormat::Yuyv => {
                        subsampled(frame, &to_rgb, top + y - 1, left, picture);
                    }
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

/// Writes row `y` from column `left` on, of a format with half the columns of chroma. Two pixels
/// (four, with their neighbours in the next row) show the one chroma that is stored for them.
#[inline(always)]
fn subsampled(frame: &Frame<'_>, to_rgb: &ToRgb, y: usize, left: usize, out: &mut [[f32; 4]]) {
    let (Some([_, shared_rows]), false) = (frame.format().chroma_block(), out.is_empty()) else {
        debug_assert!(false, "a stretch is never empty, and this format has chroma");
        return;
    };
    let ([luma, u, v], chroma_row) = (frame.format().channels(), y / shared_rows);
    let row = |channel: Channel, y: usize, from: usize, count: usize| {
        let start = channel.offset + from * channel.step;
        frame.plane(channel.plane).bytes(y, start, count.saturating_sub(1) * channel.step + 1)
    };
    let (first, last) = (left / 2, (left + out.len() - 1) / 2);
    let (luma_row, count) = (row(luma, y, left, out.len()), last - first + 1);
    let (u_row, v_row) = (row(u, chroma_row, first, count), row(v, chroma_row, first, count));
    let mut chroma = u_row.iter().step_by(u.step).zip(v_row.iter().step_by(v.step));
    let mut chroma = || chroma.next().map(|(u, v)| to_rgb.chroma(f32::from(*u), f32::from(*v)));
    let mut luma = luma_row.iter().step_by(luma.step).map(|y| f32::from(*y));

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
