//! The main job on real photographs, and every bad input with its documented outcome: never a
//! panic, never a match.

use selfsame::compare::{FmrEstimate, cosine};
use selfsame::detect::select_face;
use selfsame::document::DocumentPhoto;
use selfsame::engine::{Engine, FaceRefusal, Side, Verdict, VerdictReason, Verification};
use selfsame::error::ErrorKind;
use selfsame::image::{Limits, Photo};
use selfsame::model::Backend;
use selfsame::outcome::Outcome;
use selfsame::template::ExtractOptions;
use std::sync::OnceLock;

pub(crate) fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new().unwrap())
}

pub(crate) fn portrait(name: &str) -> Photo {
    let path = format!("{}/datasets/portraits/{name}", env!("CARGO_MANIFEST_DIR"));
    Photo::decode(&std::fs::read(path).unwrap(), &Limits::default()).unwrap()
}

fn document(photo: Photo) -> DocumentPhoto {
    DocumentPhoto::from_photo(photo, selfsame::document::Origin::ImageFile)
}

fn verify(a: Photo, b: &Photo) -> Verification {
    engine().verify(&document(a), b, 1e-4).unwrap()
}

/// A picture `width` × `height`, each pixel by its coordinates.
fn picture(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Photo {
    let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| pixel(x, y)).collect();
    Photo::from_rgb8(width, height, pixels).unwrap()
}

fn at(photo: &Photo, x: u32, y: u32) -> [u8; 3] {
    let i = 3 * (y as usize * photo.width() as usize + x as usize);
    photo.pixels()[i..i + 3].try_into().unwrap()
}

fn turned(photo: &Photo, quarter_turns: u32) -> Photo {
    let (w, h) = (photo.width(), photo.height());
    match quarter_turns {
        1 => picture(h, w, |x, y| at(photo, y, h - 1 - x)),
        2 => picture(w, h, |x, y| at(photo, w - 1 - x, h - 1 - y)),
        3 => picture(h, w, |x, y| at(photo, w - 1 - y, x)),
        _ => picture(w, h, |x, y| at(photo, x, y)),
    }
}

#[test]
fn the_same_person_matches_and_another_does_not() {
    let pairs = [
        ("obama.jpg", "obama2.jpg", true),
        ("obama.jpg", "obama3.jpg", true),
        ("obama2.jpg", "obama3.jpg", true),
        ("obama.jpg", "biden.jpg", false),
        ("obama2.jpg", "biden.jpg", false),
        ("obama.jpg", "astronaut.png", false),
        ("biden.jpg", "astronaut.png", false),
    ];
    for (a, b, same) in pairs {
        let forth = verify(portrait(a), &portrait(b));
        assert_eq!(matches!(forth.verdict, Verdict::Match(_)), same, "{a} {b}: {:?}", forth.verdict);
        assert_eq!(matches!(forth.verdict, Verdict::NoMatch(_)), !same, "{a} {b}: {:?}", forth.verdict);
        let back = verify(portrait(b), &portrait(a));
        let score = |v: &Verification| v.verdict.comparison().unwrap().score;
        assert_eq!(score(&forth), score(&back), "comparison is symmetric");
    }
}

#[test]
fn a_verdict_tells_score_threshold_and_reasons() {
    let verification = verify(portrait("obama.jpg"), &portrait("obama2.jpg"));
    assert_eq!(verification.threshold.fmr(), 1e-4);
    let comparison = verification.verdict.comparison().unwrap();
    assert!(comparison.score >= verification.threshold.score());
    assert!(comparison.log_likelihood_ratio > 4.0 && !comparison.marginal);
    assert!(matches!(comparison.fmr, FmrEstimate::About(fmr) | FmrEstimate::AtMost(fmr) if fmr <= 1e-4));
    assert_eq!(verification.verdict.reasons(), [VerdictReason::ScoreReachedThreshold]);
    assert!(verification.document.face.is_some() && verification.selfie.faces >= Some(1));
}

#[test]
fn an_unknown_false_match_rate_is_an_error() {
    let photo = portrait("obama.jpg");
    let document = document(photo.clone());
    for fmr in [0.0, 1.0, -1.0, 1e-30, f64::NAN, f64::INFINITY] {
        let error = engine().verify(&document, &photo, fmr).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{fmr}");
    }
}

