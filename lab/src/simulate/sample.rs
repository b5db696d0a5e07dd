//! Random scenes for campaigns, in two halves that share no value: one to tune on, one to report.
//!
//! Each range is cut into eight cells; one half draws from the even cells, the other from the odd
//! ones. So both cover the whole range, and no parameter that was tuned on is reported. Portraits
//! are the caller's to divide.

use super::scene::{Lamp, Room, Scene};
use super::species::Species;
use crate::random::Random;
use serde::{Deserialize, Serialize};

/// Cells of a range.
const CELLS: usize = 8;
/// Frame rates that cameras offer.
const FPS: [f32; 4] = [15.0, 24.0, 30.0, 60.0];
/// Probability that a client locks exposure, and white balance.
const LOCKED: f32 = 0.3;

/// Which cells of the ranges are drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// For choosing thresholds.
    Tune,
    /// For stating rates.
    Report,
}

/// Ranges of what [`Scene::sample`] draws, least and most.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranges {
    /// Which half of all ranges.
    pub half: Half,
    /// Ambient light in lux; drawn evenly in its logarithm.
    pub ambient_lux: [f32; 2],
    /// Its colour temperature in kelvin.
    pub ambient_kelvin: [f32; 2],
    /// From the camera to the eyes, in centimetres.
    pub distance_cm: [f32; 2],
    /// From the eyes to the background, in centimetres.
    pub background_cm: [f32; 2],
    /// Luminance of the screen's white in cd/m².
    pub luminance_cd_m2: [f32; 2],
    /// The camera's lag in milliseconds.
    pub lag_ms: [f32; 2],
    /// How late injected answers are beside the lag, in milliseconds.
    pub delay_ms: [f32; 2],
    /// How late delayed sessions are beside the lag, in milliseconds.
    pub shift_ms: [f32; 2],
    /// How late relayed pictures are beside the lag, in milliseconds.
    pub relay_ms: [f32; 2],
    /// Amount of motion.
    pub motion: [f32; 2],
    /// Whether sessions are of the second physics: rooms with lamps, other skins, screens of other
    /// sizes.
    pub rooms: bool,
}

impl Ranges {
    /// Indoors on phones: 30 to 1,500 lx, 2,700 to 6,500 K, 25 to 45 cm.
    pub fn indoors(half: Half) -> Self {
        Self {
            half,
            ambient_lux: [30.0, 1_500.0],
            ambient_kelvin: [2_700.0, 6_500.0],
            distance_cm: [25.0, 45.0],
            background_cm: [50.0, 300.0],
            luminance_cd_m2: [350.0, 800.0],
            lag_ms: [0.0, 250.0],
            delay_ms: [0.0, 400.0],
            shift_ms: [500.0, 1_500.0],
            relay_ms: [80.0, 360.0],
            motion: [0.3, 2.0],
            rooms: false,
        }
    }

    /// By a window and outdoors: 3,000 to 60,000 lx of 5,000 to 9,000 K. A phone's screen can't be
    /// told from noise there.
    pub fn daylight(half: Half) -> Self {
        Self { ambient_lux: [3_000.0, 60_000.0], ambient_kelvin: [5_000.0, 9_000.0], ..Self::indoors(half) }
    }
}

/// Draws from ranges.
struct Draw {
    random: Random,
    half: Half,
}

impl Draw {
    /// 0 .. 1, within this half's cells.
    fn share(&mut self) -> f32 {
        let cell = 2 * self.random.below(CELLS / 2) + usize::from(self.half == Half::Report);
        (cell as f32 + self.random.unit()) / CELLS as f32
    }

    fn between(&mut self, [least, most]: [f32; 2]) -> f32 {
        least + self.share() * (most - least)
    }

    fn log_between(&mut self, [least, most]: [f32; 2]) -> f32 {
        least * (most / least).powf(self.share())
    }

    /// A lamp or a window: above or beside the person, seldom behind.
    fn lamp(&mut self) -> Lamp {
        let azimuth = (self.between([-110.0, 110.0])).to_radians();
        let height = (self.between([-10.0, 80.0])).to_radians();
        let direction = [azimuth.sin() * height.cos(), -height.sin(), -azimuth.cos() * height.cos()];
        Lamp { direction, share: self.log_between([0.1, 4.0]), softness: self.between([0.0, 0.8]) }
    }

    fn unless_locked(&mut self, range: [f32; 2]) -> Option<f32> {
        let value = self.between(range);
        (self.random.unit() >= LOCKED).then_some(value)
    }
}

