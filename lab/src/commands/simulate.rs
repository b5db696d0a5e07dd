//! Writes a recorded session: a folder with `session.json` and its frames, made from a portrait.
//!
//! `cargo run --release -p selfsame-lab -- simulate PORTRAIT --species print --ambient 300 --skin 4
//! --seed 7 --out DIR`
//!
//! Prints the frames made per second, JPEG and writing included. `scene.json` beside the session
//! tells what was simulated.
//!
//! `--layers` writes instead what a camera that answers a page is made of: `layers.json`, and for
//! each frame one picture in the ambient light alone and one in the screen's alone.

use clap::Args;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use rayon::prelude::*;
use selfsame::engine::Engine;
use selfsame::image::Limits;
use selfsame::liveness::{Challenge, ChallengePolicy, FrameRecord, SessionManifest, ShownSegment};
use selfsame_lab::error::{Error, ErrorKind, OfFile, Result, Stage};
use selfsame_lab::output;
use selfsame_lab::say;
use selfsame_lab::simulate::{Camera, LayerScales, Recording, Scene, Species, Subject, simulate};
use selfsame_lab::tools::command_line;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// When the challenge is issued, in Unix seconds: always the same, so that the session is.
const ISSUED_AT: u64 = 1_790_000_000;

/// Writes a recorded flash session made from a portrait. A development tool: what is measured on it
/// is measured on a simulation.
#[derive(Args)]
pub struct Arguments {
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
    /// Width of a frame in pixels.
    #[arg(long, default_value_t = 480)]
    width: u32,
    /// Height of a frame in pixels.
    #[arg(long, default_value_t = 640)]
    height: u32,
    /// How late the camera's frames arrive, in milliseconds.
    #[arg(long, default_value_t = 80)]
    lag: u64,
    /// How late an injected answer is beside that, in milliseconds.
    #[arg(long, default_value_t = 100)]
    delay: u64,
    /// A challenge as JSON; without it one is issued from the seed.
    #[arg(long)]
    challenge: Option<PathBuf>,
    /// The same seed gives the same session.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The folder to write.
    #[arg(long, required_unless_present = "layers")]
    out: Option<PathBuf>,
    /// A folder to write light layers to, instead of a session: each frame in the ambient light and
    /// in the screen's, apart.
    #[arg(long, conflicts_with_all = ["out", "challenge", "other"])]
    layers: Option<PathBuf>,
    /// How many frames of layers.
    #[arg(long, default_value_t = 45, requires = "layers", value_parser = clap::value_parser!(u16).range(1..=1000))]
    frames: u16,
}

/// Writes the session; exit status 0, or 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    match record(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => command_line::failed(&error, false),
    }
}

fn subject(engine: &Engine, path: &Path) -> Result<Subject> {
    Subject::new(engine, &command_line::photo(path, &Limits::default(), Stage::Simulate)?).of_file(path)
}

fn challenge(arguments: &Arguments) -> Result<Challenge> {
    match &arguments.challenge {
        Some(path) => Challenge::parse(&command_line::read(path, &Limits::default(), Stage::Simulate)?).of_file(path),
        None => {
            let mut rng = ChaCha20Rng::seed_from_u64(arguments.seed);
            Ok(Challenge::issue(&mut rng, &ChallengePolicy::default(), ISSUED_AT)?)
        }
    }
}

fn record(arguments: &Arguments) -> Result<()> {
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
    (scene.camera.width, scene.camera.height) = (arguments.width, arguments.height);
    scene.attack.delay_us = 1000 * arguments.delay;
    let engine = Engine::new()?;
    let main = subject(&engine, &arguments.portrait)?;
    let other = arguments.other.as_deref().map(|path| subject(&engine, path)).transpose()?;
    if let Some(folder) = &arguments.layers {
        return layers(arguments, &main, &scene, folder);
    }
    let Some(out) = &arguments.out else { return Ok(()) };
    let challenge = challenge(arguments)?;
    let recording = simulate(&main, other.as_ref(), challenge.segments(), &scene)?;
    let start = Instant::now();
    write(&recording, challenge, out)?;
    let rate = recording.len() as f64 / start.elapsed().as_secs_f64();
    say!("{} frames of {} in {}: {rate:.0} a second", recording.len(), scene.species, out.display());
    Ok(())
}

