//! WebAssembly's registers of 128 bits: four floats to a register, two registers to a vector.
//!
//! An engine validates a module as a whole, so nothing can be detected at run time: one instruction
//! that the engine lacks, in a function that nobody calls, and the module does not load. Every
//! engine since 2023 has `simd128`. Relaxed SIMD (a multiply-add that rounds once, a dot product of
//! bytes) is younger, and used only in a module that is compiled for it, with
//! `--cfg selfsame_relaxed_simd`. The compiler's own flag would let it loose on all crates, where
//! LLVM 22 makes `f32x4.relaxed_max` of a choice between vectors: an engine may lose a NaN there.
#![allow(unsafe_code)]
// Halves are indexed by constants.
#![allow(clippy::indexing_slicing)]

use super::isa::{Isa, Kernel, LANES, Lanes, sealed};
use super::scalar::ROUNDING;
use core::arch::wasm32::{
    f32x4_add, f32x4_convert_i32x4, f32x4_gt, f32x4_lt, f32x4_mul, f32x4_ne, f32x4_pmax, f32x4_pmin,
    f32x4_relaxed_madd, f32x4_splat, i16x8_load_extend_i8x8, i16x8_narrow_i32x4, i16x8_relaxed_dot_i8x16_i7x16,
    i16x8_shl, i16x8_shr, i16x8_splat, i32x4_add, i32x4_dot_i16x8, i32x4_extend_high_i16x8, i32x4_extend_low_i16x8,
    i32x4_load_extend_i16x4, i32x4_relaxed_laneselect, i32x4_shuffle, i32x4_splat, u8x16_narrow_i16x8, u16x8_shr, v128,
    v128_and, v128_bitselect, v128_load, v128_store,
};

/// Whether LLVM may use relaxed instructions, which it does in a whole module if in any function:
/// LLVM 22 then makes `f32x4.relaxed_max` of `f32x4_pmax`.
const ANY_RELAXED: bool = cfg!(any(selfsame_relaxed_simd, target_feature = "relaxed-simd"));

/// The token of this instruction set, which needs no proof: where the engine lacks it, the module
/// never runs. With `RELAXED` it stands for relaxed SIMD, too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wasm<const RELAXED: bool>;

impl<const RELAXED: bool> Wasm<RELAXED> {
    /// Runs `kernel` compiled for this instruction set, in a function of its own, as `Avx2::enter`
    /// does.
    #[inline(never)]
    pub fn enter<K: Kernel>(self, kernel: K) {
        #[target_feature(enable = "simd128")]
        fn with_simd<const RELAXED: bool, K: Kernel>(token: Wasm<RELAXED>, kernel: K) {
            kernel.run(token);
        }
        #[target_feature(enable = "simd128,relaxed-simd")]
        fn with_relaxed<const RELAXED: bool, K: Kernel>(token: Wasm<RELAXED>, kernel: K) {
            kernel.run(token);
        }
        if RELAXED {
            with_relaxed(self, kernel);
        } else {
            with_simd(self, kernel);
        }
    }
}

/// One operation on both halves of its operands. A closure in its place might not be inlined, and
/// would then be compiled without the instruction set.
macro_rules! halves {
    ($operation:ident($a:expr, $b:expr)) => {
        [$operation($a[0], $b[0]), $operation($a[1], $b[1])]
    };
}

/// Four rows of four turned over.
#[inline(always)]
fn square([a, b, c, d]: [v128; 4]) -> [v128; 4] {
    let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
    let (ab_high, cd_high) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    [
        i32x4_shuffle::<0, 1, 4, 5>(ab, cd),
        i32x4_shuffle::<2, 3, 6, 7>(ab, cd),
        i32x4_shuffle::<0, 1, 4, 5>(ab_high, cd_high),
        i32x4_shuffle::<2, 3, 6, 7>(ab_high, cd_high),
    ]
}

impl<const RELAXED: bool> sealed::Sealed for Wasm<RELAXED> {}

