//! The parameters of one recorded session: who holds what before which camera, in which light.

use super::species::Species;
use crate::error::{Error, ErrorKind, Result, Stage};
use serde::{Deserialize, Serialize};

/// Everything that a session depends on, beside the portrait and the challenge. The same scene
/// gives the same frames. The default is a live face in an office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scene {
    /// What the camera is shown; a live face by default.
    pub species: Species,
    /// Skin tone group, 1 (very light) ..= 6 (dark); 3 by default.
    pub skin: u8,
    /// Ambient illuminance on a surface that faces the camera, in lux: 50 dim, 300 office, 1,000 at
    /// a window, 10,000 and more outdoors. The default is 300.
    pub ambient_lux: f32,
    /// Correlated colour temperature of the ambient light, in kelvin, 1,700 ..= 25,000; 4,500 by
    /// default.
    pub ambient_kelvin: f32,
    /// How much of the ambient light has a direction, 0 (even) ..= 1 (a half sky); 0.4 by
    /// default.
    pub ambient_direction: f32,
    /// Relative amplitude of slow changes of the ambient light (people, clouds), 0 ..= 1;
    /// 0.01 by default.
    pub ambient_drift: f32,
    /// Relative amplitude of the lamps' flicker at 100 Hz, 0 ..= 1; 0 by default.
    pub flicker: f32,
    /// From the camera to the eyes, in centimetres, 10 ..= 200; 30 by default.
    pub distance_cm: f32,
    /// From the eyes to what is behind them, in centimetres; 120 by default.
    pub background_cm: f32,
    /// The phone that flashes.
    pub device: Device,
    /// The phone's camera.
    pub camera: Camera,
    /// Lamps and a skin's sheen that the first-order light lacks; `None`, the default, for none.
    pub room: Option<Room>,
    /// How much head, hand and props move: 0 not at all, 1 as usual, which is the default.
    pub motion: f32,
    /// What only some attacks have.
    pub attack: Attack,
    /// Seeds noise, motion, jitter and directions.
    pub seed: u64,
}

/// The screen that plays the challenge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Luminance of full white, in cd/m²; 550 by default.
    pub luminance_cd_m2: f32,
    /// The lit area's width, in centimetres; 7 by default.
    pub width_cm: f32,
    /// The lit area's height, in centimetres; 14 by default.
    pub height_cm: f32,
    /// How far the camera lies above the lit area's centre, in centimetres; 7.3 by
    /// default.
    pub camera_above_cm: f32,
}

impl Default for Device {
    /// 7 × 14 cm at 550 cd/m²: 80 lx at 25 cm.
    fn default() -> Self {
        Self { luminance_cd_m2: 550.0, width_cm: 7.0, height_cm: 14.0, camera_above_cm: 7.3 }
    }
}

/// The camera beside the screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Camera {
    /// Width of a frame in pixels, 32 ..= 4,096; 480 by default.
    pub width: u32,
    /// Height of a frame in pixels, 32 ..= 4,096; 640 by default.
    pub height: u32,
    /// Frames per second, 1 ..= 240; 30 by default.
    pub fps: f32,
    /// Standard deviation of the time between frames, over the time itself; 0.05 by
    /// default.
    pub jitter: f32,
    /// Probability that a frame is lost, 0 .. 1; 0 by default.
    pub drop_share: f32,
    /// From the end of the first row's exposure to the frame's timestamp, in microseconds;
    /// 80,000 by default.
    pub lag_us: u64,
    /// Time constant of the exposure control, in seconds; `None` if it is locked before the
    /// challenge. The default is 0.6.
    pub auto_exposure_s: Option<f32>,
    /// Time constant of the white balance, in seconds; `None` if it is locked before the challenge.
    /// The default is 2.
    pub auto_white_balance_s: Option<f32>,
    /// Noise over that of the model's sensor; 1 by default.
    pub noise: f32,
    /// From the first to the last row's exposure, in microseconds; 15,000 by default.
    pub rolling_shutter_us: u64,
    /// How much the tone curve bends beside sRGB's own, 0 ..= 1; 0.3 by default.
    pub tone: f32,
    /// JPEG quality, 1 ..= 100; `None` for frames that are not compressed. The default is 85.
    pub jpeg_quality: Option<u8>,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            width: 480,
            height: 640,
            fps: 30.0,
            jitter: 0.05,
            drop_share: 0.0,
            lag_us: 80_000,
            auto_exposure_s: Some(0.6),
            auto_white_balance_s: Some(2.0),
            noise: 1.0,
            rolling_shutter_us: 15_000,
            tone: 0.3,
            jpeg_quality: Some(85),
        }
    }
}

/// A room of the second physics: lamps of several directions and sizes beside the even light, and
/// skin that shines as it likes. Nothing is tuned on sessions in rooms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Room {
    /// The lamps, 8 at most.
    pub lamps: Vec<Lamp>,
    /// Reflectance of skin's surface at normal incidence, 0 ..= 0.2.
    pub sheen: f32,
    /// Root mean square of its slopes, 0.02 ..= 1.
    pub roughness: f32,
}

/// One lamp of a [`Room`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lamp {
    /// Where it is as seen from the face: right in the image, down, away from the camera; of
    /// length 1.
    pub direction: [f32; 3],
    /// Its irradiance over that of the even light, 0 ..= 20.
    pub share: f32,
    /// 0 for a point, 1 for half the surroundings.
    pub softness: f32,
}

impl Room {
    fn is_sound(&self) -> bool {
        let lamp = |lamp: &Lamp| {
            let square: f32 = lamp.direction.iter().map(|v| v * v).sum();
            (0.99..=1.01).contains(&square)
                && (0.0..=20.0).contains(&lamp.share)
                && (0.0..=1.0).contains(&lamp.softness)
        };
        self.lamps.len() <= 8
            && self.lamps.iter().all(lamp)
            && (0.0..=0.2).contains(&self.sheen)
            && (0.02..=1.0).contains(&self.roughness)
    }
}

