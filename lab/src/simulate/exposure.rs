//! What the camera decides from frame to frame: exposure time, sensitivity and white balance, each
//! following the picture's mean with a delay of one frame and a time constant.
//!
//! A surface of radiance L gives the sensor H = q·L·t / N² lux seconds with q = 0.65, and the
//! signal is full at 78 / S (ISO 12232:2019, saturation-based speed S). The control wants the mean
//! of a window about the face at 18 %, as grey cards and meters have it.

use super::light::Light;
use super::scene::Camera;
use super::stage::Stage;
use selfsame::image::luminance_linear;

/// Signal, 1 for full, per cd/m², second and unit of ISO speed, at f/2.
const SENSITIVITY: f32 = 0.65 / (4.0 * 78.0);
/// What the mean is driven to.
const GREY: f32 = 0.18;
/// Limits of the ISO speed, and its value up to which exposure times stay short.
const ISO: [f32; 2] = [50.0, 3200.0];
const ISO_SHORT: f32 = 200.0;
/// Exposure times in seconds: the shortest, that of short exposures, and the longest at any frame
/// rate.
const SHORTEST_S: f32 = 1.0 / 10_000.0;
const SHORT_S: f32 = 1.0 / 100.0;
const LONGEST_S: f32 = 1.0 / 24.0;
/// How much of a colour cast the white balance takes away.
const BALANCE: f32 = 0.9;

/// The settings of one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) exposure_s: f32,
    pub(super) iso: f32,
    /// Signal per cd/m², red, green, blue.
    pub(super) gains: [f32; 3],
}

/// The camera's controls between two frames.
pub(super) struct Control {
    longest_s: f32,
    exposure_tau_s: Option<f32>,
    balance_tau_s: Option<f32>,
    /// Logarithms of exposure time × ISO, and of the illuminant's red and blue over green.
    exposure: f32,
    cast: [f32; 2],
}

impl Control {
    /// Settled in the light of the first moment.
    pub(super) fn settled(camera: &Camera, stage: &Stage, lights: &[Light]) -> Self {
        let mut control = Self {
            longest_s: LONGEST_S.min(1.0 / camera.fps),
            exposure_tau_s: camera.auto_exposure_s,
            balance_tau_s: camera.auto_white_balance_s,
            exposure: 0.0,
            cast: [0.0; 2],
        };
        (control.exposure, control.cast) = control.wanted(stage, lights);
        control
    }

    /// Keeps exposure and balance from now on.
    pub(super) fn lock(&mut self) {
        (self.exposure_tau_s, self.balance_tau_s) = (None, None);
    }

    /// What would settle in this light.
    fn wanted(&self, stage: &Stage, lights: &[Light]) -> (f32, [f32; 2]) {
        let (mut mean, mut white) = ([0.0f32; 3], [0.0f32; 3]);
        for layer in &stage.layers {
            let light = lights[layer.track];
            mean.iter_mut().zip(layer.meter.radiance(&light)).for_each(|(sum, v)| *sum += v);
            white.iter_mut().zip(layer.meter.white()).for_each(|(sum, v)| *sum += v);
        }
        let [lowest, highest] = ISO;
        let exposure = (GREY / (SENSITIVITY * luminance_linear(mean)).max(1e-12))
            .clamp(SHORTEST_S * lowest, self.longest_s * highest);
        let [r, g, b]: [f32; 3] = std::array::from_fn(|c| mean[c].max(1e-6) / white[c].max(1e-9));
        let limited = |v: f32| v.ln().clamp(-1.5, 1.5);
        (exposure.ln(), [limited(r / g), limited(b / g)])
    }

    /// Follows the light of the frame before, `seconds` ago.
    pub(super) fn follow(&mut self, stage: &Stage, lights: &[Light], seconds: f32) {
        let (exposure, [red, blue]) = self.wanted(stage, lights);
        // Without a time constant nothing follows: the setting is locked.
        let share = |tau: Option<f32>| tau.map_or(0.0, |tau| 1.0 - (-seconds / tau).exp());
        self.exposure += share(self.exposure_tau_s) * (exposure - self.exposure);
        let balance = share(self.balance_tau_s);
        let [own_red, own_blue] = self.cast;
        self.cast = [own_red + balance * (red - own_red), own_blue + balance * (blue - own_blue)];
    }

    /// What the next frame is taken with: short exposures first, then a higher speed, then long
    /// exposures, then the rest.
    pub(super) fn settings(&self) -> Settings {
        let product = self.exposure.exp();
        let [base, highest] = ISO;
        let short = SHORT_S.min(self.longest_s);
        let exposure_s = match product {
            p if p <= short * ISO_SHORT => (p / base).min(short),
            p => (p / ISO_SHORT).min(self.longest_s),
        }
        .max(SHORTEST_S);
        let iso = (product / exposure_s).clamp(base, highest);
        let signal = SENSITIVITY * exposure_s * iso;
        let [red, blue] = self.cast.map(|cast| (-BALANCE * cast).exp());
        // Luminance stays: the balance changes colours only.
        let level = 1.0 / luminance_linear([red, 1.0, blue]);
        Settings { exposure_s, iso, gains: [red, 1.0, blue].map(|gain| gain * level * signal) }
    }
}