impl<const RELAXED: bool> Isa for Wasm<RELAXED> {
    const SPECIALISED: bool = true;
    const PIXELS_BY_ONE: usize = 4;
    const PIXELS_BY_TWO: usize = 2;
    const PIXELS_BY_THREE: usize = 1;
    const PIXELS_OF_BYTES: usize = 2;
    const STRIP: usize = 2;
    type V = [v128; 2];
    type Pair = [[v128; 2]; 2];
    type Sums = [v128; 2];
    type SumsPair = [[v128; 2]; 2];

    #[inline(always)]
    fn prefetch<T>(self, _: &T) {}

    #[inline(always)]
    fn call<K: Kernel>(self, kernel: K) {
        self.enter(kernel);
    }

    #[inline(always)]
    fn splat(self, value: f32) -> [v128; 2] {
        [f32x4_splat(value); 2]
    }

    #[inline(always)]
    fn load(self, from: &Lanes) -> [v128; 2] {
        let from = from.as_chunks::<4>().0;
        // SAFETY: each chunk is 16 readable bytes and the load needs no alignment.
        unsafe { [v128_load(from[0].as_ptr().cast()), v128_load(from[1].as_ptr().cast())] }
    }

    #[inline(always)]
    fn store(self, v: [v128; 2], to: &mut Lanes) {
        let to = to.as_chunks_mut::<4>().0;
        // SAFETY: each chunk is 16 writable bytes and the store needs no alignment.
        unsafe {
            v128_store(to[0].as_mut_ptr().cast(), v[0]);
            v128_store(to[1].as_mut_ptr().cast(), v[1]);
        }
    }

    #[inline(always)]
    fn add(self, a: [v128; 2], b: [v128; 2]) -> [v128; 2] {
        halves!(f32x4_add(a, b))
    }

    #[inline(always)]
    fn mul(self, a: [v128; 2], b: [v128; 2]) -> [v128; 2] {
        halves!(f32x4_mul(a, b))
    }

    #[inline(always)]
    fn mul_add(self, a: [v128; 2], b: [v128; 2], c: [v128; 2]) -> [v128; 2] {
        if RELAXED {
            [f32x4_relaxed_madd(a[0], b[0], c[0]), f32x4_relaxed_madd(a[1], b[1], c[1])]
        } else {
            self.add(self.mul(a, b), c)
        }
    }

    #[inline(always)]
    fn splat_pair(self, value: f32) -> [[v128; 2]; 2] {
        [self.splat(value); 2]
    }

    #[inline(always)]
    fn load_pair(self, from: &[Lanes; 2]) -> [[v128; 2]; 2] {
        [self.load(&from[0]), self.load(&from[1])]
    }

    #[inline(always)]
    fn mul_add_pair(self, a: [[v128; 2]; 2], b: [[v128; 2]; 2], c: [[v128; 2]; 2]) -> [[v128; 2]; 2] {
        [self.mul_add(a[0], b[0], c[0]), self.mul_add(a[1], b[1], c[1])]
    }

    #[inline(always)]
    fn halves(self, pair: [[v128; 2]; 2]) -> [[v128; 2]; 2] {
        pair
    }

    #[inline(always)]
    fn transpose(self, [a, b, c, d, e, f, g, h]: [[v128; 2]; LANES]) -> [[v128; 2]; LANES] {
        let [a0, b0, c0, d0] = square([a[0], b[0], c[0], d[0]]);
        let [a1, b1, c1, d1] = square([e[0], f[0], g[0], h[0]]);
        let [e0, f0, g0, h0] = square([a[1], b[1], c[1], d[1]]);
        let [e1, f1, g1, h1] = square([e[1], f[1], g[1], h[1]]);
        [[a0, a1], [b0, b1], [c0, c1], [d0, d1], [e0, e1], [f0, f1], [g0, g1], [h0, h1]]
    }

    #[inline(always)]
    fn max(self, a: [v128; 2], b: [v128; 2]) -> [v128; 2] {
        if ANY_RELAXED {
            let larger = halves!(f32x4_gt(a, b));
            return [i32x4_relaxed_laneselect(a[0], b[0], larger[0]), i32x4_relaxed_laneselect(a[1], b[1], larger[1])];
        }
        // `f32x4_pmax(x, y)` is y where x < y, else x.
        halves!(f32x4_pmax(b, a))
    }