fn refusals(verification: &Verification) -> Vec<String> {
    match &verification.verdict {
        Verdict::Refused(reasons) => reasons.iter().map(ToString::to_string).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn pictures_without_a_face_are_refused() {
    let noise = |x: u32, y: u32| {
        let v = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519) >> 24;
        [v as u8, (v >> 1) as u8, (255 - v) as u8]
    };
    let pictures = [
        ("1×1", picture(1, 1, |_, _| [128; 3])),
        ("1×500", picture(1, 500, |_, y| [(y % 256) as u8; 3])),
        ("black", picture(320, 240, |_, _| [0; 3])),
        ("white", picture(320, 240, |_, _| [255; 3])),
        ("gradient", picture(640, 480, |x, y| [(x / 3) as u8, (y / 2) as u8, 90])),
        ("noise", picture(400, 400, noise)),
    ];
    let face = portrait("obama.jpg");
    for (name, photo) in pictures {
        let selfie = verify(face.clone(), &photo);
        assert_eq!(refusals(&selfie), ["selfie_no_face"], "{name}");
        assert!(selfie.selfie.face.is_none());
        let document = verify(photo.clone(), &face);
        assert_eq!(refusals(&document), ["document_no_face"], "{name}");
        assert_eq!(refusals(&verify(photo.clone(), &photo)), ["document_no_face", "selfie_no_face"], "{name}");
    }
}

#[test]
fn two_equal_faces_are_refused_and_a_ghost_is_not_taken() {
    let face = portrait("obama.jpg");
    let other = portrait("astronaut.png");
    let (w, h) = (face.width(), face.height());
    let twice = picture(2 * w, h, |x, y| at(&face, x % w, y));
    assert_eq!(refusals(&verify(face.clone(), &twice)), ["selfie_several_faces"]);
    assert_eq!(refusals(&verify(twice, &face)), ["document_several_faces"]);
    // The astronaut's face at a third of the width beside the holder's: as a ghost portrait, or a
    // bystander.
    let (gw, gh) = (other.width() / 2, other.height() / 2);
    let with_ghost = picture(w + gw, h, |x, y| match (x >= w, y < gh) {
        (false, _) => at(&face, x, y),
        (true, true) => at(&other, 2 * (x - w), 2 * y),
        (true, false) => [200; 3],
    });
    let verification = verify(with_ghost, &portrait("obama2.jpg"));
    assert!(matches!(verification.verdict, Verdict::Match(_)), "{:?}", verification.verdict);
}

#[test]
fn a_turned_photograph_is_found_the_right_way_up() {
    let selfie = portrait("obama2.jpg");
    for quarter_turns in 0..4 {
        let verification = verify(turned(&portrait("obama.jpg"), quarter_turns), &selfie);
        assert!(matches!(verification.verdict, Verdict::Match(_)), "{quarter_turns}: {:?}", verification.verdict);
        let impostor = verify(turned(&portrait("biden.jpg"), quarter_turns), &selfie);
        assert!(matches!(impostor.verdict, Verdict::NoMatch(_)), "{quarter_turns}: {:?}", impostor.verdict);
    }
}

#[test]
fn faces_too_small_too_dark_or_too_bright_are_refused() {
    let face = portrait("obama.jpg");
    let (w, h) = (face.width(), face.height());
    let at_scale = |step: u32| picture(w / step, h / step, |x, y| at(&face, x * step, y * step));
    let cases = [
        ("face_too_small", at_scale(24)),
        ("nearly_black", picture(w, h, |x, y| at(&face, x, y).map(|v| v / 24))),
        ("nearly_white", picture(w, h, |x, y| at(&face, x, y).map(|v| 246 + v / 28))),
    ];
    for (word, photo) in cases {
        let words = refusals(&verify(face.clone(), &photo));
        let expected = [format!("selfie_{word}")];
        // So poor a picture may as well show no face.
        assert!(words == expected || words == ["selfie_no_face"], "{word}: {words:?}");
    }
}

#[test]
fn faces_of_every_size_are_found() {
    let face = portrait("astronaut.png");
    // The astronaut's face, 100 px wide in a square of 512: pasted at shares of a canvas of 1280 ×
    // 720.
    for share in [0.08f32, 0.12, 0.2, 0.4] {
        let scale = 105.0 / (share * 1280.0);
        let canvas = picture(1280, 720, |x, y| {
            let (sx, sy) = ((x as f32 - 640.0) * scale + 225.0, (y as f32 - 360.0) * scale + 115.0);
            let inside = (0.0..512.0).contains(&sx) && (0.0..512.0).contains(&sy);
            if inside { at(&face, sx as u32, sy as u32) } else { [110, 120, 130] }
        });
        let found = engine().locate(&canvas.frame(), selfsame::detect::select_face).unwrap();
        let (detection, _) = found.outcome.into_result().unwrap_or_else(|r| panic!("{share}: {r:?}"));
        let width = detection.rect.width() / 1280.0;
        assert!((0.7..1.4).contains(&(width / share)), "{share}: {width}");
    }
    // A close-up: the face as wide as the frame.
    let close = picture(110, 130, |x, y| at(&face, 170 + x, 50 + y));
    assert!(engine().locate(&close.frame(), selfsame::detect::select_face).unwrap().outcome.is_found());
}

#[test]
fn templates_held_at_the_same_time_differ() {
    let face = |name| match engine().face(&portrait(name).frame()).unwrap() {
        Outcome::Found(face) => face,
        Outcome::Refused(reasons) => panic!("{name}: {reasons:?}"),
    };
    let (a, b) = (face("obama.jpg"), face("biden.jpg"));
    assert!(cosine(&a.template, &b.template).unwrap() < 0.5);
    assert!(cosine(&a.template, &a.template).unwrap() > 0.9999);
}

#[test]
fn threads_share_an_engine_and_agree() {
    let (document, selfie) = (document(portrait("obama.jpg")), portrait("obama2.jpg"));
    let score = || engine().verify(&document, &selfie, 1e-4).unwrap().verdict.comparison().unwrap().score;
    let alone = score();
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(score)).collect();
        handles.into_iter().for_each(|h| assert_eq!(h.join().unwrap(), alone, "the same to the last bit"));
    });
}

