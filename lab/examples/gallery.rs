//! One person, one account: a gallery of faces, and the search for one among them.
//!
//! `cargo run --release --example gallery -- add IMAGE --id N --gallery FILE`
//! `cargo run --release --example gallery -- search IMAGE --gallery FILE [--count 5] [--fpir 0.01]`
//! `cargo run --release --example gallery -- remove --id N --gallery FILE`
//! `cargo run --release --example gallery -- bench [--templates 1000000]`
//!
//! `bench` fills a temporary file with random templates and measures a search against the memory's
//! bandwidth. Exit status: 0 done or found, 1 nobody found, 2 no face to compare, 3 error.

// A fault here ends the program.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod support;

use clap::{Parser, Subcommand};
use rayon::prelude::*;
use selfsame::compare::{Calibration, Pairing, score};
use selfsame::detect::select_face;
use selfsame::engine::Engine;
use selfsame::gallery::{Candidate, Gallery, fmr_for_fpir};
use selfsame::image::{Limits, Photo};
use selfsame::model::ModelCard;
use selfsame::template::{ExtractOptions, Template, TemplateEncoding};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// A gallery of faces, and the search for one among them.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
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

type Outcome = Result<ExitCode, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Arguments = match support::arguments() {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    let outcome = match arguments.command {
        Command::Add { image, id, gallery } => add(&image, id, &gallery),
        Command::Search { image, gallery, count, fpir } => search(&image, &gallery, count, fpir),
        Command::Remove { id, gallery } => remove(id, &gallery),
        Command::Bench { templates } => bench(templates),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::from(3)
    })
}

/// The template of the one face on a photograph.
fn extract(image: &Path) -> Result<Option<Template>, Box<dyn Error>> {
    let engine = Engine::new()?;
    let photo = Photo::decode(&std::fs::read(image)?, &Limits::default())?;
    let frame = photo.frame();
    match engine.locate(&frame, select_face)?.outcome.into_result() {
        Ok((_, mesh)) => Ok(Some(engine.extractor().extract(&frame, &mesh, &ExtractOptions::default())?)),
        Err(refusal) => {
            println!("no face to compare: {refusal:?}");
            Ok(None)
        }
    }
}

fn add(image: &Path, id: u64, path: &Path) -> Outcome {
    let Some(template) = extract(image)? else { return Ok(ExitCode::from(2)) };
    let mut gallery = match path.exists() {
        true => Gallery::open(path)?,
        false => Gallery::create(path, template.model_id(), template.dimension())?,
    };
    gallery.append(id, &template)?;
    println!("{} enrolled", gallery.len());
    Ok(ExitCode::SUCCESS)
}

fn search(image: &Path, path: &Path, count: usize, fpir: f64) -> Outcome {
    let gallery = Gallery::open_read_only(path)?;
    let Some(template) = extract(image)? else { return Ok(ExitCode::from(2)) };
    let fmr = fmr_for_fpir(fpir, gallery.len())?;
    let calibration =
        Calibration::of_card(&ModelCard::parse(include_str!("../../models/template.toml"))?, Pairing::SelfieSelfie)?;
    // Larger galleries ask for rates that nobody measured.
    let (least, most) = calibration.fmr_range();
    let threshold = calibration.threshold(fmr.clamp(least, most))?;
    println!("{} enrolled; a false alarm in {:.0} searches takes an FMR of {fmr:.1e}", gallery.len(), 1.0 / fpir);
    if !(least..=most).contains(&fmr) {
        println!("measured are rates from {least:.0e} to {most:.0e}: the nearest is taken");
    }
    println!("threshold {:.4}, uncalibrated: provisional, measured on LFW", threshold.score().value());
    let found = gallery.search(&template, count)?;
    for Candidate { id, score, .. } in &found {
        println!("{id:>20}  {:.4}  {:?}", score.value(), threshold.decide(*score));
    }
    let known = found.first().is_some_and(|best| best.score >= threshold.score());
    Ok(ExitCode::from(u8::from(!known)))
}

fn remove(id: u64, path: &Path) -> Outcome {
    let mut gallery = Gallery::open(path)?;
    let removed = gallery.remove(id)?;
    println!("{}, {} enrolled", if removed { "removed" } else { "not there" }, gallery.len());
    Ok(ExitCode::from(u8::from(!removed)))
}

