//! RSA, as far as public keys go (RFC 8017; ISO/IEC 9796-2).

use crate::der::{INTEGER, SEQUENCE, only};
use crate::error::{ChipReason, Error, Result};
use crate::hash::HashAlgorithm;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

/// Bits that a modulus has. Documents have from 1024 (active authentication) to 4096; the upper
/// bound is on work, and was chosen by hand.
const BITS: std::ops::RangeInclusive<usize> = 1024..=8192;

/// An RSA key's modulus and exponent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaKey {
    modulus: Vec<u8>,
    exponent: u64,
}

impl RsaKey {
    /// The key of an RSAPublicKey (RFC 8017, appendix A.1.1).
    pub(crate) fn read(bytes: &[u8]) -> Result<Self> {
        let mut inside = only(bytes, SEQUENCE, "an RSA key is no sequence")?.inside();
        let modulus = inside.expect(INTEGER, "an RSA key has no modulus")?.unsigned()?;
        let exponent = inside.expect(INTEGER, "an RSA key has no exponent")?.unsigned()?;
        inside.end()?;
        let invalid = || Error::new(ChipReason::InvalidKey, "an RSA key");
        if exponent.len() > 8 {
            return Err(invalid());
        }
        let exponent = exponent.iter().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte));
        let key = Self { modulus: modulus.to_vec(), exponent };
        let odd = |last: Option<&u8>| last.is_some_and(|byte| byte & 1 == 1);
        if BITS.contains(&key.bits()) && odd(modulus.last()) && exponent >= 3 && exponent & 1 == 1 {
            Ok(key)
        } else {
            Err(invalid())
        }
    }

    /// Bits of the modulus.
    pub(crate) fn bits(&self) -> usize {
        let zeros = self.modulus.first().map_or(0, |first| first.leading_zeros() as usize);
        self.modulus.len() * 8 - zeros
    }

    /// The signature to the power of the exponent, as long as the modulus, which has `bits` bits;
    /// `None` if the signature is not of that length or not below the modulus.
    fn recover(&self, signature: &[u8]) -> Option<BoxedUint> {
        if signature.len() != self.modulus.len() {
            return None;
        }
        let precision = u32::try_from(self.modulus.len() * 8).ok()?;
        let modulus = BoxedUint::from_be_slice(&self.modulus, precision).ok()?;
        let signature = BoxedUint::from_be_slice(signature, precision).ok()?;
        if signature >= modulus {
            return None;
        }
        let odd: Option<Odd<BoxedUint>> = Odd::new(modulus).into();
        let parameters = BoxedMontyParams::new_vartime(odd?);
        let base = BoxedMontyForm::new(signature, &parameters);
        Some(base.pow_bounded_exp(&BoxedUint::from(self.exponent), 64 - self.exponent.leading_zeros()).retrieve())
    }

    fn recovered_bytes(&self, signature: &[u8]) -> Option<Vec<u8>> {
        self.last_bytes(&self.recover(signature)?)
    }

    /// As many bytes of a number as the modulus has.
    fn last_bytes(&self, number: &BoxedUint) -> Option<Vec<u8>> {
        let bytes = number.to_be_bytes();
        bytes.get(bytes.len().checked_sub(self.modulus.len())?..).map(<[u8]>::to_vec)
    }

    /// RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2.2): the whole padded message is compared, with the
    /// hash's parameters as NULL or left out.
    pub(crate) fn verify_pkcs1(&self, hash: HashAlgorithm, digest: &[u8], signature: &[u8]) -> Result<bool> {
        let Some(found) = self.recovered_bytes(signature) else { return Ok(false) };
        let padded = |with_null| {
            let tail = [&hash.digest_info(with_null), digest].concat();
            // A modulus of 1024 bits has room for all of it.
            let fill = found.len().saturating_sub(tail.len() + 3);
            [&[0, 1][..], &vec![0xFF; fill], &[0], &tail].concat()
        };
        Ok(found == padded(true) || found == padded(false))
    }

    /// RSASSA-PSS (RFC 8017, section 9.1.2).
    pub(crate) fn verify_pss(
        &self,
        hash: HashAlgorithm,
        mask: HashAlgorithm,
        salt: usize,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        let Some(found) = self.recovered_bytes(signature) else { return Ok(false) };
        Ok(pss(&found, self.bits() - 1, hash, mask, salt, digest).unwrap_or(false))
    }

    /// What a signature of ISO/IEC 9796-2, scheme 1, says about `challenge`, as chips sign it in
    /// active authentication (ICAO Doc 9303-11, section 6.1): whether its hash is that of the part
    /// that is recovered from it, and the challenge.
    pub(crate) fn verify_9796(&self, challenge: &[u8], signature: &[u8]) -> Result<bool> {
        let Some(number) = self.recover(signature) else { return Ok(false) };
        let Some(bytes) = self.last_bytes(&number) else { return Ok(false) };
        if recovered(&bytes, challenge).is_some() {
            return Ok(true);
        }
        // The smaller of the two roots may have been taken.
        let Ok(modulus) = BoxedUint::from_be_slice(&self.modulus, number.bits_precision()) else { return Ok(false) };
        let other = self.last_bytes(&modulus.wrapping_sub(&number));
        Ok(other.is_some_and(|bytes| recovered(&bytes, challenge).is_some()))
    }
}

