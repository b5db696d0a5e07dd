//! What the targets share.

// What the laboratory's modules in `evaluate` import.
#[path = "../../lab/src/error.rs"]
pub mod error;
pub mod evaluate;
pub mod fake;
pub mod onnx;
pub mod values;
