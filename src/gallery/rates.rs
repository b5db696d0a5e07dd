//! False alarms of a search, and false matches of its comparisons (ISO/IEC 19795-1).

use super::fault::fault;
use crate::error::{ErrorKind, Result};

/// The false match rate at which a search among `enrolled` templates, for somebody who is not
/// enrolled, finds anybody at a rate of `fpir` (false positive identification rate): `1 − (1 −
/// fpir)^(1/enrolled)`, as if comparisons were independent. They are not quite (some faces resemble
/// many), so that real rates differ: measure.
///
/// Small galleries need less strict thresholds than large ones: an FPIR of 1 % takes an FMR of 1e-2
/// for 1 template, 1e-5 for 1,000 and 1e-8 for 1,000,000. A calibration covers the rates that it
/// was measured for, and refuses others.
///
/// ```
/// # use selfsame::gallery::fmr_for_fpir;
/// assert!((fmr_for_fpir(0.01, 1000)? / 1.005e-5 - 1.0).abs() < 1e-4);
/// # Ok::<(), selfsame::error::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] unless 0 < `fpir` < 1 and `enrolled` ≥ 1.
pub fn fmr_for_fpir(fpir: f64, enrolled: usize) -> Result<f64> {
    check(fpir, enrolled)?;
    Ok(-((-fpir).ln_1p() / enrolled as f64).exp_m1())
}

/// The other way round: the rate of false alarms of searches among `enrolled` templates at a false
/// match rate of `fmr`.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] unless 0 < `fmr` < 1 and `enrolled` ≥ 1.
pub fn fpir_for_fmr(fmr: f64, enrolled: usize) -> Result<f64> {
    check(fmr, enrolled)?;
    Ok(-((-fmr).ln_1p() * enrolled as f64).exp_m1())
}

/// The false match rate at which `false_pairs` pairs of different people are expected to match
/// when each of `templates` is compared with each other: `false_pairs` over the number of pairs.
///
/// Populations ask for rates that no data set has measured: one false pair among a million people
/// takes 2e-12. A calibration refuses rates beyond its points.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] unless there are two templates, and `false_pairs` is above 0 and
/// below the number of pairs.
pub fn fmr_for_pairs(false_pairs: f64, templates: u64) -> Result<f64> {
    let fmr = false_pairs / pairs_among(templates);
    check(fmr, 1)?;
    Ok(fmr)
}

/// How many false pairs to expect.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct FalsePairs {
    /// The mean: the false match rate times the number of pairs.
    pub expected: f64,
    /// The interval that the number lies in with a probability of 95 %, lower end first.
    pub interval: (f64, f64),
}

/// How many pairs of different people to expect over the bar when each of `templates` is compared
/// with each other. `fmr` is the false match rate of the bar, least, likeliest and most: the ends
/// of its own 95 % interval, or three times the same where it counts as known.
///
/// The interval reaches from the lower end of Poisson's for the least rate to the upper end of the
/// one for the greatest (approximated as by E. B. Wilson and M. M. Hilferty, 1931). Pairs are not
/// independent, since some faces resemble many, so that real numbers spread more.
///
/// ```
/// # use selfsame::gallery::false_pairs;
/// let budget = false_pairs([1e-6; 3], 10_000)?;
/// assert!((budget.expected - 49.995).abs() < 1e-9);
/// assert!(budget.interval.0 > 36.0 && budget.interval.1 < 66.0);
/// # Ok::<(), selfsame::error::Error>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] unless the rates lie between 0 and 1 and rise, and there are two
/// templates.
pub fn false_pairs(fmr: [f64; 3], templates: u64) -> Result<FalsePairs> {
    fmr.iter().try_for_each(|rate| check(*rate, 1))?;
    if !fmr.is_sorted() || templates < 2 {
        let message = format!("rates {fmr:?} among {templates}: wanted are rising ones, among at least two");
        return Err(fault(ErrorKind::InvalidArgument, message));
    }
    let [least, expected, most] = fmr.map(|rate| rate * pairs_among(templates));
    Ok(FalsePairs { expected, interval: (poisson(least, -NORMAL), poisson(most, NORMAL)) })
}

