//! Each stage by itself, on one selfie of 1280×720 pixels: what a verification spends where.

// Where nothing comes from outside, an assertion or a panic is the plainest report.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing
)]

use criterion::{Criterion, criterion_group, criterion_main};
use selfsame::compare::score;
use selfsame::detect::{DetectOptions, FaceSelection, select_face};
use selfsame::document::{Dg2, DocumentPhoto, ImageCoding, NewFace, write_dg2};
use selfsame::engine::Engine;
use selfsame::image::{Limits, Photo};
use selfsame::quality::assess;
use selfsame::template::ExtractOptions;
use std::hint::black_box;

#[path = "support/mod.rs"]
mod support;

fn stages(c: &mut Criterion) {
    let limits = Limits::default();
    let (document, selfie) = (support::document_jpeg(), support::selfie_jpeg());
    let engine = Engine::new().unwrap();
    let photo = Photo::decode(&selfie, &limits).unwrap();
    let frame = photo.frame();
    let detections = engine.detector().detect(&frame, &DetectOptions::default()).unwrap();
    let FaceSelection::One(detection) = select_face(&detections) else { panic!("the selfie shows one face") };
    let mesh = engine.mesher().mesh(&frame, &detection).unwrap();
    let extract = |flip| engine.extractor().extract(&frame, &mesh, &ExtractOptions::default().with_flip(flip)).unwrap();
    let template = extract(true);

    c.bench_function("engine, load", |b| b.iter(|| Engine::new().unwrap()));
    c.bench_function("decode, 413×531 JPEG", |b| b.iter(|| Photo::decode(black_box(&document), &limits).unwrap()));
    c.bench_function("decode, 1280×720 JPEG", |b| b.iter(|| Photo::decode(black_box(&selfie), &limits).unwrap()));
    c.bench_function("detect", |b| {
        b.iter(|| engine.detector().detect(black_box(&frame), &DetectOptions::default()).unwrap());
    });
    c.bench_function("mesh", |b| b.iter(|| engine.mesher().mesh(black_box(&frame), &detection).unwrap()));
    c.bench_function("quality", |b| b.iter(|| assess(black_box(&frame), &mesh).unwrap()));
    c.bench_function("template, one crop", |b| b.iter(|| extract(black_box(false))));
    c.bench_function("template, crop and mirror image", |b| b.iter(|| extract(black_box(true))));
    c.bench_function("compare", |b| b.iter(|| score(black_box(&template), black_box(&template)).unwrap()));
}

/// A chip's portrait: its parsing alone, and all the way to a template.
fn chip(c: &mut Criterion) {
    let limits = Limits::default();
    let engine = Engine::new().unwrap();
    let codings = [("JPEG", ImageCoding::Jpeg), ("JPEG 2000", ImageCoding::Jpeg2000)];
    for ((what, coding), image) in codings.into_iter().zip([support::chip_jpeg(), support::chip_jpeg2000()]) {
        let file = write_dg2(&[NewFace::new(&image, coding, 240, 320)]).unwrap();
        let name = format!("DG2 of {:.0} kB, {what}, parse", 1e-3 * file.len() as f64);
        c.bench_function(&name, |b| {
            b.iter(|| assert_eq!(Dg2::parse(black_box(&file)).unwrap().faces().count(), 1));
        });
        c.bench_function(&format!("DG2, {what}, to a decoded portrait"), |b| {
            b.iter(|| DocumentPhoto::from_dg2(black_box(&file), &limits).unwrap());
        });
        c.bench_function(&format!("DG2, {what}, to a template"), |b| {
            b.iter(|| {
                let document = DocumentPhoto::from_dg2(black_box(&file), &limits).unwrap();
                let frame = document.photo().frame();
                let detections = engine.detector().detect(&frame, &DetectOptions::default()).unwrap();
                let FaceSelection::One(detection) = select_face(&detections) else { panic!("one face") };
                let mesh = engine.mesher().mesh(&frame, &detection).unwrap();
                engine.extractor().extract(&frame, &mesh, &ExtractOptions::default()).unwrap()
            });
        });
    }
}

criterion_group!(benches, stages, chip);
criterion_main!(benches);
