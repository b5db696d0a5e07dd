//! The operators of face networks, in the forms that exporters write, against ONNX Runtime (feature
//! `ort`, `ORT_DYLIB_PATH`); without it, these tests say that they were skipped.
//!
//! The networks are made by the writer of the executor's own tests.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a panic fails the test"
)]

#[allow(dead_code, reason = "the executor's own tests use all of it")]
#[path = "../../src/nn/tests/tensor.rs"]
mod tensor;
#[allow(dead_code, reason = "the executor's own tests use all of it")]
#[path = "../../src/nn/tests/writer.rs"]
mod writer;

#[cfg(feature = "ort")]
mod compare;
#[cfg(feature = "ort")]
mod forms;
#[cfg(feature = "ort")]
mod random;
mod report;
