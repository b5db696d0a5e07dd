//! Measures the chain's accuracy on labelled photographs.
//!
//! `cargo run --release --example evaluate -- lfw DIR [--int8]`
//!
//! `DIR` holds Labeled Faces in the Wild: `images/NAME/NAME_0001.jpg` and `pairs.txt` (View 2). Prints the ten-fold accuracy,
//! FNMR at given FMR over all pairs, and how many faces were not found.

use clap::{Parser, Subcommand};
use indicatif::{ParallelProgressIterator, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use selfsame::detect::{Detection, FaceSelection};
use selfsame::engine::Engine;
use selfsame::evaluate::{LfwPairs, all_pairs, cosine_scores, ten_fold};
use selfsame::geometry::Point;
use selfsame::image::{Limits, Photo};
use selfsame::model::Backend;
use selfsame::template::{ExtractOptions, Template};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

type Anyhow<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Measures the chain's accuracy on labelled photographs.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    protocol: Protocol,
}

#[derive(Subcommand)]
enum Protocol {
    /// Labeled Faces in the Wild, View 2.
    Lfw {
        /// Folder with `images/` and `pairs.txt`.
        folder: PathBuf,
        /// Take templates without adding the mirrored crop's.
        #[arg(long)]
        no_flip: bool,
        /// Take templates in 8-bit integers.
        #[arg(long)]
        int8: bool,
    },
}

fn main() -> ExitCode {
    let Arguments { protocol: Protocol::Lfw { folder, no_flip, int8 } } = Arguments::parse();
    let backend = if int8 { Backend::Int8 } else { Backend::Native };
    match lfw(&folder, ExtractOptions { flip: !no_flip }, backend) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(3)
        }
    }
}

fn lfw(folder: &Path, options: ExtractOptions, backend: Backend) -> Anyhow<()> {
    let list = folder.join("pairs.txt");
    let text = std::fs::read_to_string(&list).map_err(|e| format!("cannot read {}: {e}", list.display()))?;
    let pairs = LfwPairs::parse(&text)?;
    let engine = Engine::builder().backend(backend).extract_options(options).build()?;
    let bar = ProgressBar::new(pairs.images.len() as u64);
    bar.set_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed} ({eta} left)")?);
    bar.set_message("templates");
    let templates = (0..pairs.images.len())
        .into_par_iter()
        .progress_with(bar)
        .map(|i| {
            let path = folder.join("images").join(pairs.path(i).unwrap_or_default());
            let bytes = std::fs::read(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
            let template = central_template(&engine, &Photo::decode(&bytes, &Limits::default())?, &options)?;
            if template.is_none() {
                eprintln!("no face found in {}", path.display());
            }
            Ok(template)
        })
        .collect::<Anyhow<Vec<Option<Template>>>>()?;
    let missing = templates.iter().filter(|t| t.is_none()).count();
    println!(
        "images                 {} of {} people",
        templates.len(),
        1 + pairs.subjects().iter().max().unwrap_or(&0)
    );
    println!("faces not found        {missing} (every pair of theirs counts as not matching)");
    let score = |a: usize, b: usize| match (templates.get(a), templates.get(b)) {
        (Some(Some(a)), Some(Some(b))) => selfsame::compare::score(a, b).map_or(-1.0, |s| s.value()),
        _ => -1.0,
    };
    let folds = ten_fold(&pairs.folds, |p| score(p.a, p.b)).ok_or("the list of pairs has too few folds")?;
    println!(
        "LFW View 2 accuracy    {:.4} ± {:.4} (standard deviation over {} folds)",
        folds.mean(),
        folds.std(),
        folds.accuracies.len()
    );
    let enrolled: Vec<bool> = templates.iter().map(Option::is_some).collect();
    let started = std::time::Instant::now();
    let all = all_pairs(&pairs.subjects(), &enrolled, cosine_scores(&templates)?)?;
    println!(
        "all pairs              {} genuine, {} impostor, {:.1} s",
        all.genuine_pairs(),
        all.impostor_pairs(),
        started.elapsed().as_secs_f64()
    );
    println!("{:>10} {:>11} {:>9}", "FMR", "threshold", "FNMR");
    for fmr in [1e-2, 1e-3, 1e-4, 1e-5, 1e-6] {
        if let Some(point) = all.at_fmr(fmr) {
            println!("{:>10.0e} {:>11.5} {:>8.2} %", fmr, point.threshold, 100.0 * point.fnmr);
        }
    }
    Ok(())
}

/// The template of the face nearest to the picture's centre: LFW's pictures are centred on the person that they are labelled
/// with, and others may stand beside.
fn central_template(
    engine: &Engine,
    photo: &Photo,
    options: &ExtractOptions,
) -> selfsame::error::Result<Option<Template>> {
    let frame = photo.frame();
    let center = Point::new(0.5 * photo.width() as f32, 0.5 * photo.height() as f32);
    let distance = |d: &Detection| d.rect.center().distance(center);
    let central = |faces: &[Detection]| match faces.iter().min_by(|a, b| distance(a).total_cmp(&distance(b))) {
        Some(face) => FaceSelection::One(*face),
        None => FaceSelection::None,
    };
    let Ok((_, mesh)) = engine.locate(&frame, central)?.outcome else { return Ok(None) };
    engine.extractor().extract(&frame, &mesh, options).map(Some)
}
