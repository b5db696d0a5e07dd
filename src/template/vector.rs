//! [`Template`]: a face as a vector of unit length.

use super::impostors::Impostors;
use super::reliability::Reliability;
use crate::error::{Error, ErrorKind, Result, Stage};
use std::sync::Arc;
use zeroize::Zeroize;

/// The largest magnitude of an impostor level, in units of the cosine. Chosen by hand: levels that
/// mean something are well below 1, and files must not bring in numbers of any size.
pub(crate) const MAX_LEVEL: f32 = 8.0;

/// A face as a vector of unit length, bound to the model or the ensemble that made it.
///
/// It is biometric data: its values are overwritten when it is dropped, never printed, never
/// serialised by the way, and owned by it alone (a clone is a copy).
/// [`TemplateExtractor`](super::TemplateExtractor) takes templates from photographs,
/// [`crate::compare::score`] compares two, and [`Template::encode`] writes one to bytes.
#[derive(Clone)]
pub struct Template {
    values: Box<[f32]>,
    magnitudes: Box<[f32]>,
    impostor_level: f32,
    reliability: Option<Reliability>,
    model_id: Arc<str>,
}

impl Template {
    /// The template of `embedding`, the output of the network `model_id` before normalisation, with
    /// an impostor level of 0: for embeddings that were computed elsewhere.
    /// [`TemplateExtractor`](super::TemplateExtractor) takes templates from photographs, and knows
    /// the level.
    ///
    /// # Errors
    /// [`ErrorKind::NonFinite`] if a value is NaN or infinite, or all are zero: such a vector has
    /// no direction.
    pub fn from_embedding(embedding: &[f32], model_id: Arc<str>) -> Result<Self> {
        Self::from_embeddings([(1.0, embedding)], model_id)
    }

    /// The template of several networks' embeddings, each with its share of the score; the shares
    /// sum to 1.
    pub(super) fn from_embeddings<'a>(
        parts: impl IntoIterator<Item = (f32, &'a [f32])>,
        model_id: Arc<str>,
    ) -> Result<Self> {
        // A vector that grows leaves what it held behind: parts are put together at their end.
        let mut units = Vec::new();
        let mut magnitudes = Vec::new();
        for (share, embedding) in parts {
            let square: f64 = embedding.iter().map(|v| f64::from(*v).powi(2)).sum();
            let norm = square.sqrt();
            if !norm.is_finite() || norm < f64::from(f32::MIN_POSITIVE) {
                let message = format!("the network {model_id:?} returned NaN, an infinity or only zeros");
                return Err(Error::new(ErrorKind::NonFinite, Stage::Template, message));
            }
            units.push((f64::from(share).sqrt() / norm, embedding));
            // An embedding can be longer than the largest f32.
            magnitudes.push(norm.min(f64::from(f32::MAX)) as f32);
        }
        let mut values = Vec::with_capacity(units.iter().map(|(_, embedding)| embedding.len()).sum());
        values.extend(
            units.iter().flat_map(|(by, embedding)| embedding.iter().map(move |v| (f64::from(*v) * by) as f32)),
        );
        Ok(Self {
            values: values.into(),
            magnitudes: magnitudes.into(),
            impostor_level: 0.0,
            reliability: None,
            model_id,
        })
    }

    /// The template with these magnitudes, and the impostor level that `impostors` predicts; with
    /// a level of 0 if the card says nothing about impostors.
    pub(super) fn levelled(mut self, magnitudes: Box<[f32]>, impostors: Option<&Impostors>) -> Self {
        self.magnitudes = magnitudes;
        // An ensemble has a network, and a template a magnitude.
        let first = self.magnitudes.first().copied().unwrap_or_default();
        let level = impostors.map_or(0.0, |impostors| impostors.level(&self.values, first));
        self.impostor_level = level.clamp(-MAX_LEVEL, MAX_LEVEL);
        self
    }

    /// The template of `values` of unit length, with magnitudes and a level that were stored.
    pub(crate) fn from_unit(
        values: Box<[f32]>,
        magnitudes: Box<[f32]>,
        impostor_level: f32,
        reliability: Option<Reliability>,
        model_id: Arc<str>,
    ) -> Self {
        Self { values, magnitudes, impostor_level, reliability, model_id }
    }

    /// The template with this reliability.
    pub(super) fn with_reliability(mut self, reliability: Option<Reliability>) -> Self {
        self.reliability = reliability;
        self
    }

