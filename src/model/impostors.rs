//! What a model's card says about impostors: how templates of other people are spread.

use serde::{Deserialize, Serialize};

/// The largest magnitude of an integer of [`ImpostorSpec::mean`] and [`ImpostorSpec::axes`].
const MAX_STEPS: i32 = 1 << 15;
/// The most axes.
const MAX_AXES: usize = 256;

/// Mean and covariance of the templates of many people, and how a template's expected impostor scores follow from them:
/// [`crate::template::Template::impostor_level`].
///
/// Mean and covariance of thousands say nothing about any one of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImpostorSpec {
    /// The data that it was taken from, for people.
    pub data: String,
    /// How many people.
    pub people: u64,
    /// How many standard deviations above their mean the impostor scores are expected that matter.
    pub spread: f32,
    /// How much of the natural logarithm of the embedding's magnitude is added.
    pub magnitude_weight: f32,
    /// The magnitude that adds nothing.
    pub magnitude_reference: f32,
    /// Magnitudes outside count as these.
    pub magnitude_range: [f32; 2],
    /// Variance in directions orthogonal to the axes.
    pub variance: f32,
    /// Unit of the integers below.
    pub step: f32,
    /// Mean of the unit templates, in steps.
    pub mean: Vec<i32>,
    /// Directions of most variance, in steps; the length of each is the square root of what its variance exceeds `variance` by.
    pub axes: Vec<Vec<i32>>,
}

impl ImpostorSpec {
    /// What is wrong with it as a description of templates of `dimension` values.
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
