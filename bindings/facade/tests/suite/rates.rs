//! Error rates.

use selfsame_facade::error_rates;

#[test]
fn rates_of_labelled_scores_are_the_laboratory_s() {
    // Twelve people with two pictures each; one pair of each kind errs.
    let subjects: Vec<u64> = (0..24).map(|i| 1000 - 7 * (i / 2)).collect();
    let score = |i: usize, j: usize| match (i.min(j), i.max(j)) {
        (0, 1) => 0.1,
        (2, 5) => 0.8,
        (a, b) if a / 2 == b / 2 => 0.9,
        (a, b) => 0.001 * (a + b) as f32,
    };
    let scores: Vec<f32> = (0..24 * 24).map(|at| score(at / 24, at % 24)).collect();
    let rates = error_rates(&scores, &subjects, &[0.01, 1e-6], 200, 1).unwrap();
    assert_eq!((rates.people, rates.genuine_pairs, rates.impostor_pairs), (12, 12, 264));
    let at = &rates.at_fmr[0];
    assert_eq!((at.fnmr, at.gfnmr), (Some(0.0), Some(0.0)), "two of 264 may match, and 0.1 is above all but one");
    assert!(at.fnmr_interval.is_some() && at.threshold.is_some());
    assert_eq!(rates.at_fmr[1].fnmr, None, "264 pairs cannot show one in a million");
    assert_eq!(error_rates(&scores, &subjects[1..], &[], 1, 1).unwrap_err().code, "shape_mismatch");
    assert!(error_rates(&scores, &subjects, &[], 1_000_000, 1).is_err());
    // A picture without a template is in the generalised rate alone.
    let missing: Vec<f32> =
        scores.iter().enumerate().map(|(at, s)| if at / 24 == 9 || at % 24 == 9 { f32::NAN } else { *s }).collect();
    let rates = error_rates(&missing, &subjects, &[0.01], 200, 1).unwrap();
    assert_eq!((rates.genuine_pairs, rates.at_fmr[0].gfnmr), (11, Some(1.0 / 12.0)));
}
