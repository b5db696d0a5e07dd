//! [`Binding`]: which attempt a piece of evidence belongs to, and how long it counts.
//!
//! A verdict by itself can be shown again tomorrow, or in somebody else's ceremony. Evidence
//! cannot: whoever asks for it names the attempt by a nonce, and the evidence carries nonce and
//! time with it.

use crate::secret::Nonce;

/// The attempt that evidence is made for, and the time in which it counts, in Unix seconds.
///
/// Whoever asks for evidence states it; evidence carries it. It can be made by anyone, evidence
/// cannot.
///
/// ```
/// use selfsame::{binding::Binding, secret::Nonce};
/// let binding = Binding::new(Nonce::from_bytes([7; 32]), 1_790_000_000, 120);
/// assert_eq!(binding.expires_at(), 1_790_000_120);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    nonce: Nonce,
    issued_at: u64,
    expires_at: u64,
}

impl Binding {
    /// Makes the binding to the attempt that `nonce` stands for. Evidence with it counts from `now`
    /// on (Unix seconds, the caller's clock) for `lifetime_s` seconds.
    pub fn new(nonce: Nonce, now: u64, lifetime_s: u64) -> Self {
        Self { nonce, issued_at: now, expires_at: now.saturating_add(lifetime_s) }
    }

    /// The nonce of the attempt.
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// When the evidence begins to count, in Unix seconds.
    pub fn issued_at(&self) -> u64 {
        self.issued_at
    }

    /// From when on the evidence no longer counts, in Unix seconds.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }
}
