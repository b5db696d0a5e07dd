//! What must not leak, and what must not be used twice: [`SecretBytes`] and [`Nonce`].
//!
//! Secret bytes are overwritten when dropped, never printed, and compared in constant time. Random
//! ones come from a generator that the caller passes in ([`rand_core::CryptoRng`]): this crate has
//! none of its own.

use crate::digest::{abbreviated, deserialize_bytes, from_hex, serialize_bytes, to_hex};
use crate::error::Result;
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// Secret bytes of a fixed number, in memory of their own: moving the value copies a pointer and
/// leaves nothing behind.
///
/// They are overwritten when it is dropped, `Debug` shows none of them, and equality takes the same
/// time wherever they differ. It is neither `Clone` nor serialisable.
///
/// ```
/// use selfsame::secret::SecretBytes;
/// let secret = SecretBytes::from_slice(b"open sesame");
/// assert!(secret == SecretBytes::from_slice(b"open sesame"));
/// assert_eq!(format!("{secret:?}"), "SecretBytes(redacted)");
/// ```
pub struct SecretBytes(Zeroizing<Box<[u8]>>);

impl SecretBytes {
    /// Copies `bytes`; overwriting the original is up to its owner.
    pub fn from_slice(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// Draws `len` bytes from `rng`.
    pub fn random(len: usize, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = Zeroizing::new(vec![0; len].into_boxed_slice());
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The bytes, for whoever has to use them: do not copy them elsewhere.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn expose_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl ConstantTimeEq for SecretBytes {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.as_ref().ct_eq(other.0.as_ref())
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for SecretBytes {}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBytes(redacted)")
    }
}

/// 32 bytes that are used once: evidence and challenges name the attempt that they belong to by it.
///
/// It travels to the client and back as 64 hexadecimal digits. Equality takes constant time;
/// `Debug` shows four bytes.
///
/// ```
/// use selfsame::secret::Nonce;
/// let nonce = Nonce::from_bytes([7; 32]);
/// assert_eq!(Nonce::from_hex(&nonce.to_hex())?, nonce);
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// Draws a nonce from a generator fit for cryptography.
    pub fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Takes bytes that were drawn elsewhere. They must never be used for a second nonce.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::error::ErrorKind::InvalidArgument) for anything else.
    pub fn from_hex(text: &str) -> Result<Self> {
        from_hex(text).map(Self)
    }

    /// Writes the nonce as 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        to_hex(&self.0)
    }

    /// The nonce's 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl ConstantTimeEq for Nonce {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl PartialEq for Nonce {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other).into()
    }
}

impl Eq for Nonce {}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Nonce({}…)", abbreviated(&self.0))
    }
}

/// As hexadecimal text where people may read it, as bytes elsewhere.
impl Serialize for Nonce {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_bytes(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Nonce {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize_bytes(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", SecretBytes::from_slice(b"1357")), "SecretBytes(redacted)");
        let nonce = Nonce::from_bytes(std::array::from_fn(|i| i as u8));
        assert_eq!(format!("{nonce:?}"), "Nonce(00010203…)");
    }

    #[test]
    fn equality_is_that_of_the_bytes() {
        let secret = |bytes: &[u8]| SecretBytes::from_slice(bytes);
        assert_eq!(secret(b"abc"), secret(b"abc"));
        for other in [&b"abd"[..], b"ab", b"abcd", b""] {
            assert_ne!(secret(b"abc"), secret(other));
        }
        let mut bytes = [9; 32];
        let nonce = Nonce::from_bytes(bytes);
        assert_eq!(nonce, Nonce::from_bytes(bytes));
        bytes[31] ^= 1;
        assert_ne!(nonce, Nonce::from_bytes(bytes));
    }

    #[test]
    fn nonces_travel_as_text() {
        let nonce = Nonce::from_bytes(std::array::from_fn(|i| 7 * i as u8));
        let json = serde_json::to_string(&nonce).unwrap();
        assert_eq!(json.len(), 66);
        assert_eq!(serde_json::from_str::<Nonce>(&json).unwrap(), nonce);
        let bytes = postcard::to_allocvec(&nonce).unwrap();
        assert_eq!((bytes.len(), postcard::from_bytes::<Nonce>(&bytes).unwrap()), (32, nonce));
        for bad in ["", "00", &"0".repeat(65), &"x".repeat(64)] {
            assert_eq!(Nonce::from_hex(bad).unwrap_err().kind(), ErrorKind::InvalidArgument);
            assert!(serde_json::from_str::<Nonce>(&format!("{bad:?}")).is_err());
        }
    }

    #[test]
    fn drawn_ones_come_from_the_generator() {
        struct Counter(u8);
        impl rand_core::TryRng for Counter {
            type Error = std::convert::Infallible;
            fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
                rand_core::utils::next_word_via_fill(self)
            }
            fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
                rand_core::utils::next_word_via_fill(self)
            }
            fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
                self.0 += 1;
                bytes.fill(self.0);
                Ok(())
            }
        }
        impl rand_core::TryCryptoRng for Counter {}
        let mut rng = Counter(0);
        assert_eq!(Nonce::random(&mut rng).as_bytes(), &[1; 32]);
        assert_eq!(SecretBytes::random(3, &mut rng).expose(), [2; 3]);
        let dynamic: &mut dyn CryptoRng = &mut rng;
        assert_eq!(Nonce::random(dynamic).as_bytes(), &[3; 32]);
    }
}
