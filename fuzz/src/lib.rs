//! What the targets share.

pub mod fake;
pub mod onnx;
pub mod values;
