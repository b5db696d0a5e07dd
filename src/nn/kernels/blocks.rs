//! Blocks and tiles of output pixels, for the convolutions that are matrix products.

use super::walk::{Residual, Walk};

/// The addresses that belong to one output pixel.
#[derive(Clone, Copy, Default)]
pub(super) struct Pixel {
    pub input: usize,
    pub output: usize,
    pub residual: usize,
}

/// A walk over all pixels of an image, row by row, in blocks.
pub(super) struct Blocks {
    size: (usize, usize),
    input: Walk,
    output: Walk,
    residual: Walk,
    /// The first pixel of the next block.
    x: usize,
    y: usize,
}

impl Blocks {
    /// A walk over an image of `size` = (width, height), from its first pixel on.
    #[inline(always)]
    pub fn new(size: (usize, usize), input: Walk, output: Walk, residual: Option<&Residual<'_>>) -> Self {
        let residual = match residual {
            Some(Residual::Other(operand)) => operand.walk,
            Some(Residual::InPlace) => output,
            None => Walk::default(),
        };
        Self { size, input, output, residual, x: 0, y: 0 }
    }

    /// Fills `block` with the next pixels; returns how many there were.
    #[inline(always)]
    pub fn next(&mut self, block: &mut [Pixel]) -> usize {
        let (width, height) = self.size;
        let mut filled = 0;
        while self.y < height && filled < block.len() {
            let (x, y) = (self.x, self.y);
            let mut pixel =
                Pixel { input: self.input.at(x, y), output: self.output.at(x, y), residual: self.residual.at(x, y) };
            let run = (block.len() - filled).min(width - x);
            for slot in &mut block[filled..filled + run] {
                *slot = pixel;
                pixel.input += self.input.right;
                pixel.output += self.output.right;
                pixel.residual += self.residual.right;
            }
            filled += run;
            self.x += run;
            if self.x == width {
                (self.x, self.y) = (0, y + 1);
            }
        }
        filled
    }
}

/// How many of `pixels` are computed in tiles of `tile`. A few behind the last whole tile go one by
/// one; more are taken together with others, which are computed twice. That costs little and saves
/// compiling a tile of every height.
#[inline(always)]
pub(super) fn in_tiles(pixels: usize, tile: usize) -> usize {
    let rest = pixels % tile;
    let together = rest > 2 && pixels > tile;
    pixels - if together { 0 } else { rest }
}
