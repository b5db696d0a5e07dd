//! `--documents`: one picture of each pair as a document's portrait.

use super::enrolled::Enrolled;
use crate::commands::shared::{Anyhow, progress};
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use selfsame::compare::score;
use selfsame::template::Template;
use selfsame_lab::evaluate::{DocumentKind, ScoreSet, all_pairs};
use selfsame_lab::say;

/// The false match rates that are reported.
const RATES: [f64; 3] = [1e-2, 1e-3, 1e-4];

/// Each kind of document portrait against photographs, at the thresholds of photographs; returns
/// the scores of all kinds mixed.
pub fn documents(pictures: &Enrolled<'_>, set: &ScoreSet) -> Anyhow<ScoreSet> {
    let people_with_pairs =
        |place: usize| pictures.subjects.iter().filter(|s| **s == pictures.subjects[place]).count() > 1;
    say!("\n{:>28} {:>9} {:>26}   at the photographs' thresholds for", "document portrait", "not found", "FNMR (FMR)");
    say!("{:>28} {:>9} {:>22} {:>22} {:>22}", "", "", "FMR 1e-2", "FMR 1e-3", "FMR 1e-4");
    let report = |name: &str, missing: usize, scores: &ScoreSet| {
        let at = |fmr: f64| -> Option<String> {
            let point = scores.at_threshold(set.at_fmr(fmr)?.threshold)?;
            Some(format!("{:.2} % ({:.1e})", 100.0 * point.fnmr?, point.fmr))
        };
        let cells: Vec<String> = RATES.iter().map(|fmr| format!("{:>22}", at(*fmr).unwrap_or("-".into()))).collect();
        say!("{name:>28} {missing:>9} {}", cells.join(" "));
    };
    report("none", pictures.templates.iter().filter(|template| template.is_none()).count(), set);
    let setup = pictures.setup;
    let portrait = |kind: DocumentKind, place: usize| -> Anyhow<Option<Template>> {
        let photo = setup.read(pictures.paths[place])?;
        let Some(mesh) = setup.choice.mesh(&setup.engine, &photo)? else { return Ok(None) };
        let portrait = kind.portrait(&photo, &mesh, place as u64)?;
        Ok(setup.choice.template(&setup.engine, &portrait, &setup.options)?)
    };
    let in_pairs: Vec<usize> = (0..pictures.paths.len()).filter(|i| people_with_pairs(*i)).collect();
    let mut mixed: Vec<Option<Template>> = vec![None; pictures.paths.len()];
    for (number, kind) in DocumentKind::ALL.into_iter().enumerate() {
        let wanted: Vec<usize> = (0..pictures.paths.len())
            .filter(|i| {
                pictures.templates[*i].is_some() && (people_with_pairs(*i) || i % DocumentKind::ALL.len() == number)
            })
            .collect();
        let made = wanted
            .par_iter()
            .progress_with(progress(wanted.len(), kind.as_str())?)
            .map(|i| portrait(kind, *i))
            .collect::<Anyhow<Vec<_>>>()?;
        let mut of_kind: Vec<Option<Template>> = vec![None; pictures.paths.len()];
        for (place, template) in wanted.iter().zip(made) {
            if place % DocumentKind::ALL.len() == number {
                mixed[*place] = template.clone();
            }
            of_kind[*place] = template;
        }
        let missing = in_pairs.iter().filter(|i| of_kind[**i].is_none()).count();
        report(kind.as_str(), missing, &against_photographs(pictures, &of_kind, &in_pairs)?);
    }
    let all: Vec<usize> = (0..pictures.paths.len()).collect();
    let mixed_scores = against_photographs(pictures, &mixed, &all)?;
    report("all kinds mixed", mixed.iter().filter(|t| t.is_none()).count(), &mixed_scores);
    Ok(mixed_scores)
}

/// Of each pair of `places`, the earlier as a document's portrait and the later as a photograph.
fn against_photographs(pictures: &Enrolled<'_>, portraits: &[Option<Template>], places: &[usize]) -> Anyhow<ScoreSet> {
    let photographs = &pictures.templates;
    let subjects: Vec<usize> = places.iter().map(|i| pictures.subjects[*i]).collect();
    let enrolled: Vec<bool> = places.iter().map(|i| portraits[*i].is_some() && photographs[*i].is_some()).collect();
    Ok(all_pairs(&subjects, &enrolled, |i, j| match (&portraits[places[i]], &photographs[places[j]]) {
        // A pair without a score is not compared.
        (Some(a), Some(b)) => score(a, b).map_or(f32::NAN, |s| s.value()),
        _ => f32::NAN,
    })?)
}
