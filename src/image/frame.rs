//! Borrowed pixels: what a camera, a decoder or a test holds, described and checked once, then read
//! row by row.
//!
//! A frame is one plane of interleaved samples today. Planar and subsampled camera formats will add
//! planes behind the same constructor's checks, and a quarter-turn for sensors that are mounted
//! sideways; whoever reads rows through [`Frame::write_row`] will not notice.

use crate::error::{Error, ErrorKind, Result, Stage};

/// How samples lie in a frame's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PixelFormat {
    /// Red, green, blue; three bytes per pixel.
    Rgb8,
    /// Blue, green, red; three bytes per pixel.
    Bgr8,
    /// Luma; one byte per pixel.
    Gray8,
}

impl PixelFormat {
    /// Bytes per pixel of the first plane.
    pub(crate) fn bytes_per_pixel(self) -> usize {
        match self {
            Self::Rgb8 | Self::Bgr8 => 3,
            Self::Gray8 => 1,
        }
    }
}

/// Upright pixels that belong to someone else. Copying a frame copies the description, never the
/// pixels. `Debug` shows none.
///
/// ```
/// use selfsame::image::{Frame, PixelFormat};
/// let camera = vec![0u8; 1280 * 720 * 3];
/// let frame = Frame::new(&camera, 1280, 720, 1280 * 3, PixelFormat::Bgr8)?;
/// assert_eq!((frame.width(), frame.height()), (1280, 720));
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    data: &'a [u8],
    stride_bytes: usize,
    width: u32,
    height: u32,
    format: PixelFormat,
}

impl<'a> Frame<'a> {
    /// Describes `data`: `height` rows from the top, each beginning `stride_bytes` after the one
    /// before it and holding `width` pixels of `format`. The last row may lack its padding.
    ///
    /// # Errors
    /// [`ErrorKind::ShapeMismatch`] in [`Stage::Image`] if a side is zero, the stride is shorter
    /// than a row, or `data` is shorter than the rows.
    pub fn new(data: &'a [u8], width: u32, height: u32, stride_bytes: usize, format: PixelFormat) -> Result<Self> {
        let mismatch = |what: &str| {
            let message = format!("{what} ({width}×{height} {format:?}, stride {stride_bytes}, {} bytes)", data.len());
            Err(Error::new(ErrorKind::ShapeMismatch, Stage::Image, message))
        };
        if width == 0 || height == 0 {
            return mismatch("a frame's side is zero");
        }
        let row = usize::try_from(width).ok().and_then(|w| w.checked_mul(format.bytes_per_pixel()));
        let Some(row) = row.filter(|row| stride_bytes >= *row) else {
            return mismatch("a frame's stride is shorter than its rows");
        };
        let rows_before = usize::try_from(height - 1).ok();
        let needed = rows_before.and_then(|n| n.checked_mul(stride_bytes)?.checked_add(row));
        if needed.is_none_or(|n| n > data.len()) {
            return mismatch("a frame's buffer is shorter than its rows");
        }
        Ok(Self::trusted(data, width, height, stride_bytes, format))
    }

    /// [`Self::new`] for a caller whose own invariant is what that checks.
    pub(super) fn trusted(data: &'a [u8], width: u32, height: u32, stride_bytes: usize, format: PixelFormat) -> Self {
        Self { data, stride_bytes, width, height, format }
    }

    /// Width in pixels; at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels; at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// How the samples lie in memory.
    pub fn format(&self) -> PixelFormat {
        self.format
    }

