use super::*;
use crate::evaluate::all_pairs;
use proptest::prelude::*;

const OPTIONS: Bootstrap = Bootstrap { replicates: 1_000, seed: 5 };

/// A number in 0 .. 1 without structure, from two others.
fn noise(a: usize, b: usize) -> f64 {
    Random::new(a as u64, b as u64).below(1 << 30) as f64 / (1u64 << 30) as f64
}

#[test]
fn independent_people_give_the_binomial_interval() {
    // 1,000 people with one pair each; 100 pairs score 0, the others 1.
    let subjects: Vec<usize> = (0..2_000).map(|i| i / 2).collect();
    let set = all_pairs(&subjects, &[true; 2_000], |i, j| if i / 2 == j / 2 { f32::from(i / 2 >= 100) } else { -1.0 });
    let (_, at) = set.unwrap().intervals(&OPTIONS, &[], &[0.5]);
    let fnmr = at[0].fnmr.unwrap();
    let half = 1.96 * (0.1f64 * 0.9 / 1_000.0).sqrt();
    assert!((fnmr.low - (0.1 - half)).abs() < 0.003 && (fnmr.high - (0.1 + half)).abs() < 0.003, "{fnmr:?}");
}

#[test]
fn people_who_fail_as_a_whole_widen_the_interval() {
    // 100 people with ten pictures each; all 45 pairs of ten people fail. As people: ± 0.06; as
    // 4,500 pairs it would be ± 0.009.
    let subjects: Vec<usize> = (0..1_000).map(|i| i / 10).collect();
    let set =
        all_pairs(&subjects, &[true; 1_000], |i, j| if i / 10 == j / 10 { f32::from(i / 10 >= 10) } else { -1.0 });
    let (_, at) = set.unwrap().intervals(&OPTIONS, &[], &[0.5]);
    let fnmr = at[0].fnmr.unwrap();
    let half = 1.96 * (0.1f64 * 0.9 / 100.0).sqrt();
    assert!((fnmr.high - fnmr.low - 2.0 * half).abs() < 0.02, "{fnmr:?}");
    assert_eq!(at[0].fmr, Some(Interval { low: 0.0, high: 0.0 }));
}

/// People of differing difficulty: a genuine pair scores its person's ease plus noise, an impostor
/// pair noise plus both people's resemblance to everybody.
fn population(number: usize, people: usize) -> ScoreSet {
    let subjects: Vec<usize> = (0..3 * people).map(|i| i / 3).collect();
    let score = |i: usize, j: usize| {
        let own = |k: usize, what: usize| noise(number * 1_000_003 + k / 3, what);
        let pair = noise(number * 7_919 + i, 100 + j);
        (if i / 3 == j / 3 { 1.0 + own(i, 1) + pair } else { 0.6 * (own(i, 2) + own(j, 2)) + pair }) as f32
    };
    all_pairs(&subjects, &vec![true; subjects.len()], score).unwrap()
}

#[test]
fn intervals_cover_the_truth_about_as_often_as_they_say() {
    // A population of its own for the truth: 800 people.
    let threshold = 1.7;
    let truth = population(0, 800).at_threshold(threshold).unwrap();
    let fnmr = truth.fnmr.unwrap();
    assert!(truth.fmr > 0.02 && fnmr > 0.1, "{truth:?}");
    let options = Bootstrap { replicates: 300, seed: 11 };
    let mut covered = [0, 0];
    for number in 1..=100 {
        let (_, at) = population(number, 60).intervals(&options, &[], &[threshold]);
        let holds = |interval: Option<Interval>, value: f64| {
            usize::from(interval.is_some_and(|i| i.low <= value && value <= i.high))
        };
        covered[0] += holds(at[0].fnmr, fnmr);
        covered[1] += holds(at[0].fmr, truth.fmr);
    }
    assert!(covered.iter().all(|c| *c >= 87), "{covered:?} of 100");
    assert!(covered.iter().any(|c| *c < 100), "intervals that always cover are too wide");
}

