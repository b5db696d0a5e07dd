//! AArch64's products of 8-bit integers; what is computed in f32 stays portable code.
//!
//! NEON belongs to the architecture's baseline, and of the portable arrays of floats the compiler
//! makes the same instructions as anybody would by hand. Of the sums of bytes it does not. The
//! instruction that adds up four products of bytes (`sdot`) is an extension, which most cores since
//! 2018 have.
#![allow(unsafe_code)]
// Halves are indexed by constants.
#![allow(clippy::indexing_slicing)]

use super::isa::{Isa, Kernel, LANES, Lanes, sealed};
use super::scalar::Scalar;
use core::arch::aarch64::{
    int8x16_t, int32x4_t, vaddq_s32, vcombine_s16, vcombine_u8, vcvtnq_s32_f32, vcvtq_f32_s32, vdupq_n_s32,
    vget_low_s8, vget_low_s16, vld1q_f32, vld1q_s8, vld1q_s16, vmovl_high_s8, vmovl_s8, vmull_high_s8, vmull_high_s16,
    vmull_s8, vmull_s16, vpadalq_s16, vpaddq_s16, vpaddq_s32, vqmovn_s32, vqmovun_s16, vreinterpretq_s8_s32, vst1q_f32,
    vst1q_u8,
};
use core::arch::asm;
use std::arch::is_aarch64_feature_detected;

/// Proof that this processor has NEON, and with `DOT` the extension with `sdot`: `new` is the only
/// way to one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neon<const DOT: bool>(());

impl Neon<false> {
    pub fn new() -> Option<Self> {
        is_aarch64_feature_detected!("neon").then_some(Self(()))
    }
}

impl Neon<true> {
    pub fn new() -> Option<Self> {
        (is_aarch64_feature_detected!("neon") && is_aarch64_feature_detected!("dotprod")).then_some(Self(()))
    }
}

impl<const DOT: bool> Neon<DOT> {
    /// Runs `kernel` compiled for this instruction set, in a function of its own, as `Avx2::enter`
    /// does.
    #[inline(never)]
    pub fn enter<K: Kernel>(self, kernel: K) {
        #[target_feature(enable = "neon")]
        fn with_neon<const DOT: bool, K: Kernel>(token: Neon<DOT>, kernel: K) {
            kernel.run(token);
        }
        #[target_feature(enable = "neon,dotprod")]
        fn with_dot<const DOT: bool, K: Kernel>(token: Neon<DOT>, kernel: K) {
            kernel.run(token);
        }
        // SAFETY: `self` exists only where `new` found NEON, and the extension if `DOT`, on this
        // processor.
        unsafe {
            if DOT {
                with_dot(self, kernel);
            } else {
                with_neon(self, kernel);
            }
        }
    }
}

/// Adds to each sum its four products of bytes. (The intrinsic for it is not stable:
/// rust-lang/rust#117224.)
#[inline]
#[target_feature(enable = "neon,dotprod")]
fn sdot(mut sums: int32x4_t, a: int8x16_t, w: int8x16_t) -> int32x4_t {
    // SAFETY: the function is compiled for `sdot`, which touches no memory and no flags.
    unsafe {
        asm!(
            "sdot {sums:v}.4s, {a:v}.16b, {w:v}.16b",
            sums = inout(vreg) sums,
            a = in(vreg) a,
            w = in(vreg) w,
            options(pure, nomem, nostack, preserves_flags)
        );
    }
    sums
}

/// The same by widening multiplications. Exact: `a` is at most 127, and two products of at most
/// 127 · 128 fit 16 bits.
#[inline(always)]
fn widened_dot(sums: int32x4_t, a: int8x16_t, w: int8x16_t) -> int32x4_t {
    // SAFETY: NEON is part of the baseline of every AArch64 target that has the standard library;
    // no memory is touched.
    unsafe {
        let (low, high) = (vmull_s8(vget_low_s8(a), vget_low_s8(w)), vmull_high_s8(a, w));
        vpadalq_s16(sums, vpaddq_s16(low, high))
    }
}

impl<const DOT: bool> sealed::Sealed for Neon<DOT> {}

