//! The most multiply-adds that one core computes in a second, measured: independent chains of fused
//! multiply-adds on registers, without memory.

use std::hint::black_box;
use std::time::Instant;

/// Independent chains; two units of a latency of five cycles, the most that current processors
/// have, need ten.
const CHAINS: usize = 12;
/// Steps of every chain in a burst: about 0.15 ms on a core of 4 GHz with two units.
const STEPS: u32 = 100_000;
/// `x ← x · FACTOR + ADDEND` has the fixed point 1: values stay finite and normal.
const FACTOR: f32 = 0.5;
const ADDEND: f32 = 0.5;

/// One way to compute fused multiply-adds, and what it reached.
pub struct Burst {
    pub name: &'static str,
    lanes: usize,
    run: fn(f32, f32) -> f32,
    /// GFLOP/s of each burst; a multiply-add is two operations.
    pub gflops: Vec<f64>,
}

impl Burst {
    fn new(name: &'static str, lanes: usize, run: fn(f32, f32) -> f32) -> Self {
        Self { name, lanes, run, gflops: Vec::new() }
    }

    /// Times one burst.
    pub fn measure(&mut self) {
        let start = Instant::now();
        black_box((self.run)(black_box(FACTOR), black_box(ADDEND)));
        let seconds = start.elapsed().as_secs_f64();
        let operations = 2.0 * (CHAINS * self.lanes) as f64 * f64::from(STEPS);
        self.gflops.push(operations / seconds * 1e-9);
    }
}

/// All ways that this processor has.
pub fn bursts() -> Vec<Burst> {
    #[cfg(target_arch = "x86_64")]
    {
        let mut all = Vec::new();
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has AVX2 and FMA.
            all.push(Burst::new("AVX2", 8, |a, b| unsafe { x86::avx2(a, b) }));
        }
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512F.
            all.push(Burst::new("AVX-512", 16, |a, b| unsafe { x86::avx512(a, b) }));
        }
        if !all.is_empty() {
            return all;
        }
    }
    vec![Burst::new("portable, maybe below the true peak", portable::LANES, portable::run)]
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{CHAINS, STEPS};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx2,fma")]
    pub fn avx2(factor: f32, addend: f32) -> f32 {
        let (a, b) = (_mm256_set1_ps(factor), _mm256_set1_ps(addend));
        let mut chains = [b; CHAINS];
        for _ in 0..STEPS {
            for x in &mut chains {
                *x = _mm256_fmadd_ps(*x, a, b);
            }
        }
        let sum = chains.into_iter().fold(_mm256_setzero_ps(), |sum, x| _mm256_add_ps(sum, x));
        _mm256_cvtss_f32(sum)
    }

    #[target_feature(enable = "avx512f")]
    pub fn avx512(factor: f32, addend: f32) -> f32 {
        let (a, b) = (_mm512_set1_ps(factor), _mm512_set1_ps(addend));
        let mut chains = [b; CHAINS];
        for _ in 0..STEPS {
            for x in &mut chains {
                *x = _mm512_fmadd_ps(*x, a, b);
            }
        }
        let sum = chains.into_iter().fold(_mm512_setzero_ps(), |sum, x| _mm512_add_ps(sum, x));
        _mm512_cvtss_f32(sum)
    }
}

/// For the compiler to vectorise: fast where fused multiply-adds belong to the architecture's
/// baseline (AArch64).
mod portable {
    use super::{CHAINS, STEPS};

    pub const LANES: usize = 4;
    const FUSED: bool = cfg!(any(target_feature = "fma", not(any(target_arch = "x86", target_arch = "x86_64"))));

    pub fn run(factor: f32, addend: f32) -> f32 {
        let mut chains = [[addend; LANES]; CHAINS];
        for _ in 0..STEPS {
            for x in chains.as_flattened_mut() {
                // Without an instruction for it `mul_add` is a function call.
                *x = if FUSED { x.mul_add(factor, addend) } else { *x * factor + addend };
            }
        }
        chains.as_flattened().iter().sum()
    }
}
