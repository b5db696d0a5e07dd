//! One person, one account: is this face among those that are enrolled already?
//!
//! `cargo run --release --example one_account`

use selfsame::compare::Pairing;
use selfsame::gallery::{Gallery, fmr_for_fpir};
use selfsame::{Engine, Limits, Photo};

mod support;
use support::{Failure, read, say};

fn main() -> Result<(), Failure> {
    let engine = Engine::new()?;
    let template = |name: &str| -> Result<_, Failure> {
        let photo = Photo::decode(&read(format!("datasets/portraits/{name}"))?, &Limits::default())?;
        let face = engine.face(&photo.frame())?.found().ok_or("the photograph carries no comparison")?;
        Ok(face.template)
    };
    let people = [(17, template("obama.jpg")?), (18, template("astronaut.png")?)];

    // A file of 8-bit templates, mapped into memory. Encrypt the disk that it lies on.
    let folder = tempfile::tempdir()?;
    let model = people[0].1.model_id();
    let mut gallery = Gallery::create(folder.path().join("enrolled"), model, people[0].1.dimension())?;
    for (id, template) in &people {
        gallery.append(*id, template)?;
    }

    // Among N faces each comparison must be stricter: one false alarm in a thousand searches.
    let calibration = engine.calibration(Pairing::SelfieSelfie).ok_or("the network is not calibrated")?;
    let threshold = calibration.threshold(fmr_for_fpir(1e-3, gallery.len())?)?;
    for name in ["obama2.jpg", "biden.jpg"] {
        let found = gallery.search(&template(name)?, 1)?;
        match found.first().filter(|candidate| candidate.score >= threshold.score()) {
            Some(candidate) => say!("{name}: already enrolled as {}", candidate.id),
            None => say!("{name}: not enrolled"),
        }
    }
    Ok(())
}
