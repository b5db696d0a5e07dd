//! Errors of galleries.

use crate::error::{Error, ErrorKind, Stage};

/// An error of this kind in [`Stage::Gallery`].
pub(super) fn fault(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, Stage::Gallery, message)
}
