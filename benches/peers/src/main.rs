//! The three bundled networks on selfsame's native executor and on other runtimes: one process, one
//! core, interleaved.

mod chain;
mod count;
mod machine;
mod network;
mod peak;
mod peers;
mod report;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use network::{Bench, Network};
use peers::Peer;
use report::{Measured, Timings};
use std::process::{Command, ExitCode};
use std::sync::Arc;

/// Outputs of two runtimes agree if |a − b| / |b| is at most this.
const TOLERANCE: f64 = 1e-4;

#[derive(Parser)]
#[command(about = "The bundled networks on selfsame's native executor and on other runtimes, side by side")]
struct Args {
    /// The core to run on
    #[arg(long, default_value_t = 0)]
    core: usize,
    /// Rounds; in each every runtime runs every network
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Runs of each network by each runtime in a round
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Leave ONNX Runtime out
    #[arg(long, conflicts_with = "check")]
    without_ort: bool,
    /// Measure the whole verification alone, not the networks
    #[arg(long)]
    verification: bool,
    /// Exit with 1 if a target is missed
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    match bench(&Args::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is as `--check` wants it.
fn bench(args: &Args) -> Result<bool> {
    // Before anything starts a thread: threads inherit it.
    let pinned = machine::pin(args.core)?;
    if args.verification {
        return Ok(chain::run(args.rounds, !args.without_ort)? || !args.check);
    }
    // rten computes in a pool. Everything runs on that pool's one thread, so that no run waits for
    // another thread.
    let pool = Arc::new(rten::ThreadPool::with_num_threads(1));
    let networks = pool.run(|| {
        let ort = if args.without_ort { None } else { Some(peers::ort::Runtime::load()?) };
        let mut benches = Vec::new();
        for network in network::all() {
            let mut bench = open(network, ort.as_ref(), &pool)?;
            agree(&mut bench)?;
            benches.push(bench);
        }
        let measured = measure(args, &mut benches)?;
        println!("{}", machine::describe(args.core, pinned, ort.as_ref()));
        anyhow::Ok(report::print(&measured) || !args.check)
    })?;
    Ok(networks & verification()?)
}

/// The whole verification in a process of its own: ONNX Runtime allows one environment in each, and
/// here it is this program's.
fn verification() -> Result<bool> {
    let status =
        Command::new(std::env::current_exe()?).args(std::env::args_os().skip(1)).arg("--verification").status()?;
    Ok(status.success())
}

fn open(network: Network, ort: Option<&peers::ort::Runtime>, pool: &Arc<rten::ThreadPool>) -> Result<Bench> {
    let model = network.load()?;
    let file = network.file;
    let multiply_adds = count::multiply_adds(file, &model.card)
        .with_context(|| format!("counting multiply-adds of {}", network.name))?;
    let expected = network.multiply_adds;
    ensure!(
        (multiply_adds / expected - 1.0).abs() <= 0.01,
        "{}: {multiply_adds} multiply-adds counted, {expected} expected",
        network.name
    );
    let spec = &model.card;
    let mut peers: Vec<Box<dyn Peer>> = vec![Box::new(peers::native::Native::new(&model))];
    if let Some(runtime) = ort {
        peers.push(Box::new(peers::ort::Ort::new(file, spec, runtime).context("ONNX Runtime")?));
    }
    peers.push(Box::new(peers::rten::Rten::new(file, spec, pool).context("rten")?));
    peers.push(Box::new(peers::tract::Tract::new(file, spec).context("tract")?));
    Ok(Bench { network, model, multiply_adds, peers })
}

/// All runtimes compute what the native executor computes; leaves them with the photograph.
fn agree(bench: &mut Bench) -> Result<()> {
    let inputs = [("waves", network::waves(&bench.model.card)), ("the photograph", network::photo(&bench.model.card)?)];
    for (input_name, input) in inputs {
        let mut reference = Vec::new();
        for peer in &mut bench.peers {
            peer.set_input(&input)?;
            let outputs = peer.outputs().with_context(|| format!("{} on {}", peer.name(), bench.network.name))?;
            if reference.is_empty() {
                reference = outputs;
                continue;
            }
            for ((given, expected), spec) in outputs.iter().zip(&reference).zip(&bench.model.card.outputs) {
                let error = relative_error(given, expected);
                if error.is_nan() || error > TOLERANCE {
                    let (peer, network) = (peer.name(), bench.network.name);
                    bail!(
                        "{network}, {input_name}: {peer}'s {:?} is off by {error:.1e} (at most {TOLERANCE:e})",
                        spec.name
                    );
                }
            }
        }
    }
    Ok(())
}

/// |a − b| / |b|; infinite if they differ in length.
fn relative_error(a: &[f32], b: &[f32]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    difference / norm(&mut b.iter().map(|b| f64::from(*b)))
}

fn measure(args: &Args, benches: &mut [Bench]) -> Result<Measured> {
    let mut timings: Vec<Timings> = benches.iter().map(Timings::new).collect();
    let mut peaks = peak::bursts();
    for round in 0..args.rounds as usize {
        for (bench, timings) in benches.iter_mut().zip(&mut timings) {
            for peak in &mut peaks {
                peak.measure();
            }
            // Another runtime begins in every round: no one always follows the same state of the
            // machine.
            let count = bench.peers.len();
            for index in (0..count).map(|i| (i + round) % count) {
                for _ in 0..args.runs {
                    let time = bench.peers[index].run()?;
                    timings.runs[index].1.push(time.as_secs_f64());
                }
            }
        }
    }
    Ok(Measured { peaks, networks: timings })
}
