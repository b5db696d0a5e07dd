//! Pixels: decoding through one guarded door, borrowed frames, warps into a network's input, and
//! linear light.
//!
//! [`Photo::decode`] is the only way from a file to pixels, and applies [`Limits`] and the
//! orientation that the file states. Everything after it works on a [`Frame`]: borrowed planes of
//! any [`PixelFormat`], which a camera can supply as well. [`warp_into`] cuts, turns, scales and
//! normalises in one pass, straight from those planes. [`srgb_to_linear`] and its siblings tell
//! stored values from light: brightness is averaged and compared in linear light only.
//!
//! ```
//! use selfsame::geometry::{Point, Similarity};
//! use selfsame::image::{Border, Crop, Normalisation, Photo, warp_into};
//!
//! // A picture of one colour, and its middle as a network would see it.
//! let photo = Photo::from_rgb8(640, 480, [200, 120, 40].repeat(640 * 480))?;
//! let corner = Point::new(128.0, 48.0);
//! let source_from_target = Similarity::new(2.0, 0.0, corner).ok_or("not finite")?;
//! let crop = Crop { width: 192, height: 192, source_from_target, border: Border::Black };
//! let as_stored = Normalisation::STORED_RGB;
//! let normalisation = Normalisation { mean: [127.5; 3], scale: [1.0 / 127.5; 3], ..as_stored };
//! let mut input = vec![0.0; 192 * 192 * 3];
//! warp_into(&photo.frame(), &crop, &normalisation, &mut input)?;
//! assert!((input[0] - 72.5 / 127.5).abs() < 1e-5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bytes;
mod color;
mod container;
mod crop;
mod exif;
mod format;
mod frame;
#[cfg(feature = "gif")]
mod gif;
mod header;
mod inflate;
mod jpeg;
mod jpeg2000;
#[cfg(feature = "jxl")]
mod jxl;
mod last_sample;
mod layout;
mod lens;
mod light;
mod limits;
#[cfg(any(feature = "gif", feature = "tiff"))]
mod lzw;
mod metadata;
mod normalisation;
mod orientation;
mod photo;
mod pixel_format;
mod plane;
mod png;
mod point;
mod profile;
mod reduce;
mod region;
mod rows;
mod span;
mod taps;
#[cfg(feature = "tiff")]
mod tiff;
mod upright;
mod warp;
mod webp;

pub use color::{ColorMatrix, ColorRange, ColorSpace};
pub use crop::{Border, Crop};
pub use format::{ImageFormat, SourceColor, SourceProfile};
pub use frame::Frame;
pub use light::{linear_rgb, linear_to_srgb, luminance_linear, srgb_to_linear, srgb8_to_linear};
pub use limits::Limits;
#[cfg(any(test, fuzzing))]
pub(crate) use limits::spent;
pub use normalisation::{ChannelOrder, Normalisation};
pub use orientation::Orientation;
pub use photo::{Photo, PhotoInfo};
pub use pixel_format::PixelFormat;
pub use plane::{Plane, Planes};
pub(crate) use point::Pixels;
pub(crate) use warp::{Bend, warp_bent_into};
#[cfg(fuzzing)]
pub(crate) use warp::{reference::reference, warp_at};
pub use warp::{warp_into, warp_rgb8};
