//! Storage between requests: a ceremony as bytes that nobody but the holder of a key can read,
//! change or make.
//!
//! XChaCha20-Poly1305 with a nonce of its own for each sealing: a digest of key, state and 40
//! random bytes (192 bits: they do not collide), so that a generator which repeats itself never
//! encrypts two states under one nonce; their tokens are then the same, and the second is refused
//! as opened before. In the clear, but covered by the authentication, stand version, expiry and the
//! token by which bytes are opened only once:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SLFE` |
//! | 1 | version, 1 |
//! | 8 | expiry in Unix seconds, big-endian, as all numbers |
//! | 16 | token |
//! | 24 | nonce |
//! | 4 | length of what follows |
//! | … | the encrypted state, 16 bytes of authentication at its end |

use super::awaiting::Awaiting;
use super::ceremony::Ceremony;
use super::common::Core;
use super::facts::{Applied, Cleared, Confirmed, Live, Read, Seen};
use super::finish::{Enrolled, NewAccount};
use super::names::{AccountId, KeyId};
use super::ports::{Context, PortError};
use super::reasons::End;
use super::states::{
    Confirmation, Consent, Document, Flashes, Form, Instructions, OvalCapture, Pins, PortraitComparison, Signature,
};
use super::terminated::Terminated;
use super::waiting::Waiting;
use crate::digest::{Digest, to_hex};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::liveness::ChallengeId;
use crate::secret::SecretBytes;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroizing;

const MAGIC: &[u8; 4] = b"SLFE";
const VERSION: u8 = 1;
const HEADER: usize = 4 + 1 + 8 + 16 + 24 + 4;
/// Larger ones are refused unread: a state with a full audit has some 20 kB. Chosen by hand.
const MAX_BYTES: usize = 1 << 20;

/// The key that states are sealed under. Whoever has it can make any state, [`Enrolled`] included:
/// it stays on the server.
#[derive(Debug)]
pub struct SealKey(SecretBytes);

impl SealKey {
    /// Takes a key of 32 random bytes that are kept elsewhere.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(SecretBytes::from_slice(bytes))
    }

    /// Draws a key.
    pub fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self(SecretBytes::random(32, rng))
    }

    fn cipher(&self) -> Result<XChaCha20Poly1305> {
        XChaCha20Poly1305::new_from_slice(self.0.expose())
            .map_err(|_| fault(ErrorKind::InvalidArgument, "the key has not 32 bytes"))
    }
}

/// The token that tells one sealing from all others, so that it is opened once. It is no secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SealToken([u8; 16]);

impl SealToken {
    /// The token's 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SealToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for SealToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealToken({self})")
    }
}

/// What is stored of a state. Chosen PINs are not: after [`Awaiting<PinsAgain>`](super::PinsAgain)
/// comes [`Pins`] again.
#[derive(Debug, Serialize, Deserialize)]
enum Snapshot {
    Form,
    Document(Applied),
    Instructions(Read),
    Oval(Read),
    Flashes(Read, ChallengeId),
    Comparison(Live),
    Confirmation(Seen, AccountId),
    Consent(Confirmed),
    Pins(Cleared),
    Signature(Cleared, KeyId),
    Enrolled(NewAccount),
    Terminated(End),
}

fn fault(kind: ErrorKind, message: &str) -> Error {
    Error::new(kind, Stage::Enrol, message)
}

impl Ceremony {
    /// Seals the ceremony for `lifetime_s` seconds. Chosen PINs are forgotten: what was
    /// [`PinsAgain`](Ceremony::PinsAgain) is opened as [`Pins`](Ceremony::Pins).
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn seal(self, key: &SealKey, lifetime_s: u64, ctx: &mut Context<'_>) -> Result<Vec<u8>> {
        let plain = self.plain(ctx)?;
        let mut random = [0; 40];
        ctx.rng.fill_bytes(&mut random);
        wrap(&plain, key, ctx.now.saturating_add(lifetime_s), &random)
    }

