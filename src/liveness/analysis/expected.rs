//! What the challenge lets one expect at each frame, once the lag is known, and how strongly a series follows it.

use super::chain::shown;
use crate::liveness::Challenge;
use crate::liveness::response::Rgb;

/// Frames so near to an edge are left out, in seconds after it and before it: exposures straddle it.
const MARGIN_S: [f64; 2] = [0.045, 0.02];

/// The screen's light, red, green and blue of 0 ..= 1, at each sample; `None` near edges.
pub(super) struct Expected {
    light: Vec<Option<Rgb>>,
}

impl Expected {
    pub(super) fn new(times: &[f64], challenge: &Challenge, lag_s: f64) -> Self {
        let [after, before] = MARGIN_S;
        let at = |time: &f64| {
            let time = time - lag_s;
            challenge.segments().iter().find_map(|segment| {
                // Before the first segment the screen shows its colour already.
                let from =
                    if segment.start_us == 0 { f64::NEG_INFINITY } else { 1e-6 * segment.start_us as f64 + after };
                (from..1e-6 * segment.end_us() as f64 - before).contains(&time).then(|| shown(segment))
            })
        };
        Self { light: times.iter().map(at).collect() }
    }

    /// By how much a series of logarithms rises from no light to full light in each channel, as a share of its level without light:
    /// the slope of the line through its exponentials, over its value at 0.
    pub(super) fn contrast(&self, logs: &[Rgb]) -> Rgb {
        self.lines(logs).map(|Line { slope, level }| (slope / level.max(1e-6)) as f32)
    }

    /// The level without light, and its rise to full light, in each channel.
    pub(super) fn lines(&self, logs: &[Rgb]) -> [Line; 3] {
        let mut channel = 0..;
        [(); 3].map(|()| {
            let c = channel.next().unwrap_or(0);
            Line::through(
                self.light.iter().zip(logs).filter_map(|(light, log)| {
                    Some((f64::from(*light.as_ref()?.get(c)?), f64::from(log.get(c)?.exp())))
                }),
            )
        })
    }
}

/// A least-squares line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    pub(super) slope: f64,
    /// Its value at 0.
    pub(super) level: f64,
}

impl Line {
    fn through(pairs: impl Iterator<Item = (f64, f64)>) -> Self {
        let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (x, y) in pairs {
            n += 1.0;
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
        }
        let spread = sxx - sx * sx / n;
        if spread.is_nan() || spread <= 1e-9 * n {
            return Self { slope: 0.0, level: 1.0 };
        }
        let slope = (sxy - sx * sy / n) / spread;
        Self { slope, level: (sy - slope * sx) / n }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_among_noise_and_none_without_a_change() {
        let noisy = (0..1000).map(|i| {
            let x = f64::from(i % 2);
            (x, 2.0 + 0.5 * x + if i % 4 < 2 { 0.1 } else { -0.1 })
        });
        let Line { slope, level } = Line::through(noisy);
        assert!((slope - 0.5).abs() < 1e-9 && (level - 2.0).abs() < 1e-9, "{slope} {level}");
        let flat = Line { slope: 0.0, level: 1.0 };
        assert_eq!(Line::through((0..9).map(|i| (1.0, f64::from(i)))), flat);
        assert_eq!(Line::through(std::iter::empty()), flat);
        assert_eq!(Line::through([(f64::NAN, 1.0), (1.0, 2.0)].into_iter()), flat);
    }
}
