//! What the engine certifies, and when.

use super::*;
use crate::document::DocumentPhoto;
use crate::engine::Engine;
use crate::image::{Limits, Photo};

fn portrait(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn only_a_match_gives_evidence_and_it_names_what_was_compared() {
    let engine = Engine::new().unwrap();
    let limits = Limits::default();
    let document = DocumentPhoto::from_bytes(&portrait("obama.jpg"), &limits).unwrap();
    let binding = Binding::new(Nonce::from_bytes([5; 32]), START, 60);
    let selfie = Photo::decode(&portrait("obama2.jpg"), &limits).unwrap();
    let (verification, evidence) = engine.verify_for(&binding, &document, &selfie, 1e-3).unwrap();
    let (evidence, comparison) = (evidence.unwrap(), *verification.verdict.comparison().unwrap());
    assert_eq!((evidence.binding(), evidence.origin()), (&binding, Origin::ImageFile));
    assert_eq!((evidence.document(), evidence.capture()), (Digest::of(&portrait("obama.jpg")), selfie.digest()));
    assert_eq!((evidence.fmr_limit(), evidence.fmr()), (1e-3, comparison.fmr));
    assert_eq!(evidence.log_likelihood_ratio(), comparison.log_likelihood_ratio);
    assert_eq!(evidence.is_marginal(), comparison.marginal);

    let other = Photo::decode(&portrait("biden.jpg"), &limits).unwrap();
    let (verification, evidence) = engine.verify_for(&binding, &document, &other, 1e-3).unwrap();
    assert_eq!((verification.verdict.as_str(), evidence.is_none()), ("no_match", true));
    let nobody = Photo::from_rgb8(64, 64, vec![128; 64 * 64 * 3]).unwrap();
    let (verification, evidence) = engine.verify_for(&binding, &document, &nobody, 1e-3).unwrap();
    assert_eq!((verification.verdict.as_str(), evidence.is_none()), ("refused", true));

    let read = engine.document_evidence(&binding, &document).unwrap().found().unwrap();
    assert_eq!((read.document(), read.origin(), read.binding()), (document.digest(), Origin::ImageFile, &binding));
    let blank = DocumentPhoto::from_photo(nobody, Origin::Page);
    assert_eq!(
        engine.document_evidence(&binding, &blank).unwrap().refused().unwrap(),
        [crate::engine::FaceRefusal::NoFace]
    );
}

#[test]
fn digests_tell_pictures_apart() {
    let photo = |width, height, value| Photo::from_rgb8(width, height, vec![value; 12 * 3]).unwrap();
    let digests = [photo(3, 4, 0), photo(4, 3, 0), photo(3, 4, 1)].map(|p| p.digest());
    assert!(digests[0] != digests[1] && digests[0] != digests[2] && digests[0] == photo(3, 4, 0).digest());
    let given = DocumentPhoto::from_photo(photo(3, 4, 0), Origin::Page);
    assert_eq!(given.digest(), digests[0]);
}
