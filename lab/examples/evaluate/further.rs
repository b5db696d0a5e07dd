//! What is asked for beside the report: tables for a model's card, and trials of thresholds, fusion
//! and document portraits.

use super::Anyhow;
use super::arguments::Common;
use super::card;
use super::templates::{Setup, progress};
use indicatif::ParallelProgressIterator;
use rayon::prelude::*;
use selfsame::compare::{Calibration, Pairing, score};
use selfsame::image::{Limits, Photo};
use selfsame::template::Template;
use selfsame_lab::evaluate::{Bootstrap, DocumentKind, ScoreSet, all_pairs, comparison_scores, impostor_spec};
use std::collections::BTreeMap;
use std::path::Path;

/// The false match rates that trials report.
const RATES: [f64; 3] = [1e-2, 1e-3, 1e-4];
/// A person is fused this many times, from different pictures.
const DRAWS: usize = 4;

/// Genuine and impostor scores.
type Scores = (Vec<f32>, Vec<f32>);

/// Pictures that took part, with their templates.
pub struct Pictures<'a> {
    pub name: &'a str,
    pub setup: &'a Setup,
    pub templates: &'a [Option<Template>],
    pub subjects: &'a [usize],
    pub paths: &'a [&'a Path],
}

pub fn run(pictures: &Pictures<'_>, set: &ScoreSet, common: &Common) -> Anyhow<()> {
    let bootstrap = Bootstrap { replicates: common.replicates, seed: common.seed };
    if let Some(path) = &common.impostors {
        let spec = impostor_spec(pictures.templates, pictures.subjects, pictures.name.to_owned())?;
        write(path, &card::impostors(&spec))?;
    }
    if common.halves {
        halves(pictures, &bootstrap)?;
    }
    if let Some(count) = common.fuse {
        fuse(pictures, count as usize)?;
    }
    let mut calibrations = Vec::new();
    if common.calibration.is_some() {
        calibrations.push(set.calibrate(Pairing::SelfieSelfie, pictures.name, &bootstrap)?);
    }
    if common.documents {
        let mixed = documents(pictures, set)?;
        if common.calibration.is_some() {
            let name = format!("{}, the earlier picture of each pair as one of six document portraits", pictures.name);
            calibrations.push(mixed.calibrate(Pairing::DocumentSelfie, &name, &bootstrap)?);
        }
    }
    if let Some(path) = &common.calibration {
        let tables: Vec<String> = calibrations.iter().map(card::calibration).collect();
        write(path, &tables.join("\n"))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Anyhow<()> {
    Ok(std::fs::write(path, text).map_err(|e| format!("cannot write {}: {e}", path.display()))?)
}

/// Thresholds of one half of the people, tried on the other.
fn halves(pictures: &Pictures<'_>, bootstrap: &Bootstrap) -> Anyhow<()> {
    let scores = comparison_scores(pictures.templates)?;
    let half = |which: usize| {
        let places: Vec<usize> = (0..pictures.subjects.len()).filter(|i| pictures.subjects[*i] % 2 == which).collect();
        let subjects: Vec<usize> = places.iter().map(|i| pictures.subjects[*i]).collect();
        let enrolled: Vec<bool> = places.iter().map(|i| pictures.templates[*i].is_some()).collect();
        all_pairs(&subjects, &enrolled, |i, j| scores(places[i], places[j]))
    };
    let halves = [half(0)?, half(1)?];
    println!("\nthresholds of one half of the people, on the other half");
    println!("{:>10} {:>10} {:>12} {:>10} {:>10}", "asked FMR", "threshold", "FMR there", "factor", "Cllr, bits");
    for (fitted, tried) in [(&halves[0], &halves[1]), (&halves[1], &halves[0])] {
        let spec = fitted.calibrate(Pairing::SelfieSelfie, "", bootstrap)?;
        let cost = tried.cllr(&spec.log_likelihood_ratio).unwrap_or(f64::NAN);
        let calibration = Calibration::new(&pictures.setup.card.id, spec)?;
        for fmr in [1e-2, 1e-3, 1e-4, 1e-5] {
            let threshold = calibration.threshold(fmr)?;
            let there = tried.at_threshold(threshold.score().value()).ok_or("no pairs")?.fmr;
            let beyond = if threshold.is_extrapolated() { "  beyond the data" } else { "" };
            let value = threshold.score().value();
            println!("{fmr:>10.0e} {value:>10.4} {there:>12.3e} {:>10.2} {cost:>10.4}{beyond}", there / fmr);
        }
    }
    Ok(())
}

/// Several pictures of a person fused, against each other picture of everyone; beside it one of
/// those pictures alone.
fn fuse(pictures: &Pictures<'_>, count: usize) -> Anyhow<()> {
    let mut people = BTreeMap::<usize, Vec<usize>>::new();
    for (place, subject) in pictures.subjects.iter().enumerate() {
        if pictures.templates[place].is_some() {
            people.entry(*subject).or_default().push(place);
        }
    }
    people.retain(|_, places| places.len() > count);
    println!("\n{count} pictures of one side, {} people, {DRAWS} draws each", people.len());
    println!("{:>10} {:>12} {:>12}", "FMR", "FNMR of one", "FNMR fused");
    let trials: Vec<[Scores; 2]> = people
        .par_iter()
        .flat_map_iter(|(subject, places)| (0..DRAWS).map(move |draw| (subject, places, draw)))
        .map(|(subject, places, draw)| {
            // Other pictures in each draw: a window that moves around.
            let taken: Vec<usize> =
                (0..count).map(|i| places[(draw * places.len() / DRAWS + i) % places.len()]).collect();
            let several: Vec<Template> = taken.iter().filter_map(|i| pictures.templates[*i].clone()).collect();
            let fused = pictures.setup.engine.extractor().fuse(&several)?;
            let against = |probe: &Template| -> Anyhow<Scores> {
                let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
                for (place, template) in pictures.templates.iter().enumerate() {
                    let Some(template) = template.as_ref().filter(|_| !taken.contains(&place)) else { continue };
                    let value = score(probe, template)?.value();
                    if pictures.subjects[place] == *subject { genuine.push(value) } else { impostor.push(value) }
                }
                Ok((genuine, impostor))
            };
            Ok([against(several.first().ok_or("nobody has so many pictures")?)?, against(&fused)?])
        })
        .collect::<Anyhow<_>>()?;
    let sorted = |pick: &dyn Fn(&[Scores; 2]) -> Vec<f32>| {
        let mut all: Vec<f32> = trials.iter().flat_map(pick).collect();
        all.sort_by(|a, b| b.total_cmp(a));
        all
    };
    let [one, fused] = [0, 1].map(|which| (sorted(&|t| t[which].0.clone()), sorted(&|t| t[which].1.clone())));
    let fnmr = |(genuine, impostor): &Scores, fmr: f64| {
        let threshold = impostor.get((fmr * impostor.len() as f64) as usize).copied().unwrap_or(f32::INFINITY);
        100.0 * genuine.iter().filter(|s| **s <= threshold).count() as f64 / genuine.len().max(1) as f64
    };
    for fmr in RATES {
        println!("{fmr:>10.0e} {:>10.2} % {:>10.2} %", fnmr(&one, fmr), fnmr(&fused, fmr));
    }
    Ok(())
}

/// Each kind of document portrait against photographs, at the thresholds of photographs; returns
/// the scores of all kinds mixed.
fn documents(pictures: &Pictures<'_>, set: &ScoreSet) -> Anyhow<ScoreSet> {
    let people_with_pairs =
        |place: usize| pictures.subjects.iter().filter(|s| **s == pictures.subjects[place]).count() > 1;
    println!(
        "\n{:>28} {:>9} {:>26}   at the photographs' thresholds for",
        "document portrait", "not found", "FNMR (FMR)"
    );
    println!("{:>28} {:>9} {:>22} {:>22} {:>22}", "", "", "FMR 1e-2", "FMR 1e-3", "FMR 1e-4");
    let report = |name: &str, missing: usize, scores: &ScoreSet| {
        let at = |fmr: f64| -> Option<String> {
            let point = scores.at_threshold(set.at_fmr(fmr)?.threshold)?;
            Some(format!("{:.2} % ({:.1e})", 100.0 * point.fnmr, point.fmr))
        };
        let cells: Vec<String> = RATES.iter().map(|fmr| format!("{:>22}", at(*fmr).unwrap_or("-".into()))).collect();
        println!("{name:>28} {missing:>9} {}", cells.join(" "));
    };
    report("none", set.failures_to_enrol() as usize, set);
    let setup = pictures.setup;
    let portrait = |kind: DocumentKind, place: usize| -> Anyhow<Option<Template>> {
        let photo = Photo::decode(&std::fs::read(pictures.paths[place])?, &Limits::default())?;
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
fn against_photographs(pictures: &Pictures<'_>, portraits: &[Option<Template>], places: &[usize]) -> Anyhow<ScoreSet> {
    let photographs = pictures.templates;
    let subjects: Vec<usize> = places.iter().map(|i| pictures.subjects[*i]).collect();
    let enrolled: Vec<bool> = places.iter().map(|i| portraits[*i].is_some() && photographs[*i].is_some()).collect();
    Ok(all_pairs(&subjects, &enrolled, |i, j| match (&portraits[places[i]], &photographs[places[j]]) {
        (Some(a), Some(b)) => score(a, b).map_or(f32::NAN, |s| s.value()),
        _ => f32::NAN,
    })?)
}
