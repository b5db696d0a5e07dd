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
use selfsame::engine::Engine;
use selfsame::error::Stage;
use selfsame::image::Photo;
use selfsame::liveness::{Challenge, ChallengePolicy, LivenessOptions, LivenessSession};
use selfsame::observer::{Side, StageObserver};
use selfsame_lab::simulate::{Camera, Scene, Subject, simulate};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Frames that the ratio is the mean of.
const ROUNDS: u64 = 200;
/// A session takes 2,000 frames at most.
const FRAMES_OF_A_SESSION: u64 = 1_000;

/// How long measuring and the mesh network took.
struct Clock {
    begun: Instant,
    measuring: Duration,
    meshing: Duration,
}

impl StageObserver for Clock {
    fn enter(&mut self, _: Side, _: Stage) {
        self.begun = Instant::now();
    }

    fn leave(&mut self, _: Side, stage: Stage) {
        match stage {
            Stage::Liveness => self.measuring += self.begun.elapsed(),
            Stage::Mesh => self.meshing += self.begun.elapsed(),
            _ => {}
        }
    }
}

/// Watches `photo` again and again, `frames` times, as if after the flashes.
fn watch(engine: &Engine, challenge: &Challenge, photo: &Photo, frames: u64) -> Clock {
    let mut clock = Clock { begun: Instant::now(), measuring: Duration::ZERO, meshing: Duration::ZERO };
    let mut session = None;
    for i in 0..frames {
        if i % FRAMES_OF_A_SESSION == 0 {
            session = LivenessSession::new(challenge.clone(), LivenessOptions::default()).ok();
        }
        let session = session.as_mut().expect("a session");
        let timestamp_us = challenge.total_us() + 33_333 * (1 + i % FRAMES_OF_A_SESSION);
        let progress = engine.watch_observed(session, &photo.frame(), timestamp_us, &mut clock);
        let _ = black_box(progress.expect("networks run"));
    }
    clock
}

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
    let mut session = LivenessSession::new(challenge.clone(), LivenessOptions::default()).expect("a session");
    let mut last = None;
    for frame in recording.frames() {
        let frame = frame.expect("a frame");
        let _ = engine.watch(&mut session, &frame.photo.frame(), frame.timestamp_us);
        last = Some(frame.photo);
    }
    println!("{:?} on {} frames", session.report().verdict, session.trace().frames());
    let photo = last.expect("frames");
    c.bench_function("liveness/measure_a_frame", |b| {
        b.iter_custom(|frames| watch(&engine, &challenge, &photo, frames).measuring)
    });
    c.bench_function("liveness/mesh_network", |b| {
        b.iter_custom(|frames| watch(&engine, &challenge, &photo, frames).meshing)
    });
    c.bench_function("liveness/verdict", |b| b.iter(|| black_box(&session).report()));

    let Clock { measuring, meshing, .. } = watch(&engine, &challenge, &photo, ROUNDS);
    println!(
        "a frame's measurement takes {:.3} of the mesh network's time",
        measuring.as_secs_f64() / meshing.as_secs_f64()
    );
}

criterion_group!(liveness, benches);
criterion_main!(liveness);
