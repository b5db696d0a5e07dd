//! [`LivenessSession`]: the frames of a camera as they come, a verdict after the last.

use super::analysis::{Chain, Cues, Path};
use super::challenge::{Challenge, Issuer, Source};
use super::evidence::LivenessEvidence;
use super::fault::error;
use super::inspection::Inspection;
use super::options::LivenessOptions;
use super::response::Trace;
use super::verdict::{InconclusiveReason, LivenessLimits, LivenessVerdict, MAX_TRACK_CHANGES};
use crate::binding::Binding;
use crate::capture::{BestFrames, KeptFrame, TrackId, TrackedFace, Tracker};
use crate::detect::Detector;
use crate::error::{ErrorKind, Result, Stage};
use crate::image::Frame;
use crate::mesh::FaceMesher;
use crate::observer::{Side, StageObserver, observed};
use crate::quality;
use crate::template::{ExtractOptions, TemplateExtractor};
use rand_core::TryCryptoRng;
use serde::Serialize;

/// Frames that are kept at most: at 60 a second half a minute.
pub(super) const MAX_SAMPLES: usize = 2_000;
/// A session can't succeed once this many frames more than a tenth of those so far are spoilt.
/// Chosen by hand: a quarter of a second at 30 frames a second.
const PATIENCE: usize = 8;
/// A face of which a larger share is blown out spoils its frame. Chosen by hand.
const BLOWN_OUT: f32 = 0.5;
/// After so many frames a rate is told from a burst.
const RATED: usize = 8;
/// Frames that are closer together were not timed in microseconds.
const LEAST_STEP_US: u64 = 2_000;

/// One answer to one challenge: frames in, a verdict out. See
/// [`Engine::watch`](crate::engine::Engine::watch), which runs the networks.
///
/// A session keeps some hundred numbers of every frame, and the best frame before the flashes as a
/// picture of 512 pixels a side at most, whatever the frames' size. It holds no lock and reads no
/// clock; the times of frames are the caller's.
pub struct LivenessSession {
    pub(super) challenge: Challenge,
    /// All challenges that this one is counted against.
    chain: Chain,
    /// This challenge among them.
    path: Path,
    limits: LivenessLimits,
    pub(super) tracker: Tracker,
    pub(super) trace: Trace,
    /// The latest track, and its number, counted from 0.
    pub(super) track: Option<(TrackId, u32)>,
    /// The best frame before the flashes.
    pub(super) reference: BestFrames,
    /// Which frames are compared with it.
    pub(super) inspection: Inspection,
    /// Frames with several faces, and with a blown-out one.
    pub(super) spoilt: [usize; 2],
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
        options.limits().check()?;
        let chain = Chain::new(&Issuer::new(options.policy())?);
        let path = chain.path(&challenge).ok_or_else(|| {
            error(ErrorKind::InvalidArgument, "the policy could not have drawn this challenge: it would prove nothing")
        })?;
        let inspection = Inspection::open(challenge.nonce().as_bytes());
        Ok(Self {
            challenge,
            chain,
            path,
            limits: options.limits(),
            tracker: Tracker::new(options.tracker()),
            trace: Trace::new(),
            track: None,
            reference: BestFrames::new(1).with_focal_length(options.focal_length()),
            inspection,
            spoilt: [0; 2],
        })
    }

    /// The session with frames to compare drawn from the verifier's own randomness, which the
    /// client cannot foresee: do so before the first frame.
    ///
    /// Without it the draws follow from the challenge's nonce and the frames themselves. Whoever
    /// knows both can search for a recording whose other frames are looked at.
    ///
    /// ```
    /// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
    /// use selfsame::liveness::{Challenge, ChallengePolicy, LivenessOptions, LivenessSession};
    /// # let mut rng = ChaCha20Rng::from_seed([7; 32]);
    /// let challenge = Challenge::issue(&mut rng, &ChallengePolicy::default(), 1_790_000_000)?;
    /// let session = LivenessSession::new(challenge, LivenessOptions::default())?;
    /// let session = session.with_secret_draws(&mut rng)?;
    /// assert_eq!(session.trace().frames(), 0);
    /// # Ok::<(), selfsame::error::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Randomness`] if the generator fails, or gives the same 16 bytes twice in a row.
    pub fn with_secret_draws<R: TryCryptoRng + ?Sized>(mut self, rng: &mut R) -> Result<Self> {
        self.inspection = Inspection::secret(Source::new(rng).two_blocks()?);
        Ok(self)
    }

    /// Looks at the next frame, taken at `timestamp_us` after the challenge's first picture was on
    /// the screen.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] after 2,000 frames; [`ErrorKind::InvalidArgument`] if frames
    /// follow each other within 2 ms, as milliseconds do that are taken for microseconds; the
    /// errors of [`Tracker::track`] and of the template network.
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
        self.check_unit(timestamp_us)?;
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
                let last = timestamp_us >= self.challenge.total_us();
                if self.inspection.is_due(other_track, last, timestamp_us) {
                    observed(observer, Side::Selfie, Stage::Template, || {
                        self.compare(extractor, frame, face, timestamp_us, last)
                    })?;
                }
                // The reference is settled with the first colour: compared before anything answers.
                if timestamp_us >= self.first_edge_us() && !self.inspection.is_settled {
                    observed(observer, Side::Selfie, Stage::Template, || self.settle(extractor))?;
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

    /// Refuses timestamps that cannot be microseconds.
    fn check_unit(&self, timestamp_us: u64) -> Result<()> {
        let (frames, first) = (self.trace.frames(), self.trace.timestamps_us.first());
        // Before the first frame no time has passed.
        let span = first.map_or(0, |first| timestamp_us.saturating_sub(*first));
        if frames >= RATED && span < LEAST_STEP_US * frames as u64 {
            let message = format!("{frames} frames within {span} µs: timestamps are in microseconds");
            return Err(error(ErrorKind::InvalidArgument, message));
        }
        Ok(())
    }

    /// Takes the template of the reference, which frames are compared with.
    fn settle(&mut self, extractor: &TemplateExtractor) -> Result<()> {
        let Some(kept) = self.reference.frames().first() else { return Ok(()) };
        let template =
            extractor.extract(&kept.photo.frame(), &kept.mesh, &ExtractOptions::default().with_flip(false))?;
        self.inspection.settle(template, &mut self.trace.identity)
    }

    /// Compares the face with the reference.
    fn compare(
        &mut self,
        extractor: &TemplateExtractor,
        frame: &Frame<'_>,
        face: &TrackedFace,
        timestamp_us: u64,
        last: bool,
    ) -> Result<()> {
        // One view is enough to tell people apart, and half the work.
        let template = extractor.extract(frame, &face.mesh, &ExtractOptions::default().with_flip(false))?;
        // The frame was measured just before.
        let fingerprint = self.trace.samples.last().map_or(0, |sample| sample.fingerprint);
        self.inspection.add(template, timestamp_us, last, fingerprint, &mut self.trace.identity)
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
                let capture = reference.photo.digest();
                let evidence =
                    LivenessEvidence::new(binding, self.challenge.id(), capture, sequence.bits, &self.limits);
                Some(evidence.recorded(report.cues.arrival.is_some(), self.inspection.is_secret))
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
