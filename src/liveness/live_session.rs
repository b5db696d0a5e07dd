//! [`LivenessSession`]: the frames of a camera as they come, a verdict after the last.

use super::analysis::{Chain, Cues, Path};
use super::challenge::{Challenge, ChallengePolicy, Issuer};
use super::evidence::LivenessEvidence;
use super::fault::error;
use super::response::Trace;
use super::verdict::{InconclusiveReason, LivenessLimits, LivenessVerdict, MAX_TRACK_CHANGES};
use crate::binding::Binding;
use crate::capture::{BestFrames, KeptFrame, TrackId, TrackedFace, Tracker, TrackerOptions};
use crate::compare::score;
use crate::detect::Detector;
use crate::error::{ErrorKind, Result, Stage};
use crate::image::Frame;
use crate::mesh::FaceMesher;
use crate::observer::{Side, StageObserver, observed};
use crate::quality;
use crate::settings::settings;
use crate::template::{ExtractOptions, Template, TemplateExtractor};
use serde::Serialize;

/// Time between frames whose templates are compared, in microseconds: about one in each slot.
const COMPARE_US: u64 = 450_000;
/// Templates that are compared at most in one session, whatever its client sends: more than a
/// session of 5 s has at one in [`COMPARE_US`].
const MAX_COMPARED: usize = 16;
/// Frames that are kept at most: at 60 a second half a minute.
const MAX_SAMPLES: usize = 2_000;
/// A session can't succeed once this many frames more than a tenth of those so far are spoilt.
/// Chosen by hand: a quarter of a second at 30 frames a second.
const PATIENCE: usize = 8;
/// A face of which a larger share is blown out spoils its frame. Chosen by hand.
const BLOWN_OUT: f32 = 0.5;

settings! {
    /// How liveness sessions are recorded and judged.
    ///
    /// ```
    /// use selfsame::liveness::{ChallengePolicy, LivenessOptions};
    /// let policy = ChallengePolicy::default().with_regions(true);
    /// let options = LivenessOptions::default().with_policy(policy);
    /// assert!(options.policy().regions());
    /// ```
    #[derive(Debug, Clone, PartialEq)]
    pub struct LivenessOptions in crate::error::Stage::Liveness {
        @by_hand { policy: ChallengePolicy = ChallengePolicy::default(); }
        /// From where on cues speak for a live face, and for an attack.
        limits, with_limits: LivenessLimits = LivenessLimits::default();
        /// How the face is followed.
        tracker, with_tracker: TrackerOptions = TrackerOptions::default();
        /// The camera's focal length over its frames' longer side, if it is known: 0.5 over the
        /// tangent of half the angle of view along that side. The reference carries it
        /// ([`Photo::focal_length_px`](crate::image::Photo::focal_length_px)), so that a comparison
        /// knows from how near it was taken.
        focal_length, with_focal_length: Option<f32> = None;
    }
}

impl LivenessOptions {
    /// What the challenges were drawn by. Evidence is counted against all challenges that this
    /// policy could have drawn, so it must be the one that [issued](Issuer) the challenge.
    ///
    /// Default: `ChallengePolicy::default()`.
    #[must_use]
    pub const fn policy(&self) -> &ChallengePolicy {
        &self.policy
    }

    /// Returns these options with another [`Self::policy`].
    #[must_use]
    pub fn with_policy(mut self, policy: ChallengePolicy) -> Self {
        self.policy = policy;
        self
    }
}

/// One answer to one challenge: frames in, a verdict out. See
/// [`Engine::watch`](crate::engine::Engine::watch), which runs the networks.
///
/// A session keeps some hundred numbers of every frame, and the best frame before the flashes as a
/// picture of 512 pixels a side at most, whatever the frames' size. It holds no lock and reads no
/// clock; the times of frames are the caller's.
pub struct LivenessSession {
    challenge: Challenge,
    /// All challenges that this one is counted against.
    chain: Chain,
    /// This challenge among them.
    path: Path,
    limits: LivenessLimits,
    tracker: Tracker,
    trace: Trace,
    /// The latest track, and its number, counted from 0.
    track: Option<(TrackId, u32)>,
    /// The best frame before the flashes.
    reference: BestFrames,
    /// The template of the session's first face, which later ones are compared with.
    first: Option<Template>,
    /// When a template was last taken.
    compared_us: Option<u64>,
    /// Frames with several faces, and with a blown-out one.
    spoilt: [usize; 2],
}

impl std::fmt::Debug for LivenessSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LivenessSession").field("frames", &self.trace.frames()).finish_non_exhaustive()
    }
}

