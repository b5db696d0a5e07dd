//! The cameras of a demonstration: a simulated one before which the applicant, or an attack, is
//! put; and a recorded session.

use super::journey::{Camera, Dialogue, Seen};
use crate::simulate::{Recording, Scene, Species, Subject, simulate};
use crate::tools::command_line::{self, with_causes};
use rand_chacha::ChaCha20Rng;
use selfsame::binding::Binding;
use selfsame::capture::{CaptureOptions, CaptureSession, Hint};
use selfsame::compare::MatchEvidence;
use selfsame::document::{DocumentEvidence, DocumentPhoto};
use selfsame::engine::Engine;
use selfsame::enrol::Word;
use selfsame::error::{Error, Result, Stage};
use selfsame::image::{Limits, Photo};
use selfsame::liveness::{
    Challenge, ChallengeId, Issuer, LivenessEvidence, LivenessOptions, LivenessProgress, LivenessSession, Region,
    Segment, SessionManifest,
};
use selfsame::outcome::Outcome;
use selfsame::secret::Nonce;
use std::path::{Path, PathBuf};

/// How long the oval is shown at most before the flashes, in microseconds.
const OVAL_US: u64 = 3_000_000;

/// What all cameras of a demonstration share: the document, and what remained of the face check.
pub struct Desk {
    pub engine: Engine,
    pub document: DocumentPhoto,
    pub fmr: f64,
    pub issuer: Issuer,
    pub rng: ChaCha20Rng,
    /// Whose picture the comparison takes.
    reference: Option<Photo>,
}

impl Desk {
    pub fn new(engine: Engine, document: DocumentPhoto, fmr: f64, rng: ChaCha20Rng) -> Result<Self> {
        let issuer = Issuer::new(LivenessOptions::default().policy())?;
        Ok(Self { engine, document, fmr, issuer, rng, reference: None })
    }

    fn document(&self, binding: &Binding) -> Result<Seen<DocumentEvidence>> {
        match self.engine.document_evidence(binding, &self.document)? {
            Outcome::Found(evidence) => Ok(Ok(evidence)),
            Outcome::Refused(refusals) => refused(refusals),
        }
    }

    fn compare(&mut self, binding: &Binding) -> Result<Seen<MatchEvidence>> {
        let Some(reference) = self.reference.take() else { return words(["no_reference"]) };
        let (verification, evidence) = self.engine.verify_for(binding, &self.document, &reference, self.fmr)?;
        match evidence {
            Some(evidence) => Ok(Ok(evidence)),
            None => refused(verification.verdict.reasons()),
        }
    }

    /// Shows the frames to a session for `challenge`, and judges it when the challenge is over.
    fn judge(
        &mut self,
        challenge: Challenge,
        binding: &Binding,
        frames: impl Iterator<Item = Result<(Photo, u64)>>,
    ) -> Result<Seen<LivenessEvidence>> {
        let mut session =
            LivenessSession::new(challenge, LivenessOptions::default())?.with_secret_draws(&mut getrandom::SysRng)?;
        for frame in frames {
            let (photo, timestamp_us) = frame?;
            if let LivenessProgress::Hopeless(reasons) =
                self.engine.watch(&mut session, &photo.frame(), timestamp_us)?
            {
                return refused(reasons);
            }
        }
        let lifetime_s = binding.expires_at().saturating_sub(binding.issued_at());
        let finished = session.finish(binding.issued_at(), lifetime_s);
        self.reference = finished.reference.map(|kept| kept.photo);
        match finished.evidence {
            Some(evidence) => Ok(Ok(evidence)),
            None => words(finished.report.verdict.reasons()),
        }
    }
}

/// What the crate refused, as it is told the ceremony.
fn refused<E>(reasons: Vec<impl Into<Word>>) -> Result<Seen<E>> {
    Ok(Err(reasons.into_iter().map(Into::into).collect()))
}

fn words<E>(reasons: impl IntoIterator<Item = impl Into<String>>) -> Result<Seen<E>> {
    Ok(Err(reasons.into_iter().map(|reason| Word::new(reason.into())).collect::<Result<_>>()?))
}

/// A simulated phone: at each attempt somebody, or something, is put before it.
pub struct Simulated {
    pub desk: Desk,
    pub subject: Subject,
    /// Skin tone group of the applicant, 1 to 6.
    pub skin: u8,
    attempt: u64,
    waiting: Option<(Challenge, Scene)>,
}

impl Simulated {
    pub fn new(desk: Desk, applicant: &Photo, skin: u8) -> Result<Self> {
        let subject = Subject::new(&desk.engine, applicant).map_err(simulated)?;
        Ok(Self { desk, subject, skin, attempt: 0, waiting: None })
    }

