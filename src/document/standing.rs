//! What is known of a document beside its portrait, and what may be demanded of it.

use super::origin::Origin;
use crate::digest::Digest;
use crate::words::sealed_words;
use serde::{Deserialize, Serialize};

/// What may be demanded of a document, by an engine
/// ([`EngineBuilder::require`](crate::engine::EngineBuilder::require)) and by a ceremony's policy
/// ([`Policy::with_document`](crate::enrol::Policy::with_document)).
///
/// All but the format are known of an
/// [`AuthenticDocument`](crate::document::chip::AuthenticDocument) alone; any other document fails
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DocumentDemand {
    /// The portrait came as a chip's data group or face record ([`Origin::is_face_record`]).
    /// Anybody can write one.
    Format,
    /// Passive authentication: the issuing state signed what was read.
    Authentic,
    /// Active or chip authentication: what was read comes from the chip that it was signed for, and
    /// from no copy.
    Original,
    /// The document had not expired when it was authenticated.
    NotExpired,
    /// A current revocation list of the issuer's does not name the document's signer.
    NotRevoked,
}

sealed_words!(DocumentDemand {
    Format => "format",
    Authentic => "authentic",
    Original => "original",
    NotExpired => "not_expired",
    NotRevoked => "not_revoked",
});

/// What is known of a document beside its portrait. By default nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DocumentStanding {
    pub(super) authentic: bool,
    pub(super) original: bool,
    pub(super) not_expired: bool,
    pub(super) not_revoked: bool,
    pub(super) anchor: Option<Digest>,
}

impl DocumentStanding {
    /// The demands that a document of this standing and origin meets, in the order of
    /// [`DocumentDemand`].
    #[must_use]
    pub fn met(self, origin: Origin) -> Vec<DocumentDemand> {
        use DocumentDemand::{Authentic, Format, NotExpired, NotRevoked, Original};
        let all = [Format, Authentic, Original, NotExpired, NotRevoked];
        all.into_iter().filter(|demand| self.meets(*demand, origin)).collect()
    }

    /// Whether a document of this standing and origin meets a demand.
    #[must_use]
    pub fn meets(self, demand: DocumentDemand, origin: Origin) -> bool {
        match demand {
            DocumentDemand::Format => origin.is_face_record(),
            DocumentDemand::Authentic => self.authentic,
            DocumentDemand::Original => self.authentic && self.original,
            DocumentDemand::NotExpired => self.authentic && self.not_expired,
            DocumentDemand::NotRevoked => self.authentic && self.not_revoked,
        }
    }

    /// The trust anchor whose authority vouched for the document: the digest of its certificate,
    /// which is its SHA-256 fingerprint. `None` unless passive authentication succeeded.
    #[must_use]
    pub fn anchor(self) -> Option<Digest> {
        self.anchor
    }

    /// The standing of a document that meets all demands.
    #[cfg(test)]
    pub(crate) fn of_everything() -> Self {
        let anchor = Some(Digest::of(b"the certificate of an authority"));
        Self { authentic: true, original: true, not_expired: true, not_revoked: true, anchor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_met_is_every_demand_that_is() {
        assert_eq!(DocumentStanding::of_everything().met(Origin::Iso19794), DocumentDemand::EVERY);
        assert_eq!(DocumentStanding::default().met(Origin::Iso39794), [DocumentDemand::Format]);
        assert!(DocumentStanding::default().met(Origin::Page).is_empty());
        for demand in DocumentDemand::EVERY {
            assert_eq!(serde_json::to_value(demand).unwrap(), demand.as_str(), "derived words are those given");
        }
    }
}
