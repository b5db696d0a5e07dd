//! The single pass from a frame to a network's input: cut, turn, scale, order the channels and
//! normalise.

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
    /// Where the result's points lie in the frame: the result's pixel (x, y) is the frame's value
    /// at the image of (x + 0.5, y + 0.5).
    pub source_from_target: Similarity,
    /// What lies outside the frame.
    pub border: Border,
}

/// How pixels become a network's numbers: `(pixel − mean) · scale`, pixel in 0 ..= 255, per channel
/// in `order`.
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

/// Writes the crop of `frame`, normalised, to `out`: `height · width · 3` values, channels last,
/// rows from the top.
///
/// Sampling is bilinear. Where the crop shrinks its source by more than 1.5 the needed part is
/// first reduced to about one source pixel per target pixel with an antialiasing filter, so that
/// nothing is skipped. After a first call of that size a thread allocates no pixel memory (the
/// reduction allocates its filter coefficients, some KiB).
///
/// A transform that points far outside, or that shrinks or enlarges without measure, is not an
/// error: it shows the border, or few pixels.
///
/// # Errors
/// [`ErrorKind::ShapeMismatch`] in [`Stage::Image`] if `out` has another length,
/// [`ErrorKind::InvalidArgument`] if a side of the crop is out of range.
pub fn warp_into(frame: &Frame<'_>, crop: &Crop, normalisation: &Normalisation, out: &mut [f32]) -> Result<()> {
    let expected = crop.checked_len()?;
    if out.len() != expected {
        let message = format!("the buffer has {} values, the crop {expected}", out.len());
        return Err(Error::new(ErrorKind::ShapeMismatch, Stage::Image, message));
    }
    let (mean, scale) = (quad(normalisation.mean), quad(normalisation.scale));
    warp(frame, crop, normalisation.order == ChannelOrder::Bgr, out, |pixel| {
        each(each(pixel, mean, |p, m| p - m), scale, |p, s| p * s)
    })
}

/// The crop of `frame` as an RGB photo, sampled like [`warp_into`] and rounded: for previews and
/// overlays.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] in [`Stage::Image`] if a side of the crop is out of range,
/// [`ErrorKind::LimitExceeded`] if there is no memory for the result.
pub fn warp_rgb8(frame: &Frame<'_>, crop: &Crop) -> Result<Photo> {
    let len = crop.checked_len()?;
    let mut pixels = Vec::new();
    if pixels.try_reserve_exact(len).is_err() {
        return Err(Error::new(ErrorKind::LimitExceeded, Stage::Image, "there is no memory for the crop"));
    }
    pixels.resize(len, 0u8);
    // Casts from float to integer saturate, and the interpolated values are inside 0 ..= 255
    // anyway.
    warp(frame, crop, false, &mut pixels, |pixel| pixel.map(|v| (v + 0.5) as u8))?;
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

fn warp<T: Copy>(
    frame: &Frame<'_>,
    crop: &Crop,
    bgr: bool,
    out: &mut [T],
    finish: impl Fn([f32; 4]) -> [T; 4],
) -> Result<()> {
    region::with_workspace(|workspace| {
        let region = region::stage(workspace, frame, crop, bgr)?;
        for (y, row) in out.chunks_exact_mut(3 * crop.width).enumerate() {
            sample_row(&region, y, row, &finish);
        }
        Ok(())
    })
}

/// One row of the result.
fn sample_row<T: Copy>(region: &Region<'_>, y: usize, row: &mut [T], finish: impl Fn([f32; 4]) -> [T; 4]) {
    let y = y as f64;
    let ([u0, v0], [u_row, v_row], [du, dv]) = (region.origin, region.per_row, region.per_column);
    let (u0, v0) = (u0 + y * u_row, v0 + y * v_row);
    let ([u_low, v_low], [u_high, v_high]) = (region.lowest, region.highest);
    for x in 0..row.len() / 3 {
        let target = row.get_mut(3 * x..).unwrap_or_default();
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
            let value = finish(each(along(*a, *b), along(*c, *d), |f, t| f + fy * (t - f)));
            // Four values are one vector, three are not: the next pixel writes over the fourth, which means nothing.
            match target.first_chunk_mut() {
                Some(four) => *four = value,
                None => target.iter_mut().zip(value).for_each(|(t, v)| *t = v),
            }
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

/// Whole part and remainder of a position in 0 .. 2²⁸, the latter to 24 binary digits: adding 2²⁸
/// moves the binary point to a fixed place of the mantissa. Casts would do, but theirs saturate,
/// which costs more than the rest.
fn split(v: f64) -> (usize, f32) {
    const SHIFT: f64 = (1u64 << 28) as f64;
    const UNIT: f32 = 1.0 / (1 << 24) as f32;
    let bits = (v + SHIFT).to_bits();
    let whole = ((bits >> 24) as u32) & 0x0FFF_FFFF;
    let remainder = (bits as u32) & 0x00FF_FFFF;
    (whole as usize, remainder as i32 as f32 * UNIT)
}

#[cfg(test)]
mod tests;
