//! A photograph of a passport's data page: its portrait, or why there is none to compare.
//!
//! `cargo run --release --example page_portrait -- PAGE SELFIE`

use selfsame::{Engine, Limits, Outcome, Photo};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(page), Some(selfie)) = (arguments.next(), arguments.next()) else {
        return Err("two files: a photograph of the page, and one of the person".into());
    };
    let engine = Engine::new()?;
    let limits = Limits::default();
    let page = Photo::decode(&std::fs::read(page)?, &limits)?;
    let portrait = match engine.document_page(&page)? {
        Outcome::Found(portrait) => portrait,
        // Show these to the person who holds the camera, and take another photograph.
        Outcome::Refused(reasons) => {
            let words: Vec<&str> = reasons.iter().map(|reason| reason.as_str()).collect();
            println!("no portrait: {}", words.join(", "));
            return Ok(());
        }
    };
    let selfie = Photo::decode(&std::fs::read(selfie)?, &limits)?;
    println!("{}", engine.verify(&portrait.document, &selfie, 1e-4)?.verdict.as_str());
    Ok(())
}
