//! Certificates of X.509 (RFC 5280), with the profile of ICAO Doc 9303-12, section 7.

use crate::der::{BIT_STRING, BOOLEAN, Der, INTEGER, Item, OCTET_STRING, OID, SEQUENCE, context, only};
use crate::error::{ChipReason, Error, Result};
use crate::hash::HashAlgorithm;
use crate::name::Name;
use crate::oid;
use crate::signature::{PublicKey, Scheme};
use crate::time;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::ops::Range;

/// Bytes of a certificate at most: real ones have one to three thousand. Chosen by hand.
const MAX_BYTES: usize = 64 * 1024;
/// Extensions of a certificate at most. Chosen by hand.
const MAX_EXTENSIONS: usize = 64;

/// Bits of KeyUsage in its first byte.
const DIGITAL_SIGNATURE: u8 = 0x80;
const CERTIFICATE_SIGN: u8 = 0x04;
const REVOCATION_LIST_SIGN: u8 = 0x02;

/// A certificate: of an authority (CSCA), of a signer of documents, or of a signer of master lists.
///
/// That one was read says nothing; [`crate::authenticate`] says what it is worth.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    raw: Vec<u8>,
    /// What is signed, in `raw`.
    signed: Range<usize>,
    serial: Vec<u8>,
    scheme: Scheme,
    signature: Vec<u8>,
    pub(crate) issuer: Name,
    pub(crate) subject: Name,
    pub(crate) valid: (i64, i64),
    pub(crate) key: PublicKey,
    pub(crate) extensions: Extensions,
}

/// What the extensions say that is needed here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Extensions {
    /// The first byte of KeyUsage.
    usage: Option<u8>,
    /// Purposes, each an object identifier's contents.
    purposes: Option<Vec<Vec<u8>>>,
    authority: bool,
    pub(crate) subject_key: Option<Vec<u8>>,
    pub(crate) authority_key: Option<Vec<u8>>,
    /// From when and until when the private key was used.
    key_used: (Option<i64>, Option<i64>),
}

