//! The sampling of a staged region.

use super::super::region::Region;
use super::bend::Bend;
use crate::simd::{Isa, Kernel};

/// Pixels whose positions are computed at once. Chosen by hand: whole vectors on every instruction
/// set, and few enough for the first-level cache.
const BLOCK: usize = 32;

/// The sampling of all rows of the result.
pub(super) struct Sample<'a, T, F> {
    pub(super) region: &'a Region<'a>,
    pub(super) width: usize,
    pub(super) out: &'a mut [T],
    pub(super) finish: F,
}

impl<T: Copy + Default, F: Fn([f32; 4]) -> [T; 4]> Kernel for Sample<'_, T, F> {
    #[inline(always)]
    fn run<I: Isa>(self, _: I) {
        let Self { region, width, out, finish } = self;
        let (mut places, mut shares) = ([0u32; BLOCK], [[0.0f32; BLOCK]; 2]);
        for (y, row) in out.chunks_exact_mut(3 * width).enumerate() {
            for (block, target) in row.chunks_mut(3 * BLOCK).enumerate() {
                positions(region, block * BLOCK, y, &mut places, &mut shares);
                sample(region, &places, &shares, target, &finish);
            }
        }
    }
}

/// The sampling of all rows of a bent result.
pub(super) struct SampleBent<'a, T, F> {
    pub(super) region: &'a Region<'a>,
    pub(super) bend: &'a Bend,
    pub(super) width: usize,
    /// Where the result's corner lies in the crop that the region was staged for.
    pub(super) shift: [usize; 2],
    pub(super) out: &'a mut [T],
    pub(super) finish: F,
}

impl<T: Copy + Default, F: Fn([f32; 4]) -> [T; 4]> Kernel for SampleBent<'_, T, F> {
    #[inline(always)]
    fn run<I: Isa>(self, _: I) {
        let Self { region, bend, width, shift: [left, top], out, finish } = self;
        let ([u0, v0], [u_row, v_row], [du, dv]) = (region.origin, region.per_row, region.per_column);
        let ([u_low, v_low], [u_high, v_high]) = (region.lowest, region.highest);
        let (mut places, mut shares) = ([0u32; BLOCK], [[0.0f32; BLOCK]; 2]);
        for (y, row) in out.chunks_exact_mut(3 * width).enumerate() {
            let nodes = bend.row(y);
            for (block, target) in row.chunks_mut(3 * BLOCK).enumerate() {
                let [right, below] = &mut shares;
                let targets = places.iter_mut().zip(right.iter_mut().zip(below));
                for (x, (place, (right, below))) in (block * BLOCK..).zip(targets) {
                    let [dx, dy] = nodes.at(x);
                    let (x, y) = ((x + left) as f64 + f64::from(dx), (y + top) as f64 + f64::from(dy));
                    let (u, v) = (u0 + y * u_row + x * du, v0 + y * v_row + x * dv);
                    let (column, fx) = split(between(u, u_low, u_high));
                    let (line, fy) = split(between(v, v_low, v_high));
                    let at = line.wrapping_mul(region.pitch as u32).wrapping_add(column);
                    (*place, *right, *below) = (at, fx, fy);
                }
                sample(region, &places, &shares, target, &finish);
            }
        }
    }
}

/// Where the pixels from column `first` of row `y` on look: the staged pixel above to the left, and
/// the shares of its neighbours to the right and below. Apart from the sampling, so that the
/// compiler makes vectors of it.
#[inline(always)]
fn positions(
    region: &Region<'_>,
    first: usize,
    y: usize,
    places: &mut [u32; BLOCK],
    [right, below]: &mut [[f32; BLOCK]; 2],
) {
    let y = y as f64;
    let ([u0, v0], [u_row, v_row], [du, dv]) = (region.origin, region.per_row, region.per_column);
    let (u0, v0) = (u0 + y * u_row, v0 + y * v_row);
    let ([u_low, v_low], [u_high, v_high]) = (region.lowest, region.highest);
    let pitch = region.pitch as u32;
    let targets = places.iter_mut().zip(right.iter_mut().zip(below));
    for (x, (place, (right, below))) in (first as i32..).zip(targets) {
        // Not summed up step by step, so that errors do not add up either.
        let x = f64::from(x);
        let (column, fx) = split(between(u0 + x * du, u_low, u_high));
        let (line, fy) = split(between(v0 + x * dv, v_low, v_high));
        (*place, *right, *below) = (line.wrapping_mul(pitch).wrapping_add(column), fx, fy);
    }
}

