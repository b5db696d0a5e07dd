//! [`ApproachSession`]: a camera's frames while a face fills a small oval, follows it and fills a
//! large one.

use super::challenge::{ApproachChallenge, ApproachPolicy};
use super::cues::{ApproachCues, PaceCue};
use super::evidence::ApproachEvidence;
use super::glimpse::Glimpse;
use super::limits::ApproachLimits;
use super::measure::{Measured, measure};
use super::pace::Size;
use crate::binding::Binding;
use crate::capture::{
    BestFrames, Guidance, Guide, GuideOptions, KeptFrame, Measurements, Oval, TYPICAL_FOCAL_LENGTH, TrackId,
    TrackedFace, Tracker, TrackerOptions,
};
use crate::compare::score;
use crate::detect::Detector;
use crate::error::{ErrorKind, Result, Stage};
use crate::image::Frame;
use crate::liveness::fault::error;
use crate::liveness::verdict::{InconclusiveReason, LivenessVerdict};
use crate::mesh::FaceMesher;
use crate::observer::{Side, StageObserver, observed};
use crate::settings::settings;
use crate::template::{ExtractOptions, Template, TemplateExtractor};
use serde::Serialize;

/// Frames that a session takes at most: at 60 a second over half a minute.
const MAX_FRAMES: usize = 2_400;
/// Glimpses that are kept of each hold, and the least time between them, in microseconds.
const KEPT: usize = 4;
const APART_US: u64 = 90_000;
/// On the way a glimpse is kept whenever the face has grown by this factor, and so many at most.
const GROWTH: f32 = 1.12;
const MAX_WAY: usize = 12;
/// How long the last oval is to be filled, in microseconds.
const LAST_HOLD_US: u64 = 600_000;
/// Most that a moving face may move, in its widths a second: it is asked to.
const MOVING: f32 = 10.0;

settings! {
    /// How an approach is recorded and judged.
    ///
    /// ```
    /// use selfsame::liveness::approach::{ApproachLimits, ApproachOptions};
    /// let limits = ApproachLimits::default().with_sheet_share(0.35)?;
    /// let options = ApproachOptions::default().with_limits(limits);
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct ApproachOptions in Stage::Liveness {
        /// What the challenges were drawn by.
        policy, with_policy: ApproachPolicy = ApproachPolicy::default();
        /// From where on cues speak for a live face, and for an attack.
        limits, with_limits: ApproachLimits = ApproachLimits::default();
        /// How the face is followed.
        tracker, with_tracker: TrackerOptions = TrackerOptions::default();
        /// What is good enough, and how hints change; how long ovals are to be filled is the
        /// challenge's.
        guide, with_guide: GuideOptions = GuideOptions::default();
        /// The camera's focal length over its frames' longer side, if it is known: 0.5 over the
        /// tangent of half the angle of view along that side. Otherwise 0.9 is taken.
        focal_length, with_focal_length: Option<f32> = None;
    }
}

/// How far an approach is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ApproachPhase {
    /// The first oval is to be filled, and held.
    Start,
    /// The oval grows: come closer with it.
    Moving,
    /// The last oval is to be filled, and held.
    Target,
    /// Everything was answered: judge the session.
    Complete,
}

/// What to show the person now.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct ApproachProgress {
    /// How far the approach is.
    pub phase: ApproachPhase,
    /// The oval to show, in pixels of the upright frame.
    pub oval: Oval,
    /// The hint to show; after [`Guidance::timed_out`] begin again with a new challenge.
    pub guidance: Guidance,
}

/// An approach's outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct ApproachReport {
    /// What the session showed. As JSON, its fields stand beside `cues`.
    #[serde(flatten)]
    pub verdict: LivenessVerdict,
    /// Everything that the session was judged by.
    pub cues: ApproachCues,
}

/// What remains of an approach that has [finished](ApproachSession::finish).
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub struct ApproachFinished {
    /// Verdict and cues.
    pub report: ApproachReport,
    /// A frame of the last hold, the picture to compare with the document; `None` if there was
    /// none.
    pub reference: Option<KeptFrame>,
    /// Evidence that a head came nearer as asked; `None` unless the verdict is live.
    pub evidence: Option<ApproachEvidence>,
}

/// One answer to one [`ApproachChallenge`]: frames in, an oval and hints out, a verdict after the
/// last. See [`Engine::watch_approach`](crate::engine::Engine::watch_approach), which runs the
/// networks.
///
/// A session keeps some twenty grey crops of 240 × 300 pixels, and one picture of 512 at most.
/// Everything that it says follows from its frames and their times: a verifier that is shown the
/// same frames draws the same ovals.
pub struct ApproachSession {
    challenge: ApproachChallenge,
    options: ApproachOptions,
    tracker: Tracker,
    guide: Guide,
    phase: ApproachPhase,
    frames: usize,
    /// When the oval began to grow.
    moving_since_us: Option<u64>,
    sizes: Vec<Size>,
    far: Vec<Glimpse>,
    way: Vec<Glimpse>,
    near: Vec<Glimpse>,
    track: Option<TrackId>,
    track_changes: u32,
    /// The focal length in pixels, of the last frame.
    focal_px: f32,
    reference: BestFrames,
    first: Option<Template>,
    identity: Option<f32>,
}

