//! From light to a frame's bytes: focus, exposure, noise, tone.

use super::raster::Canvas;
use crate::random::Random;
use selfsame::image::linear_to_srgb;

/// How one camera sees.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sensor {
    /// Electrons of white at the light of the session.
    pub(super) electrons: f32,
    /// Noise of reading, in electrons.
    pub(super) reading: f32,
}

/// A circular blur of so many pixels' deviation: two passes of a box each way.
pub(super) fn blur(canvas: &mut Canvas, deviation_px: f32) {
    // A box of three pixels with weights w, 1 − 2w, w has the variance 2w.
    let mut left = deviation_px * deviation_px;
    while left > 0.01 {
        let w = (0.5 * left).min(0.25);
        left -= 2.0 * w;
        let (width, height) = (canvas.width, canvas.height);
        for row in canvas.colors.chunks_exact_mut(width) {
            let mut before = row[0];
            for x in 0..width {
                let (here, after) = (row[x], row[(x + 1).min(width - 1)]);
                row[x] = std::array::from_fn(|i| here[i] + w * (before[i] - 2.0 * here[i] + after[i]));
                before = here;
            }
        }
        let mut before: Vec<[f32; 3]> = canvas.colors[..width].to_vec();
        for y in 0..height {
            for (x, before) in before.iter_mut().enumerate() {
                let here = canvas.colors[y * width + x];
                let after = canvas.colors[(y + 1).min(height - 1) * width + x];
                canvas.colors[y * width + x] =
                    std::array::from_fn(|i| here[i] + w * (before[i] - 2.0 * here[i] + after[i]));
                *before = here;
            }
        }
    }
}

/// The bytes of a frame at a gain.
pub(super) fn develop(canvas: &Canvas, sensor: &Sensor, gain: f32, random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(3 * canvas.colors.len());
    // A table: the tone curve is the dear part.
    let tone: Vec<u8> = (0..=4096).map(|i| (255.0 * linear_to_srgb(i as f32 / 4096.0) + 0.5) as u8).collect();
    for color in &canvas.colors {
        for value in color {
            let electrons = (value * sensor.electrons).max(0.0);
            // The sum of three even numbers is near enough to normal here, and cheap.
            let bits = random.next();
            let even = [0, 21, 42].map(|shift| ((bits >> shift) & 0x1f_ffff) as f32).iter().sum::<f32>();
            let noise = 2.0 * (even / 0x20_0000 as f32 - 1.5) * (electrons + sensor.reading * sensor.reading).sqrt();
            let level = gain * (electrons + noise) / sensor.electrons;
            bytes.push(tone[(level.clamp(0.0, 1.0) * 4096.0) as usize]);
        }
    }
    bytes
}
