//! The envelope of a sealed state: bytes that nobody but the holder of a key can read, change or
//! make.
//!
//! XChaCha20-Poly1305 with a nonce of its own for each sealing: a digest of key, state and 40
//! random bytes (192 bits: they do not collide), so that a generator which repeats itself never
//! encrypts two states under one nonce; their tokens are then the same, and a store takes only one.
//! In the clear, but covered by the authentication as the caller's associated data is, stand:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SLFE` |
//! | 1 | version, 2 |
//! | 4 | the key's number, big-endian, as all numbers |
//! | 8 | expiry in Unix seconds |
//! | 16 | token |
//! | 24 | nonce |
//! | 4 | length of what follows |
//! | … | the encrypted state, 16 bytes of authentication at its end |

use super::seal_token::SealToken;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::secret::SecretBytes;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

const MAGIC: &[u8; 4] = b"SLFE";
const VERSION: u8 = 2;
const HEADER: usize = 4 + 1 + 4 + 8 + 16 + 24 + 4;

/// The key that states are sealed under, and its number, by which keys are told apart while one
/// takes another's place. Whoever has it can make any state,
/// [`Enrolled`](super::Ceremony::Enrolled) included: it stays on the server.
#[derive(Debug)]
pub struct SealKey {
    number: u32,
    secret: SecretBytes,
}

impl SealKey {
    /// Takes a key of 32 random bytes that are kept elsewhere, under a number that no other key
    /// has.
    pub fn from_bytes(number: u32, bytes: &[u8; 32]) -> Self {
        Self { number, secret: SecretBytes::from_slice(bytes) }
    }

    /// Draws a key.
    pub fn random(number: u32, rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self { number, secret: SecretBytes::random(32, rng) }
    }

    /// The key's number. It is no secret.
    pub fn number(&self) -> u32 {
        self.number
    }

    fn cipher(&self) -> Result<XChaCha20Poly1305> {
        XChaCha20Poly1305::new_from_slice(self.secret.expose())
            .map_err(|_| fault(ErrorKind::InvalidArgument, "the key has not 32 bytes"))
    }
}

pub(super) fn fault(kind: ErrorKind, message: &str) -> Error {
    Error::new(kind, Stage::Enrol, message)
}

/// What is authenticated beside the state: the header, what the envelope is for, and what the
/// caller says.
fn associated(clear: &[u8], purpose: &str, associated: &[u8]) -> Vec<u8> {
    let digest = Digest::of_parts(purpose, [clear, associated]);
    digest.as_bytes().to_vec()
}

/// Encrypts a state, with a token and a nonce made with 40 random bytes.
pub(crate) fn wrap(
    plain: &[u8],
    key: &SealKey,
    purpose: &str,
    data: &[u8],
    expires_at: u64,
    random: &[u8; 40],
) -> Result<(SealToken, Vec<u8>)> {
    let mut token = [0; 16];
    token.iter_mut().zip(random).for_each(|(to, from)| *to = *from);
    // Key and state go into the nonce beside the random bytes: a generator that repeats itself must
    // not encrypt two states under one nonce.
    let digest = Digest::of_parts("selfsame sealed ceremony nonce 1", [key.secret.expose(), plain, random]);
    let (nonce, _) = digest.as_bytes().split_at(24);
    // The cipher adds 16 bytes.
    let len = u32::try_from(plain.len() + 16).map_err(|_| fault(ErrorKind::LimitExceeded, "the state is too large"))?;
    let mut bytes = Vec::with_capacity(HEADER + plain.len() + 16);
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.extend_from_slice(&key.number.to_be_bytes());
    bytes.extend_from_slice(&expires_at.to_be_bytes());
    bytes.extend_from_slice(&token);
    bytes.extend_from_slice(nonce);
    bytes.extend_from_slice(&len.to_be_bytes());
    let nonce = XNonce::try_from(nonce).map_err(|_| fault(ErrorKind::InvalidArgument, "the nonce has not 24 bytes"))?;
    let sealed = key
        .cipher()?
        .encrypt(&nonce, Payload { msg: plain, aad: &associated(&bytes, purpose, data) })
        .map_err(|_| fault(ErrorKind::LimitExceeded, "the state is too large"))?;
    bytes.extend_from_slice(&sealed);
    Ok((SealToken(token), bytes))
}

/// Decrypts a state that has not expired: its token, and what was encrypted. More than `max_bytes`
/// are refused unread.
pub(crate) fn unwrap<'k>(
    bytes: &[u8],
    keys: impl IntoIterator<Item = &'k SealKey>,
    purpose: &str,
    data: &[u8],
    now: u64,
    max_bytes: usize,
) -> Result<(SealToken, Zeroizing<Vec<u8>>)> {
    if bytes.len() > max_bytes {
        return Err(fault(ErrorKind::LimitExceeded, "the sealed state is longer than any"));
    }
    let header = Header::parse(bytes)?;
    let tampered = || fault(ErrorKind::Tampered, "the sealed state was changed, or sealed for something else");
    let key = keys.into_iter().find(|key| key.number == header.key).ok_or_else(tampered)?;
    let aad = associated(header.clear, purpose, data);
    let nonce = XNonce::from(header.nonce);
    let plain = key.cipher()?.decrypt(&nonce, Payload { msg: header.sealed, aad: &aad }).map_err(|_| tampered())?;
    let plain = Zeroizing::new(plain);
    // Only now is the expiry known to be the sealer's: it is covered by the authentication.
    if now >= header.expires_at {
        return Err(fault(ErrorKind::Expired, "the sealed state has expired"));
    }
    Ok((header.token, plain))
}

/// The parts of sealed bytes.
struct Header<'a> {
    /// All before the encrypted state.
    clear: &'a [u8],
    key: u32,
    expires_at: u64,
    token: SealToken,
    nonce: [u8; 24],
    sealed: &'a [u8],
}

impl<'a> Header<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self> {
        // Bytes that end inside the magic are cut short, not something else.
        if !MAGIC.starts_with(bytes.get(..MAGIC.len()).unwrap_or(bytes)) {
            return Err(fault(ErrorKind::UnsupportedFormat, "this is no sealed state"));
        }
        if bytes.get(4).is_some_and(|version| *version != VERSION) {
            return Err(fault(ErrorKind::UnsupportedVersion, "the state was sealed by another version"));
        }
        let short = || fault(ErrorKind::Corrupt, "the sealed state is cut short, or longer than it says");
        let (clear, sealed) = bytes.split_at_checked(HEADER).ok_or_else(short)?;
        let mut rest = clear.get(5..).ok_or_else(short)?;
        let key = u32::from_be_bytes(*take(&mut rest).ok_or_else(short)?);
        let expires_at = u64::from_be_bytes(*take(&mut rest).ok_or_else(short)?);
        let token = SealToken(*take(&mut rest).ok_or_else(short)?);
        let nonce = *take(&mut rest).ok_or_else(short)?;
        let len = u32::from_be_bytes(*take(&mut rest).ok_or_else(short)?);
        if usize::try_from(len) != Ok(sealed.len()) {
            return Err(short());
        }
        Ok(Self { clear, key, expires_at, token, nonce, sealed })
    }
}

fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(first)
}
