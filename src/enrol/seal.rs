//! Storage between requests, and the way to the applicant's device: a ceremony as sealed bytes
//! ([`envelope`](super::envelope)).

use super::awaiting::Awaiting;
use super::ceremony::Ceremony;
use super::common::Core;
use super::envelope::{SealKey, fault, unwrap, wrap};
use super::facts::{Applied, Cleared, Confirmed, Live, Read, Seen};
use super::finish::Enrolled;
use super::names::{AccountId, KeyId};
use super::ports::{Context, NewAccount};
use super::proofed::Proofed;
use super::reasons::End;
use super::seal_token::SealToken;
use super::states::{
    Confirmation, Consent, Document, Flashes, Form, Instructions, OnDevice, OvalCapture, Pins, PortraitComparison,
    Signature,
};
use super::terminated::Terminated;
use super::waiting::Waiting;
use crate::error::{ErrorKind, Result};
use crate::liveness::ChallengeId;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// What envelopes are for: one for the server's store is none for a device.
pub(crate) const STORED: &str = "selfsame sealed ceremony 2";
const HANDED_OVER: &str = "selfsame ceremony on a device 2";
/// Larger ones are refused unread: a state with a full audit has some 40 kB. Chosen by hand.
const MAX_BYTES: usize = 1 << 20;

/// A sealed state, and what its store has to know of it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the ceremony goes on from it"]
pub struct Sealed {
    /// The token of this state: where it is stored.
    pub token: SealToken,
    /// The token of the state that this one was made from: to be removed in the transaction that
    /// stores this one, or else nothing is to be stored, since another request was faster.
    pub replaces: Option<SealToken>,
    /// From when on it no longer opens, in Unix seconds.
    pub expires_at: u64,
    /// The sealed state.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut sealed = f.debug_struct("Sealed");
        sealed.field("token", &self.token).field("replaces", &self.replaces).field("expires_at", &self.expires_at);
        sealed.finish_non_exhaustive()
    }
}

/// The key that the last steps are handed over under. The server shares it with one applicant's
/// device and nobody else, and takes another for each ceremony.
#[derive(Debug)]
pub struct DeviceKey(SealKey);

impl DeviceKey {
    /// Takes a key of 32 random bytes that both have agreed on.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(SealKey::from_bytes(0, bytes))
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
    Proofed(Cleared),
    OnDevice(Cleared),
    Pins(Cleared),
    Signature(Cleared, KeyId),
    Enrolled(AccountId, NewAccount),
    Terminated(End),
}

/// Encrypts plain data until a time.
pub(super) fn seal_bytes(
    plain: &[u8],
    key: &SealKey,
    purpose: &str,
    associated: &[u8],
    expires_at: u64,
    replaces: Option<SealToken>,
    rng: &mut (impl CryptoRng + ?Sized),
) -> Result<Sealed> {
    let mut random = [0; 40];
    rng.fill_bytes(&mut random);
    let (token, bytes) = wrap(plain, key, purpose, associated, expires_at, &random)?;
    Ok(Sealed { token, replaces, expires_at, bytes })
}

fn plain_of(value: &impl Serialize) -> Result<Zeroizing<Vec<u8>>> {
    let plain = postcard::to_allocvec(value)
        .map_err(|e| fault(ErrorKind::InvalidArgument, "the state cannot be stored").with_source(e))?;
    Ok(Zeroizing::new(plain))
}

fn state_of<T: for<'de> Deserialize<'de>>(plain: &[u8]) -> Result<T> {
    postcard::from_bytes(plain)
        .map_err(|e| fault(ErrorKind::Corrupt, "the sealed ceremony holds no state").with_source(e))
}

fn state<W: Waiting>(core: Box<Core>, waiting: W) -> Awaiting<W> {
    Awaiting { core, waiting: Box::new(waiting) }
}

impl Ceremony {
    /// Seals the ceremony for `lifetime_s` seconds, to be opened with the same `associated` data:
    /// what tells the user's session from others', so that nobody goes on with another's ceremony.
    /// Chosen PINs are forgotten: what was [`PinsAgain`](Ceremony::PinsAgain) is opened as
    /// [`Pins`](Ceremony::Pins).
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn seal(self, key: &SealKey, associated: &[u8], lifetime_s: u64, ctx: &mut Context<'_>) -> Result<Sealed> {
        let (core, snapshot) = self.into_parts(ctx);
        let replaces = core.token;
        let expires_at = ctx.now.saturating_add(lifetime_s);
        seal_bytes(&plain_of(&(core, snapshot))?, key, STORED, associated, expires_at, replaces, ctx.rng)
    }

    /// What is encrypted of it.
    #[cfg(test)]
    pub(super) fn plain(self, ctx: &Context<'_>) -> Result<Zeroizing<Vec<u8>>> {
        plain_of(&self.into_parts(ctx))
    }

