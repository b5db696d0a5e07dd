//! The executor's inner loops, one file per operator, over the instruction sets of [`crate::simd`].
//!
//! The one `unsafe` here is in `matmul.rs`: a convolution's pixels are checked once for a whole
//! block.

// Indices are checked once, when a network is compiled (`program/bounds.rs`): a network whose steps
// could leave their slices is refused. What checks remain in the loops are a second line of defence
// that never fails.
#![allow(clippy::indexing_slicing)]
// Tiles of registers are indexed by constants only, in every loop over them, so that they stay
// registers.
#![allow(clippy::needless_range_loop)]

mod blocks;
pub(crate) mod coded;
pub(crate) mod depthwise;
pub(crate) mod elementwise;
pub(crate) mod epilogue;
pub(crate) mod function;
pub(crate) mod int8;
pub(crate) mod matmul;
pub(crate) mod pool;
pub(crate) mod resize;
pub(crate) mod tensor;
#[cfg(test)]
mod tests;
pub(crate) mod walk;
pub(crate) mod winograd;
