//! [`RecordedSession`]: what became of one session that real cameras recorded.

use super::label::{LABEL_FILE, MAX_LABEL_BYTES, SessionLabel};
use crate::error::{Error, ErrorKind, OfFile, Result, Stage};
use crate::evaluate::pad::SessionOutcome;
use crate::tools::command_line;
use rand_core::TryCryptoRng;
use selfsame::document::DocumentPhoto;
use selfsame::engine::{Engine, Verdict};
use selfsame::image::Limits;
use selfsame::liveness::{LivenessOptions, LivenessSession, MAX_SESSION_BYTES, SessionManifest};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// One session: its label, and the crate's answer. No picture, no template and no name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedSession {
    /// The name of its folder.
    pub folder: String,
    /// What was presented.
    pub label: SessionLabel,
    /// The verdict.
    pub outcome: SessionOutcome,
    /// The words of the verdict's reasons.
    pub reasons: Vec<String>,
    /// Frames that were seen.
    pub frames: usize,
    /// Frames that show a face.
    pub with_face: usize,
    /// Bits of evidence for the challenge; `None` if nothing could be measured.
    pub bits: Option<f64>,
    /// Whether the session's picture matches the subject's document at the false match rate asked
    /// for; `None` without a document.
    pub matched: Option<bool>,
}

impl RecordedSession {
    /// Shows the frames in `folder` to a session of its challenge, and compares with its document
    /// at `fmr` if there is one.
    ///
    /// The challenge is the one that the folder has: whether it was the one that was issued is not
    /// judged here, nor when frames arrived.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] for a file that can't be read; [`ErrorKind::Corrupt`] and others of
    /// [`SessionLabel::parse`], [`SessionManifest::parse`] and [`replay`], which name the file.
    pub fn judge(
        engine: &Engine,
        folder: &Path,
        options: &LivenessOptions,
        fmr: f64,
        rng: &mut impl TryCryptoRng,
    ) -> Result<Self> {
        let limits = Limits::default();
        let read = |at: &Path, limits: &Limits| command_line::read(at, limits, Stage::Evaluate);
        let at = folder.join(LABEL_FILE);
        let label = SessionLabel::parse(&read(&at, &limits.clone().with_max_bytes(MAX_LABEL_BYTES)?)?).of_file(&at)?;
        let at = folder.join(SESSION_FILE);
        let manifest = read(&at, &limits.clone().with_max_bytes(MAX_SESSION_BYTES)?)?;
        let manifest = SessionManifest::parse(&manifest).of_file(&at)?;
        let session = LivenessSession::new(manifest.challenge.clone(), options.clone()).of_file(&at)?;
        let mut session = session.with_secret_draws(rng)?;
        replay(engine, &mut session, folder, &manifest)?;
        let matched = match (&label.document, session.reference()) {
            (None, _) => None,
            (Some(_), None) => Some(false),
            (Some(name), Some(reference)) => {
                let at = folder.join(name);
                let document = DocumentPhoto::from_bytes(&read(&at, &limits)?, &limits);
                let verification = engine.verify(&document.of_file(&at)?, &reference.photo, fmr)?;
                Some(matches!(verification.verdict, Verdict::Match(_)))
            }
        };
        let report = session.report();
        Ok(Self {
            folder: name_of(folder),
            label,
            outcome: (&report.verdict).into(),
            reasons: report.verdict.reasons().into_iter().map(str::to_owned).collect(),
            frames: report.cues.recording.frames,
            with_face: report.cues.recording.with_face,
            bits: report.cues.sequence.map(|s| s.bits).filter(|bits| bits.is_finite()),
            matched,
        })
    }
}

/// Shows the recorded frames in `folder` to a session, with what was on the screen when.
///
/// # Errors
/// Those of [`LivenessSession::shown`], of files that can't be read or decoded, and of the
/// networks; they name the file.
pub fn replay(engine: &Engine, session: &mut LivenessSession, folder: &Path, manifest: &SessionManifest) -> Result<()> {
    for shown in &manifest.display {
        session.shown(shown.segment, shown.shown_us).of_file(&folder.join(SESSION_FILE))?;
    }
    for frame in &manifest.frames {
        let path = folder.join(&frame.file);
        let photo = command_line::photo(&path, &Limits::default(), selfsame::error::Stage::Decode)?;
        // The recording is over: there is no one to tell that it can't succeed.
        let _ = engine.watch(session, &photo.frame(), frame.timestamp_us).of_file(&path)?;
    }
    Ok(())
}

/// A folder's own name, by which a report knows it.
pub fn name_of(folder: &Path) -> String {
    // A path such as `..` has no last part.
    folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned()
}

/// The file that makes a folder a session's.
const SESSION_FILE: &str = "session.json";

/// The sessions in `folder`, in the order of their names: itself, or the folders in it that hold a
/// `session.json`.
///
/// # Errors
/// [`ErrorKind::Io`] if it can't be listed; [`ErrorKind::InvalidArgument`] if none is there.
pub fn recorded_sessions(folder: &Path) -> Result<Vec<PathBuf>> {
    let holds = |folder: &Path| folder.join(SESSION_FILE).is_file();
    if holds(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let unlisted =
        |e| Error::new(ErrorKind::Io, Stage::Evaluate, format!("cannot list {}", folder.display())).with_source(e);
    let entries =
        std::fs::read_dir(folder).map_err(unlisted)?.collect::<std::io::Result<Vec<_>>>().map_err(unlisted)?;
    let mut found: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).filter(|path| holds(path)).collect();
    found.sort();
    if found.is_empty() {
        let message = format!("no folder with a {SESSION_FILE} is in {}", folder.display());
        return Err(Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message));
    }
    Ok(found)
}
