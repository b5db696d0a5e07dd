//! [`Word`]: a reason as callers report it, and the refusals that are such words.

use crate::document::{PageRefusal, ZoneRefusal};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::liveness::{AttackReason, InconclusiveReason};
use crate::quality::QualityRefusal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Length of a [`Word`] in bytes, at most. Chosen by hand: the crate's own longest word has half of
/// that.
const MAX_WORD_BYTES: usize = 64;

/// A reason that the caller reports: up to 64 letters, digits and underscores, so that neither PINs
/// nor sentences about people get into the audit by this way.
///
/// ```
/// use selfsame::enrol::Word;
/// assert!(Word::new("document_glare").is_ok());
/// for bad in ["", "Mr Smith", "8036"] {
///     assert!(Word::new(bad).is_err());
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Word(String);

impl Word {
    /// A word in `snake_case` that begins with a letter, such as `document_glare`.
    ///
    /// The refusals and reasons of this crate turn into words by `From`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for anything else.
    pub fn new(word: impl Into<String>) -> Result<Self> {
        let word = word.into();
        if !is_word(&word) {
            let message = format!("a reason is a word in snake_case of up to {MAX_WORD_BYTES} letters");
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Enrol, message));
        }
        Ok(Self(word))
    }

    /// A word that this crate spells itself: a display or an `as_str` of its own enums. Tests hold
    /// all of them to be words.
    pub(crate) fn of(reason: impl fmt::Display) -> Self {
        let word = reason.to_string();
        debug_assert!(is_word(&word), "{word:?} is no word");
        Self(word)
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether `text` is in `snake_case`, begins with a letter, and is not too long.
fn is_word(text: &str) -> bool {
    let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    letters && text.starts_with(|c: char| c.is_ascii_lowercase()) && text.len() <= MAX_WORD_BYTES
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Word {
    type Error = Error;
    fn try_from(word: String) -> Result<Self> {
        Self::new(word)
    }
}

/// Reasons of modules below this one. Those of the engine turn into words in [`crate::engine`].
macro_rules! word_from {
    ($($reason:ty),+) => {$(
        impl From<$reason> for Word {
            fn from(reason: $reason) -> Self {
                Self::of(reason.as_str())
            }
        }
    )+};
}

word_from!(QualityRefusal, PageRefusal, ZoneRefusal, AttackReason, InconclusiveReason);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_and_numbers_are_no_words() {
        assert!(serde_json::from_str::<Word>("\"12345\"").is_err());
        assert!(Word::new("a".repeat(64)).is_ok());
        for bad in ["a".repeat(65), "Two words".into(), "é".into(), "_a".into(), "1a".into()] {
            assert_eq!(Word::new(bad).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }
}
