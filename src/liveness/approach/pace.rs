//! Whether a face followed the oval: its size over time against what was shown.

use super::challenge::ApproachChallenge;
use super::cues::PaceCue;

/// Lags that are tried, in microseconds.
const LAGS_US: u64 = 1_200_000;
const STEP_US: u64 = 50_000;
/// Fewer frames show no movement: at 15 a second a quicker oval than any has more.
const LEAST_FRAMES: usize = 8;

/// The face's width in one frame, in the shares that ovals have, so long after the oval began to
/// grow.
pub(super) type Size = (u64, f32);

impl PaceCue {
    /// The cue of the sizes from when the oval began to grow; `None` if they are too few.
    pub(super) fn new(sizes: &[Size], challenge: &ApproachChallenge) -> Option<Self> {
        // What comes long after shows the last hold alone.
        let end = sizes.partition_point(|(t, _)| *t <= challenge.travel_us() + LAGS_US);
        let sizes = sizes.get(..end)?;
        if sizes.len() < LEAST_FRAMES {
            return None;
        }
        // Nobody's face is as wide as the mean one: a constant factor is the guide's to judge.
        let off = |lag_us: u64| {
            let ratio = |(t, size): &Size| f64::from((size / challenge.oval_at(t.saturating_sub(lag_us)).width).ln());
            let mean = sizes.iter().map(ratio).sum::<f64>() / sizes.len() as f64;
            (sizes.iter().map(|size| (ratio(size) - mean).powi(2)).sum::<f64>() / sizes.len() as f64).sqrt()
        };
        let lags = (0..=LAGS_US / STEP_US).map(|i| (i * STEP_US, off(i * STEP_US)));
        let (lag_us, error) = lags.min_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(Self { lag_ms: lag_us as f64 / 1e3, error, frames: sizes.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ApproachChallenge, ApproachPolicy};
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn a_face_that_follows_is_told_from_one_that_jumps_or_stays() {
        let mut rng = ChaCha20Rng::from_seed([5; 32]);
        let challenge = ApproachChallenge::issue(&mut rng, &ApproachPolicy::default(), 1).unwrap();
        let sizes = |f: &dyn Fn(u64) -> f32| (0..90).map(|i| (33_333 * i, f(33_333 * i))).collect::<Vec<_>>();
        let followed = PaceCue::new(&sizes(&|t| challenge.oval_at(t.saturating_sub(300_000)).width), &challenge);
        assert!(followed.is_some_and(|p| p.lag_ms == 300.0 && p.error < 1e-3));
        let stays = PaceCue::new(&sizes(&|_| challenge.start().width), &challenge).unwrap();
        assert!(stays.error > 0.15, "{stays:?}");
        let jumps = |t| if t < 150_000 { challenge.start().width } else { challenge.target().width };
        assert!(PaceCue::new(&sizes(&jumps), &challenge).unwrap().error > 0.1);
        assert_eq!(PaceCue::new(&[(0, 0.3); 7], &challenge), None);
    }
}
