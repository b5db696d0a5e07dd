//! One session: what every frame is taken with is worked out at once, the frames themselves when
//! they are asked for, in any order.

use super::develop::{Frame, Row, Taking};
use super::exposure::{Control, Settings};
use super::grid::Grid;
use super::light::{Light, Track, kelvin_rgb};
use super::motion::{Motion, Poses, Wave};
use super::other::other_challenge;
use super::scene::Scene;
use super::sensor::{Sensor, Tone};
use super::shade::{Lit, Pixels, blocks_in};
use super::species::Species;
use super::stage::{Builder, Stage, VIDEO_LUX};
use super::subject::Subject;
use super::surface::Ambient;
use super::vector::{times, unit};
use super::veil::veil;
use crate::error::{self, Error, ErrorKind, Result};
use crate::jpeg::compressed;
use crate::random::Random;
use jpeg_encoder::SamplingFactor;
use rayon::prelude::*;
use selfsame::image::Photo;
use selfsame::liveness::Segment;
use selfsame::simd::{LANES, Level};

/// Longest challenge, in microseconds.
const MAX_CHALLENGE_US: u64 = 120_000_000;
/// The recording goes on so long after the last segment has reached the frames, in microseconds.
const TAIL_US: u64 = 100_000;

/// Rows that a thread takes at least: each lights some beyond its own.
const LEAST_BAND: usize = 64;

/// One frame of a session.
#[derive(Debug, Clone)]
pub struct SimulatedFrame {
    /// Upright, not mirrored.
    pub photo: Photo,
    /// The JPEG that `photo` was decoded from; `None` if [`super::Camera::jpeg_quality`] is.
    pub jpeg: Option<Vec<u8>>,
    /// When the frame arrived, in microseconds on the challenge's clock.
    pub timestamp_us: u64,
    /// When it reaches the verifier, in microseconds since that gave the first segment away: a
    /// network's delay there, and one back after it was taken.
    pub arrived_us: u64,
    /// Exposure time in microseconds, as the camera reports it.
    pub exposure_us: u32,
    /// ISO speed, as the camera reports it.
    pub iso: u32,
}

/// A session whose frames can be taken in any order, by any thread.
///
/// It holds some 50 bytes for each pixel of a frame, and for replays and swaps twice that.
pub struct Recording {
    pub(super) grid: Grid,
    pub(super) stages: Vec<Stage>,
    pub(super) plans: Vec<Plan>,
    pub(super) tracks: Vec<Track>,
    tone: Tone,
    pub(super) scene: Scene,
}

/// What one frame is taken with.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    timestamp_us: u64,
    arrived_us: u64,
    /// End of the first row's exposure, on the clock of what is shown.
    end_us: f64,
    pub(super) settings: Settings,
    poses: Poses,
    pub(super) stage: usize,
    /// How much of the other stage is mixed into it.
    mixed: f32,
    seed: u64,
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording")
            .field("frames", &self.plans.len())
            .field("scene", &self.scene)
            .finish_non_exhaustive()
    }
}

/// Records `subject` before the screen that plays `segments`: see [`Recording::frames`]. `other` is
/// the second person of a species that [needs one](Species::needs_other).
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] in [`error::Stage::Simulate`] if the scene is out of range
/// ([`Scene::check`]), there are no segments, they are not in order or longer than two minutes, or
/// a swap lacks its other subject.
pub fn simulate(subject: &Subject, other: Option<&Subject>, segments: &[Segment], scene: &Scene) -> Result<Recording> {
    scene.check()?;
    // An empty challenge is refused below.
    let end_us = segments.iter().map(Segment::end_us).max().unwrap_or(0);
    let ordered = segments.is_sorted_by(|a, b| a.end_us() <= b.start_us);
    if segments.is_empty() || !ordered || end_us > MAX_CHALLENGE_US {
        return Err(invalid("the challenge is empty, not in order or longer than two minutes"));
    }
    let mut random = Random::new(scene.seed, 0);
    let side = 2.0 * random.unit() - 1.0;
    let axis = unit([0.8 * side, -0.9, -0.5]);
    let ambient = Ambient::new(axis, scene.ambient_direction);
    let ambient = match &scene.room {
        Some(room) => ambient.with_lamps(&room.lamps),
        None => ambient,
    };
    let motion = Motion::new(&mut random, scene.motion);
    let tracks = tracks(segments, scene, &mut random);
    let other = match (scene.species.needs_other(), other) {
        (true, None) => return Err(invalid("a swap needs another subject")),
        (needed, other) => other.filter(|_| needed),
    };
    let lent = other.filter(|_| scene.species == Species::InjectedOverlay);
    let mut stages = vec![Builder::new(subject, lent, scene, ambient.clone())?.stage()];
    if let Some(other) = other.filter(|_| scene.species != Species::InjectedOverlay) {
        stages.push(Builder::new(other, None, scene, ambient)?.stage());
    }
    let plans = plans(scene, segments, &stages, &tracks, &motion, &mut random);
    let (grid, tone) = (Grid::new(scene), Tone::new(scene.camera.tone));
    Ok(Recording { grid, stages, plans, tracks, tone, scene: scene.clone() })
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, error::Stage::Simulate, message)
}

