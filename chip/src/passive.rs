//! Passive authentication: are these files the ones that the issuing state signed (ICAO Doc
//! 9303-11, section 5.1)?

use crate::certificate::Certificate;
use crate::cms::SignedData;
use crate::error::{ChipReason, Error, Result};
use crate::hash::HashAlgorithm;
use crate::lds::{ChipFile, ChipFiles, CommonData, DataGroup1, Mrz};
use crate::oid;
use crate::signature::PublicKey;
use crate::sod::{LdsVersion, SecurityObject, security_object};
use crate::states::{Country, country_of, signs_for};
use crate::time::DAY_S;
use crate::trust::{Revocation, TrustStore};
use std::borrow::Cow;

/// What does not keep a document from being authentic, but is worth knowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChipRemark {
    /// The digests of the files are of SHA-1, whose collisions can be made: two files with one
    /// digest, though not another file with a given one.
    Sha1Digests,
    /// The signer's signature, or one on the way to the anchor, is over SHA-1.
    Sha1Signature,
    /// A key on the way is shorter than new ones may be: RSA under 2048 bits, a curve under 224.
    ShortKey,
    /// A curve's parameters are spelled out, and equal those of a known one.
    ExplicitCurve,
    /// A file has padding behind it that was not signed.
    Padding(ChipFile),
    /// EF.COM, which nobody signs, lists other data groups than the security object.
    OtherList,
    /// The state of the machine-readable zone has no country's code to hold against the signer's.
    StateUnknown,
    /// The security object does not say when it was signed.
    NoSigningTime,
}

impl ChipRemark {
    /// The stable `snake_case` word, for logs and machine-readable output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1Digests => "sha1_digests",
            Self::Sha1Signature => "sha1_signature",
            Self::ShortKey => "short_key",
            Self::ExplicitCurve => "explicit_curve",
            Self::Padding(_) => "padding",
            Self::OtherList => "other_list",
            Self::StateUnknown => "state_unknown",
            Self::NoSigningTime => "no_signing_time",
        }
    }
}

/// What passive authentication has established. There is no other way to one.
#[derive(Debug)]
pub struct Authentic<'a> {
    files: ChipFiles<'a>,
    signer: Certificate,
    anchor: Certificate,
    links: usize,
    revocation: Revocation,
    version: LdsVersion,
    hash: HashAlgorithm,
    signed_at: Option<i64>,
    remarks: Vec<ChipRemark>,
}

/// Checks that all of `files` are what their issuing state signed: the security object's signature,
/// the signer's certificate up to an anchor of `trust`, and the digest of every data group given.
///
/// `at` is the time, in seconds since 1970: the signer's certificate has to be valid then. Each
/// issuer's certificate and private key had to be valid when it issued (ICAO Doc 9303-12, section
/// 7), not now: an authority changes its key every few years, and what it signed stays signed.
/// Where data group 1 is given, its issuing state has to be the signer's country.
///
/// # Errors
/// Each cause has its [`ChipReason`]: [`ChipReason::FileMissing`] without EF.SOD or any data group;
/// [`ChipReason::DigestMissing`] and [`ChipReason::DigestMismatch`] for a data group; and those
/// about signature, certificates and formats.
pub fn authenticate<'a>(files: ChipFiles<'a>, trust: &TrustStore, at: u64) -> Result<Authentic<'a>> {
    let sod = files.get(ChipFile::Sod).ok_or_else(|| Error::from(ChipReason::FileMissing).in_file(ChipFile::Sod))?;
    if !files.ids().any(|file| matches!(file, ChipFile::Dg(_))) {
        return Err(Error::new(ChipReason::FileMissing, "no data group was given"));
    }
    let of_sod = |error: Error| error.in_file(ChipFile::Sod);
    let at = i64::try_from(at).unwrap_or(i64::MAX);
    let (der, padded) = security_object(sod).map_err(of_sod)?;
    let der: Cow<'_, [u8]> = der;
    let data = SignedData::read(&der, oid::LDS_SECURITY_OBJECT).map_err(of_sod)?;
    let object = SecurityObject::read(data.content).map_err(of_sod)?;
    let signer = data.signer(&trust.signers).map_err(of_sod)?;
    data.verify(&signer).map_err(of_sod)?;
    if !signer.may_sign_documents() {
        return Err(of_sod(ChipReason::SignerUsage.into()));
    }
    valid_at(&signer, at).map_err(of_sod)?;
    // Clocks of signers may be a day off.
    if let Some(time) = data.time()
        && !(signer.was_used_at(time) || signer.was_used_at(time + DAY_S) || signer.was_used_at(time - DAY_S))
    {
        return Err(of_sod(ChipReason::SignedOutsideValidity.into()));
    }
    let chain = trust.chain(&signer, at).map_err(of_sod)?;

    let mut remarks = Vec::new();
    if padded {
        remarks.push(ChipRemark::Padding(ChipFile::Sod));
    }
    for (file, bytes) in files.iter() {
        if let ChipFile::Dg(number) = file {
            let padded = object.check(number, bytes).map_err(|error| error.in_file(file))?;
            remarks.extend(padded.then_some(ChipRemark::Padding(file)));
        }
    }
    if let Some(com) = files.get(ChipFile::Com) {
        let listed = CommonData::read(com).map(|com| com.groups().to_vec());
        // Nobody signs it: broken, it says as little as another list.
        let same = listed.is_ok_and(|mut groups| {
            groups.sort_unstable();
            groups == object.groups()
        });
        remarks.extend((!same).then_some(ChipRemark::OtherList));
    }
    if let Some(dg1) = files.get(ChipFile::Dg(1)) {
        let mrz = DataGroup1::read(dg1).map_err(|error| error.in_file(ChipFile::Dg(1)))?;
        match country_of(mrz.mrz().issuing_state()) {
            Country::Unknown => remarks.push(ChipRemark::StateUnknown),
            Country::Known(country) => {
                let issuer = chain.issuers.first().and_then(|issuer| issuer.country());
                if !signer.country().or(issuer).is_some_and(|signer| signs_for(signer, country)) {
                    return Err(Error::from(ChipReason::OtherState).in_file(ChipFile::Dg(1)));
                }
            }
        }
    }
    let path: Vec<&Certificate> = std::iter::once(&signer).chain(chain.issuers.iter().copied()).collect();
    // The anchor's own signature does not count: it is trusted for being there.
    let mut hashes = path.iter().take(path.len() - 1).map(|certificate| certificate.hash());
    let sha1 = data.hash() == HashAlgorithm::Sha1 || hashes.any(|hash| hash == HashAlgorithm::Sha1);
    let explicit = |certificate: &&Certificate| matches!(certificate.key, PublicKey::Ec { explicit: true, .. });
    remarks.extend((object.hash() == HashAlgorithm::Sha1).then_some(ChipRemark::Sha1Digests));
    remarks.extend(sha1.then_some(ChipRemark::Sha1Signature));
    remarks.extend(path.iter().any(|certificate| certificate.key.is_short()).then_some(ChipRemark::ShortKey));
    remarks.extend(path.iter().any(explicit).then_some(ChipRemark::ExplicitCurve));
    remarks.extend(data.time().is_none().then_some(ChipRemark::NoSigningTime));
    let (version, hash, signed_at) = (object.version(), object.hash(), data.time());
    let anchor = chain.issuers.last().copied().cloned().ok_or(Error::from(ChipReason::IssuerUnknown))?;
    let (links, revocation) = (chain.issuers.len() - 1, chain.revocation);
    Ok(Authentic { files, signer, anchor, links, revocation, version, hash, signed_at, remarks })
}

