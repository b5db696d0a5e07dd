//! Inner loops, written once over an instruction set ([`Isa`]) and compiled for each that the machine may have.
//!
//! Every kernel is a [`Kernel`]: a value that holds its operands as slices and runs for any `I: Isa`. [`Level::run`] picks
//! the instantiation. A level other than [`Level::SCALAR`] can be had only from a token that proves that the processor has
//! the instructions (`Avx2::new() -> Option<Avx2>`), so that no safe code can run a wrong one.
//!
//! `unsafe` is confined to `avx2.rs` (its loads, stores and arithmetic, and the one call that enters a function compiled for
//! AVX2) and to `patch.rs` (windows whose bounds are checked once). Every kernel is tested against the scalar instantiation.
//!
//! Vectors are [`LANES`] wide everywhere. Buffers are padded so that channel counts are multiples of it: no kernel has a tail.

// Indices are checked once, when a network is compiled (`program/bounds.rs`): a network whose steps could leave their slices
// is refused. What checks remain in the loops are a second line of defence that never fails.
#![allow(clippy::indexing_slicing)]
// Tiles of registers are indexed by constants only, in every loop over them, so that they stay registers.
#![allow(clippy::needless_range_loop)]

#[cfg(target_arch = "x86_64")]
mod avx2;
pub(crate) mod depthwise;
pub(crate) mod elementwise;
pub(crate) mod epilogue;
pub(crate) mod matmul;
mod patch;
pub(crate) mod pool;
pub(crate) mod resize;
mod scalar;
#[cfg(test)]
mod tests;

/// Floats per vector.
pub(crate) const LANES: usize = 8;

/// One vector in memory.
pub(crate) type Lanes = [f32; LANES];

/// The operations of an instruction set on vectors of [`LANES`] floats. All are IEEE 754 single precision; implementations may
/// differ only in whether [`Isa::mul_add`] rounds once or twice.
pub(crate) trait Isa: Copy {
    /// Whether kernels are compiled apart for each common epilogue, or share the slow path of all.
    const SPECIALISED: bool;
    /// A vector in registers.
    type V: Copy;
    /// All lanes `value`.
    fn splat(self, value: f32) -> Self::V;
    /// Reads a vector.
    fn load(self, from: &Lanes) -> Self::V;
    /// Writes a vector.
    fn store(self, v: Self::V, to: &mut Lanes);
    /// a + b.
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// a · b.
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// a · b + c.
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `a` where a > b, else `b`: NaN in `b` stays.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a` where a < b, else `b`: NaN in `b` stays.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// The larger; NaN if either is.
    fn max_or_nan(self, a: Self::V, b: Self::V) -> Self::V;
    /// Asks for the cache line that holds the start of `at`, which will be read soon.
    fn prefetch<T>(self, at: &T);
    /// Runs `kernel` in a function of its own, compiled for this instruction set.
    fn call<K: Kernel>(self, kernel: K);
}

/// An inner loop with its operands.
pub(crate) trait Kernel {
    /// Runs it. Implementations are `#[inline(always)]`, so that they are compiled for the caller's instruction set.
    fn run<I: Isa>(self, isa: I);
}

/// An instruction set that this processor is known to have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2(avx2::Avx2),
}

impl Level {
    /// Portable code, which the compiler vectorises as far as the target's baseline allows.
    pub const SCALAR: Self = Self(Kind::Scalar);

    /// The best level that this processor has.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(token) = avx2::Avx2::new() {
            return Self(Kind::Avx2(token));
        }
        Self::SCALAR
    }

    /// What tests call it.
    #[cfg(test)]
    pub fn name(self) -> &'static str {
        match self.0 {
            Kind::Scalar => "scalar",
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(_) => "avx2",
        }
    }

    /// Runs `kernel` at this level.
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) {
        match self.0 {
            Kind::Scalar => kernel.run(scalar::Scalar),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(token) => token.enter(kernel),
        }
    }
}
