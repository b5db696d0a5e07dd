//! The request whose cost is measured.

use super::super::shared::Anyhow;
use selfsame::document::DocumentPhoto;
use selfsame::engine::{Engine, Verdict};
use selfsame::image::{Limits, Photo};

/// From the bytes of two files to a score; none if the pictures were refused.
pub fn verify(engine: &Engine, document: &[u8], selfie: &[u8]) -> Anyhow<Option<f32>> {
    let limits = Limits::default();
    let document = DocumentPhoto::from_image_file(document, &limits)?;
    let selfie = Photo::decode(selfie, &limits)?;
    Ok(match engine.verify(&document, &selfie, 1e-4)?.verdict {
        Verdict::Match(comparison) | Verdict::NoMatch(comparison) => Some(comparison.score.value()),
        _ => None,
    })
}