    /// Opens what was sealed under one of `keys`. It can be opened again: that only one of two
    /// requests goes on from it is its store's business ([`Sealed::replaces`]), and that neither
    /// tests more than the locks allow the log's.
    ///
    /// # Errors
    /// [`ErrorKind::UnsupportedFormat`] if the bytes are something else;
    /// [`ErrorKind::UnsupportedVersion`]; [`ErrorKind::Corrupt`] if they are cut short or too
    /// long; [`ErrorKind::LimitExceeded`] over 1 MiB; [`ErrorKind::Tampered`] if anything was
    /// changed, or the key or the associated data is another; [`ErrorKind::Expired`].
    pub fn open<'k>(
        bytes: &[u8],
        keys: impl IntoIterator<Item = &'k SealKey>,
        associated: &[u8],
        now: u64,
    ) -> Result<Self> {
        let (token, plain) = unwrap(bytes, keys, STORED, associated, now, MAX_BYTES)?;
        let (mut core, snapshot): (Box<Core>, Snapshot) = state_of(&plain)?;
        core.token = Some(token);
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
            Self::Proofed(s) => (s.core, Snapshot::Proofed(*s.cleared)),
            Self::OnDevice(s) => (s.core, Snapshot::OnDevice(s.waiting.cleared)),
            Self::Pins(s) => (s.core, Snapshot::Pins(s.waiting.cleared)),
            Self::PinsAgain(s) => Self::from(s.choose_again(ctx)).into_parts(ctx),
            Self::Signature(s) => (s.core, Snapshot::Signature(s.waiting.cleared, s.waiting.keys)),
            Self::Enrolled(s) => (s.core, Snapshot::Enrolled(s.id, *s.account)),
            Self::Terminated(s) => (s.core, Snapshot::Terminated(s.end)),
        }
    }

    fn from_parts(core: Box<Core>, snapshot: Snapshot) -> Self {
        match snapshot {
            Snapshot::Form => state(core, Form {}).into(),
            Snapshot::Document(applied) => state(core, Document { applied }).into(),
            Snapshot::Instructions(read) => state(core, Instructions { read }).into(),
            Snapshot::Oval(read) => state(core, OvalCapture { read }).into(),
            Snapshot::Flashes(read, challenge) => state(core, Flashes { read, challenge }).into(),
            Snapshot::Comparison(live) => state(core, PortraitComparison { live }).into(),
            Snapshot::Confirmation(seen, old) => state(core, Confirmation { seen, old }).into(),
            Snapshot::Consent(confirmed) => state(core, Consent { confirmed }).into(),
            Snapshot::Proofed(cleared) => Proofed { core, cleared: Box::new(cleared) }.into(),
            Snapshot::OnDevice(cleared) => state(core, OnDevice { cleared }).into(),
            Snapshot::Pins(cleared) => state(core, Pins { cleared }).into(),
            Snapshot::Signature(cleared, keys) => state(core, Signature { cleared, keys }).into(),
            Snapshot::Enrolled(id, account) => Enrolled { core, id, account: Box::new(account) }.into(),
            Snapshot::Terminated(end) => Terminated { core, end }.into(),
        }
    }
}

impl Proofed {
    /// Hands the last steps over to the applicant's device, so that PINs never reach the server:
    /// what the server awaits, and sealed bytes for the device, which opens them by
    /// [`Awaiting::on_device`]. The device learns what it has to sign and how long there is time,
    /// but no measurements.
    ///
    /// # Errors
    /// None that a caller could cause.
    pub fn hand_over(
        self,
        key: &DeviceKey,
        associated: &[u8],
        lifetime_s: u64,
        ctx: &mut Context<'_>,
    ) -> Result<(Awaiting<OnDevice>, Vec<u8>)> {
        let Self { mut core, cleared } = self;
        // Records hold measurements.
        let records = std::mem::take(&mut core.audit.records);
        let plain = plain_of(&(&core, &cleared))?;
        core.audit.records = records;
        let expires_at = ctx.now.saturating_add(lifetime_s);
        let sealed = seal_bytes(&plain, &key.0, HANDED_OVER, associated, expires_at, None, ctx.rng)?;
        Ok((Self { core, cleared }.await_device(ctx), sealed.bytes))
    }
}

impl Awaiting<Pins> {
    /// Opens, on the applicant's device, what the server has handed over. The steps from here to
    /// [`Awaiting::sign_for_server`] are the same as on a server; the device's ports are its own.
    /// `ctx.now` is the server's time, which it sends along: limits run by it.
    ///
    /// # Errors
    /// Those of [`Ceremony::open`].
    pub fn on_device(bytes: &[u8], key: &DeviceKey, associated: &[u8], ctx: &Context<'_>) -> Result<Self> {
        let (_, plain) = unwrap(bytes, [&key.0], HANDED_OVER, associated, ctx.now, MAX_BYTES)?;
        let (core, cleared) = state_of(&plain)?;
        Ok(Proofed { core, cleared }.enrol(ctx))
    }
}
