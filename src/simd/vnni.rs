//! AVX2 with the dot product of bytes that AVX-512 VNNI brings, on registers of 256 bits, and with
//! registers of 512 bits for pairs of vectors.
#![allow(unsafe_code)]

use super::avx2::Avx2;
use super::isa::{Isa, Kernel, LANES, Lanes, sealed};
use core::arch::x86_64::{
    __m256, __m256i, __m512, __m512i, _mm_loadu_si128, _mm256_castpd_ps, _mm256_cvtepi8_epi16, _mm256_dpbusd_epi32,
    _mm256_dpwssd_epi32, _mm256_loadu_si256, _mm256_set1_epi32, _mm512_castps_pd, _mm512_castps512_ps256,
    _mm512_castsi512_si256, _mm512_cvtepi16_epi32, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_extractf64x4_pd,
    _mm512_extracti64x4_epi64, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_set1_ps,
    _mm512_setzero_si512,
};

/// Proof that this processor has AVX2, FMA, AVX-512 VL and AVX-512 VNNI: [`Vnni::new`] is the only
/// way to one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vnni(Avx2);

impl Vnni {
    pub fn new() -> Option<Self> {
        let present = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        Avx2::new().filter(|_| present).map(Self)
    }

    /// The token of AVX2 on this processor, which has it, too.
    pub fn avx2(self) -> Avx2 {
        self.0
    }

    /// Runs `kernel` compiled for this instruction set, in a function of its own, as `Avx2::enter`
    /// does.
    #[inline(never)]
    pub fn enter<K: Kernel>(self, kernel: K) {
        #[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512vnni")]
        fn with_features<K: Kernel>(token: Vnni, kernel: K) {
            kernel.run(token);
        }
        // SAFETY: `self` exists only where `new` found all of these on this processor.
        unsafe { with_features(self, kernel) }
    }
}

impl sealed::Sealed for Vnni {}

/// The operations of AVX2, but for the dot products.
impl Isa for Vnni {
    const SPECIALISED: bool = true;
    const PIXELS_BY_ONE: usize = 8;
    const PIXELS_BY_TWO: usize = 12;
    const PIXELS_BY_THREE: usize = 3;
    const PIXELS_OF_BYTES: usize = 6;
    const STRIP: usize = 4;
    type V = __m256;
    type Pair = __m512;
    type Sums = __m256i;
    type SumsPair = __m512i;

    #[inline(always)]
    fn dot(self, sums: __m256i, a: [u8; 4], w: &[i8; 4 * LANES]) -> __m256i {
        // SAFETY: `self` proves AVX-512 VL and VNNI; `w` is 32 readable bytes and the load needs no
        // alignment.
        unsafe {
            let w = _mm256_loadu_si256(w.as_ptr().cast());
            _mm256_dpbusd_epi32(sums, _mm256_set1_epi32(i32::from_ne_bytes(a)), w)
        }
    }

    #[inline(always)]
    fn no_sums_pair(self) -> __m512i {
        // SAFETY: `self` proves AVX-512 F; no memory is touched.
        unsafe { _mm512_setzero_si512() }
    }

    #[inline(always)]
    fn dot_by_two(self, sums: __m512i, a: [u8; 4], w: &[[i8; 4 * LANES]; 2]) -> __m512i {
        // SAFETY: `self` proves AVX-512 VNNI; `w` is 64 readable bytes and the load needs no
        // alignment.
        unsafe {
            let w = _mm512_loadu_si512(w.as_ptr().cast());
            _mm512_dpbusd_epi32(sums, _mm512_set1_epi32(i32::from_ne_bytes(a)), w)
        }
    }

    #[inline(always)]
    fn sums_halves(self, sums: __m512i) -> [__m256i; 2] {
        // SAFETY: `self` proves AVX-512 F; no memory is touched.
        unsafe { [_mm512_castsi512_si256(sums), _mm512_extracti64x4_epi64::<1>(sums)] }
    }

