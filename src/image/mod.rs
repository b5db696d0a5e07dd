//! Pixels: decoding through one guarded door, borrowed frames, warps into a network's input, and
//! linear light.
//!
//! [`Photo::decode`] is the only way from a file to pixels. Everything after it works on a
//! [`Frame`], which a camera can supply as well. [`warp_into`] cuts, turns, scales and normalises
//! in one pass; [`srgb_to_linear`] and its siblings tell stored values from light.

mod color;
mod container;
mod decode;
mod frame;
mod jpeg2000;
mod light;
mod normalisation;
mod point;
mod reduce;
mod region;
mod rows;
mod upright;
mod warp;

pub use color::{ColorMatrix, ColorRange, ColorSpace};
pub use decode::{ImageFormat, Limits, Orientation, Photo, PhotoInfo, SourceColor};
pub use frame::{Frame, PixelFormat, Plane, Planes};
pub use light::{linear_rgb, linear_to_srgb, luminance_linear, srgb_to_linear, srgb8_to_linear};
pub use normalisation::{ChannelOrder, Normalisation};
pub(crate) use point::Pixels;
pub use warp::{Border, Crop, warp_into, warp_rgb8};
#[cfg(fuzzing)]
pub(crate) use warp::{reference::reference, warp_at};
