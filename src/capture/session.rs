//! The paved road through a capture: tracker, measurements, guidance and the best frames behind one
//! call per frame.

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

/// How a capture is guided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaptureOptions {
    /// The oval to fill.
    pub oval: OvalSpec,
    /// How the face is followed.
    pub tracker: TrackerOptions,
    /// What is good enough, and how hints change.
    pub guide: GuideOptions,
    /// How many of the best frames are kept for the comparison.
    pub kept_frames: usize,
}

impl Default for CaptureOptions {
    /// A centred oval, three frames kept.
    fn default() -> Self {
        Self {
            oval: OvalSpec::default(),
            tracker: TrackerOptions::default(),
            guide: GuideOptions::default(),
            kept_frames: 3,
        }
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
    /// [`crate::error::ErrorKind::InvalidArgument`] if an option is out of range.
    pub fn new(options: CaptureOptions) -> Result<Self> {
        options.oval.check()?;
        Ok(Self {
            oval: options.oval,
            tracker: Tracker::new(options.tracker),
            guide: Guide::new(options.guide)?,
            best: BestFrames::new(options.kept_frames),
            observation: None,
        })
    }

    /// Guidance for the next frame, taken at `timestamp_us` (any monotonic clock). Frames in which
    /// nothing is wrong are offered to [`CaptureSession::best_frames`].
    ///
    /// # Errors
    /// As [`Tracker::track`].
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
    /// Those of [`CaptureSession::frame`].
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
        if let (Some(face), true) = (&observation.face, guidance.urge.is_good()) {
            self.best.offer(frame, face, measurements.face.map_or(f32::NAN, |f| f.quality), timestamp_us)?;
        }
        self.observation = Some(observation);
        Ok(guidance)
    }

    /// The oval to fill in such a frame.
    pub fn oval(&self, frame: &Frame<'_>) -> Oval {
        self.oval.in_frame(frame.width(), frame.height())
    }

    /// What the tracker saw in the last frame.
    pub fn observation(&self) -> Option<&Observation> {
        self.observation.as_ref()
    }

    /// The best frames so far, the best one first.
    pub fn best_frames(&self) -> &[KeptFrame] {
        self.best.frames()
    }
}
