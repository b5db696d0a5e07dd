#![doc = include_str!("../../docs/liveness/guide.md")]

mod analysis;
mod challenge;
mod evidence;
mod live;
mod response;
pub mod safety;
mod segment;
mod session;
#[cfg(test)]
mod tests;
mod verdict;

#[cfg(fuzzing)]
pub(crate) use analysis::made_up;
pub use analysis::{Cues, IdentityCue, RecordingCue, ResponseCue, SequenceCue, ShapeCue, TimingCue};
pub use challenge::{Challenge, ChallengePolicy, Entropy, Issuer, MIN_GUARD_US, MIN_JITTER_US, MIN_SLOT_US};
pub use evidence::{ChallengeId, LivenessEvidence};
pub use live::{Finished, LivenessOptions, LivenessProgress, LivenessReport, LivenessSession};
pub use response::Trace;
pub use segment::{MAX_SEGMENTS, MAX_TOTAL_US, Region, Segment};
pub use session::{FrameRecord, MAX_FRAMES, MAX_SESSION_BYTES, SessionManifest, ShownSegment};
pub use verdict::{Advice, AttackReason, InconclusiveReason, LivenessLimits, LivenessVerdict};

use crate::error::{Error, ErrorKind, Result, Stage};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The number of the format of challenges and sessions.
const FORMAT: u32 = 1;

fn error(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, Stage::Liveness, message)
}

/// A format number, read before the rest: another version has other fields.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Version {
    fn check(&self) -> Result<()> {
        if self.format == FORMAT {
            return Ok(());
        }
        Err(error(ErrorKind::UnsupportedVersion, format!("format {}, not {FORMAT}", self.format)))
    }
}

fn bounded(json: &[u8], limit: usize) -> Result<()> {
    if json.len() <= limit {
        return Ok(());
    }
    Err(error(ErrorKind::LimitExceeded, format!("{} bytes of JSON, over the limit of {limit}", json.len())))
}

fn read_json<T: DeserializeOwned>(json: &[u8]) -> Result<T> {
    serde_json::from_slice(json)
        .map_err(|e| error(ErrorKind::Corrupt, "the JSON is not what it should be").with_source(e))
}

fn write_json(value: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(value)
        .map_err(|e| error(ErrorKind::InvalidArgument, "this can't be written as JSON").with_source(e))
}
