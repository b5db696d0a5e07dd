//! [`SealToken`]: what tells one sealed state from all others.

use crate::digest::to_hex;
use std::fmt;

/// The token that tells one sealing from all others: the key of its row where states are stored. It
/// is no secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealToken(pub(super) [u8; 16]);

impl SealToken {
    /// Takes the bytes of a token, as a client sends them back.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The token's 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SealToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for SealToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealToken({self})")
    }
}
