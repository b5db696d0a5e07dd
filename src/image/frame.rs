//! Borrowed pixels: what a camera, a decoder or a test holds, described and checked once, then read
//! where they are needed.
//!
//! A frame is one to three planes as a camera delivers them: nothing is copied, converted or
//! turned. Width, height and every coordinate of the stages above are those of the *upright*
//! picture; whoever samples pixels folds the orientation into its
//! transform ([`Frame::stored_from_upright`]) and converts what it needs.

use super::color::ColorSpace;
use super::decode::Orientation;
use crate::error::{Error, ErrorKind, Result, Stage};

/// How samples lie in a frame's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Red, green, blue; three bytes per pixel.
    Rgb8,
    /// Blue, green, red; three bytes per pixel.
    Bgr8,
    /// Red, green, blue, and a byte that is ignored (cameras' pixels are opaque).
    Rgba8,
    /// Blue, green, red, and a byte that is ignored.
    Bgra8,
    /// Luma, 0 ..= 255; one byte per pixel.
    Gray8,
    /// A plane of luma, and one of pairs (U, V) for each 2 × 2 pixels.
    Nv12,
    /// A plane of luma, and one of pairs (V, U) for each 2 × 2 pixels.
    Nv21,
    /// A plane of luma, one of U and one of V for each 2 × 2 pixels (in files also "YU12").
    I420,
    /// Y, U, Y, V for each two pixels of a row (also "YUY2").
    Yuyv,
}

/// Where a channel's samples lie: the first in `plane` at `offset`, and each `step` bytes after the
/// one before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channel {
    pub plane: usize,
    pub offset: usize,
    pub step: usize,
}

impl Channel {
    /// The bytes of a row that hold `samples` of this channel, and of those that lie between them.
    pub(super) fn bytes(&self, samples: std::ops::Range<usize>) -> std::ops::Range<usize> {
        samples.start * self.step..samples.end * self.step
    }
}

impl PixelFormat {
    /// All of them.
    pub const ALL: [Self; 9] =
        [Self::Rgb8, Self::Bgr8, Self::Rgba8, Self::Bgra8, Self::Gray8, Self::Nv12, Self::Nv21, Self::I420, Self::Yuyv];

    /// Bytes per row and number of rows of each plane; sides are at least 1. `None` if a product
    /// overflows.
    fn shapes(self, width: u32, height: u32) -> Option<[Option<(usize, usize)>; 3]> {
        let (w, h) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
        let (half_w, half_h) = (w.div_ceil(2), h.div_ceil(2));
        let times = |n: usize| w.checked_mul(n);
        Some(match self {
            Self::Rgb8 | Self::Bgr8 => [Some((times(3)?, h)), None, None],
            Self::Rgba8 | Self::Bgra8 => [Some((times(4)?, h)), None, None],
            Self::Gray8 => [Some((w, h)), None, None],
            Self::Nv12 | Self::Nv21 => [Some((w, h)), Some((half_w.checked_mul(2)?, half_h)), None],
            Self::I420 => [Some((w, h)), Some((half_w, half_h)), Some((half_w, half_h))],
            Self::Yuyv => [Some((half_w.checked_mul(4)?, h)), None, None],
        })
    }

    /// Red, green, blue; or luma, U, V.
    pub(super) fn channels(self) -> [Channel; 3] {
        let at = |plane, offset, step| Channel { plane, offset, step };
        match self {
            Self::Rgb8 => [at(0, 0, 3), at(0, 1, 3), at(0, 2, 3)],
            Self::Bgr8 => [at(0, 2, 3), at(0, 1, 3), at(0, 0, 3)],
            Self::Rgba8 => [at(0, 0, 4), at(0, 1, 4), at(0, 2, 4)],
            Self::Bgra8 => [at(0, 2, 4), at(0, 1, 4), at(0, 0, 4)],
            Self::Gray8 => [at(0, 0, 1); 3],
            Self::Nv12 => [at(0, 0, 1), at(1, 0, 2), at(1, 1, 2)],
            Self::Nv21 => [at(0, 0, 1), at(1, 1, 2), at(1, 0, 2)],
            Self::I420 => [at(0, 0, 1), at(1, 0, 1), at(2, 0, 1)],
            Self::Yuyv => [at(0, 0, 2), at(0, 1, 4), at(0, 3, 4)],
        }
    }

