//! AVX2 with fused multiply-add: eight floats to a register.
#![allow(unsafe_code)]
// Pairs are indexed by constants.
#![allow(clippy::indexing_slicing)]

use super::isa::{Isa, Kernel, LANES, Lanes, sealed};
use core::arch::x86_64::{
    __m256, __m256i, _CMP_UNORD_Q, _MM_HINT_T1, _mm_loadl_epi64, _mm_loadu_si128, _mm_prefetch, _mm256_add_epi32,
    _mm256_add_ps, _mm256_and_si256, _mm256_blendv_ps, _mm256_cmp_ps, _mm256_cvtepi8_epi16, _mm256_cvtepi8_epi32,
    _mm256_cvtepi16_epi32, _mm256_cvtepi32_ps, _mm256_cvtps_epi32, _mm256_fmadd_ps, _mm256_loadu_ps,
    _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps,
    _mm256_packs_epi32, _mm256_packus_epi16, _mm256_permute2f128_ps, _mm256_permutevar8x32_epi32, _mm256_set1_epi16,
    _mm256_set1_epi32, _mm256_set1_ps, _mm256_setr_epi32, _mm256_setzero_si256, _mm256_shuffle_ps, _mm256_storeu_ps,
    _mm256_storeu_si256, _mm256_unpackhi_ps, _mm256_unpacklo_ps,
};

/// Of two pairs of values the lower ones, and the upper ones.
const LOW: i32 = 0b01_00_01_00;
const HIGH: i32 = 0b11_10_11_10;

/// Proof that this processor has AVX2 and FMA: [`Avx2::new`] is the only way to one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Avx2(());

impl Avx2 {
    pub fn new() -> Option<Self> {
        let present = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        present.then_some(Self(()))
    }

    /// Runs `kernel` compiled for AVX2 and FMA, in a function of its own: kernels that are inlined
    /// into each other compete for registers and for the optimiser's patience.
    // The barrier is here because `#[inline(never)]` has no effect beside `#[target_feature]`
    // (rustc 1.95).
    #[inline(never)]
    pub fn enter<K: Kernel>(self, kernel: K) {
        #[target_feature(enable = "avx2,fma")]
        fn with_features<K: Kernel>(token: Avx2, kernel: K) {
            kernel.run(token);
        }
        // SAFETY: `self` exists only where `new` found AVX2 and FMA on this processor.
        unsafe { with_features(self, kernel) }
    }
}

impl sealed::Sealed for Avx2 {}

impl Isa for Avx2 {
    const SPECIALISED: bool = true;
    const PIXELS_BY_ONE: usize = 8;
    const PIXELS_BY_TWO: usize = 6;
    const PIXELS_BY_THREE: usize = 3;
    const PIXELS_OF_BYTES: usize = 6;
    const STRIP: usize = 4;
    type V = __m256;
    type Pair = [__m256; 2];
    type Sums = __m256i;
    type SumsPair = [__m256i; 2];

    #[inline(always)]
    fn prefetch<T>(self, at: &T) {
        // SAFETY: SSE is part of x86-64; a prefetch reads nothing that the program can see, and
        // `at` is a valid address.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(std::ptr::from_ref(at).cast()) }
    }

