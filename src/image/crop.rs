//! Which part of a frame is wanted.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::geometry::Similarity;

/// Largest side of a crop, in pixels. Chosen by hand, the same as the largest side of a photo
/// ([`super::Limits::max_side_px`]).
const MAX_SIDE_PX: usize = 16_384;

/// What a crop shows where it reaches beyond the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Border {
    /// Black pixels (0 before normalisation), which blend in at the frame's edge as any neighbour
    /// does.
    Black,
    /// The nearest pixel of the frame.
    Replicate,
}

/// Which part of a frame becomes an image of which size.
#[derive(Debug, Clone, PartialEq)]
pub struct Crop {
    /// Width of the result in pixels, 1 ..= 16,384.
    pub width: usize,
    /// Height of the result in pixels, 1 ..= 16,384.
    pub height: usize,
    /// Where the result's points lie in the upright frame: the result's pixel (x, y) is the frame's
    /// value at the image of (x + 0.5, y + 0.5).
    pub source_from_target: Similarity,
    /// What is shown where the crop reaches beyond the frame.
    pub border: Border,
}

impl Crop {
    /// The number of values of the crop, `width * height * 3`, if its sides are in range.
    pub(super) fn checked_len(&self) -> Result<usize> {
        let in_range = |side: usize| (1..=MAX_SIDE_PX).contains(&side);
        let len = self.width.checked_mul(self.height).and_then(|n| n.checked_mul(3));
        len.filter(|_| in_range(self.width) && in_range(self.height)).ok_or_else(|| {
            let message = format!("a crop of {}×{} pixels: sides must be 1 to {MAX_SIDE_PX}", self.width, self.height);
            Error::new(ErrorKind::InvalidArgument, Stage::Image, message)
        })
    }
}
