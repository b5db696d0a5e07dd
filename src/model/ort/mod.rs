//! ONNX Runtime as a backend (feature `ort`): the reference that the native executor is tested
//! against, and the way to any other ONNX model and to GPUs and phones' accelerators.
//!
//! Nothing is linked or downloaded; the library is loaded when the first network is.

mod network;
mod options;
mod pool;
mod runtime;

pub use network::OrtNetwork;
pub use options::{OrtOptions, Provider};