impl Scene {
    /// A scene of `species` with everything else drawn from `ranges`. The same seed gives the same
    /// scene.
    pub fn sample(species: Species, seed: u64, ranges: &Ranges) -> Self {
        let mut draw = Draw { random: Random::new(seed, species as u64), half: ranges.half };
        let mut scene = Self { species, ..Self::default() };
        scene.skin = draw.random.below(6) as u8 + 1;
        scene.ambient_lux = draw.log_between(ranges.ambient_lux);
        scene.ambient_kelvin = draw.between(ranges.ambient_kelvin);
        scene.ambient_direction = draw.between([0.0, 0.8]);
        scene.ambient_drift = draw.between([0.0, 0.03]);
        scene.flicker = if draw.random.below(3) == 0 { draw.between([0.02, 0.2]) } else { 0.0 };
        scene.distance_cm = draw.between(ranges.distance_cm);
        scene.background_cm = draw.log_between(ranges.background_cm);
        scene.device.luminance_cd_m2 = draw.log_between(ranges.luminance_cd_m2);
        scene.motion = draw.between(ranges.motion);
        let lag_us = 1e3 * draw.between(ranges.lag_ms);
        let camera = &mut scene.camera;
        camera.lag_us = lag_us as u64;
        camera.fps = FPS[draw.random.below(FPS.len())];
        camera.jitter = draw.between([0.0, 0.12]);
        camera.drop_share = draw.between([0.0, 0.08]);
        camera.auto_exposure_s = draw.unless_locked([0.3, 1.0]);
        camera.auto_white_balance_s = draw.unless_locked([1.0, 3.0]);
        camera.noise = draw.log_between([0.5, 2.5]);
        camera.rolling_shutter_us = draw.between([5_000.0, 28_000.0]).min(0.9e6 / camera.fps) as u64;
        camera.tone = draw.between([0.0, 0.6]);
        camera.jpeg_quality = Some(draw.between([60.0, 95.0]) as u8);
        let delay_ms = match species {
            Species::Delayed | Species::Retimed => ranges.shift_ms,
            Species::RelayTablet | Species::RelayLive => ranges.relay_ms,
            _ => ranges.delay_ms,
        };
        let attack = &mut scene.attack;
        attack.delay_us = (1e3 * draw.between(delay_ms)) as u64;
        let slower = draw.between([0.12, 0.5]);
        attack.stretch = if draw.random.below(2) == 0 { 1.0 + slower } else { 1.0 / (1.0 + slower) };
        attack.loop_us = draw.between([8e5, 2.5e6]) as u64;
        attack.gain = draw.between([0.6, 1.6]);
        attack.bend_radius_cm = draw.log_between([8.0, 25.0]);
        attack.tilt_deg = [draw.between([-12.0, 12.0]), draw.between([-12.0, 12.0])];
        attack.display_cd_m2 = draw.log_between([150.0, 600.0]);
        scene.seed = draw.random.next();
        if species == Species::Veiled {
            let fog = draw.random.below(2) == 0;
            attack.contrast = if fog { draw.between([0.06, 0.2]) } else { 1.0 };
            attack.blur_px = if fog { 0.0 } else { draw.between([6.0, 16.0]) };
        }
        if ranges.rooms {
            scene.device.width_cm = draw.log_between([5.8, 20.0]);
            scene.device.height_cm = scene.device.width_cm * draw.between([1.3, 2.2]).min(24.0 / scene.device.width_cm);
            scene.device.camera_above_cm = 0.5 * scene.device.height_cm + draw.between([0.2, 1.0]);
            let lamps = (0..1 + draw.random.below(4)).map(|_| draw.lamp()).collect();
            let (sheen, roughness) = (draw.log_between([0.015, 0.08]), draw.log_between([0.12, 0.5]));
            scene.room = Some(Room { lamps, sheen, roughness });
        }
        scene
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_halves_share_no_value_and_cover_the_ranges() {
        let cell = |v: f32, [least, most]: [f32; 2]| ((v - least) / (most - least) * CELLS as f32) as usize;
        for (half, parity) in [(Half::Tune, 0), (Half::Report, 1)] {
            let ranges = Ranges::indoors(half);
            let mut seen = [false; CELLS];
            for seed in 0..200 {
                let scene = Scene::sample(Species::Live, seed, &ranges);
                scene.check().unwrap();
                let at = cell(scene.distance_cm, ranges.distance_cm);
                assert_eq!(at % 2, parity, "{} cm", scene.distance_cm);
                assert_eq!(cell(scene.ambient_lux.ln(), ranges.ambient_lux.map(f32::ln)) % 2, parity);
                seen[at] = true;
            }
            assert_eq!(seen.iter().filter(|seen| **seen).count(), CELLS / 2);
        }
    }

    #[test]
    fn scenes_are_seeded_and_valid_for_every_species() {
        for species in Species::ALL {
            for seed in 0..20 {
                let ranges = Ranges::daylight(Half::Report);
                let scene = Scene::sample(species, seed, &ranges);
                scene.check().unwrap();
                assert_eq!(scene, Scene::sample(species, seed, &ranges));
                assert_ne!(scene.seed, Scene::sample(species, seed + 1, &ranges).seed);
                assert!(scene.species == species && scene.ambient_lux >= 3_000.0);
                assert!(species != Species::Delayed || scene.attack.delay_us >= 500_000);
            }
        }
    }
}
