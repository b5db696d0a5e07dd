//! The rules of a ceremony: every figure can be set.

use super::attempts::{Attempt, Attempts, Lock, Subject};
use super::pin::MAX_PIN_DIGITS;
use super::times::TimeLimits;
use crate::digest::Digest;
use crate::document::DocumentDemand;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::settings::settings;
use serde::Serialize;
use std::ops::RangeInclusive;

settings! {
    /// The rules of a ceremony: attempts and locks, time, PINs, and which evidence counts.
    ///
    /// They are not part of a ceremony's state: the [`Context`](super::Context) of each transition
    /// names them, so that a stricter policy applies from the next step on.
    ///
    /// ```
    /// use selfsame::enrol::{Attempts, Ladder, Policy, Rung, TimeLimits};
    ///
    /// let five = Rung { failures: 5, lock_s: Some(600) };
    /// let ten = Rung { failures: 10, lock_s: None };
    /// let face = Ladder::new(vec![five, ten])?;
    /// let policy = Policy::default()
    ///     .with_attempts(Attempts::default().with_face(face))
    ///     .with_times(TimeLimits::default().with_total_s(30 * 60)?)
    ///     .with_pin1_digits(6..=12)?
    ///     .with_max_fmr(1e-5)?;
    /// assert_eq!((policy.max_fmr(), policy.times().total_s()), (1e-5, 1800));
    /// # Ok::<(), selfsame::Error>(())
    /// ```
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Policy in Stage::Enrol {
        @by_hand {
            attempts: Attempts = Attempts::default();
            times: TimeLimits = TimeLimits::default();
            pin1_digits: RangeInclusive<usize> = 4..=12;
            pin2_digits: RangeInclusive<usize> = 5..=12;
            document: Vec<DocumentDemand> = Vec::new();
        }
        /// Whether weak PINs ([`Weakness`](super::Weakness)) are refused.
        refuse_weak_pins, with_refuse_weak_pins: bool = true;
        /// Whether a PIN2 that holds PIN1 is weak: PIN1 is typed more often, and seen by more
        /// people.
        refuse_pin1_in_pin2, with_refuse_pin1_in_pin2: bool = true;
        /// The false match rate that a comparison must have been asked for, or less. Our choice:
        /// measure on your own people.
        max_fmr, with_max_fmr: f64 = 1e-4, in 1e-9..=0.1;
        /// Whether a comparison counts whose decision was marginal. The rate above is met all the
        /// same.
        accept_marginal, with_accept_marginal: bool = true;
        /// The evidence of liveness in bits that is needed
        /// ([`LivenessEvidence::evidence_bits`](crate::liveness::LivenessEvidence::evidence_bits)).
        /// As many as the liveness verdict itself asks for: who loosens one has to loosen both.
        min_evidence_bits, with_min_evidence_bits: f64 = 12.0, in 0.0..=64.0;
        /// Whether evidence of liveness counts only from challenges that were
        /// [streamed](crate::liveness::LivenessEvidence::is_streamed).
        require_streamed, with_require_streamed: bool = false;
        /// Whether it counts only where the frames that were compared were
        /// [drawn secretly](crate::liveness::LivenessEvidence::has_secret_draws).
        require_secret_draws, with_require_secret_draws: bool = false;
        /// Whether it counts only with an approach as second witness
        /// ([`Engine::two_witnesses`](crate::engine::Engine::two_witnesses)).
        require_two_witnesses, with_require_two_witnesses: bool = false;
        /// How far evidence may be issued in the future, in seconds, for clocks of several
        /// machines. Our choice.
        clock_tolerance_s, with_clock_tolerance_s: u64 = 5, in 0..=3600;
    }
}

impl Policy {
    /// Failed attempts and locks. Default: [`Attempts::default`].
    pub fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// Returns these rules with other [`Self::attempts`].
    #[must_use]
    pub fn with_attempts(mut self, attempts: Attempts) -> Self {
        self.attempts = attempts;
        self
    }

    /// The time that there is. Default: [`TimeLimits::default`].
    pub fn times(&self) -> &TimeLimits {
        &self.times
    }

    /// Returns these rules with other [`Self::times`].
    #[must_use]
    pub fn with_times(mut self, times: TimeLimits) -> Self {
        self.times = times;
        self
    }

    /// How many digits PIN1 may have. Default: `4..=12`, as eID services publish it; range: within
    /// `1..=32` ([`MAX_PIN_DIGITS`]).
    pub fn pin1_digits(&self) -> &RangeInclusive<usize> {
        &self.pin1_digits
    }

    /// Returns these rules with other [`Self::pin1_digits`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for numbers that no PIN can have.
    pub fn with_pin1_digits(mut self, digits: RangeInclusive<usize>) -> Result<Self> {
        self.pin1_digits = checked(digits)?;
        Ok(self)
    }

    /// How many digits PIN2 may have. Default: `5..=12`, as eID services publish it; range: within
    /// `1..=32` ([`MAX_PIN_DIGITS`]).
    pub fn pin2_digits(&self) -> &RangeInclusive<usize> {
        &self.pin2_digits
    }

    /// Returns these rules with other [`Self::pin2_digits`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for numbers that no PIN can have.
    pub fn with_pin2_digits(mut self, digits: RangeInclusive<usize>) -> Result<Self> {
        self.pin2_digits = checked(digits)?;
        Ok(self)
    }

    /// What a document that is read has to meet. Default: nothing, so that a page or a file will
    /// do.
    pub fn document(&self) -> &[DocumentDemand] {
        &self.document
    }

    /// Returns these rules with one more demand on documents. All but the format are met by an
    /// [`AuthenticDocument`](crate::document::chip::AuthenticDocument) alone.
    #[must_use]
    pub fn with_document(mut self, demand: DocumentDemand) -> Self {
        if !self.document.contains(&demand) {
            self.document.push(demand);
            // One set of demands has one digest.
            self.document.sort_unstable();
        }
        self
    }

    /// Whether these attempts against `subject`, in any order, lock it now: the longest lock of
    /// all ladders.
    pub fn lock(&self, subject: &Subject, attempts: &[Attempt], now: u64) -> Option<Lock> {
        self.attempts.lock(subject, attempts, now)
    }

    /// The digest of these rules in JSON, by which an [`Audit`](super::Audit) names them.
    pub fn digest(&self) -> Digest {
        Digest::of_json(self)
    }
}

/// `digits`, if there is a PIN with one of these numbers of digits.
fn checked(digits: RangeInclusive<usize>) -> Result<RangeInclusive<usize>> {
    if digits.is_empty() || *digits.start() < 1 || *digits.end() > MAX_PIN_DIGITS {
        let (least, most) = (digits.start(), digits.end());
        let message = format!("a PIN of {least} to {most} digits is outside 1 to {MAX_PIN_DIGITS}");
        return Err(Error::new(ErrorKind::InvalidArgument, Stage::Enrol, message));
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_policy_asks_for_a_pin_that_cannot_be() {
        let policy = Policy::default().with_pin1_digits(1..=32).unwrap().with_pin2_digits(6..=6).unwrap();
        assert_eq!((policy.pin1_digits(), policy.pin2_digits()), (&(1..=32), &(6..=6)));
        // Clippy sees that the range is empty, which is the point.
        #[allow(clippy::reversed_empty_ranges)]
        for bad in [0..=4, 4..=33, 6..=5] {
            assert_eq!(Policy::default().with_pin1_digits(bad.clone()).unwrap_err().kind(), ErrorKind::InvalidArgument);
            assert_eq!(Policy::default().with_pin2_digits(bad).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }
}
