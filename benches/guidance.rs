//! What guidance costs per frame of 1280×720 pixels in NV12, against its networks alone: minima of
//! runs that take turns, so that what else the machine does falls on all alike. Run it on one core:
//! `taskset -c 0 cargo bench --bench guidance`.

// Where nothing comes from outside, an assertion or a panic is the plainest report.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing
)]

use selfsame::capture::{CaptureOptions, CaptureSession, Hint, face_oval};
use selfsame::engine::Engine;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Frame, Limits, Photo, PixelFormat, warp_rgb8};
use selfsame::mesh::Mesh;
use selfsame::model::{Backend, Task};
use selfsame::quality::essentials;
use std::hint::black_box;
use std::time::Instant;

#[path = "support/mod.rs"]
mod support;
use support::Runner;

const WIDTH: usize = 1280;
const HEIGHT: usize = 720;
const ROUNDS: usize = 400;

/// NV12 of BT.601 in the limited range; chroma of each block's upper left pixel.
fn nv12(photo: &Photo) -> Vec<u8> {
    let at = |x: usize, y: usize| [0, 1, 2].map(|c| f32::from(photo.pixels()[3 * (y * WIDTH + x) + c]));
    let mix = |[r, g, b]: [f32; 3], [x, y, z]: [f32; 3], shift: f32| (x * r + y * g + z * b + shift).round() as u8;
    let luma = (0..WIDTH * HEIGHT).map(|i| mix(at(i % WIDTH, i / WIDTH), [0.257, 0.504, 0.098], 16.0));
    let blocks = (0..HEIGHT / 2).flat_map(|y| (0..WIDTH / 2).map(move |x| (2 * x, 2 * y)));
    let chroma = blocks.flat_map(|(x, y)| {
        [mix(at(x, y), [-0.148, -0.291, 0.439], 128.0), mix(at(x, y), [0.439, -0.368, -0.071], 128.0)]
    });
    luma.chain(chroma).collect()
}

fn frame(pixels: &[u8]) -> Frame<'_> {
    Frame::new(pixels, WIDTH as u32, HEIGHT as u32, WIDTH, PixelFormat::Nv12).unwrap()
}

/// The part of `photo` that shows its face `share` times as wide as the oval, in the middle.
fn filling(photo: &Photo, face: &Mesh, share: f32) -> Vec<u8> {
    let oval = CaptureOptions::default().oval().in_frame(WIDTH as u32, HEIGHT as u32);
    let face = face_oval(face).unwrap();
    let scale = face.width_px / (share * oval.width_px);
    let corner = Point::new(face.center.x - scale * oval.center.x, face.center.y - scale * oval.center.y);
    let source_from_target = Similarity::new(scale, 0.0, corner).unwrap();
    let crop = Crop { width: WIDTH, height: HEIGHT, source_from_target, border: Border::Replicate };
    nv12(&warp_rgb8(&photo.frame(), &crop).unwrap())
}

/// Guidance of one frame after the other, all the same.
struct Guided<'a> {
    engine: &'a Engine,
    session: CaptureSession,
    time_us: u64,
}

impl<'a> Guided<'a> {
    fn new(engine: &'a Engine, redetect_period_us: u64) -> Self {
        let options = CaptureOptions::default();
        let tracker = options.tracker().with_redetect_period_us(redetect_period_us).unwrap();
        let options = options.with_tracker(tracker);
        Self { engine, session: CaptureSession::new(options).unwrap(), time_us: 0 }
    }

    fn run(&mut self, frame: &Frame<'_>) -> Hint {
        self.time_us += 33_333;
        self.engine.guide(&mut self.session, frame, self.time_us).unwrap().hint
    }
}

fn main() {
    let engine = Engine::new().unwrap();
    let photo = Photo::decode(&support::selfie_jpeg(), &Limits::default()).unwrap();
    let located = engine.detector().detect(&photo.frame(), &Default::default()).unwrap();
    let mesh = engine.mesher().mesh(&photo.frame(), &located[0]).unwrap();
    let (mut detect, mut mesh_alone) =
        (Runner::load(Task::Detect, &Backend::Native, 1), Runner::load(Task::Mesh, &Backend::Native, 1));
    for share in [1.0, 0.6] {
        let pixels = filling(&photo, &mesh, share);
        let frame = frame(&pixels);
        let (mut tracked, mut detected) = (Guided::new(&engine, 60_000_000), Guided::new(&engine, 0));
        for _ in 0..40 {
            assert_ne!((tracked.run(&frame), detected.run(&frame)), (Hint::NoFace, Hint::NoFace));
        }
        let seen = |guided: &Guided<'_>| guided.session.observation().unwrap().detected;
        assert_eq!((seen(&tracked), seen(&detected)), (false, true));
        let face = tracked.session.observation().unwrap().face.clone().unwrap().mesh;
        let mut detections = Vec::new();
        let options = CaptureOptions::default().tracker().detect();
        let mut steps: [(&str, &mut dyn FnMut()); 8] = [
            ("detect network", &mut || detect.run()),
            ("mesh network", &mut || mesh_alone.run()),
            ("tracked frame", &mut || _ = black_box(tracked.run(&frame))),
            ("frame with detection", &mut || _ = black_box(detected.run(&frame))),
            ("detector", &mut || engine.detector().detect_into(&frame, &options, &mut detections).unwrap()),
            ("mesher", &mut || _ = black_box(engine.mesher().refine(&frame, &face).unwrap())),
            ("essentials", &mut || _ = black_box(essentials(&frame, &face).unwrap())),
            ("pose", &mut || _ = black_box(face.pose())),
        ];
        let mut least_us = [f64::INFINITY; 8];
        for _ in 0..ROUNDS {
            for ((_, step), least) in steps.iter_mut().zip(&mut least_us) {
                let start = Instant::now();
                step();
                *least = least.min(1e6 * start.elapsed().as_secs_f64());
            }
        }
        println!("face {share} times as wide as the oval");
        for ((what, _), us) in steps.iter().zip(least_us) {
            println!("  {what:<22}{us:>8.0} µs");
        }
        let [detect, mesh, tracked, detected, ..] = least_us;
        println!("  tracked / mesh network            {:.2}", tracked / mesh);
        println!("  with detection / both networks    {:.2}", detected / (detect + mesh));
    }
}
