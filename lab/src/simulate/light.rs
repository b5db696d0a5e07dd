//! What shines when: the ambient light's colour, and the screen's colours over time.
//!
//! Daylight: CIE 15:2004, 3.1 (D series, 4,000 K and more). Lamps: the Planckian locus in the cubic
//! form of B. Kim et al., US patent 7,024,034 (1,667 to 4,000 K).

use super::motion::Wave;
use super::skin::rgb_of_xyz;
use selfsame::image::{linear_rgb, luminance_linear};
use selfsame::liveness::{Region, Segment};

/// Quarters of the screen, as the camera sees the person: image left and right of the top, then of
/// the bottom.
pub(super) const QUARTERS: usize = 4;

/// Light of the four quarters, or one value for each: red, green, blue, unused.
pub(super) type Quarters = [[f32; 4]; QUARTERS];

/// Linear sRGB of an illuminant of luminance 1.
pub(super) fn kelvin_rgb(kelvin: f32) -> [f32; 3] {
    let (k, k2, k3) = (1e3 / kelvin, (1e3 / kelvin).powi(2), (1e3 / kelvin).powi(3));
    let (x, y) = if kelvin < 4_000.0 {
        let x = -0.266_123_9 * k3 - 0.234_358_9 * k2 + 0.877_695_6 * k + 0.179_91;
        let [a, b, c, d] = if kelvin < 2_222.0 {
            [-1.106_381_4, -1.348_110_2, 2.185_558_3, -0.202_196_83]
        } else {
            [-0.954_947_6, -1.374_185_9, 2.091_37, -0.167_488_67]
        };
        (x, ((a * x + b) * x + c) * x + d)
    } else {
        let x = if kelvin <= 7_000.0 {
            -4.607 * k3 + 2.9678 * k2 + 0.099_11 * k + 0.244_063
        } else {
            -2.0064 * k3 + 1.9018 * k2 + 0.247_48 * k + 0.237_04
        };
        (x, -3.0 * x * x + 2.87 * x - 0.275)
    };
    let rgb = rgb_of_xyz([x / y, 1.0, (1.0 - x - y) / y]).map(|v| v.max(0.0));
    rgb.map(|v| v / luminance_linear(rgb))
}

/// Which quarters a region lights. The person's left is the image's right.
fn lit(region: Region) -> [f32; QUARTERS] {
    match region {
        Region::Full => [1.0; 4],
        Region::Top => [1.0, 1.0, 0.0, 0.0],
        Region::Bottom => [0.0, 0.0, 1.0, 1.0],
        Region::Left => [0.0, 1.0, 0.0, 1.0],
        Region::Right => [1.0, 0.0, 1.0, 0.0],
    }
}

/// The light of one place over time: the ambient light, and a screen or none.
#[derive(Clone)]
pub(super) struct Track {
    /// When each segment ends, and what its quarters emit in cd/m². The first one holds before the
    /// challenge, the last one after it, and each until the next one begins.
    screen: Vec<(f64, Quarters)>,
    /// How late the screen's light arrives, in microseconds.
    pub(super) delay_us: f64,
    /// Ambient illuminance in lux, red, green, blue.
    ambient: [f32; 3],
    pub(super) drift: f32,
    pub(super) flicker: f32,
    wave: Wave,
}

/// The average light of a moment.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Light {
    /// What the quarters emit, in cd/m².
    pub(super) screen: Quarters,
    /// Ambient illuminance in lux.
    pub(super) ambient: [f32; 4],
}

impl Track {
    /// The segments on a screen whose white has `luminance` cd/m², 0 for no screen.
    pub(super) fn new(segments: &[Segment], luminance: f32, ambient: [f32; 3], wave: Wave) -> Self {
        let starts = segments.iter().skip(1).map(|s| s.start_us as f64).chain([f64::INFINITY]);
        let screen = segments.iter().zip(starts).map(|(segment, end)| {
            let [r, g, b] = linear_rgb(segment.color).map(|v| luminance * v);
            (end, lit(segment.region).map(|on| [on * r, on * g, on * b, 0.0]))
        });
        Self { screen: screen.collect(), delay_us: 0.0, ambient, drift: 0.0, flicker: 0.0, wave }
    }

