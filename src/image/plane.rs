//! Bytes in rows: what frames are made of.

use super::layout::Shape;
use crate::error::Result;

/// Bytes in rows, each of which begins `stride_bytes` after the one before it. The last row may
/// lack its padding.
///
/// The default is a plane without bytes. `Debug` shows lengths, no bytes.
#[derive(Clone, Copy, Default)]
pub struct Plane<'a> {
    /// The bytes, from the first one of the first row on.
    pub data: &'a [u8],
    /// The distance from one row's begin to the next one's, in bytes.
    pub stride_bytes: usize,
}

impl<'a> Plane<'a> {
    /// A plane of `data` whose rows begin `stride_bytes` apart. Whether it is long enough is
    /// checked when a frame is made of it.
    pub fn new(data: &'a [u8], stride_bytes: usize) -> Self {
        Self { data, stride_bytes }
    }

    /// `len` bytes of row `y` from `start` on. The frame that holds the plane has checked that they
    /// are there ([`Plane::check`]).
    #[inline]
    pub(super) fn bytes(&self, y: usize, start: usize, len: usize) -> &'a [u8] {
        let from = y.checked_mul(self.stride_bytes).and_then(|row| row.checked_add(start));
        let bytes = from.and_then(|from| self.data.get(from..)?.get(..len));
        debug_assert!(bytes.is_some(), "{len} bytes from {start} of row {y} are outside {self:?}");
        // No bytes for bytes that do not exist, which the assertion above sees.
        bytes.unwrap_or_default()
    }

    /// Whether the plane's bytes end before the first `len` of row `y` do.
    pub(super) fn ends_within(&self, y: usize, len: usize) -> bool {
        let end = y.checked_mul(self.stride_bytes).and_then(|row| row.checked_add(len));
        end.is_none_or(|end| end > self.data.len())
    }

    /// What is wrong with the plane unless it holds rows of this shape; and how many bytes it lacks
    /// of those that it may lack.
    pub(super) fn check(&self, shape: Shape) -> Result<usize, &'static str> {
        if self.stride_bytes < shape.row {
            return Err("a plane's stride is shorter than its rows");
        }
        let before = shape.rows.checked_sub(1).and_then(|rows| rows.checked_mul(self.stride_bytes));
        let needed = before.and_then(|before| before.checked_add(shape.row));
        let lacks = needed.map(|needed| needed.saturating_sub(self.data.len()));
        lacks.filter(|lacks| *lacks <= shape.may_lack).ok_or("a plane's buffer is shorter than its rows")
    }
}

impl std::fmt::Debug for Plane<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plane").field("bytes", &self.data.len()).field("stride_bytes", &self.stride_bytes).finish()
    }
}

/// The planes of a frame whose luma and chroma lie apart. Chroma has half the luma's width, rounded
/// up, and half its height, likewise, but in [`Self::Nv16`].
///
/// Where U and V are interleaved, the plane's last sample may be missing: Android hands out a view
/// of each channel, which ends before the other one's last sample. The pixels of that sample show
/// the one to its left.
///
/// ```
/// use selfsame::image::{ColorSpace, Frame, Orientation, Plane, Planes};
/// // Android's `Image` or CameraX's `ImageProxy` of 640 × 480 in `YUV_420_888`: three buffers,
/// // each with a row stride; U and V have the pixel stride 2 here, and end one byte early.
/// let (luma, u, v) = (vec![0; 640 * 480], vec![128; 320 * 480 - 1], vec![128; 320 * 480 - 1]);
/// let planes = Planes::Yuv420 {
///     y: Plane::new(&luma, 640),
///     u: Plane::new(&u, 640),
///     v: Plane::new(&v, 640),
///     chroma_step: 2,
/// };
/// let rotation_degrees = 270; // ImageInfo.getRotationDegrees()
/// let orientation = Orientation::of_camera(rotation_degrees, false).ok_or("not a quarter turn")?;
/// let frame = Frame::from_planes(planes, 640, 480)?.with_color(ColorSpace::JFIF);
/// let frame = frame.oriented(orientation);
/// assert_eq!((frame.width(), frame.height()), (480, 640));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
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
    /// Luma; pairs (U, V) for each two pixels of a row.
    Nv16 {
        /// A byte per pixel.
        y: Plane<'a>,
        /// Two bytes per two pixels.
        uv: Plane<'a>,
    },
    /// Luma; pairs (U, V); words of 16 bits, low byte first, whose high bits count.
    P010 {
        /// Two bytes per pixel.
        y: Plane<'a>,
        /// Four bytes per 2 × 2 pixels.
        uv: Plane<'a>,
    },
    /// Luma; U; V. In whichever order the planes lie in memory.
    I420 {
        /// A byte per pixel.
        y: Plane<'a>,
        /// A byte per 2 × 2 pixels.
        u: Plane<'a>,
        /// A byte per 2 × 2 pixels.
        v: Plane<'a>,
    },
    /// Luma; U; V; with a distance between the samples of U and V: what Android calls
    /// `YUV_420_888`. The frame's format is [`PixelFormat::I420`](super::PixelFormat::I420).
    Yuv420 {
        /// A byte per pixel.
        y: Plane<'a>,
        /// A byte per 2 × 2 pixels, each `chroma_step` behind the one before it.
        u: Plane<'a>,
        /// A byte per 2 × 2 pixels, each `chroma_step` behind the one before it.
        v: Plane<'a>,
        /// From one sample of U or V to the next, in bytes: 1, or 2 where bytes of the other lie
        /// between them. Android calls it the planes' pixel stride.
        chroma_step: usize,
    },
}
