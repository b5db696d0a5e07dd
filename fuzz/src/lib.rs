//! What the targets share.

pub mod onnx;
pub mod values;
