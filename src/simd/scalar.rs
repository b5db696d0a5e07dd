//! The portable instruction set: plain arrays, the oracle of the others.

// Lanes are counted up to the length of the array that is indexed.
#![allow(clippy::indexing_slicing)]

use super::isa::{Isa, Kernel, LANES, Lanes, sealed};

/// 1.5 · 2²³: a float of 0 ..= 255 added to it is rounded, to even from halfway, and ends up in the
/// lowest byte. `f32::round_ties_even` is a function call where the baseline has no instruction for
/// it, as x86-64 before SSE 4.1.
pub(super) const ROUNDING: f32 = 12_582_912.0;

/// The token of portable code, which needs no proof: every processor runs it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalar;

#[inline(always)]
fn zip(a: Lanes, b: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    std::array::from_fn(|i| f(a[i], b[i]))
}

impl sealed::Sealed for Scalar {}

impl Isa for Scalar {
    // Where it is the oracle and the last resort, compile time counts more.
    const SPECIALISED: bool = cfg!(not(any(target_arch = "x86_64", target_arch = "wasm32")));
    const PIXELS_BY_ONE: usize = 8;
    const PIXELS_BY_TWO: usize = 6;
    const PIXELS_BY_THREE: usize = 3;
    const PIXELS_OF_BYTES: usize = 6;
    const STRIP: usize = 4;
    type V = Lanes;
    type Pair = [Lanes; 2];
    type Sums = [i32; LANES];
    type SumsPair = [[i32; LANES]; 2];

    #[inline(always)]
    fn prefetch<T>(self, _: &T) {}

    #[inline(always)]
    fn call<K: Kernel>(self, kernel: K) {
        kernel.run(self);
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Lanes {
        [value; LANES]
    }

    #[inline(always)]
    fn load(self, from: &Lanes) -> Lanes {
        *from
    }

    #[inline(always)]
    fn store(self, v: Lanes, to: &mut Lanes) {
        *to = v;
    }

    #[inline(always)]
    fn add(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| a + b)
    }

    #[inline(always)]
    fn mul(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| a * b)
    }

    #[inline(always)]
    fn mul_add(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        // Where the baseline has no fused multiply-add, `f32::mul_add` would be a library call.
        if cfg!(any(target_arch = "aarch64", target_feature = "fma")) {
            std::array::from_fn(|i| a[i].mul_add(b[i], c[i]))
        } else {
            self.add(self.mul(a, b), c)
        }
    }

    #[inline(always)]
    fn splat_pair(self, value: f32) -> [Lanes; 2] {
        [[value; LANES]; 2]
    }

    #[inline(always)]
    fn load_pair(self, from: &[Lanes; 2]) -> [Lanes; 2] {
        *from
    }

    #[inline(always)]
    fn mul_add_pair(self, a: [Lanes; 2], b: [Lanes; 2], c: [Lanes; 2]) -> [Lanes; 2] {
        [self.mul_add(a[0], b[0], c[0]), self.mul_add(a[1], b[1], c[1])]
    }

    #[inline(always)]
    fn halves(self, pair: [Lanes; 2]) -> [Lanes; 2] {
        pair
    }

    #[inline(always)]
    fn transpose(self, rows: [Lanes; LANES]) -> [Lanes; LANES] {
        std::array::from_fn(|column| rows.map(|row| row[column]))
    }

    #[inline(always)]
    fn max(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn min(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn max_or_nan(self, a: Lanes, b: Lanes) -> Lanes {
        zip(a, b, |a, b| if a > b || a.is_nan() { a } else { b })
    }

    #[inline(always)]
    fn no_sums(self) -> [i32; LANES] {
        [0; LANES]
    }

    #[inline(always)]
    fn dot(self, mut sums: [i32; LANES], a: [u8; 4], w: &[i8; 4 * LANES]) -> [i32; LANES] {
        for (sum, w) in sums.iter_mut().zip(w.as_chunks::<4>().0) {
            for (a, w) in a.iter().zip(w) {
                *sum += i32::from(*a) * i32::from(*w);
            }
        }
        sums
    }

    #[inline(always)]
    fn dot_pairs(self, mut sums: [i32; LANES], a: &[i16; 2 * LANES], w: &[i8; 2 * LANES]) -> [i32; LANES] {
        for (sum, (a, w)) in sums.iter_mut().zip(a.as_chunks::<2>().0.iter().zip(w.as_chunks::<2>().0)) {
            for (a, w) in a.iter().zip(w) {
                *sum += i32::from(*a) * i32::from(*w);
            }
        }
        sums
    }

    #[inline(always)]
    fn no_sums_pair(self) -> [[i32; LANES]; 2] {
        [self.no_sums(); 2]
    }

    #[inline(always)]
    fn dot_by_two(self, sums: [[i32; LANES]; 2], a: [u8; 4], w: &[[i8; 4 * LANES]; 2]) -> [[i32; LANES]; 2] {
        [self.dot(sums[0], a, &w[0]), self.dot(sums[1], a, &w[1])]
    }

    #[inline(always)]
    fn sums_halves(self, sums: [[i32; LANES]; 2]) -> [[i32; LANES]; 2] {
        sums
    }

    #[inline(always)]
    fn to_floats(self, sums: [i32; LANES]) -> Lanes {
        sums.map(|sum| sum as f32)
    }

    #[inline(always)]
    fn store_bytes(self, v: [Lanes; 4], to: &mut [u8; 4 * LANES]) {
        for (to, v) in to.iter_mut().zip(v.as_flattened()) {
            // What is below 0, and NaN, becomes 0.
            let v = if *v > 0.0 { v.min(255.0) } else { 0.0 };
            *to = (v + ROUNDING).to_bits() as u8;
        }
    }
    #[inline(always)]
    fn widen_bytes(self, v: &[i8; LANES]) -> Lanes {
        v.map(f32::from)
    }

    #[inline(always)]
    fn widen_words(self, v: &[[i16; LANES]; 2]) -> [Lanes; 2] {
        [v[0].map(f32::from), v[1].map(f32::from)]
    }

    #[inline(always)]
    fn widen_nibbles(self, words: &[u8; 4 * LANES]) -> [Lanes; LANES] {
        let mut fields = [[0.0; LANES]; LANES];
        for (lane, word) in words.as_chunks::<4>().0.iter().enumerate() {
            let word = i32::from_le_bytes(*word);
            for (k, field) in fields.iter_mut().enumerate() {
                field[lane] = (word & 15 << (4 * k)) as f32;
            }
        }
        fields
    }
}
