//! The forms of the command.

use super::super::shared::{Anyhow, status};
use super::growth;
use super::meter::Cost;
use super::verify::verify;
use clap::{Args, Subcommand};
use selfsame::engine::Engine;
use selfsame::model::{Backend, Model, ModelCard, ModelSource, Profile};
use selfsame_lab::say;
use selfsame_lab::tools::command_line;
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
        /// Which template networks run: fast, standard or accurate.
        #[arg(long, default_value = "standard", value_parser = command_line::profile)]
        profile: Profile,
        /// Networks in 8-bit integers.
        #[arg(long)]
        int8: bool,
        /// Every run's CPU milliseconds, the peak and the score as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Runs of one network on one picture of noise.
    Network {
        /// The network's card; the network lies beside it.
        card: PathBuf,
        /// Runs that are counted.
        #[arg(long, default_value_t = 50)]
        runs: usize,
        /// The network in 8-bit integers.
        #[arg(long)]
        int8: bool,
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
        What::Verify { document, selfie, runs, profile, int8, json } => {
            let builder = Engine::builder().template(*profile).backend(backend(*int8));
            builder.build().map_err(Into::into).and_then(|engine| of_files(&engine, [document, selfie], *runs, *json))
        }
        What::Network { card, runs, int8 } => network(card, *runs, *int8),
        What::Growth { runs } => {
            Engine::new().map_err(Into::into).and_then(|engine| growth::print_curves(&engine, *runs))
        }
    })
}

/// The network's backend.
fn backend(int8: bool) -> Backend {
    if int8 { Backend::Int8 } else { Backend::Native }
}

/// Every run's CPU milliseconds as JSON.
fn network(card: &Path, runs: usize, int8: bool) -> Anyhow<()> {
    let text = std::fs::read_to_string(card).map_err(|e| format!("cannot read {}: {e}", card.display()))?;
    let task = ModelCard::parse(&text)?.task;
    let model = Model::load(task, &ModelSource::Card(card.to_owned()), &backend(int8))?;
    let signature = model.network.signature();
    // Any picture will do: what our kernels take does not depend on it.
    let input: Vec<f32> = (0..signature.input_len()).map(|i| (i as f32 * 0.37).sin()).collect();
    let mut outputs: Vec<Vec<f32>> = signature.output_lens().map(|len| vec![0.0; len]).collect();
    let (cost, ()) = Cost::of(runs, || {
        let mut slices: Vec<&mut [f32]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        Ok(model.network.run(&input, &mut slices)?)
    })?;
    say!("{}", serde_json::json!({ "cpu_ms": cost.cpu_ms() }));
    Ok(())
}

fn of_files(engine: &Engine, files: [&PathBuf; 2], runs: usize, json: bool) -> Anyhow<()> {
    let read = |path: &Path| std::fs::read(path).map_err(|e| format!("cannot read {}: {e}", path.display()));
    let [document, selfie] = [read(files[0])?, read(files[1])?];
    let (cost, score) = Cost::of(runs, || verify(engine, &document, &selfie))?;
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
