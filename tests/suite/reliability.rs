//! What is left on a damaged picture, one picture twice, and portraits that may be morphs.

use crate::verify::{engine, portrait};
use selfsame::align::Impression;
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::engine::{Engine, FaceRefusal, Side, Verdict, VerdictReason};
use selfsame::error::ErrorKind;
use selfsame::gallery::Gallery;
use selfsame::image::{Limits, Photo};
use selfsame::model::{Backend, Ensemble, MorphSpec, TemplateSource};
use selfsame::outcome::Outcome;
use selfsame::template::{Template, TemplateEncoding};

fn document(photo: Photo) -> DocumentPhoto {
    DocumentPhoto::from_photo(photo, Origin::ImageFile)
}

/// `photo` through a fogged lens: `share` of its contrast is left.
fn veiled(photo: &Photo, share: f32) -> Photo {
    let pixels = photo.pixels().iter().map(|v| (128.0 + share * (f32::from(*v) - 128.0)).round() as u8).collect();
    Photo::from_rgb8(photo.width(), photo.height(), pixels).unwrap()
}

/// The mean of `side` × `side` pixels in place of each: a lens far out of focus.
fn smeared(photo: &Photo, side: u32) -> Photo {
    let (width, height) = (photo.width(), photo.height());
    let image = image::RgbImage::from_raw(width, height, photo.pixels().to_vec()).unwrap();
    let small = image::imageops::thumbnail(&image, width / side, height / side);
    let back = image::imageops::resize(&small, width, height, image::imageops::FilterType::CatmullRom);
    Photo::from_rgb8(width, height, back.into_raw()).unwrap()
}

/// A face of twelve pixels, whatever it was before.
fn smear(photo: &Photo) -> Photo {
    let Outcome::Found(face) = engine().face(&photo.frame()).unwrap() else { panic!("no face") };
    smeared(photo, (face.detection.rect.width() / 12.0) as u32)
}

#[test]
fn two_bad_pictures_are_no_evidence_of_each_other() {
    let (obama, biden) = (portrait("obama.jpg"), portrait("biden.jpg"));
    // The detector sees little behind that veil, and all of what is smeared.
    let veils = (veiled(&obama, 0.06), veiled(&biden, 0.06));
    for (told, (a, b)) in [(FaceRefusal::NoFace, veils), (FaceRefusal::Unreliable, (smear(&obama), smear(&biden)))] {
        let verdict = engine().verify(&document(a), &b, 1e-4).unwrap().verdict;
        let Verdict::Refused(reasons) = &verdict else { panic!("{verdict:?}") };
        for side in [Side::Document, Side::Selfie] {
            let refused = |reason: &VerdictReason| matches!(reason, VerdictReason::Refused(s, _) if *s == side);
            assert!(reasons.iter().any(refused), "{side}: {reasons:?}");
        }
        assert!(reasons.iter().any(|r| matches!(r, VerdictReason::Refused(_, why) if *why == told)), "{reasons:?}");
    }
}

#[test]
fn clean_portraits_are_reliable_and_uncovered() {
    for name in ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"] {
        let Outcome::Found(face) = engine().face(&portrait(name).frame()).unwrap() else { panic!("{name}") };
        let reliability = face.template.reliability().unwrap();
        assert!(reliability.suffices() && reliability.value() > 0.8, "{name}: {reliability:?}");
        let covering = face.quality.covering.unwrap();
        assert!(!covering.is_covered(), "{name}: {covering:?}");
        for encoding in [TemplateEncoding::F32, TemplateEncoding::I8] {
            let bytes = face.template.encode(encoding).unwrap();
            assert_eq!(Template::decode(&bytes).unwrap().reliability(), Some(reliability), "{name}");
        }
    }
}

