//! A photograph of a passport's data page: its portrait and machine-readable zone, or why there is
//! none.
//!
//! `cargo run --release --example page_portrait -- PAGE SELFIE`

use selfsame::{Engine, Limits, Outcome, Photo};

mod support;
use support::{Failure, read, say};

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(page), Some(selfie)) = (arguments.next(), arguments.next()) else {
        return Err("two files: a photograph of the page, and one of the person".into());
    };
    let engine = Engine::new()?;
    let limits = Limits::default();
    let page = Photo::decode(&read(page)?, &limits)?;
    let portrait = match engine.document_page(&page)? {
        Outcome::Found(portrait) => portrait,
        // Show these to the person who holds the camera, and take another photograph.
        Outcome::Refused(reasons) => {
            let words: Vec<&str> = reasons.iter().map(|reason| reason.as_str()).collect();
            say!("no portrait: {}", words.join(", "));
            return Ok(());
        }
    };
    match &portrait.zone {
        Outcome::Found(zone) => say!("{} {}", zone.mrz.issuing_state(), zone.mrz.number()),
        // Fronts of cards have no zone.
        Outcome::Refused(reason) => say!("machine-readable zone: {}", reason.as_str()),
    }
    let selfie = Photo::decode(&read(selfie)?, &limits)?;
    say!("{}", engine.verify(&portrait.document, &selfie, 1e-4)?.verdict.as_str());
    Ok(())
}
