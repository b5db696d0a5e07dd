//! Simulated sessions at 480×640 pixels: setting one up, and one frame of it, JPEG of quality 85
//! included.

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
use selfsame::engine::Engine;
use selfsame::image::{Limits, Photo};
use selfsame::liveness::{Region, Segment};
use selfsame_lab::simulate::{Camera, Scene, Species, Subject, simulate};
use std::hint::black_box;

#[path = "../../benches/support/mod.rs"]
mod support;

fn sessions(c: &mut Criterion) {
    let photo = Photo::decode(&support::selfie_jpeg(), &Limits::default()).unwrap();
    let subject = Subject::new(&Engine::new().unwrap(), &photo).unwrap();
    let segment = |i: u64, region| Segment { start_us: 500_000 * i, duration_us: 500_000, color: [255, 0, 0], region };
    let segments = [segment(0, Region::Full), segment(1, Region::Left)];
    for species in [Species::Live, Species::ReplayTablet] {
        let scene = Scene { species, ..Scene::default() };
        let session = || simulate(black_box(&subject), None, &segments, &scene).unwrap();
        let recording = session();
        c.bench_function(&format!("{species}, set-up"), |b| b.iter(session));
        for (what, index) in [("the whole screen", 10), ("half of it", 25)] {
            let frame = recording.frame(index).unwrap();
            assert_eq!((frame.photo.width(), frame.photo.height(), frame.jpeg.is_some()), (480, 640, true));
            c.bench_function(&format!("{species}, frame lit by {what}"), |b| {
                b.iter(|| recording.frame(black_box(index)).unwrap());
            });
        }
        let scene = Scene { camera: Camera { jpeg_quality: None, ..scene.camera }, ..scene };
        let recording = simulate(&subject, None, &segments, &scene).unwrap();
        c.bench_function(&format!("{species}, frame without JPEG"), |b| {
            b.iter(|| recording.frame(black_box(10)).unwrap());
        });
    }
}

criterion_group!(benches, sessions);
criterion_main!(benches);