#[test]
fn words_are_stable() {
    let words = [
        VerdictReason::ScoreReachedThreshold,
        VerdictReason::ScoreBelowThreshold,
        VerdictReason::Refused(Side::Selfie, FaceRefusal::NoFace),
    ];
    assert_eq!(words.map(|w| w.to_string()), ["score_reached_threshold", "score_below_threshold", "selfie_no_face"]);
}

#[test]
fn templates_in_integers_are_near_and_decide_the_same() {
    let int8 = Engine::builder().backend(Backend::Int8).build().unwrap();
    let portraits = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"];
    for name in portraits {
        let photo = portrait(name);
        let frame = photo.frame();
        let locate = |engine: &Engine| engine.locate(&frame, select_face).unwrap().outcome.found().unwrap();
        let ((found, mesh), (same, same_mesh)) = (locate(engine()), locate(&int8));
        assert_eq!((found, &mesh), (same, &same_mesh), "{name}: detector and mesh have no ranges");
        for flip in [false, true] {
            let template =
                |e: &Engine| e.extractor().extract(&frame, &mesh, &ExtractOptions::default().with_flip(flip)).unwrap();
            let cosine = cosine(&template(engine()), &template(&int8)).unwrap();
            println!("{name}: cosine {cosine:.5}, mirrored crop added: {flip}");
            assert!((0.995..0.99999).contains(&cosine), "{name}: {cosine}");
        }
    }
    for (a, b, matches) in [("obama.jpg", "obama2.jpg", true), ("obama.jpg", "biden.jpg", false)] {
        let verdict = int8.verify(&document(portrait(a)), &portrait(b), 1e-4).unwrap().verdict;
        assert_eq!(matches!(verdict, Verdict::Match(_)), matches, "{a} {b}: {verdict:?}");
        assert_eq!(matches!(verdict, Verdict::NoMatch(_)), !matches, "{a} {b}: {verdict:?}");
    }
}

#[test]
fn a_verification_is_written_with_stable_words() {
    let keys = |json: &serde_json::Value| -> Vec<String> { json.as_object().unwrap().keys().cloned().collect() };
    let matched = serde_json::to_value(verify(portrait("obama.jpg"), &portrait("obama2.jpg"))).unwrap();
    let mut expected = [
        "basis",
        "calibration",
        "decision",
        "faces",
        "fmr",
        "log_likelihood_ratio",
        "marginal",
        "origin",
        "possible_morph",
        "reasons",
        "same_picture",
        "score",
        "score_fmr",
        "threshold",
        "threshold_extrapolated",
        "threshold_interval",
    ];
    expected.sort_unstable();
    let mut found = keys(&matched);
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!((&matched["decision"], &matched["reasons"][0]), (&"match".into(), &"score_reached_threshold".into()));
    assert_eq!((&matched["origin"], &matched["calibration"]), (&"image_file".into(), &"selfie-selfie".into()));
    assert_eq!(matched["basis"], "worst-group");
    assert_eq!((&matched["fmr"], &matched["marginal"]), (&1e-4.into(), &false.into()));
    assert!(matched["score"].as_f64() >= matched["threshold"].as_f64());
    assert!(["about", "at_most"].contains(&matched["score_fmr"]["bound"].as_str().unwrap()));
    assert!(matched["score_fmr"]["value"].as_f64().unwrap() <= 1e-4);
    for side in ["document", "selfie"] {
        let side = &matched["faces"][side];
        assert_eq!(side["found"], 1);
        assert_eq!(side["face"]["rect"].as_array().unwrap().len(), 4);
        for share in ["detection_score", "face_flag", "reliability"] {
            assert!((0.5..=1.0).contains(&side["face"][share].as_f64().unwrap()), "{share}");
        }
        assert!(side["face"]["remarks"].is_array());
    }

    let refused = verify(portrait("obama.jpg"), &picture(64, 64, |_, _| [128; 3]));
    let refused = serde_json::to_value(&refused).unwrap();
    assert_eq!((&refused["decision"], &refused["reasons"][0]), (&"refused".into(), &"selfie_no_face".into()));
    for absent in ["score", "score_fmr", "log_likelihood_ratio", "marginal"] {
        assert!(refused[absent].is_null(), "{absent}");
    }
    assert!(refused["faces"]["selfie"]["face"].is_null());
}
