//! What a frame reads of every pixel, packed, and its sum under one row's light.
//!
//! Every frame of a session reads all of it, so it is small: numbers of 16 bits, eight pixels to a
//! unit. The quarters' sums are kept beside the quarters: a screen of one colour, which most
//! segments show, needs no more.

use super::grid::Grid;
use super::light::{Light, QUARTERS};
use super::surface::{Ambient, Texel};
use super::vector::nearest;
use rayon::prelude::*;
use selfsame::simd::{Isa, Kernel, LANES, Lanes, Level};

/// Radiance or signal of a block's pixels: red, green, blue, unused.
pub(super) type Pixels = [[f32; 4]; LANES];

/// One number for each pixel of a block.
#[derive(Clone, Copy, Default, Debug)]
struct Packed {
    unit: f32,
    values: [i16; LANES],
}

impl Packed {
    #[inline(always)]
    fn new(values: Lanes) -> Self {
        let most = values.iter().fold(0.0f32, |most, v| if v.abs() > most { v.abs() } else { most });
        let per_unit = if most > 0.0 { f32::from(i16::MAX) / most } else { 0.0 };
        let rounded = values.map(|v| nearest(v * per_unit) as i16);
        Self { unit: most / f32::from(i16::MAX), values: rounded }
    }

    /// The numbers times `by`.
    #[inline(always)]
    fn times<I: Isa>(&self, isa: I, by: f32) -> I::V {
        isa.mul(isa.load(&self.values.map(f32::from)), isa.splat(self.unit * by))
    }
}

/// Eight pixels under a screen of one colour.
#[derive(Clone, Copy, Default, Debug)]
struct Block {
    /// Diffuse reflectance over π.
    albedo: [Packed; 3],
    /// Ambient irradiance over its value: as things were set up, and what yaw and pitch add to it
    /// per radian.
    ambient: [Packed; 3],
    /// What gloss mirrors of the ambient light.
    mirrored: Packed,
    /// Of all quarters together.
    diffuse: Packed,
    gloss: Packed,
}

/// What a screen of several colours needs beside that.
#[derive(Clone, Copy, Default, Debug)]
struct Apart {
    diffuse: [Packed; QUARTERS],
    gloss: [Packed; QUARTERS],
}

/// All pixels of a layer. Rows are filled up to whole blocks.
pub(super) struct Surface {
    blocks_per_row: usize,
    blocks: Vec<Block>,
    apart: Vec<Apart>,
}

/// Blocks in a row of so many pixels.
pub(super) fn blocks_in(width: usize) -> usize {
    width.div_ceil(LANES)
}

impl Surface {
    /// Of the texels at (x, y), in `ambient`; threads share the rows.
    pub(super) fn new(grid: &Grid, ambient: &Ambient, texel: impl Fn(usize, usize) -> Texel + Sync) -> Self {
        let blocks_per_row = blocks_in(grid.width);
        let mut blocks = vec![Block::default(); blocks_per_row * grid.height];
        let mut apart = vec![Apart::default(); blocks.len()];
        let rows = blocks.par_chunks_mut(blocks_per_row).zip(apart.par_chunks_mut(blocks_per_row));
        rows.enumerate().for_each(|(y, (blocks, apart))| {
            for (i, (block, apart)) in blocks.iter_mut().zip(apart).enumerate() {
                // What a last block has beyond the row is black, and never looked at.
                let within = |x: usize| if x < grid.width { texel(x, y) } else { Texel::default() };
                let texels = std::array::from_fn(|lane| within(LANES * i + lane));
                (*block, *apart) = packed(&texels, ambient);
            }
        });
        Self { blocks_per_row, blocks, apart }
    }

    /// Writes row `y` in this light to `row`, or adds it to what is there.
    pub(super) fn shade(&self, y: usize, lit: &Lit, add: bool, row: &mut [Pixels]) {
        let of_row = self.blocks_per_row * y..self.blocks_per_row * (y + 1);
        let (blocks, apart) = (&self.blocks[of_row.clone()], &self.apart[of_row]);
        Level::best().run(Row { blocks, apart, lit, add, row });
    }
}