/// The light on the scene, and that in a video of the face.
fn tracks(segments: &[Segment], scene: &Scene, random: &mut Random) -> Vec<Track> {
    let luminance = scene.device.luminance_cd_m2;
    let ambient = times(kelvin_rgb(scene.ambient_kelvin), scene.ambient_lux);
    let varying = |mut track: Track| {
        (track.drift, track.flicker) = (scene.ambient_drift, scene.flicker);
        track
    };
    let drift = Wave::new(random, 0.1, 1.5);
    let real = varying(Track::new(segments, luminance, ambient, drift.clone()));
    let mut changed = random.clone();
    let video = match scene.species {
        Species::ReplayPhone | Species::ReplayTablet | Species::PrintBacklit => {
            Track::new(segments, 0.0, [VIDEO_LUX; 3], drift)
        }
        Species::RelayTablet | Species::RelayLive => {
            let mut late = Track::new(segments, luminance, [VIDEO_LUX; 3], drift);
            late.delay_us = scene.attack.delay_us as f64;
            late
        }
        Species::ReplayOther => Track::new(&other_challenge(segments, &mut changed), luminance, [VIDEO_LUX; 3], drift),
        Species::InjectedPlain => varying(Track::new(segments, 0.0, ambient, drift)),
        Species::InjectedOther => {
            varying(Track::new(&other_challenge(segments, &mut changed), luminance, ambient, drift))
        }
        _ => {
            let mut late = varying(Track::new(segments, luminance, ambient, drift));
            // An overlay's maker knows everything, and is in time.
            let known = scene.species == Species::InjectedOverlay;
            late.delay_us = if known { 0.0 } else { scene.attack.delay_us as f64 };
            late
        }
    };
    vec![real, video]
}

/// When a moment of a spliced session was filmed: each colour has a clip of its own, which begins
/// anew with every segment that shows it, at another place.
fn clip_us(segments: &[Segment], at_us: f64) -> f64 {
    let shown = segments.iter().rposition(|segment| segment.start_us as f64 <= at_us);
    // Before the first picture the first one's clip runs.
    let shown = shown.unwrap_or(0);
    let Some(segment) = segments.get(shown) else { return at_us };
    let [r, g, b] = segment.color.map(|v| f64::from(v / 100));
    let clip = r + 3.0 * g + 9.0 * b;
    7e6 * clip + 3e5 * shown as f64 + at_us - segment.start_us as f64
}

/// Timestamps of the frames that arrive: even, with jitter, some lost.
fn timestamps(scene: &Scene, end_us: u64, random: &mut Random) -> Vec<u64> {
    let (camera, attack) = (&scene.camera, &scene.attack);
    let late_us = match scene.species {
        Species::Delayed => attack.delay_us,
        Species::Stretched => (end_us as f32 * (attack.stretch - 1.0).max(0.0)) as u64,
        _ => 0,
    };
    let last_us = end_us + camera.lag_us + late_us + TAIL_US;
    let period_us = 1e6 / f64::from(camera.fps);
    let mut stamps = Vec::new();
    let mut i = 0.0;
    loop {
        let jitter = f64::from((camera.jitter * random.normal()).clamp(-0.45, 0.45));
        let stamp = ((i + jitter) * period_us).max(0.0) as u64;
        i += 1.0;
        if stamp > last_us {
            return stamps;
        }
        if random.unit() >= camera.drop_share {
            stamps.push(stamp);
        }
    }
}

