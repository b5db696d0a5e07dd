//! What morphs achieve: how many of them are accepted for both contributors.

#![allow(clippy::indexing_slicing, reason = "places are counted among attempts and systems made here")]

use crate::evaluate::bootstrap::percentiles;
use crate::evaluate::{Interval, clopper_pearson};
use crate::random::Random;

/// The scores of one morph: of both contributors, of each attempt, by each system; below every
/// threshold where a system saw no face.
pub type MorphScores = [Vec<Vec<f32>>; 2];

/// A share with its interval of 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MorphShare {
    /// The share, 0 to 1.
    pub value: f64,
    /// The interval.
    pub interval: Interval,
}

/// How many morphs are accepted for both contributors, by one system (MMPMR: U. Scherhag et al.,
/// "Biometric Systems under Morphing Attacks: Assessment of Morphing Techniques and Vulnerability
/// Reporting", BIOSIG 2017).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MorphPotential {
    /// How many morphs were tried.
    pub morphs: u64,
    /// MinMax-MMPMR: the share that is accepted for each contributor in one attempt or more.
    pub min_max: MorphShare,
    /// ProdAvg-MMPMR: the mean of the product of both contributors' shares of accepted attempts,
    /// which is the chance that one attempt of each is accepted.
    pub prod_avg: MorphShare,
}

impl MorphPotential {
    /// The potential of `morphs` against `system` at a threshold; `None` without morphs. Intervals:
    /// Clopper and Pearson's for the first share, percentiles over 1,000 draws of morphs for the
    /// second.
    #[must_use]
    pub fn of(morphs: &[MorphScores], system: usize, threshold: f32, seed: u64) -> Option<Self> {
        let accepted = |attempts: &[Vec<f32>]| attempts.iter().filter(|scores| scores[system] >= threshold).count();
        let both = morphs.iter().filter(|sides| sides.iter().all(|attempts| accepted(attempts) > 0)).count() as u64;
        let product = |sides: &MorphScores| -> f64 {
            sides.iter().map(|attempts| accepted(attempts) as f64 / attempts.len().max(1) as f64).product()
        };
        let products: Vec<f64> = morphs.iter().map(product).collect();
        let count = morphs.len();
        let mut random = Random::new(seed, 0);
        let drawn = (0..1_000).map(|_| {
            let sum: f64 = (0..count).map(|_| products[random.below(count)]).sum();
            (count > 0).then(|| sum / count as f64)
        });
        Some(Self {
            morphs: count as u64,
            min_max: share(both, count as u64)?,
            prod_avg: MorphShare {
                value: products.iter().sum::<f64>() / count as f64,
                interval: percentiles(drawn.collect())?,
            },
        })
    }
}

/// The morphing attack potential of ISO/IEC 20059: in row r − 1 and column c − 1 the share of
/// morphs that at least c systems accept for both contributors, each in at least r attempts. As
/// many rows as every contributor has attempts; `thresholds` has one for each system. Intervals
/// are Clopper and Pearson's.
#[must_use]
pub fn morphing_attack_potential(morphs: &[MorphScores], thresholds: &[f32]) -> Vec<Vec<MorphShare>> {
    let attempts = morphs.iter().flatten().map(Vec::len).min();
    // Without morphs there are no rows.
    (1..=attempts.unwrap_or(0))
        .map(|least| {
            let fooled = |sides: &MorphScores, system: usize| {
                let accepted = |scores: &&Vec<f32>| scores[system] >= thresholds[system];
                sides.iter().all(|attempts| attempts.iter().filter(accepted).count() >= least)
            };
            let systems = |sides: &MorphScores| (0..thresholds.len()).filter(|s| fooled(sides, *s)).count();
            (1..=thresholds.len())
                .filter_map(|c| {
                    let count = morphs.iter().filter(|sides| systems(sides) >= c).count();
                    share(count as u64, morphs.len() as u64)
                })
                .collect()
        })
        .collect()
}

pub(super) fn share(count: u64, of: u64) -> Option<MorphShare> {
    Some(MorphShare { value: count as f64 / of as f64, interval: clopper_pearson(count, of)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two systems, two attempts of each contributor.
    fn morph(first: [[f32; 2]; 2], second: [[f32; 2]; 2]) -> MorphScores {
        [first, second].map(|attempts| attempts.map(|scores| scores.to_vec()).to_vec())
    }

    #[test]
    fn shares_by_hand() {
        let morphs = [
            morph([[0.9, 0.9], [0.9, 0.1]], [[0.9, 0.1], [0.1, 0.9]]),
            morph([[0.9, 0.9], [0.9, 0.9]], [[0.1, 0.1], [0.1, 0.1]]),
        ];
        let potential = MorphPotential::of(&morphs, 0, 0.5, 1).unwrap();
        assert_eq!((potential.morphs, potential.min_max.value, potential.prod_avg.value), (2, 0.5, 0.25));
        let matrix = morphing_attack_potential(&morphs, &[0.5, 0.5]);
        let values: Vec<Vec<f64>> = matrix.iter().map(|row| row.iter().map(|share| share.value).collect()).collect();
        assert_eq!(values, [[0.5, 0.5], [0.0, 0.0]]);
        assert!(MorphPotential::of(&[], 0, 0.5, 1).is_none() && morphing_attack_potential(&[], &[0.5]).is_empty());
    }
}