    /// Number of values.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.values.len()
    }

    /// The identity of the model that made the template: [`crate::model::ModelCard::id`], or that
    /// of the [`crate::model::EnsembleCard`].
    #[must_use]
    pub fn model_id(&self) -> &str {
        &self.model_id
    }

    /// The lengths of the networks' embeddings before they were normalised, or the mean lengths
    /// where several were added: larger for clear faces. One for each network of an ensemble, in
    /// the order of its card; each finite and above 0.
    #[must_use]
    pub fn magnitudes(&self) -> &[f32] {
        &self.magnitudes
    }

    /// The level that the cosines of this template with other people's reach, in units of the
    /// cosine, −8 ..= 8; 0 if the model's card says nothing about impostors
    /// ([`crate::model::ImpostorSpec`]). [`crate::compare::score`] subtracts it.
    #[must_use]
    pub fn impostor_level(&self) -> f32 {
        self.impostor_level
    }

    /// How much of the face the template still tells; `None` if the model's card does not say how
    /// that is measured ([`crate::model::ReliabilitySpec`]).
    ///
    /// [`crate::Engine`] refuses pictures whose template is not reliable enough, and a
    /// [`crate::gallery`] does not enrol them; who compares templates alone asks
    /// [`Reliability::suffices`].
    #[must_use]
    pub fn reliability(&self) -> Option<Reliability> {
        self.reliability
    }

    /// Whether a comparison may rest on the template; so too where reliability is not measured.
    pub(crate) fn is_reliable(&self) -> bool {
        self.reliability.is_none_or(Reliability::suffices)
    }

    /// How doubtful the template is, 0 ..= 1: what its reliability lacks to 1, or 0 where that is
    /// not measured.
    pub(crate) fn doubt(&self) -> f32 {
        self.reliability.map_or(0.0, |reliability| 1.0 - reliability.value())
    }

    /// Whether both were made by one model, and have as many values.
    pub(crate) fn same_model(&self, other: &Self) -> bool {
        // Templates of one extractor share the text.
        let same_id = Arc::ptr_eq(&self.model_id, &other.model_id) || self.model_id == other.model_id;
        same_id && self.dimension() == other.dimension()
    }

    /// The template's values, [`Self::dimension`] of them, whose squares sum to 1: for an index or
    /// statistics of your own.
    ///
    /// They are biometric data. A copy of them is not overwritten when it is dropped, as the
    /// template's own are; to store one template, use [`Self::encode`]. A cosine of two templates'
    /// values is not yet a score: [`crate::compare::score`] subtracts their impostor levels.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

impl Drop for Template {
    fn drop(&mut self) {
        self.values.zeroize();
        self.magnitudes.zeroize();
        self.impostor_level.zeroize();
    }
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template")
            .field("model_id", &self.model_id)
            .field("dimension", &self.dimension())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn templates_have_unit_length_and_keep_direction(values in prop::collection::vec(-1e3f32..1e3, 1..300), k in 0.01f32..100.0) {
            prop_assume!(values.iter().any(|v| v.abs() > 1.0));
            let template = Template::from_embedding(&values, "m".into()).unwrap();
            let norm: f32 = template.values().iter().map(|v| v * v).sum();
            prop_assert!((norm - 1.0).abs() < 1e-5);
            let scaled: Vec<f32> = values.iter().map(|v| v * k).collect();
            let scaled = Template::from_embedding(&scaled, "m".into()).unwrap();
            prop_assert!(template.values().iter().zip(scaled.values()).all(|(a, b)| (a - b).abs() < 1e-5));
        }
    }

    #[test]
    fn vectors_without_direction_are_refused() {
        for values in [[0.0, 0.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0], [0.0, f32::NEG_INFINITY]] {
            let error = Template::from_embedding(&values, "m".into()).unwrap_err();
            assert_eq!((error.kind(), error.stage()), (ErrorKind::NonFinite, Stage::Template), "{values:?}");
        }
        assert_eq!(Template::from_embedding(&[], "m".into()).unwrap_err().kind(), ErrorKind::NonFinite);
        assert!(Template::from_embedding(&[f32::MAX, f32::MAX], "m".into()).is_ok(), "large is not infinite");
    }

    #[test]
    fn debug_tells_no_value() {
        let template = Template::from_embedding(&[3.0, 4.0], "some-model".into()).unwrap();
        let text = format!("{template:?}");
        assert!(
            text.contains("some-model") && text.contains('2') && !text.contains("0.6") && !text.contains("0.8"),
            "{text}"
        );
    }

    #[test]
    fn templates_are_shared_by_threads() {
        fn assert_send_sync<T: Send + Sync + 'static>() {}
        assert_send_sync::<Template>();
    }

    #[test]
    fn a_clone_is_a_copy() {
        let template = Template::from_embedding(&[3.0, 4.0], "m".into()).unwrap();
        let copy = template.clone();
        assert_ne!(template.values().as_ptr(), copy.values().as_ptr());
        drop(template);
        assert_eq!(copy.values(), [0.6, 0.8]);
    }
}
