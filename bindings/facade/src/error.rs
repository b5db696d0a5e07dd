//! The one error of the facade.

use selfsame::ErrorKind;
use std::fmt;

/// `Result` with this facade's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong: a fault of the input, the caller or the machine. What a picture shows ("no
/// face") is never one, but an answer with reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// A stable word to branch on, such as `corrupt`: those of [`selfsame::ErrorKind`].
    pub code: String,
    /// Where it happened: the words of [`selfsame::error::Stage`], such as `decode`.
    pub stage: String,
    /// A sentence for the programmer: what was wrong with what.
    pub message: String,
    /// What to do about errors of this code.
    pub advice: String,
}

impl Error {
    /// An error of a binding's own, with the advice that belongs to its code.
    pub fn new(code: &str, stage: &str, message: impl Into<String>) -> Self {
        let advice = advice(code).to_owned();
        Self { code: code.to_owned(), stage: stage.to_owned(), message: message.into(), advice }
    }
}

/// What to do about errors of a code.
fn advice(code: &str) -> &'static str {
    match code {
        "io" => "check that the file is there and may be read",
        "limit_exceeded" => "send a smaller input, or raise the limit if you trust its source",
        "unsupported_format" => "send JPEG, JPEG 2000, PNG or WebP, or a chip's data group 2",
        "unsupported_version" => "bring both sides to one version of the library",
        "corrupt" => "send the file again: it is damaged or cut short",
        "invalid_model" => "fetch the model again: it is not the file that its card describes",
        "shape_mismatch" => "check width, height, stride and format against the length of the buffer",
        "invalid_argument" => "read the message: an argument is outside of what is documented",
        "model_mismatch" => "compare templates of one profile; take them anew after a change of profile",
        "cancelled" => "nothing: the caller stopped it",
        "tampered" | "expired" | "replayed" => "begin the attempt again",
        "backend_unavailable" => "choose another backend",
        _ => "report it with its message and stage",
    }
}

impl From<selfsame::Error> for Error {
    fn from(error: selfsame::Error) -> Self {
        Self::new(error.kind().as_str(), error.stage().as_str(), error.to_string())
    }
}

#[cfg(feature = "evaluate")]
impl From<selfsame_lab::error::Error> for Error {
    fn from(error: selfsame_lab::error::Error) -> Self {
        Self::new(error.kind().as_str(), "evaluate", error.to_string())
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind.as_str(), "engine", kind.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Error {}
