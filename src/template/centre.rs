//! Takes out of a network's vectors what people in general share.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::model::CentreSpec;

/// A [`CentreSpec`] in floats.
#[derive(Debug)]
pub(super) struct Centre {
    mean: Vec<f32>,
    axes: Vec<Vec<f32>>,
}

impl Centre {
    /// The centre of vectors of `dimension` values.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidModel`] if a vector of the card has another number of values.
    pub(super) fn new(spec: &CentreSpec, dimension: usize) -> Result<Self> {
        if let Some(fault) = spec.fault(Some(dimension)) {
            return Err(Error::new(ErrorKind::InvalidModel, Stage::Template, fault));
        }
        let values = |steps: &Vec<i32>| steps.iter().map(|v| *v as f32 * spec.step).collect::<Vec<_>>();
        Ok(Self { mean: values(&spec.mean), axes: spec.axes.iter().map(values).collect() })
    }

    /// Takes the centre out of `values`, a vector of length `norm`: of the unit vector, so that
    /// what remains is in units of it.
    pub(super) fn remove(&self, values: &mut [f32], norm: f32) {
        values.iter_mut().zip(&self.mean).for_each(|(v, mean)| *v = *v / norm - mean);
        for axis in &self.axes {
            let along: f32 = values.iter().zip(axis).map(|(v, a)| v * a).sum();
            values.iter_mut().zip(axis).for_each(|(v, a)| *v -= along * a);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> CentreSpec {
        CentreSpec { data: "made up".into(), people: 2, step: 0.1, mean: vec![2, 0, 1], axes: vec![vec![0, 10, 0]] }
    }

    #[test]
    fn mean_and_axes_are_taken_out() {
        let mut values = [3.0, 4.0, 0.0];
        Centre::new(&spec(), 3).unwrap().remove(&mut values, 5.0);
        let near = values.iter().zip([0.4, 0.0, -0.1]).all(|(a, b): (&f32, f32)| (a - b).abs() < 1e-6);
        assert!(near, "{values:?}");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let kind = |spec: CentreSpec, dimension| Centre::new(&spec, dimension).unwrap_err().kind();
        assert_eq!(kind(spec(), 2), ErrorKind::InvalidModel);
        for step in [0.0, f32::NAN, f32::INFINITY, -1.0] {
            assert_eq!(kind(CentreSpec { step, ..spec() }, 3), ErrorKind::InvalidModel, "{step}");
        }
        assert_eq!(kind(CentreSpec { axes: vec![vec![1, 2]], ..spec() }, 3), ErrorKind::InvalidModel);
        assert_eq!(kind(CentreSpec { mean: vec![1 << 20, 0, 0], ..spec() }, 3), ErrorKind::InvalidModel);
        assert_eq!(kind(CentreSpec { axes: vec![vec![0; 3]; 17], ..spec() }, 3), ErrorKind::InvalidModel);
    }
}
