//! From radiance to a picture: crosstalk of the colour filters, noise, tone curve, 8 bits, JPEG.
//!
//! Noise has the variance a·s + b at the signal s: photons (Poisson) and reading (Gaussian), both growing with the ISO speed (EMVA
//! Standard 1288, 4.0). Its amount is that of a small sensor of which many pixels make one of a preview's. The tone curve is
//! sRGB's with a slight S about the middle, as cameras add it.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::{Limits, Photo, linear_to_srgb};
use crate::random::Random;
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
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

static NORMAL: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let mut random = Random::new(0, 0);
    (0..DRAWN).map(|_| random.normal()).collect()
});

/// What one frame's rows are developed with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Develop {
    /// Each input colour's part in the three outputs, with gains.
    columns: [[f32; 4]; 3],
    /// Variance per signal, and at none.
    shot: f32,
    read: f32,
    normal: &'static [f32],
    seed: u64,
}

impl Develop {
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

    /// The noise of row `y`, always the same.
    pub(super) fn noise(&self, y: usize) -> Random {
        Random::new(self.seed, y as u64)
    }

    /// The pixel that sees `radiance`.
    #[inline(always)]
    pub(super) fn pixel(&self, [r, g, b, _]: [f32; 4], noise: &mut Random, tone: &Tone) -> [u8; 3] {
        let [cr, cg, cb] = self.columns;
        let mut signal = [0.0; 4];
        signal.iter_mut().zip(cr).for_each(|(sum, v)| *sum += r * v);
        signal.iter_mut().zip(cg).for_each(|(sum, v)| *sum += g * v);
        signal.iter_mut().zip(cb).for_each(|(sum, v)| *sum += b * v);
        let [dr, dg, db, _] = signal.map(|s| (self.shot * s + self.read).sqrt());
        let [red, green, blue, _] = signal;
        let bits = noise.next();
        let drawn = |shift: u32| self.normal.get((bits >> shift) as usize & (DRAWN - 1)).copied().unwrap_or(0.0);
        let (red, green, blue) = (red + dr * drawn(0), green + dg * drawn(12), blue + db * drawn(24));
        [red, green, blue].map(|v| tone.level(v))
    }
}

/// A table from linear light to 8 bits.
pub(super) struct Tone(Vec<u8>);

impl Tone {
    /// sRGB's curve, bent by `amount`, 0 ..= 1.
    pub(super) fn new(amount: f32) -> Self {
        let level = |i: usize| {
            let v = linear_to_srgb(i as f32 / (STEPS - 1) as f32);
            let bent = v + 0.6 * amount * v * (1.0 - v) * (2.0 * v - 1.0);
            (bent * 255.0 + 0.5) as u8
        };
        Self((0..STEPS).map(level).collect())
    }

    #[inline(always)]
    fn level(&self, light: f32) -> u8 {
        let Self(levels) = self;
        // Negative light and NaN become 0, too much the last step.
        let step = ((light * (STEPS - 1) as f32 + 0.5) as usize).min(STEPS - 1);
        levels.get(step).copied().unwrap_or(u8::MAX)
    }
}

/// The picture as a JPEG, and as it comes out of that.
pub(super) fn compressed(photo: &Photo, quality: u8) -> Result<(Vec<u8>, Photo)> {
    let mut file = Vec::with_capacity(photo.pixels().len() / 8);
    JpegEncoder::new_with_quality(&mut file, quality)
        .encode(photo.pixels(), photo.width(), photo.height(), ExtendedColorType::Rgb8)
        .map_err(|e| Error::new(ErrorKind::InvalidArgument, Stage::Simulate, "the frame has no JPEG").with_source(e))?;
    let decoded = Photo::decode(&file, &Limits::default())?;
    Ok((file, decoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_comes_out_grey_and_noise_grows_with_the_speed() {
        let tone = Tone::new(0.0);
        let levels = |iso: f32| {
            let develop = Develop::new([1.0; 3], iso, 1.0, 7);
            let mut noise = develop.noise(0);
            let values: Vec<[u8; 3]> =
                (0..4000).map(|_| develop.pixel([0.2158, 0.2158, 0.2158, 0.0], &mut noise, &tone)).collect();
            let channel = |c: usize| values.iter().map(|v| f64::from(v[c])).collect::<Vec<_>>();
            let stats = |v: Vec<f64>| {
                let mean = v.iter().sum::<f64>() / v.len() as f64;
                (mean, (v.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / v.len() as f64).sqrt())
            };
            [0, 1, 2].map(|c| stats(channel(c)))
        };
        for (mean, deviation) in levels(100.0) {
            // sqrt(0.2158 / 20000) is 0.0033; the curve's slope there is 255 · 1.055 / 2.4 · 0.2158^(1/2.4 − 1) = 274.
            assert!((mean - 128.0).abs() < 0.3 && (deviation - 0.95).abs() < 0.15, "{mean} {deviation}");
        }
        let (_, deviation) = levels(1600.0)[1];
        assert!((3.0..5.0).contains(&deviation), "{deviation}");
    }

    #[test]
    fn light_beyond_the_scale_is_clipped() {
        let tone = Tone::new(1.0);
        assert_eq!([-1.0, f32::NAN, 0.0, 1.0, 7.0, f32::INFINITY].map(|v| tone.level(v)), [0, 0, 0, 255, 255, 255]);
        let rising: Vec<u8> = (0..=1000).map(|i| tone.level(i as f32 / 1000.0)).collect();
        assert!(rising.is_sorted());
    }
}
