//! How many attempts, how long locks last, and how much time there is: every figure can be set.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

const MINUTE_S: u64 = 60;
const HOUR_S: u64 = 3600;

/// What a failed attempt counts as. Each is counted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// An error in the form.
    Form,
    /// A scan that failed.
    Document,
    /// A face check that failed, whichever of its steps.
    Face,
    /// A step, or the whole, that took too long.
    Slowness,
    /// A confirmation of the old account that failed.
    Confirmation,
    /// A wrong PIN2, or a signature that was not valid.
    Signature,
}

/// A failed attempt, as [`AttemptLog`](super::AttemptLog) keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What it counts as.
    pub counted: Counted,
    /// When it was, in Unix seconds.
    pub at: u64,
}

/// That a document is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Until this time, in Unix seconds.
    Until(u64),
    /// For good.
    ForGood,
}

/// One rung of a [`Ladder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The failed attempt, counted from 1, that locks.
    pub failures: usize,
    /// For how long, in seconds; `None` for good.
    pub lock_s: Option<u64>,
}

/// Which failed attempts lock, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder(pub Vec<Rung>);

impl Default for Ladder {
    /// The third attempt locks for 3 hours, the sixth for 24, the ninth for good: what eID services
    /// publish for wrong PINs.
    fn default() -> Self {
        let rung = |failures, lock_s| Rung { failures, lock_s };
        Self(vec![rung(3, Some(3 * HOUR_S)), rung(6, Some(24 * HOUR_S)), rung(9, None)])
    }
}

impl Ladder {
    /// The lock that failed attempts at these times, earliest first, have led to.
    ///
    /// Each rung that was reached locks from its own attempt on, so that attempts of ceremonies
    /// side by side evade none.
    fn lock(&self, times: &[u64], now: u64) -> Option<Lock> {
        let locks = self.0.iter().filter_map(|rung| {
            let at = *times.get(rung.failures.checked_sub(1)?)?;
            Some(rung.lock_s.map_or(Lock::ForGood, |lock_s| Lock::Until(at.saturating_add(lock_s))))
        });
        locks.filter(|lock| *lock > Lock::Until(now)).max()
    }
}

/// The ladder of each kind of failed attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempts {
    /// Errors in the form.
    pub form: Ladder,
    /// Scans that failed.
    pub document: Ladder,
    /// Face checks that failed.
    pub face: Ladder,
    /// Steps that took too long.
    pub slowness: Ladder,
    /// Confirmations of the old account that failed.
    pub confirmation: Ladder,
    /// Signatures that failed.
    pub signature: Ladder,
}

/// The time that there is for each step, in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLimits {
    /// The form.
    pub form_s: u64,
    /// The document.
    pub document_s: u64,
    /// The instructions of the face check.
    pub instructions_s: u64,
    /// Filling the oval.
    pub oval_s: u64,
    /// The flashes.
    pub flashes_s: u64,
    /// The comparison.
    pub comparison_s: u64,
    /// The old account's confirmation.
    pub confirmation_s: u64,
    /// Consent to the old account's deletion.
    pub consent_s: u64,
    /// Choosing the PINs.
    pub pins_s: u64,
    /// Entering them again.
    pub pins_again_s: u64,
    /// The signature.
    pub signature_s: u64,
    /// Everything.
    pub total_s: u64,
}

impl Default for TimeLimits {
    /// 60 minutes for all: what eID services publish for a whole application. 15 minutes for each
    /// step: what they publish for the life of a registration code. 2 minutes for what the face
    /// check does on its own, which takes seconds: our choice.
    fn default() -> Self {
        let (step, face) = (15 * MINUTE_S, 2 * MINUTE_S);
        Self {
            form_s: step,
            document_s: step,
            instructions_s: step,
            oval_s: step,
            flashes_s: face,
            comparison_s: face,
            confirmation_s: step,
            consent_s: step,
            pins_s: step,
            pins_again_s: step,
            signature_s: step,
            total_s: 60 * MINUTE_S,
        }
    }
}

