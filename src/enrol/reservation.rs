//! [`Reservation`]: an attempt goes on record before anything is shown or tested.

use super::attempts::{Attempt, AttemptId, Attempts, Lock, Subject};

/// An attempt that is to be reserved: it counts as failed until it is released.
#[derive(Debug)]
pub struct Reservation<'a> {
    pub(super) attempt: Attempt,
    pub(super) subjects: &'a [Subject],
    pub(super) continues: Option<AttemptId>,
    pub(super) rules: &'a Attempts,
}

/// What came of a [`Reservation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reserved {
    /// The attempt is on record.
    Reserved,
    /// A subject is locked: nothing was changed.
    Locked(Lock),
    /// The attempt that this one continues is not on record: another request has used it.
    /// Nothing was changed.
    Spent,
}

impl Reservation<'_> {
    /// The attempt, to be kept against every subject.
    pub fn attempt(&self) -> Attempt {
        self.attempt
    }

    /// Whom the attempt counts against.
    pub fn subjects(&self) -> &[Subject] {
        self.subjects
    }

    /// The attempt that this one takes the place of: a challenge that was shown is now answered.
    pub fn continues(&self) -> Option<AttemptId> {
        self.continues
    }

    /// Judges the reservation by what is kept against each subject.
    pub fn decide(&self, mut kept: impl FnMut(&Subject) -> Vec<Attempt>) -> Reserved {
        let mut longest = None;
        for subject in self.subjects {
            let mut attempts = kept(subject);
            let before = attempts.len();
            attempts.retain(|attempt| Some(attempt.id) != self.continues);
            if self.continues.is_some() && attempts.len() == before {
                return Reserved::Spent;
            }
            longest = longest.max(self.rules.lock(subject, &attempts, self.attempt.at));
        }
        longest.map_or(Reserved::Reserved, Reserved::Locked)
    }
}

#[cfg(test)]
mod tests {
    use super::super::attempts::Counted;
    use super::super::names::{DocumentKey, SessionKey};
    use super::*;
    use crate::digest::Digest;

    const SESSION: Subject = Subject::Session(SessionKey::from_digest(Digest::from_bytes([1; 32])));
    const DOCUMENT: Subject = Subject::Document(DocumentKey::from_digest(Digest::from_bytes([1; 32])));

    fn face(times: &[u64]) -> Vec<Attempt> {
        times.iter().map(|at| attempt(Counted::Face, *at)).collect()
    }

    fn attempt(counted: Counted, at: u64) -> Attempt {
        Attempt { id: AttemptId::from_bytes([at as u8; 16]), counted, at }
    }

    #[test]
    fn a_reservation_is_judged_against_each_subject() {
        let rules = Attempts::default();
        let (subjects, own) = ([SESSION, DOCUMENT], attempt(Counted::Face, 2));
        let reservation = |continues| Reservation { attempt: own, subjects: &subjects, continues, rules: &rules };
        let decide = |continues, session: &[u64], document: &[u64]| {
            let kept = |subject: &Subject| if *subject == SESSION { face(session) } else { face(document) };
            reservation(continues).decide(kept)
        };
        assert_eq!(decide(None, &[1, 1], &[1, 1]), Reserved::Reserved);
        assert_eq!(decide(None, &[], &[1, 1, 1]), Reserved::Locked(Lock::Until(10_801)));
        let first = Some(AttemptId::from_bytes([1; 16]));
        assert_eq!(decide(first, &[1], &[1, 0, 0]), Reserved::Reserved, "its own attempt does not lock it out");
        assert_eq!(decide(first, &[1], &[0]), Reserved::Spent);
    }
}
