//! Attempts: whom they count against, the locks that failed ones lead to, and how they decay.

use super::names::{DocumentKey, Identity, SessionKey};
use crate::digest::to_hex;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::settings::setter;
use crate::words::sealed_words;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;

const HOUR_S: u64 = 3600;
const DAY_S: u64 = 24 * HOUR_S;
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
    /// Flashes that the applicant stopped before their end ([`Awaiting::pulled_back`]).
    ///
    /// [`Awaiting::pulled_back`]: super::Awaiting::pulled_back
    PulledBack,
}

sealed_words!(Counted {
    Form => "form",
    Document => "document",
    Face => "face",
    Slowness => "slowness",
    Confirmation => "confirmation",
    Signature => "signature",
    PulledBack => "pulled_back",
});

/// Whom an attempt counts against: the session until a document is authenticated, the document and
/// its holder from then on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A session: a device, an address. Nothing locks it for good.
    Session(SessionKey),
    /// A document.
    Document(DocumentKey),
    /// A person.
    Identity(Identity),
}

/// The random name of one attempt.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AttemptId([u8; 16]);

impl AttemptId {
    pub(super) fn random(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Takes the bytes of an attempt that was kept.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The name's 16 bytes.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AttemptId({})", to_hex(&self.0))
    }
}

/// An attempt that has failed or is under way, as [`AttemptLog`](super::AttemptLog) keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The attempt's name.
    pub id: AttemptId,
    /// The kind of the attempt.
    pub counted: Counted,
    /// The time of the attempt, in Unix seconds.
    pub at: u64,
}

/// How long a session, a document or a person is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lock {
    /// Until this time, in Unix seconds.
    Until(u64),
    /// For good.
    ForGood,
}

/// One rung of a [`Ladder`]: which failed attempt locks, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rung {
    /// The failed attempt, counted from 1, that locks.
    pub failures: usize,
    /// For how long it locks, in seconds from its own time on. `None` locks a document and a person
    /// for good, and a session until the failures have decayed.
    pub lock_s: Option<u64>,
}

/// Which failed attempts lock, and for how long.
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    /// Each failure stands on the rung of as many failures as there were within `decay_s` before
    /// it, and locks from its own time on: attempts side by side evade none.
    fn lock(&self, times: &[u64], decay_s: u64, permanent: bool, now: u64) -> Option<Lock> {
        let locks = times.iter().enumerate().filter_map(|(index, at)| {
            let decayed = times.partition_point(|earlier| earlier.saturating_add(decay_s) <= *at);
            let rung = self.0.iter().find(|rung| rung.failures + decayed == index + 1)?;
            Some(match rung.lock_s {
                None if permanent => Lock::ForGood,
                lock_s => Lock::Until(at.saturating_add(lock_s.unwrap_or(decay_s))),
            })
        });
        locks.filter(|lock| *lock > Lock::Until(now)).max()
    }
}

