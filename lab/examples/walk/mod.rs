//! Identity proofing from the form to the comparison, with the engine's evidence, before a
//! simulated camera: what a server does between the requests of an applicant's client.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use selfsame::binding::Binding;
use selfsame::digest::Digest;
use selfsame::enrol::{
    AfterFace, Application, Awaiting, Context, DocumentHolder, DocumentKey, Form, Identity, NameKey, Proofed, Step,
};
use selfsame::liveness::{Issuer, LivenessOptions, LivenessSession};
use selfsame::{DocumentPhoto, Engine, Limits, Photo};
use selfsame_lab::simulate::{Scene, Species, Subject, simulate};

/// Any error, told as a sentence.
pub type Failure = Box<dyn std::error::Error>;

/// How long evidence counts, in seconds: as long as the server needs for the next step.
const EVIDENCE_S: u64 = 120;

/// The next state, where an applicant is expected to get everything right.
pub fn next<N, R>(step: Step<N, R>) -> Result<N, Failure> {
    match step {
        Step::Next(state) => Ok(state),
        Step::Retry(_, reasons) => Err(format!("to be repeated: {}", serde_json::to_string(&reasons)?).into()),
        Step::Terminated(over) => Err(format!("over: {}", over.reason()).into()),
    }
}

/// A photograph of the data sets that come with the project.
fn portrait(name: &str) -> Result<Vec<u8>, Failure> {
    let path = format!("{}/../datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"));
    Ok(std::fs::read(&path).map_err(|error| format!("cannot read {path}: {error}"))?)
}

/// The document that the form names. The number is the applicant's.
pub fn document(names: &NameKey) -> Result<DocumentKey, Failure> {
    Ok(DocumentKey::new(names, "UTO", "AB-123 4567")?)
}

/// All steps of identity proofing.
pub async fn proof(form: Awaiting<Form>, names: &NameKey, ctx: &mut Context<'_>) -> Result<Proofed, Failure> {
    let engine = Engine::new()?;

    // The form: its digest is keyed, since what it says can be guessed.
    let form_digest = Digest::keyed(&[9; 32], "form of this service 1", [&b"Jo Example"[..], b"1984-03-15"]);
    let application = Application { old_account: None, form: form_digest };
    let state = next(form.submit(application, ctx).await?)?;

    // The document. State and number are those that were read; that the chip's signatures were
    // checked is this server's business.
    let photo = DocumentPhoto::from_bytes(&portrait("obama.jpg")?, &Limits::default())?;
    let binding = Binding::new(*state.nonce(), ctx.now, EVIDENCE_S);
    let evidence = engine.document_evidence(&binding, &photo)?.found().ok_or("the document shows no face")?;
    let identity = Identity::new(names, &["UTO", "38403150019"]);
    let holder = DocumentHolder { document: document(names)?, identity, authenticated: true, portrait: None };
    let state = next(state.read(&evidence, holder, ctx).await?)?;

    // The face check. The challenge is shown once the state that awaits its answer is stored.
    let state = next(state.acknowledge(ctx).await?)?;
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let challenge = Issuer::new(LivenessOptions::default().policy())?.issue_for(*state.nonce(), &mut rng, ctx.now)?;
    let state = next(state.begin_flashes(challenge.id(), ctx).await?)?;
    let subject = Subject::new(&engine, &Photo::decode(&portrait("obama2.jpg")?, &Limits::default())?)?;
    let scene = Scene { species: Species::Live, seed: 1, ..Scene::default() };
    let recording = simulate(&subject, None, challenge.segments(), &scene)?;
    let mut session = LivenessSession::new(challenge, LivenessOptions::default())?;
    for frame in recording.frames() {
        let frame = frame?;
        let _ = engine.watch(&mut session, &frame.photo.frame(), frame.timestamp_us)?;
    }
    let finished = session.finish(ctx.now, EVIDENCE_S);
    let (Some(evidence), Some(reference)) = (finished.evidence, finished.reference) else {
        return Err(format!("not live: {}", finished.report.verdict.reasons().join(", ")).into());
    };
    let state = next(state.answered(&evidence, ctx).await?)?;

    // The comparison of the session's picture with the document's.
    let binding = Binding::new(*state.nonce(), ctx.now, EVIDENCE_S);
    let (verification, evidence) = engine.verify_for(&binding, &photo, &reference.photo, 1e-4)?;
    let evidence = evidence.ok_or_else(|| format!("no match: {}", verification.verdict.as_str()))?;
    match next(state.matched(&evidence, ctx).await?)? {
        AfterFace::Proofed(proofed) => Ok(proofed),
        AfterFace::Confirmation(_) => Err("a first registration has no old account".into()),
    }
}
