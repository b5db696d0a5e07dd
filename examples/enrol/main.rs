//! The whole enrolment in a terminal.
//!
//! `cargo run --release --example enrol -- DOCUMENT SELFIE [--renew | --upgrade] [--active-account] [--script FILE] [--audit FILE]`
//!
//! DOCUMENT is a chip's data group 2 or an image. The flash session is not part of this version, so that every journey ends at the
//! face check at the latest.
//!
//! Exit status: 0 enrolled, 2 not enrolled, 3 error.

mod journey;
mod script;
#[path = "../support/mod.rs"]
mod support;

use clap::Parser;
use getrandom::SysRng;
use journey::{Camera, Dialogue, Ending, OLD_ACCOUNT, OLD_HOLDER, OLD_PINS, Seen, World};
use rand_core::UnwrapErr;
use script::{Script, Terminal};
use selfsame::binding::Binding;
use selfsame::compare::MatchEvidence;
use selfsame::document::{DocumentEvidence, DocumentPhoto};
use selfsame::engine::Engine;
use selfsame::enrol::{Audit, Kind, Method, Word};
use selfsame::error::{Error, ErrorKind, Result, Stage};
use selfsame::image::{Limits, Photo};
use selfsame::liveness::{ChallengeId, LivenessEvidence};
use selfsame::secret::Nonce;
use std::path::PathBuf;
use std::process::ExitCode;

/// The whole enrolment in a terminal.
#[derive(Parser)]
struct Arguments {
    /// The document's portrait: a chip's data group 2, or a photograph of the holder.
    document: PathBuf,
    /// Photograph of the applicant.
    selfie: PathBuf,
    /// Renew the old account.
    #[arg(long)]
    renew: bool,
    /// Upgrade the old account.
    #[arg(long, conflicts_with = "renew")]
    upgrade: bool,
    /// Authenticate with the old account, too.
    #[arg(long)]
    active_account: bool,
    /// False match rate to decide at.
    #[arg(long, default_value = "1e-4")]
    fmr: f64,
    /// Answer from this file: one `question: answer` a line.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Write the audit here, as JSON.
    #[arg(long)]
    audit: Option<PathBuf>,
}

/// The camera of a demonstration: two files.
struct Files {
    engine: Engine,
    document: DocumentPhoto,
    selfie: Photo,
    fmr: f64,
}

impl Camera for Files {
    fn document(&mut self, binding: &Binding) -> Result<Seen<DocumentEvidence>> {
        match self.engine.document_evidence(binding, &self.document)? {
            Ok(evidence) => Ok(Ok(evidence)),
            Err(refusals) => refusals.iter().map(|r| Word::new(r.as_str())).collect::<Result<_>>().map(Err),
        }
    }

    // Not part of this version: a photograph cannot answer flashes.
    fn challenge(&mut self, _: &Nonce, _: &mut dyn Dialogue) -> Result<Option<ChallengeId>> {
        Ok(None)
    }

    fn flashes(&mut self, _: &Binding) -> Result<Seen<LivenessEvidence>> {
        Ok(Err(vec![Word::new("no_flashes")?]))
    }

    fn compare(&mut self, binding: &Binding) -> Result<Seen<MatchEvidence>> {
        let (verification, evidence) = self.engine.verify_for(binding, &self.document, &self.selfie, self.fmr)?;
        match evidence {
            Some(evidence) => Ok(Ok(evidence)),
            None => {
                let reasons = verification.verdict.reasons();
                reasons.iter().map(|r| Word::new(r.to_string())).collect::<Result<_>>().map(Err)
            }
        }
    }
}

fn main() -> ExitCode {
    let arguments: Arguments = match support::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match run(&arguments) {
        Ok(Ending::Enrolled(_)) => ExitCode::SUCCESS,
        Ok(Ending::Terminated(_)) => ExitCode::from(2),
        Err(error) => support::failed(&error, false),
    }
}

fn run(arguments: &Arguments) -> Result<Ending> {
    let limits = Limits::default();
    let read = |path| support::read(path, &limits, Stage::Decode);
    let document = DocumentPhoto::from_bytes(&read(&arguments.document)?, &limits)?;
    let selfie = Photo::decode(&read(&arguments.selfie)?, &limits)?;
    let mut camera = Files { engine: Engine::new()?, document, selfie, fmr: arguments.fmr };
    let kind = match (arguments.renew, arguments.upgrade) {
        (true, _) => Kind::Renewal,
        (_, true) => Kind::Upgrade,
        _ => Kind::NewRegistration,
    };
    let method = if arguments.active_account { Method::ActiveAccount } else { Method::Biometrics };
    let mut world = World::new(UnwrapErr(SysRng))?;
    let ending = match &arguments.script {
        Some(path) => {
            let bytes = read(path)?;
            let text = std::str::from_utf8(&bytes).map_err(|e| {
                Error::new(ErrorKind::InvalidArgument, Stage::Enrol, "the script is no text").with_source(e)
            })?;
            let mut script = Script::parse(text, Terminal.now())?;
            script.print = true;
            let ending = journey::run(kind, method, &mut world, &mut camera, &mut script)?;
            if script.left() > 0 {
                eprintln!("{} answers of the script were not asked for", script.left());
            }
            ending
        }
        None => {
            let mut terminal = Terminal;
            if kind.replaces_an_account() || method == Method::ActiveAccount {
                terminal.tell(&format!(
                    "For trying out, there is an account {OLD_ACCOUNT:?} of {}, born {}, with PIN1 {} and PIN2 {}.",
                    OLD_HOLDER.0, OLD_HOLDER.1, OLD_PINS.0, OLD_PINS.1
                ));
            }
            journey::run(kind, method, &mut world, &mut camera, &mut terminal)?
        }
    };
    if let Some(path) = &arguments.audit {
        let audit = match &ending {
            Ending::Enrolled(enrolled) => enrolled.audit(),
            Ending::Terminated(terminated) => terminated.audit(),
        };
        write(path, audit)?;
    }
    Ok(ending)
}

fn write(path: &std::path::Path, audit: &Audit) -> Result<()> {
    let io = |e: std::io::Error| {
        Error::new(ErrorKind::Io, Stage::Enrol, format!("cannot write {}", path.display())).with_source(e)
    };
    let text = serde_json::to_string_pretty(audit).map_err(|e| io(e.into()))?;
    std::fs::write(path, text).map_err(io)
}
