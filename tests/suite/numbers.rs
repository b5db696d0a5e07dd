//! The same input gives the same bits: in every run, on every thread, with any number of threads.

use super::verify::{engine, portrait};
use selfsame::capture::{CaptureOptions, CaptureSession};
use selfsame::compare::score;
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::engine::{Engine, Verdict};
use selfsame::gallery::Gallery;
use selfsame::image::Photo;
use selfsame::outcome::Outcome;
use selfsame::template::{Template, TemplateEncoding};

/// Everything that a verification says, in bits.
fn verify(engine: &Engine, document: &str, selfie: &Photo) -> String {
    let document = DocumentPhoto::from_photo(portrait(document), Origin::ImageFile);
    let verification = engine.verify(&document, selfie, 1e-4).unwrap();
    let score = match &verification.verdict {
        Verdict::Match(c) | Verdict::NoMatch(c) => c.score.value().to_bits(),
        other => panic!("{:?}", other.reasons()),
    };
    format!("{score:08x} {verification:?}")
}

fn template(engine: &Engine, name: &str) -> Template {
    match engine.face(&portrait(name).frame()).unwrap() {
        Outcome::Found(face) => face.template,
        Outcome::Refused(reasons) => panic!("{reasons:?}"),
    }
}

#[test]
fn verifications_are_the_same_bits_on_every_thread_and_engine() {
    let selfie = portrait("obama2.jpg");
    let names = ["obama.jpg", "biden.jpg", "astronaut.png"];
    let expected = names.map(|name| verify(engine(), name, &selfie));
    let fresh = Engine::new().unwrap();
    assert_eq!(names.map(|name| verify(&fresh, name, &selfie)), expected, "an engine of its own");
    std::thread::scope(|scope| {
        for turn in 0..4 {
            let (selfie, expected) = (&selfie, &expected);
            scope.spawn(move || {
                // Each thread in another order, so that what a thread keeps from the call before
                // would show.
                for i in (0..names.len()).map(|i| (i + turn) % names.len()) {
                    assert_eq!(verify(engine(), names[i], selfie), expected[i], "thread {turn}");
                }
            });
        }
    });
}

#[test]
fn guidance_is_the_same_bits_in_every_session() {
    let photo = portrait("obama2.jpg");
    let guided = || {
        let mut session = CaptureSession::new(CaptureOptions::default()).unwrap();
        let frames = (0..12).map(|i| engine().guide(&mut session, &photo.frame(), 100_000 * i).unwrap());
        frames.map(|guidance| format!("{guidance:?}")).collect::<Vec<_>>()
    };
    let expected = guided();
    assert_eq!(guided(), expected);
    assert_eq!(std::thread::scope(|scope| scope.spawn(guided).join().unwrap()), expected, "on another thread");
}

#[test]
fn searches_and_scores_are_the_same_bits_with_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let people = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"].map(|n| template(engine(), n));
    let mut gallery =
        Gallery::create(folder.path().join("gallery"), people[0].model_id(), people[0].dimension()).unwrap();
    let entries: Vec<(u64, &Template)> = (0..3000).map(|id| (id, &people[id as usize % people.len()])).collect();
    gallery.append_all(&entries).unwrap();
    let found = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| gallery.search(&people[1], 50).unwrap());
        found.into_iter().map(|c| (c.id, c.score.value().to_bits())).collect::<Vec<_>>()
    };
    let expected = found(1);
    for threads in [2, 3, 8] {
        assert_eq!(found(threads), expected, "{threads} threads");
    }
    // Either way round, and after a round through bytes.
    for (a, b) in [(0, 1), (0, 3), (2, 4)] {
        let bits = |a: &Template, b: &Template| score(a, b).unwrap().value().to_bits();
        assert_eq!(bits(&people[a], &people[b]), bits(&people[b], &people[a]));
        let again = Template::decode(&people[a].encode(TemplateEncoding::F32).unwrap()).unwrap();
        assert_eq!(bits(&again, &people[b]), bits(&people[a], &people[b]));
    }
}
