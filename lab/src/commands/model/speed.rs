//! How long each layer of a network takes, and how much of what the machine can do that is.

use crate::commands::shared::Anyhow;
use selfsame::model::{ModelCard, NativeNetwork};
use selfsame::simd::{Isa, Kernel, LANES, Lanes, Level};
use selfsame_lab::say;
use std::time::{Duration, Instant};

/// A picture of waves in the network's own numbers: no axis is symmetric.
pub fn picture(card: &ModelCard) -> Vec<f32> {
    let input = &card.input;
    let value = |i: usize| {
        let (pixel, c) = (i / 3, i % 3);
        let [y, x, channel] = [pixel / input.width, pixel % input.width, c].map(|v| v as f32);
        let level = 127.5 + 100.0 * (0.37 * y * (channel + 1.0) + 0.23 * x + channel).sin();
        (level - input.mean[c]) * input.scale[c]
    };
    (0..input.width * input.height * 3).map(value).collect()
}

/// Times the network, and lists its slowest layers.
pub fn print(card: &ModelCard, network: &NativeNetwork, runs: usize, most: usize) -> Anyhow<()> {
    let (picture, started) = (picture(card), Instant::now());
    let (peak, layers) = (peak(), network.layers());
    let mut least = vec![Duration::MAX; layers.len()];
    let mut whole = Vec::new();
    for _ in 0..runs.max(1) {
        let times = network.time_layers(&picture, || started.elapsed())?;
        whole.push(times.iter().sum::<Duration>());
        least.iter_mut().zip(times).for_each(|(least, time)| *least = time.min(*least));
    }
    whole.sort_unstable();
    let (best, median) = (whole[0], whole[whole.len() / 2]);
    let work: u64 = layers.iter().map(|layer| layer.multiply_adds).sum();
    let rate = |work: u64, time: Duration| work as f64 / time.as_secs_f64().max(1e-9);
    say!(
        "speed      {:.2} ms at least, {:.2} ms in the median of {} runs on one core; {:.0} million multiply-adds",
        1e3 * best.as_secs_f64(),
        1e3 * median.as_secs_f64(),
        whole.len(),
        work as f64 / 1e6
    );
    say!(
        "           {:.0} % of the {:.0} thousand million multiply-adds a second that {} can do here",
        100.0 * rate(work, best) / peak,
        peak / 1e9,
        Level::best().name()
    );
    let total: Duration = least.iter().sum();
    let mut order: Vec<usize> = (0..layers.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(least[*i]));
    say!("\n      µs  of all  of peak  layer");
    for i in order.into_iter().take(most) {
        let (layer, time) = (&layers[i], least[i]);
        say!(
            "{:>8.1}  {:>4.1} %  {:>5.1} %  {} ({})",
            1e6 * time.as_secs_f64(),
            100.0 * time.as_secs_f64() / total.as_secs_f64(),
            100.0 * rate(layer.multiply_adds, time) / peak,
            layer.work,
            layer.node
        );
    }
    Ok(())
}

/// Pairs of vectors that are summed at a time where one register holds a pair, and where two do.
const SUMS_OF_WIDE: usize = 12;
const SUMS_OF_NARROW: usize = 5;

/// Multiply-adds in registers alone.
struct Registers<'a> {
    rounds: usize,
    result: &'a mut f32,
    /// How many were done, which hangs on the instruction set.
    multiply_adds: &'a mut usize,
}

impl Kernel for Registers<'_> {
    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        // As many sums as hide a multiply-add's latency and still fit the registers.
        let (result, sums) = if I::PIXELS_BY_TWO >= SUMS_OF_WIDE {
            (turn::<I, SUMS_OF_WIDE>(isa, self.rounds), SUMS_OF_WIDE)
        } else {
            (turn::<I, SUMS_OF_NARROW>(isa, self.rounds), SUMS_OF_NARROW)
        };
        *self.result = result;
        *self.multiply_adds = self.rounds * sums * 2 * LANES;
    }
}

/// `SUMS` pairs of vectors, to each of which something is added `rounds` times.
#[inline(always)]
fn turn<I: Isa, const SUMS: usize>(isa: I, rounds: usize) -> f32 {
    let (a, b) = (isa.splat_pair(0.5), isa.splat_pair(0.25));
    let mut sums = [isa.splat_pair(0.0); SUMS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = isa.mul_add_pair(a, b, *sum);
        }
    }
    let mut total = 0.0;
    for sum in sums {
        let mut lanes: Lanes = [0.0; LANES];
        isa.store(isa.halves(sum)[0], &mut lanes);
        total += lanes[0];
    }
    total
}

/// Multiply-adds per second of one core, at best: what nothing but registers limits.
fn peak() -> f64 {
    const ROUNDS: usize = 200_000;
    let once = || {
        let (mut result, mut multiply_adds, started) = (0.0, 0, Instant::now());
        let registers = Registers { rounds: ROUNDS, result: &mut result, multiply_adds: &mut multiply_adds };
        Level::best().run_pairs(registers);
        std::hint::black_box(result);
        multiply_adds as f64 / started.elapsed().as_secs_f64()
    };
    (0..20).map(|_| once()).fold(0.0, f64::max)
}
