//! Comparison: how alike two templates are, what that says about the false match rate, and the decision.
//!
//! Callers ask for a false match rate ([`Calibration::threshold`]), never for a cosine: cosines of different models mean
//! different things.
//!
//! ```
//! use selfsame::compare::{Calibration, Decision, Score};
//! # let text = std::fs::read_to_string("models/template.toml")?;
//! # let mut card = selfsame::model::ModelCard::parse(&text)?;
//! # use selfsame::model::ProvisionalThreshold as P;
//! # card.provisional_thresholds = vec![P { fmr: 1e-2, score: 0.3 }, P { fmr: 1e-4, score: 0.5 }];
//! let calibration = Calibration::provisional(&card)?;
//! let threshold = calibration.threshold(1e-3)?;
//! assert_eq!(threshold.decide(Score::new(0.45)?), Decision::Match);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calibration;

pub use calibration::{Calibration, FmrEstimate, Threshold};

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::template::Template;

/// How alike two templates are: the cosine of the angle between them, −1 ..= 1, higher for more alike. Finite by construction.
///
/// What a value means depends on the model: see [`Calibration`].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Score(f32);

impl Score {
    /// The score `value`.
    ///
    /// # Errors
    /// [`ErrorKind::NonFinite`] if it is NaN or infinite, [`ErrorKind::InvalidArgument`] if it is outside −1 ..= 1.
    pub fn new(value: f32) -> Result<Self> {
        if !value.is_finite() {
            return Err(Error::new(ErrorKind::NonFinite, Stage::Compare, "the score is NaN or infinite"));
        }
        if !(-1.0..=1.0).contains(&value) {
            let message = format!("the score {value} is outside -1 to 1");
            return Err(Error::new(ErrorKind::InvalidArgument, Stage::Compare, message));
        }
        Ok(Self(value))
    }

    /// The cosine.
    pub fn value(self) -> f32 {
        self.0
    }
}

/// The decision about a score: same person or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[must_use]
pub enum Decision {
    /// The score is at or above the threshold.
    Match,
    /// The score is below the threshold.
    NoMatch,
}

/// Compares two templates. Symmetric, and the same on every call; neither template is changed.
///
/// # Errors
/// [`ErrorKind::ModelMismatch`] if they are of different models or dimensions, [`ErrorKind::NonFinite`] if the cosine is not
/// finite, which templates of this crate exclude.
pub fn score(a: &Template, b: &Template) -> Result<Score> {
    if !a.same_model(b) {
        let message = format!(
            "a template of {:?} ({} values) cannot be compared with one of {:?} ({} values)",
            a.model_id(),
            a.dimension(),
            b.model_id(),
            b.dimension()
        );
        return Err(Error::new(ErrorKind::ModelMismatch, Stage::Compare, message));
    }
    let cosine = dot(a.values(), b.values());
    // Rounding can push the cosine of equal templates past 1; `clamp` leaves NaN as it is, and `new` refuses it.
    Score::new(cosine.clamp(-1.0, 1.0))
}

/// Sum of products, in eight running sums so that the compiler can use vector instructions: 16 and 32 take longer, since adding
/// them up at the end does. The order of additions is fixed: the same on every machine.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a8, a_rest), (b8, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0.0f32; 8];
    for (a, b) in a8.iter().zip(b8) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn template(values: &[f32], id: &str) -> Template {
        Template::from_embedding(values, id.into()).unwrap()
    }

    #[test]
    fn known_angles() {
        let east = template(&[2.0, 0.0], "m");
        for (values, cosine) in [([5.0, 0.0], 1.0), ([0.0, 3.0], 0.0), ([-1.0, 0.0], -1.0), ([1.0, 1.0], 0.5f32.sqrt())]
        {
            let got = score(&east, &template(&values, "m")).unwrap().value();
            assert!((got - cosine).abs() < 1e-6, "{values:?}: {got}");
        }
    }

    #[test]
    fn different_models_or_dimensions_do_not_compare() {
        let a = template(&[1.0, 0.0], "a");
        for other in [template(&[1.0, 0.0], "b"), template(&[1.0, 0.0, 0.0], "a")] {
            let error = score(&a, &other).unwrap_err();
            assert_eq!((error.kind(), error.stage()), (ErrorKind::ModelMismatch, Stage::Compare));
        }
    }

    #[test]
    fn scores_are_finite_and_in_range() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(Score::new(bad).unwrap_err().kind(), ErrorKind::NonFinite);
        }
        for bad in [1.0001, -1.0001] {
            assert_eq!(Score::new(bad).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
        assert_eq!(Score::new(-1.0).unwrap().value(), -1.0);
    }

    proptest! {
        #[test]
        fn score_is_the_symmetric_cosine(pairs in prop::collection::vec((-1f32..1.0, -1f32..1.0), 1..300)) {
            let (a, b): (Vec<f32>, Vec<f32>) = pairs.into_iter().unzip();
            prop_assume!(a.iter().any(|v| v.abs() > 0.01) && b.iter().any(|v| v.abs() > 0.01));
            let norm = |v: &[f32]| v.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
            let cosine = a.iter().zip(&b).map(|(x, y)| f64::from(x * y)).sum::<f64>() / (norm(&a) * norm(&b));
            let (a, b) = (template(&a, "m"), template(&b, "m"));
            let got = score(&a, &b).unwrap();
            prop_assert!((f64::from(got.value()) - cosine).abs() < 1e-5);
            prop_assert_eq!(got, score(&b, &a).unwrap());
            prop_assert!(score(&a, &a).unwrap().value() > 0.999_99);
        }
    }
}
