//! How many pixels of a row are worked on at once.

/// Pixels that are worked on at once: two vectors of AVX2, one of AVX-512; chosen by hand.
pub(super) const BLOCK: usize = 16;

/// One number for each pixel of a block.
pub(super) type Block = [f32; BLOCK];
