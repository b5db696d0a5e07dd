//! From radiance to a picture: crosstalk of the colour filters, noise, tone curve, 8 bits.
//!
//! Noise has the variance a·s + b at the signal s: photons (Poisson) and reading (Gaussian), both
//! growing with the ISO speed (EMVA Standard 1288, 4.0). Its amount is that of a small sensor of
//! which many pixels make one of a preview's. The tone curve is sRGB's with a slight S about the
//! middle, as cameras add it.

use super::block::BLOCK;
use super::vector::{between, nearest};
use crate::random::Random;
use selfsame::image::linear_to_srgb;
use std::sync::LazyLock;

/// Electrons that fill a pixel of a frame at ISO 100, and the deviation of reading it.
const ELECTRONS: f32 = 20_000.0;
const READ_ELECTRONS: f32 = 12.0;
/// Share of each colour that its neighbours see after the camera's colour correction.
const CROSSTALK: f32 = 0.03;
/// Steps of the tone curve's table.
const STEPS: usize = 1 << 14;
/// Noise values drawn once; pixels pick among them.
const DRAWN: usize = 1 << 12;

static NORMAL: LazyLock<[f32; DRAWN]> = LazyLock::new(|| {
    let mut random = Random::new(0, 0);
    std::array::from_fn(|_| random.normal())
});

/// What one frame's rows are developed with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sensor {
    /// Each input colour's part in the three outputs, with gains.
    pub(super) columns: [[f32; 4]; 3],
    /// Variance per signal, and at none.
    shot: f32,
    read: f32,
    normal: &'static [f32; DRAWN],
    seed: u64,
}

impl Sensor {
    /// With these gains (signal per cd/m²) at ISO speed `iso`; `noise` times the model's.
    pub(super) fn new(gains: [f32; 3], iso: f32, noise: f32, seed: u64) -> Self {
        let [r, g, b] = gains;
        let (own, other) = (1.0 - 2.0 * CROSSTALK, CROSSTALK);
        let columns = [
            [own * r, other * g, other * b, 0.0],
            [other * r, own * g, other * b, 0.0],
            [other * r, other * g, own * b, 0.0],
        ];
        let speed = iso / 100.0;
        let square = noise * noise;
        Self {
            columns,
            shot: square * speed / ELECTRONS,
            read: square * (speed * READ_ELECTRONS / ELECTRONS).powi(2),
            normal: &NORMAL,
            seed,
        }
    }

    /// One that sees every colour by itself and without noise, with a gain (signal per cd/m²).
    pub(super) fn ideal(gain: f32) -> Self {
        let mut sensor = Self::new([gain; 3], 100.0, 0.0, 0);
        sensor.columns = [[gain, 0.0, 0.0, 0.0], [0.0, gain, 0.0, 0.0], [0.0, 0.0, gain, 0.0]];
        sensor
    }

    /// The noise of row `y`, always the same.
    pub(super) fn noise(&self, y: usize) -> Random {
        Random::new(self.seed, y as u64)
    }

    /// Normally distributed numbers for a block of pixels, one drawing of bits for each.
    #[inline(always)]
    pub(super) fn draw(&self, noise: &mut Random, normal: &mut [[f32; 4]; BLOCK]) {
        for normal in normal {
            let bits = noise.next();
            let drawn = |shift: u32| self.normal[(bits >> shift) as usize % DRAWN];
            *normal = [drawn(0), drawn(12), drawn(24), 0.0];
        }
    }

    /// Steps of the tone curve for a block of pixels with that noise: light below the scale and NaN
    /// is 0, light beyond it the last step.
    #[inline(always)]
    pub(super) fn steps(&self, signal: &[[f32; 4]; BLOCK], normal: &[[f32; 4]; BLOCK]) -> [[i32; 4]; BLOCK] {
        let mut steps = [[0; 4]; BLOCK];
        let values = signal.as_flattened().iter().zip(normal.as_flattened());
        for (step, (s, normal)) in steps.as_flattened_mut().iter_mut().zip(values) {
            let noisy = s + (self.shot * s + self.read).sqrt() * normal;
            let most = (STEPS - 1) as f32;
            *step = nearest(between(noisy * most, 0.0, most));
        }
        steps
    }
}

/// A table from linear light to 8 bits.
pub(super) struct Tone(Box<[u8; STEPS]>);

impl Tone {
    /// sRGB's curve, bent by `amount`, 0 ..= 1.
    pub(super) fn new(amount: f32) -> Self {
        let mut levels = Box::new([0; STEPS]);
        for (i, level) in levels.iter_mut().enumerate() {
            let v = linear_to_srgb(i as f32 / (STEPS - 1) as f32);
            let bent = v + 0.6 * amount * v * (1.0 - v) * (2.0 * v - 1.0);
            *level = (bent * 255.0 + 0.5) as u8;
        }
        Self(levels)
    }

    /// The level of a step.
    #[inline(always)]
    pub(super) fn level(&self, step: i32) -> u8 {
        let Self(levels) = self;
        levels[step as usize % STEPS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_comes_out_grey_and_noise_grows_with_the_speed() {
        let tone = Tone::new(0.0);
        let levels = |iso: f32| {
            let sensor = Sensor::new([1.0; 3], iso, 1.0, 7);
            let (mut noise, mut normal) = (sensor.noise(0), [[0.0; 4]; BLOCK]);
            let mut block = || {
                sensor.draw(&mut noise, &mut normal);
                sensor.steps(&[[0.2158; 4]; BLOCK], &normal)
            };
            let steps: Vec<[i32; 4]> = (0..250).flat_map(|_| block()).collect();
            let values: Vec<[u8; 4]> = steps.iter().map(|pixel| pixel.map(|step| tone.level(step))).collect();
            let channel = |c: usize| values.iter().map(|v| f64::from(v[c])).collect::<Vec<_>>();
            let stats = |v: Vec<f64>| {
                let mean = v.iter().sum::<f64>() / v.len() as f64;
                (mean, (v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / v.len() as f64).sqrt())
            };
            [0, 1, 2].map(|c| stats(channel(c)))
        };
        for (mean, deviation) in levels(100.0) {
            // sqrt(0.2158 / 20000) is 0.0033; the curve's slope there is 255 · 1.055 / 2.4 ·
            // 0.2158^(1/2.4 − 1) = 274.
            assert!((mean - 128.0).abs() < 0.3 && (deviation - 0.95).abs() < 0.15, "{mean} {deviation}");
        }
        let (_, deviation) = levels(1600.0)[1];
        assert!((3.0..5.0).contains(&deviation), "{deviation}");
    }

    #[test]
    fn light_beyond_the_scale_is_clipped() {
        let (tone, sensor) = (Tone::new(1.0), Sensor::new([1.0; 3], 100.0, 0.0, 0));
        let level = |light: f32| {
            let [[step, ..], ..] = sensor.steps(&[[light; 4]; BLOCK], &[[0.0; 4]; BLOCK]);
            tone.level(step)
        };
        assert_eq!([-1.0, f32::NAN, 0.0, 1.0, 7.0, f32::MAX].map(level), [0, 0, 0, 255, 255, 255]);
        let rising: Vec<u8> = (0..=1000).map(|i| level(i as f32 / 1000.0)).collect();
        assert!(rising.is_sorted());
    }
}
