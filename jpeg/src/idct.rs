//! From coefficients to samples: the inverse discrete cosine transform (T.81, A.3.3).
//!
//! In whole numbers, after Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms
//! with 11 multiplications", ICASSP 1989), with the constants and roundings of libjpeg's
//! `jidctint`, so that samples equal its own. The smaller transforms give the mean of each 2×2, 4×4
//! or 8×8 samples, rounded once (libjpeg's `jidctred`): what a picture that was decoded in full and
//! then reduced by averaging would show.

use crate::frame::Component;
use fearless_simd::{Simd, SimdBase, i32x8};

/// A sample as it is kept: whole levels, 0 to 255, or finer.
pub(crate) trait Sample: Copy + Default + Send + Sync {
    /// Bits behind the whole levels.
    const FRACTION: u32;

    /// The sample of a value with [`Self::FRACTION`] fractional bits, which is brought into range.
    fn new(value: i32) -> Self;

    /// The value of a sample.
    fn value(self) -> i32;
}

impl Sample for u8 {
    const FRACTION: u32 = 0;

    #[inline(always)]
    fn new(value: i32) -> Self {
        value.clamp(0, 255) as Self
    }

    #[inline(always)]
    fn value(self) -> i32 {
        self.into()
    }
}

/// Means have levels between the whole ones, which rounding would lose.
impl Sample for u16 {
    const FRACTION: u32 = 4;

    #[inline(always)]
    fn new(value: i32) -> Self {
        value.clamp(0, 255 << Self::FRACTION) as Self
    }

    #[inline(always)]
    fn value(self) -> i32 {
        self.into()
    }
}

/// Fractional bits of the constants.
const CONST_BITS: u32 = 13;
/// Fractional bits that are kept between both passes.
const PASS_BITS: u32 = 2;

/// How many samples a block of `component` becomes on each side where one pixel of the picture is
/// to be made of `8 / base` each way, and `most` are the largest factors: as many as can be had
/// without enlarging them later. At an eighth it is one, so that first coefficients are enough.
pub(crate) fn side(component: &Component, most: [usize; 2], base: usize) -> usize {
    if base == 1 {
        return 1;
    }
    let mut side = base;
    let fits = |side: usize| {
        most.iter().zip(component.factors).all(|(most, factor)| (most * base).is_multiple_of(factor * side))
    };
    while side < 8 && fits(2 * side) {
        side *= 2;
    }
    side
}

/// Transforms one block to `side` × `side` samples (1, 2, 4 or 8), which are written into rows
/// `stride` apart. `lone` says that all coefficients but the first are zero.
#[inline(always)]
pub(crate) fn transform<S: Simd, T: Sample>(
    simd: S,
    coefficients: &[i16; 64],
    quantization: &[u16; 64],
    lone: bool,
    side: usize,
    target: &mut [T],
    stride: usize,
) {
    crate::work::add(1);
    let rows = target.chunks_mut(stride.max(1));
    if lone || side == 1 {
        let sample = mean(coefficients[0], quantization[0]);
        for row in rows.take(side) {
            row.iter_mut().take(side).for_each(|place| *place = sample);
        }
        return;
    }
    match side {
        8 => write(&eight(simd, coefficients, quantization), rows),
        4 => write(&four(simd, coefficients, quantization), rows),
        _ => write(&two(simd, coefficients, quantization), rows),
    }
}

/// The mean of a block's samples, of its first coefficient.
#[inline(always)]
pub(crate) fn mean<T: Sample>(first: i16, quantum: u16) -> T {
    level(i32::from(first).wrapping_mul(quantum.into()), 3)
}

#[inline(always)]
fn write<'t, T: Sample + 't, const N: usize>(samples: &[[T; N]; N], rows: impl Iterator<Item = &'t mut [T]>) {
    for (row, samples) in rows.zip(samples) {
        if let Some(place) = row.first_chunk_mut() {
            *place = *samples;
        }
    }
}

