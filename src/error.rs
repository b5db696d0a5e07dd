//! One error type for the whole crate: what went wrong ([`ErrorKind`]), where ([`Stage`]), and why.
//!
//! An [`Error`] is a *fault*: broken bytes, a hostile model, a caller's mistake, a missing library.
//! What a photograph can legitimately show (no face, two faces, too dark) is never an error but a
//! refusal, returned as a value ([`Outcome`](crate::outcome::Outcome)).
//!
//! ```
//! use selfsame::{ErrorKind, Limits, Photo};
//!
//! let error = Photo::decode(b"no picture", &Limits::default()).unwrap_err();
//! // For programs: a kind to branch on, and the stage. Both have stable words.
//! assert_eq!((error.kind(), error.stage().as_str()), (ErrorKind::UnsupportedFormat, "decode"));
//! // For people: a sentence that says what was wrong with what.
//! println!("{error}");
//! ```

use crate::words::words;
use std::error::Error as StdError;
use std::fmt;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, for programs to branch on. More kinds can come: match with a `_` arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The operating system refused to read or write.
    Io,
    /// The input is larger than a stated limit (bytes, pixels, memory, nodes of a graph).
    LimitExceeded,
    /// The bytes are no format that this door accepts.
    UnsupportedFormat,
    /// The format is known, and this version of it is not.
    UnsupportedVersion,
    /// The bytes claim to be a known format, and are damaged or cut short.
    Corrupt,
    /// The model file or its card contradicts itself or the format.
    InvalidModel,
    /// The model uses an operator, or a variant of one, that the executor does not have.
    UnsupportedOperator,
    /// A tensor, frame or buffer has other dimensions than are needed.
    ShapeMismatch,
    /// An argument is outside its documented range.
    InvalidArgument,
    /// A network returned NaN or an infinity.
    NonFinite,
    /// Templates of different models cannot be compared.
    ModelMismatch,
    /// The caller's random number generator failed, or repeats itself.
    Randomness,
    /// Sealed bytes were changed, or sealed under another key.
    Tampered,
    /// Sealed bytes whose time is over.
    Expired,
    /// Sealed bytes that were opened before.
    Replayed,
    /// What the integrator supplied (a registry, a key store, a log) failed.
    Port,
    /// Another process, or another handle of this one, holds the file.
    Locked,
    /// A backend or one of its execution providers is not available on this machine.
    BackendUnavailable,
    /// A backend failed while it ran.
    Backend,
}

words!(ErrorKind {
    Io => "io",
    LimitExceeded => "limit_exceeded",
    UnsupportedFormat => "unsupported_format",
    UnsupportedVersion => "unsupported_version",
    Corrupt => "corrupt",
    InvalidModel => "invalid_model",
    UnsupportedOperator => "unsupported_operator",
    ShapeMismatch => "shape_mismatch",
    InvalidArgument => "invalid_argument",
    NonFinite => "non_finite",
    ModelMismatch => "model_mismatch",
    Randomness => "randomness",
    Tampered => "tampered",
    Expired => "expired",
    Replayed => "replayed",
    Port => "port",
    Locked => "locked",
    BackendUnavailable => "backend_unavailable",
    Backend => "backend",
});

/// The stage of a request: where an error happened, or what a
/// [`StageObserver`](crate::observer::StageObserver) is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// Decoding: from bytes to pixels.
    Decode,
    /// Reading or writing what a chip holds.
    Document,
    /// Handling of pixels: frames, resizing, warping.
    Image,
    /// Loading a model file or its card.
    Model,
    /// Executing a network.
    Run,
    /// Face detection.
    Detect,
    /// Dense landmarks.
    Mesh,
    /// Measuring a face's quality.
    Quality,
    /// Cutting the canonical crop.
    Align,
    /// Template extraction.
    Template,
    /// Comparison of templates.
    Compare,
    /// The file of enrolled templates.
    Gallery,
    /// Challenges, their safety, and recorded sessions.
    Liveness,
    /// Nonces, digests and other secrets.
    Secret,
    /// The enrolment ceremony.
    Enrol,
    /// Configuration of the engine, and calls on it.
    Engine,
    /// Following and guiding a face before the camera.
    Capture,
}

words!(Stage {
    Decode => "decode",
    Document => "document",
    Image => "image",
    Model => "model",
    Run => "run",
    Detect => "detect",
    Mesh => "mesh",
    Quality => "quality",
    Align => "align",
    Template => "template",
    Compare => "compare",
    Gallery => "gallery",
    Liveness => "liveness",
    Secret => "secret",
    Enrol => "enrol",
    Engine => "engine",
    Capture => "capture",
});

/// A fault: its kind, the stage it happened in, a sentence for people, and its cause if there is
/// one.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    stage: Stage,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync + 'static>>,
}

impl Error {
    /// Makes an error of `kind` in `stage`; `message` says what was wrong with what.
    ///
    /// A caller's own stages (a port, a camera) can report their faults by it, too.
    pub fn new(kind: ErrorKind, stage: Stage, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, stage, message: message.into(), source: None }))
    }

    /// Adds the cause that led to the error, which [`std::error::Error::source`] gives.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where it went wrong.
    pub fn stage(&self) -> Stage {
        self.0.stage
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.stage, self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|s| s as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_send_sync_and_tells_its_parts() {
        fn assert_send_sync<T: Send + Sync + 'static>() {}
        assert_send_sync::<Error>();
        let error = Error::new(ErrorKind::Corrupt, Stage::Decode, "the JPEG ends early")
            .with_source(std::io::Error::other("eof"));
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert_eq!(error.stage(), Stage::Decode);
        assert_eq!(error.to_string(), "decode: the JPEG ends early");
        assert_eq!(error.source().unwrap().to_string(), "eof");
    }
}
