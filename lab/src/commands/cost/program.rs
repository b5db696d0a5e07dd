//! The two forms of the command.

use super::super::shared::{Anyhow, status};
use super::growth;
use super::meter::Cost;
use super::verify::verify;
use clap::{Args, Subcommand};
use selfsame::engine::Engine;
use selfsame::model::Backend;
use selfsame_lab::say;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What requests cost in CPU time and memory.
#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Verifications of two files.
    Verify {
        document: PathBuf,
        selfie: PathBuf,
        /// Verifications that are counted.
        #[arg(long, default_value_t = 7)]
        runs: usize,
        /// Networks in 8-bit integers.
        #[arg(long)]
        int8: bool,
        /// Every run's CPU milliseconds, the peak and the score as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Growth with pixels, bytes, scans and faces.
    Growth {
        /// Runs of each point that are counted.
        #[arg(long, default_value_t = 5)]
        runs: usize,
    },
}

/// Measures; exit status 0, or 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    status(match &arguments.what {
        What::Verify { document, selfie, runs, int8, json } => of_files([document, selfie], *runs, *int8, *json),
        What::Growth { runs } => {
            Engine::new().map_err(Into::into).and_then(|engine| growth::print_curves(&engine, *runs))
        }
    })
}

fn of_files(files: [&PathBuf; 2], runs: usize, int8: bool, json: bool) -> Anyhow<()> {
    let read = |path: &Path| std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()));
    let [document, selfie] = [read(files[0])?, read(files[1])?];
    let engine = Engine::builder().backend(if int8 { Backend::Int8 } else { Backend::Native }).build()?;
    let (cost, score) = Cost::of(runs, || verify(&engine, &document, &selfie))?;
    if json {
        let peak_mb = cost.peak_bytes.map(|bytes| bytes as f64 / 1e6);
        say!("{}", serde_json::json!({ "cpu_ms": cost.cpu_ms(), "peak_mb": peak_mb, "score": score }));
        return Ok(());
    }
    let score = score.map_or_else(|| "refused".to_owned(), |score| format!("score {score:.3}"));
    let (minimum, median) = (cost.minimum_ms(), cost.median_ms());
    say!("{minimum:.1} / {median:.1} ms of CPU (minimum / median), peak {} MB, {score}", cost.peak_mb());
    Ok(())
}
