//! DG14 and DG15: the keys by which a chip shows that it is no copy (ICAO Doc 9303-10, sections
//! 4.7.14 and 4.7.15; 9303-11, section 9.2).

use super::{ChipFile, element};
use crate::curve::Curve;
use crate::der::{BIT_STRING, INTEGER, Item, OID, SEQUENCE, SET};
use crate::error::{ChipReason, Error, Result};
use crate::hash::HashAlgorithm;
use crate::oid;
use crate::signature::{PublicKey, info, plain_ecdsa};

/// Entries that DG14 has at most. Chosen by hand; real ones have two to ten.
const MAX_INFOS: usize = 64;

/// Data group 15: the key of active authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveKey {
    pub(crate) key: PublicKey,
}

impl ActiveKey {
    /// Reads data group 15.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`], and those of keys.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let read = || PublicKey::read(info(element(bytes, ChipFile::Dg(15))?.value)?).map(|key| Self { key });
        read().map_err(|error: Error| error.in_file(ChipFile::Dg(15)))
    }

    /// Whether it is a key of an elliptic curve, and else RSA: the chip's answer has another form.
    #[must_use]
    pub fn is_elliptic(&self) -> bool {
        matches!(self.key, PublicKey::Ec { .. })
    }

    /// Bits of the modulus or of the curve's prime.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.key.bits()
    }
}

/// A cipher of chip authentication, and its key's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cipher {
    TripleDes,
    Aes128,
    Aes192,
    Aes256,
}

/// A chip's key for chip authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChipKey {
    pub(crate) kind: ChipKeyKind,
    pub(crate) id: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChipKeyKind {
    /// A point: 04 and both coordinates.
    Ec { curve: Curve, point: Vec<u8> },
    /// Numbers without leading zeros.
    Dh { prime: Vec<u8>, generator: Vec<u8>, value: Vec<u8> },
}

/// An entry of data group 14.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecurityInfo {
    /// The chip has a key for chip authentication.
    ChipKey {
        /// Which one, where there are several.
        id: Option<u64>,
        /// Whether it is one of an elliptic curve.
        elliptic: bool,
    },
    /// The chip knows this protocol of chip authentication.
    ChipAuthentication {
        /// Contents of its object identifier.
        protocol: Vec<u8>,
        /// The key that it is for, where there are several.
        id: Option<u64>,
    },
    /// The hash of active authentication by an elliptic curve.
    ActiveAuthentication {
        /// The hash; `None` if it is none that is known.
        hash: Option<HashAlgorithm>,
    },
    /// Another entry.
    Other {
        /// Contents of its object identifier.
        protocol: Vec<u8>,
    },
}

/// Data group 14: which protocols a chip knows, and keys for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityInfos {
    infos: Vec<SecurityInfo>,
    pub(crate) keys: Vec<ChipKey>,
}