/// Random template number `seed`: sums of uniform numbers, the same on every machine.
fn random(seed: u64) -> Template {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5EED;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (0..4).map(|i| (z >> (16 * i) & 0xFFFF) as f32 - 32_767.5).sum::<f32>()
    };
    let values: [f32; 192] = std::array::from_fn(|_| next());
    Template::from_embedding(&values, "random".into()).expect("some value is not zero")
}

/// The shortest of `n` runs, in seconds.
fn best_of<T>(n: usize, mut run: impl FnMut() -> T) -> f64 {
    let time = |run: &mut dyn FnMut() -> T| {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed().as_secs_f64()
    };
    (0..n).map(|_| time(&mut run)).fold(f64::INFINITY, f64::min)
}

/// Bytes per second that all threads together read from memory, summing numbers: the limit of any
/// search.
fn bandwidth(bytes: usize) -> f64 {
    let buffer = vec![1u64; bytes / 8];
    let sum = || -> u64 {
        buffer.par_chunks(1 << 17).map(|chunk| chunk.iter().fold(0, |sum: u64, v| sum.wrapping_add(*v))).sum()
    };
    assert_eq!(sum(), buffer.len() as u64);
    bytes as f64 / best_of(15, sum)
}

fn bench(templates: u64) -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("gallery");
    let mut gallery = Gallery::create(&path, "random", 192)?;
    let start = Instant::now();
    for first in (0..templates).step_by(50_000) {
        let batch: Vec<_> = (first..templates.min(first + 50_000)).into_par_iter().map(random).collect();
        gallery.append_all(&(first..).zip(&batch).collect::<Vec<_>>())?;
    }
    let filled = start.elapsed().as_secs_f64();
    drop(gallery);
    let start = Instant::now();
    let gallery = Gallery::open_read_only(&path)?;
    let opened = start.elapsed().as_secs_f64();
    let size = std::fs::metadata(&path)?.len() as usize;
    let probe = random(u64::MAX);
    let start = Instant::now();
    let found = gallery.search(&probe, 10)?;
    let first = start.elapsed().as_secs_f64();

    println!(
        "{templates} templates, {} bytes each, {:.1} MB; {} threads",
        240,
        size as f64 / 1e6,
        rayon::current_num_threads()
    );
    println!("made and appended   {filled:9.2} s");
    println!("opened and checked  {opened:9.3} s");
    println!("first search        {:9.2} ms", 1e3 * first);
    println!("round   memory GB/s   search ms   GB/s   share   ns/template");
    let mut shares = Vec::new();
    for round in 1..=3 {
        let memory = bandwidth(size);
        let seconds = best_of(15, || gallery.search(&probe, 10).expect("the search ran before"));
        let rate = size as f64 / seconds;
        shares.push(rate / memory);
        println!(
            "{round:>5} {:13.1} {:11.2} {:6.1} {:6.0}% {:13.2}",
            memory / 1e9,
            1e3 * seconds,
            rate / 1e9,
            100.0 * rate / memory,
            1e9 * seconds / templates as f64
        );
    }
    println!("least share {:.0} %", 100.0 * shares.iter().copied().fold(f64::INFINITY, f64::min));

    // Everything once more, one by one: encoded, decoded, compared, sorted.
    let naive = |id: u64| {
        let exact = random(id);
        let coarse = exact.encode(TemplateEncoding::I8).and_then(|bytes| Template::decode(&bytes));
        let score = |t: &Template| score(t, &probe).expect("templates of one model").value();
        let coarse = score(&coarse.expect("an encoded template"));
        (coarse, id, (coarse - score(&exact)).abs())
    };
    let mut all: Vec<(f32, u64, f32)> = (0..templates).into_par_iter().map(naive).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let error = all.iter().fold(0.0f32, |largest, (.., e)| largest.max(*e));
    let same = found.iter().map(|c| c.id).eq(all.iter().take(10).map(|(_, id, _)| *id));
    println!("the ten best are {} those of a naive search", if same { "exactly" } else { "NOT" });
    println!("largest difference to a score in f32: {error:.5}");
    Ok(ExitCode::from(if same { 0 } else { 3 }))
}
