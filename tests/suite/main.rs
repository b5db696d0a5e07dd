//! The integration tests: one binary, a module per theme, through the public interface alone.

// Where nothing comes from outside, an assertion or a panic is the plainest report.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing
)]

mod adversarial;
mod architecture;
mod backends;
mod beside;
mod bystanders;
mod cards;
mod challenge;
mod chip;
mod decode;
mod dg2;
mod enrol;
mod examples;
mod faults;
mod flicker;
#[cfg(any(feature = "gif", feature = "jxl", feature = "tiff"))]
mod formats;
mod frames;
mod gallery;
mod guide;
mod house;
mod jpeg;
mod jpeg2000;
mod large;
mod numbers;
mod page;
#[cfg(feature = "ort")]
mod parity;
mod reliability;
#[cfg(feature = "sface")]
mod sface;
mod statements;
mod verify;