impl std::fmt::Debug for ApproachSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApproachSession").field("phase", &self.phase).finish_non_exhaustive()
    }
}

impl ApproachSession {
    /// A session for `challenge`, as the verifier kept it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the guide's options can't be met.
    pub fn new(challenge: ApproachChallenge, options: ApproachOptions) -> Result<Self> {
        let guide = Guide::new(options.guide().with_still_us(challenge.hold_us())?);
        Ok(Self {
            challenge,
            options,
            tracker: Tracker::new(options.tracker()),
            guide,
            phase: ApproachPhase::Start,
            frames: 0,
            moving_since_us: None,
            sizes: Vec::new(),
            far: Vec::new(),
            way: Vec::new(),
            near: Vec::new(),
            track: None,
            track_changes: 0,
            focal_px: 0.0,
            reference: BestFrames::new(1).with_focal_length(options.focal_length()),
            first: None,
            identity: None,
        })
    }

    /// Looks at the next frame, taken at `timestamp_us` (any monotonic clock), and says which oval
    /// to show and what to tell the person.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] after 2,400 frames; the errors of [`Tracker::track`] and of the
    /// template network. The session stays usable.
    pub fn frame(
        &mut self,
        detector: &Detector,
        mesher: &FaceMesher,
        extractor: &TemplateExtractor,
        frame: &Frame<'_>,
        timestamp_us: u64,
    ) -> Result<ApproachProgress> {
        self.frame_observed(detector, mesher, extractor, frame, timestamp_us, &mut ())
    }

