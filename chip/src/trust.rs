//! Whom to trust: authorities, and the way from a signer's certificate to one of them.

use crate::certificate::Certificate;
use crate::crl::RevocationList;
use crate::error::{ChipReason, Error, Result};
use crate::masterlist::MasterList;
use crate::pem;
use std::cmp::Reverse;

/// Links between a signer and an anchor at most. Chosen by hand: an authority whose key changes
/// every three to five years has as many links in the fifteen years that signers are needed for.
const MAX_LINKS: usize = 6;
/// Certificates of one name whose keys are tried for one signature. Chosen by hand; it bounds work.
const MAX_TRIES: usize = 16;

/// The trust anchors, and what else a caller knows: links between keys of an authority, signers
/// whose certificates are not in the documents, revocation lists.
///
/// Nothing is fetched: all are the caller's bytes. Only anchors are trusted; the others count as
/// far as they lead to one.
///
/// ```no_run
/// use selfsame_chip::{MasterList, TrustStore};
///
/// let mut trust = TrustStore::default();
/// trust.add_anchors(&std::fs::read("csca.pem")?)?;
/// // A list of others' authorities, published by one of them.
/// let list = MasterList::read(&std::fs::read("masterlist.ml")?)?;
/// list.verify(&trust, 1_790_000_000)?;
/// trust.add_master_list(&list);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TrustStore {
    anchors: Vec<Certificate>,
    links: Vec<Certificate>,
    pub(crate) signers: Vec<Certificate>,
    lists: Vec<RevocationList>,
}

/// Whether a signer's certificate was revoked, as far as the caller's lists tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Revocation {
    /// A current list of the issuer's does not name it.
    NotRevoked,
    /// There is a list of the issuer's that does not name it, and none that is current.
    Outdated,
    /// There is no list of the issuer's.
    Unknown,
}

impl Revocation {
    /// The stable `snake_case` word, for logs and machine-readable output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotRevoked => "not_revoked",
            Self::Outdated => "outdated",
            Self::Unknown => "unknown",
        }
    }
}

/// The way from a signer to an anchor.
#[derive(Debug)]
pub(crate) struct Chain<'a> {
    /// Who issued the signer's certificate first; the anchor last.
    pub(crate) issuers: Vec<&'a Certificate>,
    pub(crate) revocation: Revocation,
}

impl TrustStore {
    /// Adds the certificates of authorities that are trusted: one in DER, or any number in PEM.
    /// Tells how many there were.
    ///
    /// # Errors
    /// Those of [`Certificate::from_der`]; then none was added.
    pub fn add_anchors(&mut self, bytes: &[u8]) -> Result<usize> {
        extend(&mut self.anchors, certificates(bytes)?)
    }

    /// Adds certificates that authorities have issued for their own next keys, to get from a signer
    /// of today to an anchor of yesterday. They are not trusted for being here.
    ///
    /// # Errors
    /// Those of [`Certificate::from_der`]; then none was added.
    pub fn add_links(&mut self, bytes: &[u8]) -> Result<usize> {
        extend(&mut self.links, certificates(bytes)?)
    }

    /// Adds certificates of signers, for documents that do not hold their own. They are not trusted
    /// for being here.
    ///
    /// # Errors
    /// Those of [`Certificate::from_der`]; then none was added.
    pub fn add_signers(&mut self, bytes: &[u8]) -> Result<usize> {
        extend(&mut self.signers, certificates(bytes)?)
    }

    /// Adds lists of revoked certificates: one in DER, or any number in PEM.
    ///
    /// # Errors
    /// Those of [`RevocationList::from_der`]; then none was added.
    pub fn add_revocation_lists(&mut self, bytes: &[u8]) -> Result<usize> {
        let lists = pem::objects(bytes, "X509 CRL")?;
        let lists: Result<Vec<_>> = lists.iter().map(|der| RevocationList::from_der(der)).collect();
        extend(&mut self.lists, lists?)
    }

    /// Trusts all authorities on a list, whether or not it was verified: where it came to the
    /// caller from a publisher over a way that is trusted, that is enough, and else
    /// [`MasterList::verify`] comes first.
    pub fn add_master_list(&mut self, list: &MasterList) {
        self.anchors.extend_from_slice(list.certificates());
    }

