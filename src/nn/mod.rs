//! The native executor for convolutional networks, after the manner of a compiler: read, lower and fuse, lay out, run.
//!
//! [`onnx`] reads the file into a [`graph`]; [`lower`] turns nodes into fused operations on channels-last [`value`]s; [`arena`]
//! places their buffers; [`program`] runs the steps through [`kernels`].

mod arena;
mod graph;
mod kernels;
mod lower;
mod onnx;
mod op;
mod program;
mod proto;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use graph::Limits;
pub(crate) use program::Program;

/// Reads and compiles an ONNX file.
pub(crate) fn compile(bytes: &[u8], limits: &Limits) -> crate::error::Result<Program> {
    Program::compile(onnx::read(bytes, limits)?, limits)
}
