//! Chip authentication: only the chip that has the private key of data group 14 can agree on keys
//! with the server, and so compute a message's code under them (ICAO Doc 9303-11, section 6.2; BSI
//! TR-03110-2, section 3.4).

use crate::der::{Der, wrap};
use crate::error::{ChipReason, Error, Result};
use crate::hash::HashAlgorithm;
use crate::lds::{ChipFile, ChipKey, ChipKeyKind, Cipher, SecurityInfos};
use crate::oid;
use crate::passive::Authentic;
use cmac::{Cmac, KeyInit, Mac};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use des::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt};
use rand_core::CryptoRng;
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of an answer at most: one protected response.
const MAX_ANSWER: usize = 1024;
/// READ BINARY of EF.COM by its short identifier, with the class of protected commands.
const HEADER: [u8; 4] = [0x0C, 0xB0, 0x9E, 0x00];
/// The version of a challenge's bytes.
const KEPT: u8 = 1;
/// How many bytes are asked for: 97, as a protected command has it.
const EXPECTED: [u8; 3] = [0x97, 0x01, 0x08];

/// One chip authentication under way: the server's side.
///
/// 1. The server begins it ([`ChipChallenge::new`]) and sends [`ChipChallenge::protocol`],
///    [`ChipChallenge::key_id`], [`ChipChallenge::public_key`] and [`ChipChallenge::command`] to
///    the client.
/// 2. The client's reader, which has opened the chip before (BAC or PACE), sends the first three to
///    the chip: MSE:Set AT and GENERAL AUTHENTICATE, or MSE:Set KAT for triple DES. From then on
///    the chip answers under the new keys, which the client does not know. It sends the command as
///    it is, and returns the answer as it is.
/// 3. The server takes the answer ([`ChipChallenge::verify`]), once.
///
/// The private key is forgotten when the keys are agreed on. Debug output tells no secret.
pub struct ChipChallenge {
    protocol: Vec<u8>,
    id: Option<u64>,
    public: Vec<u8>,
    cipher: Cipher,
    key: Zeroizing<Vec<u8>>,
    /// The digest of the data group that the chip's key is in.
    group: Vec<u8>,
}

impl fmt::Debug for ChipChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChipChallenge").field("cipher", &self.cipher).field("id", &self.id).finish_non_exhaustive()
    }
}

impl ChipChallenge {
    /// Draws a key pair for the strongest protocol that the document's data group 14 has, and
    /// agrees on keys with the chip's public key.
    ///
    /// # Errors
    /// [`ChipReason::FileMissing`] if data group 14 was not given and so is not authentic;
    /// [`ChipReason::KeyMissing`] if it has no key for chip authentication.
    pub fn new(document: &Authentic<'_>, rng: &mut (impl CryptoRng + ?Sized)) -> Result<Self> {
        let group = document.group(14)?;
        let infos = SecurityInfos::read(group)?;
        let usable = infos.keys.iter().flat_map(|key| {
            let mut ciphers = infos.ciphers(key);
            if ciphers.is_empty() {
                // A chip that names none knows triple DES (TR-03110, version 1).
                let elliptic = matches!(key.kind, ChipKeyKind::Ec { .. });
                ciphers.push((Cipher::TripleDes, if elliptic { oid::ECDH_TRIPLE_DES } else { oid::DH_TRIPLE_DES }));
            }
            ciphers.into_iter().map(move |(cipher, protocol)| (key, cipher, protocol))
        });
        let strength =
            |(key, cipher, _): &(&ChipKey, Cipher, &[u8])| (*cipher as u8, matches!(key.kind, ChipKeyKind::Ec { .. }));
        let missing = || Error::from(ChipReason::KeyMissing).in_file(ChipFile::Dg(14));
        let (key, cipher, protocol) = usable.max_by_key(strength).ok_or_else(missing)?;
        let (public, shared) = agree(&key.kind, rng)?;
        let key_of_codes = derive(&shared, cipher, 2);
        Ok(Self { protocol: protocol.to_vec(), id: key.id, public, cipher, key: key_of_codes, group: digest(group) })
    }

    /// The contents of the protocol's object identifier, for MSE:Set AT.
    #[must_use]
    pub fn protocol(&self) -> &[u8] {
        &self.protocol
    }

    /// Which of the chip's keys it is, where it has several.
    #[must_use]
    pub fn key_id(&self) -> Option<u64> {
        self.id
    }

