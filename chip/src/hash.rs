//! Hash algorithms of documents and certificates.

use crate::der::{Der, Item, NULL, OID};
use crate::error::{ChipReason, Error, Result};
use crate::oid;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use std::fmt;

/// A hash algorithm of documents and certificates (ICAO Doc 9303-12, section 4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// SHA-1, 20 bytes, which documents of before 2010 use. Collisions can be made.
    Sha1,
    /// SHA-224, 28 bytes.
    Sha224,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

impl HashAlgorithm {
    /// All algorithms, in the order of their digests' lengths.
    pub const ALL: [Self; 5] = [Self::Sha1, Self::Sha224, Self::Sha256, Self::Sha384, Self::Sha512];

    /// The stable word of this algorithm: `sha1`, `sha256` and so on.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// Bytes of a digest.
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha224 => 28,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Sha1 => oid::SHA1,
            Self::Sha224 => oid::SHA224,
            Self::Sha256 => oid::SHA256,
            Self::Sha384 => oid::SHA384,
            Self::Sha512 => oid::SHA512,
        }
    }

    /// The digest of these parts, one after the other.
    pub(crate) fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        fn of<D: Digest>(parts: &[&[u8]]) -> Vec<u8> {
            parts.iter().fold(D::new(), |state, part| state.chain_update(part)).finalize().to_vec()
        }
        match self {
            Self::Sha1 => of::<Sha1>(parts),
            Self::Sha224 => of::<Sha224>(parts),
            Self::Sha256 => of::<Sha256>(parts),
            Self::Sha384 => of::<Sha384>(parts),
            Self::Sha512 => of::<Sha512>(parts),
        }
    }

    /// The algorithm that an AlgorithmIdentifier names.
    pub(crate) fn read(identifier: Item<'_>) -> Result<Self> {
        let mut inside = identifier.inside();
        let oid = inside.expect(OID, "there is no algorithm")?;
        no_parameters(inside)?;
        let unknown = || Error::new(ChipReason::UnknownAlgorithm, "a hash algorithm").at(oid.at);
        Self::ALL.into_iter().find(|hash| hash.oid() == oid.value).ok_or_else(unknown)
    }

    /// What PKCS #1 puts in front of a digest: DigestInfo without it, with NULL as parameters or
    /// without any (RFC 8017, section 9.2 and appendix B.1).
    pub(crate) fn digest_info(self, with_null: bool) -> Vec<u8> {
        let mut identifier = crate::der::wrap(0x06, self.oid());
        if with_null {
            identifier.extend_from_slice(&[0x05, 0x00]);
        }
        let mut body = crate::der::wrap(0x30, &identifier);
        body.extend_from_slice(&[0x04, self.len() as u8]);
        let mut out = vec![0x30, (body.len() + self.len()) as u8];
        out.extend_from_slice(&body);
        out
    }
}

impl fmt::Display for HashAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is left of an AlgorithmIdentifier has to be NULL, or nothing.
pub(crate) fn no_parameters(mut rest: Der<'_>) -> Result<()> {
    match rest.optional(NULL)? {
        Some(null) if !null.value.is_empty() => return Err(null.fault("NULL has contents")),
        _ => {}
    }
    rest.end()
}
