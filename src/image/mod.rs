//! Pixels: decoding through one guarded door, borrowed frames, warps into a network's input, and
//! linear light.
//!
//! [`Photo::decode`] is the only way from a file to pixels. Everything after it works on a
//! [`Frame`], which a camera can supply as well. [`warp_into`] cuts, turns, scales and normalises
//! in one pass; [`srgb_to_linear`] and its siblings tell stored values from light.

mod bytes;
mod color;
mod container;
mod crop;
mod format;
mod frame;
mod header;
mod jpeg2000;
mod light;
mod limits;
mod normalisation;
mod orientation;
mod photo;
mod pixel_format;
mod plane;
mod point;
mod reduce;
mod region;
mod rows;
mod span;
mod taps;
mod upright;
mod warp;

pub use color::{ColorMatrix, ColorRange, ColorSpace};
pub use crop::{Border, Crop};
pub use format::{ImageFormat, SourceColor};
pub use frame::Frame;
pub use light::{linear_rgb, linear_to_srgb, luminance_linear, srgb_to_linear, srgb8_to_linear};
pub use limits::Limits;
pub use normalisation::{ChannelOrder, Normalisation};
pub use orientation::Orientation;
pub use photo::{Photo, PhotoInfo};
pub use pixel_format::PixelFormat;
pub use plane::{Plane, Planes};
pub(crate) use point::Pixels;
#[cfg(fuzzing)]
pub(crate) use warp::{reference::reference, warp_at};
pub use warp::{warp_into, warp_rgb8};