/// Declares [`Attempts`]: a ladder for each kind of failed attempt.
macro_rules! attempts {
    ($($(#[$doc:meta])* $counted:ident: $field:ident, $with:ident;)+) => {
        /// The ladder of each kind of failed attempt, and how long failures count. All ladders are
        /// [`Ladder::default`] by default.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        pub struct Attempts {
            $($field: Ladder,)+
            decay_s: u64,
        }

        impl Default for Attempts {
            /// All ladders at theirs, and failures that count for 30 days.
            fn default() -> Self {
                Self { $($field: Ladder::default(),)+ decay_s: 30 * DAY_S }
            }
        }

        impl Attempts {
            $(
                $(#[$doc])*
                pub fn $field(&self) -> &Ladder {
                    &self.$field
                }

                setter!($field, $with, Ladder, Stage::Enrol);
            )+

            /// How long a failed attempt counts, in seconds: one that is older is on no rung with
            /// later ones. Default: 30 days, our choice; range: an hour to ten years.
            pub fn decay_s(&self) -> u64 {
                self.decay_s
            }

            setter!(decay_s, with_decay_s, u64, Stage::Enrol, HOUR_S..=3650 * DAY_S);

            /// Whether these attempts against `subject`, in any order, lock it now: the longest
            /// lock of all ladders.
            pub(super) fn lock(&self, subject: &Subject, attempts: &[Attempt], now: u64) -> Option<Lock> {
                let permanent = !matches!(subject, Subject::Session(_));
                let of = |counted, ladder: &Ladder| {
                    let mut times: Vec<u64> = attempts.iter().filter(|a| a.counted == counted).map(|a| a.at).collect();
                    times.sort_unstable();
                    ladder.lock(&times, self.decay_s, permanent, now)
                };
                [$(of(Counted::$counted, &self.$field),)+].into_iter().flatten().max()
            }

            /// Whether an attempt still matters now, by itself or as a part of a lock; a log may
            /// drop the others, except those of a subject that is locked for good.
            pub fn keeps(&self, attempt: &Attempt, now: u64) -> bool {
                let rungs = [$(&self.$field,)+].into_iter().flat_map(|ladder| &ladder.0);
                let longest = rungs.filter_map(|rung| rung.lock_s).max().map_or(self.decay_s, |s| s.max(self.decay_s));
                now < attempt.at.saturating_add(self.decay_s).saturating_add(longest)
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
    /// The ladder of flashes that the applicant stopped.
    PulledBack: pulled_back, with_pulled_back;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    const SESSION: Subject = Subject::Session(SessionKey::from_digest(Digest::from_bytes([1; 32])));
    const DOCUMENT: Subject = Subject::Document(DocumentKey::from_digest(Digest::from_bytes([1; 32])));
    const DECAY: u64 = 30 * DAY_S;

    fn attempt(counted: Counted, at: u64) -> Attempt {
        Attempt { id: AttemptId([at as u8; 16]), counted, at }
    }

    fn face(times: &[u64]) -> Vec<Attempt> {
        times.iter().map(|at| attempt(Counted::Face, *at)).collect()
    }

    #[test]
    fn locks_come_at_their_attempt_and_run_out() {
        let attempts = Attempts::default();
        let lock = |times: &[u64], now| attempts.lock(&DOCUMENT, &face(times), now);
        assert_eq!(lock(&[], 0), None);
        assert_eq!(lock(&[10, 20], 20), None);
        assert_eq!(lock(&[10, 20, 30], 30), Some(Lock::Until(30 + 10_800)));
        assert_eq!(lock(&[30, 10, 20], 10_829), Some(Lock::Until(10_830)), "in any order");
        assert_eq!(lock(&[10, 20, 30], 10_830), None);
        let beside = lock(&[10, 20, 30, 40], 50);
        assert_eq!(beside, Some(Lock::Until(10_830)), "a fourth attempt side by side evades nothing");
        let sixth = [1, 2, 3, 20_000, 20_001, 20_002];
        assert_eq!(lock(&sixth, 20_002), Some(Lock::Until(20_002 + 86_400)));
        assert_eq!(lock(&sixth, 20_002 + 86_400), None);
        assert_eq!(lock(&[1; 9], u64::MAX), Some(Lock::ForGood));
        assert_eq!(lock(&[1; 12], 5), Some(Lock::ForGood));
    }

    #[test]
    fn failures_decay() {
        let attempts = Attempts::default();
        let lock = |times: &[u64], now| attempts.lock(&DOCUMENT, &face(times), now);
        let yearly: Vec<u64> = (1..=20).map(|year| year * 365 * DAY_S).collect();
        assert_eq!(lock(&yearly, 20 * 365 * DAY_S), None, "one slip a year is no pattern");
        assert_eq!(lock(&[0, 1, DECAY], DECAY), None, "the first has decayed");
        assert_eq!(lock(&[0, 1, DECAY - 1], DECAY), Some(Lock::Until(DECAY - 1 + 10_800)));
        // What was once for good stays so, and later failures make no new start.
        let nine: Vec<u64> = (0..9).collect();
        assert_eq!(lock(&nine, 1000 * DAY_S), Some(Lock::ForGood));
        let shorter = Attempts::default().with_decay_s(HOUR_S).unwrap();
        assert_eq!(shorter.lock(&DOCUMENT, &face(&[0, 1, 3600]), 3600), None);
        assert!(Attempts::default().with_decay_s(1).is_err());
        let old = attempt(Counted::Face, 0);
        assert!(attempts.keeps(&old, 2 * DECAY - 1) && !attempts.keeps(&old, 2 * DECAY));
    }

    #[test]
    fn nothing_locks_a_session_for_good() {
        let attempts = Attempts::default();
        assert_eq!(attempts.lock(&SESSION, &face(&[5; 9]), 6), Some(Lock::Until(5 + DECAY)));
        assert_eq!(attempts.lock(&SESSION, &face(&[5; 900]), 5 + DECAY), None);
        assert_eq!(attempts.lock(&SESSION, &face(&[5; 3]), 6), Some(Lock::Until(5 + 10_800)), "else as all");
    }

    #[test]
    fn each_kind_is_counted_on_its_own() {
        let attempts = Attempts::default();
        let two_each: Vec<Attempt> = Counted::EVERY.iter().flat_map(|kind| [attempt(*kind, 7); 2]).collect();
        assert_eq!(attempts.lock(&DOCUMENT, &two_each, 8), None);
        for kind in Counted::EVERY {
            let three = [&two_each[..], &[attempt(*kind, 7)]].concat();
            assert_eq!(attempts.lock(&DOCUMENT, &three, 8), Some(Lock::Until(7 + 10_800)), "{kind}");
        }
        let lenient = attempts.with_face(Ladder::new(vec![]).unwrap());
        assert_eq!(lenient.lock(&DOCUMENT, &face(&[1; 100]), 8), None);
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
