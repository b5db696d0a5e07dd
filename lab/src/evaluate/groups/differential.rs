//! Differential performance: error rates by group of people, and between groups.
//!
//! ISO/IEC 19795-10:2024, “Quantifying biometric system performance variation across demographic
//! groups”: failures to enrol and error rates of each group at a threshold that all share, with
//! their uncertainty. Impostors of one group are who a threshold is weakest against, so that pairs
//! within a group are told apart from pairs of two groups (P. Grother, M. Ngan, K. Hanaoka, “Face
//! Recognition Vendor Test Part 3: Demographic Effects”, NISTIR 8280, 2019).

use super::grouping::Grouping;
use crate::error::Result;
use crate::evaluate::report::{AtThreshold, LEAST_EXPECTED, UsedThreshold};
use crate::evaluate::{Bootstrap, FailureRate, ScoreSet, pairs_among, pairs_between};
use serde::Serialize;

/// Fewer people with genuine comparisons than this leave a group's FNMR out of the extremes: it has
/// no interval either.
const LEAST_PEOPLE: usize = 10;

/// Rates of the pairs of two groups, or within one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupPair {
    /// The references' group.
    pub references: String,
    /// The probes' group; the same for pairs within one.
    pub probes: String,
    /// People in either.
    pub people: usize,
    /// People with genuine comparisons.
    pub people_with_pairs: usize,
    /// Genuine comparisons.
    pub genuine_pairs: u64,
    /// Impostor comparisons.
    pub impostor_pairs: u64,
    /// Failure to enrol (FTE), of the references.
    pub enrolment: Option<FailureRate>,
    /// Failure to acquire (FTA), of the probes; null within a group, where it is the same.
    pub acquisition: Option<FailureRate>,
    /// Rates at the thresholds in use.
    pub at_threshold: Vec<AtThreshold>,
}

impl GroupPair {
    /// Whether both sides are one group.
    pub fn is_within(&self) -> bool {
        self.references == self.probes
    }

    /// What to call the pair.
    pub fn name(&self) -> String {
        if self.is_within() { self.references.clone() } else { format!("{} × {}", self.references, self.probes) }
    }

    fn new(set: &ScoreSet, names: [&String; 2], bootstrap: &Bootstrap, thresholds: &[UsedThreshold]) -> Self {
        let scores: Vec<f32> = thresholds.iter().map(|used| used.score).collect();
        let (_, found) = set.intervals(bootstrap, &[], &scores);
        let [references, probes] = names.map(String::clone);
        Self {
            references,
            probes,
            people: set.people(),
            people_with_pairs: set.people_with_pairs(),
            genuine_pairs: set.genuine_pairs(),
            impostor_pairs: set.impostor_pairs(),
            enrolment: set.enrolment(),
            acquisition: set.acquisition(),
            at_threshold: thresholds
                .iter()
                .zip(&found)
                .map(|(used, found)| AtThreshold::new(set, used, found))
                .collect(),
        }
    }
}

/// The groups with the highest and the lowest rate among those with enough comparisons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Extremes {
    /// The group with the highest rate.
    pub highest: String,
    /// Its rate.
    pub highest_rate: f64,
    /// The group with the lowest rate.
    pub lowest: String,
    /// Its rate.
    pub lowest_rate: f64,
    /// The highest over the lowest; null if the lowest is 0.
    pub ratio: Option<f64>,
    /// The highest over that of all pictures that are in a group; null if that is 0.
    pub over_all: Option<f64>,
}

/// What a threshold does to the groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupExtremes {
    /// The threshold's label.
    pub label: String,
    /// Of the FMR within groups of which three false matches or more would be expected at the rate
    /// that the threshold claims; null if there are fewer than two.
    pub fmr: Option<Extremes>,
    /// Of the FNMR within groups; null if fewer than two have genuine comparisons of ten people.
    pub fnmr: Option<Extremes>,
}