    /// The oval: hints until the face stays in it.
    fn guided(&self, scene: &Scene, dialogue: &mut dyn Dialogue) -> Result<()> {
        let grey = Segment { start_us: 0, duration_us: OVAL_US, color: [128; 3], region: Region::Full };
        let recording = simulate(&self.subject, None, &[grey], scene).map_err(simulated)?;
        let mut session = CaptureSession::new(CaptureOptions::default())?;
        let mut last = None;
        for frame in frames(&recording) {
            let (photo, timestamp_us) = frame?;
            let hint = self.desk.engine.guide(&mut session, &photo.frame(), timestamp_us)?.hint;
            if last.replace(hint) != Some(hint) {
                dialogue.tell(&format!("  Oval: {}.", hint.as_str().replace('_', " ")));
            }
            if hint == Hint::Ready {
                break;
            }
        }
        Ok(())
    }
}

/// A fault of the simulated camera, as one of the capture that it stands for.
fn simulated(error: crate::error::Error) -> Error {
    Error::new(error.kind(), Stage::Capture, error.to_string()).with_source(error)
}

fn frames(recording: &Recording) -> impl Iterator<Item = Result<(Photo, u64)>> {
    recording.frames().map(|frame| frame.map(|frame| (frame.photo, frame.timestamp_us)).map_err(simulated))
}

impl Camera for Simulated {
    fn document(&mut self, binding: &Binding) -> Result<Seen<DocumentEvidence>> {
        self.desk.document(binding)
    }

    fn challenge(&mut self, nonce: &Nonce, dialogue: &mut dyn Dialogue) -> Result<Option<ChallengeId>> {
        let known: Vec<_> = Species::ALL.iter().filter(|s| **s != Species::FaceSwap).map(|s| s.as_str()).collect();
        dialogue.tell(&format!("  The camera is simulated. Before it can be: {}.", known.join(", ")));
        let species = loop {
            match dialogue.ask("camera", "What is before the camera?")?.parse() {
                Ok(species) if species != Species::FaceSwap => break species,
                _ => dialogue.tell("  That is not among them."),
            }
        };
        self.attempt += 1;
        let scene = Scene { species, skin: self.skin, seed: self.attempt, ..Scene::default() };
        self.guided(&scene, dialogue)?;
        let challenge = self.desk.issuer.issue_for(*nonce, &mut self.desk.rng, dialogue.now())?;
        let id = challenge.id();
        dialogue.tell(&format!(
            "  Flashes: {} colours in {:.1} s.",
            challenge.segments().len() - 2,
            1e-6 * challenge.total_us() as f64
        ));
        self.waiting = Some((challenge, scene));
        Ok(Some(id))
    }

    fn flashes(&mut self, binding: &Binding) -> Result<Seen<LivenessEvidence>> {
        let Some((challenge, scene)) = self.waiting.take() else { return words(["no_challenge"]) };
        let recording = simulate(&self.subject, None, challenge.segments(), &scene).map_err(simulated)?;
        self.desk.judge(challenge, binding, frames(&recording))
    }

    fn compare(&mut self, binding: &Binding) -> Result<Seen<MatchEvidence>> {
        self.desk.compare(binding)
    }
}

/// A session that was recorded before, for a challenge of its own: it belongs to another ceremony,
/// and is a failed face check in this one.
pub struct Recorded {
    pub desk: Desk,
    folder: PathBuf,
    manifest: SessionManifest,
}

impl Recorded {
    /// The session in `folder`, of whose `session.json` these are the bytes.
    pub fn new(desk: Desk, folder: &Path, manifest: &[u8]) -> Result<Self> {
        Ok(Self { desk, folder: folder.to_owned(), manifest: SessionManifest::parse(manifest)? })
    }
}

impl Camera for Recorded {
    fn document(&mut self, binding: &Binding) -> Result<Seen<DocumentEvidence>> {
        self.desk.document(binding)
    }

    fn challenge(&mut self, _: &Nonce, dialogue: &mut dyn Dialogue) -> Result<Option<ChallengeId>> {
        dialogue.tell(&format!("  A recorded session of {} frames is played.", self.manifest.frames.len()));
        Ok(Some(self.manifest.challenge.id()))
    }

    fn flashes(&mut self, binding: &Binding) -> Result<Seen<LivenessEvidence>> {
        if self.manifest.challenge.nonce() != binding.nonce() {
            return words(["recorded_for_another_ceremony"]);
        }
        let (folder, records) = (self.folder.clone(), self.manifest.frames.clone());
        let frames = records.into_iter().map(move |record| {
            let path = folder.join(&record.file);
            let photo = command_line::photo(&path, &Limits::default(), Stage::Enrol);
            Ok((photo.map_err(|e| Error::new(e.kind(), Stage::Enrol, with_causes(&e)))?, record.timestamp_us))
        });
        self.desk.judge(self.manifest.challenge.clone(), binding, frames)
    }

    fn compare(&mut self, binding: &Binding) -> Result<Seen<MatchEvidence>> {
        self.desk.compare(binding)
    }
}
