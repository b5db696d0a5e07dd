//! The native executor for convolutional networks, after the manner of a compiler: read, lower and
//! fuse, lay out, run.
//!
//! [`onnx`] reads the file into a [`graph`], [`ranges`] what it says about 8-bit layers; [`lower`]
//! turns nodes into fused operations on channels-last [`value`]s; [`arena`] places their buffers;
//! [`program`] runs the steps through [`kernels`].

mod arena;
mod graph;
pub(crate) mod kernels;
mod lower;
mod onnx;
mod op;
mod program;
mod proto;
mod ranges;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use graph::Limits;
pub(crate) use program::Program;

/// What convolutions are computed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    F32,
    /// 8-bit integers in the pointwise layers whose inputs' ranges the file carries, f32 in all
    /// others.
    Int8,
}

/// Reads and compiles an ONNX file.
pub(crate) fn compile(bytes: &[u8], limits: &Limits, precision: Precision) -> crate::error::Result<Program> {
    Program::compile(onnx::read(bytes, limits)?, limits, precision)
}
