//! Failure-to-enrol and failure-to-acquire rates, and how many independent trials a set of pairs
//! can stand for.

use super::pair_counts::Design;
use super::score_set::Person;
use super::{Interval, ScoreSet, wilson};

/// The share of pictures from which no template was taken.
///
/// Of references that is ISO/IEC 19795-1's failure-to-enrol rate (FTE), of probes its
/// failure-to-acquire rate (FTA). Where every picture is compared with every other, each is both,
/// and the two rates are one.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct FailureRate {
    /// Pictures tried.
    pub pictures: u64,
    /// Pictures without a template.
    pub failures: u64,
    /// Their share.
    pub rate: f64,
    /// 95 % interval of the share, as if pictures were independent.
    pub interval: Interval,
}

impl FailureRate {
    /// `failures` of so many `pictures`; `None` without pictures.
    pub fn new(failures: u64, pictures: u64) -> Option<Self> {
        let interval = wilson(failures, pictures)?;
        Some(Self { pictures, failures, rate: failures as f64 / pictures as f64, interval })
    }
}

impl ScoreSet {
    /// The failure-to-enrol rate (FTE) of the references; `None` without any.
    pub fn enrolment(&self) -> Option<FailureRate> {
        self.failures(|[references, _]| references)
    }

    /// The failure-to-acquire rate (FTA) of the probes. `None` where the references are the
    /// probes: then it is [`Self::enrolment`].
    pub fn acquisition(&self) -> Option<FailureRate> {
        self.failures(|[_, probes]| probes).filter(|_| self.design == Design::Across)
    }

    fn failures(&self, side: fn([u64; 2]) -> u64) -> Option<FailureRate> {
        let sum = |of: fn(&Person) -> [u64; 2]| self.people.iter().map(|p| side(of(p))).sum::<u64>();
        let (pictures, enrolled) = (sum(|p| p.pictures), sum(|p| p.enrolled));
        FailureRate::new(pictures - enrolled, pictures)
    }

    /// The most impostor comparisons that share no person: with every picture compared with every
    /// other, half the number of people. However many pairs were compared, no more of them are
    /// independent for certain, which is what [`super::rule_of_three`] asks for.
    pub fn independent_impostor_trials(&self) -> u64 {
        let with = |has: fn([u64; 2]) -> bool| self.people.iter().filter(|p| has(p.enrolled)).count() as u64;
        let (references, probes) = (with(|[references, _]| references > 0), with(|[_, probes]| probes > 0));
        references.min(probes).min(with(|enrolled| enrolled != [0, 0]) / 2)
    }

    /// The most genuine comparisons that share no person: people who have any.
    pub fn independent_genuine_trials(&self) -> u64 {
        self.people_with_pairs() as u64
    }
}

#[cfg(test)]
mod tests {
    use crate::evaluate::{all_pairs, pairs_between};

    #[test]
    fn failures_and_trials_by_hand() {
        let set = all_pairs(&[0, 0, 1, 1, 2], &[true, true, false, true, true], |_, _| 0.0).unwrap();
        let enrolment = set.enrolment().unwrap();
        assert_eq!((enrolment.pictures, enrolment.failures, enrolment.rate), (5, 1, 0.2));
        assert!(enrolment.interval.low < 0.2 && enrolment.interval.high > 0.5);
        assert!(set.acquisition().is_none(), "each picture is a reference and a probe");
        assert_eq!((set.independent_impostor_trials(), set.independent_genuine_trials()), (1, 1));
        assert!(all_pairs(&[], &[], |_, _| 0.0).unwrap().enrolment().is_none());
    }

    #[test]
    fn references_fail_to_enrol_and_probes_to_be_acquired() {
        let (subjects, enrolled) = ([0, 1, 2, 3, 0, 1, 2], [true, true, true, true, true, false, false]);
        let set = pairs_between(&subjects, &enrolled, [&[0, 1, 2, 3], &[4, 5, 6]], |_, _| 0.0).unwrap();
        let (enrolment, acquisition) = (set.enrolment().unwrap(), set.acquisition().unwrap());
        assert_eq!((enrolment.failures, enrolment.pictures, acquisition.failures, acquisition.pictures), (0, 4, 2, 3));
        assert_eq!((set.independent_impostor_trials(), set.independent_genuine_trials()), (1, 1));
    }
}