    /// Columns and rows of pixels that share their chroma; `None` without chroma.
    pub(super) fn chroma_block(self) -> Option<[usize; 2]> {
        match self {
            Self::Nv12 | Self::Nv21 | Self::I420 => Some([2, 2]),
            Self::Yuyv => Some([2, 1]),
            Self::Rgb8 | Self::Bgr8 | Self::Rgba8 | Self::Bgra8 | Self::Gray8 => None,
        }
    }
}

/// Bytes in rows: each begins `stride_bytes` after the one before it. The last row may lack its
/// padding. `Debug` shows none.
#[derive(Clone, Copy, Default)]
pub struct Plane<'a> {
    /// The bytes, from the first row's first.
    pub data: &'a [u8],
    /// From one row's begin to the next one's.
    pub stride_bytes: usize,
}

impl<'a> Plane<'a> {
    /// A plane of `data`.
    pub fn new(data: &'a [u8], stride_bytes: usize) -> Self {
        Self { data, stride_bytes }
    }

    /// `len` bytes of row `y` from `start` on; empty where there are not so many.
    #[inline]
    pub(super) fn bytes(&self, y: usize, start: usize, len: usize) -> &'a [u8] {
        let from = y.checked_mul(self.stride_bytes).and_then(|row| row.checked_add(start));
        from.and_then(|from| self.data.get(from..)?.get(..len)).unwrap_or_default()
    }

    /// Whether it holds `rows` rows of `row` bytes.
    fn check(&self, (row, rows): (usize, usize)) -> Result<(), &'static str> {
        if self.stride_bytes < row {
            return Err("a plane's stride is shorter than its rows");
        }
        let needed = rows.checked_sub(1).and_then(|n| n.checked_mul(self.stride_bytes)?.checked_add(row));
        needed.filter(|n| *n <= self.data.len()).map(|_| ()).ok_or("a plane's buffer is shorter than its rows")
    }
}

impl std::fmt::Debug for Plane<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plane").field("bytes", &self.data.len()).field("stride_bytes", &self.stride_bytes).finish()
    }
}

/// The planes of a frame whose luma and chroma lie apart. Chroma has half the luma's width and
/// height, both rounded up.
#[derive(Debug, Clone, Copy)]
pub enum Planes<'a> {
    /// Luma; pairs (U, V).
    Nv12 {
        /// A byte per pixel.
        y: Plane<'a>,
        /// Two bytes per 2 × 2 pixels.
        uv: Plane<'a>,
    },
    /// Luma; pairs (V, U).
    Nv21 {
        /// A byte per pixel.
        y: Plane<'a>,
        /// Two bytes per 2 × 2 pixels.
        vu: Plane<'a>,
    },
    /// Luma; U; V.
    I420 {
        /// A byte per pixel.
        y: Plane<'a>,
        /// A byte per 2 × 2 pixels.
        u: Plane<'a>,
        /// A byte per 2 × 2 pixels.
        v: Plane<'a>,
    },
}

/// Pixels that belong to someone else. Copying a frame copies the description, never the pixels.
/// `Debug` shows none.
///
/// ```
/// use selfsame::image::{ColorSpace, Frame, Orientation, PixelFormat, Plane, Planes};
/// // A phone's front camera: sensor mounted sideways, planes of its own, all 256 levels.
/// let (luma, chroma) = (vec![0u8; 1280 * 720], vec![128u8; 1280 * 360]);
/// let planes = Planes::Nv12 { y: Plane::new(&luma, 1280), uv: Plane::new(&chroma, 1280) };
/// let orientation = Orientation::of_camera(270, false).ok_or("not a quarter turn")?;
/// let frame = Frame::from_planes(planes, 1280, 720)?.oriented(orientation).with_color(ColorSpace::JFIF);
/// assert_eq!((frame.width(), frame.height()), (720, 1280));
/// // The same camera through an interface with one buffer.
/// let buffer = [luma, chroma].concat();
/// assert!(Frame::new(&buffer, 1280, 720, 1280, PixelFormat::Nv12).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    planes: [Plane<'a>; 3],
    /// As stored.
    width: u32,
    height: u32,
    format: PixelFormat,
    orientation: Orientation,
    color: ColorSpace,
}

