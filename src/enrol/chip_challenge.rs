//! Challenges of chip authentication between two requests: sealed, like a ceremony's states.

use super::envelope::{SealKey, fault, unwrap};
use super::seal::{Sealed, seal_bytes};
use crate::document::chip::ChipChallenge;
use crate::error::{ErrorKind, Result};
use rand_core::CryptoRng;

/// What the envelope is for: a ceremony's is none for a challenge.
const CHALLENGE: &str = "selfsame challenge of a chip 1";
/// Larger ones are refused unread: with a public key of 16,384 bits a challenge has some 2 kB.
const MAX_BYTES: usize = 8 << 10;

impl SealKey {
    /// Seals a challenge that was sent to a document's chip, for the process that takes the answer
    /// to [open](Self::open_challenge) until `expires_at` (Unix seconds), for the same `associated`
    /// data: what tells the applicant's session from others'.
    ///
    /// Store the bytes under their token and remove them in the transaction that reads them: an
    /// answer counts once.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] for a challenge that is too large, which none is.
    pub fn seal_challenge(
        &self,
        challenge: &ChipChallenge,
        associated: &[u8],
        expires_at: u64,
        rng: &mut (impl CryptoRng + ?Sized),
    ) -> Result<Sealed> {
        seal_bytes(&challenge.to_secret_bytes(), self, CHALLENGE, associated, expires_at, None, rng)
    }

    /// The challenge that was [sealed](Self::seal_challenge) under one of `keys`, for
    /// [`AuthenticDocument::agreed`](crate::document::chip::AuthenticDocument::agreed).
    ///
    /// # Errors
    /// Those of [`Ceremony::open`](super::Ceremony::open), over 8 KiB instead of 1 MiB.
    pub fn open_challenge<'k>(
        bytes: &[u8],
        keys: impl IntoIterator<Item = &'k SealKey>,
        associated: &[u8],
        now: u64,
    ) -> Result<ChipChallenge> {
        let (_, plain) = unwrap(bytes, keys, CHALLENGE, associated, now, MAX_BYTES)?;
        ChipChallenge::from_secret_bytes(&plain).map_err(|error| fault(ErrorKind::Corrupt, &error.to_string()))
    }
}