    #[inline(always)]
    fn min(self, a: [v128; 2], b: [v128; 2]) -> [v128; 2] {
        if ANY_RELAXED {
            let smaller = halves!(f32x4_lt(a, b));
            return [
                i32x4_relaxed_laneselect(a[0], b[0], smaller[0]),
                i32x4_relaxed_laneselect(a[1], b[1], smaller[1]),
            ];
        }
        // `f32x4_pmin(x, y)` is y where y < x, else x.
        halves!(f32x4_pmin(b, a))
    }

    #[inline(always)]
    fn max_or_nan(self, a: [v128; 2], b: [v128; 2]) -> [v128; 2] {
        let (max, nan) = (self.max(a, b), halves!(f32x4_ne(a, a)));
        [v128_bitselect(a[0], max[0], nan[0]), v128_bitselect(a[1], max[1], nan[1])]
    }

    #[inline(always)]
    fn no_sums(self) -> [v128; 2] {
        [i32x4_splat(0); 2]
    }

    #[inline(always)]
    fn dot(self, sums: [v128; 2], a: [u8; 4], w: &[i8; 4 * LANES]) -> [v128; 2] {
        let a = i32x4_splat(i32::from_le_bytes(a));
        let w = w.as_chunks::<16>().0;
        // SAFETY: each chunk is 16 readable bytes and the load needs no alignment.
        let w = unsafe { [v128_load(w[0].as_ptr().cast()), v128_load(w[1].as_ptr().cast())] };
        if RELAXED {
            // What an engine makes of the second operand's top bits is its own affair: weights,
            // which have such bits, come first. Two products of at most 127 · 128 fit 16 bits. The
            // instruction that adds its sums up to 32 bits and to a third operand doubles some of
            // them in V8 11.3 (Node 20), until a function is compiled for the second time; LLVM
            // makes it of a widening addition, hence the product with 1.
            let pairs = [i16x8_relaxed_dot_i8x16_i7x16(w[0], a), i16x8_relaxed_dot_i8x16_i7x16(w[1], a)];
            let one = i16x8_splat(1);
            let products = [i32x4_dot_i16x8(pairs[0], one), i32x4_dot_i16x8(pairs[1], one)];
            return halves!(i32x4_add(sums, products));
        }
        // Bytes 0 and 2 of each four, then bytes 1 and 3, as pairs of 16 bits.
        let (a_even, a_odd) = (v128_and(a, i32x4_splat(0x00ff_00ff)), u16x8_shr(a, 8));
        let even = [i16x8_shr(i16x8_shl(w[0], 8), 8), i16x8_shr(i16x8_shl(w[1], 8), 8)];
        let odd = [i16x8_shr(w[0], 8), i16x8_shr(w[1], 8)];
        let products = [
            i32x4_add(i32x4_dot_i16x8(even[0], a_even), i32x4_dot_i16x8(odd[0], a_odd)),
            i32x4_add(i32x4_dot_i16x8(even[1], a_even), i32x4_dot_i16x8(odd[1], a_odd)),
        ];
        halves!(i32x4_add(sums, products))
    }

    #[inline(always)]
    fn dot_pairs(self, sums: [v128; 2], a: &[i16; 2 * LANES], w: &[i8; 2 * LANES]) -> [v128; 2] {
        let (a, w) = (a.as_chunks::<8>().0, w.as_chunks::<8>().0);
        // SAFETY: each chunk of `a` is 16 readable bytes, each of `w` is 8, and the loads need no
        // alignment.
        let products = unsafe {
            [
                i32x4_dot_i16x8(v128_load(a[0].as_ptr().cast()), i16x8_load_extend_i8x8(w[0].as_ptr())),
                i32x4_dot_i16x8(v128_load(a[1].as_ptr().cast()), i16x8_load_extend_i8x8(w[1].as_ptr())),
            ]
        };
        halves!(i32x4_add(sums, products))
    }

