//! The chain's own comparison score as a function of two pictures' numbers.

use crate::error::{Error, ErrorKind, Result, Stage};
use selfsame::compare::score;
use selfsame::template::Template;

/// The comparison score of `templates` i and j, for [`super::all_pairs`]. NaN if one of the two is
/// missing.
///
/// # Errors
/// [`ErrorKind::ModelMismatch`] if the templates are not of one model and dimension.
pub fn comparison_scores(templates: &[Option<Template>]) -> Result<impl Fn(usize, usize) -> f32 + Sync> {
    let mut present = templates.iter().flatten();
    if let Some(first) = present.next()
        && let Some(other) = present.find(|t| (t.model_id(), t.dimension()) != (first.model_id(), first.dimension()))
    {
        let message = format!("templates of {:?} among those of {:?}", other.model_id(), first.model_id());
        return Err(Error::new(ErrorKind::ModelMismatch, Stage::Evaluate, message));
    }
    Ok(move |i, j| match (templates.get(i), templates.get(j)) {
        // A pair without two templates has no score: it never matches.
        (Some(Some(a)), Some(Some(b))) => score(a, b).map_or(f32::NAN, |s| s.value()),
        _ => f32::NAN,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_those_of_compare_and_models_do_not_mix() {
        let template = |values: &[f32], id: &str| Some(Template::from_embedding(values, id.into()).unwrap());
        let templates = [template(&[1.0, 0.0], "m"), None, template(&[1.0, 1.0], "m")];
        let scores = comparison_scores(&templates).unwrap();
        assert!((scores(0, 2) - 0.5f32.sqrt()).abs() < 1e-6);
        assert!(scores(0, 1).is_nan() && scores(0, 3).is_nan());
        let mixed = [None, template(&[1.0], "m"), template(&[1.0], "other")];
        assert_eq!(comparison_scores(&mixed).err().unwrap().kind(), ErrorKind::ModelMismatch);
        assert!(comparison_scores(&[template(&[1.0], "m"), template(&[1.0, 0.0], "m")]).is_err());
    }
}
