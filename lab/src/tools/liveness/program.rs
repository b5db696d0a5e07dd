//! The tool's `main`: its arguments, and what becomes of them.

use super::judged::{Comparison, Judged};
use super::table;
use crate::error::{OfFile, Result};
use crate::evaluate::pad::Response;
use crate::evaluate::recorded::replay;
use crate::output;
use crate::tools::command_line;
use crate::{note, say};
use clap::Parser;
use selfsame::document::DocumentPhoto;
use selfsame::engine::Engine;
use selfsame::error::Stage;
use selfsame::image::Limits;
use selfsame::liveness::{
    Challenge, ChallengePolicy, LivenessOptions, LivenessSession, MAX_SESSION_BYTES, SessionManifest,
};
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

/// Runs the tool with the arguments of the process.
pub fn main() -> ExitCode {
    command_line::main(
        |a: &Arguments| a.json,
        |a| {
            let judged = run(a)?;
            if a.json {
                say!("{:#}", judged.json());
            } else {
                output::text(&table::text(&judged));
            }
            Ok(ExitCode::from(judged.status()))
        },
    )
}

fn run(arguments: &Arguments) -> Result<Judged> {
    let limits = Limits::default();
    let manifest = limits.clone().with_max_bytes(MAX_SESSION_BYTES)?;
    let listed = arguments.session.join("session.json");
    let manifest =
        SessionManifest::parse(&command_line::read(&listed, &manifest, Stage::Liveness)?).of_file(&listed)?;
    let challenge = match &arguments.challenge {
        Some(path) => Challenge::parse(&command_line::read(path, &limits, Stage::Liveness)?).of_file(path)?,
        None => manifest.challenge.clone(),
    };
    // The challenge is read from here.
    let challenge_file = arguments.challenge.as_ref().unwrap_or(&listed);
    let policy = ChallengePolicy::default().with_regions(arguments.regions);
    let session =
        LivenessSession::new(challenge, LivenessOptions::default().with_policy(policy)).of_file(challenge_file)?;
    let mut session = session.with_secret_draws(&mut getrandom::SysRng)?;
    let engine = Engine::new()?;
    replay(&engine, &mut session, &arguments.session, &manifest)?;
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
        note!("{} is not drawn: no frame shows a face", path.display());
        return Ok(());
    };
    output::write(path, response.svg()?).map_err(|e| command_line::unwritten(path, Stage::Liveness, e))
}

fn compare(engine: &Engine, session: &LivenessSession, path: &Path, fmr: f64) -> Result<Comparison> {
    let limits = Limits::default();
    let bytes = command_line::read(path, &limits, Stage::Decode)?;
    let document = DocumentPhoto::from_bytes(&bytes, &limits).of_file(path)?;
    match session.reference() {
        None => Ok(Comparison::NoReference),
        Some(reference) => Ok(Comparison::Verified(Box::new(engine.verify(&document, &reference.photo, fmr)?))),
    }
}
