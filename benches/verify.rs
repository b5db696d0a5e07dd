//! The whole chain from two files to a decision, decoding included, beside the sum of the networks'
//! own times.
//!
//! The document is a JPEG of 413×531 pixels, the selfie one of 1280×720, both made from portraits
//! of `datasets/`. With feature `ort` and a library that can be found the same chain runs on ONNX
//! Runtime, too, on one thread.

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
use selfsame::engine::{Engine, Verdict};
use selfsame::model::Backend;
use std::hint::black_box;
use std::time::Instant;

#[path = "support/mod.rs"]
mod support;
use support::{Networks, document_jpeg, selfie_jpeg, verify};

fn benches(c: &mut Criterion) {
    let (document, selfie) = (document_jpeg(), selfie_jpeg());
    let backends: &[(&str, Backend)] = &[
        ("native", Backend::Native),
        #[cfg(feature = "ort")]
        ("ort", Backend::Ort(selfsame::model::OrtOptions::default())),
    ];
    let mut group = c.benchmark_group("verify");
    for (name, backend) in backends {
        let engine = match Engine::builder().backend(backend.clone()).build() {
            Ok(engine) => engine,
            Err(error) => {
                eprintln!("{name} is left out: {error}");
                continue;
            }
        };
        assert!(matches!(verify(&engine, &document, &selfie), Verdict::Match(_)));
        group.bench_function(*name, |b| b.iter(|| verify(&engine, black_box(&document), black_box(&selfie))));
        let mut networks = Networks::load(backend);
        group.bench_function(format!("{name}, networks alone"), |b| b.iter(|| networks.run_as_in_verify()));
    }
    group.finish();

    // As many verifications on each thread: with as many cores the time should stay the same.
    let engine = Engine::new().unwrap();
    let mut group = c.benchmark_group("verify on every thread");
    for threads in 1..=std::thread::available_parallelism().map_or(1, usize::from).min(16) {
        let id = format!("{threads}");
        group.bench_function(id, |b| {
            b.iter_custom(|iterations| {
                let started = Instant::now();
                std::thread::scope(|scope| {
                    for _ in 0..threads {
                        scope.spawn(|| (0..iterations).for_each(|_| drop(verify(&engine, &document, &selfie))));
                    }
                });
                started.elapsed()
            });
        });
    }
    group.finish();
}

criterion_group!(verification, benches);
criterion_main!(verification);