    /// What is encrypted of it.
    pub(super) fn plain(self, ctx: &Context<'_>) -> Result<Zeroizing<Vec<u8>>> {
        let plain = postcard::to_allocvec(&self.into_parts(ctx))
            .map_err(|e| fault(ErrorKind::InvalidArgument, "the state cannot be stored").with_source(e))?;
        Ok(Zeroizing::new(plain))
    }

    /// Opens what was sealed. `spend` checks the token off, and says whether it was there to be
    /// checked off: true exactly once, over all processes that share the key. It is asked last,
    /// so that damaged bytes spend nothing.
    ///
    /// # Errors
    /// [`ErrorKind::UnsupportedFormat`] if the bytes are something else;
    /// [`ErrorKind::UnsupportedVersion`]; [`ErrorKind::Corrupt`] if they are cut short or too
    /// long; [`ErrorKind::LimitExceeded`] over 1 MiB; [`ErrorKind::Tampered`] if anything was
    /// changed, or the key is another; [`ErrorKind::Expired`]; [`ErrorKind::Replayed`] if the
    /// token was spent; [`ErrorKind::Port`] if `spend` fails.
    pub fn open(
        bytes: &[u8],
        key: &SealKey,
        now: u64,
        spend: impl FnOnce(&SealToken) -> Result<bool, PortError>,
    ) -> Result<Self> {
        if bytes.len() > MAX_BYTES {
            return Err(fault(ErrorKind::LimitExceeded, "a sealed ceremony has at most 1 MiB"));
        }
        let header = Header::parse(bytes)?;
        let nonce = XNonce::from(header.nonce);
        let plain = key
            .cipher()?
            .decrypt(&nonce, Payload { msg: header.sealed, aad: header.clear })
            .map_err(|_| fault(ErrorKind::Tampered, "the sealed ceremony was changed, or sealed under another key"))?;
        let plain = Zeroizing::new(plain);
        // Only now is the expiry known to be the sealer's: it is covered by the authentication.
        if now >= header.expires_at {
            return Err(fault(ErrorKind::Expired, "the sealed ceremony has expired"));
        }
        let (core, snapshot): (Box<Core>, Snapshot) = postcard::from_bytes(&plain)
            .map_err(|e| fault(ErrorKind::Corrupt, "the sealed ceremony holds no state").with_source(e))?;
        if !spend(&header.token).map_err(|e| fault(ErrorKind::Port, "checking off the token failed").with_source(e))? {
            return Err(fault(ErrorKind::Replayed, "the sealed ceremony was opened before"));
        }
        Ok(Self::from_parts(core, snapshot))
    }

    fn into_parts(self, ctx: &Context<'_>) -> (Box<Core>, Snapshot) {
        match self {
            Self::Form(s) => (s.core, Snapshot::Form),
            Self::Document(s) => (s.core, Snapshot::Document(s.waiting.applied)),
            Self::Instructions(s) => (s.core, Snapshot::Instructions(s.waiting.read)),
            Self::Oval(s) => (s.core, Snapshot::Oval(s.waiting.read)),
            Self::Flashes(s) => (s.core, Snapshot::Flashes(s.waiting.read, s.waiting.challenge)),
            Self::Comparison(s) => (s.core, Snapshot::Comparison(s.waiting.live)),
            Self::Confirmation(s) => (s.core, Snapshot::Confirmation(s.waiting.seen, s.waiting.old)),
            Self::Consent(s) => (s.core, Snapshot::Consent(s.waiting.confirmed)),
            Self::Pins(s) => (s.core, Snapshot::Pins(s.waiting.cleared)),
            Self::PinsAgain(s) => Self::from(s.choose_again(ctx)).into_parts(ctx),
            Self::Signature(s) => (s.core, Snapshot::Signature(s.waiting.cleared, s.waiting.keys)),
            Self::Enrolled(s) => (s.core, Snapshot::Enrolled(*s.account)),
            Self::Terminated(s) => (s.core, Snapshot::Terminated(s.end)),
        }
    }

