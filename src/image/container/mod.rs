//! What a file says about itself before anything is decoded: format, sides, colour, and whether it
//! is all there.
//!
//! The decoders behind [`super::Photo::decode`] are lenient where this crate must not be: the JPEG
//! decoder paints what is missing of a truncated file in grey and reports success, the PNG decoder
//! stops at the last pixel, and the WebP decoder allocates for the size that an inner chunk states.
//! So the containers are walked here first, one file per format, without allocating: sides are
//! known before a decoder is made, an unfinished file is called unfinished, and animations are told
//! apart from photographs. JPEG 2000, which needs more of that, has a module of its own beside this
//! one.

mod foreign;
mod jpeg;
mod png;
mod vp8l;
mod webp;

use super::header::{Header, corrupt};
use super::jpeg2000;
use crate::error::Result;

/// Reads the headers of a JPEG, PNG, WebP or JPEG 2000, told apart by content alone.
///
/// # Errors
/// [`crate::error::ErrorKind::UnsupportedFormat`] for other formats and for features that are not
/// read, [`crate::error::ErrorKind::Corrupt`] for headers that break their format.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    let header = if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        jpeg::inspect(bytes)?
    } else if bytes.starts_with(png::SIGNATURE) {
        png::inspect(bytes)?
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        webp::inspect(bytes)?
    } else if jpeg2000::is_jpeg2000(bytes) {
        jpeg2000::inspect(bytes)?
    } else {
        return Err(foreign::error(bytes));
    };
    if header.width == 0 || header.height == 0 {
        return Err(corrupt("the image states a side of zero pixels"));
    }
    Ok(header)
}

#[cfg(test)]
mod tests;