    #[inline(always)]
    fn call<K: Kernel>(self, kernel: K) {
        self.enter(kernel);
    }

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, from: &Lanes) -> __m256 {
        // SAFETY: `self` proves AVX; `from` is eight readable floats and the load needs no
        // alignment.
        unsafe { _mm256_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn store(self, v: __m256, to: &mut Lanes) {
        // SAFETY: `self` proves AVX; `to` is eight writable floats and the store needs no
        // alignment.
        unsafe { _mm256_storeu_ps(to.as_mut_ptr(), v) }
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe { _mm256_add_ps(a, b) }
    }

    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe { _mm256_mul_ps(a, b) }
    }

    #[inline(always)]
    fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        // SAFETY: `self` proves that the processor has FMA; no memory is touched.
        unsafe { _mm256_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn splat_pair(self, value: f32) -> [__m256; 2] {
        [self.splat(value); 2]
    }

    #[inline(always)]
    fn load_pair(self, from: &[Lanes; 2]) -> [__m256; 2] {
        [self.load(&from[0]), self.load(&from[1])]
    }

    #[inline(always)]
    fn mul_add_pair(self, a: [__m256; 2], b: [__m256; 2], c: [__m256; 2]) -> [__m256; 2] {
        [self.mul_add(a[0], b[0], c[0]), self.mul_add(a[1], b[1], c[1])]
    }

    #[inline(always)]
    fn halves(self, pair: [__m256; 2]) -> [__m256; 2] {
        pair
    }

    #[inline(always)]
    fn transpose(self, [a, b, c, d, e, f, g, h]: [__m256; LANES]) -> [__m256; LANES] {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe {
            // Pairs of rows, then fours, within each half of a register; last the halves.
            let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
            let (ef, gh) = (_mm256_unpacklo_ps(e, f), _mm256_unpacklo_ps(g, h));
            let (ab_high, cd_high) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
            let (ef_high, gh_high) = (_mm256_unpackhi_ps(e, f), _mm256_unpackhi_ps(g, h));
            let (r0, s0) = (_mm256_shuffle_ps::<LOW>(ab, cd), _mm256_shuffle_ps::<LOW>(ef, gh));
            let (r1, s1) = (_mm256_shuffle_ps::<HIGH>(ab, cd), _mm256_shuffle_ps::<HIGH>(ef, gh));
            let (r2, s2) = (_mm256_shuffle_ps::<LOW>(ab_high, cd_high), _mm256_shuffle_ps::<LOW>(ef_high, gh_high));
            let (r3, s3) = (_mm256_shuffle_ps::<HIGH>(ab_high, cd_high), _mm256_shuffle_ps::<HIGH>(ef_high, gh_high));
            [
                _mm256_permute2f128_ps::<0x20>(r0, s0),
                _mm256_permute2f128_ps::<0x20>(r1, s1),
                _mm256_permute2f128_ps::<0x20>(r2, s2),
                _mm256_permute2f128_ps::<0x20>(r3, s3),
                _mm256_permute2f128_ps::<0x31>(r0, s0),
                _mm256_permute2f128_ps::<0x31>(r1, s1),
                _mm256_permute2f128_ps::<0x31>(r2, s2),
                _mm256_permute2f128_ps::<0x31>(r3, s3),
            ]
        }
    }

    #[inline(always)]
    fn max(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe { _mm256_max_ps(a, b) }
    }

    #[inline(always)]
    fn min(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe { _mm256_min_ps(a, b) }
    }

    #[inline(always)]
    fn max_or_nan(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe { _mm256_blendv_ps(_mm256_max_ps(a, b), a, _mm256_cmp_ps::<_CMP_UNORD_Q>(a, a)) }
    }

    #[inline(always)]
    fn no_sums(self) -> __m256i {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    fn dot(self, sums: __m256i, a: [u8; 4], w: &[i8; 4 * LANES]) -> __m256i {
        // Exact: two products of at most 127 · 127 fit 16 bits.
        // SAFETY: `self` proves AVX2; `w` is 32 readable bytes and the load needs no alignment.
        unsafe {
            let w = _mm256_loadu_si256(w.as_ptr().cast());
            let pairs = _mm256_maddubs_epi16(_mm256_set1_epi32(i32::from_ne_bytes(a)), w);
            _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
        }
    }

    #[inline(always)]
    fn dot_pairs(self, sums: __m256i, a: &[i16; 2 * LANES], w: &[i8; 2 * LANES]) -> __m256i {
        // SAFETY: `self` proves AVX2; `a` is 32 readable bytes, `w` is 16, and the loads need no
        // alignment.
        unsafe {
            let w = _mm256_cvtepi8_epi16(_mm_loadu_si128(w.as_ptr().cast()));
            _mm256_add_epi32(sums, _mm256_madd_epi16(_mm256_loadu_si256(a.as_ptr().cast()), w))
        }
    }

    #[inline(always)]
    fn no_sums_pair(self) -> [__m256i; 2] {
        [self.no_sums(); 2]
    }

    #[inline(always)]
    fn dot_by_two(self, sums: [__m256i; 2], a: [u8; 4], w: &[[i8; 4 * LANES]; 2]) -> [__m256i; 2] {
        [self.dot(sums[0], a, &w[0]), self.dot(sums[1], a, &w[1])]
    }

    #[inline(always)]
    fn sums_halves(self, sums: [__m256i; 2]) -> [__m256i; 2] {
        sums
    }

    #[inline(always)]
    fn to_floats(self, sums: __m256i) -> __m256 {
        // SAFETY: `self` proves that the processor has AVX; no memory is touched.
        unsafe { _mm256_cvtepi32_ps(sums) }
    }

    #[inline(always)]
    fn store_bytes(self, v: [__m256; 4], to: &mut [u8; 4 * LANES]) {
        let [a, b, c, d] = v;
        // Rounds to even (Rust never changes the rounding mode); what is below 0, out of range or
        // NaN saturates to 0. Packing works in halves of a register, hence the order.
        // SAFETY: `self` proves AVX2; `to` is 32 writable bytes and the store needs no alignment.
        unsafe {
            let ab = _mm256_packs_epi32(_mm256_cvtps_epi32(a), _mm256_cvtps_epi32(b));
            let cd = _mm256_packs_epi32(_mm256_cvtps_epi32(c), _mm256_cvtps_epi32(d));
            let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
            let bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(ab, cd), order);
            _mm256_storeu_si256(to.as_mut_ptr().cast(), bytes);
        }
    }
    #[inline(always)]
    fn widen_bytes(self, v: &[i8; LANES]) -> __m256 {
        // SAFETY: `self` proves AVX2; `v` is 8 readable bytes and the load needs no alignment.
        unsafe { _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(v.as_ptr().cast()))) }
    }

    #[inline(always)]
    fn widen_words(self, v: &[[i16; LANES]; 2]) -> [__m256; 2] {
        // SAFETY: `self` proves AVX2; each half of `v` is 16 readable bytes and the loads need no
        // alignment.
        unsafe {
            [
                _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(v[0].as_ptr().cast()))),
                _mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(_mm_loadu_si128(v[1].as_ptr().cast()))),
            ]
        }
    }

    #[inline(always)]
    fn widen_nibbles(self, words: &[u8; 4 * LANES]) -> [__m256; LANES] {
        let mut fields = [self.splat(0.0); LANES];
        // SAFETY: `self` proves AVX2; `words` is 32 readable bytes and the load needs no alignment.
        unsafe {
            let words = _mm256_loadu_si256(words.as_ptr().cast());
            for (k, field) in fields.iter_mut().enumerate() {
                *field = _mm256_cvtepi32_ps(_mm256_and_si256(words, _mm256_set1_epi32(15 << (4 * k))));
            }
        }
        fields
    }
}
