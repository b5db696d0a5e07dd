//! Judges a recorded flash session: live, an attack, or neither can be told.
//!
//! `cargo run --release --example liveness -- SESSION_DIR [--challenge FILE] [--document FILE]
//! [--json] [--plot FILE]`
//!
//! Exit status: 0 live, 1 attack, 2 inconclusive, 3 error. With a document: 0 only if the face
//! matches it, too; 1 if not, 2 if they can't be compared.

// A fault here ends the program.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;
mod table;

use clap::Parser;
use selfsame::document::DocumentPhoto;
use selfsame::engine::{Engine, Verdict, Verification};
use selfsame::error::Stage;
use selfsame::image::{Limits, Photo};
use selfsame::liveness::{
    Challenge, ChallengePolicy, LivenessOptions, LivenessReport, LivenessSession, LivenessVerdict, MAX_SESSION_BYTES,
    SessionManifest,
};
use selfsame_lab::error::{Error, ErrorKind, Result};
use selfsame_lab::evaluate::pad::Response;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Judges a recorded flash session. Whether the challenge has expired, or was answered before, is
/// up to who issued it.
#[derive(Parser)]
struct Arguments {
    /// Folder with `session.json` and the frames that it lists.
    session: PathBuf,
    /// The challenge as the verifier kept it. Without it the session's own is taken, which whoever
    /// recorded it has chosen.
    #[arg(long, value_name = "FILE")]
    challenge: Option<PathBuf>,
    /// The challenge was issued with lit halves of the screen.
    #[arg(long)]
    regions: bool,
    /// Compare the best frame before the flashes with this document: a chip's data group 2 or a
    /// photograph of the holder.
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    /// False match rate to compare at.
    #[arg(long, default_value = "1e-4", requires = "document")]
    fmr: f64,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Draw the face's own change over time here, with the challenge beneath.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// What came of it.
struct Judged {
    report: LivenessReport,
    /// Whether the challenge is the session's own.
    own_challenge: bool,
    comparison: Option<Comparison>,
}

/// The reference frame against the document.
enum Comparison {
    /// There is no frame before the flashes to compare.
    NoReference,
    Verified(Box<Verification>),
}

impl Comparison {
    fn as_str(&self) -> &'static str {
        match self {
            Self::NoReference => "no_reference",
            Self::Verified(verification) => verification.verdict.as_str(),
        }
    }

    fn status(&self) -> u8 {
        match self {
            Self::NoReference => 2,
            Self::Verified(verification) => match verification.verdict {
                Verdict::Match(_) => 0,
                Verdict::NoMatch(_) => 1,
                // Refused.
                _ => 2,
            },
        }
    }
}

impl Judged {
    fn status(&self) -> u8 {
        match self.report.verdict {
            LivenessVerdict::Live => self.comparison.as_ref().map_or(0, Comparison::status),
            LivenessVerdict::Attack { .. } => 1,
            LivenessVerdict::Inconclusive { .. } => 2,
        }
    }

    fn json(&self) -> serde_json::Value {
        let challenge = if self.own_challenge { "of_the_session" } else { "given" };
        let mut json = json!({ "challenge": challenge, "liveness": self.report });
        if let Some(comparison) = &self.comparison {
            let score = match comparison {
                Comparison::NoReference => None,
                Comparison::Verified(verification) => verification.verdict.comparison().map(|c| c.score.value()),
            };
            json["document"] = json!({ "decision": comparison.as_str(), "score": score });
        }
        json
    }
}

fn main() -> ExitCode {
    support::main(
        |a: &Arguments| a.json,
        |a| {
            let judged = run(a)?;
            if a.json {
                println!("{:#}", judged.json());
            } else {
                print!("{}", table::text(&judged));
            }
            Ok(ExitCode::from(judged.status()))
        },
    )
}

fn run(arguments: &Arguments) -> Result<Judged> {
    let limits = Limits::default();
    let manifest = limits.clone().with_max_bytes(MAX_SESSION_BYTES)?;
    let manifest = support::read(&arguments.session.join("session.json"), &manifest, Stage::Liveness)?;
    let manifest = SessionManifest::parse(&manifest)?;
    let challenge = match &arguments.challenge {
        Some(path) => Challenge::parse(&support::read(path, &limits, Stage::Liveness)?)?,
        None => manifest.challenge.clone(),
    };
    let policy = ChallengePolicy { regions: arguments.regions, ..ChallengePolicy::default() };
    let mut session = LivenessSession::new(challenge, LivenessOptions { policy, ..LivenessOptions::default() })?;
    let engine = Engine::new()?;
    for frame in &manifest.frames {
        let file = support::read(&arguments.session.join(&frame.file), &limits, Stage::Decode)?;
        let photo = Photo::decode(&file, &limits)?;
        // The recording is over: there is no one to tell that it can't succeed.
        let _ = engine.watch(&mut session, &photo.frame(), frame.timestamp_us)?;
    }
    if let Some(path) = &arguments.plot {
        plot(&session, path)?;
    }
    let comparison = match &arguments.document {
        Some(path) => Some(compare(&engine, &session, path, arguments.fmr)?),
        None => None,
    };
    Ok(Judged { report: session.report(), own_challenge: arguments.challenge.is_none(), comparison })
}

fn plot(session: &LivenessSession, path: &Path) -> Result<()> {
    let Some(response) = Response::of(session) else {
        eprintln!("{} is not drawn: no frame shows a face", path.display());
        return Ok(());
    };
    std::fs::write(path, response.svg()?).map_err(|e| {
        Error::new(ErrorKind::Io, Stage::Liveness, format!("cannot write {}", path.display())).with_source(e)
    })
}

fn compare(engine: &Engine, session: &LivenessSession, document: &Path, fmr: f64) -> Result<Comparison> {
    let limits = Limits::default();
    let document = DocumentPhoto::from_bytes(&support::read(document, &limits, Stage::Decode)?, &limits)?;
    match session.reference() {
        None => Ok(Comparison::NoReference),
        Some(reference) => Ok(Comparison::Verified(Box::new(engine.verify(&document, &reference.photo, fmr)?))),
    }
}
