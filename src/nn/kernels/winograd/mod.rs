//! Dense 3×3 convolutions of stride 1 by Winograd's minimal filtering.
//!
//! After A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016. The
//! output is cut into tiles of 4×4 or 2×2 pixels. What a tile reads, 6×6 or 4×4 pixels, is
//! transformed so that the convolution becomes one product for each of its 36 or 16 places: 2.25 or
//! 4 multiply-adds for each output, input channel and output channel where the direct form needs 9.
//! The products of one place are a matrix product, tiles × inputs by inputs × outputs.
//!
//! [`transform`] holds the transforms of a row of numbers, [`weights`] transforms and packs the
//! filter when a network is loaded, [`gather`] and [`scatter`] take tiles from the input and to the
//! output (with bias, activations and residual), [`product`] is the matrix product between them,
//! [`conv`] runs them over blocks of tiles, and [`choice`] decides which layers are computed so.
//!
//! Each output is summed up in an order that depends neither on the number of threads nor on the
//! blocks. A NaN of the input stays NaN in every output that reads it, as in the direct form, and
//! may spread to others of the same tile; so may an infinity, which becomes NaN.

#![cfg_attr(target_arch = "wasm32", allow(dead_code, unused_imports, reason = "browsers' modules do without it"))]

mod choice;
mod conv;
mod gather;
mod product;
mod scatter;
mod transform;
mod weights;

pub(crate) use choice::{Shape, tile};
pub(crate) use conv::Winograd;
pub(crate) use transform::Tile;
pub(crate) use weights::WinogradWeights;
