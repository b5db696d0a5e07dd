//! Why something was refused: [`Error`], with a stable word ([`ChipReason`]) for every cause.

use crate::lds::ChipFile;
use std::fmt;

/// The result of everything in this crate that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident => $word:literal, $sentence:literal;)+) => {
        /// Why bytes, a document, a certificate or an answer was refused.
        ///
        /// Its word ([`ChipReason::as_str`]) is stable; its display is a sentence.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ChipReason {
            $($(#[$doc])* $variant,)+
        }

        impl ChipReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable `snake_case` word of this reason, for logs and machine-readable output.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$variant => $sentence,)+
                }
            }
        }
    };
}

reasons! {
    /// Bytes contradict their format.
    Malformed => "malformed", "bytes contradict their format";
    /// There are more bytes, levels or entries than is read.
    TooLarge => "too_large", "there is more than is read";
    /// A file that is needed was not given.
    FileMissing => "file_missing", "a file that is needed was not given";
    /// Two files of one kind were given.
    FileTwice => "file_twice", "a file was given twice";
    /// A version, an algorithm or a parameter that is not known, or not allowed.
    UnknownAlgorithm => "unknown_algorithm", "an algorithm or parameter is not known or not allowed";
    /// Parameters of an elliptic curve that are not those of a known one: whoever chooses a curve's
    /// base point can sign for any key on it (CVE-2020-0601).
    UnknownCurve => "unknown_curve", "an elliptic curve is none of the known ones";
    /// A public key that is no key of its algorithm: a point off its curve, a modulus of a length
    /// that is not used.
    InvalidKey => "invalid_key", "a public key is not valid";
    /// The signed content is of another type than it has to be.
    OtherContent => "other_content", "what is signed is of another type";
    /// The security object has no digest for a file that was given.
    DigestMissing => "digest_missing", "the security object has no digest of a file";
    /// A file is not the one whose digest was signed.
    DigestMismatch => "digest_mismatch", "a file is not the one that was signed";
    /// The signed attributes have another digest than the content.
    ContentChanged => "content_changed", "the signed content was changed";
    /// The signature over the content is not the signer's.
    SignatureInvalid => "signature_invalid", "the signature is not valid";
    /// The certificate of who signed is not there.
    SignerMissing => "signer_missing", "the signer's certificate is not there";
    /// The signer's certificate is not for signing this.
    SignerUsage => "signer_usage", "the signer's certificate is for another use";
    /// The signer's certificate is not valid yet.
    SignerNotYetValid => "signer_not_yet_valid", "the signer's certificate is not valid yet";
    /// The signer's certificate has expired.
    SignerExpired => "signer_expired", "the signer's certificate has expired";
    /// What was signed states a time at which the signer's certificate or key was not valid.
    SignedOutsideValidity => "signed_outside_validity", "the signer's key was not valid at the time of signing";
    /// None of the trust anchors has the name of who issued a certificate.
    IssuerUnknown => "issuer_unknown", "no trust anchor issued the certificate";
    /// A certificate's signature is not its issuer's: the anchor has the name, but not the key.
    CertificateSignatureInvalid => "certificate_signature_invalid", "a certificate's signature is not its issuer's";
    /// The issuer's certificate is not one of an authority.
    IssuerUsage => "issuer_usage", "the issuer's certificate is not for issuing";
    /// The certificate was issued when its issuer's certificate or key was not valid.
    IssuedOutsideValidity => "issued_outside_validity", "the issuer was not valid when it issued the certificate";
    /// Signer and issuer are of different countries.
    OtherCountry => "other_country", "signer and issuer are of different countries";
    /// The document's issuing state is not its signer's country.
    OtherState => "other_state", "the document's issuing state is not its signer's country";
    /// The issuer has revoked the signer's certificate.
    SignerRevoked => "signer_revoked", "the signer's certificate was revoked";
    /// A certificate between signer and anchor was revoked.
    IssuerRevoked => "issuer_revoked", "an issuer's certificate was revoked";
    /// There is no current revocation list of the issuer, and one was asked for.
    RevocationUnknown => "revocation_unknown", "there is no current revocation list";
    /// The document has expired.
    DocumentExpired => "document_expired", "the document has expired";
    /// The document has no key for this, or no algorithm.
    KeyMissing => "key_missing", "the document has no key for this";
    /// The chip's answer is not one of this document's chip to this challenge.
    AnswerInvalid => "answer_invalid", "the answer is not this document's chip's";
}

impl fmt::Display for ChipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

/// A refusal: the reason, what it is about, and where in which file.
///
/// ```
/// use selfsame_chip::{Mrz, ChipReason};
///
/// let error = Mrz::parse(b"P<UTOERIKSSON").unwrap_err();
/// assert_eq!(error.reason(), ChipReason::Malformed);
/// assert_eq!(error.to_string(), "bytes contradict their format: a zone has 90, 72 or 88 characters");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    reason: ChipReason,
    what: &'static str,
    file: Option<ChipFile>,
    offset: Option<usize>,
}

impl Error {
    /// A refusal for this reason; `what` says more, or is empty.
    pub(crate) const fn new(reason: ChipReason, what: &'static str) -> Self {
        Self { reason, what, file: None, offset: None }
    }

    /// Bytes that contradict their format.
    pub(crate) const fn malformed(what: &'static str) -> Self {
        Self::new(ChipReason::Malformed, what)
    }

    /// The same, about the byte at this offset.
    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.offset = self.offset.or(Some(offset));
        self
    }

    /// The same, about this file.
    pub(crate) fn in_file(mut self, file: ChipFile) -> Self {
        self.file = self.file.or(Some(file));
        self
    }

    /// Why it was refused.
    #[must_use]
    pub fn reason(&self) -> ChipReason {
        self.reason
    }

    /// The chip's file that it is about, where it is about one.
    #[must_use]
    pub fn file(&self) -> Option<ChipFile> {
        self.file
    }

    /// The offset in bytes of the place, where it is about one: from the start of the file, of the
    /// certificate or of the list that was given.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        self.offset
    }
}

impl From<ChipReason> for Error {
    fn from(reason: ChipReason) -> Self {
        Self::new(reason, "")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = self.file {
            write!(f, "{file}: ")?;
        }
        write!(f, "{}", self.reason)?;
        if !self.what.is_empty() {
            write!(f, ": {}", self.what)?;
        }
        match self.offset {
            Some(offset) => write!(f, ", at byte {offset}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_word_of_its_own() {
        let mut words: Vec<_> = ChipReason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert!(words.iter().all(|word| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), ChipReason::ALL.len());
    }
}