fn plans(
    scene: &Scene,
    segments: &[Segment],
    stages: &[Stage],
    tracks: &[Track],
    motion: &Motion,
    random: &mut Random,
) -> Vec<Plan> {
    let (camera, attack) = (&scene.camera, &scene.attack);
    // An empty challenge was refused before.
    let end_us = segments.last().map_or(0, Segment::end_us);
    let first_edge_us = segments.first().map_or(0, Segment::end_us);
    let stamps = timestamps(scene, end_us, random);
    let mut network = Random::new(scene.seed, 1);
    let delay_us = 4e4 + 1.2e5 * f64::from(network.unit());
    let behind_us = if scene.species == Species::Retimed { attack.delay_us } else { 0 };
    let mut arrived_us = |taken_us: u64| taken_us + behind_us + (delay_us + 2e4 * f64::from(network.unit())) as u64;
    let lights = |end: f64, exposure_s: f32| -> Vec<Light> {
        let middle = end + 0.5 * camera.rolling_shutter_us as f64;
        tracks.iter().map(|track| track.over(middle - 1e6 * f64::from(exposure_s), middle)).collect()
    };
    let mut control = Control::settled(camera, &stages[0], &lights(-1e6, 1e-6));
    if scene.species.is_synthetic() {
        control.lock();
    }
    let mut before: Option<(u64, usize, Vec<Light>)> = None;
    let mut last_us = 0;
    let mut plans: Vec<Plan> = Vec::with_capacity(stamps.len());
    let repeated = stamps.iter().filter(|stamp| **stamp < attack.loop_us).count().max(1);
    for (i, timestamp_us) in stamps.into_iter().enumerate() {
        if scene.species == Species::Looped
            && let Some(plan) = i.checked_sub(repeated).and_then(|j| plans.get(j))
        {
            let again = Plan { timestamp_us, ..plan.clone() };
            plans.push(again);
            continue;
        }
        let seen_us = timestamp_us as f64 - camera.lag_us as f64;
        let end = match scene.species {
            Species::Delayed => seen_us - attack.delay_us as f64,
            // Of a clip that was taken under one colour, at a moment of its own.
            Species::Spliced => seen_us,
            Species::Stretched => seen_us / f64::from(attack.stretch),
            _ => seen_us,
        };
        let (stage, mixed) = match scene.species {
            Species::FaceSwap => (usize::from(2.0 * seen_us > end_us as f64), 0.0),
            species if species.shows_victim() => {
                let before = timestamp_us < first_edge_us;
                let nth = |every: u64| i == 0 || timestamp_us / every != last_us / every;
                match species {
                    Species::SwappedFrame => (usize::from(before && nth(first_edge_us / 2) && i > 0), 0.0),
                    Species::SwappedFlicker => (usize::from(before || nth(450_000)), 0.0),
                    _ => (0, if before { 0.5 } else { 0.0 }),
                }
            }
            _ => (0, 0.0),
        };
        last_us = timestamp_us;
        if let Some((then, shown, light)) = &before {
            control.follow(&stages[*shown], light, 1e-6 * (timestamp_us - then) as f32);
        }
        let settings = control.settings();
        before = Some((timestamp_us, stage, lights(end, settings.exposure_s)));
        plans.push(Plan {
            timestamp_us,
            arrived_us: arrived_us(timestamp_us),
            end_us: end,
            settings,
            poses: motion.at(1e-6 * if scene.species == Species::Spliced { clip_us(segments, end) } else { end }),
            stage,
            mixed,
            seed: random.next(),
        });
    }
    plans
}

impl Recording {
    /// Number of frames.
    pub fn len(&self) -> usize {
        self.plans.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.plans.is_empty()
    }

    /// What was recorded.
    pub fn scene(&self) -> &Scene {
        &self.scene
    }

