//! The approach: a face comes nearer to the camera as a random challenge asks, and what lies nearer
//! in it grows more. A second witness beside the flashes, and the alternative for people who must
//! not be shown any.
//!
//! Between arm's length and half of it a head's perspective changes: nose against cheeks by some
//! 5 %, face against ears by 10 to 20 %. A sheet of paper and a display scale as one piece. Some
//! two hundred textured points are followed from far to near by their pixels, and their movement is
//! fitted by all that something else could have done, and by what a mean head would: the *share* of
//! the latter is about 1 for heads and 0 for sheets. Three fits have to agree
//! ([`ApproachCues::inner`], [`ApproachCues::head`], [`ApproachCues::sheet`]), since each alone can
//! be fooled: the inner face by a sheet that is bent more while it comes, face and ears by a flat
//! face cut out and held before a real head.
//!
//! ```no_run
//! use selfsame::engine::Engine;
//! use selfsame::image::Photo;
//! use selfsame::liveness::LivenessVerdict;
//! use selfsame::liveness::approach::{ApproachChallenge, ApproachOptions};
//! use selfsame::liveness::approach::{ApproachPhase, ApproachSession};
//! # fn frames() -> Vec<(Photo, u64)> { Vec::new() }
//! # fn kept() -> ApproachChallenge { unimplemented!() }
//! # fn draw(_: selfsame::capture::Oval, _: selfsame::capture::Hint) {}
//! let (engine, challenge, now) = (Engine::new()?, kept(), 1_790_000_060);
//! let mut session = ApproachSession::new(challenge, ApproachOptions::default())?;
//! for (photo, timestamp_us) in frames() {
//!     let progress = engine.watch_approach(&mut session, &photo.frame(), timestamp_us)?;
//!     draw(progress.oval, progress.guidance.hint);
//!     if progress.phase == ApproachPhase::Complete || progress.guidance.timed_out.is_some() {
//!         break;
//!     }
//! }
//! let finished = session.finish(now, 120);
//! match finished.report.verdict {
//!     LivenessVerdict::Live => println!("a head came nearer: {:?}", finished.evidence),
//!     other => println!("{}: {:?}", other.as_str(), other.reasons()),
//! }
//! # Ok::<(), selfsame::error::Error>(())
//! ```
//!
//! What it can't tell: a rigid mask, a head of the right shape rendered behind the camera, and a
//! recording of the person's own approach that fits the challenge: size, place and pace are random
//! for that reason ([`ApproachPolicy::entropy_bits`]), and whoever injects frames can shift and
//! enlarge them.

mod challenge;
mod cues;
mod evidence;
mod fit;
mod flow;
mod glimpse;
mod head;
mod limits;
mod measure;
mod pace;
mod plane;
mod session;
#[cfg(test)]
mod tests;

pub use challenge::{ApproachChallenge, ApproachOval, ApproachPolicy};
pub use cues::{ApproachCues, ApproachShare, PaceCue};
pub use evidence::ApproachEvidence;
pub use limits::ApproachLimits;
pub use session::{
    ApproachFinished, ApproachOptions, ApproachPhase, ApproachProgress, ApproachReport, ApproachSession,
};
