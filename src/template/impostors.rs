//! The level that impostor scores of a template reach, predicted from the template itself.
//!
//! Some faces, and most poor pictures, score high or low against everyone. Score normalisation
//! takes that out. The usual way compares each template with a cohort of other people's and
//! subtracts the mean of its highest scores (R. Auckenthaler et al., "Score Normalization for
//! Text-Independent Speaker Verification Systems", 2000; S-norm and its adaptive forms). This
//! one needs no cohort: scores of a unit template *t* against people whose templates have mean *μ*
//! and covariance *Σ* have the mean *t·μ* and the variance *tᵀΣt*, and their high end lies a few
//! standard deviations above. Of Σ the directions of most variance are kept; the others share one
//! variance. The embedding's magnitude before normalisation, which is larger for clear frontal
//! faces (Q. Meng et al., "MagFace", 2021), adds its logarithm: pictures of small magnitude score
//! low with everyone, themselves included.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::ImpostorSpec;

/// Predicts impostor levels for the templates of one model.
#[derive(Debug)]
pub(crate) struct Impostors {
    mean: Vec<f32>,
    /// Axes of as many values as the mean, one after the other.
    axes: Vec<f32>,
    variance: f32,
    spread: f32,
    magnitude_weight: f32,
    magnitude_reference: f32,
    magnitude_range: [f32; 2],
}

impl Impostors {
    /// The predictor that a card describes, for templates of `dimension` values.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if a vector of the card has another number of values.
    pub(crate) fn new(spec: &ImpostorSpec, dimension: usize) -> Result<Self> {
        if std::iter::once(&spec.mean).chain(&spec.axes).any(|vector| vector.len() != dimension) {
            let message = "a vector of [impostors] has another dimension than the template";
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Template, message));
        }
        let values = |steps: &[i32]| steps.iter().map(|v| *v as f32 * spec.step).collect::<Vec<_>>();
        Ok(Self {
            mean: values(&spec.mean),
            axes: spec.axes.iter().flat_map(|axis| values(axis)).collect(),
            variance: spec.variance,
            spread: spec.spread,
            magnitude_weight: spec.magnitude_weight,
            magnitude_reference: spec.magnitude_reference,
            magnitude_range: spec.magnitude_range,
        })
    }

    /// The level for the unit template `values` whose embedding had the magnitude `magnitude`, in
    /// units of the cosine.
    pub(crate) fn level(&self, values: &[f32], magnitude: f32) -> f32 {
        debug_assert_eq!(values.len(), self.mean.len(), "a template of another model");
        let dot = |axis: &[f32]| axis.iter().zip(values).map(|(a, v)| a * v).sum::<f32>();
        // Scores of impostors have the mean t·μ and the variance tᵀΣt, of which the axes hold the
        // directions that matter, and `variance` the rest.
        let along = self.axes.chunks_exact(self.mean.len().max(1)).map(|axis| dot(axis).powi(2)).sum::<f32>();
        let [least, most] = self.magnitude_range;
        let magnitude = magnitude.clamp(least, most) / self.magnitude_reference;
        dot(&self.mean) + self.spread * (self.variance + along).sqrt() + self.magnitude_weight * magnitude.ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> ImpostorSpec {
        ImpostorSpec {
            data: "made up".into(),
            people: 3,
            spread: 2.0,
            magnitude_weight: 0.5,
            magnitude_reference: 10.0,
            magnitude_range: [5.0, 40.0],
            variance: 0.25,
            step: 0.1,
            mean: vec![1, 0],
            axes: vec![vec![0, 12]],
        }
    }

    #[test]
    fn vectors_of_another_dimension_are_refused() {
        for dimension in [0, 1, 3] {
            assert_eq!(Impostors::new(&spec(), dimension).unwrap_err().kind(), ErrorKind::InvalidModel);
        }
        let uneven = ImpostorSpec { axes: vec![vec![0, 12], vec![1]], ..spec() };
        assert_eq!(Impostors::new(&uneven, 2).unwrap_err().kind(), ErrorKind::InvalidModel);
    }

    #[test]
    fn levels_by_hand() {
        let impostors = Impostors::new(&spec(), 2).unwrap();
        let near = |values: &[f32], magnitude, level: f32| {
            let got = impostors.level(values, magnitude);
            assert!((got - level).abs() < 1e-6, "{got} is not {level}");
        };
        near(&[1.0, 0.0], 10.0, 0.1 + 2.0 * 0.5);
        near(&[0.0, 1.0], 10.0, 2.0 * (0.25f32 + 1.44).sqrt());
        near(&[1.0, 0.0], 20.0, 1.1 + 0.5 * 2f32.ln());
        near(&[1.0, 0.0], 1e9, 1.1 + 0.5 * 4f32.ln());
        near(&[1.0, 0.0], 1e-9, 1.1 - 0.5 * 2f32.ln());
    }
}
