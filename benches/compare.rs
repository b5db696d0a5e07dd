//! Comparison of templates: one pair, encoding and decoding, and a search among 100,000.

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
use selfsame::gallery::Gallery;
use selfsame::template::{Template, TemplateEncoding};
use std::hint::black_box;

fn template(seed: f32) -> Template {
    let values: [f32; 192] = std::array::from_fn(|i| (i as f32 * seed).sin());
    Template::from_embedding(&values, "bench".into()).unwrap()
}

fn compare(c: &mut Criterion) {
    let (a, b) = (template(0.7), template(0.9));
    assert!(score(&a, &b).unwrap().value().abs() < 0.5);
    c.bench_function("score, 192 values", |bench| bench.iter(|| score(black_box(&a), black_box(&b)).unwrap()));
    for encoding in [TemplateEncoding::F32, TemplateEncoding::F16, TemplateEncoding::I8] {
        let bytes = a.encode(encoding).unwrap();
        assert!(score(&a, &Template::decode(&bytes).unwrap()).unwrap().value() > 0.999);
        c.bench_function(&format!("encode, {encoding:?}"), |bench| {
            bench.iter(|| black_box(&a).encode(encoding).unwrap())
        });
        c.bench_function(&format!("decode, {encoding:?}"), |bench| {
            bench.iter(|| Template::decode(black_box(&bytes)).unwrap())
        });
    }
}

fn search(c: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut gallery = Gallery::create(folder.path().join("gallery"), "bench", 192).unwrap();
    let templates: Vec<Template> = (0..100_000).map(|i| template(0.1 + 1e-5 * i as f32)).collect();
    gallery.append_all(&(0..).zip(&templates).collect::<Vec<_>>()).unwrap();
    assert_eq!(gallery.search(&templates[70_000], 1).unwrap()[0].id, 70_000);
    let name = format!("search among 100,000, {} threads", rayon::current_num_threads());
    c.bench_function(&name, |bench| bench.iter(|| gallery.search(black_box(&templates[70_000]), 10).unwrap()));
}

criterion_group!(benches, compare, search);
criterion_main!(benches);