/// What a mixer of light layers has to know.
#[derive(Serialize)]
struct LayersManifest {
    format: u8,
    species: Species,
    width: u32,
    height: u32,
    fps: f32,
    #[serde(flatten)]
    scales: LayerScales,
    frames: Vec<[String; 2]>,
}

fn layers(arguments: &Arguments, subject: &Subject, scene: &Scene, folder: &Path) -> Result<()> {
    let unwritten = |path: &Path, e| command_line::unwritten(path, Stage::Simulate, e);
    let duration_us = 1e6 * f64::from(arguments.frames) / f64::from(arguments.fps);
    let recording = simulate(subject, None, &Recording::white(duration_us as u64), scene)?;
    let scales = recording.layer_scales()?;
    std::fs::create_dir_all(folder).map_err(|e| unwritten(folder, e))?;
    let one = |i: usize| {
        let files = ["ambient", "screen"].map(|light| format!("{i:04}-{light}.jpg"));
        let jpegs = recording.light_layers(i, scales)?.to_jpegs()?;
        for (file, jpeg) in files.iter().zip(jpegs) {
            let path = folder.join(file);
            output::write(&path, &jpeg).map_err(|e| unwritten(&path, e))?;
        }
        Ok(files)
    };
    let frames = (0..usize::from(arguments.frames)).into_par_iter().map(one).collect::<Result<_>>()?;
    let Camera { width, height, fps, .. } = scene.camera;
    let manifest = LayersManifest { format: 1, species: scene.species, width, height, fps, scales, frames };
    let path = folder.join("layers.json");
    let json = serde_json::to_vec_pretty(&manifest).map_err(|e| unwritten(&path, e.into()))?;
    output::write(&path, &json).map_err(|e| unwritten(&path, e))?;
    say!("{} frames of {} in two lights in {}", arguments.frames, scene.species, folder.display());
    Ok(())
}

/// The folder, its frames several at a time.
fn write(recording: &Recording, challenge: Challenge, out: &Path) -> Result<()> {
    let unwritten = |path: &Path, e| command_line::unwritten(path, Stage::Simulate, e);
    let write = |path: &Path, bytes: &[u8]| output::write(path, bytes).map_err(|e| unwritten(path, e));
    std::fs::create_dir_all(out).map_err(|e| unwritten(out, e))?;
    let one = |i: usize| {
        let frame = recording.frame(i)?;
        let file = format!("{i:06}.jpg");
        let jpeg = frame.jpeg.ok_or_else(|| {
            Error::new(ErrorKind::InvalidArgument, Stage::Simulate, "the scene's camera makes no JPEG")
        })?;
        write(&out.join(&file), &jpeg)?;
        let mut record = FrameRecord::new(file, frame.timestamp_us);
        (record.exposure_us, record.iso) = (Some(frame.exposure_us.into()), Some(frame.iso));
        Ok(record)
    };
    let frames = (0..recording.len()).into_par_iter().map(one).collect::<Result<_>>()?;
    let shown = |(segment, s): (usize, &selfsame::liveness::Segment)| ShownSegment { segment, shown_us: s.start_us };
    let display = challenge.segments().iter().enumerate().map(shown).collect();
    let mut session = SessionManifest::new(challenge, frames);
    session.display = display;
    let path = out.join("scene.json");
    let scene = serde_json::to_vec_pretty(recording.scene()).map_err(|e| unwritten(&path, e.into()))?;
    write(&path, &scene)?;
    // Last: a folder with it is a whole session.
    write(&out.join("session.json"), session.to_json()?.as_ref())
}
