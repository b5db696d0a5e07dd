//! An evaluation of a small folder from end to end, and from its cache.

use selfsame::compare::Pairing;
use selfsame::engine::Engine;
use selfsame::image::{Limits, Photo};
use selfsame::model::{Backend, Ensemble, TemplateSource};
use selfsame::template::ExtractOptions;
use selfsame_lab::evaluate::{
    About, Bootstrap, CacheKey, FaceChoice, IdentityFolder, Report, TemplateCache, UsedThreshold, all_pairs,
    comparison_scores,
};
use std::path::{Path, PathBuf};

const PICTURES: [(&str, &str); 6] = [
    ("obama", "obama.jpg"),
    ("obama", "obama2.jpg"),
    ("obama", "obama3.jpg"),
    ("biden", "biden.jpg"),
    ("collins", "astronaut.png"),
    ("nobody", "../../tests/data/palette.png"),
];

/// A folder of identities made of the project's portraits; the last one shows no face.
fn folder() -> PathBuf {
    let root = std::env::temp_dir().join(format!("selfsame-evaluate-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&root);
    for (person, file) in PICTURES {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/portraits").join(file);
        std::fs::create_dir_all(root.join(person)).unwrap();
        std::fs::copy(&from, root.join(person).join(from.file_name().unwrap())).unwrap();
    }
    root
}

#[test]
fn a_folder_of_people_from_pictures_to_report() {
    let root = folder();
    let found = IdentityFolder::read(&root).unwrap();
    assert_eq!((found.people(), found.images.len()), (4, 6));
    let options = ExtractOptions::default();
    let engine = Engine::builder().extract_options(options).build().unwrap();
    let ensemble = Ensemble::load(&TemplateSource::default(), &Backend::Native).unwrap();
    let key = CacheKey::new(ensemble.card(), &[], &Backend::Native, &options, FaceChoice::AsVerify, None);

    let mut cache = TemplateCache::new(key.clone());
    for path in &found.images {
        let bytes = std::fs::read(path).unwrap();
        let photo = Photo::decode(&bytes, &Limits::default()).unwrap();
        let template = FaceChoice::AsVerify.template(&engine, &photo, &options).unwrap();
        cache.insert(TemplateCache::digest(&bytes), template);
    }
    let file = root.join("templates");
    cache.save(&file).unwrap();
    let loaded = TemplateCache::load(&file, key).unwrap();

    let enrol = |cache: &TemplateCache| {
        let digest = |path: &PathBuf| TemplateCache::digest(&std::fs::read(path).unwrap());
        found.images.iter().map(|path| cache.get(&digest(path)).expect("every picture is known")).collect::<Vec<_>>()
    };
    let (fresh, cached) = (enrol(&cache), enrol(&loaded));
    let enrolled: Vec<bool> = fresh.iter().map(Option::is_some).collect();
    assert_eq!(enrolled, [true, true, false, true, true, true], "biden, collins, nobody, obama");
    let (of_fresh, of_cached) = (comparison_scores(&fresh).unwrap(), comparison_scores(&cached).unwrap());
    for (i, j) in [(0, 1), (0, 3), (3, 4), (4, 5)] {
        assert_eq!(of_fresh(i, j).to_bits(), of_cached(i, j).to_bits(), "{i} {j}");
    }

    let set = all_pairs(&found.subjects, &enrolled, of_cached).unwrap();
    assert_eq!((set.genuine_pairs(), set.impostor_pairs()), (3, 7));
    assert_eq!((set.attempted_genuine_pairs(), set.attempted_impostor_pairs()), (3, 12));
    assert_eq!(set.enrolment().unwrap().failures, 1);
    let threshold = engine.calibration(Pairing::SelfieSelfie).unwrap().threshold(1e-4).unwrap().score().value();
    let point = set.at_threshold(threshold).unwrap();
    assert_eq!((point.false_matches, point.false_non_matches), (0, 0), "{point:?}");
    let about = About { data_set: "portraits".into(), failures: vec![3], ..About::default() };
    let used = UsedThreshold { label: "1e-4".into(), claimed: Some(1e-4), score: threshold };
    let report = Report::new(&set, about, &Bootstrap { replicates: 100, seed: 1 }, &[used]);
    let html = report.to_html().unwrap();
    assert!(html.contains("1 of 6") && html.contains("not measured: too few pairs"));
    assert!(!html.contains("obama") && !html.contains(root.to_str().unwrap()), "no names, no paths");
    std::fs::remove_dir_all(&root).unwrap();
}