/// The operations of portable code, but for those of integers.
impl<const DOT: bool> Isa for Neon<DOT> {
    const SPECIALISED: bool = Scalar::SPECIALISED;
    const PIXELS_BY_ONE: usize = Scalar::PIXELS_BY_ONE;
    const PIXELS_BY_TWO: usize = Scalar::PIXELS_BY_TWO;
    const PIXELS_BY_THREE: usize = Scalar::PIXELS_BY_THREE;
    const PIXELS_OF_BYTES: usize = 6;
    const STRIP: usize = Scalar::STRIP;
    type V = Lanes;
    type Pair = [Lanes; 2];
    type Sums = [int32x4_t; 2];
    type SumsPair = [[int32x4_t; 2]; 2];

    #[inline(always)]
    fn no_sums(self) -> [int32x4_t; 2] {
        // SAFETY: `self` proves that the processor has NEON; no memory is touched.
        unsafe { [vdupq_n_s32(0); 2] }
    }

    #[inline(always)]
    fn dot(self, sums: [int32x4_t; 2], a: [u8; 4], w: &[i8; 4 * LANES]) -> [int32x4_t; 2] {
        let w = w.as_chunks::<16>().0;
        // SAFETY: `self` proves NEON, and `sdot` if `DOT`; each chunk of `w` is 16 readable bytes.
        unsafe {
            let a = vreinterpretq_s8_s32(vdupq_n_s32(i32::from_ne_bytes(a)));
            let w = [vld1q_s8(w[0].as_ptr()), vld1q_s8(w[1].as_ptr())];
            if DOT {
                [sdot(sums[0], a, w[0]), sdot(sums[1], a, w[1])]
            } else {
                [widened_dot(sums[0], a, w[0]), widened_dot(sums[1], a, w[1])]
            }
        }
    }

    #[inline(always)]
    fn dot_pairs(self, sums: [int32x4_t; 2], a: &[i16; 2 * LANES], w: &[i8; 2 * LANES]) -> [int32x4_t; 2] {
        let a = a.as_chunks::<8>().0;
        // SAFETY: `self` proves NEON; each chunk of `a` is 16 readable bytes, as is `w`.
        unsafe {
            let (a, w) = ([vld1q_s16(a[0].as_ptr()), vld1q_s16(a[1].as_ptr())], vld1q_s8(w.as_ptr()));
            let w = [vmovl_s8(vget_low_s8(w)), vmovl_high_s8(w)];
            let low =
                [vmull_s16(vget_low_s16(a[0]), vget_low_s16(w[0])), vmull_s16(vget_low_s16(a[1]), vget_low_s16(w[1]))];
            let high = [vmull_high_s16(a[0], w[0]), vmull_high_s16(a[1], w[1])];
            [vaddq_s32(sums[0], vpaddq_s32(low[0], high[0])), vaddq_s32(sums[1], vpaddq_s32(low[1], high[1]))]
        }
    }

    #[inline(always)]
    fn no_sums_pair(self) -> [[int32x4_t; 2]; 2] {
        [self.no_sums(); 2]
    }

    #[inline(always)]
    fn dot_by_two(self, sums: [[int32x4_t; 2]; 2], a: [u8; 4], w: &[[i8; 4 * LANES]; 2]) -> [[int32x4_t; 2]; 2] {
        [self.dot(sums[0], a, &w[0]), self.dot(sums[1], a, &w[1])]
    }

    #[inline(always)]
    fn sums_halves(self, sums: [[int32x4_t; 2]; 2]) -> [[int32x4_t; 2]; 2] {
        sums
    }

    #[inline(always)]
    fn to_floats(self, sums: [int32x4_t; 2]) -> Lanes {
        let mut floats = [0.0; LANES];
        let halves = floats.as_chunks_mut::<4>().0;
        // SAFETY: `self` proves NEON; each half is 16 writable bytes.
        unsafe {
            vst1q_f32(halves[0].as_mut_ptr(), vcvtq_f32_s32(sums[0]));
            vst1q_f32(halves[1].as_mut_ptr(), vcvtq_f32_s32(sums[1]));
        }
        floats
    }

