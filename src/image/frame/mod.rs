//! Borrowed pixels: what a camera, a decoder or a test holds, described and checked once, then read
//! where they are needed.
//!
//! A frame is one to three planes as a camera delivers them: nothing is copied, converted or
//! turned. Width, height and every coordinate of the stages above are those of the *upright*
//! picture; what samples pixels folds the orientation into its transform
//! ([`Frame::stored_from_upright`]) and converts only what it reads.

use super::color::{ColorSpace, ToRgb};
use super::jpeg::{Large, Part};
use super::last_sample::LastSample;
use super::layout::Channel;
use super::orientation::Orientation;
use super::pixel_format::PixelFormat;
use super::plane::{Plane, Planes};
use crate::error::{Error, ErrorKind, Result, Stage};

/// Pixels that belong to someone else: one to three planes, what they mean, and how they are to be
/// turned.
///
/// Copying a frame copies the description, never the pixels. `Debug` shows none of them.
///
/// ```
/// use selfsame::image::{ColorSpace, Frame, Orientation, PixelFormat, Plane, Planes};
/// // A phone's front camera: sensor mounted sideways, planes of its own, all 256 levels.
/// let (luma, chroma) = (vec![0u8; 1280 * 720], vec![128u8; 1280 * 360]);
/// let planes = Planes::Nv12 { y: Plane::new(&luma, 1280), uv: Plane::new(&chroma, 1280) };
/// let orientation = Orientation::of_camera(270, false).ok_or("not a quarter turn")?;
/// let frame = Frame::from_planes(planes, 1280, 720)?;
/// let frame = frame.oriented(orientation).with_color(ColorSpace::JFIF);
/// assert_eq!((frame.width(), frame.height()), (720, 1280));
/// // The same camera through an interface with one buffer.
/// let buffer = [luma, chroma].concat();
/// assert!(Frame::new(&buffer, 1280, 720, 1280, PixelFormat::Nv12).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    planes: [Plane<'a>; 3],
    /// Width as stored, in pixels.
    width: u32,
    /// Height as stored, in pixels.
    height: u32,
    format: PixelFormat,
    /// Bytes from one sample to the next where U and V have planes of their own.
    chroma_step: usize,
    /// What stands for the last sample of chroma where the buffer ends before it.
    last_sample: Option<LastSample>,
    orientation: Orientation,
    color: ColorSpace,
    source: Source<'a>,
}

/// Where a frame's pixels come from.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// The planes, as the format says.
    Planes,
    /// The planes: red, green and blue apart, in words of 16 bits, low byte first, of which the
    /// high byte holds whole levels.
    Means,
    /// A large picture, whose parts are decoded when they are looked at.
    Large(&'a Large),
}

impl<'a> Frame<'a> {
    /// Describes `data`: `height` rows from the top, each beginning `stride_bytes` after the one
    /// before it and holding `width` pixels of `format`. The last row may lack its padding.
    ///
    /// Planes of chroma follow that of luma without a gap (`height` whole strides). Their stride is
    /// the same where U and V are interleaved, and half of it, rounded up, for
    /// [`PixelFormat::I420`] and [`PixelFormat::Yv12`]. For any other arrangement there is
    /// [`Frame::from_planes`]. Interleaved chroma may lack its last sample, as [`Planes`] says.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] in [`Stage::Image`] if a side is zero, the stride is shorter
    /// than a row, or `data` is shorter than the rows.
    pub fn new(data: &'a [u8], width: u32, height: u32, stride_bytes: usize, format: PixelFormat) -> Result<Self> {
        let chroma_stride = if format.is_planar() { stride_bytes.div_ceil(2) } else { stride_bytes };
        let shapes = format.shapes(width, height, 1);
        let mut planes = [Plane::default(); 3];
        let mut rest = data;
        // Shapes that overflow lay out nothing, and a buffer that ends early leaves nothing for the
        // planes behind: `checked` refuses both.
        let sizes = shapes.unwrap_or_default().into_iter().zip([stride_bytes, chroma_stride, chroma_stride]);
        for (plane, (shape, stride)) in planes.iter_mut().zip(sizes) {
            let Some(shape) = shape else { break };
            *plane = Plane::new(rest, stride);
            let behind = shape.rows.checked_mul(stride).and_then(|len| rest.get(len..));
            // See above.
            rest = behind.unwrap_or_default();
        }
        Self::checked(planes, width, height, format, 1)
    }

