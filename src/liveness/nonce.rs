//! [`Nonce`]: what ties a challenge to one attempt.

use super::hex::{self, from_hex, to_hex};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// 32 bytes that are used once: challenges name the attempt that they belong to by it.
///
/// It travels to the client and back as 64 hexadecimal digits. Equality takes constant time.
///
/// ```
/// use selfsame::liveness::Nonce;
/// let nonce = Nonce::from_bytes([7; 32]);
/// assert_eq!(Nonce::from_hex(&nonce.to_hex())?, nonce);
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Nonce(#[serde(with = "hex")] [u8; 32]);

impl Nonce {
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

    /// 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        to_hex(&self.0)
    }

    /// Its bytes.
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

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, ..] = self.0;
        write!(f, "Nonce({}…)", to_hex(&[a, b, c, d]))
    }
}
