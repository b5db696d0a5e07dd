//! Errors of the data group's readers: each names the offset of the byte that it is about, so that
//! whoever holds a refused file can look at the place.

use crate::error::{Error, ErrorKind, Stage};

/// An error of this kind about the byte at `offset`, counted from the start of what was parsed.
pub(super) fn fault(kind: ErrorKind, offset: usize, message: &str) -> Error {
    Error::new(kind, Stage::Document, format!("{message}, at byte {offset}"))
}

/// [`fault`] for bytes that contradict their format.
pub(super) fn corrupt(offset: usize, message: &str) -> Error {
    fault(ErrorKind::Corrupt, offset, message)
}