/// The rules of a ceremony.
///
/// ```
/// use selfsame::enrol::{Ladder, Policy, Rung};
/// let mut policy = Policy::default();
/// policy.attempts.face = Ladder(vec![Rung { failures: 5, lock_s: Some(600) }, Rung { failures: 10, lock_s: None }]);
/// policy.times.total_s = 30 * 60;
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Failed attempts and locks.
    pub attempts: Attempts,
    /// Time.
    pub times: TimeLimits,
    /// Digits that PIN1 may have. Default 4 to 12, as eID services publish it; at most
    /// [`MAX_PIN_DIGITS`](super::MAX_PIN_DIGITS).
    pub pin1_digits: RangeInclusive<usize>,
    /// Digits that PIN2 may have. Default 5 to 12, as eID services publish it.
    pub pin2_digits: RangeInclusive<usize>,
    /// Whether weak PINs ([`Weakness`](super::Weakness)) are refused. Default true.
    pub refuse_weak_pins: bool,
    /// Whether a PIN2 that holds PIN1 is weak: PIN1 is typed more often, and seen by more people.
    /// Default true.
    pub refuse_pin1_in_pin2: bool,
    /// The false match rate that a comparison must have been asked for, or less. Default 1e-4: our
    /// choice; measure on your own people.
    pub max_fmr: f64,
    /// Whether a comparison counts whose decision was marginal. Default true: the rate above is met
    /// all the same.
    pub accept_marginal: bool,
    /// The evidence of liveness in bits that is needed
    /// ([`LivenessEvidence::evidence_bits`](crate::liveness::LivenessEvidence::evidence_bits)).
    /// Default 12, as the verdict's own: who loosens one has to loosen both.
    pub min_evidence_bits: f64,
    /// How far evidence may be issued in the future, in seconds, for clocks of several machines.
    /// Default 5: our choice.
    pub clock_tolerance_s: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: Attempts::default(),
            times: TimeLimits::default(),
            pin1_digits: 4..=12,
            pin2_digits: 5..=12,
            refuse_weak_pins: true,
            refuse_pin1_in_pin2: true,
            max_fmr: 1e-4,
            accept_marginal: true,
            min_evidence_bits: 12.0,
            clock_tolerance_s: 5,
        }
    }
}

impl Policy {
    /// Whether these failed attempts, in any order, lock the document now: the longest lock of all
    /// ladders.
    pub fn lock(&self, attempts: &[Attempt], now: u64) -> Option<Lock> {
        if attempts.is_empty() {
            return None;
        }
        let ladders = [
            (Counted::Form, &self.attempts.form),
            (Counted::Document, &self.attempts.document),
            (Counted::Face, &self.attempts.face),
            (Counted::Slowness, &self.attempts.slowness),
            (Counted::Confirmation, &self.attempts.confirmation),
            (Counted::Signature, &self.attempts.signature),
        ];
        let locks = ladders.into_iter().filter_map(|(counted, ladder)| {
            let mut times: Vec<u64> = attempts.iter().filter(|a| a.counted == counted).map(|a| a.at).collect();
            times.sort_unstable();
            ladder.lock(&times, now)
        });
        locks.max()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(times: &[u64]) -> Vec<Attempt> {
        times.iter().map(|at| Attempt { counted: Counted::Face, at: *at }).collect()
    }

    #[test]
    fn locks_come_at_their_attempt_and_run_out() {
        let policy = Policy::default();
        let lock = |times: &[u64], now| policy.lock(&face(times), now);
        assert_eq!(lock(&[], 0), None);
        assert_eq!(lock(&[10, 20], 20), None);
        assert_eq!(lock(&[10, 20, 30], 30), Some(Lock::Until(30 + 10_800)));
        assert_eq!(lock(&[30, 10, 20], 10_829), Some(Lock::Until(10_830)), "in any order");
        assert_eq!(lock(&[10, 20, 30], 10_830), None);
        assert_eq!(
            lock(&[10, 20, 30, 40], 50),
            Some(Lock::Until(10_830)),
            "a fourth attempt side by side evades nothing"
        );
        let sixth = [1, 2, 3, 20_000, 20_001, 20_002];
        assert_eq!(lock(&sixth, 20_002), Some(Lock::Until(20_002 + 86_400)));
        assert_eq!(lock(&sixth, 20_002 + 86_400), None);
        assert_eq!(lock(&[1; 9], u64::MAX), Some(Lock::ForGood));
        assert_eq!(lock(&[1; 12], 5), Some(Lock::ForGood));
    }

    #[test]
    fn each_kind_is_counted_on_its_own() {
        let policy = Policy::default();
        let kinds = [
            Counted::Form,
            Counted::Document,
            Counted::Face,
            Counted::Slowness,
            Counted::Confirmation,
            Counted::Signature,
        ];
        let attempt = |counted| Attempt { counted, at: 7 };
        let two_each: Vec<Attempt> = kinds.into_iter().flat_map(|k| [attempt(k); 2]).collect();
        assert_eq!(policy.lock(&two_each, 8), None);
        for kind in kinds {
            let three = [&two_each[..], &[attempt(kind)]].concat();
            assert_eq!(policy.lock(&three, 8), Some(Lock::Until(7 + 10_800)), "{kind:?}");
        }
        let lenient = Policy { attempts: Attempts { face: Ladder(vec![]), ..Attempts::default() }, ..policy };
        assert_eq!(lenient.lock(&face(&[1; 100]), 8), None);
    }
}