/// A sample of a value around zero with `fraction` fractional bits.
#[inline(always)]
fn level<T: Sample>(value: i32, fraction: u32) -> T {
    if fraction < T::FRACTION {
        return T::new(value.wrapping_shl(T::FRACTION - fraction).saturating_add(128 << T::FRACTION));
    }
    let shift = fraction - T::FRACTION;
    let half = if shift > 0 { 1 << (shift - 1) } else { 0 };
    T::new((value.wrapping_add(half) >> shift).saturating_add(128 << T::FRACTION))
}

/// Row `index` of the coefficients, multiplied by their quanta.
#[inline(always)]
fn row<S: Simd>(simd: S, coefficients: &[i16; 64], quantization: &[u16; 64], index: usize) -> i32x8<S> {
    let (rows, quanta) = (coefficients.as_chunks::<8>().0, quantization.as_chunks::<8>().0);
    #[allow(clippy::indexing_slicing, reason = "there are eight rows of eight")]
    let (row, quanta) = (rows[index & 7], quanta[index & 7]);
    i32x8::from_slice(simd, &row.map(i32::from)) * i32x8::from_slice(simd, &quanta.map(i32::from))
}

#[inline(always)]
fn eight<S: Simd, T: Sample>(simd: S, coefficients: &[i16; 64], quantization: &[u16; 64]) -> [[T; 8]; 8] {
    let mut rows = [i32x8::splat(simd, 0); 8];
    for (index, target) in rows.iter_mut().enumerate() {
        *target = row(simd, coefficients, quantization, index);
    }
    let columns = transpose(simd, eight_points(simd, rows, CONST_BITS - PASS_BITS));
    let shift = CONST_BITS + PASS_BITS + 3 - T::FRACTION;
    let samples = transpose(simd, eight_points(simd, columns, shift));
    let (middle, lowest) = (i32x8::splat(simd, 128 << T::FRACTION), i32x8::splat(simd, 0));
    let highest = i32x8::splat(simd, 255 << T::FRACTION);
    let mut levels = [[T::default(); 8]; 8];
    for (row, target) in samples.iter().zip(&mut levels) {
        let row: [i32; 8] = (*row + middle).max(lowest).min(highest).into();
        *target = row.map(T::new);
    }
    levels
}

/// The eight-point transform of eight columns at once, rounded by `shift` bits.
#[inline(always)]
fn eight_points<S: Simd>(simd: S, [a, b, c, d, e, f, g, h]: [i32x8<S>; 8], shift: u32) -> [i32x8<S>; 8] {
    let times = |v: i32x8<S>, factor: i32| v * i32x8::splat(simd, factor);
    // Even part.
    let z = times(c + g, 4433);
    let (t2, t3) = (z - times(g, 15137), z + times(c, 6270));
    let (t0, t1) = ((a + e) << CONST_BITS, (a - e) << CONST_BITS);
    let (even0, even3, even1, even2) = (t0 + t3, t0 - t3, t1 + t2, t1 - t2);
    // Odd part.
    let (z3, z4) = (h + d, f + b);
    let z5 = times(z3 + z4, 9633);
    let (z1, z2) = (times(h + b, -7373), times(f + d, -20995));
    let (z3, z4) = (z5 - times(z3, 16069), z5 - times(z4, 3196));
    let (odd3, odd2) = (times(h, 2446) + z1 + z3, times(f, 16819) + z2 + z4);
    let (odd1, odd0) = (times(d, 25172) + z2 + z3, times(b, 12299) + z1 + z4);
    let half = i32x8::splat(simd, 1 << (shift - 1));
    let round = |v: i32x8<S>| (v + half) >> shift;
    [
        round(even0 + odd0),
        round(even1 + odd1),
        round(even2 + odd2),
        round(even3 + odd3),
        round(even3 - odd3),
        round(even2 - odd2),
        round(even1 - odd1),
        round(even0 - odd0),
    ]
}

