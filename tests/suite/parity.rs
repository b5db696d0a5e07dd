//! The whole chain on both backends: same boxes, same landmarks, same templates.
//!
//! Always on the portraits, shifted and zoomed to make a hundred aligned faces; on a hundred
//! pictures of LFW as well if `SELFSAME_LFW` names its folder.

use crate::backends::ort::library;
use crate::verify::{engine, portrait};
use selfsame::align::AlignedCrop;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Limits, Photo};
use selfsame::model::{Backend, OrtOptions};
use selfsame::template::ExtractOptions;

const PORTRAITS: [&str; 5] = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg", "astronaut.png"];

fn ort_engine() -> Option<Engine> {
    library()?;
    Some(Engine::builder().backend(Backend::Ort(OrtOptions::default())).build().unwrap())
}

/// Largest distance between the backends' boxes, keypoints and landmarks, in pixels, and the
/// templates' cosine.
fn compare(photo: &Photo, reference: &Engine) -> (f32, f32) {
    let frame = photo.frame();
    let found = [engine(), reference].map(|e| {
        let (detection, mesh) = e.locate(&frame, select_face).unwrap().outcome.found().unwrap();
        let template = e.extractor().extract(&frame, &mesh, &ExtractOptions::default()).unwrap();
        (detection, mesh, template)
    });
    let [(detection, mesh, template), (other_detection, other_mesh, other_template)] = &found;
    let corners = |r: &selfsame::geometry::Rect| [Point::new(r.left(), r.top()), Point::new(r.right(), r.bottom())];
    let points = |d: &selfsame::detect::Detection| [corners(&d.rect).as_slice(), &d.keypoints].concat();
    let boxes = points(detection).iter().zip(points(other_detection)).map(|(p, q)| p.distance(q)).fold(0.0, f32::max);
    let landmarks = mesh.points().iter().zip(other_mesh.points());
    let landmarks = landmarks.map(|(p, q)| (p[0] - q[0]).hypot(p[1] - q[1])).fold(0.0, f32::max);
    (boxes.max(landmarks), selfsame::compare::cosine(template, other_template).unwrap())
}

#[test]
fn boxes_landmarks_and_templates_agree_on_portraits() {
    let Some(reference) = ort_engine() else { return };
    for name in PORTRAITS {
        let (distance, cosine) = compare(&portrait(name), &reference);
        println!("{name}: {distance:.5} px, cosine {cosine:.8}");
        assert!(distance <= 0.1 && cosine >= 0.9999, "{name}: {distance} px, cosine {cosine}");
    }
}

#[test]
fn templates_agree_on_a_hundred_aligned_faces() {
    let Some(reference) = ort_engine() else { return };
    let mut worst = 1.0f32;
    for name in PORTRAITS {
        let photo = portrait(name);
        let frame = photo.frame();
        let (_, mesh) = engine().locate(&frame, select_face).unwrap().outcome.found().unwrap();
        let card = selfsame::model::ModelCard::parse(include_str!("../../models/template.toml")).unwrap();
        let aligned = selfsame::align::align(&mesh, &card).unwrap();
        for i in 0..20u8 {
            let i = f32::from(i);
            let jitter =
                Similarity::new(1.0 + 0.01 * (i - 10.0), 2.0 * (i - 10.0), Point::new(i - 10.0, 5.0 - i)).unwrap();
            let mut moved: AlignedCrop = aligned.clone();
            moved.crop.source_from_target = aligned.crop.source_from_target.after(&jitter).unwrap();
            let take = |e: &Engine| e.extractor().extract_aligned(&frame, &moved, &ExtractOptions::default()).unwrap();
            worst = worst.min(selfsame::compare::cosine(&take(engine()), &take(&reference)).unwrap());
        }
    }
    println!("least cosine of 100: {worst:.8}");
    assert!(worst >= 0.9999, "{worst}");
}

#[test]
fn both_backends_agree_on_lfw() {
    let (Some(folder), Some(reference)) = (std::env::var_os("SELFSAME_LFW"), ort_engine()) else { return };
    let mut people: Vec<_> =
        std::fs::read_dir(std::path::Path::new(&folder).join("images")).unwrap().map(|e| e.unwrap().path()).collect();
    people.sort();
    let (mut worst_px, mut worst_cosine, mut compared) = (0.0f32, 1.0f32, 0);
    for person in people.iter().step_by(people.len() / 130) {
        let file = std::fs::read_dir(person).unwrap().next().unwrap().unwrap().path();
        let photo = Photo::decode(&std::fs::read(file).unwrap(), &Limits::default()).unwrap();
        if engine().locate(&photo.frame(), select_face).unwrap().outcome.is_refused() {
            continue;
        }
        let (distance, cosine) = compare(&photo, &reference);
        (worst_px, worst_cosine, compared) = (worst_px.max(distance), worst_cosine.min(cosine), compared + 1);
    }
    println!("{compared} pictures of LFW: at most {worst_px:.5} px, cosine at least {worst_cosine:.8}");
    assert!(compared >= 100 && worst_px <= 0.1 && worst_cosine >= 0.9999);
}
