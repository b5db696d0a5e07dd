//! Which layers are computed by Winograd's method, and in which tiles.
//!
//! A model of costs, counted in multiply-adds that a core could do in the same time: those of the
//! products, the bytes of weights that come from beyond the core's own caches, and the transforms.
//! The test `the_choice_is_the_fastest`, which is run by hand, holds the choice against measured
//! times.

use super::transform::Tile;
use crate::simd::LANES;

/// A dense convolution of 3×3, stride 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The output's width and height in pixels.
    pub size: (usize, usize),
    /// Floats of input of each pixel.
    pub depth: usize,
    /// Channels of output.
    pub outputs: usize,
}

/// The least and the most channels that are computed so. Fewer gain little, and the layers of small
/// networks keep their bits; more would need large buffers. Chosen by hand.
const CHANNELS: std::ops::RangeInclusive<usize> = 48..=4096;
/// A byte of weights from beyond the second-level cache, in multiply-adds: 21 GB a second beside 43
/// thousand million multiply-adds. Tuned, as are the next three, on layers of 112×112×64 to 7×7×512
/// with AVX2 (Zen 3).
const BYTE: usize = 2;
/// The multiply-adds of products are slower than those of the direct form, which need not widen
/// weights: by this many per cent.
const SLOWER: usize = 20;
/// Both transforms of a vector of a tile of 4×4 outputs, and of one of 2×2.
const TRANSFORM: [usize; 2] = [1_800, 700];
/// Winograd's cost must be less than so many per cent of the direct form's, which is exact.
const WORTH: usize = 85;

impl Shape {
    /// The direct form's cost.
    fn direct(&self) -> usize {
        let pixels = self.size.0 * self.size.1;
        let weights = 9 * self.depth * self.outputs.next_multiple_of(LANES);
        // Every few pixels read all weights, but of deep layers alone these leave the caches.
        pixels * weights + 4 * BYTE * weights
    }

    /// The cost in tiles.
    fn in_tiles(&self, tile: Tile) -> usize {
        let (side, outputs) = (tile.side(), self.outputs.next_multiple_of(2 * LANES));
        let tiles = self.size.0.div_ceil(side) * self.size.1.div_ceil(side);
        let weights = tile.places() * self.depth * outputs;
        let [four, two] = TRANSFORM;
        let transform = if tile == Tile::Four { four } else { two };
        let products = tiles * weights;
        products + products / 100 * SLOWER + 2 * BYTE * weights + tiles * (self.depth + outputs) / LANES * transform
    }
}

/// The tiles in which a layer is computed fastest; `None` if that is the direct form, or not known
/// to be another.
pub(crate) fn tile(shape: &Shape) -> Option<Tile> {
    let Shape { size, depth, outputs } = *shape;
    // Sizes whose costs cannot be counted are no layers.
    let counted = size.0.max(size.1) <= 1 << 14 && depth.is_multiple_of(LANES);
    if !counted || !CHANNELS.contains(&depth) || !CHANNELS.contains(&outputs) {
        return None;
    }
    let cost = |tile: &Tile| shape.in_tiles(*tile);
    let best = [Tile::Four, Tile::Two].into_iter().min_by_key(cost)?;
    (cost(&best) <= shape.direct() / 100 * WORTH).then_some(best)
}
