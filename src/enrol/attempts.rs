//! Failed attempts, and the locks that they lead to.

use crate::error::{Error, ErrorKind, Result, Stage};
use crate::settings::setter;
use crate::words::sealed_words;
use serde::{Deserialize, Serialize};

const HOUR_S: u64 = 3600;
/// Rungs that a ladder can have: more than any service publishes. Chosen by hand.
const MAX_RUNGS: usize = 16;

/// The kinds of failed attempts, each of which is counted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Counted {
    /// An error in the form.
    Form,
    /// A scan that failed.
    Document,
    /// A face check that failed, whichever of its steps.
    Face,
    /// A step, or the whole ceremony, that took too long.
    Slowness,
    /// A confirmation of the old account that failed.
    Confirmation,
    /// A wrong PIN2, or a signature that was not valid.
    Signature,
}

sealed_words!(Counted {
    Form => "form",
    Document => "document",
    Face => "face",
    Slowness => "slowness",
    Confirmation => "confirmation",
    Signature => "signature",
});

/// A failed attempt, as [`AttemptLog`](super::AttemptLog) keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The kind of the attempt.
    pub counted: Counted,
    /// The time of the attempt, in Unix seconds.
    pub at: u64,
}

/// How long a document is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Until this time, in Unix seconds.
    Until(u64),
    /// For good.
    ForGood,
}

/// One rung of a [`Ladder`]: which failed attempt locks, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rung {
    /// The failed attempt, counted from 1, that locks.
    pub failures: usize,
    /// For how long it locks, in seconds from its own time on; `None` for good.
    pub lock_s: Option<u64>,
}

/// Which failed attempts lock a document, and for how long.
///
/// ```
/// use selfsame::enrol::{Ladder, Rung};
///
/// let five = Rung { failures: 5, lock_s: Some(600) };
/// let ten = Rung { failures: 10, lock_s: None };
/// assert_eq!(Ladder::new(vec![five, ten])?.rungs(), [five, ten]);
/// assert!(Ladder::new(vec![ten, five]).is_err(), "the fifth failure comes before the tenth");
/// # Ok::<(), selfsame::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder(Vec<Rung>);

impl Default for Ladder {
    /// The third attempt locks for 3 hours, the sixth for 24, the ninth for good: what eID services
    /// publish for wrong PINs.
    fn default() -> Self {
        let rung = |failures, lock_s| Rung { failures, lock_s };
        Self(vec![rung(3, Some(3 * HOUR_S)), rung(6, Some(24 * HOUR_S)), rung(9, None)])
    }
}

impl Ladder {
    /// A ladder of these rungs, the one with the fewest failures first. Without any nothing locks.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] for more than 16 rungs, for one of no failures, and for rungs
    /// that are not in the order of their failures.
    pub fn new(rungs: Vec<Rung>) -> Result<Self> {
        let invalid = |message: &str| Err(Error::new(ErrorKind::InvalidArgument, Stage::Enrol, message));
        if rungs.len() > MAX_RUNGS {
            return invalid("a ladder has at most 16 rungs");
        }
        if rungs.iter().any(|rung| rung.failures == 0) {
            return invalid("the first failure that can lock is failure 1");
        }
        if !rungs.is_sorted_by(|a, b| a.failures < b.failures) {
            return invalid("the rungs of a ladder are not in the order of their failures");
        }
        Ok(Self(rungs))
    }

    /// The rungs, the one with the fewest failures first.
    pub fn rungs(&self) -> &[Rung] {
        &self.0
    }

    /// The lock that failed attempts at these times, earliest first, have led to.
    ///
    /// Each rung that was reached locks from its own attempt on, so that attempts of ceremonies
    /// side by side evade none.
    fn lock(&self, times: &[u64], now: u64) -> Option<Lock> {
        let locks = self.0.iter().filter_map(|rung| {
            // Fewer failures than the rung's are no lock; failures are counted from 1.
            let at = *times.get(rung.failures.checked_sub(1)?)?;
            Some(rung.lock_s.map_or(Lock::ForGood, |lock_s| Lock::Until(at.saturating_add(lock_s))))
        });
        locks.filter(|lock| *lock > Lock::Until(now)).max()
    }
}

/// Declares [`Attempts`]: a ladder for each kind of failed attempt.
macro_rules! attempts {
    ($($(#[$doc:meta])* $counted:ident: $field:ident, $with:ident;)+) => {
        /// The ladder of each kind of failed attempt. All are [`Ladder::default`] by default.
        #[derive(Debug, Clone, PartialEq, Eq, Default)]
        pub struct Attempts {
            $($field: Ladder,)+
        }

        impl Attempts {
            $(
                $(#[$doc])*
                pub fn $field(&self) -> &Ladder {
                    &self.$field
                }

                setter!($field, $with, Ladder, Stage::Enrol);
            )+

            /// Whether these failed attempts, in any order, lock a document now: the longest lock
            /// of all ladders.
            pub(super) fn lock(&self, attempts: &[Attempt], now: u64) -> Option<Lock> {
                let of = |counted, ladder: &Ladder| {
                    let mut times: Vec<u64> = attempts.iter().filter(|a| a.counted == counted).map(|a| a.at).collect();
                    times.sort_unstable();
                    ladder.lock(&times, now)
                };
                [$(of(Counted::$counted, &self.$field),)+].into_iter().flatten().max()
            }
        }
    };
}

attempts! {
    /// The ladder of errors in the form.
    Form: form, with_form;
    /// The ladder of scans that failed.
    Document: document, with_document;
    /// The ladder of face checks that failed.
    Face: face, with_face;
    /// The ladder of steps that took too long.
    Slowness: slowness, with_slowness;
    /// The ladder of confirmations of the old account that failed.
    Confirmation: confirmation, with_confirmation;
    /// The ladder of signatures that failed.
    Signature: signature, with_signature;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(times: &[u64]) -> Vec<Attempt> {
        times.iter().map(|at| Attempt { counted: Counted::Face, at: *at }).collect()
    }

    #[test]
    fn locks_come_at_their_attempt_and_run_out() {
        let attempts = Attempts::default();
        let lock = |times: &[u64], now| attempts.lock(&face(times), now);
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
        let attempts = Attempts::default();
        let attempt = |counted| Attempt { counted, at: 7 };
        let two_each: Vec<Attempt> = Counted::EVERY.iter().flat_map(|kind| [attempt(*kind); 2]).collect();
        assert_eq!(attempts.lock(&two_each, 8), None);
        for kind in Counted::EVERY {
            let three = [&two_each[..], &[attempt(*kind)]].concat();
            assert_eq!(attempts.lock(&three, 8), Some(Lock::Until(7 + 10_800)), "{kind}");
        }
        let lenient = attempts.with_face(Ladder::new(vec![]).unwrap());
        assert_eq!(lenient.lock(&face(&[1; 100]), 8), None);
    }

    #[test]
    fn rungs_are_in_order_and_begin_with_the_first_failure() {
        let rung = |failures| Rung { failures, lock_s: None };
        assert!(Ladder::new(vec![rung(1), rung(2), rung(9)]).is_ok());
        assert!(Ladder::new((1..=16).map(rung).collect()).is_ok());
        for bad in [vec![rung(0)], vec![rung(2), rung(2)], vec![rung(3), rung(2)], (1..=17).map(rung).collect()] {
            assert_eq!(Ladder::new(bad).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }
}