/// Rows become columns, by three rounds of interleaving both halves.
#[inline(always)]
fn transpose<S: Simd>(_: S, mut rows: [i32x8<S>; 8]) -> [i32x8<S>; 8] {
    use fearless_simd::prelude::*;
    for _ in 0..3 {
        let [a, b, c, d, e, f, g, h] = rows;
        rows = [
            a.zip_low(e),
            a.zip_high(e),
            b.zip_low(f),
            b.zip_high(f),
            c.zip_low(g),
            c.zip_high(g),
            d.zip_low(h),
            d.zip_high(h),
        ];
    }
    rows
}

#[inline(always)]
fn four<S: Simd, T: Sample>(simd: S, coefficients: &[i16; 64], quantization: &[u16; 64]) -> [[T; 4]; 4] {
    let at = |index| row(simd, coefficients, quantization, index);
    let times = |v: i32x8<S>, factor: i32| v * i32x8::splat(simd, factor);
    // Down the columns, all eight at once; the fourth coefficient has no part in means of two.
    let even = at(0) << (CONST_BITS + 1);
    let (c, g) = (at(2), at(6));
    let tilt = times(c, 15137) - times(g, 6270);
    let (b, d, f, h) = (at(1), at(3), at(5), at(7));
    let inner = times(f, 11893) - times(h, 1730) - times(d, 17799) + times(b, 8697);
    let outer = times(d, 7373) - times(h, 4176) - times(f, 4926) + times(b, 20995);
    let shift = CONST_BITS - PASS_BITS + 1;
    let half = i32x8::splat(simd, 1 << (shift - 1));
    let round = |v: i32x8<S>| -> [i32; 8] { ((v + half) >> shift).into() };
    let columns = [
        round(even + tilt + outer),
        round(even - tilt + inner),
        round(even - tilt - inner),
        round(even + tilt - outer),
    ];
    // Along the rows.
    columns.map(|[a, b, c, d, _, f, g, h]| {
        let sum =
            |terms: [(i32, i32); 4]| terms.iter().fold(0i32, |sum, (v, by)| sum.wrapping_add(v.wrapping_mul(*by)));
        let even = a.wrapping_shl(CONST_BITS + 1);
        let tilt = sum([(c, 15137), (g, -6270), (0, 0), (0, 0)]);
        let inner = sum([(h, -1730), (f, 11893), (d, -17799), (b, 8697)]);
        let outer = sum([(h, -4176), (f, -4926), (d, 7373), (b, 20995)]);
        let round = |v: i32| level(v, CONST_BITS + PASS_BITS + 4);
        let (high, low) = (even.wrapping_add(tilt), even.wrapping_sub(tilt));
        [
            round(high.wrapping_add(outer)),
            round(low.wrapping_add(inner)),
            round(low.wrapping_sub(inner)),
            round(high.wrapping_sub(outer)),
        ]
    })
}

#[inline(always)]
fn two<S: Simd, T: Sample>(simd: S, coefficients: &[i16; 64], quantization: &[u16; 64]) -> [[T; 2]; 2] {
    let at = |index| row(simd, coefficients, quantization, index);
    let times = |v: i32x8<S>, factor: i32| v * i32x8::splat(simd, factor);
    // Down the columns, all eight at once, though even ones behind the first have no part in means
    // of four.
    let even = at(0) << (CONST_BITS + 2);
    let odd = times(at(1), 29692) - times(at(3), 10426) + times(at(5), 6967) - times(at(7), 5906);
    let shift = CONST_BITS - PASS_BITS + 2;
    let half = i32x8::splat(simd, 1 << (shift - 1));
    let round = |v: i32x8<S>| -> [i32; 8] { ((v + half) >> shift).into() };
    // Along the rows.
    [round(even + odd), round(even - odd)].map(|[a, b, _, d, _, f, _, h]| {
        let even = a.wrapping_shl(CONST_BITS + 2);
        let odd = b.wrapping_mul(29692).wrapping_sub(d.wrapping_mul(10426));
        let odd = odd.wrapping_add(f.wrapping_mul(6967)).wrapping_sub(h.wrapping_mul(5906));
        let round = |v: i32| level(v, CONST_BITS + PASS_BITS + 5);
        [round(even.wrapping_add(odd)), round(even.wrapping_sub(odd))]
    })
}
