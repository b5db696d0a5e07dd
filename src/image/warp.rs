//! The single pass from a frame to a network's input: cut, turn, scale, order the channels and
//! normalise.

use super::decode::Photo;
use super::frame::Frame;
use super::normalisation::{ChannelOrder, Normalisation};
use super::region::{self, Region};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Similarity;
use crate::simd::{Isa, Kernel, Level};

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
    /// Where the result's points lie in the upright frame: the result's pixel (x, y) is the frame's
    /// value at the image of (x + 0.5, y + 0.5).
    pub source_from_target: Similarity,
    /// What lies outside the frame.
    pub border: Border,
}

/// Writes the crop of `frame`, normalised, to `out`: `height · width · 3` values, channels last,
/// rows from the top.
///
/// Sampling is bilinear. Where the crop shrinks its source by more than 1.5 the needed part is
/// first reduced to about one source pixel per target pixel with an antialiasing filter, so that
/// nothing is skipped. After a first call of that size a thread allocates nothing.
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
    warp_at(Level::best(), frame, crop, normalisation, out)
}

/// [`warp_into`] with this instruction set, without its check of `out`'s length.
pub(crate) fn warp_at(
    level: Level,
    frame: &Frame<'_>,
    crop: &Crop,
    normalisation: &Normalisation,
    out: &mut [f32],
) -> Result<()> {
    let (mean, scale) = (quad(normalisation.mean), quad(normalisation.scale));
    warp(level, frame, crop, normalisation.order == ChannelOrder::Bgr, out, |pixel| {
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
    warp(Level::best(), frame, crop, false, &mut pixels, |pixel| pixel.map(|v| (v + 0.5) as u8))?;
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

fn warp<T: Copy + Default>(
    level: Level,
    frame: &Frame<'_>,
    crop: &Crop,
    bgr: bool,
    out: &mut [T],
    finish: impl Fn([f32; 4]) -> [T; 4],
) -> Result<()> {
    region::with_workspace(|workspace| {
        let region = region::stage(workspace, level, frame, crop, bgr)?;
        level.run(Sample { region: &region, width: crop.width, out, finish });
        Ok(())
    })
}

/// Pixels whose positions are computed at once.
const BLOCK: usize = 32;

/// The sampling of all rows of the result.
struct Sample<'a, T, F> {
    region: &'a Region<'a>,
    width: usize,
    out: &'a mut [T],
    finish: F,
}

impl<T: Copy + Default, F: Fn([f32; 4]) -> [T; 4]> Kernel for Sample<'_, T, F> {
    #[inline(always)]
    fn run<I: Isa>(self, _: I) {
        let Self { region, width, out, finish } = self;
        let (mut places, mut shares) = ([0u32; BLOCK], [[0.0f32; BLOCK]; 2]);
        for (y, row) in out.chunks_exact_mut(3 * width).enumerate() {
            for (block, target) in row.chunks_mut(3 * BLOCK).enumerate() {
                positions(region, block * BLOCK, y, &mut places, &mut shares);
                sample(region, &places, &shares, target, &finish);
            }
        }
    }
}

/// Where the pixels from column `first` of row `y` on look: the staged pixel above to the left, and
/// the shares of its neighbours to the right and below. Apart from the sampling, so that the
/// compiler makes vectors of it.
#[inline(always)]
fn positions(
    region: &Region<'_>,
    first: usize,
    y: usize,
    places: &mut [u32; BLOCK],
    [right, below]: &mut [[f32; BLOCK]; 2],
) {
    let y = y as f64;
    let ([u0, v0], [u_row, v_row], [du, dv]) = (region.origin, region.per_row, region.per_column);
    let (u0, v0) = (u0 + y * u_row, v0 + y * v_row);
    let ([u_low, v_low], [u_high, v_high]) = (region.lowest, region.highest);
    let pitch = region.pitch as u32;
    let targets = places.iter_mut().zip(right.iter_mut().zip(below));
    for (x, (place, (right, below))) in (first as i32..).zip(targets) {
        // Not summed up step by step, so that errors do not add up either.
        let x = f64::from(x);
        let (column, fx) = split(between(u0 + x * du, u_low, u_high));
        let (line, fy) = split(between(v0 + x * dv, v_low, v_high));
        (*place, *right, *below) = (line.wrapping_mul(pitch).wrapping_add(column), fx, fy);
    }
}

/// Samples a block, or as much of it as there is room for in `row`.
#[inline(always)]
fn sample<T: Copy + Default>(
    region: &Region<'_>,
    places: &[u32; BLOCK],
    [right, below]: &[[f32; BLOCK]; 2],
    row: &mut [T],
    finish: impl Fn([f32; 4]) -> [T; 4],
) {
    let values = region.pixels.as_flattened();
    // From a pixel to its neighbour below to the right.
    let reach = 4 * region.pitch + 8;
    // Four values are one vector, three are not: the next pixel writes over the fourth, which means
    // nothing.
    let mut block = [T::default(); 3 * BLOCK + 1];
    for (x, (place, (fx, fy))) in places.iter().zip(right.iter().zip(below)).enumerate() {
        let at = 4 * *place as usize;
        // Both pairs exist: clamped positions leave a neighbour right and below inside the apron.
        let Some(four) = values.get(at..).and_then(|v| v.get(..reach)) else { continue };
        let (above, under) = (four.first_chunk::<8>(), four.last_chunk::<8>());
        if let (Some(above), Some(under), Some(target)) = (above, under, block.get_mut(3 * x..3 * x + 4)) {
            let [a, b, c, d, e, f, g, h] = each(*above, *under, |a, b| a + fy * (b - a));
            target.copy_from_slice(&finish(each([a, b, c, d], [e, f, g, h], |a, b| a + fx * (b - a))));
        }
    }
    match row.first_chunk_mut::<{ 3 * BLOCK }>() {
        Some(whole) => whole.iter_mut().zip(block).for_each(|(target, value)| *target = value),
        None => row.iter_mut().zip(block).for_each(|(target, value)| *target = value),
    }
}

/// Lane by lane; the compiler makes one vector operation of it.
#[inline(always)]
fn each<const N: usize>(a: [f32; N], b: [f32; N], f: impl Fn(f32, f32) -> f32) -> [f32; N] {
    let mut out = a;
    out.iter_mut().zip(b).for_each(|(a, b)| *a = f(*a, b));
    out
}

fn quad([a, b, c]: [f32; 3]) -> [f32; 4] {
    [a, b, c, 0.0]
}

#[inline(always)]
fn between(v: f64, low: f64, high: f64) -> f64 {
    let v = if v > low { v } else { low };
    if v < high { v } else { high }
}

/// Whole part and remainder of a position in 0 .. 2²⁸, the latter to 24 binary digits: adding 2²⁸
/// moves the binary point to a fixed place of the mantissa. Casts would do, but theirs saturate,
/// which costs more than the rest.
#[inline(always)]
fn split(v: f64) -> (u32, f32) {
    const SHIFT: f64 = (1u64 << 28) as f64;
    const UNIT: f32 = 1.0 / (1 << 24) as f32;
    let bits = (v + SHIFT).to_bits();
    let whole = ((bits >> 24) as u32) & 0x0FFF_FFFF;
    let remainder = (bits as u32) & 0x00FF_FFFF;
    (whole, remainder as i32 as f32 * UNIT)
}

#[cfg(any(test, fuzzing))]
pub(crate) mod reference;
#[cfg(test)]
mod tests;
