//! Error versus discard: what leaving out the worst pictures gains.

use super::measured::{FMR, Measured, Part, SHARE};
use crate::commands::shared::Anyhow;
use selfsame::quality::{QualityReport, unified_weights};
use selfsame_lab::evaluate::{Bootstrap, Discard};
use selfsame_lab::say;

/// Folds of LFW's View 2.
const LFW_FOLDS: usize = 10;

/// The measures whose weight is not 0.
fn used() -> [bool; 6] {
    unified_weights().map(|weight| weight != 0.0)
}

/// Prints the curves, and gives those that a report shows.
pub fn run(measured: &Measured<'_>, bootstrap: &Bootstrap) -> Anyhow<Vec<Discard>> {
    let is_whole_lfw = measured.folds.iter().max() == Some(&(LFW_FOLDS - 1));
    let curves = if is_whole_lfw {
        let half = |fold: usize| 2 * fold / LFW_FOLDS;
        let parts = [measured.part(|fold| half(fold) == 0)?, measured.part(|fold| half(fold) == 1)?];
        let [first, second] = &parts;
        let crossed = [first.weighted(&second.fit(used())?), second.weighted(&first.fit(used())?)];
        say!("\neach half of the folds is judged with the weights of the other, at its own threshold");
        curves(measured, &parts, &crossed, bootstrap)?
    } else {
        let part = measured.part(|_| true)?;
        constants(measured, &part)?;
        let unified = part.weighted(&unified_weights().map(f64::from));
        curves(measured, &[part], &[unified], bootstrap)?
    };
    say!("\nFNMR at FMR {FMR:.0e} with so many pairs discarded, 95 % interval of the change by resampling people");
    for curve in &curves {
        let points: Vec<String> =
            curve.points.iter().map(|p| format!("{} %: {:.2}", 100.0 * p.discarded, 100.0 * p.fnmr)).collect();
        say!("{:>36}: {}", curve.name, points.join(", "));
        let Some((before, after)) = curve.at(0.0).zip(curve.at(SHARE)) else { continue };
        let change = after.reduction.map_or("-".to_owned(), |r| format!("{:+.1} %", -100.0 * r));
        let interval = after
            .reduction_interval
            .map_or("-".to_owned(), |i| format!("{:+.0} to {:+.0} %", -100.0 * i.high, -100.0 * i.low));
        say!("{:>36}  10 %: {change} ({interval}), {} of {} errors left", "", after.errors, before.errors);
    }
    Ok(curves.into_iter().take(3).collect())
}

/// Curves over the parts together; `unified` is the score before the template in each.
fn curves(
    measured: &Measured<'_>,
    parts: &[Part],
    unified: &[Vec<f32>],
    bootstrap: &Bootstrap,
) -> Anyhow<Vec<Discard>> {
    let thresholds = parts.iter().map(|part| measured.threshold(part)).collect::<Anyhow<Vec<_>>>()?;
    let of = |name: &str, quality: &[Vec<f32>]| {
        let trials = parts.iter().zip(quality).zip(&thresholds).map(|((part, q), threshold)| part.trial(q, *threshold));
        Discard::new(name, &trials.collect::<Vec<_>>(), bootstrap)
    };
    let by = |name: &str, measure: fn(&QualityReport) -> f32| {
        of(name, &parts.iter().map(|part| measured.measure(part, measure)).collect::<Vec<_>>())
    };
    let magnitude: Vec<_> = parts.iter().map(|part| measured.magnitude(part)).collect();
    Ok(vec![
        of("unified, before the template", unified),
        of("unified, of the template's magnitude", &magnitude),
        by("sharpness alone", |r| r.sharpness),
        by("pitch alone", |r| -r.pitch.native.abs()),
        by("yaw alone", |r| -r.yaw.native.abs()),
        by("inter-eye distance alone", |r| r.inter_eye_distance.native),
        by("luminance mean alone", |r| r.luminance_mean.native),
    ])
}

/// Prints what `quality/unified.rs` holds, as fitted here.
fn constants(measured: &Measured<'_>, part: &Part) -> Anyhow<()> {
    let weights = part.fit(used())?;
    say!("\nfitted here, as in quality/unified.rs");
    say!("const WEIGHTS: [f32; 6] = {weights:.5?};");
    for (name, quality) in [("", part.weighted(&weights)), ("_LN_MAGNITUDE", measured.magnitude(part))] {
        let mut known: Vec<f32> = quality.into_iter().filter(|q| q.is_finite()).collect();
        known.sort_by(f32::total_cmp);
        // Without a measured picture there is no quantile: NaN is printed.
        let at = |share: f64| known.get((share * known.len() as f64) as usize).copied().unwrap_or(f32::NAN);
        let (worst_tenth, median) = (at(0.1), at(0.5));
        say!("const WORST_TENTH{name}: f32 = {worst_tenth:.4};");
        // The median becomes 80: a logistic curve reaches 0.8 at ln 4 widths.
        say!("const WIDTH{name}: f32 = {:.4};", (median - worst_tenth) / 4f32.ln());
    }
    Ok(())
}
