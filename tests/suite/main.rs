//! The integration tests: one binary, a module per theme, through the public interface alone.

mod backends;
mod challenge;
mod decode;
mod dg2;
mod evaluate;
mod flicker;
mod gallery;
mod house;
mod jpeg2000;
#[cfg(feature = "ort")]
mod parity;
mod verify;
