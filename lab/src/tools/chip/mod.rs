//! Shows what a chip holds, who signed it, and writes its portrait out.
//!
//! `cargo run --release --example chip -- FILE… [--anchors csca.pem] [--at SECONDS] [--out
//! portrait.png] [--json]`
//!
//! FILE is a file of the chip, or a folder of them: EF.COM, EF.SOD and data groups, told apart by
//! their content. With EF.SOD among them the chip is authenticated against the anchors; without it
//! a data group 2 alone, a template of it, or a face record is shown. Exit status: 0 shown, and
//! authentic if there is something to authenticate; 2 not authentic; 3 error.

mod group;
mod page;

use crate::error::{Error, ErrorKind, OfFile, Result};
use crate::tools::command_line;
use crate::{output, say};
use clap::Parser;
use image::ImageFormat;
use selfsame::document::chip::{AuthenticDocument, ChipError, ChipFile, ChipFiles, MasterList, TrustStore};
use selfsame::document::{Dg2, DocumentPhoto};
use selfsame::error::Stage;
use selfsame::image::{Limits, Photo};
use selfsame::outcome::Outcome;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

/// Shows what a chip holds, who signed it, and writes its portrait out.
#[derive(Parser)]
struct Arguments {
    /// Files of the chip, or a folder of them; or a face record on its own.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Certificates of authorities to trust, in PEM or DER.
    #[arg(long)]
    anchors: Vec<PathBuf>,
    /// Master lists to trust all authorities of, as they are.
    #[arg(long)]
    master_list: Vec<PathBuf>,
    /// Certificates that authorities issued for their own next keys, in PEM or DER.
    #[arg(long)]
    links: Vec<PathBuf>,
    /// Lists of revoked certificates, in PEM or DER.
    #[arg(long)]
    revoked: Vec<PathBuf>,
    /// The time to authenticate at, in seconds since 1970; now, if it is not given.
    #[arg(long)]
    at: Option<u64>,
    /// Write the portrait that a verification would use here, as PNG or JPEG by the ending.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the tool with the arguments of the process.
pub fn main() -> ExitCode {
    command_line::main(|a: &Arguments| a.json, run)
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let limits = Limits::default();
    // Before anything is said: a name that cannot be written to.
    let out = arguments.out.as_deref().map(|path| Ok::<_, Error>((path, format(path)?))).transpose()?;
    let all = read(&arguments.files, &limits)?;
    let (portrait, code) = if all.iter().any(|(_, bytes)| ChipFile::of(bytes) == Some(ChipFile::Sod)) {
        authenticate(arguments, &all, &limits)?
    } else {
        (group_alone(arguments, &all, &limits)?, ExitCode::SUCCESS)
    };
    if let (Some((path, format)), Some(photo)) = (out, portrait) {
        write(path, format, photo.photo())?;
        if !arguments.json {
            say!("written      {} ({} × {} px)", path.display(), photo.photo().width(), photo.photo().height());
        }
    }
    Ok(code)
}

/// The files named, and those in folders named, in the order of their names.
fn read(paths: &[PathBuf], limits: &Limits) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let unread =
            |e| Error::new(ErrorKind::Io, Stage::Document, format!("cannot read {}", path.display())).with_source(e);
        let entries = std::fs::read_dir(path).map_err(unread)?;
        let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        inside.sort();
        // Other files lie there, too.
        for file in inside.into_iter().filter(|file| file.is_file()) {
            let bytes = command_line::read(&file, limits, Stage::Document)?;
            if ChipFile::of(&bytes).is_some() {
                files.push(file);
            }
        }
    }
    files.into_iter().map(|path| Ok((path.clone(), command_line::read(&path, limits, Stage::Document)?))).collect()
}

/// Shows a data group or a face record; returns its portrait.
fn group_alone(arguments: &Arguments, all: &[(PathBuf, Vec<u8>)], limits: &Limits) -> Result<Option<DocumentPhoto>> {
    let is_group = |bytes: &[u8]| ChipFile::of(bytes).is_none_or(|file| file == ChipFile::Dg(2));
    let Some((path, bytes)) = all.iter().find(|(_, bytes)| is_group(bytes)) else {
        let message = "there is neither EF.SOD nor data group 2 among the files";
        return Err(Error::new(ErrorKind::InvalidArgument, Stage::Document, message));
    };
    let dg2 = Dg2::parse(bytes).of_file(path)?;
    let report = group::report(&dg2);
    if arguments.json {
        say!("{report:#}");
    } else {
        group::print(&report, "");
    }
    DocumentPhoto::from_dg2(bytes, limits).of_file(path).map(Some)
}

/// Authenticates a chip and shows what it holds.
fn authenticate(
    arguments: &Arguments,
    all: &[(PathBuf, Vec<u8>)],
    limits: &Limits,
) -> Result<(Option<DocumentPhoto>, ExitCode)> {
    let mut files = ChipFiles::default();
    for (path, bytes) in all {
        files.add(bytes).map_err(|error| of_chip(path, &error))?;
    }
    // A clock before 1970 counts as 1970: no certificate is valid then.
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let at = arguments.at.unwrap_or_else(now);
    let trust = trust(arguments)?;
    match AuthenticDocument::new(files, &trust, at, limits)? {
        Outcome::Found(document) => {
            page::show(&document, at, arguments.json);
            Ok((Some(document.into_photo()), ExitCode::SUCCESS))
        }
        Outcome::Refused(error) => {
            page::refuse(&error, arguments.json);
            Ok((None, ExitCode::from(2)))
        }
    }
}

/// Whom to trust, from the files named.
fn trust(arguments: &Arguments) -> Result<TrustStore> {
    let limits = Limits::default();
    let mut trust = TrustStore::default();
    let read = |path: &PathBuf| command_line::read(path, &limits, Stage::Document);
    for path in &arguments.anchors {
        trust.add_anchors(&read(path)?).map_err(|error| of_chip(path, &error))?;
    }
    for path in &arguments.master_list {
        trust.add_master_list(&MasterList::read(&read(path)?).map_err(|error| of_chip(path, &error))?);
    }
    for path in &arguments.links {
        trust.add_links(&read(path)?).map_err(|error| of_chip(path, &error))?;
    }
    for path in &arguments.revoked {
        trust.add_revocation_lists(&read(path)?).map_err(|error| of_chip(path, &error))?;
    }
    Ok(trust)
}

/// The fault of a file.
fn of_chip(path: &Path, error: &ChipError) -> Error {
    Error::new(ErrorKind::Corrupt, Stage::Document, format!("{}: {error}", path.display()))
}

/// The format that a file of this name is written in.
fn format(path: &Path) -> Result<ImageFormat> {
    match ImageFormat::from_path(path) {
        Ok(format @ (ImageFormat::Png | ImageFormat::Jpeg)) => Ok(format),
        _ => {
            let message = format!("cannot write {}: its name ends neither in .png nor in .jpg", path.display());
            Err(Error::new(ErrorKind::InvalidArgument, Stage::Document, message))
        }
    }
}

/// Writes a photograph whole, or leaves what was there.
fn write(path: &Path, format: ImageFormat, photo: &Photo) -> Result<()> {
    let (mut file, color) = (Cursor::new(Vec::new()), image::ExtendedColorType::Rgb8);
    let encoded =
        image::write_buffer_with_format(&mut file, photo.pixels(), photo.width(), photo.height(), color, format);
    encoded
        .map_err(std::io::Error::other)
        .and_then(|()| output::write(path, file.get_ref()))
        .map_err(|error| command_line::unwritten(path, Stage::Document, error))
}
