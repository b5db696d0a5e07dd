//! [`Issuer`]: a policy that can be met, and the challenges drawn from it.

use super::Challenge;
use super::orders::Orders;
use super::policy::ChallengePolicy;
use super::source::Source;
use super::timings::Timings;
use crate::error::{ErrorKind, Result};
use crate::liveness::safety::{self, SafetyReport};
use crate::liveness::{ChallengeId, Region, Segment, error};
use crate::secret::Nonce;
use rand_core::TryCryptoRng;

/// How unpredictable challenges are, in bits: logarithms of how many there are, since all are
/// equally likely.
///
/// That is what a verifier could tell apart that makes no errors. One that tolerates errors tells
/// fewer challenges apart, by as much as it tolerates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entropy {
    /// Of the order of colours and halves.
    pub order_bits: f64,
    /// Of the lengths of slots.
    pub timing_bits: f64,
}

impl Entropy {
    /// Of both together: they are drawn independently.
    pub fn total_bits(&self) -> f64 {
        self.order_bits + self.timing_bits
    }
}

/// A policy that was found possible, ready to issue challenges: what a server keeps. It takes
/// `&self`, and serves all threads.
///
/// ```
/// use selfsame::liveness::{ChallengePolicy, Issuer};
/// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// # let mut rng = ChaCha20Rng::from_seed([7; 32]);
/// let issuer = Issuer::new(&ChallengePolicy::default())?;
/// assert!(issuer.entropy().order_bits > 22.0);
/// let challenge = issuer.issue(&mut rng, 1_790_000_000)?;
/// assert_eq!(challenge.segments().len(), 10);
/// assert!(challenge.safety(&issuer.policy().display)?.is_safe());
/// # Ok::<(), selfsame::error::Error>(())
/// ```
pub struct Issuer {
    policy: ChallengePolicy,
    orders: Orders,
    timings: Timings,
}

impl Issuer {
    /// Counts the challenges of `policy`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if a field is outside its range, if slots and guards don't
    /// fit the time, or if there are too few orders of colours for the entropy that it asks
    /// for.
    pub fn new(policy: &ChallengePolicy) -> Result<Self> {
        policy.check()?;
        let issuer = Self { policy: policy.clone(), orders: Orders::new(policy), timings: Timings::new(policy) };
        let bits = issuer.entropy().order_bits;
        // So written that NaN is refused, as is −∞ where no order has the steps asked for.
        if bits >= policy.min_bits && bits.is_finite() {
            return Ok(issuer);
        }
        let message = format!("the policy's orders of colours have {bits:.1} bits, {} are asked for", policy.min_bits);
        Err(error(ErrorKind::InvalidArgument, message))
    }

    /// What it issues by.
    pub fn policy(&self) -> &ChallengePolicy {
        &self.policy
    }

    /// How unpredictable its challenges are: counted, not estimated.
    pub fn entropy(&self) -> Entropy {
        let bits = |count: u128| (count as f64).log2();
        Entropy { order_bits: bits(self.orders.len()), timing_bits: bits(self.timings.len()) }
    }

    /// How many jitter steps all slots may take together.
    pub(in crate::liveness) fn slack(&self) -> usize {
        self.policy.slack().unwrap_or(0)
    }

    /// Draws a challenge with a nonce of its own. `now` is in Unix seconds.
    ///
    /// # Errors
    /// As [`Issuer::issue_for`].
    pub fn issue<R: TryCryptoRng + ?Sized>(&self, rng: &mut R, now: u64) -> Result<Challenge> {
        let mut source = Source::new(rng);
        let mut nonce = [0; 32];
        for half in nonce.chunks_exact_mut(16) {
            half.copy_from_slice(&source.block()?);
        }
        self.draw(Nonce::from_bytes(nonce), source, now)
    }

    /// Draws a challenge for `nonce`, which stands for one attempt elsewhere. `now` is in Unix
    /// seconds.
    ///
    /// The same generator in the same state gives the same challenge. Both kinds of generator can
    /// be used: one that can't fail (`CryptoRng`) and one that can (`TryCryptoRng`, such as the
    /// operating system's).
    ///
    /// # Errors
    /// [`ErrorKind::Randomness`] if the generator fails, or gives the same 16 bytes twice in a row:
    /// no predictable challenge is ever issued. [`ErrorKind::Corrupt`] if `now` is the end of
    /// time, after which nothing expires.
    pub fn issue_for<R: TryCryptoRng + ?Sized>(&self, nonce: Nonce, rng: &mut R, now: u64) -> Result<Challenge> {
        self.draw(nonce, Source::new(rng), now)
    }

    fn draw<R: TryCryptoRng + ?Sized>(&self, nonce: Nonce, mut source: Source<'_, R>, now: u64) -> Result<Challenge> {
        let id = ChallengeId::from_bytes(source.block()?);
        let order = self.orders.at(source.below(self.orders.len())?);
        let timing = self.timings.at(source.below(self.timings.len())?);
        let segments = self.segments(&order, &timing);
        // Slots are too long for any order to be unsafe. What a person is shown doesn't rest on that
        // argument alone.
        let report = safety::analyse(&segments, &self.policy.display)?;
        if !report.is_safe() {
            return Err(unsafe_policy(&report));
        }
        let expires_at = now.saturating_add(self.policy.lifetime_s);
        Challenge::new(id, nonce, now, expires_at, segments)
    }

    fn segments(&self, order: &[(usize, Region)], timing: &[u64]) -> Vec<Segment> {
        let ChallengePolicy { baseline, guard_us, slot_us, jitter_us, .. } = self.policy;
        let guard = (baseline, Region::Full, guard_us);
        let slots = order.iter().zip(timing).filter_map(|((index, region), steps)| {
            let color = *self.policy.palette.get(*index)?;
            Some((color, *region, slot_us + steps * jitter_us))
        });
        let mut start_us = 0;
        let shown = std::iter::once(guard).chain(slots).chain([guard]);
        shown
            .map(|(color, region, duration_us)| {
                let segment = Segment { start_us, duration_us, color, region };
                start_us = segment.end_us();
                segment
            })
            .collect()
    }
}

fn unsafe_policy(report: &SafetyReport) -> crate::error::Error {
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    error(ErrorKind::InvalidArgument, format!("the policy's challenge is not safe: {}", findings.join("; ")))
}
