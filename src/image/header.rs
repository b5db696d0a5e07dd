//! What a photo's file states before it is decoded.

use super::format::{ImageFormat, SourceColor};
use crate::error::{Error, ErrorKind, Stage};

/// What a file states in its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) format: ImageFormat,
    /// Stored width and height in pixels, before any orientation is applied; neither is zero.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) color: SourceColor,
    pub(super) bits_per_channel: u8,
    /// Bytes that the decoder keeps per pixel beside its output (an upper estimate).
    pub(super) working_bytes_per_px: u64,
    /// What it keeps however many pixels there are: structures that the file states (an upper
    /// estimate).
    pub(super) working_bytes: u64,
    /// Bytes from the start to the end of the image; `None` if the file ends before the image does.
    pub(super) end: Option<usize>,
}

pub(super) fn unsupported(message: &str) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, Stage::Decode, message)
}

pub(super) fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, Stage::Decode, message)
}
