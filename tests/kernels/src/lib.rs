//! The instruction sets and the executor, as they lie in `src/` of the crate, with their tests.
//!
//! `tests/kernels/README.md` says how they are run on other processors.

// What else the crate does with them is not here.
#![allow(dead_code, unused_imports, unused_macros)]

#[path = "../../../src/error.rs"]
pub mod error;
#[path = "../../../src/nn/mod.rs"]
mod nn;
#[path = "../../../src/simd/mod.rs"]
pub mod simd;
#[path = "../../../src/words.rs"]
mod words;
