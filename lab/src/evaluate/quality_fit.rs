//! Weights of the unified quality score: which features of two pictures tell how their comparison
//! will end.

#![allow(clippy::indexing_slicing, reason = "the matrix has a row for each measure, the map an entry for each subject")]

use crate::error::{Error, ErrorKind, Result, Stage};
use nalgebra::{DMatrix, DVector};

/// Two pictures of one person, as places in lists, and their comparison score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GenuinePair {
    /// First picture.
    pub a: usize,
    /// Second picture.
    pub b: usize,
    /// Comparison score; NaN if one of them has no template.
    pub score: f32,
}

/// Every genuine pair of pictures whose people are `subjects`, the earlier picture first.
pub fn genuine_pairs(subjects: &[usize], score: impl Fn(usize, usize) -> f32) -> Vec<GenuinePair> {
    let mut people = std::collections::BTreeMap::<usize, Vec<usize>>::new();
    subjects.iter().enumerate().for_each(|(place, subject)| people.entry(*subject).or_default().push(place));
    let mut pairs = Vec::new();
    for places in people.values() {
        for (i, a) in places.iter().enumerate() {
            pairs.extend(places.iter().skip(i + 1).map(|b| GenuinePair { a: *a, b: *b, score: score(*a, *b) }));
        }
    }
    pairs
}

/// The least squares fit of the pairs' scores to a constant and a weighted sum of both pictures'
/// features, those that are `used`; returns the weights, 0 for the others. Everyone counts alike: a
/// person with n pairs has the weight 1/n in each. Pairs with a picture without features, or
/// without score, are left out.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] if the pairs do not determine the weights.
pub fn fit_quality<const N: usize>(
    pairs: &[GenuinePair],
    subjects: &[usize],
    features: &[Option<[f32; N]>],
    used: [bool; N],
) -> Result<[f64; N]> {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    let person = |pair: &GenuinePair| subjects.get(pair.a).copied();
    pairs.iter().filter_map(person).for_each(|subject| *counts.entry(subject).or_default() += 1);
    let mut normal = DMatrix::<f64>::zeros(N + 1, N + 1);
    let mut right = DVector::<f64>::zeros(N + 1);
    for pair in pairs.iter().filter(|pair| pair.score.is_finite()) {
        let of = |picture: usize| features.get(picture).copied().flatten();
        let (Some(a), Some(b), Some(subject)) = (of(pair.a), of(pair.b), person(pair)) else { continue };
        let weight = 1.0 / counts[&subject] as f64;
        let sums = a.iter().zip(&b).zip(used).map(|((a, b), used)| if used { f64::from(a + b) } else { 0.0 });
        let row = DVector::from_iterator(N + 1, std::iter::once(1.0).chain(sums));
        normal.ger(weight, &row, &row, 1.0);
        right.axpy(weight * f64::from(pair.score), &row, 1.0);
    }
    // An equation of its own for each weight that is 0.
    for (place, _) in used.iter().enumerate().filter(|(_, used)| !**used) {
        normal[(place + 1, place + 1)] = 1.0;
    }
    let undetermined =
        || Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, "the pairs do not determine the weights");
    let solution = normal.cholesky().ok_or_else(undetermined)?.solve(&right);
    let mut weights = [0.0; N];
    weights.iter_mut().zip(solution.iter().skip(1)).for_each(|(weight, value)| *weight = *value);
    if weights.iter().all(|w| w.is_finite()) { Ok(weights) } else { Err(undetermined()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::random::Random;

    #[test]
    fn weights_that_made_the_scores_are_found() {
        let mut random = Random::new(7, 0);
        let mut value = || (random.below(2_000) as f32) / 1_000.0 - 1.0;
        let features: Vec<Option<[f32; 3]>> = (0..300).map(|_| Some([value(), value(), value()])).collect();
        let subjects: Vec<usize> = (0..300).map(|i| i / 3).collect();
        let made = |i: usize| features[i].unwrap().iter().zip([0.5, -0.2, 0.0]).map(|(f, w)| f * w).sum::<f32>();
        let pairs = genuine_pairs(&subjects, |a, b| 0.7 + made(a) + made(b));
        assert_eq!(pairs.len(), 300);
        let weights = fit_quality(&pairs, &subjects, &features, [true; 3]).unwrap();
        for (got, expected) in weights.iter().zip([0.5, -0.2, 0.0]) {
            assert!((got - expected).abs() < 1e-4, "{weights:?}");
        }
        let one = fit_quality(&pairs, &subjects, &features, [false, true, false]).unwrap();
        assert!(one[0] == 0.0 && (one[1] + 0.2).abs() < 0.1 && one[2] == 0.0, "{one:?}");
    }

    #[test]
    fn what_says_nothing_is_an_error() {
        let features = [Some([1.0f32]), Some([1.0]), None];
        let pairs = genuine_pairs(&[0, 0, 0], |_, _| 0.5);
        assert_eq!(fit_quality(&pairs, &[0, 0, 0], &features, [true]).unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}
