//! The smallest program: is the person on the selfie the one on the document?
//!
//! `cargo run --release --example minimal [DOCUMENT SELFIE]`

use selfsame::{DocumentPhoto, Engine, Limits, Photo, Verdict};

mod support;
use support::{Failure, read, say};

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let document = arguments.next().unwrap_or("datasets/portraits/obama.jpg".into());
    let selfie = arguments.next().unwrap_or("datasets/portraits/obama2.jpg".into());

    // One engine serves all threads; building it takes longer than a comparison.
    let engine = Engine::new()?;
    let limits = Limits::default();
    let document = DocumentPhoto::from_bytes(&read(document)?, &limits)?;
    let selfie = Photo::decode(&read(selfie)?, &limits)?;

    // At most one pair of strangers in ten thousand may match.
    let verification = engine.verify(&document, &selfie, 1e-4)?;
    match &verification.verdict {
        Verdict::Match(comparison) => say!("the same person, score {:.3}", comparison.score.value()),
        Verdict::NoMatch(comparison) => say!("not the same person, score {:.3}", comparison.score.value()),
        // No face, two faces, too dark: an answer with reasons, not an error.
        verdict => {
            let words: Vec<String> = verdict.reasons().iter().map(ToString::to_string).collect();
            say!("no comparison: {}", words.join(", "));
        }
    }
    Ok(())
}
