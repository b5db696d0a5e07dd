//! `gallery bench`: a search among random templates, against the memory's bandwidth.

use crate::commands::shared::Anyhow;
use rayon::prelude::*;
use selfsame::compare::score;
use selfsame::gallery::Gallery;
use selfsame::template::{Template, TemplateEncoding};
use selfsame_lab::say;
use std::process::ExitCode;
use std::time::Instant;

/// Random template number `seed` of so many values: sums of uniform numbers, the same on every
/// machine.
pub fn random<const VALUES: usize>(seed: u64) -> Template {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5EED;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        (0..4).map(|i| (z >> (16 * i) & 0xFFFF) as f32 - 32_767.5).sum::<f32>()
    };
    let values: [f32; VALUES] = std::array::from_fn(|_| next());
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

/// Fills a temporary file with random templates and measures a search; exit status 3 if it finds
/// others than a naive search does.
pub fn bench(templates: u64) -> Anyhow<ExitCode> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("gallery");
    let mut gallery = Gallery::create(&path, "random", 192)?;
    let start = Instant::now();
    for first in (0..templates).step_by(50_000) {
        let batch: Vec<_> = (first..templates.min(first + 50_000)).into_par_iter().map(random::<192>).collect();
        gallery.append_all(&(first..).zip(&batch).collect::<Vec<_>>())?;
    }
    let filled = start.elapsed().as_secs_f64();
    drop(gallery);
    let start = Instant::now();
    let gallery = Gallery::open_read_only(&path)?;
    let opened = start.elapsed().as_secs_f64();
    let size = std::fs::metadata(&path)?.len() as usize;
    let probe = random::<192>(u64::MAX);
    let start = Instant::now();
    let found = gallery.search(&probe, 10)?;
    let first = start.elapsed().as_secs_f64();

    say!(
        "{templates} templates, {} bytes each, {:.1} MB; {} threads",
        240,
        size as f64 / 1e6,
        rayon::current_num_threads()
    );
    say!("made and appended   {filled:9.2} s");
    say!("opened and checked  {opened:9.3} s");
    say!("first search        {:9.2} ms", 1e3 * first);
    say!("round   memory GB/s   search ms   GB/s   share   ns/template");
    let mut shares = Vec::new();
    for round in 1..=3 {
        let memory = bandwidth(size);
        let seconds = best_of(15, || gallery.search(&probe, 10).expect("the search ran before"));
        let rate = size as f64 / seconds;
        shares.push(rate / memory);
        say!(
            "{round:>5} {:13.1} {:11.2} {:6.1} {:6.0}% {:13.2}",
            memory / 1e9,
            1e3 * seconds,
            rate / 1e9,
            100.0 * rate / memory,
            1e9 * seconds / templates as f64
        );
    }
    say!("least share {:.0} %", 100.0 * shares.iter().copied().fold(f64::INFINITY, f64::min));

    // Everything once more, one by one: encoded, decoded, compared, sorted.
    let naive = |id: u64| {
        let exact = random::<192>(id);
        let coarse = exact.encode(TemplateEncoding::I8).and_then(|bytes| Template::decode(&bytes));
        let score = |t: &Template| score(t, &probe).expect("templates of one model").value();
        let coarse = score(&coarse.expect("an encoded template"));
        (coarse, id, (coarse - score(&exact)).abs())
    };
    let mut all: Vec<(f32, u64, f32)> = (0..templates).into_par_iter().map(naive).collect();
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let error = all.iter().fold(0.0f32, |largest, (.., e)| largest.max(*e));
    let same = found.iter().map(|c| c.id).eq(all.iter().take(10).map(|(_, id, _)| *id));
    say!("the ten best are {} those of a naive search", if same { "exactly" } else { "NOT" });
    say!("largest difference to a score in f32: {error:.5}");
    Ok(ExitCode::from(if same { 0 } else { 3 }))
}