impl Certificate {
    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`]; [`ChipReason::TooLarge`] for over 64 KiB;
    /// [`ChipReason::UnknownAlgorithm`] for a key, a signature or a critical extension that is
    /// not known; [`ChipReason::UnknownCurve`] and [`ChipReason::InvalidKey`] for a key that
    /// none may have.
    pub fn from_der(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::new(ChipReason::TooLarge, "a certificate"));
        }
        let mut outer = only(bytes, SEQUENCE, "a certificate is no sequence")?.inside();
        let signed = outer.expect(SEQUENCE, "a certificate has no contents")?;
        let algorithm = outer.expect(SEQUENCE, "a certificate has no algorithm")?;
        let signature = outer.expect(BIT_STRING, "a certificate has no signature")?.bits()?;
        outer.end()?;

        let mut inside = signed.inside();
        let version = match inside.optional(context(0))? {
            Some(version) => version.inside().expect(INTEGER, "a version is no number")?.small()?,
            None => 0,
        };
        let serial = inside.expect(INTEGER, "a certificate has no serial number")?;
        let inner = inside.expect(SEQUENCE, "a certificate has no algorithm")?;
        if inner.whole != algorithm.whole || version > 2 {
            return Err(inner.fault("a certificate names two algorithms, or has no known version"));
        }
        let issuer = Name::read(inside.expect(SEQUENCE, "a certificate has no issuer")?)?;
        let mut validity = inside.expect(SEQUENCE, "a certificate has no validity")?.inside();
        let valid = (time::read(validity.next()?)?, time::read(validity.next()?)?);
        validity.end()?;
        let subject = Name::read(inside.expect(SEQUENCE, "a certificate has no subject")?)?;
        let key = PublicKey::read(inside.expect(SEQUENCE, "a certificate has no key")?)?;
        // Unique identifiers of issuer and subject, which say nothing.
        inside.optional(0x81)?;
        inside.optional(0x82)?;
        let extensions = match inside.optional(context(3))? {
            Some(extensions) => Extensions::read(extensions)?,
            None => Extensions::default(),
        };
        inside.end()?;
        Ok(Self {
            raw: bytes.to_vec(),
            signed: signed.at..signed.at + signed.whole.len(),
            serial: serial.value.to_vec(),
            scheme: Scheme::read(algorithm, None)?,
            signature: signature.to_vec(),
            issuer,
            subject,
            valid,
            key,
            extensions,
        })
    }

    /// The certificate, as it was read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.raw
    }

    /// SHA-256 of the certificate, by which people compare them.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.raw).into()
    }

    /// The two letters of the subject's country, as capitals; `None` if there is none.
    #[must_use]
    pub fn country(&self) -> Option<[u8; 2]> {
        self.subject.country()
    }

    /// The serial number's bytes, which with the issuer tell a certificate from all others.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// From when on the certificate is valid, in seconds since 1970, negative before.
    #[must_use]
    pub fn not_before(&self) -> i64 {
        self.valid.0
    }

    /// Until when the certificate is valid, that second included.
    #[must_use]
    pub fn not_after(&self) -> i64 {
        self.valid.1
    }

    /// Whether `issuer`'s key signed this certificate.
    pub(crate) fn is_signed_by(&self, issuer: &Self) -> Result<bool> {
        let signed = self.raw.get(self.signed.clone()).unwrap_or_default();
        // A key of another algorithm than the signature's is not the one that signed.
        match issuer.key.verify(&self.scheme, signed, &self.signature) {
            Err(error) if error.reason() == ChipReason::UnknownAlgorithm => Ok(false),
            answer => answer,
        }
    }

    /// Whether the certificate is one of an authority that issues others.
    pub(crate) fn may_issue(&self) -> bool {
        self.extensions.authority && self.may(CERTIFICATE_SIGN)
    }

    /// Whether the key may sign lists of what was revoked.
    pub(crate) fn may_revoke(&self) -> bool {
        self.may(REVOCATION_LIST_SIGN)
    }

    /// Whether the key may sign documents: no other purpose is named (ICAO Doc 9303-12, table 8).
    pub(crate) fn may_sign_documents(&self) -> bool {
        self.may(DIGITAL_SIGNATURE) && self.extensions.purposes.is_none()
    }

    /// Whether the key may sign master lists (ICAO Doc 9303-12, table 9).
    pub(crate) fn may_sign_master_lists(&self) -> bool {
        let named = |purposes: &Vec<Vec<u8>>| purposes.iter().any(|oid| oid == oid::MASTER_LIST_SIGNING);
        self.may(DIGITAL_SIGNATURE) && self.extensions.purposes.as_ref().is_some_and(named)
    }

    /// Whether the usage is not restricted to others.
    fn may(&self, usage: u8) -> bool {
        self.extensions.usage.is_none_or(|allowed| allowed & usage != 0)
    }

    /// Whether certificate and private key were in use at this time.
    pub(crate) fn was_used_at(&self, time: i64) -> bool {
        let (from, to) = self.extensions.key_used;
        let certified = self.valid.0 <= time && time <= self.valid.1;
        certified && from.is_none_or(|from| from <= time) && to.is_none_or(|to| time <= to)
    }

    /// The hash of the signature.
    pub(crate) fn hash(&self) -> HashAlgorithm {
        self.scheme.hash()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let country = self.country().map(|code| String::from_utf8_lossy(&code).into_owned());
        let mut certificate = f.debug_struct("Certificate");
        certificate.field("country", &country).field("serial", &self.serial).field("valid", &self.valid);
        certificate.finish_non_exhaustive()
    }
}

impl Extensions {
    /// Reads all extensions; one that is critical has to be known.
    fn read(field: Item<'_>) -> Result<Self> {
        let mut all = field.inside().expect(SEQUENCE, "extensions are no sequence")?.inside();
        let mut read = Self::default();
        for _ in 0..MAX_EXTENSIONS {
            if all.is_empty() {
                return Ok(read);
            }
            let (oid, critical, value) = extension(&mut all)?;
            let known = read.take(oid.value, value)?;
            if critical && !known {
                return Err(Error::new(ChipReason::UnknownAlgorithm, "a critical extension").at(oid.at));
            }
        }
        Err(Error::new(ChipReason::TooLarge, "a certificate's extensions"))
    }

    /// Keeps what an extension says; tells whether it is known.
    fn take(&mut self, oid: &[u8], value: &[u8]) -> Result<bool> {
        match oid {
            oid::KEY_USAGE => {
                let bits = only(value, BIT_STRING, "a key's usage is no string of bits")?;
                // Behind the number of unused bits.
                self.usage = Some(bits.value.get(1).copied().unwrap_or(0));
            }
            oid::EXTENDED_KEY_USAGE => {
                let mut list = only(value, SEQUENCE, "purposes are no sequence")?.inside();
                let mut purposes = Vec::new();
                while !list.is_empty() {
                    purposes.push(list.expect(OID, "a purpose is none")?.value.to_vec());
                }
                self.purposes = Some(purposes);
            }
            oid::BASIC_CONSTRAINTS => {
                let mut inside = only(value, SEQUENCE, "constraints are no sequence")?.inside();
                self.authority = inside.optional(BOOLEAN)?.is_some_and(|flag| flag.value != [0]);
            }
            oid::SUBJECT_KEY_ID => {
                self.subject_key = Some(only(value, OCTET_STRING, "a key's name is no string")?.value.to_vec());
            }
            oid::AUTHORITY_KEY_ID => {
                let mut inside = only(value, SEQUENCE, "an issuer's key is no sequence")?.inside();
                self.authority_key = inside.optional(0x80)?.map(|id| id.value.to_vec());
            }
            oid::PRIVATE_KEY_PERIOD => {
                let mut inside = only(value, SEQUENCE, "a key's period is no sequence")?.inside();
                let mut time = |tag| -> Result<Option<i64>> {
                    // GeneralizedTime under a tag of its own.
                    inside.optional(tag)?.map(|item| time::read(Item { tag: 0x18, ..item })).transpose()
                };
                self.key_used = (time(0x80)?, time(0x81)?);
            }
            // Alternative names, where to find revocation lists, policies: known, and not needed.
            [0x55, 0x1D, 0x11 | 0x12 | 0x1F | 0x20] => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The next extension: its kind, whether it is critical, and what it says.
pub(crate) fn extension<'a>(all: &mut Der<'a>) -> Result<(Item<'a>, bool, &'a [u8])> {
    let mut inside = all.expect(SEQUENCE, "an extension is no sequence")?.inside();
    let oid = inside.expect(OID, "an extension has no kind")?;
    let critical = inside.optional(BOOLEAN)?.is_some_and(|flag| flag.value != [0]);
    let value = inside.expect(OCTET_STRING, "an extension says nothing")?.value;
    inside.end()?;
    Ok((oid, critical, value))
}
