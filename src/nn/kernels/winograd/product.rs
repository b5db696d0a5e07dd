//! The matrix products between the transforms: for each place tiles × inputs by inputs × outputs.

use super::weights::{Row, WinogradWeights};
use crate::simd::{Isa, Kernel, LANES, Lanes};

/// All products of a block of tiles. Addresses count vectors.
pub(super) struct Product<'a> {
    pub weights: &'a WinogradWeights,
    /// How many tiles there are.
    pub tiles: usize,
    /// A plane for each place: tiles of input vectors.
    pub inputs: &'a [Lanes],
    pub input_plane: usize,
    /// The same for outputs, a whole number of pairs of vectors for each tile.
    pub outputs: &'a mut [Lanes],
    pub output_plane: usize,
}

impl Kernel for Product<'_> {
    #[inline(always)]
    fn run<I: Isa>(mut self, isa: I) {
        // As even as can be: a tile of few pixels waits for its own sums.
        let groups = self.tiles.div_ceil(I::PIXELS_BY_TWO).max(1);
        let (height, higher) = (self.tiles / groups, self.tiles % groups);
        for (place, panels) in self.weights.places().enumerate() {
            let mut panels = panels.peekable();
            let mut panel = 0;
            while let Some((rows, scales)) = panels.next() {
                // Behind the last panel there is nothing to fetch ahead: its own rows are in the
                // cache.
                let ahead = panels.peek().map_or(rows, |(rows, _)| rows);
                let mut tile = 0;
                for group in 0..groups {
                    let count = height + usize::from(group < higher);
                    let at = At { place, tile, panel };
                    let panel = (rows, ahead, scales);
                    match count {
                        1 => self.tile::<I, 1>(isa, at, panel),
                        2 => self.tile::<I, 2>(isa, at, panel),
                        3 => self.tile::<I, 3>(isa, at, panel),
                        4 => self.tile::<I, 4>(isa, at, panel),
                        5 => self.tile::<I, 5>(isa, at, panel),
                        6 => self.tile::<I, 6>(isa, at, panel),
                        7 if I::PIXELS_BY_TWO > 6 => self.tile::<I, 7>(isa, at, panel),
                        8 if I::PIXELS_BY_TWO > 6 => self.tile::<I, 8>(isa, at, panel),
                        9 if I::PIXELS_BY_TWO > 6 => self.tile::<I, 9>(isa, at, panel),
                        10 if I::PIXELS_BY_TWO > 6 => self.tile::<I, 10>(isa, at, panel),
                        11 if I::PIXELS_BY_TWO > 6 => self.tile::<I, 11>(isa, at, panel),
                        12 if I::PIXELS_BY_TWO > 6 => self.tile::<I, 12>(isa, at, panel),
                        _ => debug_assert!(false, "a tile of {count} pixels"),
                    }
                    tile += count;
                }
                panel += 1;
            }
        }
    }
}

/// Where a tile of products lies: place, first tile of pixels, panel of outputs.
#[derive(Clone, Copy)]
struct At {
    place: usize,
    tile: usize,
    panel: usize,
}

impl Product<'_> {
    #[inline(always)]
    fn tile<I: Isa, const MR: usize>(&mut self, isa: I, at: At, panel: (&[Row], &[Row], &[Lanes; 2])) {
        let (rows, ahead, scales) = panel;
        let depth = rows.len();
        let (vectors, columns) = (self.weights.depth() / LANES, self.weights.columns());
        let first = at.place * self.input_plane + at.tile * vectors;
        let planes = self.inputs.as_flattened();
        let mut inputs = [[].as_slice(); MR];
        for r in 0..MR {
            inputs[r] = &planes[(first + r * vectors) * LANES..][..depth];
        }
        let ahead = &ahead[..depth];
        let mut sums = [isa.splat_pair(0.0); MR];
        for k in 0..depth {
            isa.prefetch(&ahead[k]);
            let w = isa.widen_words(&rows[k]);
            for r in 0..MR {
                sums[r] = isa.mul_add_pair(isa.splat_pair(inputs[r][k]), w, sums[r]);
            }
        }
        let scales = [isa.load(&scales[0]), isa.load(&scales[1])];
        let first = at.place * self.output_plane + at.tile * columns + 2 * at.panel;
        for r in 0..MR {
            let [low, high] = isa.halves(sums[r]);
            let to = &mut self.outputs[first + r * columns..][..2];
            isa.store(isa.mul(low, scales[0]), &mut to[0]);
            isa.store(isa.mul(high, scales[1]), &mut to[1]);
        }
    }
}
