//! Ten-fold verification accuracy: the threshold is chosen on all folds but one and judged on that
//! one.
//!
//! G. B. Huang et al., "Labeled Faces in the Wild: A Database for Studying Face Recognition in
//! Unconstrained Environments", 2007, section 5.

use super::Pair;

/// Accuracy over the folds.
#[derive(Debug, Clone, PartialEq)]
pub struct TenFold {
    /// Accuracy on each fold, 0 ..= 1, over all pairs: the protocol asks for an answer to every
    /// one, and “two people” is the answer to a pair that cannot be compared.
    pub accuracies: Vec<f64>,
    /// Accuracy on each fold over the pairs that were compared.
    pub compared_accuracies: Vec<f64>,
    /// The threshold that was used on each fold, chosen on the others.
    pub thresholds: Vec<f32>,
}

impl TenFold {
    /// Mean accuracy.
    pub fn mean(&self) -> f64 {
        self.accuracies.iter().sum::<f64>() / self.accuracies.len().max(1) as f64
    }

    /// Standard error of the mean: the protocol's own ±, std / √n.
    pub fn standard_error(&self) -> f64 {
        let n = self.accuracies.len().max(2) as f64;
        // With n − 1 in the variance, as the protocol defines it.
        self.std() / (n - 1.0).sqrt()
    }

    /// Standard deviation of the accuracy over the folds (n in the denominator, as is customary for
    /// LFW).
    pub fn std(&self) -> f64 {
        let mean = self.mean();
        let variance = self.accuracies.iter().map(|a| (a - mean).powi(2)).sum::<f64>();
        (variance / self.accuracies.len().max(1) as f64).sqrt()
    }
}

/// Runs the protocol; `score` gives the comparison score of a pair, `None` if a template is
/// missing. `None` with fewer than two folds, or one without comparisons.
pub fn ten_fold(folds: &[Vec<Pair>], score: impl Fn(&Pair) -> Option<f32>) -> Option<TenFold> {
    let scored: Vec<Vec<(Option<f32>, bool)>> =
        folds.iter().map(|f| f.iter().map(|p| (score(p), p.genuine)).collect()).collect();
    let compared = |fold: &[(Option<f32>, bool)]| fold.iter().filter(|(score, _)| score.is_some()).count();
    if folds.len() < 2 || scored.iter().any(|fold| compared(fold) == 0) {
        return None;
    }
    let mut outcome = TenFold { accuracies: Vec::new(), compared_accuracies: Vec::new(), thresholds: Vec::new() };
    for (held_out, judged) in scored.iter().enumerate() {
        let others = scored.iter().enumerate().filter(|(i, _)| *i != held_out).flat_map(|(_, fold)| fold.iter());
        let threshold = best_threshold(others.filter_map(|(score, genuine)| Some(((*score)?, *genuine))).collect());
        let right = |(score, genuine): &&(Option<f32>, bool)| score.is_some_and(|s| s >= threshold) == *genuine;
        let (all, refused) = (judged.iter(), judged.iter().filter(|(score, _)| score.is_none()));
        let (all, refused) = (all.filter(right).count(), refused.filter(right).count());
        outcome.accuracies.push(all as f64 / judged.len() as f64);
        outcome.compared_accuracies.push((all - refused) as f64 / compared(judged) as f64);
        outcome.thresholds.push(threshold);
    }
    Some(outcome)
}

/// The threshold with the most right decisions (score ≥ threshold means genuine); half-way between
/// neighbours.
fn best_threshold(mut scored: Vec<(f32, bool)>) -> f32 {
    scored.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Below everything: all genuine pairs are right, all impostors wrong.
    let mut right = scored.iter().filter(|(_, genuine)| *genuine).count();
    // Without scores any threshold is as good.
    let (mut best, mut threshold) = (right, scored.first().map_or(0.0, |(s, _)| *s));
    let following = scored.iter().skip(1).map(|(s, _)| *s).chain([f32::INFINITY]);
    for ((score, genuine), next) in scored.iter().zip(following) {
        if *genuine {
            right -= 1
        } else {
            right += 1
        }
        if right > best && next > *score {
            (best, threshold) = (right, if next.is_finite() { 0.5 * (score + next) } else { score.next_up() });
        }
    }
    threshold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_threshold_separates() {
        assert_eq!(best_threshold(vec![(0.1, false), (0.2, false), (0.6, true), (0.9, true)]), 0.4);
        assert_eq!(best_threshold(vec![(0.1, true), (0.2, true)]), 0.1);
        assert!(best_threshold(vec![(0.1, false), (0.2, false)]) > 0.2);
        let with_ties = vec![(0.5, false), (0.5, true), (0.5, false), (0.8, true)];
        assert_eq!(best_threshold(with_ties), 0.65);
    }

    #[test]
    fn accuracy_is_judged_on_the_fold_left_out() {
        // Folds 0 and 1 agree on 0.5; in fold 2 the genuine pair scores below it.
        let pair = |a, genuine| Pair { a, b: 0, genuine };
        let folds = vec![
            vec![pair(9, true), pair(1, false)],
            vec![pair(9, true), pair(1, false)],
            vec![pair(3, true), pair(2, false)],
        ];
        let outcome = ten_fold(&folds, |p| Some(p.a as f32 / 10.0)).unwrap();
        assert_eq!(outcome.accuracies, [1.0, 1.0, 0.5]);
        assert!((outcome.mean() - 2.5 / 3.0).abs() < 1e-12);
        assert!((outcome.std() - (0.5f64 / 9.0).sqrt()).abs() < 1e-12);
        // Deviations 1/6, 1/6, 1/3: variance (1/6) / 2, over 3 folds.
        assert!((outcome.standard_error() - (0.5f64 / 6.0 / 3.0).sqrt()).abs() < 1e-12);
        assert_eq!(outcome.compared_accuracies, outcome.accuracies);
        // Without a template a pair is answered with "two people": here rightly and wrongly.
        let some = |p: &Pair| (p.a != 1 && p.a != 3).then_some(p.a as f32 / 10.0);
        let refused = ten_fold(&folds, some).unwrap();
        assert_eq!((refused.accuracies[2], refused.compared_accuracies[2]), (0.5, 1.0));
        assert_eq!((refused.accuracies[0], refused.compared_accuracies[0]), (1.0, 1.0));
        assert!(ten_fold(&folds[..1], |_| Some(0.0)).is_none());
        let without = ten_fold(&folds, |p| (p.a != 9).then_some(p.a as f32 / 10.0)).unwrap();
        assert_eq!(without.accuracies[..2], [0.5, 0.5], "a missing template is a wrong decision about a genuine pair");
    }
}
