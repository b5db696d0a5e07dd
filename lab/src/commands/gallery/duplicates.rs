//! `gallery duplicates`: who is on several pictures of a folder.

use super::face::extract;
use crate::commands::shared::{Anyhow, make_folder, progress};
use rayon::prelude::*;
use selfsame::compare::Pairing;
use selfsame::engine::Engine;
use selfsame::gallery::{FirstPass, TemplateBlock, TemplatePair, clusters, false_pairs};
use selfsame::template::{Reliability, Template};
use selfsame_lab::say;
use selfsame_lab::tools::command_line::with_causes;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A picture's template, or why there is none.
type Read = Result<Template, String>;

fn read(engine: &Engine, path: &Path) -> Read {
    let template = extract(engine, path).map_err(|error| with_causes(&*error))??;
    let suffices = template.reliability().is_none_or(Reliability::suffices);
    suffices.then_some(template).ok_or_else(|| "unreliable".to_owned())
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Anyhow<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).map_err(|e| format!("cannot read {}: {e}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.insert(path);
        }
    }
    Ok(found)
}

/// Compares all pictures of a folder with all; exit status 0 if somebody is there twice, 1 if
/// nobody is, 2 if no picture has a face to compare.
pub fn duplicates(folder: &Path, fmr: f64, out: Option<&Path>) -> Anyhow<ExitCode> {
    let engine = Engine::new()?;
    let calibration = engine.calibration(Pairing::SelfieSelfie).ok_or("two photographs are not calibrated")?;
    let threshold = calibration.threshold(fmr)?;
    let paths: Vec<PathBuf> = files(folder)?.into_iter().collect();
    let bar = progress(paths.len(), "templates")?;
    let one = |path: &PathBuf| {
        let read = read(&engine, path);
        bar.inc(1);
        read
    };
    let read: Vec<Read> = paths.par_iter().map(one).collect();
    bar.finish_and_clear();
    let (mut templates, mut places) = (Vec::new(), Vec::new());
    for (place, template) in read.iter().enumerate() {
        if let Ok(template) = template {
            templates.push(template.clone());
            places.push(place);
        }
    }
    say!("{} pictures, {} with a template", paths.len(), templates.len());
    if templates.is_empty() {
        return Ok(ExitCode::from(2));
    }
    let mut found: Vec<TemplatePair> = Vec::new();
    TemplateBlock::new(&templates, FirstPass::Integer)?.pairs_within(threshold.score(), |batch| {
        found.extend_from_slice(batch.pairs());
        ControlFlow::Continue(())
    })?;
    let groups = clusters(&found);
    let known = if threshold.is_extrapolated() { ", from a model of the scores' tail" } else { "" };
    say!("threshold {:.4} for an FMR of {fmr:.1e}{known}", threshold.score().value());
    if templates.len() > 1 {
        // A higher bar lets fewer through.
        let (low, high) = threshold.interval();
        let rates = [calibration.fmr(high).value().min(fmr), fmr, calibration.fmr(low).value().max(fmr)];
        let budget = false_pairs(rates, templates.len() as u64)?;
        let (least, most) = budget.interval;
        say!("false pairs to expect: {:.1} ({least:.0} to {most:.0})", budget.expected);
    }
    say!("{} pairs, {} groups", found.len(), groups.len());
    for group in &groups {
        let (weakest, strongest) = (group.weakest.value(), group.strongest.value());
        say!(
            "{} pictures, scores {weakest:.4} to {strongest:.4}, density {:.2}:",
            group.members.len(),
            group.density()
        );
        for member in &group.members {
            say!("  {}", paths[places[*member]].display());
        }
    }
    if let Some(out) = out {
        make_folder(out)?;
        let mut group_of = vec![None; paths.len()];
        for (number, group) in groups.iter().enumerate() {
            for member in &group.members {
                group_of[places[*member]] = Some(number);
            }
        }
        let mut pictures = csv::Writer::from_path(out.join("pictures.csv"))?;
        pictures.write_record(["picture", "reason", "group"])?;
        for ((path, read), group) in paths.iter().zip(&read).zip(group_of) {
            // A picture with a template has no reason to be without.
            let reason = read.as_ref().err().map_or("", String::as_str);
            let group = group.map_or_else(String::new, |number: usize| number.to_string());
            pictures.write_record([&*path.to_string_lossy(), reason, &group])?;
        }
        pictures.flush()?;
        let mut pairs = csv::Writer::from_path(out.join("pairs.csv"))?;
        pairs.write_record(["first", "second", "score"])?;
        for pair in &found {
            let [first, second] = [pair.first, pair.second].map(|place| paths[places[place]].to_string_lossy());
            pairs.write_record([&*first, &*second, &pair.score.value().to_string()])?;
        }
        pairs.flush()?;
    }
    Ok(ExitCode::from(u8::from(found.is_empty())))
}
