//! A simulated camera that answers what the screen shows: for each colour a recording in which the
//! same head moves in the same way, its exposure settled before. A frame is of the recording of the
//! colour that was shown when it was taken.

use selfsame::Engine;
use selfsame::image::{Limits, Photo};
use selfsame::liveness::{ChallengePolicy, Region, Segment};
use selfsame_lab::simulate::{Scene, Species, Subject, simulate};
use std::path::{Path, PathBuf};

/// Frames a second.
const FPS: u64 = 15;
/// What is recorded of each colour, in microseconds; then it begins anew.
const LENGTH_US: u64 = 9_000_000;
/// What is shown before, while the exposure settles.
const SETTLED_US: u64 = 200_000;

/// See the module.
pub struct Camera {
    lag_us: u64,
    /// By colour, frame by frame.
    recordings: Vec<([u8; 3], Vec<Vec<u8>>)>,
}

/// A file of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A portrait of the data sets that come with the project.
pub fn portrait(name: &str) -> Vec<u8> {
    std::fs::read(project("datasets/portraits").join(name)).expect("the portrait is there")
}

impl Camera {
    /// A camera before which this person, or a picture of them, is put. Recordings are kept beside
    /// other things that were built, under a name that says all that they depend on.
    pub fn new(engine: &Engine, person: &str, species: Species, seed: u64) -> Self {
        let mut scene = Scene { species, seed, ..Scene::default() };
        (scene.camera.width, scene.camera.height, scene.camera.fps) = (360, 480, FPS as f32);
        (scene.camera.jitter, scene.camera.auto_exposure_s, scene.camera.auto_white_balance_s) = (0.0, None, None);
        // An evening: that a live answer is weak in a bright room is the laboratory's to measure.
        scene.ambient_lux = 100.0;
        // Cargo names the folder to tests, and not to examples.
        let built = option_env!("CARGO_TARGET_TMPDIR").map_or_else(|| project("target/tmp"), PathBuf::from);
        let folder = built.join(format!("camera-3-{person}-{species:?}-{seed}"));
        let policy = ChallengePolicy::default();
        let mut colors: Vec<[u8; 3]> = policy.palette().to_vec();
        colors.push(policy.baseline());
        let mut subject = None;
        let record = |color: [u8; 3]| {
            let file = folder.join(format!("{:02x}{:02x}{:02x}", color[0], color[1], color[2]));
            if let Ok(frames) = std::fs::read(&file) {
                return (color, split(&frames));
            }
            let subject = subject.get_or_insert_with(|| {
                let photo = Photo::decode(&portrait(person), &Limits::default()).expect("a photograph");
                Subject::new(engine, &photo).expect("a face")
            });
            let segment = |start_us, duration_us, color| Segment { start_us, duration_us, color, region: Region::Full };
            let segments =
                [segment(0, SETTLED_US, policy.baseline()), segment(SETTLED_US, LENGTH_US - SETTLED_US, color)];
            let recording = simulate(subject, None, &segments, &scene).expect("a scene within its ranges");
            let frames: Vec<_> =
                recording.frames().map(|frame| frame.expect("a frame").jpeg.expect("a JPEG")).collect();
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(&file, joined(&frames)).expect("a file");
            (color, frames)
        };
        let mut record = record;
        Self { lag_us: scene.camera.lag_us, recordings: colors.into_iter().map(&mut record).collect() }
    }

    pub fn period_us(&self) -> u64 {
        1_000_000 / FPS
    }

    /// The frame at this time after the first picture; colours were shown from these times on.
    pub fn frame(&self, taken_us: u64, shown: &[(u64, [u8; 3])]) -> &[u8] {
        // From its middle row, half the way through a usual exposure.
        let seen_us = taken_us.saturating_sub(self.lag_us);
        let color = shown.iter().rev().find(|(at_us, _)| *at_us <= seen_us).map(|(_, color)| *color);
        let frames = self.recordings.iter().find(|(known, _)| Some(*known) == color);
        // Before anything is shown the screen is grey, the last colour recorded.
        let (_, frames) = frames.or(self.recordings.last()).expect("there are recordings");
        let first = (2 * SETTLED_US * FPS / 1_000_000) as usize;
        let index = first + (taken_us * FPS / 1_000_000) as usize % (frames.len() - first);
        &frames[index]
    }
}

fn joined(frames: &[Vec<u8>]) -> Vec<u8> {
    frames.iter().flat_map(|frame| [&(frame.len() as u32).to_le_bytes(), frame.as_slice()].concat()).collect()
}

fn split(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let Some((len, rest)) = bytes.split_first_chunk::<4>() {
        let (frame, rest) = rest.split_at(u32::from_le_bytes(*len) as usize);
        frames.push(frame.to_vec());
        bytes = rest;
    }
    frames
}
