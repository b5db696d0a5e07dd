//! Measures the chain's accuracy on labelled photographs.
//!
//! ```sh
//! cargo run --release --example evaluate -- lfw DIR [--out OUT] [--cache FILE] [--int8] [--no-flip]
//! cargo run --release --example evaluate -- folder DIR [--central] [--skip-bad] …
//! cargo run --release --example evaluate -- pad DIR [--conditions indoors,daylight,robust] [--half tune|report] [--sessions N] …
//! ```
//!
//! `lfw`: `DIR` holds Labeled Faces in the Wild: `images/NAME/NAME_0001.jpg` and `pairs.txt` (View
//! 2). `folder`: `DIR` holds a folder per person with their pictures. `pad`: attacks on liveness,
//! in sessions simulated from portraits: see [`selfsame_lab::evaluate::pad`]. `--calibration` and
//! `--impostors` write what a model's card says about scores; `--halves`, `--fuse` and
//! `--documents` try thresholds, fused templates and document portraits; `--quality` fits and tries
//! the unified quality score, `--choose-quality` tells which measures it should rest on. `--help`
//! tells the options. Exit code 0, or 3 after an error.

// A fault here ends the program.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod arguments;
mod card;
mod further;
mod pad;
mod print;
mod quality;
mod quality_choice;
mod templates;

use arguments::{Arguments, Common, Set};
use clap::Parser;
use selfsame::compare::Pairing;
use selfsame::template::Template;
use selfsame_lab::evaluate::{
    About, Bootstrap, FaceChoice, IdentityFolder, LfwPairs, Report, View2, all_pairs, comparison_scores, roc, ten_fold,
};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use templates::{Outcome, Setup, templates};

/// Folds that the people of a folder are dealt into.
const FOLDS: usize = 5;

