//! Names that the ceremony keeps: of documents, people, accounts and keys.

use super::number;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result, Stage};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

/// Length of an account's or a key's name in bytes, at most. Chosen by hand.
const MAX_NAME_BYTES: usize = 256;

/// The key under which names that could be guessed are digested: numbers of documents, identities,
/// devices. Whoever lacks it learns nothing from the digests that logs and audits hold.
///
/// All processes of a service use one, and keep it: under another key nobody's failed attempts
/// count any more, and no account is found by its identity. It stays on the server.
pub struct NameKey(Box<Zeroizing<[u8; 32]>>);

impl NameKey {
    /// Takes a key of 32 random bytes that are kept elsewhere.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Box::new(Zeroizing::new(*bytes)))
    }

    /// Draws a key.
    pub fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut key = Self::from_bytes(&[0; 32]);
        rng.fill_bytes(&mut **key.0);
        key
    }

    fn digest<'a>(&'a self, purpose: &'a str, parts: impl IntoIterator<Item = &'a [u8]>) -> Digest {
        Digest::keyed(&self.0, purpose, parts)
    }
}

impl fmt::Debug for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NameKey(redacted)")
    }
}

macro_rules! keyed_name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(Digest);

        impl $name {
            /// Takes a digest that always comes out the same for the same, and that nobody can
            /// compute who should not: a keyed one.
            pub const fn from_digest(digest: Digest) -> Self {
                Self(digest)
            }

            /// The digest.
            pub fn digest(&self) -> &Digest {
                &self.0
            }
        }
    };
}

keyed_name! {
    /// The document that failed attempts are counted against, by its number: the same in every
    /// ceremony that uses it.
    DocumentKey
}

impl DocumentKey {
    /// Makes the key of the issuing state and the document's number, so that no other spelling of
    /// them is another document.
    ///
    /// The state is a code of ICAO 9303-3 (`EST`; Germany is `D` or `DEU`). Of the number letters
    /// and digits count, A to Z and 0 to 9, and their case does not. Whitespace, hyphens, dots,
    /// slashes, fillers (`<`) and what nobody sees are left out, and so is a check digit behind the
    /// number.
    ///
    /// ```
    /// use selfsame::enrol::{DocumentKey, NameKey};
    /// let key = NameKey::from_bytes(&[7; 32]);
    /// let document = DocumentKey::new(&key, "D", "ab-2134")?;
    /// assert_eq!(document, DocumentKey::new(&key, "DEU", "AB2134<<<5")?);
    /// // The first letter is a Cyrillic one.
    /// assert!(DocumentKey::new(&key, "D", "\u{410}B2134").is_err());
    /// # Ok::<(), selfsame::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for a state that ICAO 9303-3 does not list, and for a number
    /// that is empty, has over 32 letters and digits, or anything else in it, letters of other
    /// scripts that look the same included.
    pub fn new(key: &NameKey, issuing_state: &str, number: &str) -> Result<Self> {
        let parts = [number::issuing_state(issuing_state)?, number::document_number(number)?];
        Ok(Self(key.digest("selfsame document number 2", parts.iter().map(String::as_bytes))))
    }
}

keyed_name! {
    /// The session that attempts count against before a document is authenticated: a device, an
    /// address, a user's login, or whatever else an attacker has few of.
    SessionKey
}

impl SessionKey {
    /// Makes the key of what tells one session from all others where the service runs.
    pub fn new(key: &NameKey, parts: &[&str]) -> Self {
        Self(key.digest("selfsame session 1", parts.iter().map(|part| part.as_bytes())))
    }
}

keyed_name! {
    /// Who a document or an account belongs to: equal for one person's old and new documents,
    /// different for two people.
    Identity
}

impl Identity {
    /// Makes the identity of what identifies a person where the service runs: such as country and
    /// personal code, or names and date of birth, in one spelling.
    pub fn new(key: &NameKey, parts: &[&str]) -> Self {
        Self(key.digest("selfsame identity 2", parts.iter().map(|part| part.as_bytes())))
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
    fn names_that_could_be_guessed_are_keyed() {
        let (one, other) = (NameKey::from_bytes(&[1; 32]), NameKey::from_bytes(&[2; 32]));
        let of = |key, state, number| DocumentKey::new(key, state, number).unwrap();
        assert_eq!(of(&one, "EST", "AB1234567"), of(&one, "est", "ab 123-4567"));
        let different = [of(&one, "LVA", "AB1234567"), of(&one, "EST", "AB1234568"), of(&other, "EST", "AB1234567")];
        for different in different {
            assert_ne!(different, of(&one, "EST", "AB1234567"));
        }
        assert_eq!(Identity::new(&one, &["Jo", "x"]), Identity::new(&one, &["Jo", "x"]));
        assert_ne!(Identity::new(&one, &["Jo", "x"]), Identity::new(&other, &["Jo", "x"]));
        assert_ne!(Identity::new(&one, &["Jo", "x"]), Identity::new(&one, &["Jox"]));
        assert_eq!(format!("{one:?}"), "NameKey(redacted)");
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
