//! Values and the buffers they lie in, while a network is compiled.
//!
//! A buffer is a grid of pixels, channels last; the distance between pixels (`pixel`) is the
//! channel count rounded up to whole vectors, or the bare count where only a dense convolution
//! reads it (three-channel images). Zero borders that convolutions need are part of the buffer, so
//! that no kernel ever tests for the image's edge. A flat value (any shape that is not an image) is
//! a grid of one pixel.

use super::kernels::walk::Walk;
use crate::simd::LANES;

/// The index of a buffer in [`Lowered::buffers`](super::lower::Lowered::buffers).
pub(super) type BufferId = usize;

/// How many pixels of zeros lie around an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Border {
    pub left: usize,
    pub top: usize,
    pub right: usize,
    pub bottom: usize,
}

impl Border {
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.max(other.left),
            top: self.top.max(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// The size of an image, and how its pixels lie in its buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub width: usize,
    pub height: usize,
    pub channels: usize,
    /// Floats from one pixel to the next.
    pub pixel: usize,
}

impl Grid {
    /// A grid whose pixels are padded to whole vectors.
    pub fn padded(width: usize, height: usize, channels: usize) -> Self {
        Self { width, height, channels, pixel: channels.next_multiple_of(LANES) }
    }

    /// A grid without padding between pixels.
    pub fn tight(width: usize, height: usize, channels: usize) -> Self {
        Self { width, height, channels, pixel: channels }
    }

    /// Whether kernels may read the pixels by vectors.
    pub fn in_vectors(&self) -> bool {
        self.pixel.is_multiple_of(LANES)
    }

    /// How many vectors a pixel has.
    pub fn vectors(&self) -> usize {
        self.channels.div_ceil(LANES)
    }

    /// How many floats lie from one row to the next.
    pub fn row(&self, border: Border) -> usize {
        (border.left + self.width + border.right) * self.pixel
    }

    /// How many floats the whole buffer has.
    pub fn len(&self, border: Border) -> usize {
        (border.top + self.height + border.bottom) * self.row(border)
    }

    /// The walk pixel by pixel through the image, inside its border.
    pub fn walk(&self, border: Border) -> Walk {
        let row = self.row(border);
        Walk { origin: border.top * row + border.left * self.pixel, right: self.pixel, down: row }
    }
}

/// How a value's ONNX shape relates to its grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Shape (1, channels, height, width).
    Image,
    /// Any other shape, in row-major order in the channels of one pixel.
    Flat,
    /// A shape whose last axis is a multiple of whole vectors: that axis is the channels of a row
    /// of pixels, one for each place of the axes before it. The memory is the same as if it
    /// were flat.
    Rows,
}

/// A value: a view of a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub buffer: BufferId,
    pub grid: Grid,
    pub form: Form,
    pub shape: Vec<usize>,
}

/// A buffer, as far as it is known before it has a place.
#[derive(Debug, Clone)]
pub(super) struct Buffer {
    pub grid: Grid,
    pub border: Border,
    /// No border may be given to it: it is the caller's, or somebody reads it as flat memory.
    pub rigid: bool,
    /// It is the caller's input, which is not in the arena.
    pub external: bool,
    /// How many reads of it, under whatever name, nodes and graph outputs still have to make.
    pub unread: usize,
}
