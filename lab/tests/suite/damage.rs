//! Damages drawn on the portraits of `datasets/`, and what verdicts make of them.

use selfsame::Engine;
use selfsame::image::{Limits, Photo};
use selfsame_lab::damage::{Cell, DamageKind, DamageRates};

fn portrait(name: &str) -> Photo {
    let path = format!("{}/../datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"));
    Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

#[test]
fn damaged_pictures_of_different_people_do_not_match() {
    let people: Vec<(Photo, Option<Photo>)> =
        [("obama.jpg", Some("obama2.jpg")), ("biden.jpg", None), ("astronaut.png", None)]
            .map(|(first, other)| (portrait(first), other.map(portrait)))
            .into();
    let engine = Engine::new().unwrap();
    let kinds = [DamageKind::Contrast, DamageKind::Jpeg, DamageKind::Mask, DamageKind::Sunglasses];
    // The threshold of the average for 1e-3: laxer than any that is asked for by default.
    let rates = DamageRates::measure(&engine, &people, &kinds, 0.36, 1, |_| {}).unwrap();
    let clean = &rates.cells[0];
    assert_eq!((clean.kind, clean.pictures, clean.unreliable, clean.refused, clean.covered), ("clean", 3, 0, 0, 0));
    assert_eq!((clean.genuine_pairs, clean.false_non_matches), (1, 0));
    for cell in &rates.cells {
        assert_eq!((cell.false_matches, cell.one_sided_matches), (0, 0), "{cell:?}");
    }
    let of = |kind: DamageKind| rates.cells.iter().filter(move |cell| cell.kind == kind.as_str());
    let last = |kind| of(kind).next_back().unwrap().clone();
    let fog = last(DamageKind::Contrast);
    assert_eq!(fog.unreliable + fog.refused, 3, "{fog:?}");
    for kind in [DamageKind::Mask, DamageKind::Sunglasses] {
        let told = |cell: &Cell| cell.covered + cell.unreliable;
        assert!(told(&last(kind)) >= 2, "{:?}", last(kind));
    }
    let table = rates.to_string();
    assert_eq!(table.lines().count(), rates.cells.len() + 2, "{table}");
}
