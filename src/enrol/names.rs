//! Names that the ceremony keeps: of documents, people, accounts and keys.

use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result, Stage};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Length of an account's or a key's name in bytes, at most. Chosen by hand.
const MAX_NAME_BYTES: usize = 256;

/// The document that failed attempts are counted against, by its number: the same in every ceremony
/// that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DocumentKey(Digest);

impl DocumentKey {
    /// Makes the key of the issuing state and the document's number, of which letters and digits
    /// count, and their case does not: a number that is spelled otherwise meets the same locks.
    ///
    /// Numbers can be guessed from it: where logs are read by people, use a keyed digest and
    /// [`DocumentKey::from_digest`].
    pub fn from_number(issuing_state: &str, number: &str) -> Self {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
        };
        let parts = [plain(issuing_state), plain(number)];
        Self(Digest::of_parts("selfsame document number 1", parts.iter().map(String::as_bytes)))
    }

    /// Takes a digest that always comes out the same for this document.
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest.
    pub fn digest(&self) -> &Digest {
        &self.0
    }
}

/// Who a document or an account belongs to: equal for one person's old and new documents, different
/// for two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity(Digest);

impl Identity {
    /// Makes the identity of what identifies a person where the service runs: such as country and
    /// personal code, or names and date of birth, in one spelling.
    pub fn of(parts: &[&str]) -> Self {
        Self(Digest::of_parts("selfsame identity 1", parts.iter().map(|part| part.as_bytes())))
    }

    /// Takes a digest that always comes out the same for this person.
    pub const fn from_digest(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest.
    pub fn digest(&self) -> &Digest {
        &self.0
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes a name of 1 to 256 bytes.
            ///
            /// # Errors
            /// [`ErrorKind::InvalidArgument`] for another length.
            pub fn new(name: impl Into<String>) -> Result<Self> {
                let name = name.into();
                if name.is_empty() || name.len() > MAX_NAME_BYTES {
                    let message = format!("a name has 1 to {MAX_NAME_BYTES} bytes, this one {}", name.len());
                    return Err(Error::new(ErrorKind::InvalidArgument, Stage::Enrol, message));
                }
                Ok(Self(name))
            }

            /// The name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;
            fn try_from(name: String) -> Result<Self> {
                Self::new(name)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// The registry's name of an account.
    AccountId
}
name! {
    /// The key store's name of an account's keys.
    KeyId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_document_has_one_key_however_its_number_is_typed() {
        let key = DocumentKey::from_number("EST", "AB-123 4567");
        // Whitespace that nobody sees, a filler of machine-readable zones, a soft hyphen.
        for spelling in ["ab1234567", "AB\u{200b}1234567", "AB1234567<<", "A\u{ad}B.1234567", "\u{feff}AB 1234567"] {
            assert_eq!(key, DocumentKey::from_number("est", spelling), "{spelling:?}");
        }
        assert_ne!(key, DocumentKey::from_number("LVA", "AB1234567"));
        assert_ne!(DocumentKey::from_number("A", "BC"), DocumentKey::from_number("AB", "C"));
    }

    #[test]
    fn names_have_a_length() {
        assert_eq!(AccountId::new("old").unwrap().as_str(), "old");
        for bad in [String::new(), "x".repeat(257)] {
            assert_eq!(KeyId::new(bad.clone()).unwrap_err().kind(), ErrorKind::InvalidArgument);
            assert!(serde_json::from_value::<AccountId>(bad.into()).is_err());
        }
    }
}