    /// The server's public key, for the chip: of a curve 04 and both coordinates, else a number as
    /// long as the prime.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public
    }

    /// The command whose answer shows that the chip has the keys: READ BINARY of the first eight
    /// bytes of EF.COM, protected.
    #[must_use]
    pub fn command(&self) -> Vec<u8> {
        let code = self.code(1, &[&padded(&HEADER, self.block())[..], &EXPECTED].concat());
        let data = [&EXPECTED[..], &wrap(0x8E, &code)].concat();
        [&HEADER[..], &[data.len() as u8], &data, &[0]].concat()
    }

    /// The challenge as bytes, for a server that takes the answer in another process than the one
    /// that began it. The key of the codes is among them: seal them, as
    /// `selfsame::enrol::SealKey::seal_challenge` does, and take each once.
    #[must_use]
    pub fn to_secret_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(vec![KEPT, self.cipher as u8, u8::from(self.id.is_some())]);
        // Zero stands for no key's number, and the byte before it says so.
        bytes.extend_from_slice(&self.id.unwrap_or(0).to_be_bytes());
        for part in [&self.protocol[..], &self.public, &self.key, &self.group] {
            bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        bytes
    }

    /// The challenge that [`ChipChallenge::to_secret_bytes`] made bytes of.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`] for any other bytes.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self> {
        let malformed = || Error::new(ChipReason::Malformed, "a challenge that was kept");
        let mut rest = bytes;
        let [version, cipher, numbered] = *take(&mut rest).ok_or_else(malformed)?;
        let id = u64::from_be_bytes(*take(&mut rest).ok_or_else(malformed)?);
        let ciphers = [Cipher::TripleDes, Cipher::Aes128, Cipher::Aes192, Cipher::Aes256];
        let cipher = ciphers.into_iter().find(|known| *known as u8 == cipher).ok_or_else(malformed)?;
        let mut part = || {
            let len = usize::try_from(u32::from_be_bytes(*take(&mut rest)?)).ok()?;
            let (part, behind) = rest.split_at_checked(len)?;
            rest = behind;
            Some(part)
        };
        let mut next = || part().ok_or_else(malformed);
        let (protocol, public) = (next()?.to_vec(), next()?.to_vec());
        let (key, group) = (Zeroizing::new(next()?.to_vec()), next()?.to_vec());
        let id = match (numbered, id) {
            (0, 0) => None,
            (1, id) => Some(id),
            _ => return Err(malformed()),
        };
        let whole = version == KEPT && rest.is_empty() && key.len() == key_len(cipher);
        if whole { Ok(Self { protocol, id, public, cipher, key, group }) } else { Err(malformed()) }
    }

    /// Checks that `answer`, with or without the status behind it, is what a chip with the keys
    /// returns for [`ChipChallenge::command`], and that `document` is the one that this was begun
    /// with. It is taken once.
    ///
    /// # Errors
    /// [`ChipReason::AnswerInvalid`].
    pub fn verify(self, document: &Authentic<'_>, answer: &[u8]) -> Result<()> {
        let same = document.group(14).is_ok_and(|group| digest(group) == self.group);
        if same && self.is_answer(answer) { Ok(()) } else { Err(ChipReason::AnswerInvalid.into()) }
    }

    fn is_answer(&self, answer: &[u8]) -> bool {
        let answer = answer.strip_suffix(&[0x90, 0x00]).unwrap_or(answer);
        let mut objects = Der::new(answer);
        if answer.len() > MAX_ANSWER {
            return false;
        }
        // Data may be there or not; the status of the command has to be, and has to say yes.
        let mut coded = Vec::new();
        let (mut succeeded, mut found) = (false, None);
        while let (None, Ok(object)) = (found, objects.next()) {
            match object.tag {
                0x8E => found = Some(object.value),
                0x87 | 0x99 => {
                    succeeded |= object.tag == 0x99 && object.value == [0x90, 0x00];
                    coded.extend_from_slice(object.whole);
                }
                _ => return false,
            }
        }
        let Some(found) = found.filter(|_| succeeded && objects.is_empty()) else { return false };
        self.code(2, &coded).ct_eq(found).into()
    }

    /// Bytes of the cipher's block.
    fn block(&self) -> usize {
        if self.cipher == Cipher::TripleDes { 8 } else { 16 }
    }

    /// The code of a message, the first eight bytes of it: over the counter of messages, and the
    /// message, padded (ICAO Doc 9303-11, section 9.8).
    fn code(&self, counter: u8, message: &[u8]) -> Vec<u8> {
        let mut text = vec![0; self.block() - 1];
        text.push(counter);
        text.extend_from_slice(message);
        let text = padded(&text, self.block());
        let code = match self.cipher {
            Cipher::TripleDes => retail(&self.key, &text),
            Cipher::Aes128 => Cmac::<aes::Aes128>::new_from_slice(&self.key).ok().map(|mac| finish(mac, &text)),
            Cipher::Aes192 => Cmac::<aes::Aes192>::new_from_slice(&self.key).ok().map(|mac| finish(mac, &text)),
            Cipher::Aes256 => Cmac::<aes::Aes256>::new_from_slice(&self.key).ok().map(|mac| finish(mac, &text)),
        };
        debug_assert!(code.is_some(), "the key is as long as its cipher's");
        // None equals no code of eight bytes.
        code.map(|code| code.into_iter().take(8).collect()).unwrap_or_default()
    }
}

fn digest(group: &[u8]) -> Vec<u8> {
    HashAlgorithm::Sha256.digest(&[group])
}

