//! Shows what a chip's data group 2 holds, and writes its portrait out.
//!
//! `cargo run --release --example dg2 -- FILE [--out portrait.png] [--json]`
//!
//! FILE is a DG2 as read from the chip, a template of it, a face record of ISO/IEC 19794-5 or a
//! block of ISO/IEC 39794-5. Exit status: 0 parsed, and the first portrait decoded; 3 error.

use crate::error::{Error, ErrorKind, OfFile, Result};
use crate::tools::command_line;
use crate::{output, say};
use clap::Parser;
use image::ImageFormat;
use selfsame::document::{Dg2, DigestAlgorithm, DocumentPhoto};
use selfsame::error::Stage;
use selfsame::image::{Limits, Photo};
use serde_json::{Map, Value, json};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Shows what a chip's data group 2 holds, and writes its portrait out.
#[derive(Parser)]
struct Arguments {
    /// The data group, or a face record on its own.
    file: PathBuf,
    /// Write the portrait that a verification would use here, as PNG or JPEG by the ending.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs the tool with the arguments of the process.
pub fn main() -> ExitCode {
    command_line::main(|a: &Arguments| a.json, |a| run(a).map(|()| ExitCode::SUCCESS))
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

fn run(arguments: &Arguments) -> Result<()> {
    let limits = Limits::default();
    // Before anything is said: a name that cannot be written to.
    let out = arguments.out.as_deref().map(|path| Ok::<_, Error>((path, format(path)?))).transpose()?;
    let bytes = command_line::read(&arguments.file, &limits, Stage::Document)?;
    let dg2 = Dg2::parse(&bytes).of_file(&arguments.file)?;
    let report = report(&dg2);
    if arguments.json {
        say!("{report:#}");
    } else {
        print(&report, "");
    }
    let portrait = DocumentPhoto::from_dg2(&bytes, &limits).of_file(&arguments.file)?;
    if let Some((path, format)) = out {
        let photo = portrait.photo();
        write(path, format, photo)?;
        if !arguments.json {
            say!("written      {} ({} × {} px)", path.display(), photo.width(), photo.height());
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn report(dg2: &Dg2<'_>) -> Value {
    let remarks = dg2.remarks().iter().map(|r| json!(format!("{}: {r}", r.as_str())));
    let digests: Map<String, Value> =
        DigestAlgorithm::ALL.map(|a| (a.as_str().to_owned(), json!(hex(&dg2.digest(a))))).into_iter().collect();
    json!({
        "bytes": dg2.bytes().len(),
        "instances": dg2.instances(),
        "remarks": remarks.collect::<Vec<_>>(),
        "digests": digests,
    })
}

/// One line per field, indented by depth; fields that are not stated are left out.
fn print(value: &Value, indent: &str) {
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => say!("{indent}{name:<14} none"),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    match item {
                        Value::Object(_) => {
                            say!("{indent}{name} {}", i + 1);
                            print(item, &format!("{indent}  "));
                        }
                        item => say!("{indent}{name:<14} {}", text(item)),
                    }
                }
            }
            Value::Object(_) => {
                say!("{indent}{name}");
                print(value, &format!("{indent}  "));
            }
            value => say!("{indent}{name:<14} {}", text(value)),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
