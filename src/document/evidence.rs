//! [`DocumentEvidence`]: a document was read, and its portrait can carry a comparison.

use super::origin::Origin;
use super::standing::DocumentStanding;
use crate::binding::Binding;
use crate::digest::Digest;

/// Evidence that a document was read in one attempt and that its portrait can carry a comparison.
/// How far the document was shown to be genuine says its [standing](Self::standing).
///
/// Only [`Engine::document_evidence`](crate::engine::Engine::document_evidence) makes it; it cannot
/// be copied.
#[derive(Debug)]
#[must_use]
pub struct DocumentEvidence {
    binding: Binding,
    document: Digest,
    origin: Origin,
    standing: DocumentStanding,
}

impl DocumentEvidence {
    pub(crate) fn new(binding: Binding, document: Digest, origin: Origin, standing: DocumentStanding) -> Self {
        Self { binding, document, origin, standing }
    }

    /// The attempt that the evidence belongs to, and how long it counts.
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// The digest of the document's bytes: [`DocumentPhoto::digest`](super::DocumentPhoto::digest).
    pub fn document(&self) -> Digest {
        self.document
    }

    /// What is known of the document beside its portrait.
    pub fn standing(&self) -> DocumentStanding {
        self.standing
    }

    /// Where the portrait was read from.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}
