//! The cost of liveness: a frame's measurement against the mesh network that it comes with, and the
//! verdict.
//!
//! `cargo bench --bench liveness` prints, after criterion's figures, their ratio in one run.

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
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::image::Photo;
use selfsame::liveness::{Challenge, ChallengePolicy, LivenessOptions, LivenessSession, Trace};
use selfsame::mesh::Mesh;
use selfsame_lab::simulate::{Camera, Scene, Subject, simulate};
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 200;

fn benches(c: &mut Criterion) {
    let engine = Engine::new().expect("bundled models");
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../datasets/portraits/obama.jpg"))
        .expect("a portrait of the datasets");
    let portrait = Photo::decode(&file, &Default::default()).expect("a picture");
    let subject = Subject::new(&engine, &portrait).expect("a face");
    let challenge = Challenge::issue(&mut ChaCha20Rng::from_seed([7; 32]), &ChallengePolicy::default(), 1_790_000_000)
        .expect("a challenge");
    let scene = Scene { camera: Camera { jpeg_quality: None, ..Camera::default() }, ..Scene::default() };
    let recording = simulate(&subject, None, challenge.segments(), &scene).expect("a session");
    let mut session = LivenessSession::new(challenge, LivenessOptions::default()).expect("a session");
    let mut last = None;
    for frame in recording.frames() {
        let frame = frame.expect("a frame");
        let _ = engine.watch(&mut session, &frame.photo.frame(), frame.timestamp_us);
        last = Some(frame.photo);
    }
    println!("{:?} on {} frames", session.report().verdict, session.trace().frames());
    let photo = last.expect("frames");
    let located = engine.locate(&photo.frame(), select_face).expect("networks run");
    let (_, mesh) = located.outcome.found().expect("a face");

    let measure = |mesh: &Mesh| {
        let mut trace = Trace::new();
        trace.push(&photo.frame(), mesh, 0, 0, 1);
        trace
    };
    let refine = |mesh: &Mesh| engine.mesher().refine(&photo.frame(), mesh).expect("networks run");
    c.bench_function("liveness/measure_a_frame", |b| b.iter(|| measure(black_box(&mesh))));
    c.bench_function("liveness/mesh_network", |b| b.iter(|| refine(black_box(&mesh))));
    c.bench_function("liveness/verdict", |b| b.iter(|| black_box(&session).report()));

    let (mut measuring, mut meshing) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        black_box(measure(&mesh));
        let measured = Instant::now();
        black_box(refine(&mesh));
        measuring += measured - begun;
        meshing += measured.elapsed();
    }
    println!(
        "a frame's measurement takes {:.3} of the mesh network's time",
        measuring.as_secs_f64() / meshing.as_secs_f64()
    );
}

criterion_group!(liveness, benches);
criterion_main!(liveness);
