//! Filters, transformed and packed when a network is loaded.
//!
//! Of each weight 4 or 1.8 are made, so memory decides: they are kept as integers of 16 bits, with
//! a scale for each place and output. That is seven times as exact as f16 would be (an integer's
//! step is the same for small values and large ones), and is made a float in registers.

use super::transform::{Four, Tile, Transform, Two};
use crate::simd::{Isa, Kernel, LANES, Lanes};

/// 1.5 · 2²³: a float of up to ±2¹⁵ added to it is rounded, to even from halfway, and ends up in
/// the lowest bits.
const ROUNDING: f32 = 12_582_912.0;
/// Outputs of a panel.
const PANEL: usize = 2 * LANES;

/// The weights that one input value meets in one panel: integers, two vectors of them.
pub(super) type Row = [[i16; LANES]; 2];

/// Weights packed for [`super::Winograd`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WinogradWeights {
    tile: Tile,
    /// By places, panels of two vectors of outputs, and inputs.
    rows: Vec<Row>,
    /// What an integer stands for, by places and panels.
    scales: Vec<[Lanes; 2]>,
    /// The bias, by vectors of outputs.
    bias: Vec<Lanes>,
    /// Floats of input that one pixel has.
    depth: usize,
}

impl WinogradWeights {
    /// Transforms a filter of `bias.len()` outputs, whose weights lie as (output, input, y, x), for
    /// pixels of `depth` floats: whole vectors, of which those behind the last input only pad.
    ///
    /// `None` if a weight is not finite, if some are too small for their scale, or if the sizes do
    /// not fit each other.
    pub fn pack(tile: Tile, depth: usize, inputs: usize, weights: &[f32], bias: &[f32]) -> Option<Self> {
        let whole = depth.is_multiple_of(LANES) && inputs <= depth && weights.len() == bias.len() * inputs * 9;
        if !whole || inputs == 0 || bias.is_empty() || !weights.iter().all(|w| w.is_finite()) {
            return None;
        }
        let panels = bias.len().div_ceil(PANEL);
        let vectors = bias
            .chunks(LANES)
            // Lanes behind the last channel only pad the vector.
            .map(|chunk| std::array::from_fn(|lane| chunk.get(lane).copied().unwrap_or(0.0)));
        let mut packed = Self {
            tile,
            rows: vec![[[0; LANES]; 2]; tile.places() * panels * depth],
            scales: vec![[[0.0; LANES]; 2]; tile.places() * panels],
            bias: vectors.collect(),
            depth,
        };
        for (panel, outputs) in weights.chunks(PANEL * inputs * 9).enumerate() {
            match tile {
                Tile::Two => packed.panel::<Two, 4, 2>(panel, panels, inputs, outputs)?,
                Tile::Four => packed.panel::<Four, 6, 4>(panel, panels, inputs, outputs)?,
            }
        }
        Some(packed)
    }

    /// Transforms and packs one panel of outputs.
    fn panel<T: Transform<IN, OUT>, const IN: usize, const OUT: usize>(
        &mut self,
        panel: usize,
        panels: usize,
        inputs: usize,
        weights: &[f32],
    ) -> Option<()> {
        let mut transformed = vec![[[[0.0; PANEL]; IN]; IN]; inputs];
        let mut largest = [[[0f32; PANEL]; IN]; IN];
        for (input, squares) in transformed.iter_mut().enumerate() {
            let mut taps = [[[0.0; PANEL]; 3]; 3];
            for (output, weights) in weights.chunks_exact(inputs * 9).enumerate() {
                for (tap, weight) in weights[input * 9..][..9].iter().enumerate() {
                    taps[tap / 3][tap % 3][output] = *weight;
                }
            }
            let rows = taps.map(T::filter);
            for column in 0..IN {
                let done = T::filter([rows[0][column], rows[1][column], rows[2][column]]);
                for row in 0..IN {
                    squares[row][column] = done[row];
                    for (largest, value) in largest[row][column].iter_mut().zip(done[row]) {
                        *largest = largest.max(value.abs());
                    }
                }
            }
        }
        for (place, largest) in largest.as_flattened().iter().enumerate() {
            // Weights that are all 0 have any scale.
            let scale = largest.map(|v| if v > 0.0 { v / f32::from(i16::MAX) } else { 1.0 });
            if !scale.iter().all(|scale| scale.is_normal()) {
                return None;
            }
            let at = place * panels + panel;
            self.scales.get_mut(at)?.as_flattened_mut().copy_from_slice(&scale);
            let inverse = scale.map(f32::recip);
            let rows = self.rows.get_mut(at * self.depth..)?.get_mut(..self.depth)?;
            for (row, squares) in rows.iter_mut().zip(&transformed) {
                let values = squares.as_flattened()[place];
                for (i, word) in row.as_flattened_mut().iter_mut().enumerate() {
                    // At most 32,767, and less than half of 1 for what was rounded before.
                    *word = (values[i] * inverse[i] + ROUNDING).to_bits() as i16;
                }
            }
        }
        Some(())
    }

    /// For each place its panels: a row for each input, and the scales.
    pub(super) fn places(&self) -> impl Iterator<Item = impl Iterator<Item = (&[Row], &[Lanes; 2])>> {
        let panels = self.bias.len().div_ceil(2);
        let all = self.rows.chunks_exact(panels * self.depth).zip(self.scales.chunks_exact(panels));
        all.map(|(rows, scales)| rows.chunks_exact(self.depth).zip(scales))
    }

    /// The tiles that it is computed in.
    pub fn tile(&self) -> Tile {
        self.tile
    }

    /// Floats of input of each pixel.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Vectors of outputs of each pixel.
    pub fn vectors(&self) -> usize {
        self.bias.len()
    }

    /// Vectors of outputs in whole panels.
    pub(super) fn columns(&self) -> usize {
        self.bias.len().next_multiple_of(2)
    }

    pub(super) fn bias(&self) -> &[Lanes] {
        &self.bias
    }

    /// A kernel that asks for the first panel. The others are asked for by the panel before them.
    pub fn prefetch(&self) -> impl Kernel {
        Prefetch(self)
    }
}

/// The kernel of [`WinogradWeights::prefetch`].
struct Prefetch<'a>(&'a WinogradWeights);

impl Kernel for Prefetch<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        // Two rows lie in a cache line.
        for row in self.0.rows.iter().take(self.0.depth).step_by(2) {
            isa.prefetch(row);
        }
    }
}