impl SecurityInfos {
    /// Reads data group 14. A key that cannot be read is kept as [`SecurityInfo::Other`]: a chip
    /// may have several.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`]; [`ChipReason::TooLarge`] for over 64 entries.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let read = || {
            let mut set = element(bytes, ChipFile::Dg(14))?.inside();
            let mut all = set.expect(SET, "there are no entries")?.inside();
            let mut read = Self { infos: Vec::new(), keys: Vec::new() };
            while !all.is_empty() {
                let item = all.expect(SEQUENCE, "an entry is no sequence")?;
                if read.infos.len() == MAX_INFOS {
                    return Err(Error::new(ChipReason::TooLarge, "entries").at(item.at));
                }
                read.take(item)?;
            }
            Ok(read)
        };
        read().map_err(|error: Error| error.in_file(ChipFile::Dg(14)))
    }

    fn take(&mut self, item: Item<'_>) -> Result<()> {
        let mut inside = item.inside();
        let protocol = inside.expect(OID, "an entry has no protocol")?.value;
        let other = || SecurityInfo::Other { protocol: protocol.to_vec() };
        let entry = if protocol.starts_with(oid::CHIP_AUTHENTICATION) {
            inside.expect(INTEGER, "a protocol has no version")?;
            SecurityInfo::ChipAuthentication { protocol: protocol.to_vec(), id: id(inside.optional(INTEGER)?)? }
        } else if let Some([kind @ (1 | 2)]) = protocol.strip_prefix(oid::CHIP_KEY) {
            let key = inside.expect(SEQUENCE, "there is no key")?;
            let id = id(inside.optional(INTEGER)?)?;
            match chip_key(key, *kind == 2) {
                Ok(kind) => {
                    let elliptic = matches!(kind, ChipKeyKind::Ec { .. });
                    self.keys.push(ChipKey { kind, id });
                    SecurityInfo::ChipKey { id, elliptic }
                }
                Err(_) => other(),
            }
        } else if protocol == oid::ACTIVE_AUTHENTICATION {
            inside.expect(INTEGER, "a protocol has no version")?;
            let signature = inside.expect(OID, "active authentication has no algorithm")?.value;
            SecurityInfo::ActiveAuthentication { hash: plain_ecdsa(signature) }
        } else {
            other()
        };
        self.infos.push(entry);
        Ok(())
    }

    /// The entries, in the file's order.
    #[must_use]
    pub fn entries(&self) -> &[SecurityInfo] {
        &self.infos
    }

    /// The hash of active authentication by an elliptic curve.
    pub(crate) fn active_hash(&self) -> Option<HashAlgorithm> {
        self.infos.iter().find_map(|info| match info {
            SecurityInfo::ActiveAuthentication { hash } => *hash,
            _ => None,
        })
    }

    /// The ciphers that the chip knows for a key, and their protocols.
    pub(crate) fn ciphers(&self, key: &ChipKey) -> Vec<(Cipher, &[u8])> {
        let agreement = if matches!(key.kind, ChipKeyKind::Ec { .. }) { 2 } else { 1 };
        let known = self.infos.iter().filter_map(|info| {
            let SecurityInfo::ChipAuthentication { protocol, id } = info else { return None };
            let Some([kind, number]) = protocol.strip_prefix(oid::CHIP_AUTHENTICATION) else { return None };
            let for_key = id.is_none() || key.id.is_none() || *id == key.id;
            let cipher = match number {
                1 => Cipher::TripleDes,
                2 => Cipher::Aes128,
                3 => Cipher::Aes192,
                4 => Cipher::Aes256,
                _ => return None,
            };
            (*kind == agreement && for_key).then_some((cipher, protocol.as_slice()))
        });
        known.collect()
    }
}

/// A key's number, of at most eight bytes.
fn id(item: Option<Item<'_>>) -> Result<Option<u64>> {
    let Some(item) = item else { return Ok(None) };
    let bytes = item.unsigned()?;
    if bytes.len() > 8 {
        return Err(item.fault("a key's number is too large"));
    }
    Ok(Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))))
}

/// The key of a SubjectPublicKeyInfo for key agreement.
fn chip_key(item: Item<'_>, elliptic: bool) -> Result<ChipKeyKind> {
    let mut inside = item.inside();
    let mut algorithm = inside.expect(SEQUENCE, "a key has no algorithm")?.inside();
    let oid = algorithm.expect(OID, "a key has no algorithm")?;
    let bits = inside.expect(BIT_STRING, "a key has no bits")?.bits()?;
    if elliptic {
        let (curve, _) = Curve::read(&mut algorithm)?;
        curve.check(bits)?;
        return Ok(ChipKeyKind::Ec { curve, point: bits.to_vec() });
    }
    if ![oid::DH, oid::DH_PKCS3].contains(&oid.value) {
        return Err(Error::new(ChipReason::UnknownAlgorithm, "a key for key agreement").at(oid.at));
    }
    let mut numbers = algorithm.expect(SEQUENCE, "a key has no parameters")?.inside();
    let prime = numbers.expect(INTEGER, "there is no prime")?.unsigned()?.to_vec();
    let generator = numbers.expect(INTEGER, "there is no generator")?.unsigned()?.to_vec();
    let value = crate::der::only(bits, INTEGER, "a key is no number")?.unsigned()?.to_vec();
    let odd = prime.last().is_some_and(|byte| byte & 1 == 1);
    // From 1024 to 8192 bits; the upper bound is on work.
    if !(128..=1024).contains(&prime.len()) || !odd || value.len() > prime.len() || generator.len() > prime.len() {
        return Err(Error::new(ChipReason::InvalidKey, "a key for key agreement").at(oid.at));
    }
    Ok(ChipKeyKind::Dh { prime, generator, value })
}
