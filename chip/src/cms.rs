//! Signed data of the cryptographic message syntax (RFC 5652), with one signer.
//!
//! Digests are over the bytes that were signed, wherever they lie, never over bytes that were
//! written anew.

use crate::certificate::Certificate;
use crate::der::{INTEGER, Item, OCTET_STRING, OID, SEQUENCE, SET, context, only};
use crate::error::{ChipReason, Error, Result};
use crate::hash::HashAlgorithm;
use crate::name::Name;
use crate::oid;
use crate::signature::Scheme;
use crate::time;

/// Certificates beside the content that are looked at. Chosen by hand; one is what documents have.
const MAX_CERTIFICATES: usize = 64;
/// Attributes of a signer at most. Chosen by hand.
const MAX_ATTRIBUTES: usize = 64;

/// Content, and who signed it.
#[derive(Debug)]
pub(crate) struct SignedData<'a> {
    content_type: &'a [u8],
    /// What is signed.
    pub(crate) content: &'a [u8],
    /// The certificates that lie beside it, in DER.
    certificates: Vec<&'a [u8]>,
    digest: HashAlgorithm,
    scheme: Scheme,
    signer: SignerId<'a>,
    attributes: Option<Attributes<'a>>,
    signature: &'a [u8],
}

/// How a signer's certificate is named.
#[derive(Debug)]
enum SignerId<'a> {
    Issuer(Name, &'a [u8]),
    Key(&'a [u8]),
}

/// What is signed instead of the content, and names its digest.
#[derive(Debug)]
struct Attributes<'a> {
    /// The bytes as they lie there; for the signature the first is another.
    whole: &'a [u8],
    content_type: &'a [u8],
    digest: &'a [u8],
    time: Option<i64>,
}

impl<'a> SignedData<'a> {
    /// Reads a ContentInfo of signed data, whose content is of this type.
    pub(crate) fn read(bytes: &'a [u8], content_type: &[u8]) -> Result<Self> {
        let mut info = only(bytes, SEQUENCE, "signed data are no sequence")?.inside();
        let kind = info.expect(OID, "there is no content type")?;
        if kind.value != oid::SIGNED_DATA {
            return Err(Error::new(ChipReason::OtherContent, "no signed data").at(kind.at));
        }
        let mut explicit = info.expect(context(0), "there are no signed data")?.inside();
        info.end()?;
        let mut data = explicit.expect(SEQUENCE, "signed data are no sequence")?.inside();
        explicit.end()?;

        // Version 3: the content is not plain data (section 5.1).
        let version = data.expect(INTEGER, "signed data have no version")?;
        let mut digests = data.expect(SET, "signed data have no digest algorithms")?.inside();
        let mut content = data.expect(SEQUENCE, "signed data have no content")?.inside();
        let found = content.expect(OID, "content has no type")?;
        if found.value != content_type {
            return Err(Error::new(ChipReason::OtherContent, "").at(found.at));
        }
        if version.small()? != 3 {
            return Err(version.fault("signed data are of another version"));
        }
        let mut octets = content.expect(context(0), "the content is not there")?.inside();
        let octets = (octets.expect(OCTET_STRING, "content is no octet string")?, octets.end()?).0;
        content.end()?;
        let certificates = match data.optional(context(0))? {
            Some(set) => certificates(set)?,
            None => Vec::new(),
        };
        // Revocation lists that come with what they might revoke say nothing.
        data.optional(context(1))?;
        let mut signers = data.expect(SET, "there are no signers")?.inside();
        data.end()?;
        let signer = signers.expect(SEQUENCE, "there is no signer")?;
        if !signers.is_empty() {
            return Err(Error::new(ChipReason::TooLarge, "there is more than one signer").at(signer.at));
        }
        let mut named = Vec::new();
        while !digests.is_empty() && named.len() < MAX_ATTRIBUTES {
            named.push(HashAlgorithm::read(digests.expect(SEQUENCE, "a digest algorithm is no sequence")?)?);
        }
        digests.end()?;

        let mut inside = signer.inside();
        let version = inside.expect(INTEGER, "a signer has no version")?;
        let (id, of_id) = match inside.peek() {
            Some(0x80) => (SignerId::Key(inside.next()?.value), 3),
            _ => {
                let mut id = inside.expect(SEQUENCE, "a signer has no name")?.inside();
                let issuer = Name::read(id.expect(SEQUENCE, "a signer has no issuer")?)?;
                let serial = id.expect(INTEGER, "a signer has no serial number")?.value;
                id.end()?;
                (SignerId::Issuer(issuer, serial), 1)
            }
        };
        if version.small()? != of_id {
            return Err(version.fault("a signer is of another version"));
        }
        let algorithm = inside.expect(SEQUENCE, "a signer has no digest algorithm")?;
        let digest = HashAlgorithm::read(algorithm)?;
        if !named.contains(&digest) {
            return Err(algorithm.fault("a signer's digest algorithm is not among those named"));
        }
        let attributes = inside.optional(context(0))?.map(Attributes::read).transpose()?;
        let algorithm = inside.expect(SEQUENCE, "a signer has no signature algorithm")?;
        let scheme = Scheme::read(algorithm, Some(digest))?;
        if scheme.hash() != digest {
            return Err(algorithm.fault("digest and signature are of two algorithms"));
        }
        let signature = inside.expect(OCTET_STRING, "a signer has no signature")?.value;
        // Attributes that are not signed say nothing.
        inside.optional(context(1))?;
        inside.end()?;
        Ok(Self {
            content_type: found.value,
            content: octets.value,
            certificates,
            digest,
            scheme,
            signer: id,
            attributes,
            signature,
        })
    }