/// Rates by group of one attribute.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Differential {
    /// The attribute, or several with `+` between them.
    pub attribute: String,
    /// Pictures in no group.
    pub ungrouped: usize,
    /// Each group with itself, then each pair of groups.
    pub pairs: Vec<GroupPair>,
    /// The extremes at each threshold.
    pub extremes: Vec<GroupExtremes>,
}

impl Differential {
    /// Compares pictures within and between groups; the lists and `score` are those of
    /// [`crate::evaluate::all_pairs`].
    ///
    /// # Errors
    /// Those of [`crate::evaluate::all_pairs`].
    pub fn new(
        grouping: &Grouping,
        subjects: &[usize],
        enrolled: &[bool],
        score: impl Fn(usize, usize) -> f32 + Sync,
        thresholds: &[UsedThreshold],
        bootstrap: &Bootstrap,
    ) -> Result<Self> {
        let places: Vec<Vec<usize>> = (0..grouping.groups.len()).map(|group| grouping.places(group)).collect();
        let groups: Vec<(&String, &Vec<usize>)> = grouping.groups.iter().zip(&places).collect();
        let mut pairs = Vec::new();
        for (name, places) in &groups {
            let set = pairs_among(subjects, enrolled, places, &score)?;
            pairs.push(GroupPair::new(&set, [name, name], bootstrap, thresholds));
        }
        for (place, (first, references)) in groups.iter().enumerate() {
            for (second, probes) in groups.iter().skip(place + 1) {
                let set = pairs_between(subjects, enrolled, [references, probes], &score)?;
                pairs.push(GroupPair::new(&set, [first, second], bootstrap, thresholds));
            }
        }
        let mut grouped = places.concat();
        grouped.sort_unstable();
        let all = pairs_among(subjects, enrolled, &grouped, &score)?;
        let extremes = thresholds.iter().enumerate().map(|(place, used)| of_threshold(&pairs, &all, place, used));
        let extremes = extremes.collect();
        Ok(Self { attribute: grouping.attribute.clone(), ungrouped: grouping.without(), pairs, extremes })
    }
}

fn of_threshold(pairs: &[GroupPair], all: &ScoreSet, place: usize, used: &UsedThreshold) -> GroupExtremes {
    let within = || pairs.iter().filter(|pair| pair.is_within());
    let point = |pair: &GroupPair| pair.at_threshold.get(place)?.point;
    // Asked by size alone: whoever keeps small groups that show errors leaves out the best ones.
    let expected = |pair: &GroupPair| used.claimed.map(|fmr| fmr * pair.impostor_pairs as f64);
    let large = within().filter(|pair| expected(pair).is_none_or(|errors| errors >= LEAST_EXPECTED));
    let fmrs = large.filter_map(|pair| Some((pair.name(), point(pair)?.fmr)));
    let fnmr = |pair: &GroupPair| point(pair)?.fnmr;
    let enough = within().filter(|pair| pair.people_with_pairs >= LEAST_PEOPLE);
    let fnmrs = enough.filter_map(|pair| Some((pair.name(), fnmr(pair)?)));
    let of_all = all.at_threshold(used.score);
    GroupExtremes {
        label: used.label.clone(),
        fmr: extremes(fmrs.collect(), of_all.map(|p| p.fmr)),
        fnmr: extremes(fnmrs.collect(), of_all.and_then(|p| p.fnmr)),
    }
}

