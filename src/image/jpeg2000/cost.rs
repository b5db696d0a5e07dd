//! What `hayro-jpeg2000` 0.5 takes for a codestream beside buffers of the image's size: memory for
//! structures per tile, precinct and code-block, and work.
//!
//! Upper estimates, from its sources and from measurements. A file of some hundred bytes can state
//! a million precincts, and 91 coding passes for each code-block.

use super::codestream::{Codestream, Component};

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

// Steps of about a nanosecond: the worst of the files of
// `cargo test --test suite worst_files -- --ignored --nocapture`, rounded up. Files of people take
// a tenth to a third of it.

/// A coefficient that is decoded, transformed, stored and made a colour of.
const SAMPLE_STEPS: u64 = 60;
/// A coefficient in a coding pass, of random bits.
const PASS_STEPS: u64 = 6;
/// A code-block.
const BLOCK_STEPS: u64 = 1_000;
/// A precinct.
const PRECINCT_STEPS: u64 = 300;
/// A packet, which takes at least a byte.
const PACKET_STEPS: u64 = 100;
/// A byte of the file.
const BYTE_STEPS: u64 = 40;
/// A resolution of a component of a tile.
const RESOLUTION_STEPS: u64 = 400;

/// What decoding takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    /// Bytes that the decoder holds at once beside buffers of the image's size.
    pub(super) bytes: u64,
    /// Steps of about a nanosecond.
    pub(super) work: u64,
}

/// What the decoder takes for this codestream.
pub(super) fn of(stream: &Codestream) -> Cost {
    let tiles = u64::from(stream.tiles.0).saturating_mul(stream.tiles.1.into());
    let components = stream.components.len() as u64;
    // The structures of one tile at a time are kept.
    let (mut all, mut segments, mut resolutions) = (Parts::default(), 0u64, 0u64);
    for component in &stream.components {
        let parts = parts(stream.tile, component);
        all.add(&parts);
        let per_block = if component.style.many_segments { MAX_PASSES } else { stream.layers.into() };
        segments = segments.saturating_add(parts.blocks.saturating_mul(per_block));
        resolutions += u64::from(component.style.levels) + 1;
    }
    let len = stream.len as u64;
    // A packet header spends three bits and more on a segment.
    let segments = segments.min(len.saturating_mul(8) / 3);
    let of_tile = (all.precincts.saturating_mul(PRECINCT_BYTES))
        .saturating_add(all.blocks.saturating_mul(BLOCK_BYTES + LAYER_BYTES * u64::from(stream.layers)))
        .saturating_add(segments.saturating_mul(SEGMENT_BYTES));
    // Every tile copies its components' styles and step sizes.
    let bytes = tiles
        .saturating_mul(256 + components * 768)
        .saturating_add(stream.tile_parts.saturating_mul(GROWTH * 112))
        .saturating_add(of_tile.saturating_mul(GROWTH))
        .saturating_add(len.saturating_mul(GROWTH));
    let packets = all.precincts.saturating_mul(tiles).saturating_mul(stream.layers.into()).min(len);
    let work = (all.steps)
        .saturating_add(all.blocks.saturating_mul(BLOCK_STEPS))
        .saturating_add(all.precincts.saturating_mul(PRECINCT_STEPS))
        .saturating_add(resolutions * RESOLUTION_STEPS)
        .saturating_mul(tiles)
        .saturating_add(packets.saturating_mul(PACKET_STEPS))
        .saturating_add(len.saturating_mul(BYTE_STEPS));
    Cost { bytes, work }
}

/// What a tile consists of.
#[derive(Debug, Clone, Copy, Default)]
struct Parts {
    precincts: u64,
    blocks: u64,
    /// Steps for its coefficients in all their coding passes.
    steps: u64,
}

impl Parts {
    fn add(&mut self, other: &Self) {
        self.precincts = self.precincts.saturating_add(other.precincts);
        self.blocks = self.blocks.saturating_add(other.blocks);
        self.steps = self.steps.saturating_add(other.steps);
    }
}

/// Precincts, code-blocks and steps of a whole tile's component, over all sub-bands (annex B.5 to
/// B.7).
fn parts(tile: (u32, u32), component: &Component) -> Parts {
    let style = &component.style;
    let mut all = Parts::default();
    let (width, height) = (
        u64::from(tile.0.div_ceil(component.spacing.0.into())),
        u64::from(tile.1.div_ceil(component.spacing.1.into())),
    );
    for (level, sizes) in (0..=style.levels).zip(style.precincts) {
        let shift = u32::from(style.levels - level);
        let (w, h) = (width.div_ceil(1 << shift), height.div_ceil(1 << shift));
        let (ppx, ppy) = (u32::from(sizes & 0x0F), u32::from(sizes >> 4));
        let (bands, halving) = if level == 0 { (1, 0) } else { (3, 1) };
        // Where a grid begins inside the first cell, it has one cell more.
        let cells = |len: u64, exponent: u32| len.div_ceil(1 << exponent) + 1;
        let precincts = bands * cells(w, ppx).saturating_mul(cells(h, ppy));
        let (bx, by) = (
            u32::from(style.block.0).min(ppx.saturating_sub(halving)),
            u32::from(style.block.1).min(ppy.saturating_sub(halving)),
        );
        let (w, h) = (w.div_ceil(1 << halving), h.div_ceil(1 << halving));
        let blocks = bands * cells(w, bx).saturating_mul(cells(h, by));
        let steps = component.planes.passes(level).map(|passes| SAMPLE_STEPS + PASS_STEPS * passes.min(MAX_PASSES));
        let steps = w.saturating_mul(h).saturating_mul(steps.sum());
        all.add(&Parts { precincts, blocks, steps });
    }
    all
}