    /// The signer's certificate: one that lies beside the content, or one of `others`.
    ///
    /// # Errors
    /// [`ChipReason::SignerMissing`], and those of [`Certificate::from_der`] for the one that is
    /// named.
    pub(crate) fn signer(&self, others: &[Certificate]) -> Result<Certificate> {
        let mut broken = None;
        for bytes in &self.certificates {
            match Certificate::from_der(bytes) {
                Ok(certificate) if self.signer.is(&certificate) => return Ok(certificate),
                Ok(_) => {}
                // It may be the signer's, or not: that is told where there is no other.
                Err(error) => broken = broken.or(Some(error)),
            }
        }
        let other = others.iter().find(|certificate| self.signer.is(certificate));
        other.cloned().ok_or_else(|| broken.unwrap_or_else(|| ChipReason::SignerMissing.into()))
    }

    /// Checks the digest of the content and the signature by this certificate's key.
    ///
    /// # Errors
    /// [`ChipReason::OtherContent`], [`ChipReason::ContentChanged`] and
    /// [`ChipReason::SignatureInvalid`].
    pub(crate) fn verify(&self, signer: &Certificate) -> Result<()> {
        let valid = match &self.attributes {
            Some(attributes) => {
                if attributes.content_type != self.content_type {
                    return Err(ChipReason::OtherContent.into());
                }
                if attributes.digest != self.digest.digest(&[self.content]) {
                    return Err(ChipReason::ContentChanged.into());
                }
                // They are signed as the SET that they are, not under the tag that they lie under
                // (section 5.4).
                let mut signed = attributes.whole.to_vec();
                if let Some(tag) = signed.first_mut() {
                    *tag = SET as u8;
                }
                signer.key.verify(&self.scheme, &signed, self.signature)?
            }
            None => signer.key.verify(&self.scheme, self.content, self.signature)?,
        };
        if valid { Ok(()) } else { Err(ChipReason::SignatureInvalid.into()) }
    }

    /// When it was signed, as the signer says.
    pub(crate) fn time(&self) -> Option<i64> {
        self.attributes.as_ref().and_then(|attributes| attributes.time)
    }

    /// The digest's algorithm.
    pub(crate) fn hash(&self) -> HashAlgorithm {
        self.digest
    }
}

impl SignerId<'_> {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Issuer(issuer, serial) => certificate.issuer.is_written_as(issuer) && certificate.serial() == *serial,
            Self::Key(id) => certificate.extensions.subject_key.as_deref() == Some(id),
        }
    }
}

impl<'a> Attributes<'a> {
    fn read(item: Item<'a>) -> Result<Self> {
        let mut all = item.inside();
        let (mut content_type, mut digest, mut time) = (None, None, None);
        for _ in 0..MAX_ATTRIBUTES {
            if all.is_empty() {
                break;
            }
            let mut attribute = all.expect(SEQUENCE, "an attribute is no sequence")?.inside();
            let kind = attribute.expect(OID, "an attribute has no kind")?;
            let mut values = attribute.expect(SET, "an attribute has no values")?.inside();
            attribute.end()?;
            let twice = match kind.value {
                oid::CONTENT_TYPE => {
                    content_type.replace(values.expect(OID, "a content type is none")?.value).is_some()
                }
                oid::MESSAGE_DIGEST => digest.replace(values.expect(OCTET_STRING, "a digest is none")?.value).is_some(),
                oid::SIGNING_TIME => time.replace(time::read(values.next()?)?).is_some(),
                _ => continue,
            };
            values.end()?;
            if twice {
                return Err(kind.fault("an attribute is there twice"));
            }
        }
        all.end()?;
        let (Some(content_type), Some(digest)) = (content_type, digest) else {
            return Err(item.fault("signed attributes name no content type or no digest"));
        };
        Ok(Self { whole: item.whole, content_type, digest, time })
    }
}

/// The certificates among those in a set; other kinds are stepped over.
fn certificates(set: Item<'_>) -> Result<Vec<&[u8]>> {
    let (mut inside, mut found) = (set.inside(), Vec::new());
    while !inside.is_empty() {
        let item = inside.next()?;
        if item.tag == SEQUENCE {
            if found.len() == MAX_CERTIFICATES {
                return Err(Error::new(ChipReason::TooLarge, "certificates beside the content").at(item.at));
            }
            found.push(item.whole);
        }
    }
    Ok(found)
}
