//! Medians, the table and the targets.

use crate::network::Bench;
use crate::peak::Burst;

/// All that was measured.
pub struct Measured {
    pub peaks: Vec<Burst>,
    pub networks: Vec<Timings>,
}

/// The runs of one network.
pub struct Timings {
    name: &'static str,
    multiply_adds: f64,
    over_limit: f64,
    over_native: f64,
    /// Per runtime its name and its runs' seconds; the first is the native executor.
    pub runs: Vec<(&'static str, Vec<f64>)>,
}

impl Timings {
    pub fn new(bench: &Bench) -> Self {
        Self {
            name: bench.network.name,
            multiply_adds: bench.multiply_adds,
            over_limit: bench.network.over_limit,
            over_native: bench.network.over_native,
            runs: bench.peers.iter().map(|p| (p.name(), Vec::new())).collect(),
        }
    }
}

/// Prints the table; whether no target is missed.
pub fn print(measured: &Measured) -> bool {
    let peaks: Vec<_> = measured.peaks.iter().map(|p| (p.name, median(&p.gflops))).collect();
    let peak = peaks.iter().fold(0.0, |max: f64, (_, gflops)| max.max(*gflops));
    let each: Vec<_> = peaks.iter().map(|(name, gflops)| format!("{gflops:.1} ({name})")).collect();
    println!("peak: {} GFLOP/s\n", each.join(", "));
    println!("| network | runtime | median, µs | over the limit | native is faster by |");
    println!("|---|---|--:|--:|--:|");
    let mut targets = Vec::new();
    for network in &measured.networks {
        let limit = 2.0 * network.multiply_adds / peak * 1e-9;
        println!(
            "| {} | limit: {:.1} M multiply-adds | {:.0} | 1.00 | |",
            network.name,
            network.multiply_adds * 1e-6,
            limit * 1e6
        );
        let native = median(&network.runs[0].1);
        for (index, (runtime, runs)) in network.runs.iter().enumerate() {
            let time = median(runs);
            let faster = if index == 0 { String::new() } else { format!("{:.2}", time / native) };
            println!("| {} | {runtime} | {:.0} | {:.2} | {faster} |", network.name, time * 1e6, time / limit);
            if index == 0 {
                let ratio = time / limit;
                targets.push((
                    ratio <= network.over_limit,
                    format!("{}: native at {ratio:.2} × the limit, at most {:.1}", network.name, network.over_limit),
                ));
            } else if *runtime == crate::peers::ort::NAME {
                let ratio = time / native;
                targets.push((
                    ratio >= network.over_native,
                    format!(
                        "{}: native {ratio:.2} × faster than {runtime}, at least {:.1}",
                        network.name, network.over_native
                    ),
                ));
            }
        }
    }
    println!();
    for (met, target) in &targets {
        println!("{} {target}", if *met { "met   " } else { "MISSED" });
    }
    targets.iter().all(|(met, _)| *met)
}

/// The middle value; NaN if there is none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.is_empty() {
        return f64::NAN;
    }
    if sorted.len() % 2 == 1 { sorted[middle] } else { 0.5 * (sorted[middle - 1] + sorted[middle]) }
}
