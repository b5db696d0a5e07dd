//! What a photo's file states before it is decoded, and what all its readers make: two errors, and
//! room for samples.

use super::format::{ImageFormat, SourceColor};
use crate::error::{Error, ErrorKind, Result, Stage};

/// What a file states in its headers, as far as limits and decoders need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) format: ImageFormat,
    /// Stored width in pixels, before any orientation is applied; not zero.
    pub(super) width: u32,
    /// Stored height in pixels, before any orientation is applied; not zero.
    pub(super) height: u32,
    pub(super) color: SourceColor,
    /// Bits per stored channel; per index if the colours lie in a palette.
    pub(super) bits_per_channel: u8,
    /// Bytes that the decoder keeps per pixel beside its output: an upper estimate.
    pub(super) working_bytes_per_px: u64,
    /// Bytes that the decoder keeps however many pixels there are, for structures that the file
    /// states: an upper estimate.
    pub(super) working_bytes: u64,
    /// Steps that the decoder can be made to take beside those that follow pixels and bytes: an
    /// upper estimate, of about a nanosecond each.
    pub(super) work: u64,
    /// Bytes from the start to the end of the image; `None` if the file ends before the image does.
    pub(super) end: Option<usize>,
}

/// The error of a file whose format, or a feature of it, is not read.
pub(super) fn unsupported(message: &str) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, Stage::Decode, message)
}

/// The error of a file that breaks its own format.
pub(super) fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, Stage::Decode, message)
}

/// Room for `len` bytes of samples; `None` is more than an address holds.
///
/// It is reserved with a fallible call: an allocation that fails in `vec![]` would end the process.
///
/// # Errors
/// [`ErrorKind::LimitExceeded`] if there is no memory.
pub(super) fn zeroed(len: Option<usize>) -> Result<Vec<u8>> {
    let mut samples = Vec::new();
    len.and_then(|n| samples.try_reserve_exact(n).ok().map(|()| samples.resize(n, 0)))
        .ok_or_else(|| Error::new(ErrorKind::LimitExceeded, Stage::Decode, "there is no memory for the image"))?;
    Ok(samples)
}
