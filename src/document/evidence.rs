//! [`DocumentEvidence`]: a document was read, and its portrait can carry a comparison.

use super::photo::Origin;
use crate::binding::Binding;
use crate::digest::Digest;

/// Evidence that a document was read in one attempt and that its portrait can carry a comparison.
/// It does not say that the document is genuine.
///
/// Only [`Engine::document_evidence`](crate::engine::Engine::document_evidence) makes it; it cannot
/// be copied.
#[derive(Debug)]
#[must_use]
pub struct DocumentEvidence {
    binding: Binding,
    document: Digest,
    origin: Origin,
}

impl DocumentEvidence {
    pub(crate) fn new(binding: Binding, document: Digest, origin: Origin) -> Self {
        Self { binding, document, origin }
    }

    /// The attempt that the evidence belongs to, and how long it counts.
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// The digest of the document's bytes: [`DocumentPhoto::digest`](super::DocumentPhoto::digest).
    pub fn document(&self) -> Digest {
        self.document
    }

    /// Where the portrait was read from.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}
