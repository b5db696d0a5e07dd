//! Shows what a chip's data group 2 holds, and writes its portrait out.
//!
//! `cargo run --release --example dg2 -- FILE [--out portrait.png] [--json]`
//!
//! FILE is a DG2 as read from the chip, a bare face record of ISO/IEC 19794-5 or a bare block of
//! ISO/IEC 39794-5. Exit status: 0 parsed, and the first portrait decoded; 3 error.

// A fault here ends the program.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod support;

use clap::Parser;
use selfsame::document::{Dg2, DigestAlgorithm, DocumentPhoto, FaceImage, Instance};
use selfsame::error::Stage;
use selfsame::image::Limits;
use selfsame_lab::error::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};
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

fn main() -> ExitCode {
    support::main(|a: &Arguments| a.json, |a| run(a).map(|()| ExitCode::SUCCESS))
}

fn io(what: &str, path: &Path, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Io, Stage::Document, format!("cannot {what} {}", path.display())).with_source(cause)
}

fn run(arguments: &Arguments) -> Result<()> {
    let limits = Limits::default();
    let bytes = support::read(&arguments.file, &limits, Stage::Document)?;
    let dg2 = Dg2::parse(&bytes)?;
    let report = report(&dg2);
    if arguments.json {
        println!("{report:#}");
    } else {
        print(&report, "");
    }
    let portrait = DocumentPhoto::from_dg2(&bytes, &limits)?;
    if let Some(path) = &arguments.out {
        let photo = portrait.photo();
        image::save_buffer(path, photo.pixels(), photo.width(), photo.height(), image::ExtendedColorType::Rgb8)
            .map_err(|e| io("write", path, e))?;
        if !arguments.json {
            println!("written      {} ({} × {} px)", path.display(), photo.width(), photo.height());
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
        "instances": dg2.instances().iter().map(instance).collect::<Vec<_>>(),
        "remarks": remarks.collect::<Vec<_>>(),
        "digests": digests,
    })
}

fn instance(instance: &Instance<'_>) -> Value {
    let header = instance.header.map(|h| {
        json!({
            "version": h.version.map(|v| format!("{v:04x}")),
            "biometric_type": h.biometric_type,
            "subtype": h.subtype,
            "created": h.created.map(hex),
            "validity": h.validity.map(hex),
            "creator": h.creator.map(hex),
            "format_owner": h.format_owner.map(|v| format!("{v:04x}")),
            "format_type": h.format_type.map(|v| format!("{v:04x}")),
        })
    });
    json!({
        "offset": instance.offset,
        "format": instance.format.as_str(),
        "header": header,
        "faces": instance.faces.iter().map(face).collect::<Vec<_>>(),
    })
}

/// A code's word, with the code where the table does not have it.
macro_rules! word {
    ($code:expr) => {
        $code.map(|code| match code.as_str() {
            "unlisted" => format!("{code:?}"),
            word => word.to_owned(),
        })
    };
}

fn face(face: &FaceImage<'_>) -> Value {
    let angle =
        |a: selfsame::document::Angle| json!({ "degrees": a.degrees, "stored": a.raw, "uncertainty": a.uncertainty });
    let points = face.feature_points.iter();
    let points = points.map(|p| json!(format!("{}.{} at {}, {} (type {})", p.major, p.minor, p.x_px, p.y_px, p.kind)));
    json!({
        "offset": face.offset,
        "image": { "offset": face.image_offset, "bytes": face.image.len(), "coding": word!(Some(face.coding)) },
        "width_px": face.width_px,
        "height_px": face.height_px,
        "image_type": word!(face.image_type),
        "colour_space": word!(face.colour_space),
        "source_type": word!(face.source_type),
        "device": face.device,
        "quality": face.quality,
        "gender": word!(face.gender),
        "eye_colour": word!(face.eye_colour),
        "hair_colour": word!(face.hair_colour),
        "properties": face.properties.map(|p| json!({ "bits": format!("{:06x}", p.0), "words": p.words().collect::<Vec<_>>() })),
        "expression": word!(face.expression),
        "pose": face.pose.map(|p| json!({ "yaw": angle(p.yaw), "pitch": angle(p.pitch), "roll": angle(p.roll) })),
        "feature_points": points.collect::<Vec<_>>(),
    })
}

/// One line per field, indented by depth; fields that are not stated are left out.
fn print(value: &Value, indent: &str) {
    let Value::Object(fields) = value else { return };
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::Array(items) if items.is_empty() => println!("{indent}{name:<14} none"),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    match item {
                        Value::Object(_) => {
                            println!("{indent}{name} {}", i + 1);
                            print(item, &format!("{indent}  "));
                        }
                        item => println!("{indent}{name:<14} {}", text(item)),
                    }
                }
            }
            Value::Object(_) => {
                println!("{indent}{name}");
                print(value, &format!("{indent}  "));
            }
            value => println!("{indent}{name:<14} {}", text(value)),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
