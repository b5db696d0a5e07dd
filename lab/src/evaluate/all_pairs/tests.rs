use super::*;
use proptest::prelude::*;

/// A score without structure, different for every pair.
fn noise(i: usize, j: usize) -> f32 {
    let mut state = (i as u64) << 32 | j as u64;
    for _ in 0..3 {
        state = (state ^ (state >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9).wrapping_add(0x9E37_79B9);
    }
    (state >> 40) as f32 / (1u64 << 22) as f32 - 2.0
}

#[test]
fn pairs_are_counted_and_failures_never_match() {
    let set = all_pairs(&[7, 7, 1, 2, 7], &[true, true, true, true, false], |_, _| 1.5).unwrap();
    assert_eq!((set.people(), set.people_with_pairs(), set.pictures()), (3, 1, 5));
    assert_eq!((set.genuine_pairs(), set.impostor_pairs()), (1, 5));
    assert_eq!((set.attempted_genuine_pairs(), set.attempted_impostor_pairs()), (3, 7));
    assert_eq!((set.matches(1.5), set.false_matches(1.5)), (1, 5));
    assert_eq!((set.matches(1.6), set.false_matches(1.6)), (0, 0));
}

#[test]
fn faults_of_the_caller_are_errors() {
    let kind = |outcome: Result<ScoreSet>| outcome.unwrap_err().kind();
    assert_eq!(kind(all_pairs(&[0, 1], &[true], |_, _| 0.0)), ErrorKind::ShapeMismatch);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let error = all_pairs(&[0, 1, 2], &[true; 3], |i, j| if (i, j) == (1, 2) { bad } else { 0.0 }).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NonFinite);
        assert!(error.to_string().contains("pictures 1 and 2"), "{error}");
    }
    let many = vec![0; MAX_PICTURES + 1];
    assert_eq!(kind(all_pairs(&many, &vec![false; many.len()], |_, _| 0.0)), ErrorKind::LimitExceeded);
    // 4,097 pictures of one person make more than 2^23 pairs.
    let many = vec![0; 4_097];
    assert_eq!(kind(all_pairs(&many, &vec![true; many.len()], |_, _| 0.0)), ErrorKind::LimitExceeded);
    assert_eq!(all_pairs(&[], &[], |_, _| 0.0).unwrap().impostor_pairs(), 0);
}

#[test]
fn the_outcome_does_not_depend_on_the_number_of_threads() {
    let subjects: Vec<usize> = (0..500).map(|i| i / 3).collect();
    let enrolled: Vec<bool> = (0..500).map(|i| i % 11 != 0).collect();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| all_pairs(&subjects, &enrolled, noise).unwrap())
    };
    let (one, four) = (run(1), run(4));
    assert_eq!((&one.genuine, &one.impostor), (&four.genuine, &four.impostor));
    assert_eq!(one.impostor_moments(), four.impostor_moments());
}

#[test]
fn what_is_kept_is_bounded() {
    let kept = |counts: &[u64]| {
        let total: u64 = counts.iter().sum();
        let mut above: Vec<u64> =
            counts.iter().scan(total, |left, c| Some(std::mem::replace(left, *left - c))).collect();
        above.push(0);
        above[lowest_kept_bin(&above)]
    };
    assert_eq!(kept(&[5, 5]), 10, "few are kept whole");
    assert_eq!(kept(&[40_000_000, 1_000_000, 600_000]), 1_600_000, "at least a million");
    assert_eq!(kept(&[98_000_000, 1_000_000, 1_000_000]), 2_000_000, "2 %");
    assert_eq!(kept(&[1 << 40, 1 << 21, 1 << 21]), 1 << 22, "and no more than four million");
    assert_eq!(kept(&[0, 1 << 30]), 0, "nor if all scores are one");
}

proptest! {
    #[test]
    fn counts_equal_those_of_the_plain_loop(
        subjects in prop::collection::vec(0usize..40, 0..150),
        failed in any::<u64>(),
        threshold in -2.5f32..2.5,
    ) {
        let enrolled: Vec<bool> = (0..subjects.len()).map(|i| i % 5 != 0 || failed >> (i % 64) & 1 == 0).collect();
        let set = all_pairs(&subjects, &enrolled, noise).unwrap();
        let mut counts = [0; 6];
        for i in 0..subjects.len() {
            for j in i + 1..subjects.len() {
                let matches = enrolled[i] && enrolled[j] && noise(i, j) >= threshold;
                let kind = if subjects[i] == subjects[j] { 0 } else { 3 };
                counts[kind] += 1;
                counts[kind + 1] += u64::from(enrolled[i] && enrolled[j]);
                counts[kind + 2] += u64::from(matches);
            }
        }
        prop_assert_eq!(counts_of(&set, threshold), counts);
    }

    #[test]
    fn counts_between_two_sides_equal_those_of_the_plain_loop(
        subjects in prop::collection::vec(0usize..20, 0..150),
        sides in prop::collection::vec(0usize..3, 150),
        failed in any::<u64>(),
        threshold in -2.5f32..2.5,
    ) {
        let enrolled: Vec<bool> = (0..subjects.len()).map(|i| i % 5 != 0 || failed >> (i % 64) & 1 == 0).collect();
        let side = |which: usize| (0..subjects.len()).filter(|i| sides[*i] == which).collect::<Vec<_>>();
        let (references, probes) = (side(0), side(1));
        let set = pairs_between(&subjects, &enrolled, [&references, &probes], noise).unwrap();
        let mut counts = [0; 6];
        for i in &references {
            for j in &probes {
                let compared = enrolled[*i] && enrolled[*j];
                let kind = if subjects[*i] == subjects[*j] { 0 } else { 3 };
                counts[kind] += 1;
                counts[kind + 1] += u64::from(compared);
                counts[kind + 2] += u64::from(compared && noise(*i, *j) >= threshold);
            }
        }
        prop_assert_eq!(counts_of(&set, threshold), counts);
    }
}

/// Pairs, comparisons and matches, genuine ones first.
fn counts_of(set: &ScoreSet, threshold: f32) -> [u64; 6] {
    let genuine = [set.attempted_genuine_pairs(), set.genuine_pairs(), set.matches(threshold)];
    let impostor = [set.attempted_impostor_pairs(), set.impostor_pairs(), set.false_matches(threshold)];
    [genuine, impostor].concat().try_into().unwrap()
}

#[test]
fn a_picture_is_on_one_side_and_in_the_list() {
    let between = |places: [&[usize]; 2]| pairs_between(&[0, 1, 2], &[true; 3], places, |_, _| 0.0);
    assert_eq!(between([&[0, 1], &[1, 2]]).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(between([&[0, 1], &[3]]).unwrap_err().kind(), ErrorKind::ShapeMismatch);
    assert_eq!(pairs_among(&[0, 1, 0, 1], &[true; 4], &[0, 1, 3], noise).unwrap().genuine_pairs(), 1);
}
