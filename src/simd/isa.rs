//! What an instruction set can do, and what runs on one.

/// How many floats a vector has, on every instruction set: eight fill a register of AVX2.
pub const LANES: usize = 8;

/// A vector in memory.
pub type Lanes = [f32; LANES];

/// Keeps [`Isa`] to this crate: a token made elsewhere would prove nothing.
pub(super) mod sealed {
    /// Implemented by this crate's tokens alone.
    pub trait Sealed {}
}

/// The operations of an instruction set on vectors of [`LANES`] floats, or of eight sums of 32
/// bits.
///
/// Holding a value that implements it is the proof that this processor has the instructions, so
/// every operation is safe to call. Only this crate implements it: operations may be added in any
/// release.
///
/// The floating-point operations are those of IEEE 754 single precision. Instruction sets may
/// differ only in whether [`Isa::mul_add`] rounds once or twice; the integer operations give the
/// same bits on all.
pub trait Isa: Copy + sealed::Sealed {
    /// Whether kernels are compiled apart for each common epilogue, or share the slow path of all.
    const SPECIALISED: bool;
    /// How many pixels a convolution's tile has where it has one vector of sums per pixel, two, or
    /// three: as many as registers hold beside weights and an input.
    const PIXELS_BY_ONE: usize;
    /// How many pixels a tile has where it has a pair of vectors per pixel.
    const PIXELS_BY_TWO: usize;
    /// How many pixels a tile has where it has three vectors per pixel.
    const PIXELS_BY_THREE: usize;
    /// How many pixels a tile of 8-bit integers has, with two vectors of sums each.
    const PIXELS_OF_BYTES: usize;
    /// How many outputs of a depthwise convolution lie side by side in a patch of two rows, each
    /// with one vector of sums.
    const STRIP: usize;
    /// A vector in registers.
    type V: Copy;
    /// Two vectors side by side in registers: in one, if there are registers of that size.
    type Pair: Copy;
    /// [`LANES`] sums of 32 bits in registers.
    type Sums: Copy;
    /// Two vectors of sums side by side in registers: in one, if there are registers of that size.
    type SumsPair: Copy;
    /// A vector whose every lane is `value`.
    fn splat(self, value: f32) -> Self::V;
    /// Reads a vector.
    fn load(self, from: &Lanes) -> Self::V;
    /// Writes a vector.
    fn store(self, v: Self::V, to: &mut Lanes);
    /// The sum a + b, lane by lane.
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// The product a · b, lane by lane.
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// The sum a · b + c, lane by lane, rounded once or twice.
    fn mul_add(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// Two vectors whose every lane is `value`.
    fn splat_pair(self, value: f32) -> Self::Pair;
    /// Reads two vectors.
    fn load_pair(self, from: &[Lanes; 2]) -> Self::Pair;
    /// The sum a · b + c, lane by lane, rounded as [`Isa::mul_add`] rounds.
    fn mul_add_pair(self, a: Self::Pair, b: Self::Pair, c: Self::Pair) -> Self::Pair;
    /// The two vectors of a pair.
    fn halves(self, pair: Self::Pair) -> [Self::V; 2];
    /// The larger of each lane: `a` where a > b, else `b`, so that NaN in `b` stays.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// The smaller of each lane: `a` where a < b, else `b`, so that NaN in `b` stays.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// The larger of each lane; NaN if either is.
    fn max_or_nan(self, a: Self::V, b: Self::V) -> Self::V;
    /// A square turned over: row i's lane j becomes row j's lane i.
    fn transpose(self, rows: [Self::V; LANES]) -> [Self::V; LANES];
    /// Asks for the cache line that holds the start of `at`, which will be read soon.
    fn prefetch<T>(self, at: &T);
    /// Sums that are all 0, to begin with.
    fn no_sums(self) -> Self::Sums;
    /// Adds to each lane's sum the products of `a`, at most 127 each, with the lane's four of `w`:
    /// exactly, if the sums fit.
    fn dot(self, sums: Self::Sums, a: [u8; 4], w: &[i8; 4 * LANES]) -> Self::Sums;
    /// Two vectors of sums that are all 0, to begin with.
    fn no_sums_pair(self) -> Self::SumsPair;
    /// Does what [`Isa::dot`] does to two vectors of sums.
    fn dot_by_two(self, sums: Self::SumsPair, a: [u8; 4], w: &[[i8; 4 * LANES]; 2]) -> Self::SumsPair;
    /// The two vectors of a pair of sums.
    fn sums_halves(self, sums: Self::SumsPair) -> [Self::Sums; 2];
    /// Adds to lane i's sum the products of the values 2·i and 2·i + 1 of `a` with those of `w`:
    /// exactly, if the sums fit.
    fn dot_pairs(self, sums: Self::Sums, a: &[i16; 2 * LANES], w: &[i8; 2 * LANES]) -> Self::Sums;
    /// The sums as the nearest floats.
    fn to_floats(self, sums: Self::Sums) -> Self::V;
    /// Rounds each lane, to even from halfway, to a byte. None may be over 255; what is below 0,
    /// and NaN, becomes 0.
    fn store_bytes(self, v: [Self::V; 4], to: &mut [u8; 4 * LANES]);
    /// Bytes as floats.
    fn widen_bytes(self, v: &[i8; LANES]) -> Self::V;
    /// Two vectors of integers as floats.
    fn widen_words(self, v: &[[i16; LANES]; 2]) -> Self::Pair;
    /// The eight fields of 4 bits of each of [`LANES`] little-endian words as floats: lane l of
    /// vector k is 16ᵏ times field k, the fields counted from the lowest, of word l. The highest is
    /// signed, −8 to 7, the others are 0 to 15.
    fn widen_nibbles(self, words: &[u8; 4 * LANES]) -> [Self::V; LANES];
    /// Runs `kernel` in a function of its own, compiled for this instruction set.
    fn call<K: Kernel>(self, kernel: K);
}

/// An inner loop with its operands: a value that holds them as slices and runs on any instruction
/// set.
///
/// See [`Level::run`](super::Level::run) for an example.
pub trait Kernel {
    /// Runs the loop on the instruction set whose token is given. Mark the implementation
    /// `#[inline(always)]`, so that it is compiled for the caller's instruction set, and call
    /// no closures in it: one that the compiler does not inline is compiled without those
    /// instructions.
    fn run<I: Isa>(self, isa: I);
}
