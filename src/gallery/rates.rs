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

    proptest! {
        #[test]
        fn the_two_undo_each_other(exponent in -12f64..-0.05, enrolled in 1usize..100_000_000) {
            let fpir = 10f64.powf(exponent);
            let back = fpir_for_fmr(fmr_for_fpir(fpir, enrolled).unwrap(), enrolled).unwrap();
            prop_assert!((back / fpir - 1.0).abs() < 1e-9);
        }
    }
}
