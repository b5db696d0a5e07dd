//! [`LivenessEvidence`]: a live face answered one challenge.

use super::verdict::LivenessLimits;
use crate::binding::Binding;
use crate::digest::{Digest, from_hex, to_hex};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The 16 bytes that tell one challenge from all others.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ChallengeId([u8; 16]);

impl ChallengeId {
    /// An identity of 16 bytes that were drawn for this challenge alone.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads 32 hexadecimal digits.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::error::ErrorKind::InvalidArgument) for anything else.
    pub fn from_hex(text: &str) -> Result<Self> {
        from_hex(text).map(Self)
    }

    /// The bytes of this identity.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for ChallengeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for ChallengeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChallengeId({self})")
    }
}

impl From<ChallengeId> for String {
    fn from(id: ChallengeId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for ChallengeId {
    type Error = crate::error::Error;

    fn try_from(text: String) -> Result<Self> {
        Self::from_hex(&text)
    }
}

/// Evidence that a live face answered one challenge, in one attempt.
///
/// Only [`LivenessSession::finish`](super::LivenessSession::finish) makes it, from a live verdict.
/// It can't be copied or written down, and its nonce ties it to one attempt.
#[derive(Debug)]
#[must_use]
pub struct LivenessEvidence {
    binding: Binding,
    challenge: ChallengeId,
    capture: Digest,
    evidence_bits: f64,
    streamed: bool,
    secret_draws: bool,
    approach_bits: Option<f64>,
    limits: Digest,
}

impl LivenessEvidence {
    /// Evidence that a session gave. Not public: evidence can't be forged.
    pub(crate) fn new(
        binding: Binding,
        challenge: ChallengeId,
        capture: Digest,
        evidence_bits: f64,
        limits: &LivenessLimits,
    ) -> Self {
        let (streamed, secret_draws, approach_bits, limits) = (false, false, None, limits.digest());
        Self { binding, challenge, capture, evidence_bits, streamed, secret_draws, approach_bits, limits }
    }

    /// The evidence with how the session was recorded.
    pub(crate) fn recorded(self, streamed: bool, secret_draws: bool) -> Self {
        Self { streamed, secret_draws, ..self }
    }

    /// The same evidence with an approach as a second witness.
    pub(crate) fn with_approach(self, bits: f64) -> Self {
        Self { approach_bits: Some(bits), ..self }
    }

    /// The attempt that this evidence belongs to, and how long it counts.
    #[must_use]
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// The identity of the challenge that was answered.
    #[must_use]
    pub fn challenge(&self) -> ChallengeId {
        self.challenge
    }

    /// The digest of the session's reference frame, which is what has to match the document:
    /// [`Photo::digest`](crate::image::Photo::digest).
    #[must_use]
    pub fn capture(&self) -> Digest {
        self.capture
    }

    /// Whether the challenge was [streamed](super::LivenessSession::reveal): nobody knew a colour
    /// before it was shown, and frames arrived when they were taken. Without it, what was recorded
    /// is only as timely as its client says.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        self.streamed
    }

    /// Whether the frames that were compared with the reference were
    /// [drawn secretly](super::LivenessSession::with_secret_draws).
    #[must_use]
    pub fn has_secret_draws(&self) -> bool {
        self.secret_draws
    }

    /// Bits of evidence that the response answers this challenge: a response that does not know it
    /// reaches k bits with a probability of 2^−k at most
    /// ([`SequenceCue::bits`](super::SequenceCue::bits)).
    #[must_use]
    pub fn evidence_bits(&self) -> f64 {
        self.evidence_bits
    }

    /// How much likelier than a sheet's the approach's movement was a head's, as a binary logarithm
    /// ([`ApproachEvidence::shape_bits`](super::approach::ApproachEvidence::shape_bits)); `None`
    /// without an approach as the second witness
    /// ([`Engine::two_witnesses`](crate::engine::Engine::two_witnesses)).
    #[must_use]
    pub fn approach_bits(&self) -> Option<f64> {
        self.approach_bits
    }

    /// The [digest](LivenessLimits::digest) of the limits that the session was judged by.
    #[must_use]
    pub fn limits(&self) -> Digest {
        self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenge_ids_travel_as_text() {
        let id = ChallengeId::from_bytes(std::array::from_fn(|i| 16 * i as u8 + 1));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"0111213141516171 8191a1b1c1d1e1f1\"".replace(' ', ""));
        assert_eq!(serde_json::from_str::<ChallengeId>(&json).unwrap(), id);
        assert!(serde_json::from_str::<ChallengeId>("\"01\"").is_err());
    }
}
