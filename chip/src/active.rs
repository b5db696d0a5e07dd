//! Active authentication: the chip signs a challenge with a key that it does not give away (ICAO
//! Doc 9303-11, section 6.1).

use crate::error::{ChipReason, Error, Result};
use crate::lds::{ActiveKey, ChipFile, SecurityInfos};
use crate::passive::Authentic;
use crate::signature::{PublicKey, Scheme};

/// Bytes of a challenge.
pub const ACTIVE_CHALLENGE_LEN: usize = 8;

/// Checks that `answer` is the signature of this document's chip over `challenge`: what the command
/// INTERNAL AUTHENTICATE returned for it, without the status.
///
/// The challenge has to be fresh: eight bytes that the server drew for this document and takes
/// once. An old answer to it says nothing. RSA keys sign by ISO/IEC 9796-2, scheme 1, keys of
/// elliptic curves by plain ECDSA, whose hash data group 14 names.
///
/// # Errors
/// [`ChipReason::FileMissing`] if data group 15, or 14 for a key of a curve, was not given and so
/// is not authentic; [`ChipReason::KeyMissing`] if 14 names no hash; [`ChipReason::AnswerInvalid`]
/// for any other answer; and those of the files' formats.
pub fn verify_active(document: &Authentic<'_>, challenge: &[u8; ACTIVE_CHALLENGE_LEN], answer: &[u8]) -> Result<()> {
    let key = ActiveKey::read(document.group(15)?)?.key;
    let valid = match &key {
        PublicKey::Rsa(key) => key.verify_9796(challenge, answer)?,
        PublicKey::Ec { .. } => {
            let infos = SecurityInfos::read(document.group(14)?)?;
            let missing = || Error::from(ChipReason::KeyMissing).in_file(ChipFile::Dg(14));
            let hash = infos.active_hash().ok_or_else(missing)?;
            key.verify(&Scheme::PlainEcdsa(hash), challenge, answer)?
        }
    };
    if valid { Ok(()) } else { Err(ChipReason::AnswerInvalid.into()) }
}
