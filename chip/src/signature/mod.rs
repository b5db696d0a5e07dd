//! Public keys, and signatures by them.

mod rsa;
mod scheme;

pub(crate) use rsa::RsaKey;
pub(crate) use scheme::{Scheme, plain_ecdsa};

use crate::curve::{Curve, Explicit};
use crate::der::{Der, INTEGER, Item, OID, SEQUENCE};
use crate::error::{ChipReason, Error, Result};
use crate::oid;

/// A public key of a SubjectPublicKeyInfo that can check signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PublicKey {
    /// For RSA, of either padding.
    Rsa(RsaKey),
    /// For ECDSA: the curve, and 04 and both coordinates.
    Ec { curve: Curve, point: Vec<u8>, explicit: bool },
}

impl PublicKey {
    /// The key of a SubjectPublicKeyInfo (RFC 5280, section 4.1).
    pub(crate) fn read(info: Item<'_>) -> Result<Self> {
        let mut inside = info.inside();
        let mut algorithm = inside.expect(SEQUENCE, "a key has no algorithm")?.inside();
        let oid = algorithm.expect(OID, "a key has no algorithm")?;
        let bits = inside.expect(crate::der::BIT_STRING, "a key has no bits")?.bits()?;
        inside.end()?;
        match oid.value {
            // A key for PSS alone may name its parameters, which every signature names as well.
            oid::RSA | oid::RSA_PSS => Ok(Self::Rsa(RsaKey::read(bits)?)),
            oid::EC => {
                let (curve, Explicit(explicit)) = Curve::read(&mut algorithm)?;
                algorithm.end()?;
                curve.check(bits)?;
                Ok(Self::Ec { curve, point: bits.to_vec(), explicit })
            }
            _ => Err(Error::new(ChipReason::UnknownAlgorithm, "a public key").at(oid.at)),
        }
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn verify(&self, scheme: &Scheme, message: &[u8], signature: &[u8]) -> Result<bool> {
        match (self, scheme) {
            (Self::Rsa(key), Scheme::Pkcs1(hash)) => key.verify_pkcs1(*hash, &hash.digest(&[message]), signature),
            (Self::Rsa(key), Scheme::Pss { hash, mask, salt }) => {
                key.verify_pss(*hash, *mask, *salt, &hash.digest(&[message]), signature)
            }
            (Self::Ec { curve, point, .. }, Scheme::Ecdsa(hash)) => match r_and_s(signature) {
                Ok((r, s)) => curve.verify(point, &hash.digest(&[message]), r, s),
                Err(_) => Ok(false),
            },
            (Self::Ec { curve, point, .. }, Scheme::PlainEcdsa(hash)) => {
                let (r, s) = signature.split_at_checked(signature.len() / 2).unwrap_or_default();
                Ok(r.len() == s.len() && curve.verify(point, &hash.digest(&[message]), r, s)?)
            }
            _ => Err(Error::new(ChipReason::UnknownAlgorithm, "a key is of another algorithm than the signature")),
        }
    }

    /// Bits of the modulus or of the curve.
    pub(crate) fn bits(&self) -> usize {
        match self {
            Self::Rsa(key) => key.bits(),
            Self::Ec { curve, .. } => curve.bits(),
        }
    }

    /// Whether the key is shorter than ICAO Doc 9303-12, section 4.4, asks of new ones.
    pub(crate) fn is_short(&self) -> bool {
        match self {
            Self::Rsa(key) => key.bits() < 2048,
            Self::Ec { curve, .. } => curve.bits() < 224,
        }
    }
}

/// The two numbers of an ECDSA signature (RFC 3279, section 2.2.3).
fn r_and_s(signature: &[u8]) -> Result<(&[u8], &[u8])> {
    let mut inside = crate::der::only(signature, SEQUENCE, "a signature is no sequence")?.inside();
    let mut number = || inside.expect(INTEGER, "a signature has two numbers")?.unsigned();
    let both = (number()?, number()?);
    inside.end()?;
    Ok(both)
}

/// All of a SubjectPublicKeyInfo, given alone.
pub(crate) fn info(bytes: &[u8]) -> Result<Item<'_>> {
    let mut der = Der::new(bytes);
    let item = der.expect(SEQUENCE, "there is no public key")?;
    der.end()?;
    Ok(item)
}