type Anyhow<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    let outcome = match Arguments::parse().set {
        Set::Lfw { folder, folds, common } => lfw(&folder, folds, &common),
        Set::Folder { folder, central, common } => own(&folder, central, &common),
        Set::Pad(arguments) => pad::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

fn lfw(folder: &Path, folds: Option<(usize, usize)>, common: &Common) -> Anyhow<()> {
    if common.skip_bad {
        return Err("--skip-bad cannot be combined with lfw: its list of pairs needs every picture".into());
    }
    let list = folder.join("pairs.txt");
    let text = std::fs::read_to_string(&list).map_err(|e| format!("cannot read {}: {e}", list.display()))?;
    let mut pairs = LfwPairs::parse(&text)?;
    let mut name = "Labeled Faces in the Wild (deep-funneled), View 2".to_owned();
    if let Some((first, last)) = folds {
        pairs = pairs.folds(first - 1..last).ok_or("there are not so many folds")?;
        name += &format!(", folds {first} to {last}");
    }
    let setup = Setup::new(common, FaceChoice::Central)?;
    let images = folder.join("images");
    let paths: Vec<_> = (0..pairs.images.len()).map(|i| images.join(pairs.path(i).unwrap_or_default())).collect();
    let subjects = pairs.subjects();
    let folds = folds_of_people(&pairs, &subjects);
    let measured = measure(&name, &setup, &paths, &subjects, &|person| folds[person], common)?;

    let scores = comparison_scores(&measured.templates)?;
    let score = |a, b| Some(scores(a, b)).filter(|s| s.is_finite());
    let folds = ten_fold(&pairs.folds, |p| score(p.a, p.b)).ok_or("the list of pairs has too few folds")?;
    let listed: Vec<_> = pairs.folds.iter().flatten().map(|p| (score(p.a, p.b), p.genuine)).collect();
    let mut report = measured.report;
    report.view2 = Some(View2::new(&folds, &roc(&listed), listed.len() as u64));
    finish(&report, common)
}

/// The fold of each person: nobody is in two.
fn folds_of_people(pairs: &LfwPairs, subjects: &[usize]) -> Vec<usize> {
    let mut folds = vec![0; subjects.len()];
    for (number, fold) in pairs.folds.iter().enumerate() {
        fold.iter().for_each(|pair| (folds[subjects[pair.a]], folds[subjects[pair.b]]) = (number, number));
    }
    folds
}

fn own(folder: &Path, central: bool, common: &Common) -> Anyhow<()> {
    let found = IdentityFolder::read(folder)?;
    eprintln!("{} pictures of {} people, {} other entries", found.images.len(), found.people(), found.skipped);
    let choice = if central { FaceChoice::Central } else { FaceChoice::AsVerify };
    let setup = Setup::new(common, choice)?;
    let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy();
    finish(&measure(&name, &setup, &found.images, &found.subjects, &|person| person % FOLDS, common)?.report, common)
}

fn finish(report: &Report, common: &Common) -> Anyhow<()> {
    if let Some(folder) = &common.out {
        print::files(report, folder)?;
    }
    match std::io::stdout().write_all(print::summary(report)?.as_bytes()) {
        // Whoever reads has read enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

struct Measured {
    report: Report,
    /// Of the pictures that were not left out.
    templates: Vec<Option<Template>>,
}

/// Takes the templates and compares all with all. `fold_of` tells which fold a person is in.
fn measure(
    name: &str,
    setup: &Setup,
    paths: &[PathBuf],
    subjects: &[usize],
    fold_of: &dyn Fn(usize) -> usize,
    common: &Common,
) -> Anyhow<Measured> {
    let outcomes = templates(setup, paths, common)?;
    let (mut kept, mut templates, mut failures, mut left_out) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut kept_paths = Vec::new();
    for (number, (outcome, path)) in outcomes.into_iter().zip(paths).enumerate() {
        let template = match outcome {
            Outcome::Template(template) => Some(template),
            Outcome::FailureToEnrol => {
                eprintln!("no template of picture {}: {}", number + 1, path.display());
                failures.push(number + 1);
                None
            }
            Outcome::Bad => {
                left_out += 1;
                continue;
            }
        };
        templates.push(template);
        kept.extend(subjects.get(number));
        kept_paths.push(path.as_path());
    }
    let enrolled: Vec<bool> = templates.iter().map(Option::is_some).collect();
    let started = Instant::now();
    let set = all_pairs(&kept, &enrolled, comparison_scores(&templates)?)?;
    eprintln!("all pairs              {:.1} s", started.elapsed().as_secs_f64());

    let about = About {
        data_set: name.to_owned(),
        left_out,
        model: setup.card.id.clone(),
        model_sha256: setup.card.sha256.clone(),
        score: "cosine less impostor levels".to_owned(),
        options: vec![
            ("Mirrored crop added".to_owned(), yes(setup.options.flip())),
            ("8-bit integers".to_owned(), yes(common.int8)),
            ("Face".to_owned(), setup.choice.as_str().to_owned()),
        ],
        failures,
    };
    let thresholds = [1e-2, 1e-3, 1e-4].into_iter().filter_map(|fmr| {
        let threshold = setup.engine.calibration(Pairing::SelfieSelfie)?.threshold(fmr).ok()?;
        Some((format!("FMR {fmr:.0e}, in use"), threshold.score().value()))
    });
    let bootstrap = Bootstrap { replicates: common.replicates, seed: common.seed };
    let started = Instant::now();
    let mut report = Report::new(&set, about, &bootstrap, &thresholds.collect::<Vec<_>>());
    eprintln!("statistics             {:.1} s", started.elapsed().as_secs_f64());
    let pictures = further::Pictures { name, setup, templates: &templates, subjects: &kept, paths: &kept_paths };
    further::run(&pictures, &set, common)?;
    if common.quality || common.choose_quality {
        let folds: Vec<usize> = kept.iter().map(|person| fold_of(*person)).collect();
        let measured = quality::Measured::new(&pictures, &folds)?;
        if common.choose_quality {
            quality_choice::run(&measured, &bootstrap)?;
        }
        if common.quality {
            report.discard = quality::run(&measured, &bootstrap)?;
        }
    }
    Ok(Measured { report, templates })
}

fn yes(flag: bool) -> String {
    if flag { "yes" } else { "no" }.to_owned()
}
