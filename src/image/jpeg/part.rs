//! A part of a large picture.

use super::super::plane::Plane;
use selfsame_jpeg::Scale;
use std::ops::Range;

/// Some columns and rows of a picture, as it is stored, at one scale.
pub(in crate::image) struct Part {
    /// Pixels of RGB8; or, at a reduced scale, means: a plane of red, one of green and one of blue,
    /// in words of 16 bits, low byte first, of which the high byte holds whole levels.
    pub(super) bytes: Vec<u8>,
    pub(super) scale: Scale,
    pub(super) columns: Range<usize>,
    pub(super) rows: Range<usize>,
}

impl Part {
    /// Width and height.
    pub(in crate::image) fn size(&self) -> [u32; 2] {
        // A picture's sides are below 2¹⁶.
        [self.columns.len() as u32, self.rows.len() as u32]
    }

    /// Whether the planes hold means rather than pixels.
    pub(in crate::image) fn holds_means(&self) -> bool {
        self.scale != Scale::Full
    }

    /// The plane of pixels, or the planes of means.
    pub(in crate::image) fn planes(&self) -> [Plane<'_>; 3] {
        let (width, height) = (self.columns.len(), self.rows.len());
        let (stride, each) =
            if self.holds_means() { (2 * width, 2 * width * height) } else { (3 * width, self.bytes.len()) };
        let mut planes = self.bytes.chunks(each.max(1)).map(|plane| Plane::new(plane, stride));
        // Pixels have one plane.
        let mut next = || planes.next().unwrap_or_default();
        [next(), next(), next()]
    }

    /// Whether it holds these columns and rows.
    pub(super) fn holds(&self, columns: &Range<usize>, rows: &Range<usize>) -> bool {
        let inside = |all: &Range<usize>, some: &Range<usize>| all.start <= some.start && some.end <= all.end;
        inside(&self.columns, columns) && inside(&self.rows, rows)
    }
}
