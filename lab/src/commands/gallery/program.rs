//! The gallery's subcommands but `bench`.

use super::bench::bench;
use crate::commands::shared::{Anyhow, status};
use clap::{Args, Subcommand};
use selfsame::compare::Pairing;
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::gallery::{Candidate, Gallery, fmr_for_fpir};
use selfsame::image::Limits;
use selfsame::template::{ExtractOptions, Template};
use selfsame_lab::error::{OfFile, Stage};
use selfsame_lab::say;
use selfsame_lab::tools::command_line;
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
    };
    outcome.unwrap_or_else(|error| status(Err(error)))
}

/// The template of the one face on a photograph.
fn extract(engine: &Engine, image: &Path) -> Anyhow<Option<Template>> {
    let photo = command_line::photo(image, &Limits::default(), Stage::Evaluate)?;
    let frame = photo.frame();
    match engine.locate(&frame, select_face)?.outcome.into_result() {
        Ok((_, mesh)) => Ok(Some(engine.extractor().extract(&frame, &mesh, &ExtractOptions::default())?)),
        Err(refusal) => {
            say!("no face to compare: {refusal}");
            Ok(None)
        }
    }
}

fn add(image: &Path, id: u64, path: &Path) -> Outcome {
    let Some(template) = extract(&Engine::new()?, image)? else { return Ok(ExitCode::from(2)) };
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
    let Some(template) = extract(&engine, image)? else { return Ok(ExitCode::from(2)) };
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