fn finish(mac: impl Mac, text: &[u8]) -> Vec<u8> {
    mac.chain_update(text).finalize().into_bytes().to_vec()
}

/// 80 and zeros up to a whole number of blocks (ISO/IEC 9797-1, padding method 2).
fn padded(text: &[u8], block: usize) -> Vec<u8> {
    let mut padded = text.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(block), 0);
    padded
}

/// The code of DES with two keys (ISO/IEC 9797-1, algorithm 3). The text has whole blocks.
fn retail(key: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let (first, second) = key.split_at_checked(8)?;
    let first = <des::Des as des::cipher::KeyInit>::new_from_slice(first).ok()?;
    let second = <des::Des as des::cipher::KeyInit>::new_from_slice(second).ok()?;
    let mut state = [0u8; 8];
    for block in text.chunks_exact(8) {
        let mut mixed: Array<u8, _> =
            std::array::from_fn::<u8, 8, _>(|i| state.get(i).zip(block.get(i)).map_or(0, |(a, b)| a ^ b)).into();
        first.encrypt_block(&mut mixed);
        state = mixed.into();
    }
    let mut last: Array<u8, _> = state.into();
    second.decrypt_block(&mut last);
    first.encrypt_block(&mut last);
    Some(last.to_vec())
}

/// The key of this number from a shared secret (ICAO Doc 9303-11, section 9.7.1).
fn derive(shared: &[u8], cipher: Cipher, number: u8) -> Zeroizing<Vec<u8>> {
    let hash = match cipher {
        Cipher::TripleDes | Cipher::Aes128 => HashAlgorithm::Sha1,
        Cipher::Aes192 | Cipher::Aes256 => HashAlgorithm::Sha256,
    };
    let mut key = Zeroizing::new(hash.digest(&[shared, &[0, 0, 0, number]]));
    key.truncate(key_len(cipher));
    key
}

fn key_len(cipher: Cipher) -> usize {
    match cipher {
        Cipher::TripleDes | Cipher::Aes128 => 16,
        Cipher::Aes192 => 24,
        Cipher::Aes256 => 32,
    }
}

fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(first)
}

/// A fresh public key, and the secret that its private one has in common with the chip's.
fn agree(key: &ChipKeyKind, rng: &mut (impl CryptoRng + ?Sized)) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>)> {
    match key {
        ChipKeyKind::Ec { curve, point } => {
            let own = curve.key_pair(rng)?;
            let shared = curve.shared_x(&own.private, point)?;
            Ok((own.public, shared))
        }
        ChipKeyKind::Dh { prime, generator, value } => {
            // Twice as many bits as the strongest key that is derived has.
            let mut private = Zeroizing::new(vec![0; 64]);
            rng.fill_bytes(&mut private);
            let own = power(prime, generator, &private)?;
            let shared = Zeroizing::new(power(prime, value, &private)?);
            Ok((own, shared))
        }
    }
}

/// A power modulo a prime, as long as the prime.
fn power(prime: &[u8], base: &[u8], exponent: &[u8]) -> Result<Vec<u8>> {
    let invalid = || Error::new(ChipReason::InvalidKey, "a key for key agreement");
    let precision = u32::try_from(prime.len() * 8).map_err(|_| invalid())?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, precision).map_err(|_| invalid());
    let (modulus, base) = (number(prime)?, number(base)?);
    // 0, 1 and −1 agree on the same secret with everybody.
    let one = BoxedUint::one_with_precision(precision);
    if base <= one || base >= modulus.wrapping_sub(&one) {
        return Err(invalid());
    }
    let odd: Option<Odd<BoxedUint>> = Odd::new(modulus).into();
    let parameters = BoxedMontyParams::new_vartime(odd.ok_or_else(invalid)?);
    let bits = u32::try_from(exponent.len() * 8).map_err(|_| invalid())?;
    let exponent = BoxedUint::from_be_slice(exponent, bits).map_err(|_| invalid())?;
    let power = BoxedMontyForm::new(base, &parameters).pow(&exponent).retrieve().to_be_bytes();
    Ok(power.get(power.len().saturating_sub(prime.len())..).unwrap_or_default().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ICAO Doc 9303-11, appendix D.4, the first protected command.
    #[test]
    fn the_code_of_two_keys() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
        };
        let key = hex("F1CB1F1FB5ADF208806B89DC579DC1F8");
        let text = hex("887022120C06C2270CA4020C800000008709016375432908C044F6");
        assert_eq!(retail(&key, &padded(&text, 8)).unwrap(), hex("BF8B92D635FF24F8"));
        // Appendix D.1: the seed of the example's keys.
        let derived = derive(&hex("239AB9CB282DAF66231DC5A4DF6BFBAE"), Cipher::TripleDes, 2);
        // Parity bits aside, which DES does not look at.
        let known = hex("7962D9ECE03D1ACD4C76089DCE131543");
        assert!(derived.iter().zip(&known).all(|(a, b)| a | 1 == b | 1), "{derived:02X?}");
    }
}
