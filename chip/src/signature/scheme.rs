//! Which signature an AlgorithmIdentifier names.

use crate::der::{Der, INTEGER, Item, OID, SEQUENCE, context};
use crate::error::{ChipReason, Error, Result};
use crate::hash::{HashAlgorithm, no_parameters};
use crate::oid;

/// How something is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1(HashAlgorithm),
    /// RSASSA-PSS.
    Pss {
        /// The message's hash.
        hash: HashAlgorithm,
        /// The mask's hash, which may be another one.
        mask: HashAlgorithm,
        /// Bytes of salt.
        salt: usize,
    },
    /// ECDSA, whose signature is a sequence of two numbers.
    Ecdsa(HashAlgorithm),
    /// ECDSA, whose signature is two numbers of one length.
    PlainEcdsa(HashAlgorithm),
}

impl Scheme {
    /// The scheme that an AlgorithmIdentifier names. Where it names a key's algorithm alone, as CMS
    /// allows, `digest` is the hash that was named beside it.
    pub(crate) fn read(identifier: Item<'_>, digest: Option<HashAlgorithm>) -> Result<Self> {
        let mut inside = identifier.inside();
        let oid = inside.expect(OID, "there is no algorithm")?;
        let unknown = || Error::new(ChipReason::UnknownAlgorithm, "a signature").at(oid.at);
        if oid.value == oid::RSA_PSS {
            let parameters = inside.optional(SEQUENCE)?;
            inside.end()?;
            return pss(parameters);
        }
        let scheme = match oid.value {
            oid::SHA1_RSA => Self::Pkcs1(HashAlgorithm::Sha1),
            oid::SHA224_RSA => Self::Pkcs1(HashAlgorithm::Sha224),
            oid::SHA256_RSA => Self::Pkcs1(HashAlgorithm::Sha256),
            oid::SHA384_RSA => Self::Pkcs1(HashAlgorithm::Sha384),
            oid::SHA512_RSA => Self::Pkcs1(HashAlgorithm::Sha512),
            oid::RSA => Self::Pkcs1(digest.ok_or_else(unknown)?),
            oid::SHA1_ECDSA => Self::Ecdsa(HashAlgorithm::Sha1),
            oid::SHA224_ECDSA => Self::Ecdsa(HashAlgorithm::Sha224),
            oid::SHA256_ECDSA => Self::Ecdsa(HashAlgorithm::Sha256),
            oid::SHA384_ECDSA => Self::Ecdsa(HashAlgorithm::Sha384),
            oid::SHA512_ECDSA => Self::Ecdsa(HashAlgorithm::Sha512),
            oid::EC => Self::Ecdsa(digest.ok_or_else(unknown)?),
            value => Self::PlainEcdsa(plain_ecdsa(value).ok_or_else(unknown)?),
        };
        no_parameters(inside)?;
        Ok(scheme)
    }

    /// The hash of the message.
    pub(crate) fn hash(&self) -> HashAlgorithm {
        match self {
            Self::Pkcs1(hash) | Self::Pss { hash, .. } | Self::Ecdsa(hash) | Self::PlainEcdsa(hash) => *hash,
        }
    }
}

/// The hash of an identifier of plain ECDSA (BSI TR-03111, section 5.2.1.1).
pub(crate) fn plain_ecdsa(oid: &[u8]) -> Option<HashAlgorithm> {
    match oid.strip_prefix(oid::PLAIN_ECDSA)? {
        [number @ 1..=5] => HashAlgorithm::ALL.get(usize::from(number - 1)).copied(),
        _ => None,
    }
}

/// RSASSA-PSS-params (RFC 8017, appendix A.2.3): what is left out is SHA-1, and 20 bytes of salt.
fn pss(parameters: Option<Item<'_>>) -> Result<Scheme> {
    let mut inside = parameters.map_or(Der::new(&[]), |parameters| parameters.inside());
    let mut field = |n| inside.optional(context(n));
    let hash = match field(0)? {
        Some(field) => HashAlgorithm::read(sole(field, SEQUENCE)?)?,
        None => HashAlgorithm::Sha1,
    };
    let mask = match field(1)? {
        Some(field) => {
            let mut function = sole(field, SEQUENCE)?.inside();
            let oid = function.expect(OID, "a mask has no function")?;
            if oid.value != oid::MGF1 {
                return Err(Error::new(ChipReason::UnknownAlgorithm, "a mask's function").at(oid.at));
            }
            let hash = HashAlgorithm::read(function.expect(SEQUENCE, "a mask has no hash")?)?;
            function.end()?;
            hash
        }
        None => HashAlgorithm::Sha1,
    };
    let salt = match field(2)? {
        Some(field) => usize::from(sole(field, INTEGER)?.small()?),
        None => 20,
    };
    if let Some(trailer) = field(3)?
        && sole(trailer, INTEGER)?.small()? != 1
    {
        return Err(Error::new(ChipReason::UnknownAlgorithm, "a signature's trailer").at(trailer.at));
    }
    inside.end()?;
    Ok(Scheme::Pss { hash, mask, salt })
}

/// The only element in a field.
fn sole(field: Item<'_>, tag: u32) -> Result<Item<'_>> {
    let mut inside = field.inside();
    let item = inside.expect(tag, "a parameter is of another kind")?;
    inside.end()?;
    Ok(item)
}
