//! A camera's frames, one call each: guidance before the flashes ([`Engine::guide`]), and the
//! liveness session while they are shown ([`Engine::watch`]).

use super::builder::Engine;
use crate::capture::{CaptureSession, Guidance};
use crate::error::Result;
use crate::image::Frame;
use crate::liveness::approach::{ApproachProgress, ApproachSession};
use crate::liveness::{LivenessProgress, LivenessSession};
use crate::observer::StageObserver;

impl Engine {
    /// Looks at the next frame of `session`, taken at `timestamp_us`, and says what to tell the
    /// person: see [`Guidance`].
    ///
    /// `timestamp_us` is in microseconds on any monotonic clock. Frames are passed in the order in
    /// which they were taken; one session is one person before one camera.
    ///
    /// ```
    /// use selfsame::capture::CaptureOptions;
    /// use selfsame::{CaptureSession, Engine, Limits, Photo};
    ///
    /// let engine = Engine::new()?;
    /// let mut session = CaptureSession::new(CaptureOptions::default())?;
    /// let photo = std::fs::read("datasets/portraits/obama.jpg")?;
    /// let photo = Photo::decode(&photo, &Limits::default())?;
    /// let guidance = engine.guide(&mut session, &photo.frame(), 0)?;
    /// println!("{}", guidance.hint.as_str());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Tracker::track`](crate::capture::Tracker::track). The session stays usable.
    pub fn guide(&self, session: &mut CaptureSession, frame: &Frame<'_>, timestamp_us: u64) -> Result<Guidance> {
        self.guide_observed(session, frame, timestamp_us, &mut ())
    }

    /// [`Engine::guide`], telling `observer` when each stage begins and ends.
    ///
    /// # Errors
    /// Those of [`Engine::guide`].
    pub fn guide_observed(
        &self,
        session: &mut CaptureSession,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<Guidance> {
        session.frame_observed(&self.detector, &self.mesher, frame, timestamp_us, observer)
    }

    /// Shows the next frame to a liveness session, and says how far it is.
    ///
    /// `timestamp_us` is in microseconds from the challenge's first picture on the screen, on any
    /// monotonic clock of the client's. After [`LivenessProgress::Complete`] the session has its
    /// verdict: [`LivenessSession::finish`].
    ///
    /// # Errors
    /// Those of [`LivenessSession::frame`]. The session stays usable.
    pub fn watch(
        &self,
        session: &mut LivenessSession,
        frame: &Frame<'_>,
        timestamp_us: u64,
    ) -> Result<LivenessProgress> {
        self.watch_observed(session, frame, timestamp_us, &mut ())
    }

    /// [`Engine::watch`], telling `observer` when each stage begins and ends.
    ///
    /// # Errors
    /// Those of [`Engine::watch`].
    pub fn watch_observed(
        &self,
        session: &mut LivenessSession,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<LivenessProgress> {
        session.frame_observed(&self.detector, &self.mesher, &self.extractor, frame, timestamp_us, observer)
    }
    /// Shows the next frame to an approach, taken at `timestamp_us` on any monotonic clock, and
    /// says which oval to show and what to tell the person.
    ///
    /// # Errors
    /// Those of [`ApproachSession::frame`]. The session stays usable.
    pub fn watch_approach(
        &self,
        session: &mut ApproachSession,
        frame: &Frame<'_>,
        timestamp_us: u64,
    ) -> Result<ApproachProgress> {
        session.frame(&self.detector, &self.mesher, &self.extractor, frame, timestamp_us)
    }
}
