//! A session as plain bytes, for another process to go on with. They hold a face and what nobody
//! may change: [`LivenessSession::suspend`] seals them.

use super::challenge::Challenge;
use super::fault::error;
use super::inspection::{Inspection, SuspendedInspection};
use super::live_session::LivenessSession;
use super::options::LivenessOptions;
use super::response::Trace;
use crate::capture::{SuspendedFrame, SuspendedTracker, TrackId, Tracker};
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// All that the frames so far have left.
#[derive(Serialize, Deserialize)]
struct Suspended {
    /// As JSON: it is checked like any challenge that comes from outside.
    challenge: Vec<u8>,
    tracker: SuspendedTracker,
    trace: Trace,
    track: Option<(TrackId, u32)>,
    reference: Vec<SuspendedFrame>,
    inspection: SuspendedInspection,
    spoilt: [usize; 2],
}

impl LivenessSession {
    /// The session's state.
    pub(crate) fn to_plain(&self) -> Result<Zeroizing<Vec<u8>>> {
        let suspended = Suspended {
            challenge: self.challenge.to_json()?,
            tracker: self.tracker.suspend(),
            trace: self.trace.clone(),
            track: self.track,
            reference: self.reference.frames().iter().map(SuspendedFrame::from).collect(),
            inspection: self.inspection.suspend()?,
            spoilt: self.spoilt,
        };
        let stored = |e: postcard::Error| error(ErrorKind::InvalidArgument, "the session can't be kept").with_source(e);
        Ok(Zeroizing::new(postcard::to_allocvec(&suspended).map_err(stored)?))
    }

    /// The session of such a state, by networks of `model_id`.
    pub(crate) fn from_plain(plain: &[u8], options: LivenessOptions, model_id: &str) -> Result<Self> {
        let none = || error(ErrorKind::Corrupt, "the bytes hold no session");
        let read = |e: postcard::Error| -> Error { none().with_source(e) };
        let Suspended { challenge, tracker, trace, track, reference, inspection, spoilt } =
            postcard::from_bytes(plain).map_err(read)?;
        let follow = options.tracker();
        let mut session = Self::new(Challenge::parse(&challenge)?, options)?;
        session.tracker = Tracker::resume(tracker, follow).ok_or_else(none)?;
        session.reference = session.reference.resume(reference).ok_or_else(none)?;
        session.inspection = Inspection::resume(inspection, model_id)?;
        (session.trace, session.track, session.spoilt) = (trace, track, spoilt);
        Ok(session)
    }
}