    #[inline(always)]
    fn dot_pairs(self, sums: __m256i, a: &[i16; 2 * LANES], w: &[i8; 2 * LANES]) -> __m256i {
        // SAFETY: `self` proves AVX-512 VL and VNNI; `a` is 32 readable bytes, `w` is 16, and the
        // loads need no alignment.
        unsafe {
            let w = _mm256_cvtepi8_epi16(_mm_loadu_si128(w.as_ptr().cast()));
            _mm256_dpwssd_epi32(sums, _mm256_loadu_si256(a.as_ptr().cast()), w)
        }
    }

    #[inline(always)]
    fn splat_pair(self, value: f32) -> __m512 {
        // SAFETY: `self` proves AVX-512 F; no memory is touched.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    fn load_pair(self, from: &[Lanes; 2]) -> __m512 {
        // SAFETY: `self` proves AVX-512 F; `from` is 16 readable floats and the load needs no
        // alignment.
        unsafe { _mm512_loadu_ps(from.as_ptr().cast()) }
    }

    #[inline(always)]
    fn mul_add_pair(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512 F; no memory is touched.
        unsafe { _mm512_fmadd_ps(a, b, c) }
    }

    #[inline(always)]
    fn halves(self, pair: __m512) -> [__m256; 2] {
        // SAFETY: `self` proves AVX-512 F; no memory is touched.
        unsafe {
            let upper = _mm512_extractf64x4_pd::<1>(_mm512_castps_pd(pair));
            [_mm512_castps512_ps256(pair), _mm256_castpd_ps(upper)]
        }
    }

    #[inline(always)]
    fn call<K: Kernel>(self, kernel: K) {
        self.enter(kernel);
    }

    #[inline(always)]
    fn prefetch<T>(self, at: &T) {
        self.0.prefetch(at);
    }

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        self.0.splat(value)
    }

    #[inline(always)]
    fn load(self, from: &Lanes) -> __m256 {
        self.0.load(from)
    }

    #[inline(always)]
    fn store(self, v: __m256, to: &mut Lanes) {
        self.0.store(v, to);
    }

    #[inline(always)]
    fn add(self, a: __m256, b: __m256) -> __m256 {
        self.0.add(a, b)
    }

    #[inline(always)]
    fn mul(self, a: __m256, b: __m256) -> __m256 {
        self.0.mul(a, b)
    }

    #[inline(always)]
    fn mul_add(self, a: __m256, b: __m256, c: __m256) -> __m256 {
        self.0.mul_add(a, b, c)
    }

    #[inline(always)]
    fn transpose(self, rows: [__m256; LANES]) -> [__m256; LANES] {
        self.0.transpose(rows)
    }

    #[inline(always)]
    fn max(self, a: __m256, b: __m256) -> __m256 {
        self.0.max(a, b)
    }

    #[inline(always)]
    fn min(self, a: __m256, b: __m256) -> __m256 {
        self.0.min(a, b)
    }

    #[inline(always)]
    fn max_or_nan(self, a: __m256, b: __m256) -> __m256 {
        self.0.max_or_nan(a, b)
    }

    #[inline(always)]
    fn no_sums(self) -> __m256i {
        self.0.no_sums()
    }

    #[inline(always)]
    fn to_floats(self, sums: __m256i) -> __m256 {
        self.0.to_floats(sums)
    }

    #[inline(always)]
    fn store_bytes(self, v: [__m256; 4], to: &mut [u8; 4 * LANES]) {
        self.0.store_bytes(v, to);
    }
    #[inline(always)]
    fn widen_bytes(self, v: &[i8; LANES]) -> __m256 {
        self.0.widen_bytes(v)
    }

    #[inline(always)]
    fn widen_words(self, v: &[[i16; LANES]; 2]) -> __m512 {
        // SAFETY: `self` proves AVX-512 F; `v` is 32 readable bytes and the load needs no
        // alignment.
        unsafe { _mm512_cvtepi32_ps(_mm512_cvtepi16_epi32(_mm256_loadu_si256(v.as_ptr().cast()))) }
    }

    #[inline(always)]
    fn widen_nibbles(self, words: &[u8; 4 * LANES]) -> [__m256; LANES] {
        self.0.widen_nibbles(words)
    }
}
