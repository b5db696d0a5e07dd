//! Templates of real photographs, as bytes and in a gallery.

use crate::verify::{engine, portrait};
use selfsame::compare::{Decision, Pairing, score};
use selfsame::detect::select_face;
use selfsame::gallery::Gallery;
use selfsame::template::{ExtractOptions, Template, TemplateEncoding};

const PORTRAITS: [&str; 5] = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"];

fn template(name: &str) -> Template {
    let photo = portrait(name);
    let (_, mesh) = engine().locate(&photo.frame(), select_face).unwrap().outcome.found().unwrap();
    engine().extractor().extract(&photo.frame(), &mesh, &ExtractOptions::default()).unwrap()
}

#[test]
fn encoded_templates_keep_their_scores_and_a_gallery_finds_the_person() {
    let templates = PORTRAITS.map(template);
    let value = |a: &Template, b: &Template| score(a, b).unwrap().value();
    for (encoding, tolerance) in
        [(TemplateEncoding::F32, 0.0), (TemplateEncoding::F16, 0.0005), (TemplateEncoding::I8, 0.002)]
    {
        let decoded = templates
            .each_ref()
            .map(|t| Template::decode_for(&t.encode(encoding).unwrap(), engine().extractor().model_id()).unwrap());
        for i in 0..templates.len() {
            for j in 0..templates.len() {
                let (exact, both) = (value(&templates[i], &templates[j]), value(&decoded[i], &decoded[j]));
                assert!((exact - both).abs() <= tolerance, "{encoding:?}, {i} and {j}: {exact}, {both}");
            }
        }
    }

    let folder = tempfile::tempdir().unwrap();
    let [obama, obama2, obama3, biden, astronaut] = &templates;
    let mut gallery = Gallery::create(folder.path().join("gallery"), obama.model_id(), obama.dimension()).unwrap();
    gallery.append_all(&[(3, biden), (1, obama), (2, astronaut)]).unwrap();
    let threshold = engine().calibration(Pairing::SelfieSelfie).unwrap().threshold(1e-4).unwrap();
    for probe in [obama2, obama3] {
        let found = gallery.search(probe, 3).unwrap();
        assert_eq!(found[0].id, 1);
        assert!((found[0].score.value() - value(probe, obama)).abs() < 0.002);
        let decisions = [0, 1, 2].map(|place| threshold.decide(found[place].score));
        assert_eq!(decisions, [Decision::Match, Decision::NoMatch, Decision::NoMatch], "{found:?}");
    }
}