/// Whether a signer's certificate is valid at this time.
pub(crate) fn valid_at(signer: &Certificate, at: i64) -> Result<()> {
    if at < signer.not_before() {
        Err(ChipReason::SignerNotYetValid.into())
    } else if at > signer.not_after() {
        Err(ChipReason::SignerExpired.into())
    } else {
        Ok(())
    }
}

impl<'a> Authentic<'a> {
    /// The bytes of a file that was authenticated: of a data group that was given.
    ///
    /// # Errors
    /// [`ChipReason::FileMissing`] for one that was not given, and for EF.COM, which nobody signs.
    pub fn group(&self, number: u8) -> Result<&'a [u8]> {
        let file = ChipFile::Dg(number);
        self.files.get(file).ok_or_else(|| Error::from(ChipReason::FileMissing).in_file(file))
    }

    /// The numbers of the data groups that were given and are authentic.
    pub fn groups(&self) -> impl Iterator<Item = u8> + '_ {
        self.files.ids().filter_map(|file| match file {
            ChipFile::Dg(number) => Some(number),
            ChipFile::Com | ChipFile::Sod => None,
        })
    }

    /// The machine-readable zone of data group 1.
    ///
    /// # Errors
    /// [`ChipReason::FileMissing`] if it was not given. One that cannot be read is not
    /// authenticated.
    pub fn mrz(&self) -> Result<Mrz> {
        DataGroup1::read(self.group(1)?).map(DataGroup1::into_mrz)
    }

    /// The certificate of who signed the document.
    #[must_use]
    pub fn signer(&self) -> &Certificate {
        &self.signer
    }

    /// The trust anchor that all of it rests on.
    #[must_use]
    pub fn anchor(&self) -> &Certificate {
        &self.anchor
    }

    /// How many certificates lie between the signer's and the anchor.
    #[must_use]
    pub fn links(&self) -> usize {
        self.links
    }

    /// Whether the signer's certificate was revoked, as far as the lists given tell. One that is
    /// listed is refused.
    #[must_use]
    pub fn revocation(&self) -> Revocation {
        self.revocation
    }

    /// The version of the security object.
    #[must_use]
    pub fn version(&self) -> &LdsVersion {
        &self.version
    }

    /// The hash of the data groups' digests.
    #[must_use]
    pub fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// When the document was signed, in seconds since 1970, as the signer says; most do not.
    #[must_use]
    pub fn signed_at(&self) -> Option<i64> {
        self.signed_at
    }

    /// What is worth knowing beside.
    #[must_use]
    pub fn remarks(&self) -> &[ChipRemark] {
        &self.remarks
    }
}