/// The mask of MGF1 (RFC 8017, appendix B.2.1).
fn mask_of(hash: HashAlgorithm, seed: &[u8], len: usize) -> Vec<u8> {
    let blocks = (0..len.div_ceil(hash.len()) as u32).flat_map(|i| hash.digest(&[seed, &i.to_be_bytes()]));
    blocks.take(len).collect()
}

/// Whether a padded message is that of `digest`; `None` if it is too short for it.
fn pss(
    found: &[u8],
    bits: usize,
    hash: HashAlgorithm,
    mask: HashAlgorithm,
    salt: usize,
    digest: &[u8],
) -> Option<bool> {
    // Where the modulus has one bit more than whole bytes, the padded message is one byte shorter.
    let (zeros, message) = found.split_at_checked(found.len().checked_sub(bits.div_ceil(8))?)?;
    let (body, trailer) = message.split_at_checked(message.len().checked_sub(1)?)?;
    let (masked, seed) = body.split_at_checked(body.len().checked_sub(hash.len())?)?;
    let unused = message.len() * 8 - bits;
    let keep = 0xFFu8 >> unused;
    let mut block: Vec<u8> = mask_of(mask, seed, masked.len()).iter().zip(masked).map(|(a, b)| a ^ b).collect();
    *block.first_mut()? &= keep;
    let (fill, kept) = block.split_at_checked(block.len().checked_sub(salt)?)?;
    let clean = zeros.iter().all(|byte| *byte == 0) && masked.first()? & !keep == 0;
    let padded = fill.split_last().is_some_and(|(one, zeros)| *one == 1 && zeros.iter().all(|byte| *byte == 0));
    Some(clean && trailer == [0xBC] && padded && hash.digest(&[&[0; 8], digest, kept]) == seed)
}

/// The recovered part of a message whose other part is `challenge`; `None` if this is none.
fn recovered<'a>(bytes: &'a [u8], challenge: &[u8]) -> Option<&'a [u8]> {
    // The trailer: BC is SHA-1, and else two bytes say which hash (ISO/IEC 10118-3).
    let (body, hash) = match bytes {
        [body @ .., 0xBC] => (body, HashAlgorithm::Sha1),
        [body @ .., id, 0xCC] => (
            body,
            match id {
                0x33 => HashAlgorithm::Sha1,
                0x34 => HashAlgorithm::Sha256,
                0x35 => HashAlgorithm::Sha512,
                0x36 => HashAlgorithm::Sha384,
                0x38 => HashAlgorithm::Sha224,
                _ => return None,
            },
        ),
        _ => return None,
    };
    let (body, digest) = body.split_at_checked(body.len().checked_sub(hash.len())?)?;
    // 01, and a set bit for partial recovery; then the message behind 0xA, or 0xB up to 0xA.
    let message = match body {
        [0x6A, message @ ..] => message,
        [0x6B, rest @ ..] => {
            let fill = rest.iter().take_while(|byte| **byte == 0xBB).count();
            rest.get(fill..)?.strip_prefix(&[0xBA])?
        }
        _ => return None,
    };
    (hash.digest(&[message, challenge]) == digest).then_some(message)
}
