//! The laboratory's integration tests: one binary, a module per theme, through the public interface
//! alone.

// Where nothing comes from outside, an assertion or a panic is the plainest report.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing
)]

mod damage;
mod evaluate;
mod populations;
mod suspended;
mod tools;