#[test]
fn intervals_hold_the_estimate_and_do_not_depend_on_threads() {
    let set = population(3, 100);
    let fmrs = [1e-1, 1e-2, 1e-3];
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| set.intervals(&OPTIONS, &fmrs, &[1.5]))
    };
    let (by_fmr, by_threshold) = run(1);
    assert_eq!((&by_fmr, &by_threshold), (&run(3).0, &run(3).1));
    for (fmr, found) in fmrs.iter().zip(&by_fmr) {
        let point = set.at_fmr(*fmr).unwrap();
        let (threshold, fnmr) = (found.threshold.unwrap(), found.fnmr.unwrap());
        assert!(threshold.low <= f64::from(point.threshold) && f64::from(point.threshold) <= threshold.high);
        let measured = point.fnmr.unwrap();
        assert!(fnmr.low <= measured && measured <= fnmr.high && fnmr.low < fnmr.high, "{fmr}: {fnmr:?}");
    }
    let other_seed = set.intervals(&Bootstrap { seed: 6, ..OPTIONS }, &fmrs, &[1.5]).0;
    assert_ne!(other_seed, by_fmr);
}

#[test]
fn what_cannot_be_measured_is_none() {
    let (by_fmr, by_threshold) = population(1, 9).intervals(&OPTIONS, &[0.1], &[1.5]);
    assert_eq!(by_fmr, [FixedFmr { threshold: None, fnmr: None }]);
    assert_eq!(by_threshold, [FixedThreshold { fmr: None, fnmr: None }]);
    // One picture each: impostor pairs alone.
    let singles: Vec<usize> = (0..40).collect();
    let set = all_pairs(&singles, &[true; 40], |i, j| noise(i, j) as f32).unwrap();
    let (by_fmr, _) = set.intervals(&OPTIONS, &[0.1, 1e-6], &[]);
    assert!(by_fmr[0].threshold.is_some() && by_fmr[0].fnmr.is_none());
    assert!(by_fmr[1].threshold.is_none(), "780 pairs cannot show one in a million");
}

#[test]
fn percentiles_by_hand() {
    let values = |n: i32| (0..=n).map(|v| Some(f64::from(v))).collect::<Vec<_>>();
    assert_eq!(percentiles(values(1_000)), Some(Interval { low: 25.0, high: 975.0 }));
    assert_eq!(percentiles(values(2)), Some(Interval { low: 0.05, high: 1.95 }));
    assert_eq!(percentiles(Vec::new()), None);
    assert_eq!(percentiles(vec![Some(1.0), None]), None);
    let mut censored = values(1_000);
    censored[..10].fill(Some(f64::NEG_INFINITY));
    assert_eq!(percentiles(censored.clone()), Some(Interval { low: 25.0, high: 975.0 }));
    censored[..30].fill(Some(f64::NEG_INFINITY));
    assert_eq!(percentiles(censored), None);
}

proptest! {
    #[test]
    fn weights_count_as_if_people_were_copied(
        pictures in prop::collection::vec((1usize..4, 0u64..3), 1..8),
        failed in any::<u32>(),
        threshold in 0f32..1.0,
    ) {
        let subjects: Vec<usize> = pictures.iter().enumerate().flat_map(|(p, (n, _))| vec![p; *n]).collect();
        let enrolled: Vec<bool> = (0..subjects.len()).map(|i| failed >> i & 1 == 0).collect();
        let score = |i: usize, j: usize| noise(i, j) as f32;
        let set = all_pairs(&subjects, &enrolled, score).unwrap();
        let weights: Vec<u64> = pictures.iter().map(|(_, w)| *w).collect();
        let sums = Sums::new(&set, &weights);
        let (mut all, mut matching) = ([0; 2], [0; 2]);
        for i in 0..subjects.len() {
            for j in i + 1..subjects.len() {
                let (a, b) = (subjects[i], subjects[j]);
                let copies = if a == b { weights[a] } else { weights[a] * weights[b] };
                if !(enrolled[i] && enrolled[j]) {
                    continue;
                }
                all[usize::from(a != b)] += copies;
                matching[usize::from(a != b)] += if score(i, j) >= threshold { copies } else { 0 };
            }
        }
        prop_assert_eq!([sums.genuine_pairs, sums.impostor_pairs], all);
        prop_assert_eq!([sums.matches(threshold), sums.false_matches(threshold)], matching);
    }
}