/// How a session goes, after each frame.
///
/// As JSON (`serde`): `{ "progress": "hopeless", "reasons": ["no_face"] }`, without reasons where
/// there are none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "progress", content = "reasons")]
#[non_exhaustive]
#[must_use]
pub enum LivenessProgress {
    /// More frames are needed.
    Recording,
    /// The challenge has been played and answered: judge the session.
    Complete,
    /// The session can't succeed any more, and why: begin again, with a new challenge.
    Hopeless(Vec<InconclusiveReason>),
}

/// A session's outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct LivenessReport {
    /// What the session showed. As JSON, its fields stand beside `cues`.
    #[serde(flatten)]
    pub verdict: LivenessVerdict,
    /// Everything that the session was judged by.
    pub cues: Cues,
}

impl LivenessSession {
    /// A session for `challenge`, as the verifier kept it.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if the policy can't be met, if it can't have drawn this
    /// challenge, or if limits are out of order.
    pub fn new(challenge: Challenge, options: LivenessOptions) -> Result<Self> {
        options.limits.check()?;
        let chain = Chain::new(&Issuer::new(&options.policy)?);
        let path = chain.path(&challenge).ok_or_else(|| {
            error(ErrorKind::InvalidArgument, "the policy could not have drawn this challenge: it would prove nothing")
        })?;
        Ok(Self {
            challenge,
            chain,
            path,
            limits: options.limits,
            tracker: Tracker::new(options.tracker),
            trace: Trace::new(),
            track: None,
            reference: BestFrames::new(1).with_focal_length(options.focal_length),
            first: None,
            compared_us: None,
            spoilt: [0; 2],
        })
    }

    /// Looks at the next frame, taken at `timestamp_us` after the challenge's first picture was on
    /// the screen.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] after 2,000 frames; the errors of [`Tracker::track`] and of
    /// the template network.
    pub fn frame(
        &mut self,
        detector: &Detector,
        mesher: &FaceMesher,
        extractor: &TemplateExtractor,
        frame: &Frame<'_>,
        timestamp_us: u64,
    ) -> Result<LivenessProgress> {
        self.frame_observed(detector, mesher, extractor, frame, timestamp_us, &mut ())
    }

    /// [`LivenessSession::frame`], telling `observer` when each stage begins and ends.
    ///
    /// # Errors
    /// The errors of [`LivenessSession::frame`].
    pub fn frame_observed(
        &mut self,
        detector: &Detector,
        mesher: &FaceMesher,
        extractor: &TemplateExtractor,
        frame: &Frame<'_>,
        timestamp_us: u64,
        observer: &mut dyn StageObserver,
    ) -> Result<LivenessProgress> {
        // A client that sends frames for ever must not fill the memory.
        if self.trace.frames() >= MAX_SAMPLES {
            return Err(error(ErrorKind::LimitExceeded, format!("a session has {MAX_SAMPLES} frames at most")));
        }
        let seen = self.tracker.track_observed(detector, mesher, frame, timestamp_us, observer)?;
        match &seen.face {
            Some(face) => {
                let before = self.track;
                let track = self.number(face.track);
                // Where the track changes, another person may have come: compared at once.
                let other_track = before.is_some() && before != self.track;
                observed(observer, Side::Selfie, Stage::Liveness, || {
                    self.trace.push(frame, &face.mesh, timestamp_us, track, seen.faces as u32)
                })?;
                let blown = self.trace.samples.last().is_some_and(|sample| sample.clipped > BLOWN_OUT);
                let [several, blown_out] = &mut self.spoilt;
                *several += usize::from(seen.faces > 1);
                *blown_out += usize::from(blown);
                // The picture for the comparison must not be lit by a flash.
                if timestamp_us < self.first_edge_us() {
                    let light =
                        observed(observer, Side::Selfie, Stage::Quality, || quality::essentials(frame, &face.mesh))?;
                    let score = quality::unified_of_essentials(&light, &face.mesh).native;
                    self.reference.offer(frame, face, score, timestamp_us)?;
                }
                if self.is_due(other_track, timestamp_us) {
                    observed(observer, Side::Selfie, Stage::Template, || {
                        self.compare(extractor, frame, face, timestamp_us)
                    })?;
                }
            }
            None => self.trace.miss(timestamp_us),
        }
        Ok(self.progress(timestamp_us))
    }

    /// When the first colour is shown, on the screen's clock: no frame before it shows a flash.
    fn first_edge_us(&self) -> u64 {
        // A challenge has segments; without any, no frame would come before the flashes.
        self.challenge.segments().first().map_or(0, |segment| segment.end_us())
    }

    /// The number of a track: they are numbered as they come, from 0.
    fn number(&mut self, track: TrackId) -> u32 {
        let number = match self.track {
            Some((last, number)) if last == track => number,
            Some((_, number)) => number + 1,
            None => 0,
        };
        self.track = Some((track, number));
        number
    }