impl<'a> Frame<'a> {
    /// Describes `data`: `height` rows from the top, each beginning `stride_bytes` after the one
    /// before it and holding `width` pixels of `format`. The last row may lack its padding.
    ///
    /// Planes of chroma follow that of luma without a gap (`height` whole strides); their stride is
    /// the same for [`PixelFormat::Nv12`] and [`PixelFormat::Nv21`], half of it, rounded up,
    /// for [`PixelFormat::I420`]. For any other arrangement there is [`Frame::from_planes`].
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] in [`Stage::Image`] if a side is zero, the stride is shorter
    /// than a row, or `data` is shorter than the rows.
    pub fn new(data: &'a [u8], width: u32, height: u32, stride_bytes: usize, format: PixelFormat) -> Result<Self> {
        let chroma_stride = if format == PixelFormat::I420 { stride_bytes.div_ceil(2) } else { stride_bytes };
        let shapes = format.shapes(width, height);
        let mut planes = [Plane::default(); 3];
        let mut rest = data;
        let sizes = shapes.unwrap_or_default().into_iter().zip([stride_bytes, chroma_stride, chroma_stride]);
        for (plane, (shape, stride)) in planes.iter_mut().zip(sizes) {
            let Some((_, rows)) = shape else { break };
            *plane = Plane::new(rest, stride);
            let behind = rows.checked_mul(stride).and_then(|len| rest.get(len..));
            rest = behind.unwrap_or_default();
        }
        Self::checked(planes, width, height, format)
    }

    /// Describes planes of luma and chroma that lie apart, or have strides of their own; `width`
    /// and `height` are the luma's.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] in [`Stage::Image`] if a side is zero, a stride is shorter than
    /// its plane's rows, or a plane is shorter than its rows.
    pub fn from_planes(planes: Planes<'a>, width: u32, height: u32) -> Result<Self> {
        let (planes, format) = match planes {
            Planes::Nv12 { y, uv } => ([y, uv, Plane::default()], PixelFormat::Nv12),
            Planes::Nv21 { y, vu } => ([y, vu, Plane::default()], PixelFormat::Nv21),
            Planes::I420 { y, u, v } => ([y, u, v], PixelFormat::I420),
        };
        Self::checked(planes, width, height, format)
    }

    fn checked(planes: [Plane<'a>; 3], width: u32, height: u32, format: PixelFormat) -> Result<Self> {
        let fits = || {
            if width == 0 || height == 0 {
                return Err("a frame's side is zero");
            }
            let shapes = format.shapes(width, height).ok_or("a frame's size overflows")?;
            planes
                .iter()
                .zip(shapes)
                .filter_map(|(plane, shape)| Some((plane, shape?)))
                .try_for_each(|(p, s)| p.check(s))
        };
        fits().map_err(|what| {
            let message = format!("{what} ({width}×{height} {format:?}, {planes:?})");
            Error::new(ErrorKind::ShapeMismatch, Stage::Image, message)
        })?;
        let (orientation, color) = (Orientation::Upright, ColorSpace::default());
        Ok(Self { planes, width, height, format, orientation, color })
    }

    /// A tight RGB8 frame, for a caller whose own invariant is what [`Self::new`] checks.
    pub(super) fn trusted_rgb8(data: &'a [u8], width: u32, height: u32) -> Self {
        let planes = [Plane::new(data, 3 * width as usize), Plane::default(), Plane::default()];
        let (orientation, color) = (Orientation::Upright, ColorSpace::default());
        Self { planes, width, height, format: PixelFormat::Rgb8, orientation, color }
    }

    /// The same pixels, and how they are to be turned and mirrored to be upright;
    /// [`Orientation::of_camera`] says it in a camera's terms. Replaces what was said before.
    ///
    /// Upright pictures show the subject as others see them: the subject's left eye is at the
    /// image's right, and writing can be read. A preview that shows a mirror image draws the
    /// point x at `width − x`.
    pub fn oriented(self, orientation: Orientation) -> Self {
        Self { orientation, ..self }
    }

    /// The same pixels with another meaning of luma and chroma; of no effect on formats without
    /// chroma.
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

    /// How the samples lie in memory.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// How stored pixels become upright.
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// What luma and chroma mean.
    pub fn color(&self) -> ColorSpace {
        self.color
    }

    /// Width and height as stored.
    pub(super) fn stored_size(&self) -> [u32; 2] {
        [self.width, self.height]
    }

    /// Plane `index`; an empty one where there is none.
    pub(super) fn plane(&self, index: usize) -> Plane<'a> {
        self.planes.get(index).copied().unwrap_or_default()
    }

    /// Where upright points lie in the stored picture: x and y of the columns of a matrix, and a
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
