//! `gallery duplicates`: who is on several pictures of a folder.

use super::face::{extract, shown};
use crate::commands::shared::{Anyhow, make_folder, progress};
use rayon::prelude::*;
use selfsame::compare::{Pairing, Threshold};
use selfsame::engine::Engine;
use selfsame::gallery::{Cluster, FalsePairs, FirstPass, TemplateBlock, TemplatePair, clusters, false_pairs};
use selfsame::template::{Reliability, Template};
use selfsame_lab::evaluate::DuplicateReport;
use selfsame_lab::output::write;
use selfsame_lab::say;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A picture's template, or why there is none, in stable words.
type Read = Result<Template, String>;

fn read(engine: &Engine, path: &Path) -> Read {
    let template = extract(engine, path).map_err(|error| error.kind().as_str().to_owned())??;
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

/// What was found.
struct Found {
    pictures: Vec<String>,
    /// Why there is no template.
    refusals: Vec<Option<String>>,
    /// The pictures that have one, as places in `pictures`.
    places: Vec<usize>,
    /// By places in `places`, as those of `groups`.
    pairs: Vec<TemplatePair>,
    groups: Vec<Cluster>,
    budget: Option<FalsePairs>,
}

/// Compares all pictures of a folder with all; exit status 0 if somebody is there twice, 1 if
/// nobody is, 2 if no picture has a face to compare.
pub fn duplicates(folder: &Path, fmr: f64, out: Option<&Path>, faces: bool) -> Anyhow<ExitCode> {
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
    let (mut templates, mut places, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
    for (place, template) in read.into_iter().enumerate() {
        refusals.push(template.as_ref().err().cloned());
        if let Ok(template) = template {
            templates.push(template);
            places.push(place);
        }
    }
    say!("{} pictures, {} with a template", paths.len(), templates.len());
    if templates.is_empty() {
        return Ok(ExitCode::from(2));
    }
    let mut pairs: Vec<TemplatePair> = Vec::new();
    TemplateBlock::new(&templates, FirstPass::Integer)?.pairs_within(threshold.score(), |batch| {
        pairs.extend_from_slice(batch.pairs());
        ControlFlow::Continue(())
    })?;
    let budget = if templates.len() > 1 {
        // A higher bar lets fewer through.
        let (low, high) = threshold.interval();
        let rates = [calibration.fmr(high).value().min(fmr), fmr, calibration.fmr(low).value().max(fmr)];
        Some(false_pairs(rates, templates.len() as u64)?)
    } else {
        None
    };
    let pictures = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let groups = clusters(&pairs);
    let found = Found { pictures, refusals, places, pairs, groups, budget };
    found.tell(&threshold, fmr);
    if let Some(out) = out {
        make_folder(out)?;
        let shown = if faces { found.faces(&engine, &paths, out)? } else { vec![false; paths.len()] };
        found.lists(out)?;
        found.page(&threshold, fmr, &shown, out)?;
    }
    Ok(ExitCode::from(u8::from(found.pairs.is_empty())))
}

impl Found {
    fn tell(&self, threshold: &Threshold, fmr: f64) {
        let known = if threshold.is_extrapolated() { ", from a model of the scores' tail" } else { "" };
        say!("threshold {:.4} for an FMR of {fmr:.1e}{known}", threshold.score().value());
        if let Some(budget) = &self.budget {
            let (least, most) = budget.interval;
            say!("false pairs to expect: {:.1} ({least:.0} to {most:.0})", budget.expected);
        }
        say!("{} pairs, {} groups", self.pairs.len(), self.groups.len());
        for group in &self.groups {
            let (weakest, strongest) = (group.weakest.value(), group.strongest.value());
            say!(
                "{} pictures, scores {weakest:.4} to {strongest:.4}, density {:.2}:",
                group.members.len(),
                group.density()
            );
            for member in &group.members {
                say!("  {}", self.pictures[self.places[*member]]);
            }
        }
    }

    /// Writes the faces of all groups' pictures; which pictures have one.
    fn faces(&self, engine: &Engine, paths: &[PathBuf], out: &Path) -> Anyhow<Vec<bool>> {
        make_folder(&out.join("faces"))?;
        let mut have = vec![false; paths.len()];
        for member in self.groups.iter().flat_map(|group| &group.members) {
            let place = self.places[*member];
            if let Some(file) = shown(engine, &paths[place])? {
                write(&out.join(face(place)), file)?;
                have[place] = true;
            }
        }
        Ok(have)
    }

    fn lists(&self, out: &Path) -> Anyhow<()> {
        let mut group_of = vec![None; self.pictures.len()];
        for (number, group) in self.groups.iter().enumerate() {
            for member in &group.members {
                group_of[self.places[*member]] = Some(number);
            }
        }
        let mut pictures = csv::Writer::from_path(out.join("pictures.csv"))?;
        pictures.write_record(["picture", "reason", "group"])?;
        for ((picture, refusal), group) in self.pictures.iter().zip(&self.refusals).zip(group_of) {
            // A picture with a template has no reason to be without.
            let reason = refusal.as_deref().unwrap_or_default();
            let group = group.map_or_else(String::new, |number: usize| number.to_string());
            pictures.write_record([picture, reason, &group])?;
        }
        pictures.flush()?;
        let mut pairs = csv::Writer::from_path(out.join("pairs.csv"))?;
        pairs.write_record(["first", "second", "score"])?;
        for pair in &self.pairs {
            let [first, second] =
                [pair.first, pair.second].map(|template| self.pictures[self.places[template]].as_str());
            pairs.write_record([first, second, &pair.score.value().to_string()])?;
        }
        pairs.flush()?;
        Ok(())
    }

    fn page(&self, threshold: &Threshold, fmr: f64, shown: &[bool], out: &Path) -> Anyhow<()> {
        let report = DuplicateReport {
            pictures: &self.pictures,
            refusals: &self.refusals,
            places: &self.places,
            pairs: &self.pairs,
            groups: &self.groups,
            threshold: threshold.score().value(),
            fmr,
            is_measured: !threshold.is_extrapolated(),
            budget: self.budget,
            face: &|place| shown[place].then(|| face(place)),
        };
        Ok(write(&out.join("report.html"), report.to_html())?)
    }
}

/// The file of a picture's face, beside the page.
fn face(place: usize) -> String {
    format!("faces/{place}.jpg")
}
