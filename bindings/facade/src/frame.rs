//! A camera's pixels, described by plain numbers.

use crate::words::word_enum;
use crate::{Error, Result};
use selfsame::image::{ColorRange, ColorSpace, Frame, Orientation, PixelFormat, Plane, Planes};

word_enum! {
    /// How samples lie in memory; letters are in the order of bytes.
    pub enum FrameFormat {
        /// Red, green, blue.
        Rgb => "rgb",
        /// Blue, green, red.
        Bgr => "bgr",
        /// Red, green, blue and a byte that is ignored: a canvas' `ImageData`.
        Rgba => "rgba",
        /// Blue, green, red and a byte that is ignored.
        Bgra => "bgra",
        /// One byte of luma.
        Gray => "gray",
        /// A plane of luma, and one of pairs (U, V) for each 2 × 2 pixels.
        Nv12 => "nv12",
        /// A plane of luma, one of U and one of V for each 2 × 2 pixels.
        I420 => "i420",
    }
}

word_enum! {
    /// What luma and chroma mean; of formats without them it says nothing.
    pub enum FrameColor {
        /// BT.601 with all 256 levels: JPEG's, and most phones'.
        Jfif => "jfif",
        /// BT.601 with levels 16 to 235.
        Bt601 => "bt601",
        /// BT.709 with levels 16 to 235: most browsers' video.
        Bt709 => "bt709",
        /// BT.709 with all 256 levels.
        Bt709Full => "bt709_full",
    }
}

/// Where a plane lies in a frame's buffer, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlaneLayout {
    /// Where the plane begins.
    pub offset: u32,
    /// From one row's begin to the next one's.
    pub stride: u32,
}

/// How a buffer holds a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameLayout {
    /// Width as stored, in pixels.
    pub width: u32,
    /// Height as stored, in pixels.
    pub height: u32,
    /// How samples lie in memory.
    pub format: FrameFormat,
    /// What luma and chroma mean.
    pub color: FrameColor,
    /// By how many degrees the frame must be turned clockwise to be upright: 0, 90, 180 or 270.
    pub rotation_degrees: u32,
    /// Whether the upright frame shows the scene as a mirror does.
    pub mirrored: bool,
    /// Where the planes lie, one for each that the format has, as `VideoFrame.copyTo` tells them;
    /// none where they follow each other without padding.
    pub planes: Vec<PlaneLayout>,
}

impl FrameLayout {
    /// An upright frame without padding.
    #[must_use]
    pub fn packed(width: u32, height: u32, format: FrameFormat) -> Self {
        let color = FrameColor::Bt709;
        Self { width, height, format, color, rotation_degrees: 0, mirrored: false, planes: Vec::new() }
    }

    /// The frame that `data` holds.
    pub(crate) fn frame<'a>(&self, data: &'a [u8]) -> Result<Frame<'a>> {
        let orientation = Orientation::of_camera(self.rotation_degrees, self.mirrored).ok_or_else(|| {
            let message = format!("a camera's rotation is 0, 90, 180 or 270 degrees, not {}", self.rotation_degrees);
            Error::new("invalid_argument", "image", message)
        })?;
        let color = match self.color {
            FrameColor::Jfif => ColorSpace::JFIF,
            FrameColor::Bt601 => ColorSpace::BT601,
            FrameColor::Bt709 => ColorSpace::BT709,
            FrameColor::Bt709Full => ColorSpace { range: ColorRange::Full, ..ColorSpace::BT709 },
        };
        Ok(self.stored(data)?.with_color(color).oriented(orientation))
    }

    fn stored<'a>(&self, data: &'a [u8]) -> Result<Frame<'a>> {
        let (format, bytes_per_pixel) = match self.format {
            FrameFormat::Rgb => (PixelFormat::Rgb8, 3),
            FrameFormat::Bgr => (PixelFormat::Bgr8, 3),
            FrameFormat::Rgba => (PixelFormat::Rgba8, 4),
            FrameFormat::Bgra => (PixelFormat::Bgra8, 4),
            FrameFormat::Gray => (PixelFormat::Gray8, 1),
            FrameFormat::Nv12 => (PixelFormat::Nv12, 1),
            FrameFormat::I420 => (PixelFormat::I420, 1),
        };
        let planes = if self.planes.is_empty() { self.packed_planes(bytes_per_pixel)? } else { self.planes.clone() };
        let mismatch = |message: String| Error::new("shape_mismatch", "image", message);
        let plane = |index: usize| {
            let layout = planes.get(index).ok_or_else(|| mismatch(format!("plane {index} is not laid out")))?;
            let behind = || mismatch(format!("plane {index} begins behind the buffer's end"));
            let data = data.get(layout.offset as usize..).ok_or_else(behind)?;
            Ok::<_, Error>(Plane::new(data, layout.stride as usize))
        };
        let planes = match format {
            PixelFormat::Nv12 => Planes::Nv12 { y: plane(0)?, uv: plane(1)? },
            PixelFormat::I420 => Planes::I420 { y: plane(0)?, u: plane(1)?, v: plane(2)? },
            _ => {
                let Plane { data, stride_bytes, .. } = plane(0)?;
                return Ok(Frame::new(data, self.width, self.height, stride_bytes, format)?);
            }
        };
        Ok(Frame::from_planes(planes, self.width, self.height)?)
    }

    /// Planes that follow each other without padding.
    fn packed_planes(&self, bytes_per_pixel: u32) -> Result<Vec<PlaneLayout>> {
        let (half_width, half_height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let strides = match self.format {
            FrameFormat::Nv12 => vec![Some(self.width), half_width.checked_mul(2)],
            FrameFormat::I420 => vec![Some(self.width), Some(half_width), Some(half_width)],
            _ => vec![self.width.checked_mul(bytes_per_pixel)],
        };
        let mut next = Some(0u32);
        let mut planes = Vec::new();
        for (index, stride) in strides.into_iter().enumerate() {
            let overflow = || Error::new("shape_mismatch", "image", "a frame's size overflows");
            let (offset, stride) = next.zip(stride).ok_or_else(overflow)?;
            planes.push(PlaneLayout { offset, stride });
            let rows = if index == 0 { self.height } else { half_height };
            next = stride.checked_mul(rows).and_then(|bytes| offset.checked_add(bytes));
        }
        Ok(planes)
    }
}
