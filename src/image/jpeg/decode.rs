//! Small pictures, decoded at once; and what all of this module needs.

use super::super::header::zeroed;
use crate::error::{Error, ErrorKind, Result, Stage};
use selfsame_jpeg::Header;

/// Pictures of fewer pixels are decoded in full. Chosen by hand: their data is read in less time
/// than one network takes, and reading it twice would cost more than it saves.
const LARGE_PX: u64 = 1 << 20;

/// This crate's error for one of the decoder.
pub(in crate::image) fn fault(error: selfsame_jpeg::Error) -> Error {
    let kind = match error.kind() {
        selfsame_jpeg::ErrorKind::Unsupported => ErrorKind::UnsupportedFormat,
        selfsame_jpeg::ErrorKind::Work => ErrorKind::LimitExceeded,
        _ => ErrorKind::Corrupt,
    };
    // What is unsupported is so of the file, wherever it says so.
    let unsupported = kind == ErrorKind::UnsupportedFormat;
    let message = if unsupported { error.what().to_owned() } else { error.to_string() };
    Error::new(kind, Stage::Decode, message)
}

/// Whether a picture is decoded when it is looked at, rather than at once.
pub(in crate::image) fn is_large(header: &Header) -> bool {
    u64::from(header.width()) * u64::from(header.height()) >= LARGE_PX
}

/// Decodes a whole picture to RGB8, as it is stored.
pub(in crate::image) fn decode(bytes: &[u8], header: &Header) -> Result<Vec<u8>> {
    let mut pixels = room(header.width(), header.height())?;
    selfsame_jpeg::decode_rgb8(bytes, header, &mut pixels).map_err(fault)?;
    Ok(pixels)
}

/// Zeroed memory for `width` × `height` pixels of RGB8.
pub(super) fn room(width: u32, height: u32) -> Result<Vec<u8>> {
    zeroed((width as usize).checked_mul(height as usize).and_then(|n| n.checked_mul(3)))
}
