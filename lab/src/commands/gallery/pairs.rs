//! `gallery pairs`: random templates, all with all, against the processor's peak.

use super::bench::random;
use crate::commands::cost::meter::Cost;
use crate::commands::shared::Anyhow;
use rayon::prelude::*;
use selfsame::compare::Score;
use selfsame::gallery::{FirstPass, TemplateBlock};
use selfsame::simd::{Isa, Kernel, LANES, Level};
use selfsame::template::Template;
use selfsame_lab::say;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::process::ExitCode;

/// Rounds of a loop that takes the peak.
const ROUNDS: usize = 4_000_000;
/// Sums that a loop keeps in registers, enough to hide the latency of a multiply-add.
const SUMS: usize = 12;
/// Runs of each measurement.
const RUNS: usize = 5;

/// Multiply-adds of floats on registers; writes a sum, so that they are not left out.
struct FloatPeak<'a>(&'a mut f32);

impl Kernel for FloatPeak<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let (small, half) = (isa.splat_pair(black_box(1e-9)), isa.splat_pair(black_box(0.5)));
        let mut sums = [small; SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = isa.mul_add_pair(small, half, *sum);
            }
        }
        for sum in sums {
            let mut lanes = [0.0; LANES];
            isa.store(isa.halves(sum)[0], &mut lanes);
            *self.0 += lanes[0];
        }
    }
}

/// Dot products of bytes on registers.
struct IntegerPeak<'a>(&'a mut f32);

impl Kernel for IntegerPeak<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let ones = black_box([[1; 4 * LANES]; 2]);
        let mut sums = [isa.no_sums_pair(); SUMS];
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = isa.dot_by_two(*sum, [1; 4], &ones);
            }
        }
        for sum in sums {
            let mut lanes = [0.0; LANES];
            isa.store(isa.to_floats(isa.sums_halves(sum)[0]), &mut lanes);
            *self.0 += lanes[0];
        }
    }
}

/// Products per second of CPU time at the least of some runs, in registers alone.
fn peak(first_pass: FirstPass) -> Anyhow<f64> {
    let level = Level::best();
    let (cost, _) = Cost::of(RUNS, || {
        let mut sum = 0.0;
        match first_pass {
            FirstPass::Float => level.run_pairs(FloatPeak(&mut sum)),
            _ => level.run_int8(IntegerPeak(&mut sum)),
        }
        Ok(black_box(sum))
    })?;
    let lanes = 2 * LANES * if first_pass == FirstPass::Float { 1 } else { 4 };
    Ok((ROUNDS * SUMS * lanes) as f64 / (1e-3 * cost.minimum_ms()))
}

/// Compares all pairs of random templates with both first passes, on one thread and on all.
pub fn pairs(templates: u64) -> Anyhow<ExitCode> {
    let all: Vec<Template> = (0..templates).into_par_iter().map(random::<320>).collect();
    let bar = Score::new(0.3)?;
    let compared = templates as f64 * (templates as f64 - 1.0) / 2.0;
    say!("{templates} templates of 320 values, {}", Level::best().name());
    say!("first pass  threads  ns/pair (CPU: least, median)  M pairs/core-second  share of the peak  pairs found");
    for first_pass in [FirstPass::Float, FirstPass::Integer] {
        let peak = peak(first_pass)?;
        let block = TemplateBlock::new(&all, first_pass)?;
        for threads in [1, rayon::current_num_threads()] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
            let search = || {
                let mut found = 0;
                pool.install(|| {
                    block.pairs_within(bar, |batch| {
                        found += batch.pairs().len();
                        ControlFlow::Continue(())
                    })
                })?;
                Ok(found)
            };
            let (cost, found) = Cost::of(RUNS, search)?;
            let least = 1e-3 * cost.minimum_ms();
            say!(
                "{:<10}  {threads:>7}  {:>14.3}, {:.3} {:>22.0} {:>19.0}% {found:>12}",
                first_pass.as_str(),
                1e9 * least / compared,
                1e6 * cost.median_ms() / compared,
                1e-6 * compared / least,
                100.0 * compared * 320.0 / least / peak
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}
