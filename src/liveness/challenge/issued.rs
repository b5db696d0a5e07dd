//! [`Challenge`]: what a screen is to show to one person at one time.

use crate::error::{Error, ErrorKind, Result};
use crate::liveness::evidence::ChallengeId;
use crate::liveness::fault::error;
use crate::liveness::json::{FORMAT, Version, bounded, read_json, write_json};
use crate::liveness::safety::{self, DisplayModel, SafetyReport};
use crate::liveness::segment::{self, Segment};
use crate::secret::Nonce;
use serde::{Deserialize, Serialize};

/// The largest file that is read as a challenge, in bytes:
/// [`MAX_SEGMENTS`](crate::liveness::MAX_SEGMENTS) take less than a fifth of it.
const MAX_BYTES: usize = 1 << 16;

/// What a screen is to show to one person at one time.
///
/// The verifier issues it and keeps it; the client plays its segments and records the face, and
/// sends neither back: what counts is what the verifier kept. One challenge serves one answer,
/// before it expires; to check it off is up to the caller.
///
/// As JSON (`serde`), it is what a recorded session holds:
/// ```json
/// { "format": 1, "id": "32 hexadecimal digits", "nonce": "64 hexadecimal digits",
///   "issued_at": 1790000000, "expires_at": 1790000120,
///   "segments": [ { "start_us": 0, "duration_us": 700000,
///                   "color": [128, 128, 128], "region": "full" } ] }
/// ```
/// Every value of this type, read from JSON too, can be played: see [`Challenge::new`] for what is
/// checked. That it is safe is not among that; [`Challenge::safety`] tells.
///
/// ```
/// use selfsame::liveness::{Challenge, ChallengePolicy};
/// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// # let mut rng = ChaCha20Rng::from_seed([7; 32]);
/// let challenge = Challenge::issue(&mut rng, &ChallengePolicy::default(), 1_790_000_000)?;
/// assert!(challenge.is_valid_at(1_790_000_119) && !challenge.is_valid_at(1_790_000_120));
/// assert_eq!(Challenge::parse(&challenge.to_json()?)?, challenge);
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Challenge {
    id: ChallengeId,
    nonce: Nonce,
    issued_at: u64,
    expires_at: u64,
    segments: Vec<Segment>,
}

impl Challenge {
    /// A challenge of given parts: one that was stored, or one that somebody else issued. Times are
    /// Unix seconds.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over [`MAX_SEGMENTS`](crate::liveness::MAX_SEGMENTS) or
    /// [`MAX_TOTAL_US`](crate::liveness::MAX_TOTAL_US). [`ErrorKind::Corrupt`] if it expires when
    /// it is issued, or before, or if there are no segments, or some are empty, out of order or
    /// overlap.
    pub fn new(id: ChallengeId, nonce: Nonce, issued_at: u64, expires_at: u64, segments: Vec<Segment>) -> Result<Self> {
        if expires_at <= issued_at {
            let message = format!("issued at {issued_at}, and expired at {expires_at}");
            return Err(error(ErrorKind::Corrupt, message));
        }
        segment::check(&segments)?;
        Ok(Self { id, nonce, issued_at, expires_at, segments })
    }

    /// Reads a challenge from JSON, whatever the bytes hold.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over 64 KiB, [`ErrorKind::UnsupportedVersion`] for another
    /// format number, [`ErrorKind::Corrupt`] for what is no challenge, and the errors of
    /// [`Challenge::new`].
    pub fn parse(json: &[u8]) -> Result<Self> {
        bounded(json, MAX_BYTES)?;
        read_json::<Version>(json)?.check()?;
        read_json::<Fields>(json)?.try_into()
    }

    /// Writes the challenge as JSON.
    ///
    /// # Errors
    /// None in practice; `serde_json` reserves them.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        write_json(self)
    }

    /// The identity that tells this challenge from all others.
    #[must_use]
    pub fn id(&self) -> ChallengeId {
        self.id
    }

    /// The nonce of the attempt that this challenge belongs to.
    #[must_use]
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// When this challenge was issued, in Unix seconds.
    #[must_use]
    pub fn issued_at(&self) -> u64 {
        self.issued_at
    }

    /// From when on this challenge can't be answered any more, in Unix seconds.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }

    /// Whether this challenge can be answered at `now`, in Unix seconds.
    #[must_use]
    pub fn is_valid_at(&self, now: u64) -> bool {
        (self.issued_at..self.expires_at).contains(&now)
    }

    /// The segments that the screen shows, in order: never empty.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// What the screen shows `at_us` microseconds after the challenge's first frame; `None` between
    /// segments and after the last, when it is black.
    #[must_use]
    pub fn shown_at(&self, at_us: u64) -> Option<&Segment> {
        self.segments.iter().find(|segment| (segment.start_us..segment.end_us()).contains(&at_us))
    }

    /// How long this challenge takes, in microseconds.
    #[must_use]
    pub fn total_us(&self) -> u64 {
        // Never empty: every constructor checks its segments.
        self.segments.last().map_or(0, Segment::end_us)
    }

    /// Whether this challenge is safe to show on `display`.
    ///
    /// # Errors
    /// None: the segments were checked when this value was made.
    pub fn safety(&self, display: &DisplayModel) -> Result<SafetyReport> {
        safety::analyse(&self.segments, display)
    }
}

/// A challenge as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::liveness) struct Fields {
    format: u32,
    id: ChallengeId,
    nonce: Nonce,
    issued_at: u64,
    expires_at: u64,
    segments: Vec<Segment>,
}

impl From<Challenge> for Fields {
    fn from(challenge: Challenge) -> Self {
        let Challenge { id, nonce, issued_at, expires_at, segments } = challenge;
        Self { format: FORMAT, id, nonce, issued_at, expires_at, segments }
    }
}

impl TryFrom<Fields> for Challenge {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        Version { format: fields.format }.check()?;
        Self::new(fields.id, fields.nonce, fields.issued_at, fields.expires_at, fields.segments)
    }
}
