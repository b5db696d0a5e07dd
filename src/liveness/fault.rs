//! Errors of this module, which all have one stage.

use crate::error::{Error, ErrorKind, Stage};

/// An error of challenges, sessions or their judgement.
pub(super) fn error(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, Stage::Liveness, message)
}
