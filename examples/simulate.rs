//! Writes a recorded session: a folder with `session.json` and its frames, made from a portrait.
//!
//! `cargo run --release --example simulate -- PORTRAIT --species print --ambient 300 --skin 4 --seed 7 --out DIR`

#[path = "support/mod.rs"]
mod support;

use clap::Parser;
use selfsame::engine::Engine;
use selfsame::error::{Error, ErrorKind, Result, Stage};
use selfsame::image::{Limits, Photo};
use selfsame::liveness::{Region, Segment};
use selfsame::simulate::{Scene, Species, Subject, simulate};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Writes a recorded flash session made from a portrait. A development tool: what is measured on it is measured on a simulation.
#[derive(Parser)]
struct Arguments {
    /// A frontal portrait of one face.
    portrait: PathBuf,
    /// What the camera is shown: live, print_flat (or print), replay_tablet, injected_relight, ...
    #[arg(long, default_value = "live")]
    species: Species,
    /// Who takes over half-way in a face_swap.
    #[arg(long)]
    other: Option<PathBuf>,
    /// Ambient light in lux.
    #[arg(long, default_value_t = 300.0)]
    ambient: f32,
    /// Its colour temperature in kelvin.
    #[arg(long, default_value_t = 4500.0)]
    kelvin: f32,
    /// Skin tone group, 1 (very light) to 6 (dark).
    #[arg(long, default_value_t = 3)]
    skin: u8,
    /// From the camera to the eyes, in centimetres.
    #[arg(long, default_value_t = 30.0)]
    distance: f32,
    /// Frames per second.
    #[arg(long, default_value_t = 30.0)]
    fps: f32,
    /// How late the camera's frames arrive, in milliseconds.
    #[arg(long, default_value_t = 80)]
    lag: u64,
    /// How late an injected answer is beside that, in milliseconds.
    #[arg(long, default_value_t = 100)]
    delay: u64,
    /// The same seed gives the same session.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The folder to write.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> ExitCode {
    let arguments: Arguments = match support::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => support::failed(&error, false),
    }
}

fn subject(engine: &Engine, path: &Path) -> Result<Subject> {
    let limits = Limits::default();
    Subject::new(engine, &Photo::decode(&support::read(path, &limits, Stage::Simulate)?, &limits)?)
}

/// A fixed sequence between two grey guards.
fn sequence() -> Vec<Segment> {
    let colors = [
        [128; 3],
        [255, 0, 0],
        [0, 255, 255],
        [0, 0, 255],
        [255; 3],
        [0, 255, 0],
        [255, 0, 255],
        [0; 3],
        [255, 255, 0],
        [128; 3],
    ];
    let segment = |(i, color): (u64, [u8; 3])| Segment { start_us: 450_000 * i, duration_us: 450_000, color, region: Region::Full };
    (0..).zip(colors).map(segment).collect()
}

fn run(arguments: &Arguments) -> Result<()> {
    let mut scene = Scene {
        species: arguments.species,
        skin: arguments.skin,
        ambient_lux: arguments.ambient,
        ambient_kelvin: arguments.kelvin,
        distance_cm: arguments.distance,
        seed: arguments.seed,
        ..Scene::default()
    };
    (scene.camera.fps, scene.camera.lag_us) = (arguments.fps, 1000 * arguments.lag);
    scene.attack.delay_us = 1000 * arguments.delay;
    let engine = Engine::new()?;
    let main = subject(&engine, &arguments.portrait)?;
    let other = arguments.other.as_deref().map(|path| subject(&engine, path)).transpose()?;
    let recording = simulate(&main, other.as_ref(), &sequence(), &scene)?;

    let io = |e| {
        Error::new(ErrorKind::Io, Stage::Simulate, format!("cannot write {}", arguments.out.display())).with_source(e)
    };
    std::fs::create_dir_all(&arguments.out).map_err(io)?;
    for (i, frame) in recording.frames().enumerate() {
        let frame = frame?;
        std::fs::write(arguments.out.join(format!("{i:06}.jpg")), frame.jpeg.unwrap_or_default()).map_err(io)?;
    }
    println!("{} frames of {} in {}", recording.len(), scene.species, arguments.out.display());
    Ok(())
}
