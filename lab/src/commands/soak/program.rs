//! The three phases of load, and the limits that they are held to.

use super::figures::{Figures, allocated_bytes, resident_bytes};
use super::requests::{Kind, Work};
use clap::Args;
use selfsame_lab::error::Result;
use selfsame_lab::say;
use selfsame_lab::tools::command_line;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Load for as long as is asked for.
#[derive(Args)]
pub struct Arguments {
    /// For how long, in seconds.
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// How many threads send requests in the last phase.
    #[arg(long, default_value_t = 16)]
    threads: u64,
    /// Others use this machine: times are printed and not judged.
    #[arg(long)]
    shared: bool,
}

/// Bytes that all requests in the second half of the last phase may leave allocated.
const MOST_KEPT_BYTES: f64 = 256.0 * 1024.0;
/// Growth of the memory that a process may show in that half, as a share.
const MOST_GROWTH: f64 = 0.02;
/// Seconds of load from which on that growth is judged: before, each thread's part of the system's
/// allocator still meets its largest request.
const LONG_S: u64 = 300;
/// Where the seeds of the second half begin, beyond all of the first.
const SECOND_HALF_SEED: u64 = 1 << 32;
/// Throughput of all threads over that of one times the cores, at least.
const LEAST_SCALING: f64 = 0.9;
/// p99 of a kind's latency over its median, at most.
const MOST_SPREAD: f64 = 3.0;

/// Loads the machine; exit status 0 within the limits, 1 not, 3 after an error.
pub fn run(arguments: &Arguments) -> ExitCode {
    match broken_limits(arguments) {
        Ok(broken) => {
            broken.iter().for_each(|limit| say!("BROKEN: {limit}"));
            ExitCode::from(u8::from(!broken.is_empty()))
        }
        Err(error) => command_line::failed(&error, false),
    }
}

/// Runs the three phases, and tells which limits were broken.
fn broken_limits(arguments: &Arguments) -> Result<Vec<String>> {
    let work = Work::new()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let quarter = Duration::from_secs_f64(arguments.seconds.max(4) as f64 / 4.0);
    let alone = requests_of(&work, 1, 0, quarter);
    let fair = requests_of(&work, cores, 0, quarter);
    // In two halves, after each of which nothing is on its way: what is held then was kept.
    let mut loaded = requests_of(&work, arguments.threads, 0, quarter);
    // What was measured is kept as well, and is no leak.
    let held_by_requests = |figures: &Figures| allocated_bytes() as f64 - figures.latency_bytes() as f64;
    let (half_way, allocated) = (resident_bytes(), held_by_requests(&loaded));
    loaded.merge(requests_of(&work, arguments.threads, SECOND_HALF_SEED, quarter));
    let resident = half_way.zip(resident_bytes());
    let kept = held_by_requests(&loaded) - allocated;

    let mut broken = Vec::new();
    let mut judge = |holds: bool, limit: String, timing: bool| {
        let judged = !(timing && arguments.shared);
        if judged && !holds {
            broken.push(limit);
        }
    };
    for (name, figures) in [("1 thread", &alone), ("a thread per core", &fair), ("all threads", &loaded)] {
        say!("{name}: {:.2} rounds/s, {} requests", figures.rounds_per_s(), figures.requests());
        say!("{figures}");
    }
    for unexpected in [&alone, &fair, &loaded].into_iter().flat_map(|figures| &figures.unexpected) {
        judge(false, format!("an outcome that was not expected: {unexpected}"), false);
    }
    let scaling = loaded.rounds_per_s() / (alone.rounds_per_s() * cores as f64);
    say!("{} threads on {cores} cores: {scaling:.2} of one thread's throughput per core", arguments.threads);
    judge(scaling >= LEAST_SCALING, format!("throughput {scaling:.2} is below {LEAST_SCALING}"), true);
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_honest()) {
        let spread = fair.spread(kind);
        judge(spread <= MOST_SPREAD, format!("{kind}: p99 is {spread:.1} times the median"), true);
    }
    say!("{:.1} MiB allocated, then {:+.1} KiB", mib(allocated), kept / 1024.0);
    judge(kept < MOST_KEPT_BYTES, format!("{:.1} KiB were not freed", kept / 1024.0), false);
    match resident {
        Some((before, after)) => {
            let grown = after as f64 / before as f64 - 1.0;
            say!("{:.1} MiB of memory, then {:+.1} %", mib(before as f64), 100.0 * grown);
            let judged = arguments.seconds >= LONG_S;
            judge(!judged || grown < MOST_GROWTH, format!("memory grew by {:.1} %", 100.0 * grown), false);
        }
        None => say!("memory is not measured on this system"),
    }
    Ok(broken)
}

fn mib(bytes: f64) -> f64 {
    bytes / f64::from(1 << 20)
}

/// Rounds of one request of each kind on so many threads; whole rounds, at least one each. Seeds
/// count up from `first_seed`.
fn requests_of(work: &Work, threads: u64, first_seed: u64, time: Duration) -> Figures {
    let started = Instant::now();
    let round = |figures: &mut Figures, seed: u64| {
        for kind in Kind::ALL {
            let begun = Instant::now();
            let outcome = work.request(kind, seed);
            figures.add(kind, begun.elapsed(), outcome);
        }
        figures.rounds += 1;
    };
    let one = |thread: u64| {
        let mut figures = Figures::default();
        let seed = |rounds: u64| first_seed + thread + threads * rounds;
        round(&mut figures, seed(0));
        while started.elapsed() < time {
            let next = seed(figures.rounds);
            round(&mut figures, next);
        }
        figures
    };
    std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || one(thread))).collect();
        let mut all = Figures::default();
        for handle in handles {
            match handle.join() {
                Ok(figures) => all.merge(figures),
                Err(_) => all.unexpected.push("a thread panicked".into()),
            }
        }
        all.elapsed = started.elapsed();
        all
    })
}
