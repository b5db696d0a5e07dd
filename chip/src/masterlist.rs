//! Master lists: the authorities of many states, published by one (ICAO Doc 9303-12, section 8).

use crate::ber;
use crate::certificate::Certificate;
use crate::cms::SignedData;
use crate::der::{INTEGER, SEQUENCE, SET, only};
use crate::error::{ChipReason, Error, Result};
use crate::oid;
use crate::trust::TrustStore;
use std::borrow::Cow;

/// Bytes of a list at most. Chosen by hand: the largest have about one megabyte.
const MAX_BYTES: usize = 16 << 20;
/// Certificates on a list at most. Chosen by hand: the largest have some hundred.
const MAX_CERTIFICATES: usize = 8192;

/// A master list, as ICAO, the German BSI and other states publish them (`.ml` files).
#[derive(Debug, Clone)]
pub struct MasterList {
    signed: Vec<u8>,
    certificates: Vec<Certificate>,
    skipped: usize,
}

impl MasterList {
    /// Reads a list. A certificate on it that cannot be read is passed over
    /// ([`MasterList::skipped`]).
    ///
    /// # Errors
    /// [`ChipReason::Malformed`], [`ChipReason::TooLarge`] for over 16 MiB or 8192 certificates,
    /// [`ChipReason::OtherContent`] for signed data of another kind, and
    /// [`ChipReason::UnknownAlgorithm`].
    pub fn read(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::new(ChipReason::TooLarge, "a master list"));
        }
        let (signed, used) = ber::to_der(bytes)?;
        if used != bytes.len() {
            return Err(Error::malformed("something follows the master list").at(used));
        }
        let signed: Cow<'_, [u8]> = signed;
        let data = SignedData::read(&signed, oid::MASTER_LIST)?;
        let mut list = only(data.content, SEQUENCE, "a master list is no sequence")?.inside();
        let version = list.expect(INTEGER, "a master list has no version")?;
        if version.small()? != 0 {
            return Err(Error::new(ChipReason::UnknownAlgorithm, "a master list's version").at(version.at));
        }
        let mut set = list.expect(SET, "a master list has no certificates")?.inside();
        list.end()?;
        let (mut certificates, mut skipped) = (Vec::new(), 0);
        while !set.is_empty() {
            let item = set.next()?;
            if certificates.len() + skipped == MAX_CERTIFICATES {
                return Err(Error::new(ChipReason::TooLarge, "certificates of a master list"));
            }
            match Certificate::from_der(item.whole) {
                Ok(certificate) => certificates.push(certificate),
                Err(_) => skipped += 1,
            }
        }
        Ok(Self { signed: signed.into_owned(), certificates, skipped })
    }

    /// Checks that a publisher signed the list whose own authority is among the anchors of `trust`;
    /// `at` is the time, in seconds since 1970.
    ///
    /// # Errors
    /// Those of [`crate::authenticate`] that are about signatures and certificates.
    pub fn verify(&self, trust: &TrustStore, at: u64) -> Result<()> {
        let data = SignedData::read(&self.signed, oid::MASTER_LIST)?;
        let signer = data.signer(&trust.signers)?;
        data.verify(&signer)?;
        if !signer.may_sign_master_lists() {
            return Err(ChipReason::SignerUsage.into());
        }
        let at = i64::try_from(at).unwrap_or(i64::MAX);
        crate::passive::valid_at(&signer, at)?;
        trust.chain(&signer, at).map(|_| ())
    }

    /// The authorities on the list, those for their own next keys included.
    #[must_use]
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Certificates on the list that could not be read.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.skipped
    }
}
