//! The public ways to warp, and the instruction set that each takes.

use super::super::crop::Crop;
use super::super::frame::Frame;
use super::super::normalisation::{ChannelOrder, Normalisation};
use super::super::photo::Photo;
use super::super::region;
use super::bend::Bend;
use super::sample::{Sample, SampleBent, each};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::{Point, Similarity};
use crate::simd::Level;

/// Writes a crop of `frame`, normalised, to `out`: `height · width · 3` values, channels last, rows
/// from the top.
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

/// Writes a crop as [`warp_into`] does, with its pixels looking where `bend`, which was made for
/// the crop, says.
///
/// # Errors
/// Those of [`warp_into`]; [`ErrorKind::ShapeMismatch`] if the bend is of another size.
pub(crate) fn warp_bent_into(
    frame: &Frame<'_>,
    crop: &Crop,
    bend: &Bend,
    normalisation: &Normalisation,
    out: &mut [f32],
) -> Result<()> {
    if out.len() != crop.checked_len()? || !bend.fits(crop) {
        return Err(Error::new(ErrorKind::ShapeMismatch, Stage::Image, "crop, bend and buffer differ in size"));
    }
    let ([left, top], [right, bottom]) = bend.margins();
    let moved = Similarity::new(1.0, 0.0, Point::new(-(left as f32), -(top as f32)));
    let source_from_target = moved
        .and_then(|moved| crop.source_from_target.after(&moved))
        .ok_or_else(|| Error::new(ErrorKind::InvalidArgument, Stage::Image, "the crop's transform is out of range"))?;
    let (width, height) = (crop.width + left + right, crop.height + top + bottom);
    let wider = Crop { width, height, source_from_target, border: crop.border };
    let (mean, scale) = (quad(normalisation.mean), quad(normalisation.scale));
    let bgr = normalisation.order == ChannelOrder::Bgr;
    let level = Level::best();
    region::with_workspace(|workspace| {
        let region = region::stage(workspace, level, frame, &wider, bgr)?;
        let finish = |pixel| each(each(pixel, mean, |p, m| p - m), scale, |p, s| p * s);
        level.run(SampleBent { region: &region, bend, width: crop.width, shift: [left, top], out, finish });
        Ok(())
    })
}

/// Writes a crop as [`warp_into`] does, with this instruction set and without a check of `out`'s
/// length.
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

/// Cuts a crop of `frame` out as an RGB photo, sampled as [`warp_into`] does and rounded: for
/// previews and overlays.
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

/// Stages the part of `frame` that `crop` needs, then samples it; `finish` makes values of a pixel.
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

/// Three numbers as a vector of four.
fn quad([a, b, c]: [f32; 3]) -> [f32; 4] {
    [a, b, c, 0.0]
}
