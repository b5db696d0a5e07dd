//! What the command lines of all programs here share: reading arguments, telling errors, exit
//! status 3 for both.

use crate::error::{Error, ErrorKind, OfFile, Result, Stage};
use crate::output;
use crate::{note, say};
use clap::Parser;
use selfsame::image::{Limits, Photo};
use selfsame::model::Profile;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

/// Reads the arguments, runs, and gives the exit status of what came of it; an error is told, as
/// JSON if `json` says so, and has the status 3.
pub fn main<A: Parser>(json: fn(&A) -> bool, run: impl FnOnce(&A) -> Result<ExitCode>) -> ExitCode {
    output::finish(match arguments() {
        Ok(arguments) => run(&arguments).unwrap_or_else(|error| failed(&error, json(&arguments))),
        Err(status) => status,
    })
}

/// Reads the arguments; or, after `--help` or a complaint was printed, the exit status: 3 for the
/// complaint.
pub fn arguments<A: Parser>() -> std::result::Result<A, ExitCode> {
    A::try_parse().map_err(|error| {
        let _ = error.print();
        ExitCode::from(if error.use_stderr() { 3 } else { 0 })
    })
}

/// Reads the name of a profile.
///
/// # Errors
/// Words for people, if it is none.
pub fn profile(word: &str) -> std::result::Result<Profile, String> {
    let all = [Profile::Fast, Profile::Standard, Profile::Accurate];
    all.into_iter().find(|profile| profile.as_str() == word).ok_or("fast, standard or accurate".into())
}

/// Prints an error with its causes, as JSON if `json`, and gives its exit status.
pub fn failed(error: &Error, json: bool) -> ExitCode {
    let (message, kind) = (with_causes(error), error.kind().as_str());
    if json {
        say!("{}", serde_json::json!({ "error": { "kind": kind, "message": message } }));
    } else {
        note!("error ({kind}): {message}");
    }
    ExitCode::from(3)
}

/// The message of an error and those of its causes.
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    message
}

/// Reads a file, one byte beyond the limit at most: the decoder then says that it is too large.
///
/// # Errors
/// [`ErrorKind::Io`] at `stage` if it cannot be read.
pub fn read(path: &Path, limits: &Limits, stage: impl Into<Stage>) -> Result<Vec<u8>> {
    let stage = stage.into();
    let io = |e| Error::new(ErrorKind::Io, stage, format!("cannot read {}", path.display())).with_source(e);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(io)?;
    file.take(limits.max_bytes() as u64 + 1).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// Reads and decodes a picture.
///
/// # Errors
/// As [`read`] and [`Photo::decode`]; they name the file.
pub fn photo(path: &Path, limits: &Limits, stage: impl Into<Stage>) -> Result<Photo> {
    Photo::decode(&read(path, limits, stage)?, limits).of_file(path)
}

/// The error of a file that cannot be written.
pub fn unwritten(path: &Path, stage: impl Into<Stage>, cause: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, stage, format!("cannot write {}", path.display())).with_source(cause)
}
