//! From the graph to operations: shapes, constants folded, neighbours fused.
//!
//! Nodes are taken in file order, which ONNX requires to be topological. Fusion happens on the way:
//! an activation is absorbed by the convolution or sum before it, a sum becomes the residual of the
//! later of its two convolutions, a batch normalisation or a scaling by constants disappears in the
//! weights, padding is merged into the convolution that follows.
//!
//! [`lowering`] keeps what is known so far, [`nodes`] walks the graph; each family of operators has
//! a file of its own.

mod constant;
mod conv;
mod elementwise;
mod fold;
mod function;
mod linear;
mod lowering;
mod nodes;
mod normalise;
mod resample;
mod select;
mod shape;
mod tensor;
mod transposed;
mod window;

#[cfg(test)]
pub(super) use nodes::KNOWN;
pub(super) use nodes::{Lowered, lower, lower_and_note};