    /// The anchors.
    #[must_use]
    pub fn anchors(&self) -> &[Certificate] {
        &self.anchors
    }

    /// The way from this certificate to an anchor, with all that has to hold on it.
    pub(crate) fn chain(&self, signer: &Certificate, at: i64) -> Result<Chain<'_>> {
        let mut issuers: Vec<&Certificate> = Vec::new();
        let mut current = signer;
        while issuers.len() <= MAX_LINKS {
            let (issuer, is_anchor) = self.issuer(current, &issuers)?;
            if !issuer.may_issue() {
                return Err(ChipReason::IssuerUsage.into());
            }
            if !issuer.was_used_at(current.not_before()) {
                return Err(ChipReason::IssuedOutsideValidity.into());
            }
            // A name without a country says nothing against it: the issuer's name has it.
            if signer.country().is_some_and(|country| issuer.country() != Some(country)) {
                return Err(ChipReason::OtherCountry.into());
            }
            issuers.push(issuer);
            if is_anchor {
                let revocation = self.revocation(signer, &issuers, at)?;
                return Ok(Chain { issuers, revocation });
            }
            current = issuer;
        }
        Err(Error::new(ChipReason::IssuerUnknown, "there are too many links"))
    }

    /// Who issued a certificate, and whether that is an anchor. Anchors go first.
    fn issuer(&self, certificate: &Certificate, passed: &[&Certificate]) -> Result<(&Certificate, bool)> {
        let anchors = self.anchors.iter().map(|issuer| (issuer, true));
        let links = self.links.iter().filter(|link| !passed.contains(link)).map(|issuer| (issuer, false));
        let named = anchors.chain(links).filter(|(issuer, _)| issuer.subject == certificate.issuer);
        let mut named: Vec<_> = named.collect();
        let key = certificate.extensions.authority_key.as_deref();
        let fits = |issuer: &Certificate| key.is_some() && issuer.extensions.subject_key.as_deref() == key;
        named.sort_by_key(|(issuer, is_anchor)| (Reverse(fits(issuer)), Reverse(*is_anchor)));
        if named.is_empty() {
            return Err(ChipReason::IssuerUnknown.into());
        }
        for (issuer, is_anchor) in named.into_iter().take(MAX_TRIES) {
            if certificate.is_signed_by(issuer)? {
                return Ok((issuer, is_anchor));
            }
        }
        Err(ChipReason::CertificateSignatureInvalid.into())
    }

    /// Whether anything on the way was revoked.
    fn revocation(&self, signer: &Certificate, issuers: &[&Certificate], at: i64) -> Result<Revocation> {
        let mut answer = Revocation::Unknown;
        let certificates = std::iter::once(signer).chain(issuers.iter().copied());
        for (i, (certificate, issuer)) in certificates.zip(issuers).enumerate() {
            // An authority signs its list with its newest key, whatever key issued the certificate.
            let same_name = self.anchors.iter().filter(|anchor| anchor.subject == certificate.issuer);
            let keys: Vec<_> = std::iter::once(*issuer).chain(same_name).take(MAX_TRIES).collect();
            let of_issuer = self.lists.iter().filter(|list| list.issuer == certificate.issuer);
            for list in of_issuer.take(MAX_TRIES).filter(|list| keys.iter().any(|key| list.is_signed_by(key))) {
                match (list.names(certificate), i) {
                    (true, 0) => return Err(ChipReason::SignerRevoked.into()),
                    (true, _) => return Err(ChipReason::IssuerRevoked.into()),
                    (false, 0) if list.is_current(at) => answer = Revocation::NotRevoked,
                    (false, 0) if answer == Revocation::Unknown => answer = Revocation::Outdated,
                    (false, _) => {}
                }
            }
        }
        Ok(answer)
    }
}

fn extend<T>(all: &mut Vec<T>, more: Vec<T>) -> Result<usize> {
    let count = more.len();
    all.extend(more);
    Ok(count)
}

fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>> {
    pem::objects(bytes, "CERTIFICATE")?.iter().map(|der| Certificate::from_der(der)).collect()
}
