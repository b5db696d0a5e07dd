//! What can be wrong with a file.

use std::fmt;

/// What kind of fault an [`Error`] tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is damaged, ends early, or breaks the standard.
    Corrupt,
    /// The file may be right, but uses what is not read.
    Unsupported,
    /// Decoding the file would take more work than its size in pixels and bytes warrants.
    Work,
}

/// A file that is not decoded: what is wrong, and at which byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    what: &'static str,
    offset: Option<usize>,
}

/// The result of reading a file.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The kind of fault.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What is wrong, in words, without the place.
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// The offset of the byte in the file at which the fault was noticed, where there is one.
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// The same error, noticed at byte `offset`.
    pub(crate) fn at(self, offset: usize) -> Self {
        Self { offset: Some(offset), ..self }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        self.offset.map_or(Ok(()), |offset| write!(f, " (at byte {offset})"))
    }
}

impl std::error::Error for Error {}

/// The error of a damaged file.
pub(crate) const fn corrupt(what: &'static str) -> Error {
    Error { kind: ErrorKind::Corrupt, what, offset: None }
}

/// The error of a file that uses what is not read.
pub(crate) const fn unsupported(what: &'static str) -> Error {
    Error { kind: ErrorKind::Unsupported, what, offset: None }
}

/// The error of a file that takes too much work.
pub(crate) const fn too_much_work(what: &'static str) -> Error {
    Error { kind: ErrorKind::Work, what, offset: None }
}
