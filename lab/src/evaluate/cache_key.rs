//! What templates were made with: two runs with the same key make the same templates of the same
//! pictures.

use super::{FaceChoice, Padding};
use selfsame::model::{Backend, ModelCard};
use selfsame::template::ExtractOptions;
use sha2::{Digest, Sha256};

/// Raised whenever templates change though crate version, models and options do not: new alignment,
/// another search.
const CHAIN: u32 = 4;

/// The digest of everything that a template depends on besides its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheKey {
    digest: [u8; 32],
    model_id: String,
}

impl CacheKey {
    /// The key of templates that an engine makes. `template` is the card of its template network,
    /// `others` the cards of the networks in front of it; their SHA-256 count. Options count as
    /// they print, and so does what is put around pictures.
    pub fn new(
        template: &ModelCard,
        others: &[&ModelCard],
        backend: &Backend,
        options: &ExtractOptions,
        choice: FaceChoice,
        padding: Option<Padding>,
    ) -> Self {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            // Lengths keep parts from running into each other.
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        part(selfsame::VERSION);
        part(&CHAIN.to_string());
        part(&format!("{backend:?} {options:?} {choice:?}"));
        if let Some(padding) = padding {
            part(padding.as_str());
        }
        for card in std::iter::once(&template).chain(others) {
            part(&card.id);
            part(&card.sha256);
            part(&format!("{:?} {:?} {:?}", card.input, card.alignment, card.impostors));
        }
        Self { digest: hash.finalize().into(), model_id: template.id.clone() }
    }

    /// The digest.
    pub(super) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The identity that the templates carry.
    pub fn model_id(&self) -> &str {
        &self.model_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_changes_templates_changes_the_key() {
        let card = ModelCard::parse(include_str!("../../../models/template.toml")).unwrap();
        let mesh = ModelCard::parse(include_str!("../../../models/mesh.toml")).unwrap();
        let options = ExtractOptions::default();
        let base = CacheKey::new(&card, &[&mesh], &Backend::Native, &options, FaceChoice::Central, None);
        assert_eq!(base, CacheKey::new(&card, &[&mesh], &Backend::Native, &options, FaceChoice::Central, None));
        assert_eq!(base.model_id(), "mobilefacenet-192");
        let mut other_file = card.clone();
        other_file.sha256 = "0".repeat(64);
        let mut moved = card.clone();
        moved.alignment.as_mut().unwrap().points[0][0] += 1.0;
        let flipped = ExtractOptions::default().with_flip(!options.flip());
        let others = [
            CacheKey::new(&other_file, &[&mesh], &Backend::Native, &options, FaceChoice::Central, None),
            CacheKey::new(&moved, &[&mesh], &Backend::Native, &options, FaceChoice::Central, None),
            CacheKey::new(&card, &[], &Backend::Native, &options, FaceChoice::Central, None),
            CacheKey::new(&card, &[&mesh], &Backend::Int8, &options, FaceChoice::Central, None),
            CacheKey::new(&card, &[&mesh], &Backend::Native, &flipped, FaceChoice::Central, None),
            CacheKey::new(&card, &[&mesh], &Backend::Native, &options, FaceChoice::AsVerify, None),
            CacheKey::new(&card, &[&mesh], &Backend::Native, &options, FaceChoice::Central, Some(Padding::Edge)),
            CacheKey::new(&card, &[&mesh], &Backend::Native, &options, FaceChoice::Central, Some(Padding::Black)),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, base, "case {index}");
            assert!(!others[..index].contains(other), "case {index}");
        }
    }
}
