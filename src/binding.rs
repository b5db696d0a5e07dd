//! [`Binding`]: which attempt a piece of evidence belongs to, and how long it counts.

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
    /// For the attempt that `nonce` stands for, from `now` on for `lifetime_s` seconds.
    pub fn new(nonce: Nonce, now: u64, lifetime_s: u64) -> Self {
        Self { nonce, issued_at: now, expires_at: now.saturating_add(lifetime_s) }
    }

    /// The attempt's nonce.
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// When it began to count.
    pub fn issued_at(&self) -> u64 {
        self.issued_at
    }

    /// From when on it no longer counts.
    pub fn expires_at(&self) -> u64 {
        self.expires_at
    }
}
