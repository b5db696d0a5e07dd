//! Flash challenges: what a client shows, and what it can tell of the answer while it is given.

use crate::engine::Networks;
use crate::frame::FrameLayout;
use crate::{Error, Result};
use selfsame::liveness::{Challenge, LivenessOptions, LivenessProgress, LivenessSession, Segment};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// One colour of a challenge. Between segments the screen is black.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flash {
    /// When it begins, in microseconds after the challenge's first picture on the screen.
    pub start_us: u64,
    /// For how long it is shown, in microseconds.
    pub duration_us: u64,
    /// Red, as an sRGB value.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
    /// Which part of the screen it lights: `full`, `top`, `bottom`, `left` or `right`.
    pub region: String,
}

impl From<&Segment> for Flash {
    fn from(segment: &Segment) -> Self {
        let Segment { start_us, duration_us, color: [red, green, blue], region } = *segment;
        Self { start_us, duration_us, red, green, blue, region: region.as_str().to_owned() }
    }
}

/// A challenge as the service issued it.
#[derive(Debug, Clone)]
pub struct FlashChallenge(Challenge);

impl FlashChallenge {
    /// Reads the service's JSON.
    ///
    /// # Errors
    /// `limit_exceeded`, `unsupported_version` and `corrupt`.
    pub fn parse(json: &[u8]) -> Result<Self> {
        Ok(Self(Challenge::parse(json)?))
    }

    /// The colours to show, in order.
    #[must_use]
    pub fn flashes(&self) -> Vec<Flash> {
        self.0.segments().iter().map(Flash::from).collect()
    }

    /// How long the challenge takes, in microseconds.
    #[must_use]
    pub fn total_us(&self) -> u64 {
        self.0.total_us()
    }

    /// What to show at a time; none where the screen is black.
    #[must_use]
    pub fn shown_at(&self, at_us: u64) -> Option<Flash> {
        self.0.shown_at(at_us).map(Flash::from)
    }
}

/// How a session goes, after each frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlashProgress {
    /// `recording`, `complete` or `hopeless`.
    pub progress: String,
    /// Why it can't succeed any more: begin again with a new challenge.
    pub reasons: Vec<String>,
}

/// What a session showed, judged by the frames that it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FlashReport {
    /// `live`, `attack` or `inconclusive`.
    pub verdict: String,
    /// Why, as words; for reviewers.
    pub reasons: Vec<String>,
    /// What the person may be told to do, as words.
    pub advice: Vec<String>,
    /// All that it was judged by, as JSON.
    pub cues_json: String,
}

/// The answer to one challenge, watched while it is given. What a client sees for itself saves
/// hopeless attempts; what counts is the service's own judgement of the frames.
pub struct FlashSession {
    networks: Arc<Networks>,
    session: Mutex<LivenessSession>,
}

impl FlashSession {
    pub(crate) fn new(networks: Arc<Networks>, challenge: &FlashChallenge) -> Result<Self> {
        networks.whole()?;
        let session = LivenessSession::new(challenge.0.clone(), LivenessOptions::default())?;
        Ok(Self { networks, session: Mutex::new(session) })
    }

    /// Looks at the next frame, taken at `timestamp_us` microseconds after the challenge's first
    /// picture was on the screen.
    ///
    /// # Errors
    /// `invalid_argument` if frames are not in order, or their times no microseconds;
    /// `limit_exceeded` after 2,000 frames.
    pub fn frame(&self, data: &[u8], layout: &FrameLayout, timestamp_us: u64) -> Result<FlashProgress> {
        let frame = layout.frame(data)?;
        let engine = self.networks.whole()?;
        // A session is whole between frames, whatever became of another thread's call.
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let (progress, reasons) = match engine.watch(&mut session, &frame, timestamp_us)? {
            LivenessProgress::Recording => ("recording", Vec::new()),
            LivenessProgress::Complete => ("complete", Vec::new()),
            LivenessProgress::Hopeless(reasons) => ("hopeless", reasons),
            other => return Err(Error::new("unsupported_version", "liveness", format!("unknown progress {other:?}"))),
        };
        let reasons = reasons.iter().map(|reason| reason.as_str().to_owned()).collect();
        Ok(FlashProgress { progress: progress.to_owned(), reasons })
    }

    /// Says when the screen showed the first picture of a flash, on the clock of the frames.
    ///
    /// # Errors
    /// `invalid_argument` if there is no such flash.
    pub fn shown(&self, flash: u32, shown_us: u64) -> Result<()> {
        // As in `frame`.
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(session.shown(flash as usize, shown_us)?)
    }

    /// The verdict on the frames so far.
    ///
    /// # Errors
    /// None in practice; writing JSON reserves them.
    pub fn report(&self) -> Result<FlashReport> {
        // As in `frame`.
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        let report = session.report();
        let written = serde_json::to_string(&report.cues);
        let cues_json = written.map_err(|error| Error::new("backend", "liveness", error.to_string()))?;
        Ok(FlashReport {
            verdict: report.verdict.as_str().to_owned(),
            reasons: report.verdict.reasons().into_iter().map(str::to_owned).collect(),
            advice: report.verdict.advice().iter().map(|advice| advice.as_str().to_owned()).collect(),
            cues_json,
        })
    }
}
