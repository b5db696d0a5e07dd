//! [`ApproachEvidence`]: a head came nearer as one challenge asked.

use crate::binding::Binding;
use crate::digest::Digest;
use crate::liveness::ChallengeId;

/// Evidence that a head in three dimensions came nearer as one challenge asked, in one attempt.
///
/// Only [`ApproachSession::finish`](super::ApproachSession::finish) makes it, from a live verdict.
/// It can't be copied or written down, and its nonce ties it to one attempt.
#[derive(Debug)]
#[must_use]
pub struct ApproachEvidence {
    binding: Binding,
    challenge: ChallengeId,
    capture: Digest,
    entropy_bits: f64,
    shape_bits: f64,
}

impl ApproachEvidence {
    /// Evidence that a session gave. Not public: evidence can't be forged.
    pub(super) fn new(
        binding: Binding,
        challenge: ChallengeId,
        capture: Digest,
        [entropy_bits, shape_bits]: [f64; 2],
    ) -> Self {
        Self { binding, challenge, capture, entropy_bits, shape_bits }
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

    /// The digest of the session's reference frame, a frame of the last hold:
    /// [`Photo::digest`](crate::image::Photo::digest).
    #[must_use]
    pub fn capture(&self) -> Digest {
        self.capture
    }

    /// How unpredictable the challenge was, in bits
    /// ([`ApproachPolicy::entropy_bits`](super::ApproachPolicy::entropy_bits)).
    #[must_use]
    pub fn entropy_bits(&self) -> f64 {
        self.entropy_bits
    }

    /// How much likelier the movement is a head's than a sheet's, as a binary logarithm: the least
    /// of the three fits' bits.
    #[must_use]
    pub fn shape_bits(&self) -> f64 {
        self.shape_bits
    }
}
