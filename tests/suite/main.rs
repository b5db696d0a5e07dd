//! The integration tests: one binary, a module per theme, through the public interface alone.

mod backends;
mod decode;
mod evaluate;
mod gallery;
mod house;
#[cfg(feature = "ort")]
mod parity;
mod verify;
