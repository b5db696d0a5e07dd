//! The tool's `main`: its arguments, and what becomes of them.

use super::camera::{Desk, Recorded, Simulated};
use super::journey;
use super::journey::{Camera, Dialogue, Ending};
use super::script::Script;
use super::terminal::Terminal;
use super::world::{OLD_ACCOUNT, OLD_HOLDER, OLD_PINS, World};
use crate::error::{Error, ErrorKind, OfFile, Result};
use crate::output;
use crate::tools::command_line;
use crate::{note, say};
use clap::Parser;
use getrandom::SysRng;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use selfsame::document::DocumentPhoto;
use selfsame::engine::Engine;
use selfsame::enrol::{Audit, Kind, Method};
use selfsame::error::Stage;
use selfsame::image::{Limits, Photo};
use std::path::{Path, PathBuf};
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
    /// Skin tone group of the applicant for the simulated camera, 1 (very light) to 6 (dark).
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=6))]
    skin: u8,
    /// A recorded session instead of the simulated camera.
    #[arg(long)]
    session: Option<PathBuf>,
    /// Makes nonces and challenges repeatable: for tests only.
    #[arg(long)]
    seed: Option<u64>,
    /// Answer from this file: one `question: answer` a line.
    #[arg(long)]
    script: Option<PathBuf>,
    /// Write the audit here, as JSON.
    #[arg(long)]
    audit: Option<PathBuf>,
}

/// Runs the tool with the arguments of the process.
pub fn main() -> ExitCode {
    command_line::main(
        |_: &Arguments| false,
        |a| {
            Ok(match run(a)? {
                Ending::Enrolled(_) => ExitCode::SUCCESS,
                Ending::Terminated(_) => ExitCode::from(2),
            })
        },
    )
}

fn run(arguments: &Arguments) -> Result<Ending> {
    let limits = Limits::default();
    let read = |path: &Path| command_line::read(path, &limits, Stage::Decode);
    let document = DocumentPhoto::from_bytes(&read(&arguments.document)?, &limits).of_file(&arguments.document)?;
    let selfie = Photo::decode(&read(&arguments.selfie)?, &limits).of_file(&arguments.selfie)?;
    // One generator for the ceremony's nonces and keys, one for challenges.
    let generator = |stream: u64| match arguments.seed {
        Some(seed) => {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            rng.set_stream(stream);
            Ok(rng)
        }
        None => ChaCha20Rng::try_from_rng(&mut SysRng),
    };
    let generator = |stream| {
        let failed =
            |e| Error::new(ErrorKind::Randomness, Stage::Enrol, "the system gives no random numbers").with_source(e);
        generator(stream).map_err(failed)
    };
    let desk = Desk::new(Engine::new()?, document, arguments.fmr, generator(1)?)?;
    let mut camera: Box<dyn Camera> = match &arguments.session {
        Some(folder) => {
            let listed = folder.join("session.json");
            Box::new(Recorded::new(desk, folder, &read(&listed)?).of_file(&listed)?)
        }
        None => Box::new(Simulated::new(desk, &selfie, arguments.skin).of_file(&arguments.selfie)?),
    };
    let kind = match (arguments.renew, arguments.upgrade) {
        (true, _) => Kind::Renewal,
        (_, true) => Kind::Upgrade,
        _ => Kind::NewRegistration,
    };
    let method = if arguments.active_account { Method::ActiveAccount } else { Method::Biometrics };
    let old_account = kind.replaces_an_account() || method == Method::ActiveAccount;
    let mut world = World::new(generator(0)?, old_account)?;
    let ending = match &arguments.script {
        Some(path) => {
            let bytes = read(path)?;
            let text = std::str::from_utf8(&bytes).map_err(|e| {
                let error = Error::new(ErrorKind::InvalidArgument, Stage::Enrol, "the script is no text");
                error.with_source(e).of_file(path)
            })?;
            let mut script = Script::parse(text, Terminal.now()).of_file(path)?;
            script.print = Some(|text| say!("{text}"));
            let ending = journey::run(kind, method, &mut world, camera.as_mut(), &mut script)?;
            if script.left() > 0 {
                note!("{} answers of the script were not asked for", script.left());
            }
            ending
        }
        None => {
            let mut terminal = Terminal;
            if old_account {
                terminal.tell(&format!(
                    "For trying out, there is an account {OLD_ACCOUNT:?} of {}, born {}, with PIN1 {} and PIN2 {}.",
                    OLD_HOLDER.0, OLD_HOLDER.1, OLD_PINS.0, OLD_PINS.1
                ));
            }
            journey::run(kind, method, &mut world, camera.as_mut(), &mut terminal)?
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
    output::write(path, text).map_err(io)
}
