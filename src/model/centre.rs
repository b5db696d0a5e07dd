//! Where the templates of people in general lie, so that it can be taken out.

use serde::{Deserialize, Serialize};

/// The largest magnitude of an integer of [`CentreSpec`]: chosen by hand, about what 16 bits hold.
const MAX_STEPS: i32 = 1 << 15;
/// The most axes: chosen by hand; the bundled cards have one at most.
const MAX_AXES: usize = 16;

/// What a network's unit vectors have in common, and along which directions groups of people differ
/// most: both are taken out of every vector, which is then brought to unit length again.
///
/// Cosines of a network's vectors are not zero for two strangers, and larger for strangers of one
/// group: by what all vectors share, and what the group shares. That the mean over groups is taken
/// out, each group counting alike, makes their false match rates more alike. It is fitted on groups
/// of people, of whom nothing about any one can be told from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentreSpec {
    /// Whose vectors these are, for people.
    pub data: String,
    /// How many people the data shows.
    pub people: u64,
    /// The unit of the integers in `mean` and `axes`.
    pub step: f32,
    /// The mean of the groups' mean unit vectors, in steps.
    pub mean: Vec<i32>,
    /// Directions of unit length in which the groups' means differ most, in steps: what a vector
    /// has along them is taken out.
    pub axes: Vec<Vec<i32>>,
}

impl CentreSpec {
    /// What is wrong with it as a description of vectors of `dimension` values; `None` where the
    /// dimension is not known yet.
    pub(crate) fn fault(&self, dimension: Option<usize>) -> Option<&'static str> {
        let vectors = || std::iter::once(&self.mean).chain(&self.axes);
        if !(self.step.is_finite() && self.step > 0.0) {
            return Some("the step of a centre is out of range");
        }
        let dimension = dimension.unwrap_or(self.mean.len());
        if self.axes.len() > MAX_AXES || vectors().any(|v| v.len() != dimension) {
            return Some("a vector of a centre has another dimension than the network's");
        }
        if vectors().flatten().any(|v| v.unsigned_abs() > MAX_STEPS as u32) {
            return Some("an integer of a centre is out of range");
        }
        None
    }
}
