//! `--halves`: thresholds of one half of the people, tried on the other.

use super::enrolled::Enrolled;
use crate::commands::shared::Anyhow;
use selfsame::compare::{Calibration, Pairing};
use selfsame_lab::evaluate::{Bootstrap, all_pairs, comparison_scores};
use selfsame_lab::say;

/// Prints what false match rates the thresholds of one half have on the other.
pub fn halves(pictures: &Enrolled<'_>, bootstrap: &Bootstrap) -> Anyhow<()> {
    let scores = comparison_scores(&pictures.templates)?;
    let half = |which: usize| {
        let places: Vec<usize> = (0..pictures.subjects.len()).filter(|i| pictures.subjects[*i] % 2 == which).collect();
        let subjects: Vec<usize> = places.iter().map(|i| pictures.subjects[*i]).collect();
        let enrolled: Vec<bool> = places.iter().map(|i| pictures.templates[*i].is_some()).collect();
        all_pairs(&subjects, &enrolled, |i, j| scores(places[i], places[j]))
    };
    let halves = [half(0)?, half(1)?];
    say!("\nthresholds of one half of the people, on the other half");
    say!("{:>10} {:>10} {:>12} {:>10} {:>10}", "asked FMR", "threshold", "FMR there", "factor", "Cllr, bits");
    for (fitted, tried) in [(&halves[0], &halves[1]), (&halves[1], &halves[0])] {
        let spec = fitted.calibrate(Pairing::SelfieSelfie, "", None, bootstrap)?;
        // A cost that cannot be measured is printed as NaN.
        let cost = tried.cllr(&spec.log_likelihood_ratio).unwrap_or(f64::NAN);
        let calibration = Calibration::new(&pictures.setup.ensemble.card().id, spec)?;
        for fmr in [1e-2, 1e-3, 1e-4, 1e-5] {
            let threshold = calibration.threshold(fmr)?;
            let there = tried.at_threshold(threshold.score().value()).ok_or("no pairs")?.fmr;
            let beyond = if threshold.is_extrapolated() { "  beyond the data" } else { "" };
            let value = threshold.score().value();
            say!("{fmr:>10.0e} {value:>10.4} {there:>12.3e} {:>10.2} {cost:>10.4}{beyond}", there / fmr);
        }
    }
    Ok(())
}
