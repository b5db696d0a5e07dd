//! What a frame reads of every pixel, packed, and its sum under one row's light.
//!
//! Every frame of a session reads all of it, so it is small: numbers of 16 bits, eight pixels to a unit. The quarters' sums are kept
//! beside the quarters: a screen of one colour, which most segments show, needs no more.

use super::grid::Grid;
use super::light::{Light, QUARTERS};
use super::surface::{Ambient, Texel};
use super::vector::nearest;
use crate::nn::kernels::{Isa, Kernel, Level};
use rayon::prelude::*;

/// Pixels of a block.
pub(super) const LANES: usize = 8;
type Lanes = [f32; LANES];

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
    fn times(&self, by: f32) -> Lanes {
        let unit = self.unit * by;
        self.values.map(|v| f32::from(v) * unit)
    }
}

/// Eight pixels under a screen of one colour.
#[derive(Clone, Copy, Default, Debug)]
struct Block {
    /// Diffuse reflectance over π.
    albedo: [Packed; 3],
    /// Ambient irradiance over its value: as things were set up, and what yaw and pitch add to it per radian.
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
                let mut x = LANES * i..grid.width;
                let texels = [(); LANES].map(|()| x.next().map_or(Texel::default(), |x| texel(x, y)));
                (*block, *apart) = packed(&texels, ambient);
            }
        });
        Self { blocks_per_row, blocks, apart }
    }

    /// Writes row `y` in this light to `row`, or adds it to what is there.
    pub(super) fn shade(&self, y: usize, lit: &Lit, add: bool, row: &mut [Pixels]) {
        let first = self.blocks_per_row * y;
        let blocks = self.blocks.get(first..).unwrap_or_default();
        let apart = self.apart.get(first..).unwrap_or_default();
        Level::best().run(Row { blocks, apart, lit, add, row });
    }
}

fn packed(texels: &[Texel; LANES], ambient: &Ambient) -> (Block, Apart) {
    let pack = |value: &dyn Fn(&Texel) -> f32| Packed::new(texels.each_ref().map(value));
    let at = |values: &[f32], i: usize| values.get(i).copied().unwrap_or(0.0);
    let block = Block {
        albedo: [0, 1, 2].map(|c| pack(&|t| at(&t.albedo, c))),
        ambient: [0, 1, 2].map(|i| pack(&|t| at(&ambient.levels(t.normal), i))),
        mirrored: pack(&|t| at(&t.albedo, 3) * at(&t.normal, 3)),
        diffuse: pack(&|t| t.diffuse.iter().sum()),
        gloss: pack(&|t| t.gloss.iter().sum()),
    };
    let apart = Apart {
        diffuse: [0, 1, 2, 3].map(|q| pack(&|t| at(&t.diffuse, q))),
        gloss: [0, 1, 2, 3].map(|q| pack(&|t| at(&t.gloss, q))),
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
    fn run<I: Isa>(self, _: I) {
        let Self { blocks, apart, lit, add, row } = self;
        let [first, others @ ..] = &lit.light.screen;
        if others.iter().all(|other| other == first) {
            for (pixels, block) in row.iter_mut().zip(blocks) {
                let mut sums = Sums::ambient(block, lit);
                sums.add(&block.diffuse, &block.gloss, first);
                sums.write(block, lit, add, pixels);
            }
        } else {
            for (pixels, (block, apart)) in row.iter_mut().zip(blocks.iter().zip(apart)) {
                let mut sums = Sums::ambient(block, lit);
                for ((diffuse, gloss), source) in apart.diffuse.iter().zip(&apart.gloss).zip(&lit.light.screen) {
                    sums.add(diffuse, gloss, source);
                }
                sums.write(block, lit, add, pixels);
            }
        }
    }
}

/// Red, green and blue of a block.
struct Sums {
    /// Illuminance.
    lux: [Lanes; 3],
    /// Radiance that gloss mirrors.
    gloss: [Lanes; 3],
}

impl Sums {
    #[inline(always)]
    fn ambient(block: &Block, lit: &Lit) -> Self {
        let ([yaw, pitch], [r, g, b, _]) = (lit.turn, lit.light.ambient);
        let [level, by_yaw, by_pitch] = &block.ambient;
        let level = plus(plus(level.times(1.0), by_yaw.times(yaw)), by_pitch.times(pitch));
        let mirrored = block.mirrored.times(1.0);
        Self { lux: [r, g, b].map(|v| scaled(level, v)), gloss: [r, g, b].map(|v| scaled(mirrored, v)) }
    }

    /// A part of the screen that emits `source`.
    #[inline(always)]
    fn add(&mut self, diffuse: &Packed, gloss: &Packed, source: &[f32; 4]) {
        let (diffuse, gloss) = (diffuse.times(1.0), gloss.times(1.0));
        for ((lux, mirrored), source) in self.lux.iter_mut().zip(&mut self.gloss).zip(source) {
            *lux = plus(*lux, scaled(diffuse, *source));
            *mirrored = plus(*mirrored, scaled(gloss, *source));
        }
    }

    #[inline(always)]
    fn write(self, block: &Block, lit: &Lit, add: bool, pixels: &mut Pixels) {
        let ([lr, lg, lb], [or, og, ob], [ar, ag, ab]) = (self.lux, self.gloss, &block.albedo);
        let r = plus(or, product(lr, ar.times(1.0)));
        let g = plus(og, product(lg, ag.times(1.0)));
        let b = plus(ob, product(lb, ab.times(1.0)));
        let [[rr, rg, rb, _], [gr, gg, gb, _], [br, bg, bb, _]] = lit.columns;
        let red = plus(plus(scaled(r, rr), scaled(g, gr)), scaled(b, br));
        let green = plus(plus(scaled(r, rg), scaled(g, gg)), scaled(b, bg));
        let blue = plus(plus(scaled(r, rb), scaled(g, gb)), scaled(b, bb));
        for (((pixel, red), green), blue) in pixels.iter_mut().zip(red).zip(green).zip(blue) {
            let [r, g, b, _] = if add { *pixel } else { [0.0; 4] };
            *pixel = [r + red, g + green, b + blue, 0.0];
        }
    }
}

/// Lane by lane; the compiler makes one vector operation of it.
#[inline(always)]
fn each(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    let mut out = a;
    out.iter_mut().zip(b).for_each(|(a, b)| *a = f(*a, b));
    out
}

#[inline(always)]
fn plus(a: Lanes, b: Lanes) -> Lanes {
    each(a, b, |a, b| a + b)
}

#[inline(always)]
fn product(a: Lanes, b: Lanes) -> Lanes {
    each(a, b, |a, b| a * b)
}

#[inline(always)]
fn scaled(a: Lanes, by: f32) -> Lanes {
    a.map(|v| v * by)
}
