//! Liveness sessions that go on in another process: sealed in between, like a ceremony's states.

use super::builder::Engine;
use crate::enrol::{SealKey, SealToken, Sealed, unwrap, wrap};
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::liveness::{LivenessOptions, LivenessSession};
use rand_core::TryCryptoRng;

/// What the envelope is for: a ceremony's is none for a session.
const SUSPENDED: &str = "selfsame suspended liveness session 1";
/// Larger ones are refused unread: 2,000 frames and the kept picture have some 9 MB.
const MAX_BYTES: usize = 16 << 20;

impl LivenessSession {
    /// Seals the session, for a process to [resume](Engine::resume) it that has the same key, until
    /// `expires_at` (Unix seconds), for the same `associated` data: what tells the user's session
    /// from others'.
    ///
    /// Sealed are some 4 kB a frame, and the one picture that is kept before the flashes: nobody
    /// without the key can read or change them. But who stores them decides which continuation
    /// counts: as with a ceremony's states, the new bytes are stored and those that they `replace`
    /// are removed in one transaction, or else the session ends. A session that goes on twice from
    /// one state lets its client try twice.
    ///
    /// A streamed session's clock ([`LivenessSession::reveal`]) must be one that all its processes
    /// share.
    ///
    /// # Errors
    /// [`ErrorKind::Randomness`] if the generator fails.
    pub fn suspend<R: TryCryptoRng + ?Sized>(
        self,
        key: &SealKey,
        associated: &[u8],
        expires_at: u64,
        replaces: Option<SealToken>,
        rng: &mut R,
    ) -> Result<Sealed> {
        let mut random = [0; 40];
        rng.try_fill_bytes(&mut random).map_err(|e| {
            Error::new(ErrorKind::Randomness, Stage::Liveness, format!("the generator of random bytes failed: {e}"))
        })?;
        let (token, bytes) = wrap(&self.to_plain()?, key, SUSPENDED, associated, expires_at, &random)?;
        Ok(Sealed { token, replaces, expires_at, bytes })
    }
}

impl Engine {
    /// The session that was [suspended](LivenessSession::suspend) under one of `keys`, and its
    /// token, which the next suspension replaces. It goes on as if it had never stopped: the same
    /// frames give the same verdict, bit by bit.
    ///
    /// `options` are those of [`LivenessSession::new`]; they are not sealed.
    ///
    /// # Errors
    /// [`ErrorKind::ModelMismatch`] if its templates are of other networks than this engine's;
    /// those of [`Ceremony::open`](crate::enrol::Ceremony::open), over 16 MiB instead of 1; and
    /// those of [`LivenessSession::new`].
    pub fn resume<'k>(
        &self,
        bytes: &[u8],
        keys: impl IntoIterator<Item = &'k SealKey>,
        associated: &[u8],
        now: u64,
        options: LivenessOptions,
    ) -> Result<(LivenessSession, SealToken)> {
        let (token, plain) = unwrap(bytes, keys, SUSPENDED, associated, now, MAX_BYTES)?;
        Ok((LivenessSession::from_plain(&plain, options, self.extractor.model_id())?, token))
    }
}