fn packed(texels: &[Texel; LANES], ambient: &Ambient) -> (Block, Apart) {
    let pack = |value: &dyn Fn(&Texel) -> f32| Packed::new(texels.each_ref().map(value));
    let block = Block {
        albedo: [0, 1, 2].map(|c| pack(&|t| t.albedo[c])),
        ambient: [0, 1, 2].map(|i| pack(&|t| ambient.levels(t.normal)[i])),
        mirrored: pack(&|t| t.albedo[3] * t.normal[3]),
        diffuse: pack(&|t| t.diffuse.iter().sum()),
        gloss: pack(&|t| t.gloss.iter().sum()),
    };
    let apart = Apart {
        diffuse: [0, 1, 2, 3].map(|q| pack(&|t| t.diffuse[q])),
        gloss: [0, 1, 2, 3].map(|q| pack(&|t| t.gloss[q])),
    };
    (block, apart)
}

/// The light of one row on one layer, and what the sensor makes of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lit {
    pub(super) light: Light,
    /// By how much the layer is turned: yaw and pitch in radians.
    pub(super) turn: [f32; 2],
    /// Each input colour's part in the three outputs.
    pub(super) columns: [[f32; 4]; 3],
}

/// The inner loop.
struct Row<'a> {
    blocks: &'a [Block],
    apart: &'a [Apart],
    lit: &'a Lit,
    add: bool,
    row: &'a mut [Pixels],
}

impl Kernel for Row<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { blocks, apart, lit, add, row } = self;
        let [first, others @ ..] = &lit.light.screen;
        if others.iter().all(|other| other == first) {
            for (pixels, block) in row.iter_mut().zip(blocks) {
                let mut sums = Sums::ambient(isa, block, lit);
                sums.add(&block.diffuse, &block.gloss, first);
                sums.write(block, lit, add, pixels);
            }
        } else {
            for (pixels, (block, apart)) in row.iter_mut().zip(blocks.iter().zip(apart)) {
                let mut sums = Sums::ambient(isa, block, lit);
                for ((diffuse, gloss), source) in apart.diffuse.iter().zip(&apart.gloss).zip(&lit.light.screen) {
                    sums.add(diffuse, gloss, source);
                }
                sums.write(block, lit, add, pixels);
            }
        }
    }
}

/// Red, green and blue of a block. Nothing here rounds but as on every other machine: sums and
/// products are apart.
struct Sums<I: Isa> {
    isa: I,
    /// Illuminance.
    lux: [I::V; 3],
    /// Radiance that gloss mirrors.
    gloss: [I::V; 3],
}

impl<I: Isa> Sums<I> {
    #[inline(always)]
    fn ambient(isa: I, block: &Block, lit: &Lit) -> Self {
        let ([yaw, pitch], [r, g, b, _]) = (lit.turn, lit.light.ambient);
        let [level, by_yaw, by_pitch] = &block.ambient;
        let turned = isa.add(by_yaw.times(isa, yaw), by_pitch.times(isa, pitch));
        let level = isa.add(level.times(isa, 1.0), turned);
        let mirrored = block.mirrored.times(isa, 1.0);
        let times = |v: I::V| [r, g, b].map(|by| isa.mul(v, isa.splat(by)));
        Self { isa, lux: times(level), gloss: times(mirrored) }
    }

    /// A part of the screen that emits `source`.
    #[inline(always)]
    fn add(&mut self, diffuse: &Packed, gloss: &Packed, source: &[f32; 4]) {
        let isa = self.isa;
        let (diffuse, gloss) = (diffuse.times(isa, 1.0), gloss.times(isa, 1.0));
        for ((lux, mirrored), source) in self.lux.iter_mut().zip(&mut self.gloss).zip(source) {
            let source = isa.splat(*source);
            *lux = isa.add(*lux, isa.mul(diffuse, source));
            *mirrored = isa.add(*mirrored, isa.mul(gloss, source));
        }
    }