    fn from_parts(core: Box<Core>, snapshot: Snapshot) -> Self {
        fn state<W: Waiting>(core: Box<Core>, waiting: W) -> Awaiting<W> {
            Awaiting { core, waiting: Box::new(waiting) }
        }
        match snapshot {
            Snapshot::Form => state(core, Form {}).into(),
            Snapshot::Document(applied) => state(core, Document { applied }).into(),
            Snapshot::Instructions(read) => state(core, Instructions { read }).into(),
            Snapshot::Oval(read) => state(core, OvalCapture { read }).into(),
            Snapshot::Flashes(read, challenge) => state(core, Flashes { read, challenge }).into(),
            Snapshot::Comparison(live) => state(core, PortraitComparison { live }).into(),
            Snapshot::Confirmation(seen, old) => state(core, Confirmation { seen, old }).into(),
            Snapshot::Consent(confirmed) => state(core, Consent { confirmed }).into(),
            Snapshot::Pins(cleared) => state(core, Pins { cleared }).into(),
            Snapshot::Signature(cleared, keys) => state(core, Signature { cleared, keys }).into(),
            Snapshot::Enrolled(account) => Enrolled { core, account: Box::new(account) }.into(),
            Snapshot::Terminated(end) => Terminated { core, end }.into(),
        }
    }
}

/// Encrypts a state, with a token and a nonce made with 40 random bytes.
pub(crate) fn wrap(plain: &[u8], key: &SealKey, expires_at: u64, random: &[u8; 40]) -> Result<Vec<u8>> {
    let (token, _) = random.split_at(16);
    // Key and state go into the nonce beside the random bytes: a generator that repeats itself must
    // not encrypt two states under one nonce.
    let digest = Digest::of_parts("selfsame sealed ceremony nonce 1", [key.0.expose(), plain, random]);
    let (nonce, _) = digest.as_bytes().split_at(24);
    // The cipher adds 16 bytes.
    let len = u32::try_from(plain.len() + 16).map_err(|_| fault(ErrorKind::LimitExceeded, "the state is too large"))?;
    let mut bytes = Vec::with_capacity(HEADER + plain.len() + 16);
    bytes.extend_from_slice(MAGIC);
    bytes.push(VERSION);
    bytes.extend_from_slice(&expires_at.to_be_bytes());
    bytes.extend_from_slice(token);
    bytes.extend_from_slice(nonce);
    bytes.extend_from_slice(&len.to_be_bytes());
    let nonce = XNonce::try_from(nonce).map_err(|_| fault(ErrorKind::InvalidArgument, "the nonce has not 24 bytes"))?;
    let sealed = key
        .cipher()?
        .encrypt(&nonce, Payload { msg: plain, aad: &bytes })
        .map_err(|_| fault(ErrorKind::LimitExceeded, "the state is too large"))?;
    bytes.extend_from_slice(&sealed);
    Ok(bytes)
}

/// The parts of sealed bytes.
struct Header<'a> {
    /// All before the encrypted state.
    clear: &'a [u8],
    expires_at: u64,
    token: SealToken,
    nonce: [u8; 24],
    sealed: &'a [u8],
}

impl<'a> Header<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self> {
        // Bytes that end inside the magic are cut short, not something else.
        if !MAGIC.starts_with(bytes.get(..MAGIC.len()).unwrap_or(bytes)) {
            return Err(fault(ErrorKind::UnsupportedFormat, "this is no sealed ceremony"));
        }
        if bytes.get(4).is_some_and(|version| *version != VERSION) {
            return Err(fault(ErrorKind::UnsupportedVersion, "the ceremony was sealed by another version"));
        }
        let short = || fault(ErrorKind::Corrupt, "the sealed ceremony is cut short, or longer than it says");
        let (clear, sealed) = bytes.split_at_checked(HEADER).ok_or_else(short)?;
        let mut rest = clear.get(5..).ok_or_else(short)?;
        let expires_at = u64::from_be_bytes(*take(&mut rest).ok_or_else(short)?);
        let token = SealToken(*take(&mut rest).ok_or_else(short)?);
        let nonce = *take(&mut rest).ok_or_else(short)?;
        let len = u32::from_be_bytes(*take(&mut rest).ok_or_else(short)?);
        if usize::try_from(len) != Ok(sealed.len()) {
            return Err(short());
        }
        Ok(Self { clear, expires_at, token, nonce, sealed })
    }
}

fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(first)
}
