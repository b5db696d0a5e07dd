//! A chip's data group 2: what it holds, its digest, and a comparison that takes nothing else.
//!
//! `cargo run --release --example chip_portrait [DATA_GROUP SELFIE]`

use selfsame::document::{Dg2, DigestAlgorithm, DocumentDemand};
use selfsame::{DocumentPhoto, Engine, Limits, Photo};

mod support;
use support::{Failure, read, say};

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().unwrap_or("datasets/documents/astronaut.dg2".into());
    let selfie = arguments.next().unwrap_or("datasets/portraits/astronaut.png".into());
    let bytes = read(file)?;

    // The file's structure. Nothing is copied: faces borrow from `bytes`.
    let group = Dg2::parse(&bytes)?;
    for face in group.faces() {
        say!("a portrait of {} bytes, {}", face.image.len(), face.coding);
    }
    for remark in group.remarks() {
        say!("remark: {remark}");
    }
    // The document's security object must hold this digest: `AuthenticDocument` checks that.
    let hex: String = group.digest(DigestAlgorithm::Sha256).iter().map(|byte| format!("{byte:02x}")).collect();
    say!("SHA-256 {hex}");

    // An engine that refuses whatever did not come in a chip's format.
    let engine = Engine::builder().require(DocumentDemand::Format).build()?;
    let limits = Limits::default();
    let document = DocumentPhoto::from_dg2(&bytes, &limits)?;
    let selfie = Photo::decode(&read(selfie)?, &limits)?;
    say!("{}", engine.verify(&document, &selfie, 1e-4)?.verdict.as_str());
    Ok(())
}
