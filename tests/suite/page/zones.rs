//! Machine-readable zones of drawn pages: read whole where a person could read them, and never
//! wrong.
//!
//! The measurement, on people of LFW beside the project, writes what it counts:
//! `cargo test --release --test suite five_hundred_zones -- --ignored --nocapture`.

use super::people::People;
use super::scene::{Kind, Scene, scene};
use super::{SMALL, number};
use crate::verify::engine;
use selfsame::document::{PageZone, ZoneRefusal};
use selfsame::enrol::{DocumentHolder, DocumentKey, NameKey};
use selfsame::outcome::Outcome;
use std::collections::BTreeMap;

/// Capitals of fewer pixels a person reads with effort.
const LEGIBLE_PX: f64 = 10.0;

/// What became of one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Read {
    Right,
    Refused(&'static str),
    Wrong,
}

fn judged(scene: &Scene, zone: &Outcome<PageZone, ZoneRefusal>) -> Read {
    let lines = scene.zone.as_ref().map(|zone| &zone.lines);
    match zone {
        Outcome::Refused(reason) => Read::Refused(reason.as_str()),
        Outcome::Found(zone) if Some(&zone.mrz.lines().map(str::to_owned).collect()) == lines => Read::Right,
        Outcome::Found(_) => Read::Wrong,
    }
}

/// Reads the zones of these scenes, and counts: first of those that a person could read, then of
/// the others.
fn run(people: &People, kind: Kind, seeds: std::ops::Range<u64>, size: [u32; 2]) -> [BTreeMap<Read, usize>; 2] {
    let mut counts = [BTreeMap::new(), BTreeMap::new()];
    for seed in seeds {
        let scene = scene(people, kind, seed, size);
        let truth = scene.zone.as_ref().unwrap();
        let hidden = truth.covered || truth.capitals_px < LEGIBLE_PX;
        let read = judged(&scene, &PageZone::from_page(&scene.photo).unwrap());
        if read == Read::Wrong || (read != Read::Right && !hidden) {
            println!("{kind:?} {seed}: {read:?}, capitals of {:.0} px", truth.capitals_px);
        }
        *counts[usize::from(hidden)].entry(read).or_default() += 1;
    }
    counts
}

#[test]
fn zones_of_drawn_pages_are_read() {
    for (kind, seeds) in [(Kind::Zone, 240_000..240_008), (Kind::Back, 240_000..240_004)] {
        let [legible, hidden] = run(&People::of_project(), kind, seeds, SMALL);
        assert!(!legible.contains_key(&Read::Wrong) && !hidden.contains_key(&Read::Wrong), "{kind:?}");
        let right = legible.get(&Read::Right).copied().unwrap_or_default();
        assert!(right > 0 && right + 1 >= legible.values().sum(), "{kind:?}: {legible:?}");
    }
}

/// The zone beside a portrait is that of its own page.
#[test]
fn a_page_gives_portrait_and_zone_together() {
    let people = People::of_project();
    let mut together = 0;
    for seed in 250_000..250_004 {
        let scene = scene(&people, Kind::Zone, seed, SMALL);
        let Outcome::Found(page) = engine().document_page(&scene.photo).unwrap() else { continue };
        assert_ne!(judged(&scene, &page.zone), Read::Wrong, "{seed}");
        let Outcome::Found(zone) = &page.zone else { continue };
        // Its corners lie on the page, the lower ones near the page's.
        let along = scene.corners[2].distance(scene.corners[3]);
        assert!(zone.corners[2].distance(scene.corners[2]) < 0.2 * along, "{seed}");
        assert!(zone.corners[3].distance(scene.corners[3]) < 0.2 * along, "{seed}");
        assert!(!format!("{zone:?}").contains(zone.mrz.number()));
        // What a ceremony is told of it is bound to the portrait, and not authenticated.
        let names = NameKey::from_bytes(&[7; 32]);
        let holder = DocumentHolder::of_page(&page, &names, 1_790_000_000).unwrap().found().unwrap();
        let key = DocumentKey::new(&names, zone.mrz.issuing_state(), zone.mrz.number()).unwrap();
        assert_eq!((holder.document, holder.portrait), (key, Some(page.document.digest())));
        assert!(!holder.authenticated);
        together += 1;
    }
    assert!(together > 0);
}

#[test]
fn pages_without_a_zone_have_none() {
    // A card's front, and a portrait that is no page.
    let people = People::of_project();
    for seed in 210_000..210_003 {
        let scene = scene(&people, Kind::Plain, seed, SMALL);
        if scene.zone.is_none() {
            let zone = PageZone::from_page(&scene.photo).unwrap();
            assert!(zone.is_refused(), "{seed}: {zone:?}");
        }
    }
    let zone = PageZone::from_page(&crate::verify::portrait("obama.jpg")).unwrap();
    assert_eq!(zone.refused(), Some(ZoneRefusal::NoPage));
}

#[test]
#[ignore = "minutes, and LFW beside the project"]
fn five_hundred_zones() {
    let Some(people) = People::of_lfw() else {
        eprintln!("skipped: LFW is not beside the project");
        return;
    };
    let (from, count) = (number("SELFSAME_PAGES_FROM", 1_000_000), number("SELFSAME_PAGES", 500));
    let backs = count / 5;
    for (kind, count) in [(Kind::Zone, count - backs), (Kind::Back, backs)] {
        let [legible, hidden] = run(&people, kind, from..from + count, [1600, 1200]);
        println!("{kind:?}: a person could read {}: {legible:?}", legible.values().sum::<usize>());
        println!("{kind:?}: under a finger, glare or too small {}: {hidden:?}", hidden.values().sum::<usize>());
    }
}
