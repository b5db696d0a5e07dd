//! Lists of revoked certificates (RFC 5280, section 5; ICAO Doc 9303-12, section 7.1.4).

use crate::certificate::{Certificate, extension};
use crate::der::{BIT_STRING, INTEGER, SEQUENCE, context, only};
use crate::error::{ChipReason, Error, Result};
use crate::name::Name;
use crate::signature::Scheme;
use crate::time;
use std::ops::Range;

/// Bytes of a list at most. Chosen by hand: states' lists have some kilobytes.
const MAX_BYTES: usize = 8 << 20;

/// A list of the certificates that an issuer has revoked. It counts where its signature is the
/// issuer's, which is looked at when something is authenticated.
#[derive(Debug, Clone)]
pub struct RevocationList {
    raw: Vec<u8>,
    signed: Range<usize>,
    scheme: Scheme,
    signature: Vec<u8>,
    pub(crate) issuer: Name,
    this_update: i64,
    next_update: Option<i64>,
    /// Sorted.
    serials: Vec<Vec<u8>>,
}

impl RevocationList {
    /// Reads a list in DER.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`]; [`ChipReason::TooLarge`] for over 8 MiB;
    /// [`ChipReason::UnknownAlgorithm`] for a signature or a critical extension that is not
    /// known, as those of partial lists are.
    pub fn from_der(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::new(ChipReason::TooLarge, "a revocation list"));
        }
        let mut outer = only(bytes, SEQUENCE, "a revocation list is no sequence")?.inside();
        let signed = outer.expect(SEQUENCE, "a revocation list has no contents")?;
        let algorithm = outer.expect(SEQUENCE, "a revocation list has no algorithm")?;
        let signature = outer.expect(BIT_STRING, "a revocation list has no signature")?.bits()?;
        outer.end()?;

        let mut inside = signed.inside();
        inside.optional(INTEGER)?;
        let inner = inside.expect(SEQUENCE, "a revocation list has no algorithm")?;
        if inner.whole != algorithm.whole {
            return Err(inner.fault("a revocation list names two algorithms"));
        }
        let issuer = Name::read(inside.expect(SEQUENCE, "a revocation list has no issuer")?)?;
        let this_update = time::read(inside.next()?)?;
        let is_time = |tag| matches!(tag, Some(0x17 | 0x18));
        let next_update = if is_time(inside.peek()) { Some(time::read(inside.next()?)?) } else { None };
        let mut serials = Vec::new();
        if let Some(entries) = inside.optional(SEQUENCE)? {
            let mut entries = entries.inside();
            while !entries.is_empty() {
                let mut entry = entries.expect(SEQUENCE, "an entry is no sequence")?.inside();
                serials.push(entry.expect(INTEGER, "an entry has no serial number")?.value.to_vec());
                time::read(entry.next()?)?;
                if let Some(extensions) = entry.optional(SEQUENCE)? {
                    uncritical(extensions.inside())?;
                }
                entry.end()?;
            }
        }
        if let Some(extensions) = inside.optional(context(0))? {
            uncritical(extensions.inside().expect(SEQUENCE, "extensions are no sequence")?.inside())?;
        }
        inside.end()?;
        serials.sort_unstable();
        Ok(Self {
            raw: bytes.to_vec(),
            signed: signed.at..signed.at + signed.whole.len(),
            scheme: Scheme::read(algorithm, None)?,
            signature: signature.to_vec(),
            issuer,
            this_update,
            next_update,
            serials,
        })
    }

    /// Whether this certificate's key signed the list.
    pub(crate) fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let signed = self.raw.get(self.signed.clone()).unwrap_or_default();
        issuer.may_revoke() && issuer.key.verify(&self.scheme, signed, &self.signature).unwrap_or(false)
    }

    /// Whether the certificate is on the list.
    pub(crate) fn names(&self, certificate: &Certificate) -> bool {
        self.serials.binary_search_by(|serial| serial.as_slice().cmp(certificate.serial())).is_ok()
    }

    /// Whether the list is the newest one at this time, as far as it tells.
    pub(crate) fn is_current(&self, at: i64) -> bool {
        self.this_update <= at && self.next_update.is_none_or(|next| at <= next)
    }
}

/// No extension may be critical: those that are change what a list means.
fn uncritical(mut all: crate::der::Der<'_>) -> Result<()> {
    while !all.is_empty() {
        let (oid, critical, _) = extension(&mut all)?;
        if critical {
            return Err(Error::new(ChipReason::UnknownAlgorithm, "a critical extension").at(oid.at));
        }
    }
    Ok(())
}