    /// [`ApproachSession::frame`], telling `observer` when each stage begins and ends.
    ///
    /// # Errors
    /// Those of [`ApproachSession::frame`].
    pub fn frame_observed(
        &mut self,
        detector: &Detector,
        mesher: &FaceMesher,
        extractor: &TemplateExtractor,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<ApproachProgress> {
        // A client that sends frames for ever must not fill the memory.
        if self.frames >= MAX_FRAMES {
            return Err(error(ErrorKind::LimitExceeded, format!("a session has {MAX_FRAMES} frames at most")));
        }
        self.frames += 1;
        let seen = self.tracker.track_observed(detector, mesher, frame, timestamp_us, observer)?;
        let oval = self.oval(frame, timestamp_us);
        let measurements = observed(observer, Side::Selfie, Stage::Quality, || Measurements::of(&seen, frame, &oval))?;
        let guidance = self.guide.update(&measurements);
        self.focal_px =
            self.options.focal_length().unwrap_or(TYPICAL_FOCAL_LENGTH) * frame.width().max(frame.height()) as f32;
        if let (Some(face), Some(measured)) = (&seen.face, measurements.face) {
            if let Some(since_us) = self.moving_since_us {
                let share = measured.size * self.shown(timestamp_us).width;
                self.sizes.push((timestamp_us.saturating_sub(since_us), share));
            }
            let good = guidance.urge.is_good();
            observed(observer, Side::Selfie, Stage::Liveness, || self.keep(frame, face, good, timestamp_us))?;
            if good && matches!(self.phase, ApproachPhase::Target) {
                self.reference.offer(frame, face, measured.quality, timestamp_us)?;
            }
        }
        if guidance.urge == crate::capture::Hint::Ready {
            if let Some(face) = &seen.face {
                observed(observer, Side::Selfie, Stage::Template, || self.identify(extractor, frame, face))?;
            }
            self.held(timestamp_us)?;
        } else if self.phase == ApproachPhase::Moving && self.moved_us(timestamp_us) >= self.challenge.travel_us() {
            self.phase = ApproachPhase::Target;
            self.guide = Guide::new(self.options.guide().with_still_us(LAST_HOLD_US)?);
        }
        Ok(ApproachProgress { phase: self.phase, oval: self.oval(frame, timestamp_us), guidance })
    }

    /// A hold has ended: the oval begins to grow, or all is done.
    fn held(&mut self, timestamp_us: u64) -> Result<()> {
        match self.phase {
            ApproachPhase::Start => {
                self.phase = ApproachPhase::Moving;
                self.moving_since_us = Some(timestamp_us);
                // While the oval grows nobody can hold still.
                let limits = self.options.guide().limits().with_speed(MOVING)?;
                self.guide = Guide::new(self.options.guide().with_limits(limits).with_still_us(60_000_000)?);
            }
            ApproachPhase::Target => self.phase = ApproachPhase::Complete,
            ApproachPhase::Moving | ApproachPhase::Complete => {}
        }
        Ok(())
    }

    /// Keeps a glimpse of the frame, where one is due.
    fn keep(&mut self, frame: &Frame<'_>, face: &TrackedFace, good: bool, timestamp_us: u64) -> Result<()> {
        if self.track.replace(face.track).is_some_and(|track| track != face.track) {
            // Before the oval grows nothing is lost: the hold begins anew.
            if self.phase == ApproachPhase::Start { self.far.clear() } else { self.track_changes += 1 }
        }
        let far_enough =
            |kept: &[Glimpse]| kept.last().is_none_or(|g| timestamp_us.saturating_sub(g.timestamp_us) >= APART_US);
        let due = match self.phase {
            ApproachPhase::Start => good && far_enough(&self.far),
            ApproachPhase::Target => good && far_enough(&self.near),
            ApproachPhase::Moving => {
                let last = self.way.last().or(self.far.last()).map(|glimpse| glimpse.px_per_cm);
                let size = face.mesh.pose().map(|pose| pose.px_per_cm);
                self.way.len() < MAX_WAY && last.zip(size).is_some_and(|(last, size)| size >= GROWTH * last)
            }
            ApproachPhase::Complete => false,
        };
        if !due {
            return Ok(());
        }
        let Some(glimpse) = Glimpse::new(frame, &face.mesh, timestamp_us)? else { return Ok(()) };
        let kept = match self.phase {
            ApproachPhase::Start => &mut self.far,
            ApproachPhase::Moving => &mut self.way,
            ApproachPhase::Target | ApproachPhase::Complete => &mut self.near,
        };
        kept.push(glimpse);
        if self.phase != ApproachPhase::Moving && kept.len() > KEPT {
            kept.remove(0);
        }
        Ok(())
    }

    /// Compares the face at the end of the last hold with that at the end of the first.
    fn identify(&mut self, extractor: &TemplateExtractor, frame: &Frame<'_>, face: &TrackedFace) -> Result<()> {
        if !matches!(self.phase, ApproachPhase::Start | ApproachPhase::Target) {
            return Ok(());
        }
        let template = extractor.extract(frame, &face.mesh, &ExtractOptions::default().with_flip(false))?;
        match &self.first {
            Some(first) => self.identity = Some(score(first, &template)?.value()),
            None => self.first = Some(template),
        }
        Ok(())
    }

    fn moved_us(&self, timestamp_us: u64) -> u64 {
        // Before the oval grows it has not.
        self.moving_since_us.map_or(0, |since| timestamp_us.saturating_sub(since))
    }

    fn shown(&self, timestamp_us: u64) -> super::ApproachOval {
        self.challenge.oval_at(self.moved_us(timestamp_us))
    }

    /// The oval to show at a time, in pixels of a frame of this size.
    #[must_use]
    pub fn oval(&self, frame: &Frame<'_>, timestamp_us: u64) -> Oval {
        self.shown(timestamp_us).in_frame(frame.width(), frame.height())
    }

    /// The challenge that this session is to answer.
    #[must_use]
    pub const fn challenge(&self) -> &ApproachChallenge {
        &self.challenge
    }

    /// The verdict on the frames so far. No network runs; it takes some ten milliseconds.
    pub fn report(&self) -> ApproachReport {
        let Measured { inner, head, sheet, beside, beside_stuck } =
            measure(&self.far, &self.way, &self.near, self.focal_px).unwrap_or(Measured::NOTHING);
        let cues = ApproachCues {
            completed: self.phase == ApproachPhase::Complete,
            track_changes: self.track_changes,
            growth: self.far.last().zip(self.near.last()).map(|(far, near)| f64::from(near.px_per_cm / far.px_per_cm)),
            pace: PaceCue::new(&self.sizes, &self.challenge),
            inner,
            head,
            sheet,
            beside,
            beside_stuck,
            identity: self.identity,
        };
        ApproachReport { verdict: self.options.limits().judge(&cues), cues }
    }

    /// Ends the session: its report, its reference, and the evidence if it is live.
    ///
    /// Evidence belongs to the attempt of the challenge's nonce, and counts for `lifetime_s`
    /// seconds from `now` (Unix seconds) on. If the challenge has expired at `now`, or is issued
    /// later, nothing can be told.
    pub fn finish(self, now: u64, lifetime_s: u64) -> ApproachFinished {
        let mut report = self.report();
        if !self.challenge.is_valid_at(now) {
            report.verdict = LivenessVerdict::inconclusive(vec![InconclusiveReason::Expired]);
        }
        let reference = self.reference.into_best();
        let bits = report.cues.shape_bits();
        let evidence = match (&report.verdict, &reference, bits) {
            (LivenessVerdict::Live, Some(reference), Some(bits)) => {
                let binding = Binding::new(*self.challenge.nonce(), now, lifetime_s);
                let bits = [self.options.policy().entropy_bits(), bits];
                Some(ApproachEvidence::new(binding, self.challenge.id(), reference.photo.digest(), bits))
            }
            _ => None,
        };
        ApproachFinished { report, reference, evidence }
    }
}
