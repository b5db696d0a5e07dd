//! Borrowed pixels: what a camera, a decoder or a test holds, described and checked once, then read
//! where they are needed.
//!
//! A frame is one to three planes as a camera delivers them: nothing is copied, converted or
//! turned. Width, height and every coordinate of the stages above are those of the *upright*
//! picture; what samples pixels folds the orientation into its transform
//! ([`Frame::stored_from_upright`]) and converts only what it reads.

use super::color::{ColorSpace, ToRgb};
use super::jpeg::Large;
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
    /// The planes, as [`Frame::of_means`] says.
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

    /// A frame of means: red, green and blue apart, in words of 16 bits, low byte first, of which the
    /// high byte holds whole levels. Only reductions read it.
    pub(super) fn of_means(planes: [Plane<'a>; 3], width: u32, height: u32) -> Self {
        Self { planes, source: Source::Means, ..Self::trusted_rgb8(&[], width, height) }
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
mod tests {
    use super::*;

    #[test]
    fn a_description_that_the_buffer_cannot_hold_is_refused() {
        let data = [0u8; 100];
        let kind = |w, h, stride, format| Frame::new(&data, w, h, stride, format).map(|_| ()).map_err(|e| e.kind());
        let bad = Err(ErrorKind::ShapeMismatch);
        for format in PixelFormat::ALL {
            assert_eq!(kind(0, 1, 30, format), bad, "{format:?}: no width");
            assert_eq!(kind(1, 0, 30, format), bad, "{format:?}: no height");
            assert_eq!(kind(u32::MAX, u32::MAX, usize::MAX, format), bad, "{format:?}: product overflows");
            assert_eq!(kind(2, 2, usize::MAX, format), bad, "{format:?}: stride overflows");
        }
        assert_eq!(kind(11, 3, 32, PixelFormat::Rgb8), bad, "stride one short");
        assert_eq!(kind(11, 4, 33, PixelFormat::Rgb8), bad, "buffer too short");
        assert_eq!(kind(11, 3, 33, PixelFormat::Rgb8), Ok(()));
        assert_eq!(kind(10, 4, 23, PixelFormat::Gray8), Ok(()), "the last row needs no padding");
        assert_eq!(kind(32, 4, 23, PixelFormat::Gray8), bad);
        // Widths and heights of one buffer of 100 bytes that just fit, and the next that does not.
        for (format, stride, fits, not) in [
            (PixelFormat::Rgba8, 20, (5, 5), (6, 5)),
            (PixelFormat::Bgra8, 20, (5, 5), (5, 6)),
            (PixelFormat::Nv12, 10, (10, 6), (10, 7)),
            (PixelFormat::Nv21, 10, (9, 6), (11, 6)),
            (PixelFormat::Nv16, 10, (10, 5), (10, 6)),
            (PixelFormat::P010, 10, (4, 6), (6, 6)),
            (PixelFormat::P010, 12, (5, 5), (5, 6)),
            (PixelFormat::Argb8, 20, (5, 5), (6, 5)),
            (PixelFormat::Yv12, 9, (9, 6), (9, 7)),
            (PixelFormat::Uyvy, 20, (9, 5), (9, 6)),
            // Odd sides round up: 5 rows of 8, then 3 rows of 8.
            (PixelFormat::Nv12, 8, (7, 8), (7, 9)),
            (PixelFormat::Nv12, 7, (6, 5), (7, 5)),
            (PixelFormat::I420, 9, (9, 6), (9, 7)),
            (PixelFormat::Yuyv, 20, (10, 5), (11, 5)),
            (PixelFormat::Yuyv, 20, (9, 5), (9, 6)),
        ] {
            assert_eq!(kind(fits.0, fits.1, stride, format), Ok(()), "{format:?} {fits:?}");
            assert_eq!(kind(not.0, not.1, stride, format), bad, "{format:?} {not:?}");
        }
    }

    #[test]
    fn planes_are_checked_each_for_itself() {
        let (long, short) = ([0u8; 64], [0u8; 31]);
        let kind = |planes| Frame::from_planes(planes, 8, 8).map(|f| f.format()).map_err(|e| e.kind());
        let (whole, bad) = (Plane::new(&long, 8), Err(ErrorKind::ShapeMismatch));
        let half = |data, stride| Plane::new(data, stride);
        assert_eq!(kind(Planes::Nv12 { y: whole, uv: half(&long, 9) }), Ok(PixelFormat::Nv12));
        assert_eq!(kind(Planes::Nv21 { y: whole, vu: half(&long, 16) }), Ok(PixelFormat::Nv21));
        assert_eq!(kind(Planes::Nv12 { y: whole, uv: half(&short, 8) }), Ok(PixelFormat::Nv12), "no last V");
        assert_eq!(kind(Planes::Nv12 { y: whole, uv: half(&short[..30], 8) }), bad);
        assert_eq!(kind(Planes::Nv16 { y: whole, uv: whole }), Ok(PixelFormat::Nv16));
        assert_eq!(kind(Planes::Nv16 { y: whole, uv: half(&short, 8) }), bad);
        assert_eq!(kind(Planes::P010 { y: whole, uv: whole }), bad, "words need twice the room");
        assert_eq!(kind(Planes::Nv12 { y: whole, uv: half(&long, 7) }), bad);
        assert_eq!(kind(Planes::Nv12 { y: half(&short, 8), uv: whole }), bad);
        assert_eq!(kind(Planes::I420 { y: whole, u: half(&short, 4), v: half(&short, 9) }), Ok(PixelFormat::I420));
        assert_eq!(kind(Planes::I420 { y: whole, u: half(&short, 4), v: half(&short, 10) }), bad);
        assert_eq!(kind(Planes::I420 { y: whole, u: half(&short, 3), v: half(&short, 4) }), bad);
    }

    #[test]
    fn planes_behind_each_other_are_found() {
        let data: Vec<u8> = (0..100).collect();
        let firsts = |format, stride| {
            let frame = Frame::new(&data, 5, 4, stride, format).unwrap();
            [0, 1, 2].map(|i| frame.plane(i).data.first().copied())
        };
        assert_eq!(firsts(PixelFormat::Nv12, 6), [Some(0), Some(24), None]);
        assert_eq!(firsts(PixelFormat::I420, 7), [Some(0), Some(28), Some(36)]);
        assert_eq!(firsts(PixelFormat::Yv12, 7), [Some(0), Some(28), Some(36)]);
        assert_eq!(firsts(PixelFormat::P010, 12), [Some(0), Some(48), None]);
        assert_eq!(firsts(PixelFormat::Yuyv, 12), [Some(0), None, None]);
        let text = format!("{:?}", Frame::new(&data, 2, 2, 7, PixelFormat::Rgb8).unwrap());
        assert!(!text.contains("99") && text.contains("100"), "sizes, no pixels: {text}");
    }

    #[test]
    fn upright_points_lie_where_the_orientation_says() {
        let data = [0u8; 12];
        // A stored picture 4 wide and 3 high; where its upright view's point (1, 0.5) is stored.
        for (exif, stored) in [
            (1, [1.0, 0.5]),
            (2, [3.0, 0.5]),
            (3, [3.0, 2.5]),
            (4, [1.0, 2.5]),
            (5, [0.5, 1.0]),
            (6, [0.5, 2.0]),
            (7, [3.5, 2.0]),
            (8, [3.5, 1.0]),
        ] {
            let orientation = Orientation::from_exif(exif).unwrap();
            let frame = Frame::new(&data, 4, 3, 4, PixelFormat::Gray8).unwrap().oriented(orientation);
            let ([[xx, xy], [yx, yy]], [x, y]) = frame.stored_from_upright();
            assert_eq!([xx + 0.5 * yx + x, xy + 0.5 * yy + y], stored, "orientation {exif}");
            assert_eq!((frame.width(), frame.height()), if exif < 5 { (4, 3) } else { (3, 4) });
        }
    }

    #[test]
    fn a_camera_says_the_same_in_its_own_terms() {
        assert_eq!(Orientation::of_camera(45, false), None);
        assert_eq!(Orientation::of_camera(360, true), None);
        for degrees in [0, 90, 180, 270] {
            let [plain, mirrored] = [false, true].map(|m| Orientation::of_camera(degrees, m).unwrap());
            let data = [0u8; 12];
            let stored = |orientation| {
                let frame = Frame::new(&data, 4, 3, 4, PixelFormat::Gray8).unwrap().oriented(orientation);
                move |x: f64, y: f64| {
                    let ([[xx, xy], [yx, yy]], [dx, dy]) = frame.stored_from_upright();
                    [xx * x + yx * y + dx, xy * x + yy * y + dy]
                }
            };
            // Mirrored: the point at x is where the plain view has width − x.
            let width = if degrees % 180 == 0 { 4.0 } else { 3.0 };
            assert_eq!(stored(mirrored)(0.75, 2.0), stored(plain)(width - 0.75, 2.0), "{degrees}°");
        }
    }
}
