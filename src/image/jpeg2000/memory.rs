//! What `hayro-jpeg2000` 0.5 allocates beside buffers of the image's size: structures per tile,
//! precinct and code-block.
//!
//! Upper estimates from its sources. A file of some hundred bytes can state a million precincts.

use super::codestream::{Codestream, Style};

/// A precinct, the roots of its two tag trees, and its place in the packets' order.
const PRECINCT_BYTES: u64 = 64 + 2 * 56 + 2 * 40;
/// A code-block, and its nodes in two tag trees, at most two per leaf.
const BLOCK_BYTES: u64 = 80 + 2 * 2 * 56;
/// What a layer contributes to a code-block, if anything.
const LAYER_BYTES: u64 = 24;
/// A codeword segment.
const SEGMENT_BYTES: u64 = 32;
/// A vector grows by doubling and holds the old copy meanwhile.
const GROWTH: u64 = 3;
/// Coding passes of a code-block, at most.
const MAX_PASSES: u64 = 94;

/// The bytes that the decoder holds at once beside buffers of the image's size.
pub(super) fn bytes(stream: &Codestream) -> u64 {
    let (width, height) = (u64::from(stream.width), u64::from(stream.height));
    let (tile_width, tile_height) = (u64::from(stream.tile.0).min(width), u64::from(stream.tile.1).min(height));
    if tile_width == 0 || tile_height == 0 {
        return 0;
    }
    let tiles = width.div_ceil(tile_width).saturating_mul(height.div_ceil(tile_height));
    let components = u64::from(stream.components);
    let styles = stream.styles.iter().take(stream.components.into());
    // The structures of one tile at a time are kept.
    let (mut precincts, mut blocks, mut segments) = (0u64, 0u64, 0u64);
    for style in styles {
        let (p, b) = parts(tile_width, tile_height, style);
        precincts = precincts.saturating_add(p);
        blocks = blocks.saturating_add(b);
        let per_block = if style.many_segments { MAX_PASSES } else { stream.layers.into() };
        segments = segments.saturating_add(b.saturating_mul(per_block));
    }
    // A packet header spends three bits and more on a segment.
    let segments = segments.min((stream.len as u64).saturating_mul(8) / 3);
    let of_tile = precincts
        .saturating_mul(PRECINCT_BYTES)
        .saturating_add(blocks.saturating_mul(BLOCK_BYTES + LAYER_BYTES * u64::from(stream.layers)))
        .saturating_add(segments.saturating_mul(SEGMENT_BYTES));
    // Every tile copies its components' styles and step sizes.
    tiles
        .saturating_mul(256 + components * 768)
        .saturating_add(stream.tile_parts.saturating_mul(GROWTH * 112))
        .saturating_add(of_tile.saturating_mul(GROWTH))
        .saturating_add((stream.len as u64).saturating_mul(GROWTH))
}

/// Precincts and code-blocks of a tile's component, over all sub-bands (annex B.6, B.7).
fn parts(width: u64, height: u64, style: &Style) -> (u64, u64) {
    let (mut precincts, mut blocks) = (0u64, 0u64);
    for (level, sizes) in (0..=style.levels).zip(style.precincts) {
        let shift = u32::from(style.levels - level);
        let (w, h) = (width.div_ceil(1 << shift), height.div_ceil(1 << shift));
        let (ppx, ppy) = (u32::from(sizes & 0x0F), u32::from(sizes >> 4));
        let (bands, halving) = if level == 0 { (1, 0) } else { (3, 1) };
        // Where a grid begins inside the first cell, it has one cell more.
        let cells = |len: u64, exponent: u32| len.div_ceil(1 << exponent) + 1;
        precincts = precincts.saturating_add(bands * cells(w, ppx).saturating_mul(cells(h, ppy)));
        let (bx, by) = (
            u32::from(style.block.0).min(ppx.saturating_sub(halving)),
            u32::from(style.block.1).min(ppy.saturating_sub(halving)),
        );
        let (w, h) = (w.div_ceil(1 << halving), h.div_ceil(1 << halving));
        blocks = blocks.saturating_add(bands * cells(w, bx).saturating_mul(cells(h, by)));
    }
    (precincts, blocks)
}
