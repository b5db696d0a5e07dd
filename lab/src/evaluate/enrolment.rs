//! Failure-to-enrol rate, and how many independent trials a set of pairs can stand for.

use super::{Interval, ScoreSet, wilson};

/// Failures to enrol, ISO/IEC 19795-1: pictures from which no template was taken.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct EnrolmentRate {
    /// Pictures tried.
    pub pictures: u64,
    /// Pictures without a template.
    pub failures: u64,
    /// Their share.
    pub rate: f64,
    /// 95 % interval of the share, as if pictures were independent.
    pub interval: Interval,
}

impl ScoreSet {
    /// The failure-to-enrol rate; `None` without pictures.
    pub fn enrolment(&self) -> Option<EnrolmentRate> {
        let (pictures, failures) = (self.pictures(), self.failures_to_enrol());
        let interval = wilson(failures, pictures)?;
        Some(EnrolmentRate { pictures, failures, rate: failures as f64 / pictures as f64, interval })
    }

    /// The most impostor pairs that share no person: half the number of people. However many pairs
    /// were compared, no more of them are independent for certain, which is what
    /// [`super::rule_of_three`] asks for.
    pub fn independent_impostor_trials(&self) -> u64 {
        self.people() as u64 / 2
    }

    /// The most genuine pairs that share no person: people with two pictures or more.
    pub fn independent_genuine_trials(&self) -> u64 {
        self.people_with_pairs() as u64
    }
}

#[cfg(test)]
mod tests {
    use crate::evaluate::all_pairs;

    #[test]
    fn failures_and_trials_by_hand() {
        let set = all_pairs(&[0, 0, 1, 1, 2], &[true, true, false, true, true], |_, _| 0.0).unwrap();
        let enrolment = set.enrolment().unwrap();
        assert_eq!((enrolment.pictures, enrolment.failures, enrolment.rate), (5, 1, 0.2));
        assert!(enrolment.interval.low < 0.2 && enrolment.interval.high > 0.5);
        assert_eq!((set.independent_impostor_trials(), set.independent_genuine_trials()), (1, 2));
        assert!(all_pairs(&[], &[], |_, _| 0.0).unwrap().enrolment().is_none());
    }
}
