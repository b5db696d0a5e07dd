//! The choice among instruction sets, made once by detection and carried as a value.

use super::isa::Kernel;
use super::scalar;
#[cfg(target_arch = "x86_64")]
use super::{avx2, vnni};

/// An instruction set that this processor is known to have.
///
/// A level other than [`Level::SCALAR`] comes from detection alone, so no safe code can run
/// instructions that the processor lacks.
#[derive(Debug, Clone, Copy)]
pub struct Level(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
    #[cfg(target_arch = "x86_64")]
    Vnni(vnni::Vnni),
}

impl Level {
    /// Portable code, which the compiler vectorises as far as the target's baseline allows.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The best level that this processor has.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(token) = vnni::Vnni::new() {
            return Self(Kind::Vnni(token));
        } else if let Some(token) = avx2::Avx2::new() {
            return Self(Kind::Avx2(token));
        }
        Self::SCALAR
    }

    /// Every level that this processor has, [`Level::SCALAR`] first and the best last: what a test
    /// of a kernel runs through.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::SCALAR];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx2::Avx2::new().map(|token| Self(Kind::Avx2(token))));
            all.extend(vnni::Vnni::new().map(|token| Self(Kind::Vnni(token))));
        }
        all
    }

    /// The level's name, for logs: `"scalar"`, `"avx2"` or `"vnni"`.
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni(_) => "vnni",
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
            Kind::Scalar => kernel.run(scalar::Scalar),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(token) => token.enter(kernel),
            // Wider registers gain nothing here, and would be compiled once more.
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni(token) => token.avx2().enter(kernel),
        }
    }

    /// Runs `kernel`, which computes pairs of vectors in f32 ([`Isa::Pair`](super::Isa::Pair)), at
    /// this level.
    #[inline]
    pub fn run_pairs<K: Kernel>(self, kernel: K) {
        // What has a dot product of bytes has registers of that size, too.
        self.run_int8(kernel);
    }

    /// Runs `kernel`, which computes in integers, at this level.
    #[inline]
    pub fn run_int8<K: Kernel>(self, kernel: K) {
        match self.0 {
            Kind::Scalar => kernel.run(scalar::Scalar),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(token) => token.enter(kernel),
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni(token) => token.enter(kernel),
        }
    }
}
