//! What a file says about itself before anything is decoded: format, sides, colour, and whether it
//! is all there.
//!
//! The decoders behind [`super::Photo::decode`] are lenient where this crate must not be: the JPEG
//! decoder paints what is missing of a truncated file in grey and reports success, the PNG decoder
//! stops at the last pixel, and the WebP decoder allocates for the size that an inner chunk states.
//! So the containers are walked here first, one file per format, without allocating: sides are
//! known before a decoder is made, an unfinished file is called unfinished, and animations are told
//! apart from photographs. JPEG 2000, GIF, TIFF and JPEG XL, which need more of that, have modules
//! of their own beside this one.

mod foreign;
mod jpeg;
mod png;
mod vp8l;
mod webp;

#[cfg(feature = "gif")]
use super::gif;
use super::header::{Header, corrupt};
use super::jpeg2000;
#[cfg(feature = "jxl")]
use super::jxl;
#[cfg(feature = "tiff")]
use super::tiff;
use crate::error::Result;

/// Reads the headers of a picture of any format that is read, told apart by content alone.
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
        further(bytes)?
    };
    if header.width == 0 || header.height == 0 {
        return Err(corrupt("the image states a side of zero pixels"));
    }
    Ok(header)
}

/// Reads the headers of a format that is read with a feature of this crate.
fn further(bytes: &[u8]) -> Result<Header> {
    #[cfg(feature = "gif")]
    if gif::is_gif(bytes) {
        return gif::inspect(bytes);
    }
    #[cfg(feature = "tiff")]
    if tiff::is_tiff(bytes) {
        return tiff::inspect(bytes);
    }
    #[cfg(feature = "jxl")]
    if jxl::is_jxl(bytes) {
        return jxl::inspect(bytes);
    }
    Err(foreign::error(bytes))
}

#[cfg(test)]
mod tests;
