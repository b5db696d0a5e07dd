//! What templates were made with: two runs with the same key make the same templates of the same
//! pictures.

use super::{FaceChoice, Padding};
use selfsame::model::{Backend, EnsembleCard, ModelCard};
use selfsame::template::ExtractOptions;
use sha2::{Digest, Sha256};

/// Raised whenever templates change though crate version, models and options do not: new alignment,
/// another search.
const CHAIN: u32 = 6;

/// The digest of everything that a template depends on besides its picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheKey {
    digest: [u8; 32],
    model_id: String,
}

impl CacheKey {
    /// The key of templates that an engine makes. `ensemble` is the card of its template networks,
    /// `networks` are the cards of all its networks; their SHA-256 count. Options count as they
    /// print, and so does what is put around pictures.
    pub fn new(
        ensemble: &EnsembleCard,
        networks: &[&ModelCard],
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
        part(&ensemble.id);
        part(&format!("{:?} {:?}", ensemble.members, ensemble.impostors));
        for card in networks {
            part(&card.id);
            part(&card.sha256);
            part(&format!("{:?} {:?}", card.input, card.alignment));
            if let Some(detector) = &card.detector {
                part(&format!("{detector:?}"));
            }
        }
        Self { digest: hash.finalize().into(), model_id: ensemble.id.clone() }
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
        let ensemble = EnsembleCard::parse(include_str!("../../../models/fast.toml")).unwrap();
        let card = ModelCard::parse(include_str!("../../../models/template.toml")).unwrap();
        let mesh = ModelCard::parse(include_str!("../../../models/mesh.toml")).unwrap();
        let options = ExtractOptions::default();
        let key = |ensemble: &EnsembleCard, networks: &[&ModelCard]| {
            CacheKey::new(ensemble, networks, &Backend::Native, &options, FaceChoice::Central, None)
        };
        let both = [&card, &mesh];
        let base = key(&ensemble, &both);
        assert_eq!(base, key(&ensemble, &both));
        assert_eq!(base.model_id(), ensemble.id);
        let mut other_file = card.clone();
        other_file.sha256 = "0".repeat(64);
        let mut moved = card.clone();
        moved.alignment.as_mut().unwrap().points[0][0] += 1.0;
        let detector = ModelCard::parse(include_str!("../../../tests/data/cards/scrfd.toml")).unwrap();
        let mut surer = detector.clone();
        surer.detector.as_mut().unwrap().threshold += 0.1;
        let mut once = ensemble.clone();
        once.members[0].mirrored = false;
        let flipped = ExtractOptions::default().with_flip(!options.flip());
        let others = [
            key(&ensemble, &[&other_file, &mesh]),
            key(&ensemble, &[&moved, &mesh]),
            key(&ensemble, &[&card]),
            key(&ensemble, &[&card, &mesh, &detector]),
            key(&ensemble, &[&card, &mesh, &surer]),
            key(&once, &both),
            CacheKey::new(&ensemble, &both, &Backend::Int8, &options, FaceChoice::Central, None),
            CacheKey::new(&ensemble, &both, &Backend::Native, &flipped, FaceChoice::Central, None),
            CacheKey::new(&ensemble, &both, &Backend::Native, &options, FaceChoice::AsVerify, None),
            CacheKey::new(&ensemble, &both, &Backend::Native, &options, FaceChoice::Central, Some(Padding::Edge)),
            CacheKey::new(&ensemble, &both, &Backend::Native, &options, FaceChoice::Central, Some(Padding::Black)),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(*other, base, "case {index}");
            assert!(!others[..index].contains(other), "case {index}");
        }
    }
}
