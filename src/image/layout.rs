//! Where the samples of each format lie: the one table that a new format needs a row in.

use super::pixel_format::PixelFormat;

/// Where a channel's samples lie: the first of a row in `plane`, `offset` bytes from its begin, and
/// each further one `step` bytes behind the one before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Channel {
    pub plane: usize,
    pub offset: usize,
    pub step: usize,
    /// Bytes of a sample: 1, or 2 with the low byte first.
    pub size: usize,
}

impl Channel {
    /// The bytes of a row that hold `samples` of this channel, and of those that lie between them.
    pub(super) fn bytes(&self, samples: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let begin = samples.start * self.step;
        // No samples take no bytes.
        let end = samples.end.checked_sub(1).map_or(begin, |last| last * self.step + self.offset + self.size);
        begin..end.max(begin)
    }
}

/// How many bytes a plane needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Bytes of a row, without its padding.
    pub row: usize,
    pub rows: usize,
    /// Bytes that the last row may lack: those of the last sample of interleaved chroma, which a
    /// view of one of its channels does not reach.
    pub may_lack: usize,
}

impl PixelFormat {
    /// What each plane needs; sides are at least 1, and so is `chroma_step`, the distance of two
    /// samples where U and V have planes of their own. `None` if a product overflows.
    pub(super) fn shapes(self, width: u32, height: u32, chroma_step: usize) -> Option<[Option<Shape>; 3]> {
        let (w, h) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
        let (half_w, half_h) = (w.div_ceil(2), h.div_ceil(2));
        let plane = |row: Option<usize>, rows| Some(Some(Shape { row: row?, rows, may_lack: 0 }));
        let pairs = |size: usize, rows| Some(Some(Shape { row: half_w.checked_mul(2 * size)?, rows, may_lack: size }));
        let times = |n: usize| w.checked_mul(n);
        Some(match self {
            Self::Rgb8 | Self::Bgr8 => [plane(times(3), h)?, None, None],
            Self::Rgba8 | Self::Bgra8 | Self::Argb8 | Self::Abgr8 => [plane(times(4), h)?, None, None],
            Self::Gray8 => [plane(Some(w), h)?, None, None],
            Self::Nv12 | Self::Nv21 => [plane(Some(w), h)?, pairs(1, half_h)?, None],
            Self::Nv16 => [plane(Some(w), h)?, pairs(1, h)?, None],
            Self::P010 => [plane(times(2), h)?, pairs(2, half_h)?, None],
            Self::I420 | Self::Yv12 => {
                let samples = half_w.saturating_sub(1).checked_mul(chroma_step)?.checked_add(1);
                [plane(Some(w), h)?, plane(samples, half_h)?, plane(samples, half_h)?]
            }
            Self::Yuyv | Self::Uyvy => [plane(half_w.checked_mul(4), h)?, None, None],
        })
    }

    /// Where red, green and blue lie, or luma, U and V; `chroma_step` as for [`Self::shapes`].
    pub(super) fn channels(self, chroma_step: usize) -> [Channel; 3] {
        let at = |plane, offset, step| Channel { plane, offset, step, size: 1 };
        let word = |plane, offset, step| Channel { plane, offset, step, size: 2 };
        match self {
            Self::Rgb8 => [at(0, 0, 3), at(0, 1, 3), at(0, 2, 3)],
            Self::Bgr8 => [at(0, 2, 3), at(0, 1, 3), at(0, 0, 3)],
            Self::Rgba8 => [at(0, 0, 4), at(0, 1, 4), at(0, 2, 4)],
            Self::Bgra8 => [at(0, 2, 4), at(0, 1, 4), at(0, 0, 4)],
            Self::Argb8 => [at(0, 1, 4), at(0, 2, 4), at(0, 3, 4)],
            Self::Abgr8 => [at(0, 3, 4), at(0, 2, 4), at(0, 1, 4)],
            Self::Gray8 => [at(0, 0, 1); 3],
            Self::Nv12 | Self::Nv16 => [at(0, 0, 1), at(1, 0, 2), at(1, 1, 2)],
            Self::Nv21 => [at(0, 0, 1), at(1, 1, 2), at(1, 0, 2)],
            Self::P010 => [word(0, 0, 2), word(1, 0, 4), word(1, 2, 4)],
            Self::I420 => [at(0, 0, 1), at(1, 0, chroma_step), at(2, 0, chroma_step)],
            Self::Yv12 => [at(0, 0, 1), at(2, 0, chroma_step), at(1, 0, chroma_step)],
            Self::Yuyv => [at(0, 0, 2), at(0, 1, 4), at(0, 3, 4)],
            Self::Uyvy => [at(0, 1, 2), at(0, 0, 4), at(0, 2, 4)],
        }
    }

    /// Columns and rows of pixels that share their chroma; `None` without chroma.
    pub(super) fn chroma_block(self) -> Option<[usize; 2]> {
        match self {
            Self::Nv12 | Self::Nv21 | Self::I420 | Self::Yv12 | Self::P010 => Some([2, 2]),
            Self::Nv16 | Self::Yuyv | Self::Uyvy => Some([2, 1]),
            Self::Rgb8 | Self::Bgr8 | Self::Rgba8 | Self::Bgra8 | Self::Argb8 | Self::Abgr8 | Self::Gray8 => None,
        }
    }

    /// Whether U and V have planes of their own.
    pub(super) fn is_planar(self) -> bool {
        matches!(self, Self::I420 | Self::Yv12)
    }

    /// The level that stands for white where all levels are used, with 256 levels to a byte: ten
    /// bits end at 1023 quarters (ITU-T H.273, equations 29 and 30).
    pub(super) fn white_of_full_range(self) -> f64 {
        if self == Self::P010 { 1023.0 / 4.0 } else { 255.0 }
    }
}
