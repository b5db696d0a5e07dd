//! How morphed portraits are told, as a card has it.

use serde::{Deserialize, Serialize};

/// The largest magnitude of a weight: chosen by hand, far beyond all that mean something.
const MAX_NUMBER: f32 = 1e6;

/// How a morphed portrait is told by the template of the person who shows it
/// ([`crate::compare::MorphDetector`]): a linear measure of two templates, by logistic regression.
///
/// `selfsame-lab evaluate morphs DIR --fit FILE` writes it, as the table `[morphs]` of an
/// ensemble's card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MorphSpec {
    /// Whose pictures it was fitted on, how morphs were made and stored, and at which share of
    /// genuine pairs the measure is 0, for people.
    pub data: String,
    /// How many people the data shows.
    pub people: u64,
    /// What is added.
    pub offset: f32,
    /// Weights of the natural logarithms of the document's magnitudes, one for each network of the
    /// ensemble.
    pub document_magnitudes: Vec<f32>,
    /// Weights of the natural logarithms of the live picture's magnitudes, one for each network.
    pub live_magnitudes: Vec<f32>,
    /// How many of a template's values are each network's, in the order of the ensemble's members.
    pub dimensions: Vec<usize>,
    /// Weights of each network's part of the two templates' cosine: the sum of the products of its
    /// values.
    pub parts: Vec<f32>,
}

impl MorphSpec {
    /// What is wrong with it, for an ensemble of `members` networks.
    pub(super) fn fault(&self, members: usize) -> Option<&'static str> {
        let numbers = std::iter::once(&self.offset).chain(&self.document_magnitudes);
        // NaN is in no range.
        if !numbers.chain(&self.live_magnitudes).chain(&self.parts).all(|v| v.abs() <= MAX_NUMBER) {
            return Some("a number of [morphs] is out of range");
        }
        let lengths = [self.document_magnitudes.len(), self.live_magnitudes.len(), self.parts.len()];
        if self.dimensions.len() != members || lengths.iter().any(|len| *len != members) {
            return Some("[morphs] must have a number for each member of the ensemble");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> MorphSpec {
        MorphSpec {
            data: "made up".into(),
            people: 2,
            offset: 0.5,
            document_magnitudes: vec![0.1, -0.1],
            live_magnitudes: vec![0.2, -0.2],
            dimensions: vec![2, 1],
            parts: vec![-1.0, -2.0],
        }
    }

    #[test]
    fn what_fits_has_no_fault_and_the_rest_has_one() {
        assert_eq!(spec().fault(2), None);
        assert!(spec().fault(1).is_some());
        type Change = fn(&mut MorphSpec);
        let changes: [Change; 6] = [
            |s| s.offset = f32::INFINITY,
            |s| s.document_magnitudes[0] = f32::NAN,
            |s| s.live_magnitudes[1] = 1e9,
            |s| s.live_magnitudes = vec![0.0],
            |s| s.parts[1] = f32::NAN,
            |s| s.dimensions.push(1),
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut spec = spec();
            change(&mut spec);
            assert!(spec.fault(2).is_some(), "change {index}");
        }
    }
}
