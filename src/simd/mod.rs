//! Instruction sets: inner loops are written once over [`Isa`] and compiled for each set that the
//! machine may have.
//!
//! Every inner loop is a [`Kernel`]: a value that holds its operands as slices and runs for any
//! `I: Isa`. [`Level::run`] picks the instantiation. A level other than [`Level::SCALAR`] can be
//! had only from a token that proves that the processor has the instructions (`Avx2::new() ->
//! Option<Avx2>`), so that no safe code can run a wrong one. The networks' executor, the warps and
//! the search of the gallery run on it, and so can a pre-processing step of your own.
//!
//! Vectors are [`LANES`] wide everywhere. Buffers are padded so that channel counts are multiples
//! of it: no kernel has a tail.
//!
//! `unsafe` is confined to the instruction sets (`avx2.rs`, `vnni.rs`: their loads, stores and
//! arithmetic, and the call that enters a function compiled for them) and to windows whose bounds
//! are checked once for many accesses (`patch.rs`). What `nn::kernels::matmul` does likewise stays
//! beside its kernel: the checks that make it sound are that kernel's own. Every kernel is tested
//! against its scalar instantiation.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod isa;
mod level;
#[cfg(target_arch = "aarch64")]
mod neon;
mod patch;
mod scalar;
pub(crate) mod scratch;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "x86_64")]
mod vnni;
#[cfg(target_arch = "wasm32")]
mod wasm;

pub use isa::{Isa, Kernel, LANES, Lanes};
pub use level::Level;
pub(crate) use patch::{Patch, PatchMut};
#[cfg(test)]
pub(crate) use scalar::Scalar;
