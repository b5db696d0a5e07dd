//! The last sample of interleaved chroma, where a buffer ends before it.
//!
//! Android's planes of U and V are views of one buffer of pairs, each from its own first sample to
//! its own last one. Who takes one of them for the whole plane lacks the other channel's last
//! sample.

use super::layout::Shape;
use super::plane::Plane;

/// What stands for a missing last sample: the same channel's sample to the left, else the one
/// above, else that of no colour.
#[derive(Clone, Copy)]
pub(super) struct LastSample {
    /// The row that it belongs to.
    row: usize,
    /// Where in the row it begins.
    start: usize,
    /// The sample as it would be stored, low byte first.
    bytes: [u8; 2],
    /// How many of the bytes count.
    size: usize,
}

impl LastSample {
    /// What stands for the last sample of `plane`, which lacks it.
    pub(super) fn beside(plane: &Plane<'_>, shape: Shape) -> Self {
        let size = shape.may_lack;
        let (row, start) = (shape.rows.saturating_sub(1), shape.row.saturating_sub(size));
        let left = start.checked_sub(2 * size).map(|start| plane.bytes(row, start, size));
        let above = || Some(plane.bytes(row.checked_sub(1)?, start, size));
        let bytes = match left.or_else(above) {
            Some([low, high]) => [*low, *high],
            Some([byte]) => [*byte, 0],
            // The only sample of its channel: 128 of 256 levels is none of the colour.
            _ if size == 1 => [128, 0],
            _ => [0, 128],
        };
        Self { row, start, bytes, size }
    }

    /// The sample's bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        let [low, _] = &self.bytes;
        if self.size == 1 { std::slice::from_ref(low) } else { &self.bytes }
    }

    /// Writes the row that lacks the sample, and the sample, to `row`; gives the row's number.
    pub(super) fn complete(&self, plane: &Plane<'_>, row: &mut Vec<u8>) -> usize {
        row.extend_from_slice(plane.bytes(self.row, 0, self.start));
        row.extend_from_slice(self.bytes());
        self.row
    }
}
