//! How samples lie in a frame's memory.

/// How the samples of a frame lie in memory: which channels, in which order, in how many planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Red, green, blue: three bytes per pixel.
    Rgb8,
    /// Blue, green, red: three bytes per pixel.
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

/// Where a channel's samples lie: the first of a row in `plane`, `offset` bytes from its begin, and
/// each further one `step` bytes behind the one before it.
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
    /// Every format, for tables and tests.
    pub const ALL: [Self; 9] =
        [Self::Rgb8, Self::Bgr8, Self::Rgba8, Self::Bgra8, Self::Gray8, Self::Nv12, Self::Nv21, Self::I420, Self::Yuyv];

    /// Bytes per row and number of rows of each plane; sides are at least 1. `None` if a product
    /// overflows.
    pub(super) fn shapes(self, width: u32, height: u32) -> Option<[Option<(usize, usize)>; 3]> {
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

    /// Where red, green and blue lie, or luma, U and V.
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
