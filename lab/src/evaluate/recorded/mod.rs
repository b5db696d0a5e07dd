//! How often attacks pass as live faces, and live faces as attacks, in sessions that real cameras
//! recorded and a laboratory labelled. Nothing here is simulated.
//!
//! Each session is a folder with `session.json` ([`selfsame::liveness::SessionManifest`]), the
//! frames that it lists, and `label.json` ([`SessionLabel`]): who was before the camera, and with
//! what. [`RecordedReport`] counts in the terms of ISO/IEC 30107-3:2023.

mod label;
mod page;
mod report;
mod session;
#[cfg(test)]
mod tests;

pub use label::{LABEL_FILE, LIVE, MAX_LABEL_BYTES, SessionLabel};
pub use report::{PresentationRates, RecordedGroup, RecordedReport, UnreadSession};
pub use session::{RecordedSession, name_of, recorded_sessions, replay};