#[test]
fn what_is_not_reliable_is_not_enrolled() {
    let photo = smear(&portrait("obama.jpg"));
    let engine = engine();
    let located = engine.locate(&photo.frame(), selfsame::detect::select_face).unwrap();
    let (_, mesh) = located.outcome.found().unwrap();
    let template = engine.extractor().extract(&photo.frame(), &mesh, &Default::default()).unwrap();
    assert!(!template.reliability().unwrap().suffices());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.gallery");
    let mut gallery = Gallery::create(&path, engine.extractor().model_id(), template.dimension()).unwrap();
    assert_eq!(gallery.append(1, &template).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert!(!gallery.contains(1));
}

#[test]
fn a_copy_is_told_and_refused_where_that_is_asked() {
    let original = portrait("obama.jpg");
    let image = image::RgbImage::from_raw(original.width(), original.height(), original.pixels().to_vec()).unwrap();
    let (w, h) = image.dimensions();
    let half = image::imageops::resize(&image, w / 2, h / 2, image::imageops::FilterType::Triangle);
    let mut file = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut file, 50).encode_image(&half).unwrap();
    let copy = Photo::decode(&file, &Limits::default()).unwrap();
    let told = engine().verify(&document(original.clone()), &copy, 1e-4).unwrap();
    assert!(told.is_same_picture() && matches!(told.verdict, Verdict::Match(_)), "{:?}", told.likeness);
    assert_eq!(serde_json::to_value(&told).unwrap()["same_picture"], true);
    let other = engine().verify(&document(original.clone()), &portrait("obama2.jpg"), 1e-4).unwrap();
    assert!(!other.is_same_picture() && other.likeness.unwrap() < Impression::SAME_PICTURE, "{:?}", other.likeness);
    let strict = Engine::builder().refuse_same_picture().build().unwrap();
    let refused = strict.verify(&document(original), &copy, 1e-4).unwrap();
    assert_eq!(refused.verdict, Verdict::Refused(vec![VerdictReason::SamePicture]));
}

#[test]
fn a_possible_morph_is_told_and_refused_where_that_is_asked() {
    let bundled = Ensemble::load(&TemplateSource::default(), &Backend::default()).unwrap();
    let with = |morphs: Option<MorphSpec>| {
        let mut card = bundled.card().clone();
        card.morphs = morphs;
        Engine::builder().template(Ensemble::new(card, bundled.models().to_vec()).unwrap())
    };
    // A measure that is its offset, whatever the templates are.
    let always = |offset: f32, values: usize| MorphSpec {
        data: "made up".into(),
        people: 2,
        offset,
        document_magnitudes: vec![0.0; 2],
        live_magnitudes: vec![0.0; 2],
        dimensions: vec![192, values],
        parts: vec![0.0; 2],
    };
    let (page, selfie) = (document(portrait("obama.jpg")), portrait("obama2.jpg"));
    let told = with(Some(always(0.0, 128))).build().unwrap().verify(&page, &selfie, 1e-4).unwrap();
    assert!(told.is_possible_morph() && matches!(told.verdict, Verdict::Match(_)), "{:?}", told.morph);
    assert_eq!(serde_json::to_value(&told).unwrap()["possible_morph"], true);
    let strict = with(Some(always(0.0, 128))).refuse_possible_morph().build().unwrap();
    let refused = strict.verify(&page, &selfie, 1e-4).unwrap();
    assert_eq!(refused.verdict, Verdict::Refused(vec![VerdictReason::PossibleMorph]));
    let stranger = strict.verify(&page, &portrait("biden.jpg"), 1e-4).unwrap();
    assert!(
        stranger.morph.is_none() && matches!(stranger.verdict, Verdict::NoMatch(_)),
        "nothing is asked of strangers"
    );
    let strict = with(Some(always(-0.1, 128))).refuse_possible_morph().build().unwrap();
    let genuine = strict.verify(&page, &selfie, 1e-4).unwrap();
    assert!(!genuine.is_possible_morph() && genuine.morph.is_some() && matches!(genuine.verdict, Verdict::Match(_)));
    // A card that says nothing is not a card that says no.
    let silent = with(None).refuse_possible_morph().build().unwrap().verify(&page, &selfie, 1e-4).unwrap();
    assert!(silent.morph.is_none() && matches!(silent.verdict, Verdict::Match(_)));
    assert!(serde_json::to_value(&silent).unwrap()["possible_morph"].is_null());
    assert_eq!(with(Some(always(0.0, 3))).build().unwrap_err().kind(), ErrorKind::InvalidModel);
}