    /// The frames in order, each made when it is asked for.
    pub fn frames(&self) -> impl ExactSizeIterator<Item = Result<SimulatedFrame>> + '_ {
        (0..self.len()).map(|i| self.frame(i))
    }

    /// Frame `index`, 0 .. [`Recording::len`]. Its rows are shared among rayon's threads; whoever
    /// takes several frames at once keeps these busier still, since a JPEG is made by one.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] in [`error::Stage::Simulate`] if there is no such frame.
    pub fn frame(&self, index: usize) -> Result<SimulatedFrame> {
        let plan = self.plans.get(index).ok_or_else(|| invalid(format!("there is no frame {index}")))?;
        let Settings { gains, iso, .. } = plan.settings;
        let sensor = Sensor::new(gains, iso, self.scene.camera.noise, plan.seed);
        let taking = Taking { tracks: &self.tracks, sensor, tone: &self.tone };
        let mut pixels = self.picture(plan, &self.stages[plan.stage], &taking);
        if plan.mixed > 0.0 {
            let other = self.picture(plan, &self.stages[1 - plan.stage], &taking);
            let mix = |(a, b): (&mut u8, u8)| *a = (f32::from(*a) + plan.mixed * (f32::from(b) - f32::from(*a))) as u8;
            pixels.iter_mut().zip(other).for_each(mix);
        }
        if self.scene.species == Species::Veiled {
            veil(&mut pixels, self.grid.width, &self.scene.attack);
        }
        let photo = Photo::from_rgb8(self.grid.width as u32, self.grid.height as u32, pixels)?;
        let (jpeg, photo) = match self.scene.camera.jpeg_quality {
            None => (None, photo),
            Some(quality) => {
                let (file, photo) = compressed(&photo, quality, SamplingFactor::R_4_4_4)?;
                (Some(file), photo)
            }
        };
        let exposure_us = (1e6 * plan.settings.exposure_s).round() as u32;
        Ok(SimulatedFrame {
            photo,
            jpeg,
            timestamp_us: plan.timestamp_us,
            arrived_us: plan.arrived_us,
            exposure_us,
            iso: plan.settings.iso.round() as u32,
        })
    }

    /// Everything where it was set up, each row in the light of its own exposure; then moved to
    /// where it is now. Bands of rows go to rayon's threads. In each the rows that will be
    /// looked at are lit just before, in turns, so that they are still in the processor's
    /// cache.
    pub(super) fn picture(&self, plan: &Plan, stage: &Stage, taking: &Taking<'_>) -> Vec<u8> {
        let Grid { width, height, .. } = self.grid;
        let blocks = blocks_in(width);
        let frame = Frame {
            width,
            height,
            movers: stage.movers.iter().map(|m| (m, m.body.pose(&plan.poses))).collect(),
            hand: plan.poses.hand,
            px_per_cm: self.grid.px_per_cm(),
            sensor: taking.sensor,
            tone: taking.tone,
        };
        let reach = frame.reach();
        let kept = (2 * reach + 2).next_power_of_two();
        let band = height.div_ceil(rayon::current_num_threads()).max(LEAST_BAND);
        let mut pixels = vec![0u8; 3 * width * height];
        pixels.par_chunks_mut(3 * width * band).enumerate().for_each(|(i, pixels)| {
            let mut signal = vec![0.0f32; 4 * LANES * blocks * kept];
            let (signal, _) = signal.as_chunks_mut::<4>();
            let mut next = (band * i).saturating_sub(reach);
            for (y, pixels) in (band * i..).zip(pixels.chunks_mut(3 * width)) {
                let (rows, _) = signal.as_chunks_mut::<LANES>();
                while next < height.min(y + reach + 1) {
                    let place = next % kept * blocks;
                    self.shade(plan, stage, taking, next, &mut rows[place..place + blocks]);
                    next += 1;
                }
                Level::best().run(Row { frame: &frame, signal, kept, y, pixels });
            }
        });
        pixels
    }

    /// Row `y` where it was set up. Motion moves rows by so little that a row's light is that of
    /// its place.
    fn shade(&self, plan: &Plan, stage: &Stage, taking: &Taking<'_>, y: usize, row: &mut [Pixels]) {
        let row_us = self.scene.camera.rolling_shutter_us as f64 / self.grid.height as f64;
        let exposure_us = 1e6 * f64::from(plan.settings.exposure_s);
        let end = plan.end_us + y as f64 * row_us;
        for (i, layer) in stage.layers.iter().enumerate() {
            let light = taking.tracks[layer.track].over(end - exposure_us, end);
            let [yaw, pitch, _] = layer.body.pose(&plan.poses).turn;
            let lit = Lit { light, turn: [yaw, pitch], columns: taking.sensor.columns };
            layer.surface.shade(y, &lit, i > 0, row);
        }
    }
}
