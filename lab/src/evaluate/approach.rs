//! How often approaches pass: sessions that are simulated from portraits and judged as they are
//! played.

use super::{Interval, clopper_pearson};
use crate::error::{OfFile, Result, Stage};
use crate::simulate::Half;
use crate::simulate::approach::{HEIGHT, Instrument, Play, Portrait, Take, WIDTH};
use crate::tools::command_line;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use selfsame::capture::Hint;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::image::{Limits, Photo};
use selfsame::liveness::approach::{
    ApproachChallenge, ApproachOptions, ApproachPhase, ApproachPolicy, ApproachReport, ApproachSession,
};
use serde::Serialize;
use std::path::Path;

/// Challenges are issued at this time, in Unix seconds.
const ISSUED_AT: u64 = 1_790_000_000;
/// Sessions that last longer, in seconds, have failed.
const LONGEST_S: f64 = 12.0;
/// Portraits that are turned by more make no heads, in degrees.
const FRONTAL_DEG: f32 = 12.0;

/// One session that was played and judged.
#[derive(Debug, Clone, Serialize)]
pub struct ApproachTrial {
    /// What was before the camera.
    pub instrument: &'static str,
    /// The person's number.
    pub person: usize,
    /// Frames a second.
    pub fps: f32,
    /// Light in lux.
    pub lux: f32,
    /// How the head was turned to the side, in degrees.
    pub yaw_deg: f32,
    /// How near the face was at the end, in centimetres.
    pub nearest_cm: f32,
    /// The last hint that was shown: what stood in the way of a session that did not end.
    pub hint: Hint,
    /// How long the session took, in seconds.
    pub seconds: f64,
    /// Time of the verdict after the last frame on a clock, in milliseconds.
    pub verdict_ms: f64,
    /// Verdict and cues.
    pub report: ApproachReport,
}

impl ApproachTrial {
    /// Whether the session was taken for a live one.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.report.verdict.as_str() == "live"
    }
}

/// The head of the person on a portrait; `None` if it shows no frontal face.
///
/// # Errors
/// Those of reading and decoding the file, and of the networks.
pub fn head(engine: &Engine, path: &Path, person: usize) -> Result<Option<Portrait>> {
    let bytes = command_line::read(path, &Limits::default(), Stage::Evaluate)?;
    let photo = Photo::decode(&bytes, &Limits::default()).of_file(path)?;
    let Ok((_, mesh)) = engine.locate(&photo.frame(), select_face)?.outcome.into_result() else { return Ok(None) };
    let frontal = mesh.pose().is_some_and(|p| p.yaw_deg.abs().max(p.roll_deg.abs()) <= FRONTAL_DEG);
    Ok(if frontal { Portrait::new(&photo, &mesh, person as u64) } else { None })
}

/// Plays one session and judges it.
///
/// # Errors
/// The faults of the networks.
pub fn trial(
    engine: &Engine,
    portrait: &Portrait,
    person: usize,
    instrument: Instrument,
    seed: u64,
    half: Half,
) -> Result<ApproachTrial> {
    let take = Take::drawn(instrument, seed, half);
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let challenge = ApproachChallenge::issue(&mut rng, &ApproachPolicy::default(), ISSUED_AT)?;
    let mut oval = challenge.start().in_frame(WIDTH as u32, HEIGHT as u32);
    let mut session = ApproachSession::new(challenge, ApproachOptions::default())?;
    let mut play = Play::new(portrait, take.clone());
    let (mut seconds, mut number, mut hint) = (0.0, 0u32, Hint::NoFace);
    while seconds < LONGEST_S {
        seconds = f64::from(number) / f64::from(take.fps);
        number += 1;
        let photo = play.frame(seconds, &oval)?;
        let progress = engine.watch_approach(&mut session, &photo.frame(), (1e6 * seconds) as u64)?;
        (oval, hint) = (progress.oval, progress.guidance.hint);
        play.tell(&progress.guidance);
        if progress.phase == ApproachPhase::Complete {
            break;
        }
    }
    let start = std::time::Instant::now();
    let report = session.report();
    Ok(ApproachTrial {
        instrument: instrument.as_str(),
        person,
        fps: take.fps,
        lux: take.lux,
        yaw_deg: take.yaw_deg,
        nearest_cm: play.distance_cm(),
        hint,
        seconds,
        verdict_ms: 1e3 * start.elapsed().as_secs_f64(),
        report,
    })
}

/// How many of some trials were taken for live ones, with the interval of 95 %.
#[must_use]
pub fn accepted<'a>(trials: impl Iterator<Item = &'a ApproachTrial>) -> (u64, u64, Option<Interval>) {
    let (live, all) = trials.fold((0, 0), |(live, all), trial| (live + u64::from(trial.is_live()), all + 1));
    (live, all, clopper_pearson(live, all))
}