fn extremes(mut rates: Vec<(String, f64)>, of_all: Option<f64>) -> Option<Extremes> {
    rates.sort_by(|a, b| a.1.total_cmp(&b.1));
    let [(lowest, lowest_rate), .., (highest, highest_rate)] = rates.as_slice() else { return None };
    let over = |rate: f64| (rate > 0.0).then(|| highest_rate / rate);
    Some(Extremes {
        highest: highest.clone(),
        highest_rate: *highest_rate,
        lowest: lowest.clone(),
        lowest_rate: *lowest_rate,
        ratio: over(*lowest_rate),
        over_all: of_all.and_then(over),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    const OPTIONS: Bootstrap = Bootstrap { replicates: 200, seed: 3 };

    /// A number in 0 .. 1 without structure, from two others.
    fn noise(a: usize, b: usize) -> f64 {
        Random::new(a as u64, b as u64).below(1 << 30) as f64 / (1u64 << 30) as f64
    }

    /// Two groups of people with three pictures each: false matches within the second are five
    /// times as likely as within the first (2 %), between them half as likely; false non-matches
    /// 10 and 20 %.
    fn known(people: [usize; 2]) -> Differential {
        let subjects: Vec<usize> = (0..3 * (people[0] + people[1])).map(|i| i / 3).collect();
        let of: Vec<Option<usize>> = subjects.iter().map(|s| Some(usize::from(*s >= people[0]))).collect();
        let enrolled: Vec<bool> = (0..subjects.len()).map(|i| of[i] == Some(0) || i % 3 > 0).collect();
        let score = |i: usize, j: usize| {
            let matches = noise(i, j);
            f32::from(match (subjects[i] == subjects[j], of[i], of[j]) {
                (true, Some(0), _) => matches > 0.1,
                (true, ..) => matches > 0.2,
                (false, Some(0), Some(0)) => matches < 0.02,
                (false, Some(1), Some(1)) => matches < 0.1,
                _ => matches < 0.01,
            })
        };
        let grouping = Grouping { attribute: "kind".into(), groups: vec!["a".into(), "b".into()], of: of.clone() };
        let used = UsedThreshold { label: "t".into(), claimed: Some(0.02), score: 0.5 };
        Differential::new(&grouping, &subjects, &enrolled, score, &[used], &OPTIONS).unwrap()
    }

    #[test]
    fn ratios_between_groups_return() {
        let found = known([60, 60]);
        let names: Vec<String> = found.pairs.iter().map(GroupPair::name).collect();
        assert_eq!(names, ["a", "b", "a × b"]);
        for (pair, fmr, fnmr) in [(0, 0.02, Some(0.1)), (1, 0.1, Some(0.2)), (2, 0.01, None)] {
            let pair = &found.pairs[pair];
            let row = &pair.at_threshold[0];
            let point = row.point.unwrap();
            assert!((point.fmr / fmr - 1.0).abs() < 0.2, "{}: {point:?}", pair.name());
            let interval = row.fmr_interval.unwrap();
            assert!(interval.low <= fmr && fmr <= interval.high, "{}: {interval:?}", pair.name());
            assert!((row.ratio.unwrap() - point.fmr / 0.02).abs() < 1e-12 && !row.too_few);
            assert_eq!(point.fnmr.is_some(), fnmr.is_some());
            if let (Some(fnmr), Some(interval)) = (fnmr, row.fnmr_interval) {
                assert!(interval.low <= fnmr && fnmr <= interval.high, "{}: {interval:?}", pair.name());
            }
        }
        let extremes = &found.extremes[0];
        let (fmr, fnmr) = (extremes.fmr.as_ref().unwrap(), extremes.fnmr.as_ref().unwrap());
        assert_eq!((fmr.highest.as_str(), fmr.lowest.as_str(), fnmr.highest.as_str()), ("b", "a", "b"));
        assert!((fmr.ratio.unwrap() - 5.0).abs() < 1.0, "{fmr:?}");
        assert!(fmr.over_all.unwrap() > 1.5 && fnmr.ratio.unwrap() > 1.2, "{fmr:?} {fnmr:?}");
        // A third of the second group's pictures is refused, which moves no rate above.
        let (first, second) = (&found.pairs[0], &found.pairs[1]);
        assert_eq!((first.enrolment.unwrap().rate, second.enrolment.unwrap().failures), (0.0, 60));
        assert_eq!(found.pairs[2].acquisition.unwrap().failures, 60);
    }

    #[test]
    fn a_group_that_is_too_small_is_said_to_be_so() {
        let found = known([60, 3]);
        let row = &found.pairs[1].at_threshold[0];
        assert!(row.too_few && found.pairs[1].impostor_pairs < 150, "{row:?}");
        assert!(found.extremes[0].fmr.is_none() && found.extremes[0].fnmr.is_none(), "one group is no extreme");
    }
}