/// Samples a block, or as much of it as there is room for in `row`.
#[inline(always)]
fn sample<T: Copy + Default>(
    region: &Region<'_>,
    places: &[u32; BLOCK],
    [right, below]: &[[f32; BLOCK]; 2],
    row: &mut [T],
    finish: impl Fn([f32; 4]) -> [T; 4],
) {
    let values = region.pixels.as_flattened();
    // From a pixel to its neighbour below to the right.
    let reach = 4 * region.pitch + 8;
    // Four values are one vector, three are not: the next pixel writes over the fourth, which means
    // nothing.
    let mut block = [T::default(); 3 * BLOCK + 1];
    for (x, (place, (fx, fy))) in places.iter().zip(right.iter().zip(below)).enumerate() {
        let at = 4 * *place as usize;
        // Both pairs exist: clamped positions leave a neighbour right and below inside the apron.
        let Some(four) = values.get(at..).and_then(|v| v.get(..reach)) else {
            debug_assert!(false, "pixel {place} has no neighbours among those that are staged");
            continue;
        };
        let (above, under) = (four.first_chunk::<8>(), four.last_chunk::<8>());
        if let (Some(above), Some(under), Some(target)) = (above, under, block.get_mut(3 * x..3 * x + 4)) {
            let [a, b, c, d, e, f, g, h] = each(*above, *under, |a, b| a + fy * (b - a));
            target.copy_from_slice(&finish(each([a, b, c, d], [e, f, g, h], |a, b| a + fx * (b - a))));
        } else {
            debug_assert!(false, "four neighbours are two pairs, and a block has room for its pixels");
        }
    }
    match row.first_chunk_mut::<{ 3 * BLOCK }>() {
        Some(whole) => whole.iter_mut().zip(block).for_each(|(target, value)| *target = value),
        None => row.iter_mut().zip(block).for_each(|(target, value)| *target = value),
    }
}

/// Applies `f` lane by lane; the compiler makes one vector operation of it.
#[inline(always)]
pub(super) fn each<const N: usize>(a: [f32; N], b: [f32; N], f: impl Fn(f32, f32) -> f32) -> [f32; N] {
    let mut out = a;
    out.iter_mut().zip(b).for_each(|(a, b)| *a = f(*a, b));
    out
}

/// `v` clamped to `low ..= high`; NaN becomes `high`. Written with comparisons that compile to a
/// maximum and a minimum, where `f64::clamp` has to let NaN through.
#[inline(always)]
fn between(v: f64, low: f64, high: f64) -> f64 {
    let v = if v > low { v } else { low };
    if v < high { v } else { high }
}

/// Whole part and remainder of a position in 0 .. 2²⁸, the latter to 24 binary digits: adding 2²⁸
/// moves the binary point to a fixed place of the mantissa. Casts would do, but theirs saturate,
/// which costs more than the rest.
#[inline(always)]
fn split(v: f64) -> (u32, f32) {
    const SHIFT: f64 = (1u64 << 28) as f64;
    const UNIT: f32 = 1.0 / (1 << 24) as f32;
    let bits = (v + SHIFT).to_bits();
    let whole = ((bits >> 24) as u32) & 0x0FFF_FFFF;
    let remainder = (bits as u32) & 0x00FF_FFFF;
    (whole, remainder as i32 as f32 * UNIT)
}