    /// Whether the face is to be compared with the session's first one: from time to time, and when
    /// it could be another.
    fn is_due(&self, other_track: bool, timestamp_us: u64) -> bool {
        let due = other_track || self.compared_us.is_none_or(|last| timestamp_us.saturating_sub(last) >= COMPARE_US);
        due && self.trace.identity.len() < MAX_COMPARED
    }

    /// Compares the face with the session's first one.
    fn compare(
        &mut self,
        extractor: &TemplateExtractor,
        frame: &Frame<'_>,
        face: &TrackedFace,
        timestamp_us: u64,
    ) -> Result<()> {
        self.compared_us = Some(timestamp_us);
        // One view is enough to tell people apart, and half the work.
        let template = extractor.extract(frame, &face.mesh, &ExtractOptions::default().with_flip(false))?;
        match &self.first {
            Some(first) => self.trace.identity.push((timestamp_us, score(first, &template)?.value())),
            // A frame that does not tell who it is cannot stand for the session.
            None if !template.is_reliable() => {}
            None => self.first = Some(template),
        }
        Ok(())
    }

    /// Whether frames are still needed after one at `timestamp_us`, and whether there is hope.
    fn progress(&self, timestamp_us: u64) -> LivenessProgress {
        let (frames, faces) = (self.trace.frames(), self.trace.frames_with_face());
        let spoilt = |n: usize| n > frames / 10 + PATIENCE;
        let [several, blown] = self.spoilt;
        let reasons: Vec<InconclusiveReason> = [
            (spoilt(frames - faces), InconclusiveReason::NoFace),
            (spoilt(several), InconclusiveReason::SeveralFaces),
            (self.track.is_some_and(|(_, number)| number > MAX_TRACK_CHANGES), InconclusiveReason::FaceLost),
            (spoilt(blown), InconclusiveReason::TooBright),
        ]
        .into_iter()
        .filter_map(|(hopeless, reason)| hopeless.then_some(reason))
        .collect();
        if !reasons.is_empty() {
            return LivenessProgress::Hopeless(reasons);
        }
        if timestamp_us >= self.challenge.total_us() { LivenessProgress::Complete } else { LivenessProgress::Recording }
    }

    /// The challenge that this session is to answer.
    #[must_use]
    pub const fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// What the frames so far said.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// What the frames said, to keep: it can be [judged](Self::judge) again.
    #[must_use]
    pub fn into_trace(self) -> Trace {
        self.trace
    }

    /// The best frame before the flashes: the picture to compare with the document, and the one
    /// whose [digest](crate::image::Photo::digest) the evidence carries.
    #[must_use]
    pub fn reference(&self) -> Option<&KeptFrame> {
        self.reference.frames().first()
    }

    /// The verdict on the frames so far. No network runs; it takes milliseconds.
    pub fn report(&self) -> LivenessReport {
        self.judge(&self.trace)
    }

    /// The verdict on a trace that was kept, of an answer to this session's challenge.
    pub fn judge(&self, trace: &Trace) -> LivenessReport {
        let cues = Cues::new(trace, &self.challenge, &self.chain, &self.path);
        LivenessReport { verdict: self.limits.judge(&cues), cues }
    }

    /// Ends the session: its report, its reference, and the evidence if it is live.
    ///
    /// Evidence belongs to the attempt of the challenge's nonce, and counts for `lifetime_s`
    /// seconds from `now` (Unix seconds) on. If the challenge has expired at `now`, or is
    /// issued later, nothing can be told.
    pub fn finish(self, now: u64, lifetime_s: u64) -> Finished {
        let mut report = self.report();
        // Whatever was seen: an answer that comes too late answers nothing.
        if !self.challenge.is_valid_at(now) {
            report.verdict = LivenessVerdict::inconclusive(vec![InconclusiveReason::Expired]);
        }
        let reference = self.reference.into_best();
        let evidence = match (&report.verdict, &report.cues.sequence, &reference) {
            (LivenessVerdict::Live, Some(sequence), Some(reference)) => {
                let binding = Binding::new(*self.challenge.nonce(), now, lifetime_s);
                Some(LivenessEvidence::new(binding, self.challenge.id(), reference.photo.digest(), sequence.bits))
            }
            _ => None,
        };
        Finished { report, reference, evidence }
    }
}

/// What remains of a session that has [finished](LivenessSession::finish).
#[derive(Debug)]
#[non_exhaustive]
#[must_use]
pub struct Finished {
    /// Verdict and cues.
    pub report: LivenessReport,
    /// The picture to compare with the document; `None` if no frame before the flashes was good
    /// enough.
    pub reference: Option<KeptFrame>,
    /// Evidence that a live face answered the challenge; `None` unless the verdict is live.
    pub evidence: Option<LivenessEvidence>,
}
