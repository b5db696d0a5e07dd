//! Bytes in rows: what frames are made of.

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

    /// What is wrong with the plane unless it holds `rows` rows of `row` bytes each.
    pub(super) fn check(&self, (row, rows): (usize, usize)) -> Result<(), &'static str> {
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