    #[inline(always)]
    fn store_bytes(self, v: [Lanes; 4], to: &mut [u8; 4 * LANES]) {
        for (to, v) in to.as_chunks_mut::<16>().0.iter_mut().zip(v.as_flattened().as_chunks::<16>().0) {
            let v = v.as_chunks::<4>().0;
            // Rounds to even; NaN becomes 0, and so does what is below 0 when it loses its sign.
            // SAFETY: `self` proves NEON; each chunk of `v` is 16 readable bytes, `to` 16 writable
            // ones.
            unsafe {
                let words = [
                    vqmovn_s32(vcvtnq_s32_f32(vld1q_f32(v[0].as_ptr()))),
                    vqmovn_s32(vcvtnq_s32_f32(vld1q_f32(v[1].as_ptr()))),
                    vqmovn_s32(vcvtnq_s32_f32(vld1q_f32(v[2].as_ptr()))),
                    vqmovn_s32(vcvtnq_s32_f32(vld1q_f32(v[3].as_ptr()))),
                ];
                let (low, high) = (vcombine_s16(words[0], words[1]), vcombine_s16(words[2], words[3]));
                vst1q_u8(to.as_mut_ptr(), vcombine_u8(vqmovun_s16(low), vqmovun_s16(high)));
            }
        }
    }

    #[inline(always)]
    fn call<K: Kernel>(self, kernel: K) {
        self.enter(kernel);
    }

    #[inline(always)]
    fn prefetch<T>(self, at: &T) {
        Scalar.prefetch(at);
    }

    #[inline(always)]
    fn splat(self, value: f32) -> Lanes {
        Scalar.splat(value)
    }

    #[inline(always)]
    fn load(self, from: &Lanes) -> Lanes {
        Scalar.load(from)
    }

    #[inline(always)]
    fn store(self, v: Lanes, to: &mut Lanes) {
        Scalar.store(v, to);
    }

    #[inline(always)]
    fn add(self, a: Lanes, b: Lanes) -> Lanes {
        Scalar.add(a, b)
    }

    #[inline(always)]
    fn mul(self, a: Lanes, b: Lanes) -> Lanes {
        Scalar.mul(a, b)
    }

    #[inline(always)]
    fn mul_add(self, a: Lanes, b: Lanes, c: Lanes) -> Lanes {
        Scalar.mul_add(a, b, c)
    }

    #[inline(always)]
    fn splat_pair(self, value: f32) -> [Lanes; 2] {
        Scalar.splat_pair(value)
    }

    #[inline(always)]
    fn load_pair(self, from: &[Lanes; 2]) -> [Lanes; 2] {
        Scalar.load_pair(from)
    }

    #[inline(always)]
    fn mul_add_pair(self, a: [Lanes; 2], b: [Lanes; 2], c: [Lanes; 2]) -> [Lanes; 2] {
        Scalar.mul_add_pair(a, b, c)
    }

    #[inline(always)]
    fn halves(self, pair: [Lanes; 2]) -> [Lanes; 2] {
        Scalar.halves(pair)
    }

    #[inline(always)]
    fn transpose(self, rows: [Lanes; LANES]) -> [Lanes; LANES] {
        Scalar.transpose(rows)
    }

    #[inline(always)]
    fn max(self, a: Lanes, b: Lanes) -> Lanes {
        Scalar.max(a, b)
    }

    #[inline(always)]
    fn min(self, a: Lanes, b: Lanes) -> Lanes {
        Scalar.min(a, b)
    }

    #[inline(always)]
    fn max_or_nan(self, a: Lanes, b: Lanes) -> Lanes {
        Scalar.max_or_nan(a, b)
    }

    #[inline(always)]
    fn widen_bytes(self, v: &[i8; LANES]) -> Lanes {
        Scalar.widen_bytes(v)
    }

    #[inline(always)]
    fn widen_words(self, v: &[[i16; LANES]; 2]) -> [Lanes; 2] {
        Scalar.widen_words(v)
    }

    #[inline(always)]
    fn widen_nibbles(self, words: &[u8; 4 * LANES]) -> [Lanes; LANES] {
        Scalar.widen_nibbles(words)
    }
}