    /// Describes planes of luma and chroma that lie apart, or have strides of their own; `width`
    /// and `height` are the luma's.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] in [`Stage::Image`] if a side is zero, a stride is shorter than
    /// its plane's rows, or a plane is shorter than its rows; [`ErrorKind::InvalidArgument`] if
    /// `chroma_step` is neither 1 nor 2.
    pub fn from_planes(planes: Planes<'a>, width: u32, height: u32) -> Result<Self> {
        let (planes, format, chroma_step) = match planes {
            Planes::Nv12 { y, uv } => ([y, uv, Plane::default()], PixelFormat::Nv12, 1),
            Planes::Nv21 { y, vu } => ([y, vu, Plane::default()], PixelFormat::Nv21, 1),
            Planes::Nv16 { y, uv } => ([y, uv, Plane::default()], PixelFormat::Nv16, 1),
            Planes::P010 { y, uv } => ([y, uv, Plane::default()], PixelFormat::P010, 1),
            Planes::I420 { y, u, v } => ([y, u, v], PixelFormat::I420, 1),
            Planes::Yuv420 { y, u, v, chroma_step } => ([y, u, v], PixelFormat::I420, chroma_step),
        };
        if !(1..=2).contains(&chroma_step) {
            let message = format!("samples of chroma lie 1 or 2 bytes apart, not {chroma_step}");
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Image, message));
        }
        Self::checked(planes, width, height, format, chroma_step)
    }

    /// A frame of planes that hold what the format needs, or what is wrong with them.
    fn checked(
        planes: [Plane<'a>; 3],
        width: u32,
        height: u32,
        format: PixelFormat,
        chroma_step: usize,
    ) -> Result<Self> {
        let last_sample = || {
            if width == 0 || height == 0 {
                return Err("a frame's side is zero");
            }
            let shapes = format.shapes(width, height, chroma_step).ok_or("a frame's size overflows")?;
            let mut last_sample = None;
            for (plane, shape) in planes.iter().zip(shapes) {
                if let Some(shape) = shape
                    && plane.check(shape)? > 0
                {
                    last_sample = Some(LastSample::beside(plane, shape));
                }
            }
            Ok(last_sample)
        };
        let last_sample = last_sample().map_err(|what| {
            let sizes = planes.map(|plane| format!("{} bytes in rows of {}", plane.data.len(), plane.stride_bytes));
            let message = format!("{what} ({width}×{height} {format}; planes: {})", sizes.join(", "));
            Error::new(ErrorKind::ShapeMismatch, Stage::Image, message)
        })?;
        let (orientation, color) = (Orientation::Upright, ColorSpace::default());
        let source = Source::Planes;
        Ok(Self { planes, width, height, format, chroma_step, last_sample, orientation, color, source })
    }

    /// A tight RGB8 frame, for a caller whose own invariant is what [`Self::new`] checks.
    pub(super) fn trusted_rgb8(data: &'a [u8], width: u32, height: u32) -> Self {
        let planes = [Plane::new(data, 3 * width as usize), Plane::default(), Plane::default()];
        let (orientation, color) = (Orientation::Upright, ColorSpace::default());
        let (chroma_step, last_sample, source) = (1, None, Source::Planes);
        let format = PixelFormat::Rgb8;
        Self { planes, width, height, format, chroma_step, last_sample, orientation, color, source }
    }

    /// A frame of what a part of a large picture holds. Only reductions read means.
    pub(super) fn of_part(part: &'a Part) -> Self {
        let (planes, [width, height]) = (part.planes(), part.size());
        let source = if part.holds_means() { Source::Means } else { Source::Planes };
        Self { planes, source, ..Self::trusted_rgb8(&[], width, height) }
    }

    /// A frame of a large picture, upright, whose parts are decoded when they are looked at.
    pub(super) fn of_large(large: &'a Large) -> Self {
        let [width, height] = large.upright_size();
        Self { source: Source::Large(large), ..Self::trusted_rgb8(&[], width, height) }
    }

    /// The large picture that the pixels come from, if no plane holds them, and the frame's
    /// description as that picture's file stores it.
    pub(super) fn large_as_stored(&self) -> Option<(&'a Large, Self)> {
        let Source::Large(large) = self.source else { return None };
        let [width, height] = large.stored_size();
        Some((large, Self { width, height, orientation: large.orientation().then(self.orientation), ..*self }))
    }

    /// The frame with its pixels in planes, all of them.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] if there is no memory for those of a large picture.
    pub(super) fn in_planes(self) -> Result<Self> {
        let Source::Large(large) = self.source else { return Ok(self) };
        Ok(Self { orientation: self.orientation, ..Self::trusted_rgb8(large.upright()?, self.width, self.height) })
    }

    /// This frame with another orientation: how its pixels are to be turned and mirrored to be
    /// upright. [`Orientation::of_camera`] says it in a camera's terms.
    ///
    /// Upright pictures show the subject as others see them: the subject's left eye is at the
    /// image's right, and writing can be read. A preview that shows a mirror image draws the
    /// point x at `width − x`.
    #[must_use]
    pub fn oriented(self, orientation: Orientation) -> Self {
        Self { orientation, ..self }
    }

    /// This frame with another meaning of luma and chroma; of no effect on formats without chroma.
    #[must_use]
    pub fn with_color(self, color: ColorSpace) -> Self {
        Self { color, ..self }
    }

    /// Width of the upright picture in pixels; at least 1.
    pub fn width(&self) -> u32 {
        if self.orientation.swaps_sides() { self.height } else { self.width }
    }

    /// Height of the upright picture in pixels; at least 1.
    pub fn height(&self) -> u32 {
        if self.orientation.swaps_sides() { self.width } else { self.height }
    }

    /// The format: how the samples lie in memory.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// The orientation: how stored pixels become upright.
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// The colour space: what luma and chroma mean.
    pub fn color(&self) -> ColorSpace {
        self.color
    }

    /// Width and height as stored.
    pub(super) fn stored_size(&self) -> [u32; 2] {
        [self.width, self.height]
    }

    /// Plane `index`, 0 ..= 2; an empty one where the format has fewer.
    pub(super) fn plane(&self, index: usize) -> Plane<'a> {
        #[allow(clippy::indexing_slicing, reason = "channels name planes 0 to 2 (`PixelFormat::channels`)")]
        self.planes[index]
    }

    /// Where red, green and blue lie, or luma, U and V.
    pub(super) fn channels(&self) -> [Channel; 3] {
        match self.source {
            Source::Means => [0, 1, 2].map(|plane| Channel { plane, offset: 0, step: 2, size: 2 }),
            _ => self.format.channels(self.chroma_step),
        }
    }

    /// The conversion of luma and chroma to red, green and blue, or blue first.
    pub(super) fn conversion(&self, bgr: bool) -> ToRgb {
        ToRgb::new(self.color, self.format.white_of_full_range(), bgr)
    }

    /// What stands for the last sample of the plane of chroma, where its buffer ends before it.
    pub(super) fn last_sample(&self) -> Option<LastSample> {
        self.last_sample
    }

    /// The bytes of `count` samples of `channel` in row `y`, from column `from` of the samples on,
    /// and those between them; one sample less where [`Self::last_sample`] stands for it.
    #[inline]
    pub(super) fn samples(&self, channel: &Channel, y: usize, from: usize, count: usize) -> &'a [u8] {
        let (plane, start) = (self.plane(channel.plane), channel.offset + from * channel.step);
        let len = count.saturating_sub(1) * channel.step + channel.size;
        if self.last_sample.is_some() && plane.ends_within(y, start + len) {
            return plane.bytes(y, start, len.saturating_sub(channel.step.max(channel.size)));
        }
        plane.bytes(y, start, len)
    }

    /// Where upright points lie in the stored picture: the columns of a matrix, x and y each, and a
    /// shift.
    pub(super) fn stored_from_upright(&self) -> ([[f64; 2]; 2], [f64; 2]) {
        let [swap, from_right, from_bottom] = self.orientation.as_swap_and_flips();
        let axis = |flip: bool, side: u32| if flip { (-1.0, f64::from(side)) } else { (1.0, 0.0) };
        let ((x_sign, x_shift), (y_sign, y_shift)) = (axis(from_right, self.width), axis(from_bottom, self.height));
        let linear = if swap { [[0.0, y_sign], [x_sign, 0.0]] } else { [[x_sign, 0.0], [0.0, y_sign]] };
        (linear, [x_shift, y_shift])
    }
}

impl std::fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame")
            .field("stored_width", &self.width)
            .field("stored_height", &self.height)
            .field("format", &self.format)
            .field("orientation", &self.orientation)
            .field("planes", &self.planes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
