//! Inner loops, written once over an instruction set ([`Isa`]) and compiled for each that the
//! machine may have.
//!
//! Every kernel is a [`Kernel`]: a value that holds its operands as slices and runs for any `I:
//! Isa`. [`Level::run`] picks the instantiation. A level other than [`Level::SCALAR`] can be had
//! only from a token that proves that the processor has the instructions (`Avx2::new() ->
//! Option<Avx2>`), so that no safe code can run a wrong one.
//!
//! `unsafe` is confined to the instruction sets (`avx2.rs`, `vnni.rs`: their loads, stores and
//! arithmetic, and the call that enters a function compiled for them) and to addresses that are
//! checked once for many accesses (`patch.rs`: windows; `matmul.rs`: the pixels of a convolution).
//! Every kernel is tested against the scalar instantiation.
//!
//! Vectors are [`LANES`] wide everywhere. Buffers are padded so that channel counts are multiples
//! of it: no kernel has a tail.

// Indices are checked once, when a network is compiled (`program/bounds.rs`): a network whose steps could leave their
// slices is refused. What checks remain in the loops are a second line of defence that never fails.
#![allow(clippy::indexing_slicing)]
// Tiles of registers are indexed by constants only, in every loop over them, so that they stay registers.
#![allow(clippy::needless_range_loop)]

#[cfg(target_arch = "x86_64")]
mod avx2;
pub(crate) mod depthwise;
pub(crate) mod elementwise;
pub(crate) mod epilogue;
pub(crate) mod int8;
pub(crate) mod matmul;
mod patch;
pub(crate) mod pool;
pub(crate) mod resize;
mod scalar;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod vnni;

/// Floats per vector.
pub(crate) const LANES: usize = 8;

/// One vector in memory.
pub(crate) type Lanes = [f32; LANES];

/// The operations of an instruction set on vectors of [`LANES`] floats. All are IEEE 754 single
/// precision; implementations may differ only in whether [`Isa::mul_add`] rounds once or twice.
pub(crate) trait Isa: Copy {
    /// Whether kernels are compiled apart for each common epilogue, or share the slow path of all.
    const SPECIALISED: bool;
    /// A vector in registers.
    type V: Copy;
    /// [`LANES`] sums of 32 bits in registers.
    type Sums: Copy;
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
    /// Row i's lane j becomes row j's lane i.
    fn transpose(self, rows: [Self::V; LANES]) -> [Self::V; LANES];
    /// Asks for the cache line that holds the start of `at`, which will be read soon.
    fn prefetch<T>(self, at: &T);
    /// Sums of nothing.
    fn no_sums(self) -> Self::Sums;
    /// Adds to each lane's sum the products of `a`, at most 127 each, with the lane's four of `w`:
    /// exactly, if the sums fit.
    fn dot(self, sums: Self::Sums, a: [u8; 4], w: &[i8; 4 * LANES]) -> Self::Sums;
    /// Adds to lane i's sum the products of the values 2·i and 2·i + 1 of `a` with those of `w`:
    /// exactly, if the sums fit.
    fn dot_pairs(self, sums: Self::Sums, a: &[i16; 2 * LANES], w: &[i8; 2 * LANES]) -> Self::Sums;
    /// Each sum as the nearest float.
    fn to_floats(self, sums: Self::Sums) -> Self::V;
    /// Rounds each lane, to even from halfway, to a byte. None may be over 255; what is below 0,
    /// and NaN, becomes 0.
    fn store_bytes(self, v: [Self::V; 4], to: &mut [u8; 4 * LANES]);
    /// Runs `kernel` in a function of its own, compiled for this instruction set.
    fn call<K: Kernel>(self, kernel: K);
}

/// An inner loop with its operands.
pub(crate) trait Kernel {
    /// Runs it. Implementations are `#[inline(always)]`, so that they are compiled for the caller's
    /// instruction set.
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

    /// Every level that this processor has, the best last.
    #[cfg(test)]
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::SCALAR];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(avx2::Avx2::new().map(|token| Self(Kind::Avx2(token))));
            all.extend(vnni::Vnni::new().map(|token| Self(Kind::Vnni(token))));
        }
        all
    }

    /// What tests call it.
    #[cfg(test)]
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
    #[inline]
    pub fn run<K: Kernel>(self, kernel: K) {
        match self.0 {
            Kind::Scalar => kernel.run(scalar::Scalar),
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2(token) => token.enter(kernel),
            // VNNI has nothing for f32.
            #[cfg(target_arch = "x86_64")]
            Kind::Vnni(token) => token.avx2().enter(kernel),
        }
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
