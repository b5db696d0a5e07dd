//! What a model's card says about impostors: how templates of other people are spread.

use serde::{Deserialize, Serialize};

/// The largest magnitude of an integer of [`ImpostorSpec::mean`] and [`ImpostorSpec::axes`]: chosen
/// by hand, about what 16 bits hold.
const MAX_STEPS: i32 = 1 << 15;
/// The most axes: chosen by hand; the bundled card has 32, of 192 that are possible.
const MAX_AXES: usize = 256;

/// Mean and covariance of the templates of many people, and how a template's expected impostor
/// scores follow from them: [`crate::template::Template::impostor_level`].
///
/// Mean and covariance of thousands say nothing about any one of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImpostorSpec {
    /// The data that the statistics were taken from, for people.
    pub data: String,
    /// How many people the data shows.
    pub people: u64,
    /// How many standard deviations above their mean the impostor scores are expected that matter.
    pub spread: f32,
    /// How much of the natural logarithm of the embedding's magnitude is added.
    pub magnitude_weight: f32,
    /// The magnitude that adds nothing.
    pub magnitude_reference: f32,
    /// The least and the largest magnitude that count: one outside counts as the nearer of the two.
    pub magnitude_range: [f32; 2],
    /// Variance in directions orthogonal to the axes.
    pub variance: f32,
    /// The unit of the integers in `mean` and `axes`.
    pub step: f32,
    /// The mean of the unit templates, in steps.
    pub mean: Vec<i32>,
    /// Directions of most variance, in steps; the length of each is the square root of what its
    /// variance exceeds `variance` by.
    pub axes: Vec<Vec<i32>>,
}

impl ImpostorSpec {
    /// What is wrong with the statistics as a description of templates of `dimension` values.
    pub(super) fn fault(&self, dimension: usize) -> Option<&'static str> {
        let positive = |v: f32| v.is_finite() && v > 0.0;
        let [least, most] = self.magnitude_range;
        let numbers = positive(self.magnitude_reference)
            && positive(least)
            && positive(most)
            && least <= most
            && positive(self.variance)
            && positive(self.step)
            && [self.spread, self.magnitude_weight].iter().all(|v| v.is_finite() && *v >= 0.0);
        let vectors = || std::iter::once(&self.mean).chain(&self.axes);
        if !numbers {
            return Some("a number of [impostors] is out of range");
        }
        if self.axes.len() > MAX_AXES || vectors().any(|v| v.len() != dimension) {
            return Some("a vector of [impostors] has another dimension than the template");
        }
        if vectors().flatten().any(|v| v.unsigned_abs() > MAX_STEPS as u32) {
            return Some("an integer of [impostors] is out of range");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelCard;

    fn spec() -> ImpostorSpec {
        ModelCard::parse(include_str!("../../models/template.toml")).unwrap().impostors.unwrap()
    }

    #[test]
    fn the_bundled_card_describes_its_templates() {
        let spec = spec();
        assert_eq!(spec.fault(192), None);
        assert!(spec.people > 2_000 && spec.axes.len() == 32);
        assert!(spec.fault(191).is_some());
    }

    #[test]
    fn numbers_out_of_range_are_faults() {
        type Change = fn(&mut ImpostorSpec);
        let changes: [Change; 9] = [
            |s| s.variance = 0.0,
            |s| s.step = f32::NAN,
            |s| s.spread = -1.0,
            |s| s.magnitude_weight = f32::INFINITY,
            |s| s.magnitude_reference = 0.0,
            |s| s.magnitude_range = [2.0, 1.0],
            |s| s.mean[3] = i32::MIN,
            |s| s.axes[7].truncate(191),
            |s| s.axes = vec![s.mean.clone(); 257],
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut spec = spec();
            change(&mut spec);
            assert!(spec.fault(192).is_some(), "change {index}");
        }
    }
}
