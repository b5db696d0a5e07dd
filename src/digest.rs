//! [`Digest`]: the SHA-256 of something, by which two parts of a program know that they speak of
//! the same thing.

use crate::error::{Error, ErrorKind, Result, Stage};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::fmt;
use zeroize::Zeroizing;

/// A SHA-256 digest, 32 bytes. Its display is 64 hexadecimal digits, its debug output the first
/// eight of them.
///
/// A digest does not hide what has few possible values: whoever has the digest of a document's
/// number can try all numbers.
///
/// ```
/// use selfsame::digest::Digest;
/// let digest = Digest::of(b"abc");
/// assert_eq!(digest.to_string().get(..8), Some("ba7816bf"));
/// assert_eq!(Digest::from_hex(&digest.to_string())?, digest);
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Computes the digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Computes the digest of several parts, each with its length before it, so that no two lists
    /// of parts give the same bytes. `purpose` comes first: digests made for different purposes
    /// never agree.
    pub fn of_parts<'a>(purpose: &'a str, parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(purpose.as_bytes()).chain(parts) {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// Computes the keyed digest (HMAC-SHA-256, RFC 2104) of several parts, joined as in
    /// [`Self::of_parts`]: who lacks the key cannot try what the parts may have been.
    pub fn keyed<'a>(key: &[u8; 32], purpose: &'a str, parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        // HMAC fills a short key up with zeros.
        let mut block = Zeroizing::new([0; 64]);
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        let mut hash = Hmac::<Sha256>::new((&*block).into());
        for part in std::iter::once(purpose.as_bytes()).chain(parts) {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into_bytes().into())
    }

    /// Computes the digest of plain data in JSON, as `serde_json` writes it.
    pub(crate) fn of_json(value: &impl Serialize) -> Self {
        let json = serde_json::to_vec(value);
        debug_assert!(json.is_ok(), "plain data has a form in JSON");
        Self::of(&json.unwrap_or_default())
    }

    /// Takes a digest that was computed elsewhere.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for anything else.
    pub fn from_hex(text: &str) -> Result<Self> {
        from_hex(text).map(Self)
    }

    /// The digest's 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// `N` bytes from their hexadecimal digits, in a time that depends on their number alone.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match base16ct::mixed::decode(text, &mut bytes) {
        Ok(read) if read.len() == N => Ok(bytes),
        _ => {
            let message = format!("{} hexadecimal digits were expected", 2 * N);
            Err(Error::new(ErrorKind::InvalidArgument, Stage::Secret, message))
        }
    }
}

/// The hexadecimal digits of `bytes`.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

/// For `Debug`: the first eight digits, enough to tell values apart in a log.
pub(crate) fn abbreviated(bytes: &[u8; 32]) -> String {
    let [a, b, c, d, ..] = *bytes;
    to_hex(&[a, b, c, d])
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({}…)", abbreviated(&self.0))
    }
}

/// As hexadecimal text where people may read it, as bytes elsewhere.
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_bytes(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_bytes(deserializer).map(Self)
    }
}

/// As hexadecimal text where people may read it, as bytes elsewhere.
pub(crate) fn serialize_bytes<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() { to_hex(bytes).serialize(serializer) } else { bytes.serialize(serializer) }
}

/// What [`serialize_bytes`] wrote.
pub(crate) fn deserialize_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    if !deserializer.is_human_readable() {
        return <[u8; 32]>::deserialize(deserializer);
    }
    from_hex(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Digest::from_hex(&digest.to_string().to_uppercase()).unwrap(), digest);
        assert_eq!(serde_json::from_str::<Digest>(&serde_json::to_string(&digest).unwrap()).unwrap(), digest);
        let bytes = postcard::to_allocvec(&digest).unwrap();
        assert_eq!((bytes.len(), postcard::from_bytes::<Digest>(&bytes).unwrap()), (32, digest));
        assert_eq!(format!("{digest:?}"), "Digest(ba7816bf…)");
        for bad in ["", "ba78", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64), &"é".repeat(32)] {
            assert_eq!(Digest::from_hex(bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad}");
        }
    }

    /// By RFC 2104 from two plain digests.
    #[test]
    fn keyed_digests_are_hmac() {
        let key = [7; 32];
        let message = [&1u64.to_be_bytes()[..], b"p", &2u64.to_be_bytes()[..], b"ab"].concat();
        let pad = |byte: u8| -> Vec<u8> { (0..64).map(|i| key.get(i).copied().unwrap_or(0) ^ byte).collect() };
        let inner = Digest::of(&[pad(0x36), message].concat());
        let outer = Digest::of(&[pad(0x5c), inner.as_bytes().to_vec()].concat());
        assert_eq!(Digest::keyed(&key, "p", [&b"ab"[..]]), outer);
        assert_ne!(Digest::keyed(&[8; 32], "p", [&b"ab"[..]]), outer);
    }

    #[test]
    fn parts_do_not_run_together() {
        let of = |purpose, parts: &[&[u8]]| Digest::of_parts(purpose, parts.iter().copied());
        let all = [of("p", &[b"ab", b"c"]), of("p", &[b"a", b"bc"]), of("p", &[b"abc"]), of("q", &[b"abc"])];
        for (i, a) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|b| a != b));
        }
    }
}
