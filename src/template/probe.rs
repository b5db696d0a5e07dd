//! Reads a [`ProbeSpec`] off a face's features.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::ProbeSpec;

/// A [`ProbeSpec`] in floats.
#[derive(Debug)]
pub(super) struct FeatureProbe {
    offset: f32,
    magnitudes: Vec<f32>,
    features: Vec<f32>,
}

impl FeatureProbe {
    /// The probe of networks with `features` features in all.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if the card weighs another number of features.
    pub(super) fn new(spec: &ProbeSpec, features: usize) -> Result<Self> {
        if spec.features.len() != features {
            let message = format!("a probe of {} features, of networks with {features}", spec.features.len());
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Template, message));
        }
        let features = spec.features.iter().map(|v| *v as f32 * spec.step).collect();
        Ok(Self { offset: spec.offset, magnitudes: spec.magnitudes.clone(), features })
    }

    /// What it measures; NaN where a feature is.
    pub(super) fn read(&self, magnitudes: &[f32], features: &[f32]) -> f32 {
        debug_assert_eq!((self.magnitudes.len(), self.features.len()), (magnitudes.len(), features.len()));
        let of_magnitudes: f32 = self.magnitudes.iter().zip(magnitudes).map(|(w, v)| w * v.ln()).sum();
        let of_features: f32 = self.features.iter().zip(features).map(|(w, v)| w * v).sum();
        self.offset + of_magnitudes + of_features
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_by_hand() {
        let spec = ProbeSpec { offset: 0.5, magnitudes: vec![2.0], step: 0.1, features: vec![10, -20] };
        let probe = FeatureProbe::new(&spec, 2).unwrap();
        assert!((probe.read(&[1.0], &[1.0, 0.25]) - 1.0).abs() < 1e-6);
        assert!((probe.read(&[std::f32::consts::E], &[0.0, 0.0]) - 2.5).abs() < 1e-6);
        assert!(probe.read(&[1.0], &[f32::NAN, 0.0]).is_nan());
        assert_eq!(FeatureProbe::new(&spec, 3).unwrap_err().kind(), ErrorKind::InvalidModel);
    }
}
