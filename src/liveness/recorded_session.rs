//! [`SessionManifest`]: a recorded session, which is a challenge and the frames that a camera took
//! while it was played.
//!
//! A session is a folder with `session.json` and the frames. This module reads and writes that one
//! file, as bytes; files are the caller's.

use super::challenge::{Challenge, Fields as ChallengeFields};
use super::fault::error;
use super::json::{FORMAT, Version, bounded, read_json, write_json};
use super::segment::MAX_SEGMENTS;
use crate::error::{ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// The largest `session.json` that is read, in bytes.
pub const MAX_SESSION_BYTES: usize = 1 << 20;

/// How many frames a recorded session may hold: over a minute at 120 a second.
pub const MAX_FRAMES: usize = 10_000;

/// The longest name of a frame's file, in bytes: every file system takes it.
const MAX_FILE_NAME_BYTES: usize = 128;

/// What `session.json` holds.
///
/// ```json
/// { "format": 1,
///   "challenge": { … },
///   "display": [ { "segment": 0, "shown_us": 12345 } ],
///   "frames": [ { "file": "000000.jpg", "timestamp_us": 0, "exposure_us": 8333, "iso": 200 } ] }
/// ```
/// `display`, `exposure_us` and `iso` may be missing. Times are microseconds on one monotonic clock
/// of the client's; by how much the camera lags behind it is unknown. Frames are JPEG or PNG,
/// upright.
///
/// Whoever recorded it may lie. What is promised of a value that [`SessionManifest::parse`]
/// returned: at most [`MAX_FRAMES`] frames, with names that stay in their folder; a challenge as
/// [`Challenge::new`] takes it; display times of its segments. That times go forward, and that the
/// challenge is the one that was issued, is judged later.
///
/// ```
/// use selfsame::liveness::SessionManifest;
/// # use selfsame::liveness::{Challenge, ChallengePolicy, FrameRecord};
/// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// # let (mut rng, policy) = (ChaCha20Rng::from_seed([7; 32]), ChallengePolicy::default());
/// # let challenge = Challenge::issue(&mut rng, &policy, 1_790_000_000)?;
/// # let frames = vec![FrameRecord::new("000000.jpg", 0)];
/// # let json = SessionManifest::new(challenge, frames).to_json()?;
/// let session = SessionManifest::parse(&json)?;
/// assert_eq!(session.frames[0].file, "000000.jpg");
/// # Ok::<(), selfsame::error::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionManifest {
    /// What was played, as the client says.
    pub challenge: Challenge,
    /// When segments were really shown; empty if the client doesn't know.
    pub display: Vec<ShownSegment>,
    /// What the camera took.
    pub frames: Vec<FrameRecord>,
}

/// When the client showed a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShownSegment {
    /// The segment's index in the challenge.
    pub segment: usize,
    /// When the segment's first picture was on the screen, in microseconds.
    pub shown_us: u64,
}

/// One frame of a recorded session, as its camera took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FrameRecord {
    /// The name of the frame's file, which lies beside `session.json`: 1 to 128 of the characters
    /// `A–Z a–z 0–9 . _ -`, no dot first, no two dots together.
    pub file: String,
    /// When the frame was taken, in microseconds.
    pub timestamp_us: u64,
    /// How long the frame was exposed, in microseconds, if the camera says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_us: Option<u64>,
    /// The sensor's sensitivity (ISO), if the camera says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iso: Option<u32>,
}

impl FrameRecord {
    /// A frame in a file beside `session.json`, taken at `timestamp_us` microseconds, of which
    /// nothing else is known. Names are checked when the session is written or read.
    ///
    /// ```
    /// use selfsame::liveness::FrameRecord;
    /// let mut frame = FrameRecord::new("000000.jpg", 0);
    /// (frame.exposure_us, frame.iso) = (Some(8_333), Some(200));
    /// ```
    #[must_use]
    pub fn new(file: impl Into<String>, timestamp_us: u64) -> Self {
        Self { file: file.into(), timestamp_us, exposure_us: None, iso: None }
    }
}

impl SessionManifest {
    /// A session of which it is unknown when segments were really shown.
    #[must_use]
    pub fn new(challenge: Challenge, frames: Vec<FrameRecord>) -> Self {
        Self { challenge, display: Vec::new(), frames }
    }

    /// Reads `session.json`, whatever it holds.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over [`MAX_SESSION_BYTES`] or [`MAX_FRAMES`], or if the
    /// challenge exceeds its limits; [`ErrorKind::UnsupportedVersion`] for another format
    /// number; [`ErrorKind::Corrupt`] for what is no session, and for a challenge that can't be
    /// played.
    pub fn parse(json: &[u8]) -> Result<Self> {
        bounded(json, MAX_SESSION_BYTES)?;
        let Versions { format, challenge } = read_json(json)?;
        Version { format }.check()?;
        challenge.check()?;
        let Fields { challenge, display, frames, .. } = read_json(json)?;
        let session = Self { challenge: challenge.try_into()?, display, frames };
        session.check()?;
        Ok(session)
    }

    /// Writes `session.json`.
    ///
    /// # Errors
    /// Those that [`SessionManifest::parse`] would have for the contents: what is written can be
    /// read.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        self.check()?;
        let Self { challenge, display, frames } = self.clone();
        let json = write_json(&Fields { format: FORMAT, challenge: challenge.into(), display, frames })?;
        bounded(&json, MAX_SESSION_BYTES)?;
        Ok(json)
    }

    fn check(&self) -> Result<()> {
        for (what, len, limit) in
            [("frames", self.frames.len(), MAX_FRAMES), ("display times", self.display.len(), MAX_SEGMENTS)]
        {
            if len > limit {
                return Err(error(ErrorKind::LimitExceeded, format!("{len} {what}, over the limit of {limit}")));
            }
        }
        let segments = self.challenge.segments().len();
        if let Some(shown) = self.display.iter().find(|shown| shown.segment >= segments) {
            let message = format!("segment {} is said to be shown, of {segments}", shown.segment);
            return Err(error(ErrorKind::Corrupt, message));
        }
        match self.frames.iter().position(|frame| !is_plain(&frame.file)) {
            Some(index) => Err(error(ErrorKind::Corrupt, format!("the file name of frame {index} is not a plain one"))),
            None => Ok(()),
        }
    }
}

/// Whether a name stays in its folder on every system: no separators, drives, streams, hidden
/// files, or names of other folders.
fn is_plain(name: &str) -> bool {
    (1..=MAX_FILE_NAME_BYTES).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && !name.starts_with('.')
        && !name.contains("..")
}

/// A session as it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    format: u32,
    challenge: ChallengeFields,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    display: Vec<ShownSegment>,
    frames: Vec<FrameRecord>,
}

/// What tells whether the rest can be read.
#[derive(Deserialize)]
struct Versions {
    format: u32,
    challenge: Version,
}
