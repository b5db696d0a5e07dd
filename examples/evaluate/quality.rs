//! The unified quality score: its weights, fitted on the pictures at hand, and what discarding pairs by the one in the code gains.
//!
//! `lfw DIR --folds 1-5 --quality` prints the weights that the code has, `--folds 6-10` measures them on other people.

use super::Anyhow;
use super::further::Pictures;
use super::templates::progress;
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use selfsame::evaluate::{Discard, ScoreSet, comparison_scores, fit_quality, genuine_pairs};
use selfsame::image::{Limits, Photo};
use selfsame::quality::{QualityReport, assess, unified_features, unified_of_magnitude};

/// The false match rate whose threshold judges.
const FMR: f64 = 1e-3;

pub fn run(pictures: &Pictures<'_>, set: &ScoreSet) -> Anyhow<Vec<Discard>> {
    let setup = pictures.setup;
    let assessed = |path: &&std::path::Path| -> Anyhow<Option<QualityReport>> {
        let photo = Photo::decode(&std::fs::read(path)?, &Limits::default())?;
        let Some(mesh) = setup.choice.mesh(&setup.engine, &photo)? else { return Ok(None) };
        Ok(Some(assess(&photo.frame(), &mesh)?))
    };
    let bar = progress(pictures.paths.len(), "quality")?;
    let reports = pictures.paths.par_iter().progress_with(bar).map(assessed).collect::<Anyhow<Vec<_>>>()?;

    let scores = comparison_scores(pictures.templates)?;
    let is_enrolled = |place: usize| pictures.templates[place].is_some();
    let pairs =
        genuine_pairs(pictures.subjects, |a, b| if is_enrolled(a) && is_enrolled(b) { scores(a, b) } else { f32::NAN });
    let features: Vec<_> = reports.iter().map(|report| report.as_ref().map(unified_features)).collect();
    let weights = fit_quality(&pairs, pictures.subjects, &features)?;
    println!("\nweights of the unified quality score, fitted here: {weights:.5?}");

    let threshold = set.at_fmr(FMR).ok_or("there are too few impostor pairs for an FMR of 1e-3")?.threshold;
    let by_report = |of: fn(&QualityReport) -> f32| -> Vec<f32> {
        reports.iter().map(|report| report.as_ref().map_or(f32::NEG_INFINITY, of)).collect()
    };
    let magnitude = |template: &Option<_>| {
        template
            .as_ref()
            .map_or(f32::NEG_INFINITY, |t: &selfsame::template::Template| unified_of_magnitude(t.magnitude()).native)
    };
    let candidates = [
        ("unified, before the template", by_report(|r| r.unified.native)),
        ("unified, of the template's magnitude", pictures.templates.iter().map(magnitude).collect()),
        ("sharpness alone", by_report(|r| r.sharpness)),
        ("inter-eye distance alone", by_report(|r| r.inter_eye_distance.native)),
        ("luminance mean alone", by_report(|r| r.luminance_mean.native)),
        ("yaw alone", by_report(|r| -r.yaw.native.abs())),
        ("pitch alone", by_report(|r| -r.pitch.native.abs())),
    ];
    let curves: Vec<Discard> =
        candidates.iter().map(|(name, quality)| Discard::new(name, &pairs, quality, threshold)).collect();
    println!("{:>38} {:>8}   FNMR with so many pairs discarded, at FMR {FMR:.0e}", "", "10 %:");
    for curve in &curves {
        let gain = curve.reduction(0.1).map_or("-".to_owned(), |r| format!("{:+.0} %", -100.0 * r));
        let points: Vec<String> =
            curve.points.iter().map(|p| format!("{:.0} %: {:.2}", 100.0 * p.discarded, 100.0 * p.fnmr)).collect();
        println!("{:>38} {gain:>8}   {}", curve.name, points.join(", "));
    }
    Ok(curves.into_iter().take(3).collect())
}
