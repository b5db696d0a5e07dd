//! Intervals, and those for counts of independent trials.

/// Two-sided 95 % quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// An interval that holds the true value with a confidence of 95 %, under the assumptions of what
/// made it.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Interval for a probability of which `successes` of `trials` independent trials are known: E. B.
/// Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
/// American Statistical Association 22, 1927. `None` without trials, or with more successes than
/// trials.
pub fn wilson(successes: u64, trials: u64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    let n = trials as f64;
    let p = successes as f64 / n;
    let center = (p + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(Interval { low: (center - half).max(0.0), high: (center + half).min(1.0) })
}

/// The exact interval of the same probability, of at least 95 %, which no share near 0 or 1
/// undermines: C. J. Clopper, E. S. Pearson, "The use of confidence or fiducial limits illustrated
/// in the case of the binomial", Biometrika 26, 1934. After no success in n trials it ends near 3.7
/// / n. `None` without trials, or with more successes than trials.
pub fn clopper_pearson(successes: u64, trials: u64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    Some(Interval { low: 1.0 - exact_high(trials - successes, trials), high: exact_high(successes, trials) })
}

/// The probability at which `successes` or fewer are seen once in 40 times.
fn exact_high(successes: u64, trials: u64) -> f64 {
    if successes == trials {
        return 1.0;
    }
    let [mut low, mut high] = [successes as f64 / trials as f64, 1.0];
    // Halved to the last bit of a double.
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        *(if at_most(successes, trials, middle) > 0.025 { &mut low } else { &mut high }) = middle;
    }
    high
}

/// The probability of `successes` or fewer, each with the probability `p`: terms of the binomial
/// distribution from their logarithms.
fn at_most(successes: u64, trials: u64, p: f64) -> f64 {
    let odds = (p / (1.0 - p)).ln();
    let mut term = trials as f64 * (-p).ln_1p();
    let mut sum = term.exp();
    for i in 0..successes {
        term += ((trials - i) as f64 / (i + 1) as f64).ln() + odds;
        sum += term.exp();
    }
    sum
}

/// The rule of 3: after no error in `trials` independent trials, the error rate is below this with
/// a confidence of 95 %. ISO/IEC 19795-1, annex on test size and uncertainty; B. D. Jovanovic, P.
/// S. Levy, "A Look at the Rule of Three", The American Statistician 51(2), 1997. `None` with fewer
/// than three trials.
///
/// Trials must be independent. Pairs of pictures of the same people are not: see
/// [`super::ScoreSet::independent_impostor_trials`].
pub fn rule_of_three(trials: u64) -> Option<f64> {
    (trials >= 3).then(|| 3.0 / trials as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_values() {
        // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
        // Medicine 17, 1998, table I.
        for (successes, trials, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let interval = wilson(successes, trials).unwrap();
            let near = (interval.low - low).abs() < 6e-5 && (interval.high - high).abs() < 6e-5;
            assert!(near, "{successes} of {trials}: {interval:?}");
        }
        assert!(wilson(0, 0).is_none() && wilson(2, 1).is_none());
    }

    #[test]
    fn published_values_of_the_exact_interval() {
        // The same table, method 5; and n = 300 without a success in closed form, 1 -
        // 0.025^(1/300).
        for (successes, trials, low, high) in [
            (81, 263, 0.2527, 0.3676),
            (15, 148, 0.0578, 0.1617),
            (0, 20, 0.0, 0.1684),
            (1, 29, 0.0009, 0.1776),
            (0, 300, 0.0, 1.0 - 0.025f64.powf(1.0 / 300.0)),
        ] {
            let interval = clopper_pearson(successes, trials).unwrap();
            let near = (interval.low - low).abs() < 6e-5 && (interval.high - high).abs() < 6e-5;
            assert!(near, "{successes} of {trials}: {interval:?}");
        }
        assert!(clopper_pearson(0, 0).is_none() && clopper_pearson(2, 1).is_none());
        // The rule of 3 is the same bound, one-sided: it is exceeded once in 20 times, not once in
        // 40.
        let (two_sided, one_sided) = (clopper_pearson(0, 1_000).unwrap().high, rule_of_three(1_000).unwrap());
        assert!((1.2..1.25).contains(&(two_sided / one_sided)), "{two_sided} over {one_sided}");
    }

    #[test]
    fn three_over_n_is_about_where_no_error_becomes_unlikely() {
        for trials in [30, 300, 3_000_000] {
            let bound = rule_of_three(trials).unwrap();
            let no_error = (1.0 - bound).powf(trials as f64);
            assert!((no_error - 0.05).abs() < 0.01, "{trials}: {no_error}");
        }
        assert!(rule_of_three(2).is_none());
    }

    proptest! {
        #[test]
        fn the_exact_interval_leaves_a_fortieth_on_either_side(trials in 1u64..3_000, share in 0f64..=1.0) {
            let successes = (share * trials as f64) as u64;
            let Interval { low, high } = clopper_pearson(successes, trials).unwrap();
            if successes < trials {
                prop_assert!((at_most(successes, trials, high) - 0.025).abs() < 1e-6);
            }
            if successes > 0 {
                prop_assert!((1.0 - at_most(successes - 1, trials, low) - 0.025).abs() < 1e-6);
            }
        }

        #[test]
        fn wilson_holds_the_estimate_and_mirrors(trials in 1u64..100_000, share in 0f64..=1.0) {
            let successes = (share * trials as f64) as u64;
            let interval = wilson(successes, trials).unwrap();
            let p = successes as f64 / trials as f64;
            prop_assert!(0.0 <= interval.low && interval.low <= p + 1e-12 && p <= interval.high + 1e-12 && interval.high <= 1.0);
            let mirrored = wilson(trials - successes, trials).unwrap();
            prop_assert!((mirrored.low - (1.0 - interval.high)).abs() < 1e-9);
        }
    }
}