    #[inline(always)]
    fn no_sums_pair(self) -> [[v128; 2]; 2] {
        [self.no_sums(); 2]
    }

    #[inline(always)]
    fn dot_by_two(self, sums: [[v128; 2]; 2], a: [u8; 4], w: &[[i8; 4 * LANES]; 2]) -> [[v128; 2]; 2] {
        [self.dot(sums[0], a, &w[0]), self.dot(sums[1], a, &w[1])]
    }

    #[inline(always)]
    fn sums_halves(self, sums: [[v128; 2]; 2]) -> [[v128; 2]; 2] {
        sums
    }

    #[inline(always)]
    fn to_floats(self, sums: [v128; 2]) -> [v128; 2] {
        [f32x4_convert_i32x4(sums[0]), f32x4_convert_i32x4(sums[1])]
    }

    #[inline(always)]
    fn store_bytes(self, v: [[v128; 2]; 4], to: &mut [u8; 4 * LANES]) {
        for (to, v) in to.as_chunks_mut::<16>().0.iter_mut().zip(v.as_chunks::<2>().0) {
            let [mut low, mut high] = [self.no_sums(); 2];
            for (word, v) in [&mut low, &mut high].into_iter().zip(v) {
                // What is below 0, and NaN, becomes 0; the byte lies in the lowest bits.
                let bits = self.add(self.max(*v, self.splat(0.0)), self.splat(ROUNDING));
                *word = [v128_and(bits[0], i32x4_splat(255)), v128_and(bits[1], i32x4_splat(255))];
            }
            let bytes = u8x16_narrow_i16x8(i16x8_narrow_i32x4(low[0], low[1]), i16x8_narrow_i32x4(high[0], high[1]));
            // SAFETY: `to` is 16 writable bytes and the store needs no alignment.
            unsafe { v128_store(to.as_mut_ptr().cast(), bytes) }
        }
    }

    #[inline(always)]
    fn widen_bytes(self, v: &[i8; LANES]) -> [v128; 2] {
        // SAFETY: `v` is 8 readable bytes and the load needs no alignment.
        let v = unsafe { i16x8_load_extend_i8x8(v.as_ptr()) };
        [f32x4_convert_i32x4(i32x4_extend_low_i16x8(v)), f32x4_convert_i32x4(i32x4_extend_high_i16x8(v))]
    }

    #[inline(always)]
    fn widen_words(self, v: &[[i16; LANES]; 2]) -> [[v128; 2]; 2] {
        let v = v.as_flattened().as_chunks::<4>().0;
        // SAFETY: each chunk is 8 readable bytes and the load needs no alignment.
        let v = unsafe {
            [
                [i32x4_load_extend_i16x4(v[0].as_ptr()), i32x4_load_extend_i16x4(v[1].as_ptr())],
                [i32x4_load_extend_i16x4(v[2].as_ptr()), i32x4_load_extend_i16x4(v[3].as_ptr())],
            ]
        };
        [
            [f32x4_convert_i32x4(v[0][0]), f32x4_convert_i32x4(v[0][1])],
            [f32x4_convert_i32x4(v[1][0]), f32x4_convert_i32x4(v[1][1])],
        ]
    }

    #[inline(always)]
    fn widen_nibbles(self, words: &[u8; 4 * LANES]) -> [[v128; 2]; LANES] {
        let words = words.as_chunks::<16>().0;
        // SAFETY: each chunk is 16 readable bytes and the load needs no alignment.
        let words = unsafe { [v128_load(words[0].as_ptr().cast()), v128_load(words[1].as_ptr().cast())] };
        let mut fields = [self.splat(0.0); LANES];
        for (k, field) in fields.iter_mut().enumerate() {
            let mask = i32x4_splat(15 << (4 * k));
            *field = [f32x4_convert_i32x4(v128_and(words[0], mask)), f32x4_convert_i32x4(v128_and(words[1], mask))];
        }
        fields
    }
}
