//! From a cross-comparison to the calibration that a model's card carries.

use super::bootstrap::{Sums, percentiles, weights};
use super::operating_point::allowed;
use super::random::Random;
use super::tail::Tail;
use super::{Bootstrap, ScoreSet};
use crate::error::{Error, ErrorKind, Result, Stage};
use rayon::prelude::*;
use selfsame::compare::{Calibration, FmrBasis, Pairing};
use selfsame::model::{CalibrationPoint, CalibrationSpec, LogisticSpec};

/// The false match rates of the points.
pub(super) const RATES: [f64; 9] = [1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6];
/// A rate is measured if so many impostor pairs match at it; below, the tail's model tells.
const LEAST_FALSE_MATCHES: f64 = 200.0;
/// The tail begins at this rate.
const TAIL_RATE: f64 = 1e-3;

/// Scores of one replicate, or of the data, for all rates.
struct Curve {
    scores: Vec<Option<f64>>,
    tail: Option<Tail>,
}

impl ScoreSet {
    /// What the scores of this set mean: thresholds for false match rates from 1e-2 to 1e-6 with 95
    /// % intervals by resampling people, those with fewer than 200 false matches by a
    /// generalised Pareto tail fitted above an FMR of 1e-3, and the log-likelihood ratio by
    /// logistic regression. `data` tells people whose pictures were compared. A set without genuine
    /// pairs says nothing about likelihood ratios: `known` then stands in for them, and the text
    /// says so.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if there are too few pairs (200,000 impostor pairs are the
    /// least) or people, if genuine and impostor scores do not overlap, or if there are no genuine
    /// pairs and no `known` regression.
    pub fn calibrate(
        &self,
        pairing: Pairing,
        data: &str,
        known: Option<&LogisticSpec>,
        options: &Bootstrap,
    ) -> Result<CalibrationSpec> {
        let fault = |message: &str| Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message);
        let few = || fault("too few pairs or people for a calibration");
        if self.impostor_pairs() as f64 * TAIL_RATE < LEAST_FALSE_MATCHES {
            return Err(few());
        }
        let (logistic, data) = if self.genuine_pairs() > 0 {
            let logistic = self.logistic().ok_or_else(|| fault("genuine and impostor scores do not overlap"))?;
            (logistic, data.to_owned())
        } else {
            let known = known.ok_or_else(|| fault("without genuine pairs there is no log-likelihood ratio"))?;
            (*known, format!("{data}; log-likelihood ratio of the calibration before"))
        };
        let measured = |fmr: f64| fmr * self.impostor_pairs() as f64 >= LEAST_FALSE_MATCHES;
        let curve = self.calibration_curve(&vec![1; self.people.len()], measured);
        let tail = curve.tail.ok_or_else(few)?;
        let replicates: Vec<Curve> = (0..options.replicates)
            .into_par_iter()
            .map(|number| {
                let random = &mut Random::new(options.seed, number.into());
                self.calibration_curve(&weights(random, self.people.len()), measured)
            })
            .collect();
        let point = |(index, fmr): (usize, &f64)| {
            let at = |curve: &Curve| curve.scores.get(index).copied().flatten();
            let score = at(&curve).ok_or_else(few)?;
            let interval = percentiles(replicates.iter().map(at).collect()).ok_or_else(few)?;
            Ok(CalibrationPoint {
                fmr: *fmr,
                score: score as f32,
                // Resampling people repeats some and leaves others out, which moves extremes to one
                // side.
                low: interval.low.min(score) as f32,
                high: interval.high.max(score) as f32,
                extrapolated: !measured(*fmr),
            })
        };
        let points = RATES.iter().enumerate().map(point).collect::<Result<Vec<_>>>()?;
        let spec = CalibrationSpec {
            pairing,
            basis: FmrBasis::Average,
            data: data.clone(),
            people: self.people() as u64,
            genuine_pairs: self.genuine_pairs(),
            impostor_pairs: self.impostor_pairs(),
            tail: format!(
                "generalised Pareto above {:.4} (FMR {TAIL_RATE:.0e}): shape k {:.3}, scale {:.4}",
                tail.start, tail.shape, tail.scale
            ),
            log_likelihood_ratio: logistic,
            points,
        };
        // What a card could not carry is no calibration.
        let checked =
            Calibration::new(&data, spec).map_err(|e| fault("the points are no calibration").with_source(e))?;
        Ok(checked.spec().clone())
    }

    fn calibration_curve(&self, weights: &[u64], measured: impl Fn(f64) -> bool) -> Curve {
        let sums = Sums::new(self, weights);
        let threshold = |fmr| sums.threshold_for(allowed(fmr, sums.impostor_pairs)?).map(f64::from);
        let tail = threshold(TAIL_RATE).filter(|start| start.is_finite()).and_then(|start| {
            let exceeding = sums.impostors().take_while(|(score, _)| *score >= start).filter(|(_, weight)| *weight > 0);
            Tail::fit(start, TAIL_RATE, exceeding)
        });
        let score = |fmr: &f64| if measured(*fmr) { threshold(*fmr) } else { tail.map(|tail| tail.score(*fmr)) };
        Curve { scores: RATES.iter().map(score).collect(), tail }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::all_pairs;
    use selfsame::compare::Calibration;

    /// People as points on a line of many dimensions would be: impostor scores whose tail is known
    /// to be that of a sum.
    fn set(people: usize) -> ScoreSet {
        let subjects: Vec<usize> = (0..2 * people).map(|i| i / 2).collect();
        let even = |i: usize, j: usize| {
            let mut z = ((i as u64) << 32 | j as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
        };
        // Impostor scores are exponential with a mean of 0.1.
        let score = |i: usize, j: usize| {
            let impostor = -0.1 * (1.0 - even(i, j)).ln();
            (if i / 2 == j / 2 { 0.4 + 3.0 * impostor } else { impostor }) as f32
        };
        all_pairs(&subjects, &vec![true; 2 * people], score).unwrap()
    }

    #[test]
    fn thresholds_of_a_known_distribution_return() {
        let options = Bootstrap { replicates: 100, seed: 3 };
        let spec = set(800).calibrate(Pairing::SelfieSelfie, "made up", None, &options).unwrap();
        assert_eq!((spec.people, spec.genuine_pairs, spec.points.len()), (800, 800, 9));
        for point in &spec.points {
            let exact = -0.1 * point.fmr.ln() as f32;
            assert!((point.score - exact).abs() < 0.1 * exact, "{point:?}, exact {exact}");
            assert!(point.low <= exact + 0.03 && exact - 0.03 <= point.high, "{point:?}, exact {exact}");
            assert_eq!(point.extrapolated, point.fmr * spec.impostor_pairs as f64 <= 200.0, "{point:?}");
        }
        let widths: Vec<f32> = spec.points.iter().map(|p| p.high - p.low).collect();
        assert!(widths[8] > widths[2], "what is extrapolated is less certain: {widths:?}");
        assert!(Calibration::new("m", spec.clone()).is_ok());
        assert_eq!(
            spec,
            set(800).calibrate(Pairing::SelfieSelfie, "made up", None, &options).unwrap(),
            "the same again"
        );
    }

    #[test]
    fn too_little_data_is_an_error() {
        let options = Bootstrap { replicates: 100, seed: 3 };
        let error = set(100).calibrate(Pairing::SelfieSelfie, "made up", None, &options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    }

    #[test]
    fn people_with_a_picture_each_calibrate_thresholds_alone() {
        let options = Bootstrap { replicates: 100, seed: 3 };
        let subjects: Vec<usize> = (0..800).collect();
        let even = |i: usize, j: usize| Random::new(i as u64, j as u64).below(1 << 30) as f32 / (1u64 << 30) as f32;
        let set = all_pairs(&subjects, &[true; 800], |i, j| -0.1 * (1.0 - even(i, j)).ln()).unwrap();
        let error = set.calibrate(Pairing::SelfieSelfie, "made up", None, &options).unwrap_err();
        assert!(error.to_string().contains("without genuine pairs"), "{error}");
        let known = LogisticSpec { offset: -4.0, slope: 20.0 };
        let spec = set.calibrate(Pairing::SelfieSelfie, "made up", Some(&known), &options).unwrap();
        assert_eq!((spec.genuine_pairs, spec.log_likelihood_ratio), (0, known));
        assert!(spec.data.starts_with("made up; log-likelihood ratio of"), "{}", spec.data);
        assert!((spec.points[2].score - 0.1 * 1e3f32.ln()).abs() < 0.03, "{:?}", spec.points);
    }
}