/// Parameters of attacks; each species uses those that concern it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attack {
    /// How late a relit, tinted or delayed stream answers, beside the camera's lag, in
    /// microseconds; 100,000 by default.
    pub delay_us: u64,
    /// How much slower than it was taken a stretched session is played; 1.25 by default.
    pub stretch: f32,
    /// Length of the part that a looped session repeats, in microseconds; 1,500,000 by default.
    pub loop_us: u64,
    /// Strength of an injected response over the genuine one; 1 by default.
    pub gain: f32,
    /// Radius of a bent print, in centimetres; 12 by default.
    pub bend_radius_cm: f32,
    /// Turn of prints and displays against the camera, to the side and upwards, in degrees;
    /// 4 and 6 by default.
    pub tilt_deg: [f32; 2],
    /// Luminance of a replaying display's white, in cd/m²; 400 by default.
    pub display_cd_m2: f32,
    /// What of a veiled camera's contrast is left, above 0 ..= 1; 0.1 by default.
    pub contrast: f32,
    /// Standard deviation of its blur, in pixels, 0 ..= 50; 0 by default.
    pub blur_px: f32,
}

impl Default for Attack {
    fn default() -> Self {
        Self {
            delay_us: 100_000,
            stretch: 1.25,
            loop_us: 1_500_000,
            gain: 1.0,
            bend_radius_cm: 12.0,
            tilt_deg: [4.0, 6.0],
            display_cd_m2: 400.0,
            contrast: 0.1,
            blur_px: 0.0,
        }
    }
}

impl Default for Scene {
    /// A live face in an office.
    fn default() -> Self {
        Self {
            species: Species::Live,
            skin: 3,
            ambient_lux: 300.0,
            ambient_kelvin: 4500.0,
            ambient_direction: 0.4,
            ambient_drift: 0.01,
            flicker: 0.0,
            distance_cm: 30.0,
            background_cm: 120.0,
            device: Device::default(),
            room: None,
            camera: Camera::default(),
            motion: 1.0,
            attack: Attack::default(),
            seed: 0,
        }
    }
}

impl Scene {
    /// Whether all parameters are within their ranges.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] in [`Stage::Simulate`] with the name of the first that is
    /// not.
    pub fn check(&self) -> Result<()> {
        let Self { device, camera, attack, .. } = self;
        let within = [
            ("skin", (1..=6).contains(&self.skin)),
            ("ambient_lux", (0.0..=200_000.0).contains(&self.ambient_lux)),
            ("ambient_kelvin", (1_700.0..=25_000.0).contains(&self.ambient_kelvin)),
            ("ambient_direction", (0.0..=1.0).contains(&self.ambient_direction)),
            ("ambient_drift", (0.0..=1.0).contains(&self.ambient_drift)),
            ("flicker", (0.0..=1.0).contains(&self.flicker)),
            ("distance_cm", (10.0..=200.0).contains(&self.distance_cm)),
            ("background_cm", (1.0..=10_000.0).contains(&self.background_cm)),
            ("motion", (0.0..=10.0).contains(&self.motion)),
            ("luminance_cd_m2", (0.0..=10_000.0).contains(&device.luminance_cd_m2)),
            ("width_cm", (0.1..=200.0).contains(&device.width_cm)),
            ("height_cm", (0.1..=200.0).contains(&device.height_cm)),
            ("camera_above_cm", (-100.0..=100.0).contains(&device.camera_above_cm)),
            ("width", (32..=4096).contains(&camera.width)),
            ("height", (32..=4096).contains(&camera.height)),
            ("fps", (1.0..=240.0).contains(&camera.fps)),
            ("jitter", (0.0..=1.0).contains(&camera.jitter)),
            ("drop_share", (0.0..1.0).contains(&camera.drop_share)),
            ("lag_us", camera.lag_us <= 10_000_000),
            ("auto_exposure_s", camera.auto_exposure_s.is_none_or(|s| s > 0.0 && s.is_finite())),
            ("auto_white_balance_s", camera.auto_white_balance_s.is_none_or(|s| s > 0.0 && s.is_finite())),
            ("noise", (0.0..=100.0).contains(&camera.noise)),
            ("rolling_shutter_us", camera.rolling_shutter_us <= 1_000_000),
            ("tone", (0.0..=1.0).contains(&camera.tone)),
            ("jpeg_quality", camera.jpeg_quality.is_none_or(|q| (1..=100).contains(&q))),
            ("delay_us", attack.delay_us <= 60_000_000),
            ("stretch", (0.1..=10.0).contains(&attack.stretch)),
            ("loop_us", (1..=60_000_000).contains(&attack.loop_us)),
            ("gain", (0.0..=100.0).contains(&attack.gain)),
            ("bend_radius_cm", (3.0..=10_000.0).contains(&attack.bend_radius_cm)),
            ("tilt_deg", attack.tilt_deg.iter().all(|deg| deg.abs() <= 60.0)),
            ("room", self.room.as_ref().is_none_or(Room::is_sound)),
            ("contrast", attack.contrast > 0.0 && attack.contrast <= 1.0),
            ("blur_px", (0.0..=50.0).contains(&attack.blur_px)),
            ("display_cd_m2", (0.0..=10_000.0).contains(&attack.display_cd_m2)),
        ];
        match within.into_iter().find(|(_, within)| !within) {
            None => Ok(()),
            Some((name, _)) => Err(Error::new(
                ErrorKind::InvalidArgument,
                Stage::Simulate,
                format!("the scene's {name} is out of range"),
            )),
        }
    }
}
