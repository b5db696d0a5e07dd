//! The native executor for convolutional networks, after the manner of a compiler: read, lower and
//! fuse, lay out, run.
//!
//! [`onnx`] reads the file into a [`graph`], [`ranges`] what it says about 8-bit layers; [`lower`]
//! turns nodes into fused operations on channels-last [`value`]s; [`arena`] places their buffers;
//! [`program`] lays out the steps and runs them through [`kernels`].
//!
//! A file may come from anywhere. It runs into [`limits`] before anything is allocated on its word,
//! what it says wrongly is [`InvalidModel`](crate::error::ErrorKind::InvalidModel) with the node's
//! name, and a network that compiles cannot leave its memory when it runs.

mod arena;
mod graph;
pub(crate) mod kernels;
mod limits;
mod lower;
mod onnx;
mod op;
mod precision;
mod program;
mod proto;
mod quantised;
mod ranges;
mod survey;
#[cfg(test)]
mod tests;
mod value;
mod weights;

pub(crate) use limits::Limits;
pub(crate) use precision::Precision;
pub(crate) use program::{Layer, Program};
pub(crate) use survey::{Missing, Survey, survey};
pub(crate) use weights::ExternalData;

/// Reads and compiles an ONNX file for the best instruction set of this machine.
///
/// # Errors
/// [`InvalidModel`](crate::error::ErrorKind::InvalidModel) if the bytes are no consistent ONNX
/// file, [`UnsupportedOperator`](crate::error::ErrorKind::UnsupportedOperator) naming operator and
/// node, [`LimitExceeded`](crate::error::ErrorKind::LimitExceeded) beyond `limits`.
#[cfg(any(test, fuzzing))]
pub(crate) fn compile(bytes: &[u8], limits: &Limits, precision: Precision) -> crate::error::Result<Program> {
    compile_with(bytes, &[], None, limits, precision)
}

/// [`compile`] of a file whose weights lie in others, or whose input's height and width are free.
pub(crate) fn compile_with(
    bytes: &[u8],
    external: ExternalData<'_>,
    size: Option<(usize, usize)>,
    limits: &Limits,
    precision: Precision,
) -> crate::error::Result<Program> {
    let mut graph = onnx::read(bytes, external, limits)?;
    graph.size = size;
    Program::compile(graph, limits, precision)
}