    /// The same place with the screen off.
    pub(super) fn without_screen(&self) -> Self {
        let off = |(end, _): &(f64, Quarters)| (*end, Quarters::default());
        Self { screen: self.screen.iter().map(off).collect(), ..self.clone() }
    }

    /// The same place where nothing shines but the screen.
    pub(super) fn screen_alone(&self) -> Self {
        Self { ambient: [0.0; 3], ..self.clone() }
    }

    /// The mean from `from` to `to`, in microseconds.
    pub(super) fn over(&self, from: f64, to: f64) -> Light {
        let length = (to - from).max(1.0);
        let middle_s = 0.5e-6 * (from + to);
        let mut light = Light::default();
        let (from, to) = (from - self.delay_us, from - self.delay_us + length);
        let mut start = f64::NEG_INFINITY;
        for (end, quarters) in &self.screen {
            let share = ((to.min(*end) - from.max(start)) / length).max(0.0) as f32;
            if share > 0.0 {
                for (sum, quarter) in light.screen.iter_mut().zip(quarters) {
                    sum.iter_mut().zip(quarter).for_each(|(sum, v)| *sum += share * v);
                }
            }
            start = *end;
        }
        // A sine's mean over an exposure is smaller by the sinc of their product.
        let phase = std::f64::consts::PI * 100.0 * 1e-6 * length;
        let damped = if phase > 1e-6 { (phase.sin() / phase) as f32 } else { 1.0 };
        let flicker = self.flicker * damped * (std::f64::consts::TAU * 100.0 * middle_s).sin() as f32;
        let level = (1.0 + flicker + self.drift * self.wave.at(middle_s)).max(0.0);
        let [r, g, b] = self.ambient.map(|v| v * level);
        light.ambient = [r, g, b, 0.0];
        light
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daylight_is_white_and_lamps_are_warm() {
        let white = kelvin_rgb(6504.0);
        assert!(white.iter().all(|v| (v - 1.0).abs() < 0.02), "{white:?}");
        let [r, g, b] = kelvin_rgb(2856.0);
        // Illuminant A, x = 0.4476 and y = 0.4074, through sRGB's matrix: 1.846, 0.826, 0.233.
        assert!((r / g - 2.235).abs() < 0.03 && (b / g - 0.2825).abs() < 0.01, "{r} {g} {b}");
        assert!((kelvin_rgb(3999.0)[0] - kelvin_rgb(4001.0)[0]).abs() < 0.03, "both curves nearly meet");
        assert!([1700.0, 2222.0, 25_000.0].map(kelvin_rgb).as_flattened().iter().all(|v| v.is_finite()));
    }

    #[test]
    fn the_mean_over_an_exposure_mixes_segments() {
        let segment = |start_us, color, region| Segment { start_us, duration_us: 1000, color, region };
        let segments = [segment(0, [255, 0, 0], Region::Full), segment(1000, [0, 0, 255], Region::Left)];
        let mut track = Track::new(&segments, 100.0, [1.0; 3], Wave::none());
        let near =
            |a: [f32; 4], b: [f32; 4]| assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3), "{a:?} {b:?}");
        near(track.over(-500.0, -100.0).screen[0], [100.0, 0.0, 0.0, 0.0]);
        let mixed = track.over(900.0, 1300.0).screen;
        near(mixed[0], [25.0, 0.0, 0.0, 0.0]);
        near(mixed[1], [25.0, 0.0, 75.0, 0.0]);
        track.delay_us = 200.0;
        near(track.over(900.0, 1300.0).screen[3], [75.0, 0.0, 25.0, 0.0]);
        near(track.over(9_000.0, 9_100.0).screen[3], [0.0, 0.0, 100.0, 0.0]);
    }
}