    #[inline(always)]
    fn write(self, block: &Block, lit: &Lit, add: bool, pixels: &mut Pixels) {
        let Self { isa, lux: [lr, lg, lb], gloss: [or, og, ob] } = self;
        let [ar, ag, ab] = &block.albedo;
        let radiance = |gloss: I::V, lux: I::V, albedo: &Packed| isa.add(gloss, isa.mul(lux, albedo.times(isa, 1.0)));
        let (r, g, b) = (radiance(or, lr, ar), radiance(og, lg, ag), radiance(ob, lb, ab));
        let [[rr, rg, rb, _], [gr, gg, gb, _], [br, bg, bb, _]] = lit.columns;
        let mixed = |by_r: f32, by_g: f32, by_b: f32| {
            let (r, g, b) = (isa.mul(r, isa.splat(by_r)), isa.mul(g, isa.splat(by_g)), isa.mul(b, isa.splat(by_b)));
            let mut lanes = [0.0; LANES];
            isa.store(isa.add(isa.add(r, g), b), &mut lanes);
            lanes
        };
        let (red, green, blue) = (mixed(rr, gr, br), mixed(rg, gg, bg), mixed(rb, gb, bb));
        let colors = red.iter().zip(&green).zip(&blue);
        if add {
            for ([r, g, b, _], ((red, green), blue)) in pixels.iter_mut().zip(colors) {
                (*r, *g, *b) = (*r + red, *g + green, *b + blue);
            }
        } else {
            for (pixel, ((red, green), blue)) in pixels.iter_mut().zip(colors) {
                *pixel = [*red, *green, *blue, 0.0];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::vector::unit;

    /// Eight texels, all different.
    fn texels() -> [Texel; LANES] {
        let mut i = 0.0;
        [(); LANES].map(|()| {
            i += 1.0;
            let [x, y, z] = unit([0.1 * i - 0.4, 0.3 - 0.05 * i, -1.0]);
            Texel {
                albedo: [0.02 * i, 0.2 - 0.01 * i, 0.15, 0.01],
                normal: [x, y, z, 1.0],
                diffuse: [0.1 * i, 0.05, 0.02 * i, 0.03],
                gloss: [0.001 * i, 0.002, 0.01 - 0.001 * i, 0.0],
            }
        })
    }

    #[test]
    fn packed_texels_shine_as_they_did_at_every_level() {
        let ambient = Ambient::new(unit([0.3, -0.9, -0.5]), 0.6);
        let texels = texels();
        let (block, apart) = packed(&texels, &ambient);
        let even = [[300.0, 200.0, 100.0, 0.0]; QUARTERS];
        let uneven = [[300.0, 0.0, 0.0, 0.0], [0.0; 4], [0.0, 250.0, 0.0, 0.0], [0.0, 0.0, 400.0, 0.0]];
        for screen in [even, uneven] {
            let light = Light { screen, ambient: [80.0, 60.0, 40.0, 0.0] };
            let columns = [[0.9, 0.1, 0.0, 0.0], [0.0, 1.0, 0.2, 0.0], [0.1, 0.0, 0.8, 0.0]];
            let lit = Lit { light, turn: [0.1, -0.05], columns };
            let run = |level: Level, add| {
                let mut row = [[[1.0, 2.0, 3.0, 0.0]; LANES]];
                level.run(Row { blocks: &[block], apart: &[apart], lit: &lit, add, row: &mut row });
                row[0]
            };
            let [once, twice] = [false, true].map(|add| run(Level::SCALAR, add));
            for (i, texel) in texels.iter().enumerate() {
                let [r, g, b, _] = texel.radiance(&light, &ambient, lit.turn);
                for c in 0..3 {
                    let expected = r * columns[0][c] + g * columns[1][c] + b * columns[2][c];
                    assert!((once[i][c] / expected - 1.0).abs() < 1e-3, "pixel {i}, {c}: {} {expected}", once[i][c]);
                    assert!((twice[i][c] - once[i][c] - (c + 1) as f32).abs() < 1e-4);
                }
            }
            for level in Level::all() {
                assert_eq!(run(level, true), twice, "{}", level.name());
            }
        }
    }
}