/// The quantile of the normal distribution that 2.5 % exceed.
const NORMAL: f64 = 1.959_964;

/// The quantile of Poisson's distribution of this mean where the normal one has `normal`.
fn poisson(mean: f64, normal: f64) -> f64 {
    // The chi-squared distribution of 2·mean degrees of freedom, nearly the cube of a normal one.
    let ninth = 1.0 / (9.0 * mean);
    (mean * (1.0 - ninth + normal * ninth.sqrt()).max(0.0).powi(3)).floor().max(0.0) + f64::from(normal > 0.0)
}

/// How many pairs there are among so many.
fn pairs_among(count: u64) -> f64 {
    count as f64 * (count as f64 - 1.0) / 2.0
}

fn check(rate: f64, enrolled: usize) -> Result<()> {
    if !(rate > 0.0 && rate < 1.0) || enrolled == 0 {
        let message = format!("a rate of {rate} among {enrolled}: wanted is one between 0 and 1, among at least one");
        return Err(fault(ErrorKind::InvalidArgument, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_rates() {
        let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-12;
        assert!(close(fmr_for_fpir(0.5, 1).unwrap(), 0.5));
        assert!(close(fmr_for_fpir(0.75, 2).unwrap(), 0.5));
        assert!(close(fpir_for_fmr(0.5, 2).unwrap(), 0.75));
        // Where 1 − (1 − x)^(1/n) by `powf` has no digit left.
        assert!(close(fmr_for_fpir(1e-9, 1_000_000_000).unwrap(), 1e-18 * (1.0 + 0.5e-9)));
        for (rate, enrolled) in [(0.0, 1), (1.0, 1), (-0.1, 1), (f64::NAN, 1), (f64::INFINITY, 1), (0.5, 0)] {
            assert_eq!(fmr_for_fpir(rate, enrolled).unwrap_err().kind(), ErrorKind::InvalidArgument);
            assert_eq!(fpir_for_fmr(rate, enrolled).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }

    #[test]
    fn pairs_of_a_population() {
        assert_eq!(fmr_for_pairs(1.0, 1_000_000).unwrap(), 1.0 / 499_999_500_000.0);
        let budget = false_pairs([1e-7, 1e-6, 3e-6], 10_001).unwrap();
        assert!((budget.expected - 50.005).abs() < 1e-9);
        // Poisson's quantiles, by its sum: P(X ≤ 1) = 0.040, P(X ≤ 174) = 0.975.
        assert!(budget.interval.0 <= 1.0 && (174.0..=177.0).contains(&budget.interval.1), "{budget:?}");
        assert_eq!(false_pairs([1e-12; 3], 100).unwrap().interval, (0.0, 1.0));
        for (rates, templates) in [([1e-6, 1e-7, 1e-6], 10), ([0.0, 0.1, 0.2], 10), ([f64::NAN; 3], 10), ([0.1; 3], 1)]
        {
            assert_eq!(false_pairs(rates, templates).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
        for (wanted, templates) in [(0.0, 10), (45.0, 10), (f64::NAN, 10), (0.5, 1), (0.5, 0)] {
            assert_eq!(fmr_for_pairs(wanted, templates).unwrap_err().kind(), ErrorKind::InvalidArgument);
        }
    }

    proptest! {
        #[test]
        fn the_two_undo_each_other(exponent in -12f64..-0.05, enrolled in 1usize..100_000_000) {
            let fpir = 10f64.powf(exponent);
            let back = fpir_for_fmr(fmr_for_fpir(fpir, enrolled).unwrap(), enrolled).unwrap();
            prop_assert!((back / fpir - 1.0).abs() < 1e-9);
        }
    }
}
