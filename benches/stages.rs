//! Each stage by itself, on one selfie of 1280×720 pixels: what a verification spends where.

use criterion::{Criterion, criterion_group, criterion_main};
use selfsame::compare::score;
use selfsame::detect::{DetectOptions, FaceSelection, select_face};
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
    let extract =
        |flip| engine.extractor().extract(&frame, &mesh, &ExtractOptions { flip, ..Default::default() }).unwrap();
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

criterion_group!(benches, stages);
criterion_main!(benches);
