#![doc = include_str!("../../docs/liveness/guide.md")]

mod analysis;
pub mod approach;
mod challenge;
mod device_lag;
mod evidence;
mod fault;
mod inspection;
mod json;
mod live_session;
mod options;
mod recorded_session;
mod response;
pub mod safety;
mod segment;
mod streaming;
mod suspended;
#[cfg(test)]
mod tests;
mod verdict;

#[cfg(fuzzing)]
pub(crate) use analysis::made_up;
pub use analysis::{
    ArrivalCue, ClockCue, Cues, EchoCue, IdentityCue, RecordingCue, ResponseCue, SeamCue, SequenceCue, ShapeCue,
    TimingCue,
};
pub use challenge::{Challenge, ChallengePolicy, Entropy, Issuer, MIN_GUARD_US, MIN_JITTER_US, MIN_SLOT_US};
pub use device_lag::{DeviceLag, DeviceLags};
pub use evidence::{ChallengeId, LivenessEvidence};
pub use live_session::{Finished, LivenessProgress, LivenessReport, LivenessSession};
pub use options::LivenessOptions;
pub use recorded_session::{FrameRecord, MAX_FRAMES, MAX_SESSION_BYTES, SessionManifest, ShownSegment};
pub use response::Trace;
pub use segment::{MAX_SEGMENTS, MAX_TOTAL_US, Region, Segment};
pub use verdict::{Advice, AttackReason, InconclusiveReason, LivenessLimits, LivenessVerdict};
