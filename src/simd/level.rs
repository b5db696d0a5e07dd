//! The choice among instruction sets, made once by detection and carried as a value.

use super::isa::Kernel;
#[cfg(target_arch = "aarch64")]
use super::neon::Neon;
use super::scalar::Scalar;
#[cfg(target_arch = "wasm32")]
use super::wasm::Wasm;
#[cfg(target_arch = "x86_64")]
use super::{avx2::Avx2, vnni::Vnni};

/// An instruction set that this processor is known to have.
///
/// A level other than [`Level::SCALAR`] comes from detection alone, so no safe code can run
/// instructions that the processor lacks. In WebAssembly nothing can be detected from inside, since
/// an engine refuses a whole module for one instruction that it lacks: `simd128` is used always,
/// relaxed SIMD in a module that is compiled with `--cfg selfsame_relaxed_simd`.
#[derive(Debug, Clone, Copy)]
pub struct Level(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2(Avx2),
    #[cfg(target_arch = "x86_64")]
    Vnni(Vnni),
    #[cfg(target_arch = "aarch64")]
    Neon(Neon<false>),
    #[cfg(target_arch = "aarch64")]
    Dot(Neon<true>),
    #[cfg(all(target_arch = "wasm32", any(test, not(selfsame_relaxed_simd))))]
    Simd128(Wasm<false>),
    #[cfg(all(target_arch = "wasm32", selfsame_relaxed_simd))]
    Relaxed(Wasm<true>),
}

impl Level {
    /// Portable code, which the compiler vectorises as far as the target's baseline allows.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The best level that this processor has.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(token) = Vnni::new() {
            return Self(Kind::Vnni(token));
        } else if let Some(token) = Avx2::new() {
            return Self(Kind::Avx2(token));
        }
        #[cfg(target_arch = "aarch64")]
        if let Some(token) = Neon::<true>::new() {
            return Self(Kind::Dot(token));
        } else if let Some(token) = Neon::<false>::new() {
            return Self(Kind::Neon(token));
        }
        #[cfg(all(target_arch = "wasm32", selfsame_relaxed_simd))]
        return Self(Kind::Relaxed(Wasm));
        #[cfg(all(target_arch = "wasm32", not(selfsame_relaxed_simd)))]
        return Self(Kind::Simd128(Wasm));
        #[cfg(not(target_arch = "wasm32"))]
        Self::SCALAR
    }

    /// Every level that this processor has, [`Level::SCALAR`] first and the best last: what a test
    /// of a kernel runs through.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::SCALAR];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(Avx2::new().map(|token| Self(Kind::Avx2(token))));
            all.extend(Vnni::new().map(|token| Self(Kind::Vnni(token))));
        }
        #[cfg(target_arch = "aarch64")]
        {
            all.extend(Neon::<false>::new().map(|token| Self(Kind::Neon(token))));
            all.extend(Neon::<true>::new().map(|token| Self(Kind::Dot(token))));
        }
        #[cfg(all(target_arch = "wasm32", any(test, not(selfsame_relaxed_simd))))]
        all.push(Self(Kind::Simd128(Wasm)));
        #[cfg(all(target_arch = "wasm32", selfsame_relaxed_simd))]
        all.push(Self(Kind::Relaxed(Wasm)));
        all
    }

    /// The level's name, for logs: `"scalar"`; `"avx2"` or `"vnni"`; `"neon"` or `"neon-dot"`;
    /// `"simd128"` or `"relaxed-simd"`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni(_) => "vnni",
            #[cfg(target_arch = "aarch64")]
            Kind::Neon(_) => "neon",
            #[cfg(target_arch = "aarch64")]
            Kind::Dot(_) => "neon-dot",
            #[cfg(all(target_arch = "wasm32", any(test, not(selfsame_relaxed_simd))))]
            Kind::Simd128(_) => "simd128",
            #[cfg(all(target_arch = "wasm32", selfsame_relaxed_simd))]
            Kind::Relaxed(_) => "relaxed-simd",
        }
    }

    /// Runs `kernel`, which computes in f32, at this level.
    ///
    /// ```
    /// use selfsame::simd::{Isa, Kernel, Lanes, Level};
    ///
    /// /// Adds a number to every value.
    /// struct Raise<'a>(&'a mut [Lanes], f32);
    ///
    /// impl Kernel for Raise<'_> {
    ///     #[inline(always)]
    ///     fn run<I: Isa>(self, isa: I) {
    ///         let step = isa.splat(self.1);
    ///         for vector in self.0 {
    ///             let raised = isa.add(isa.load(vector), step);
    ///             isa.store(raised, vector);
    ///         }
    ///     }
    /// }
    ///
    /// for level in Level::all() {
    ///     let mut values = [[1.0; 8]; 3];
    ///     level.run(Raise(&mut values, 2.0));
    ///     assert_eq!(values, [[3.0; 8]; 3], "{}", level.name());
    /// }
    /// ```
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) {
        match self.0 {
            Kind::Scalar => kernel.run(Scalar),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(token) => token.enter(kernel),
            // Wider registers gain nothing here, and would be compiled once more.
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni(token) => token.avx2().enter(kernel),
            // What these have of their own are integers.
            #[cfg(target_arch = "aarch64")]
            Kind::Neon(_) | Kind::Dot(_) => kernel.run(Scalar),
            #[cfg(all(target_arch = "wasm32", any(test, not(selfsame_relaxed_simd))))]
            Kind::Simd128(token) => token.enter(kernel),
            #[cfg(all(target_arch = "wasm32", selfsame_relaxed_simd))]
            Kind::Relaxed(token) => token.enter(kernel),
        }
    }

    /// Runs `kernel`, which computes pairs of vectors in f32 ([`Isa::Pair`](super::Isa::Pair)), at
    /// this level.
    #[inline]
    pub fn run_pairs<K: Kernel>(self, kernel: K) {
        match self.0 {
            // What has a dot product of bytes has registers of that size, too.
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni(token) => token.enter(kernel),
            _ => self.run(kernel),
        }
    }

    /// Runs `kernel`, which computes in integers, at this level.
    #[inline]
    pub fn run_int8<K: Kernel>(self, kernel: K) {
        match self.0 {
            Kind::Scalar => kernel.run(Scalar),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(token) => token.enter(kernel),
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni(token) => token.enter(kernel),
            #[cfg(target_arch = "aarch64")]
            Kind::Neon(token) => token.enter(kernel),
            #[cfg(target_arch = "aarch64")]
            Kind::Dot(token) => token.enter(kernel),
            #[cfg(all(target_arch = "wasm32", any(test, not(selfsame_relaxed_simd))))]
            Kind::Simd128(token) => token.enter(kernel),
            #[cfg(all(target_arch = "wasm32", selfsame_relaxed_simd))]
            Kind::Relaxed(token) => token.enter(kernel),
        }
    }
}
