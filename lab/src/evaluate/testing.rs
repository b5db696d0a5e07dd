//! Sets of scores with known statistics, for tests.

use super::histogram::Histogram;
use super::pair_counts::Design;
use super::score_set::{GenuineScore, ImpostorScore, Person, ScoreSet};

/// A set with exactly these scores. Each genuine score is of a person of its own with two pictures;
/// each impostor score is of the first two; other impostor pairs do not count.
pub(super) fn set_of(genuine: &[f32], impostor: &[f32]) -> ScoreSet {
    let range = |start: f32, pick: fn(f32, f32) -> f32| impostor.iter().copied().fold(start, pick);
    let mut histogram = Histogram::new(range(f32::INFINITY, f32::min), range(f32::NEG_INFINITY, f32::max));
    impostor.iter().for_each(|s| histogram.add(*s));
    let people = vec![Person { pictures: [2; 2], enrolled: [2; 2] }; genuine.len()];
    let genuine = genuine.iter().enumerate().map(|(i, s)| GenuineScore { score: *s, person: i as u32 }).collect();
    let kept = impostor.iter().map(|s| ImpostorScore { score: *s, people: [0, 1] }).collect();
    let mut set = ScoreSet::new(Design::Within, people, genuine, kept, &histogram);
    set.compared.impostor = impostor.len() as u64;
    set.attempted.impostor = impostor.len() as u64;
    set
}

/// `n` impostor scores of N(0, 1) and `n` genuine ones of N(`distance`, 1), at equally likely
/// quantiles.
pub(super) fn gaussians(distance: f64, n: usize) -> ScoreSet {
    let quantiles: Vec<f64> = (0..n).map(|i| normal_quantile((i as f64 + 0.5) / n as f64)).collect();
    let genuine: Vec<f32> = quantiles.iter().map(|q| (q + distance) as f32).collect();
    let impostor: Vec<f32> = quantiles.iter().map(|q| *q as f32).collect();
    set_of(&genuine, &impostor)
}

/// The quantile of the standard normal distribution, by halving, on Φ(x) = ½ erfc(−x/√2) as a sum
/// of Taylor terms.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-8.0, 8.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if normal_cdf(middle) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// Φ(x) = ½ + φ(x) (x + x³/3 + x⁵/(3·5) + …), G. Marsaglia, "Evaluating the Normal Distribution",
/// 2004.
pub(super) fn normal_cdf(x: f64) -> f64 {
    let (mut term, mut sum, mut odd) = (x, x, 1.0);
    while term.abs() > 1e-18 * sum.abs() {
        odd += 2.0;
        term *= x * x / odd;
        sum += term;
    }
    0.5 + sum * (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}
