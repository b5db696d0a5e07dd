//! The gallery's subcommands but `bench`.

use super::bench::bench;
use super::duplicates::duplicates;
use super::face::extract;
use super::pairs::pairs;
use crate::commands::shared::{Anyhow, status};
use clap::{Args, Subcommand};
use selfsame::compare::Pairing;
use selfsame::engine::Engine;
use selfsame::gallery::{Candidate, Gallery, fmr_for_fpir};
use selfsame::template::Template;
use selfsame_lab::error::OfFile;
use selfsame_lab::say;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A gallery of faces, and the search for one among them.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Enrols the face on a photograph.
    Add {
        image: PathBuf,
        #[arg(long)]
        id: u64,
        /// Made if it is not there.
        #[arg(long)]
        gallery: PathBuf,
    },
    /// Looks for the face on a photograph.
    Search {
        image: PathBuf,
        #[arg(long)]
        gallery: PathBuf,
        /// Candidates to show.
        #[arg(long, default_value_t = 5)]
        count: usize,
        /// Bearable rate of searches that find somebody who is not enrolled.
        #[arg(long, default_value_t = 0.01)]
        fpir: f64,
    },
    /// Removes a face.
    Remove {
        #[arg(long)]
        id: u64,
        #[arg(long)]
        gallery: PathBuf,
    },
    /// Finds the people who are on several pictures of a folder, all compared with all.
    Duplicates {
        folder: PathBuf,
        /// The false match rate of each comparison.
        #[arg(long, default_value_t = 1e-6)]
        fmr: f64,
        /// Where to write `report.html`, `pictures.csv` and `pairs.csv`.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Shows faces side by side in the report: only where pictures may be shown.
        #[arg(long, requires = "out")]
        faces: bool,
    },
    /// Measures the comparison of random templates of 320 values, all with all.
    Pairs {
        #[arg(long, default_value_t = 20_000)]
        templates: u64,
    },
    /// Measures a search among random templates of 192 values.
    Bench {
        #[arg(long, default_value_t = 1_000_000)]
        templates: u64,
    },
}

type Outcome = Anyhow<ExitCode>;

/// Does what is asked; exit status 0 done or found, 1 nobody found, 2 no face to compare, 3 error.
pub fn run(arguments: &Arguments) -> ExitCode {
    let outcome = match &arguments.command {
        Command::Add { image, id, gallery } => add(image, *id, gallery),
        Command::Search { image, gallery, count, fpir } => search(image, gallery, *count, *fpir),
        Command::Remove { id, gallery } => remove(*id, gallery),
        Command::Bench { templates } => bench(*templates),
        Command::Duplicates { folder, fmr, out, faces } => duplicates(folder, *fmr, out.as_deref(), *faces),
        Command::Pairs { templates } => pairs(*templates),
    };
    outcome.unwrap_or_else(|error| status(Err(error)))
}

/// As [`extract`]; the reason is told.
fn extract_or_tell(engine: &Engine, image: &Path) -> Anyhow<Option<Template>> {
    Ok(extract(engine, image)?.map_err(|refusal| say!("no face to compare: {refusal}")).ok())
}

fn add(image: &Path, id: u64, path: &Path) -> Outcome {
    let Some(template) = extract_or_tell(&Engine::new()?, image)? else { return Ok(ExitCode::from(2)) };
    let mut gallery = match path.exists() {
        true => Gallery::open(path).of_file(path)?,
        false => Gallery::create(path, template.model_id(), template.dimension()).of_file(path)?,
    };
    gallery.append(id, &template).of_file(path)?;
    say!("{} enrolled", gallery.len());
    Ok(ExitCode::SUCCESS)
}

fn search(image: &Path, path: &Path, count: usize, fpir: f64) -> Outcome {
    let gallery = Gallery::open_read_only(path).of_file(path)?;
    let engine = Engine::new()?;
    let Some(template) = extract_or_tell(&engine, image)? else { return Ok(ExitCode::from(2)) };
    let fmr = fmr_for_fpir(fpir, gallery.len())?;
    let calibration = engine.calibration(Pairing::SelfieSelfie).ok_or("two photographs are not calibrated")?;
    // Larger galleries ask for rates that nobody measured.
    let (least, most) = calibration.fmr_range();
    let threshold = calibration.threshold(fmr.clamp(least, most))?;
    say!("{} enrolled; a false alarm in {:.0} searches takes an FMR of {fmr:.1e}", gallery.len(), 1.0 / fpir);
    if !(least..=most).contains(&fmr) {
        say!("measured are rates from {least:.0e} to {most:.0e}: the nearest is taken");
    }
    say!("threshold {:.4}, measured on {}", threshold.score().value(), calibration.spec().data);
    let found = gallery.search(&template, count)?;
    for Candidate { id, score, .. } in &found {
        say!("{id:>20}  {:.4}  {}", score.value(), threshold.decide(*score));
    }
    let known = found.first().is_some_and(|best| best.score >= threshold.score());
    Ok(ExitCode::from(u8::from(!known)))
}

fn remove(id: u64, path: &Path) -> Outcome {
    let mut gallery = Gallery::open(path).of_file(path)?;
    let removed = gallery.remove(id).of_file(path)?;
    say!("{}, {} enrolled", if removed { "removed" } else { "not there" }, gallery.len());
    Ok(ExitCode::from(u8::from(!removed)))
}
