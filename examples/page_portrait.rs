//! A photograph of a passport's data page: its portrait, or why there is none to compare.
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
    let selfie = Photo::decode(&read(selfie)?, &limits)?;
    say!("{}", engine.verify(&portrait.document, &selfie, 1e-4)?.verdict.as_str());
    Ok(())
}
