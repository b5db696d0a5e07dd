//! Photographs of drawn pages: those of the crate's own tests.
#![allow(dead_code, reason = "the crate's tests draw more kinds")]

#[path = "../../../tests/suite/page/camera.rs"]
mod camera;
#[path = "../../../tests/suite/page/paper.rs"]
mod paper;
#[path = "../../../tests/suite/page/people.rs"]
mod people;
#[path = "../../../tests/suite/page/random.rs"]
mod random;
#[path = "../../../tests/suite/page/scene.rs"]
mod scene;
#[path = "../../../tests/suite/page/zone.rs"]
mod zone;

use super::verify::engine;
use selfsame::document::chip::Mrz;
use selfsame::outcome::Outcome;

/// A photographed page as JPEG, and what its zone says where it has one that is read.
pub struct Page {
    pub jpeg: Vec<u8>,
    pub mrz: Option<Mrz>,
}

/// Pages in small pictures, the same in each run, that are found: with a zone, or of any kind.
fn pages(kind: scene::Kind, from: u64) -> impl Iterator<Item = Page> {
    let people = people::People::of_project();
    (from..).filter_map(move |seed| {
        let scene = scene::scene(&people, kind, seed, [1200, 900]);
        let Outcome::Found(page) = engine().document_page(&scene.photo).expect("a photograph") else { return None };
        Some(Page { jpeg: scene.jpeg, mrz: page.zone.found().map(|zone| zone.mrz) })
    })
}

/// A page whose zone is read.
pub fn with_zone() -> Page {
    pages(scene::Kind::Zone, 250_000).find(|page| page.mrz.is_some()).expect("one is read")
}

/// A page whose portrait is found, and no zone.
pub fn without_zone() -> Page {
    pages(scene::Kind::Plain, 210_000).find(|page| page.mrz.is_none()).expect("fronts of cards have none")
}
