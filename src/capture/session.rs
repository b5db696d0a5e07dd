//! [`CaptureSession`]: tracker, measurements, guidance and the best frames behind one call per
//! frame.

use super::best::{BestFrames, KeptFrame};
use super::guide::{Guidance, Guide, GuideOptions};
use super::measure::Measurements;
use super::oval::{Oval, OvalSpec};
use super::tracker::{Observation, Tracker, TrackerOptions};
use crate::detect::Detector;
use crate::error::{Result, Stage};
use crate::image::Frame;
use crate::mesh::FaceMesher;
use crate::observer::{Side, StageObserver, observed};
use crate::settings::settings;

settings! {
    /// How a capture is guided.
    ///
    /// ```
    /// use selfsame::capture::{CaptureOptions, CaptureSession, OvalSpec};
    /// let oval = OvalSpec::Centered { width: 0.7 };
    /// let options = CaptureOptions::default().with_oval(oval).with_kept_frames(1)?;
    /// let session = CaptureSession::new(options)?;
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct CaptureOptions in Stage::Capture {
        /// The oval to fill.
        oval, with_oval: OvalSpec = OvalSpec::default();
        /// How the face is followed.
        tracker, with_tracker: TrackerOptions = TrackerOptions::default();
        /// What is good enough, and how hints change.
        guide, with_guide: GuideOptions = GuideOptions::default();
        /// How many of the best frames are kept for the comparison.
        kept_frames, with_kept_frames: usize = 3, in 0..=64;
        /// The camera's focal length over its frames' longer side, if it is known: 0.5 over the
        /// tangent of half the angle of view along that side. Kept pictures carry it
        /// ([`Photo::focal_length_px`](crate::image::Photo::focal_length_px)), so that a comparison
        /// knows from how near they were taken. If it is not, 0.9 is taken, as front cameras
        /// have it.
        focal_length, with_focal_length: Option<f32> = None;
    }
}

/// One person's capture: see [`crate::engine::Engine::guide`].
#[derive(Debug)]
pub struct CaptureSession {
    oval: OvalSpec,
    tracker: Tracker,
    guide: Guide,
    best: BestFrames,
    observation: Option<Observation>,
}

impl CaptureSession {
    /// A session that has seen nothing yet.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::error::ErrorKind::InvalidArgument) if the oval's
    /// shares are not within 0 to 1, or its size is 0.
    pub fn new(options: CaptureOptions) -> Result<Self> {
        options.oval().check()?;
        Ok(Self {
            oval: options.oval(),
            tracker: Tracker::new(options.tracker()),
            guide: Guide::new(options.guide()),
            best: BestFrames::new(options.kept_frames()).with_focal_length(options.focal_length()),
            observation: None,
        })
    }

    /// Guidance for the next frame, taken at `timestamp_us` (any monotonic clock). Frames in which
    /// nothing is wrong are offered to [`CaptureSession::best_frames`].
    ///
    /// # Errors
    /// The errors of [`Tracker::track`], and of the warp that the quality measures need.
    pub fn frame(
        &mut self,
        detector: &Detector,
        mesher: &FaceMesher,
        frame: &Frame<'_>,
        timestamp_us: u64,
    ) -> Result<Guidance> {
        self.frame_observed(detector, mesher, frame, timestamp_us, &mut ())
    }

    /// [`CaptureSession::frame`], telling `observer` when each stage begins and ends.
    ///
    /// # Errors
    /// The errors of [`CaptureSession::frame`].
    pub fn frame_observed(
        &mut self,
        detector: &Detector,
        mesher: &FaceMesher,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<Guidance> {
        let observation = self.tracker.track_observed(detector, mesher, frame, timestamp_us, observer)?;
        let measurements = observed(observer, Side::Selfie, Stage::Quality, || {
            Measurements::seen(&observation, frame, &self.oval(frame), self.tracker.view())
        })?;
        let guidance = self.guide.update(&measurements);
        // By the urge, not by what is shown: a hint stays for a while after its cause is gone.
        if let (Some(face), Some(measured), true) = (&observation.face, measurements.face, guidance.urge.is_good()) {
            self.best.offer(frame, face, measured.quality, timestamp_us)?;
        }
        self.observation = Some(observation);
        Ok(guidance)
    }

    /// The oval to fill in a frame of this size.
    #[must_use]
    pub fn oval(&self, frame: &Frame<'_>) -> Oval {
        self.oval.in_frame(frame.width(), frame.height())
    }

    /// What the tracker saw in the last frame; `None` before the first.
    #[must_use]
    pub fn observation(&self) -> Option<&Observation> {
        self.observation.as_ref()
    }

    /// The best frames so far, the best one first.
    #[must_use]
    pub fn best_frames(&self) -> &[KeptFrame] {
        self.best.frames()
    }
}
