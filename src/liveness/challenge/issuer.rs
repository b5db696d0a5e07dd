//! [`Issuer`]: a policy that can be met, and the challenges drawn from it.

use super::issued::Challenge;
use super::orders::Orders;
use super::policy::ChallengePolicy;
use super::source::Source;
use super::timings::Timings;
use crate::error::{ErrorKind, Result};
use crate::liveness::evidence::ChallengeId;
use crate::liveness::fault::error;
use crate::liveness::safety::{self, SafetyReport};
use crate::liveness::segment::{Region, Segment};
use crate::secret::Nonce;
use rand_core::TryCryptoRng;
use serde::Serialize;

/// How unpredictable challenges are, in bits: logarithms of how many there are, since all are
/// equally likely.
///
/// That is what a verifier could tell apart that makes no errors. One that tolerates errors tells
/// fewer challenges apart, by as much as it tolerates.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Entropy {
    /// The entropy of the order of colours and halves.
    pub order_bits: f64,
    /// The entropy of the lengths of slots.
    pub timing_bits: f64,
}

impl Entropy {
    /// The entropy of order and lengths together: they are drawn independently.
    #[must_use]
    pub fn total_bits(&self) -> f64 {
        self.order_bits + self.timing_bits
    }
}

/// A policy that was found possible, ready to issue challenges: what a server keeps.
///
/// Issuing takes `&self`, so one issuer serves all threads. Challenges are counted once, when the
/// issuer is made; issuing takes microseconds.
///
/// ```
/// use selfsame::liveness::{ChallengePolicy, Issuer};
/// # use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
/// # let mut rng = ChaCha20Rng::from_seed([7; 32]);
/// let issuer = Issuer::new(&ChallengePolicy::default())?;
/// assert!(issuer.entropy().order_bits > 22.0);
/// let challenge = issuer.issue(&mut rng, 1_790_000_000)?;
/// assert_eq!(challenge.segments().len(), 10);
/// assert!(challenge.safety(&issuer.policy().display())?.is_safe());
/// # Ok::<(), selfsame::error::Error>(())
/// ```
pub struct Issuer {
    policy: ChallengePolicy,
    /// How many jitter steps all slots may take together.
    slack: usize,
    orders: Orders,
    timings: Timings,
}

impl Issuer {
    /// Counts the challenges of `policy`.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if a colour is too much like the baseline, if slots and
    /// guards don't fit the time, or if there are too few orders of colours for the entropy
    /// that the policy asks for.
    pub fn new(policy: &ChallengePolicy) -> Result<Self> {
        let slack = policy.check()?;
        let timings = Timings::new(policy.slots(), policy.jitter_steps() as usize, slack);
        let issuer = Self { policy: policy.clone(), slack, orders: Orders::new(policy), timings };
        let (bits, asked) = (issuer.entropy().order_bits, policy.min_bits());
        // So written that NaN is refused, as is −∞ where no order has the steps asked for.
        if bits >= asked && bits.is_finite() {
            return Ok(issuer);
        }
        let message = format!("the policy's orders of colours have {bits:.1} bits, {asked} are asked for");
        Err(error(ErrorKind::InvalidArgument, message))
    }

    /// The policy that challenges are drawn by.
    #[must_use]
    pub fn policy(&self) -> &ChallengePolicy {
        &self.policy
    }

    /// How unpredictable this issuer's challenges are: counted, not estimated.
    #[must_use]
    pub fn entropy(&self) -> Entropy {
        let bits = |count: u128| (count as f64).log2();
        Entropy { order_bits: bits(self.orders.len()), timing_bits: bits(self.timings.len()) }
    }

    /// How many jitter steps all slots may take together.
    pub(in crate::liveness) fn slack(&self) -> usize {
        self.slack
    }

    /// Draws a challenge with a nonce of its own. `now` is in Unix seconds.
    ///
    /// # Errors
    /// The errors of [`Issuer::issue_for`].
    pub fn issue<R: TryCryptoRng + ?Sized>(&self, rng: &mut R, now: u64) -> Result<Challenge> {
        let mut source = Source::new(rng);
        let nonce = Nonce::from_bytes(source.two_blocks()?);
        self.draw(nonce, source, now)
    }

    /// Draws a challenge for `nonce`, which stands for one attempt elsewhere. `now` is in Unix
    /// seconds.
    ///
    /// A generator in the same state gives the same challenge again. Both kinds of generator can be
    /// used: one that can't fail (`CryptoRng`) and one that can (`TryCryptoRng`, such as the
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
        // Identity, order and lengths are drawn independently of each other.
        let id = ChallengeId::from_bytes(source.block()?);
        let order = self.orders.at(source.below(self.orders.len())?);
        let timing = self.timings.at(source.below(self.timings.len())?);
        let segments = self.segments(&order, &timing);
        // Slots are too long for any order to be unsafe. What a person is shown doesn't rest on
        // that argument alone.
        let report = safety::analyse(&segments, &self.policy.display())?;
        if !report.is_safe() {
            return Err(unsafe_policy(&report));
        }
        let expires_at = now.saturating_add(self.policy.lifetime_s());
        Challenge::new(id, nonce, now, expires_at, segments)
    }

    /// The schedule of one order of colours with one choice of lengths, guards before and behind.
    fn segments(&self, order: &[(usize, Region)], timing: &[u64]) -> Vec<Segment> {
        debug_assert_eq!(order.len(), timing.len());
        let (palette, policy) = (self.policy.palette(), &self.policy);
        let guard = (policy.baseline(), Region::Full, policy.guard_us());
        let slots = order.iter().zip(timing).map(|((index, region), steps)| {
            // `Orders` draws indices into this policy's palette.
            #[allow(clippy::indexing_slicing, reason = "orders are made of indices into the palette")]
            let color = palette[*index];
            (color, *region, policy.slot_us() + steps * policy.jitter_us())
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

impl Challenge {
    /// Draws one challenge: [`Issuer::issue`] for those who need no second one. `now` is in Unix
    /// seconds.
    ///
    /// # Errors
    /// The errors of [`Issuer::new`] and [`Issuer::issue`].
    pub fn issue<R: TryCryptoRng + ?Sized>(rng: &mut R, policy: &ChallengePolicy, now: u64) -> Result<Self> {
        Issuer::new(policy)?.issue(rng, now)
    }

    /// Draws one challenge for a nonce of the caller's: [`Issuer::issue_for`] for those who need no
    /// second one. `now` is in Unix seconds.
    ///
    /// # Errors
    /// The errors of [`Issuer::new`] and [`Issuer::issue_for`].
    pub fn issue_for<R: TryCryptoRng + ?Sized>(
        nonce: Nonce,
        rng: &mut R,
        policy: &ChallengePolicy,
        now: u64,
    ) -> Result<Self> {
        Issuer::new(policy)?.issue_for(nonce, rng, now)
    }
}

/// The error of a challenge that must not be shown.
fn unsafe_policy(report: &SafetyReport) -> crate::error::Error {
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    error(ErrorKind::InvalidArgument, format!("the policy's challenge is not safe: {}", findings.join("; ")))
}