    /// The bytes of the pixels `left .. left + width` of row `y`; empty where these are not all
    /// inside the frame.
    pub(crate) fn row(&self, y: usize, left: usize, width: usize) -> &'a [u8] {
        let size = self.format.bytes_per_pixel();
        let inside = left.checked_add(width).is_some_and(|right| right <= self.width as usize);
        let start = y.checked_mul(self.stride_bytes).zip(left.checked_mul(size));
        let bytes = start.and_then(|(row, x)| self.data.get(row.checked_add(x)?..)?.get(..width.checked_mul(size)?));
        bytes.filter(|_| inside).unwrap_or_default()
    }

    /// Writes the pixels of row `y` from column `left` on into `out` as quadruples of 0 ..= 255:
    /// red, green, blue (or blue, green, red where `bgr` is set) and an unused fourth. Writes
    /// nothing where these are not all inside the frame.
    pub(crate) fn write_row(&self, y: usize, left: usize, bgr: bool, out: &mut [[f32; 4]]) {
        let bytes = self.row(y, left, out.len());
        match (self.format, bgr) {
            (PixelFormat::Gray8, _) => {
                for (target, v) in out.iter_mut().zip(bytes) {
                    *target = [f32::from(*v); 4];
                }
            }
            (PixelFormat::Rgb8, false) | (PixelFormat::Bgr8, true) => {
                for (target, [a, b, c]) in out.iter_mut().zip(bytes.as_chunks().0) {
                    *target = [*a, *b, *c, 0].map(f32::from);
                }
            }
            (PixelFormat::Rgb8, true) | (PixelFormat::Bgr8, false) => {
                for (target, [a, b, c]) in out.iter_mut().zip(bytes.as_chunks().0) {
                    *target = [*c, *b, *a, 0].map(f32::from);
                }
            }
        }
    }

    /// The whole memory as rows of pixels without padding, with the width that the padding then
    /// makes part of: for readers that know no strides. `None` if the stride is no whole number of
    /// pixels, or the last row lacks its padding.
    pub(crate) fn padded(&self) -> Option<(&'a [u8], u32)> {
        let size = self.format.bytes_per_pixel();
        let len = self.stride_bytes.checked_mul(self.height as usize)?;
        let width = u32::try_from(self.stride_bytes / size).ok().filter(|_| self.stride_bytes.is_multiple_of(size))?;
        Some((self.data.get(..len)?, width))
    }
}

impl std::fmt::Debug for Frame<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frame")
            .field("width", &self.width)
            .field("height", &self.height)
            .field("stride_bytes", &self.stride_bytes)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_description_that_the_buffer_cannot_hold_is_refused() {
        let data = [0u8; 100];
        let kind = |w, h, stride, format| Frame::new(&data, w, h, stride, format).map(|_| ()).map_err(|e| e.kind());
        let bad = Err(ErrorKind::ShapeMismatch);
        assert_eq!(kind(0, 1, 3, PixelFormat::Rgb8), bad, "no width");
        assert_eq!(kind(1, 0, 3, PixelFormat::Rgb8), bad, "no height");
        assert_eq!(kind(11, 3, 32, PixelFormat::Rgb8), bad, "stride one short");
        assert_eq!(kind(11, 4, 33, PixelFormat::Rgb8), bad, "buffer too short");
        assert_eq!(kind(u32::MAX, u32::MAX, usize::MAX, PixelFormat::Bgr8), bad, "product overflows");
        assert_eq!(kind(11, 3, 33, PixelFormat::Rgb8), Ok(()));
        assert_eq!(kind(10, 4, 23, PixelFormat::Gray8), Ok(()), "the last row needs no padding");
        assert_eq!(kind(32, 4, 23, PixelFormat::Gray8), bad);
    }

    #[test]
    fn rows_come_out_in_the_order_asked_for() {
        let data = [1, 2, 3, 4, 5, 6, 99, 7, 8, 9, 10, 11, 12];
        let mut out = [[0.0; 4]; 1];
        for (format, bgr, expected) in [
            (PixelFormat::Rgb8, false, [10.0, 11.0, 12.0, 0.0]),
            (PixelFormat::Rgb8, true, [12.0, 11.0, 10.0, 0.0]),
            (PixelFormat::Bgr8, false, [12.0, 11.0, 10.0, 0.0]),
            (PixelFormat::Bgr8, true, [10.0, 11.0, 12.0, 0.0]),
        ] {
            Frame::new(&data, 2, 2, 7, format).unwrap().write_row(1, 1, bgr, &mut out);
            assert_eq!(out[0], expected, "{format:?} {bgr}");
        }
        Frame::new(&data, 2, 2, 7, PixelFormat::Gray8).unwrap().write_row(1, 1, true, &mut out);
        assert_eq!(out[0], [8.0; 4]);
        let text = format!("{:?}", Frame::new(&data, 2, 2, 7, PixelFormat::Rgb8).unwrap());
        assert!(!text.contains("99"), "{text}");
    }

    proptest! {
        #[test]
        fn no_row_reaches_outside(w in 1u32..9, h in 1u32..9, padding in 0usize..5, y in 0usize..12, left in 0usize..12, n in 0usize..12) {
            let stride = w as usize * 3 + padding;
            let data = vec![0u8; stride * h as usize - padding];
            let frame = Frame::new(&data, w, h, stride, PixelFormat::Rgb8).unwrap();
            let inside = y < h as usize && left + n <= w as usize;
            prop_assert_eq!(frame.row(y, left, n).len(), if inside { 3 * n } else { 0 });
        }
    }
}
