//! [`MorphDetector`]: what the template of a live person says about the portrait that they show.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::MorphSpec;
use crate::template::Template;
use std::sync::Arc;

/// Tells portraits that may be a *morph*, a blend of two faces with which both people pass.
///
/// A template of a morph lies between its contributors': against one of them it scores less than a
/// portrait of theirs does, less so by one network than by another, and a face that is no one's has
/// a shorter embedding. The detector is a linear measure of each network's part of the cosine and
/// of the logarithms of the magnitudes, fitted on portraits of one and of two people by logistic
/// regression (*differential* detection: U. Scherhag, C. Rathgeb, J. Merkle, C. Busch, "Deep Face
/// Representations for Differential Morphing Attack Detection", IEEE TIFS 15, 2020).
///
/// It says something where the two templates match. Strangers are no match whatever it says.
#[derive(Debug)]
pub struct MorphDetector {
    model_id: Arc<str>,
    offset: f32,
    document_magnitudes: Vec<f32>,
    live_magnitudes: Vec<f32>,
    /// How many values each network has, and what its part of the cosine weighs.
    parts: Vec<(usize, f32)>,
    dimension: usize,
}

impl MorphDetector {
    /// The detector that `spec` describes ([`EnsembleCard::morphs`](crate::model::EnsembleCard)),
    /// for templates of the ensemble `model_id` with `dimension` values.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if `spec` weighs another number of values.
    pub fn new(spec: &MorphSpec, model_id: &str, dimension: usize) -> Result<Self> {
        // A sum that is too large is no template's.
        let values = spec.dimensions.iter().try_fold(0usize, |sum, n| sum.checked_add(*n));
        if values != Some(dimension) || spec.dimensions.len() != spec.parts.len() {
            let message = "[morphs] weighs another number of values than the template has";
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Compare, message));
        }
        Ok(Self {
            model_id: model_id.into(),
            offset: spec.offset,
            document_magnitudes: spec.document_magnitudes.clone(),
            live_magnitudes: spec.live_magnitudes.clone(),
            parts: spec.dimensions.iter().copied().zip(spec.parts.iter().copied()).collect(),
            dimension,
        })
    }

    /// How much the portrait of `document` looks like a morph to whom `live` shows: natural
    /// logarithm of odds, shifted so that it is 0 or more for the share of genuine pairs that the
    /// card names ([`MorphSpec::data`]).
    ///
    /// # Errors
    /// [`ErrorKind::ModelMismatch`] if a template is of another model or dimension than the
    /// detector, [`ErrorKind::NonFinite`] if the measure is not finite.
    pub fn measure(&self, document: &Template, live: &Template) -> Result<f32> {
        for template in [document, live] {
            let fits = template.model_id() == &*self.model_id
                && template.dimension() == self.dimension
                && template.magnitudes().len() == self.document_magnitudes.len();
            if !fits {
                let message =
                    format!("a template of {:?}, morphs are told for {:?}", template.model_id(), self.model_id);
                return Err(Error::new(ErrorKind::ModelMismatch, Stage::Compare, message));
            }
        }
        let mut products = document.values().iter().zip(live.values()).map(|(d, s)| d * s);
        let of_parts: f32 = self.parts.iter().map(|(values, w)| w * products.by_ref().take(*values).sum::<f32>()).sum();
        let of_magnitudes = |weights: &[f32], template: &Template| -> f32 {
            weights.iter().zip(template.magnitudes()).map(|(w, v)| w * v.ln()).sum()
        };
        let measure = self.offset
            + of_parts
            + of_magnitudes(&self.document_magnitudes, document)
            + of_magnitudes(&self.live_magnitudes, live);
        if !measure.is_finite() {
            return Err(Error::new(ErrorKind::NonFinite, Stage::Compare, "the measure of morphs is not finite"));
        }
        Ok(measure)
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
            document_magnitudes: vec![2.0],
            live_magnitudes: vec![-1.0],
            dimensions: vec![2],
            parts: vec![-2.0],
        }
    }

    fn template(values: &[f32], id: &str) -> Template {
        Template::from_embedding(values, id.into()).unwrap()
    }

    #[test]
    fn a_measure_by_hand() {
        let detector = MorphDetector::new(&spec(), "m", 2).unwrap();
        // Lengths of 5 and 1, and a cosine of 0.8.
        let measure = detector.measure(&template(&[3.0, 4.0], "m"), &template(&[0.0, 1.0], "m")).unwrap();
        assert!((measure - (0.5 - 1.6 + 2.0 * 5.0f32.ln())).abs() < 1e-5, "{measure}");
        let turned = detector.measure(&template(&[0.0, 1.0], "m"), &template(&[3.0, 4.0], "m")).unwrap();
        assert!((turned - (0.5 - 1.6 - 5.0f32.ln())).abs() < 1e-5, "which is the document matters: {turned}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let detector = MorphDetector::new(&spec(), "m", 2).unwrap();
        let one = template(&[1.0, 0.0], "m");
        for other in [template(&[1.0, 0.0], "n"), template(&[1.0, 0.0, 0.0], "m")] {
            assert_eq!(detector.measure(&one, &other).unwrap_err().kind(), ErrorKind::ModelMismatch);
            assert_eq!(detector.measure(&other, &one).unwrap_err().kind(), ErrorKind::ModelMismatch);
        }
        assert_eq!(MorphDetector::new(&spec(), "m", 3).unwrap_err().kind(), ErrorKind::InvalidModel);
    }
}
