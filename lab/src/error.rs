//! The error type of the laboratory: a fault of its own, or one of the product.

use std::error::Error as StdError;
use std::fmt;
use std::path::{Path, PathBuf};

pub use selfsame::error::ErrorKind;

/// `Result` with the laboratory's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The part of the laboratory in which an error happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Evaluation over a data set.
    Evaluate,
    /// Simulation of recorded sessions.
    Simulate,
    /// A stage of the product.
    Product(selfsame::error::Stage),
}

impl Stage {
    /// The stage as a stable word, for logs and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Evaluate => "evaluate",
            Self::Simulate => "simulate",
            Self::Product(stage) => stage.as_str(),
        }
    }
}

impl From<selfsame::error::Stage> for Stage {
    fn from(stage: selfsame::error::Stage) -> Self {
        Self::Product(stage)
    }
}

/// A fault: its kind, the stage it happened in, a sentence for people, and its cause if there is
/// one.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
enum Inner {
    Product(selfsame::error::Error),
    Own {
        kind: ErrorKind,
        stage: Stage,
        message: String,
        source: Option<Box<dyn StdError + Send + Sync + 'static>>,
    },
    /// An error that a file caused.
    OfFile {
        file: PathBuf,
        error: Error,
    },
}

impl Error {
    /// Makes an error of `kind` in `stage`; `message` says what was wrong with what.
    pub fn new(kind: ErrorKind, stage: impl Into<Stage>, message: impl Into<String>) -> Self {
        Self(Box::new(Inner::Own { kind, stage: stage.into(), message: message.into(), source: None }))
    }

    /// Adds the cause that led to this error, in place of one that it had; an error of the product
    /// keeps its own.
    #[must_use]
    pub fn with_source(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        if let Inner::Own { source, .. } = &mut *self.0 {
            *source = Some(cause.into());
        }
        self
    }

    /// Names the file that caused this error, in front of its message.
    #[must_use]
    pub fn of_file(self, file: &Path) -> Self {
        Self(Box::new(Inner::OfFile { file: file.to_owned(), error: self }))
    }

    /// What went wrong, for programs to branch on.
    pub fn kind(&self) -> ErrorKind {
        match &*self.0 {
            Inner::Product(error) => error.kind(),
            Inner::OfFile { error, .. } => error.kind(),
            Inner::Own { kind, .. } => *kind,
        }
    }

    /// Where it went wrong.
    pub fn stage(&self) -> Stage {
        match &*self.0 {
            Inner::Product(error) => error.stage().into(),
            Inner::OfFile { error, .. } => error.stage(),
            Inner::Own { stage, .. } => *stage,
        }
    }
}

/// Results of what was read from a file: their errors can name it.
pub trait OfFile<T> {
    /// The same, with an error that names `file`.
    ///
    /// # Errors
    /// The error that was there before, with the file's name.
    fn of_file(self, file: &Path) -> Result<T>;
}

impl<T, E: Into<Error>> OfFile<T> for Result<T, E> {
    fn of_file(self, file: &Path) -> Result<T> {
        self.map_err(|error| error.into().of_file(file))
    }
}

impl From<selfsame::error::Error> for Error {
    fn from(error: selfsame::error::Error) -> Self {
        Self(Box::new(Inner::Product(error)))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Inner::Product(error) => error.fmt(f),
            Inner::OfFile { file, error } => write!(f, "{}: {error}", file.display()),
            Inner::Own { stage, message, .. } => write!(f, "{}: {message}", stage.as_str()),
        }
    }
}

impl StdError for Error {
    // An error of the product is passed on as it is, so that its message is not told twice.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &*self.0 {
            Inner::Product(error) => error.source(),
            Inner::OfFile { error, .. } => error.source(),
            Inner::Own { source, .. } => source.as_deref().map(|s| s as &(dyn StdError + 'static)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_send_sync_and_tells_its_parts() {
        fn assert_send_sync<T: Send + Sync + 'static>() {}
        assert_send_sync::<Error>();
        let own = Error::new(ErrorKind::Io, Stage::Evaluate, "no folder").with_source(std::io::Error::other("gone"));
        assert_eq!((own.kind(), own.stage()), (ErrorKind::Io, Stage::Evaluate));
        assert_eq!((own.to_string(), own.source().unwrap().to_string()), ("evaluate: no folder".into(), "gone".into()));
        let theirs = selfsame::error::Error::new(ErrorKind::Corrupt, selfsame::error::Stage::Decode, "it ends early");
        let theirs = Error::from(theirs.with_source(std::io::Error::other("eof")));
        assert_eq!((theirs.kind(), theirs.stage().as_str()), (ErrorKind::Corrupt, "decode"));
        assert_eq!(theirs.to_string(), "decode: it ends early");
        assert_eq!(theirs.source().unwrap().to_string(), "eof");
        let named = Err::<(), _>(theirs).of_file(Path::new("a/b.jpg")).unwrap_err();
        assert_eq!(named.to_string(), "a/b.jpg: decode: it ends early");
        assert_eq!((named.kind(), named.stage().as_str()), (ErrorKind::Corrupt, "decode"));
        assert_eq!(named.source().unwrap().to_string(), "eof");
    }
}
