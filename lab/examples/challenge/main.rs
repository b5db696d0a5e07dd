//! Issues a challenge and shows what it would flash, and how safe that is.
//!
//! `cargo run --release --example challenge -- [--seed HEX] [--now SECONDS] [--regions] [--json]
//! [--svg FILE]`
//!
//! With a seed and a time it is the same challenge every time, for tests; without a seed it comes
//! from the operating system. Exit status: 0 issued, 3 error.

// A fault here ends the program.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;
mod timeline;

use clap::Parser;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use selfsame::error::Stage;
use selfsame::liveness::safety::{MAX_FLASHES, SafetyReport};
use selfsame::liveness::{Challenge, ChallengePolicy, Entropy, Issuer};
use selfsame_lab::error::{Error, ErrorKind, Result};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Issues a challenge and shows what it would flash.
#[derive(Parser)]
struct Arguments {
    /// Up to 64 hexadecimal digits to draw from. Whoever knows them knows the challenge.
    #[arg(long, value_name = "HEX", value_parser = seed)]
    seed: Option<[u8; 32]>,
    /// When it is issued, in Unix seconds; the clock's time if not given.
    #[arg(long, value_name = "SECONDS")]
    now: Option<u64>,
    /// Light a half of the screen in every second slot.
    #[arg(long)]
    regions: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// Draw the timeline here.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// The digits' bytes, and zeros behind.
fn seed(text: &str) -> std::result::Result<[u8; 32], String> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let digits = digits.filter(|digits| digits.len() <= 64).ok_or("up to 64 hexadecimal digits")?;
    let mut seed = [0; 32];
    for (byte, pair) in seed.iter_mut().zip(digits.chunks(2)) {
        *byte = pair[0] << 4 | pair.get(1).unwrap_or(&0);
    }
    Ok(seed)
}

fn main() -> ExitCode {
    support::main(|a: &Arguments| a.json, |a| run(a).map(|()| ExitCode::SUCCESS))
}

fn run(arguments: &Arguments) -> Result<()> {
    let issuer = Issuer::new(&ChallengePolicy { regions: arguments.regions, ..ChallengePolicy::default() })?;
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = arguments.now.unwrap_or_else(clock);
    let challenge = match arguments.seed {
        Some(seed) => issuer.issue(&mut ChaCha20Rng::from_seed(seed), now)?,
        None => issuer.issue(&mut getrandom::SysRng, now)?,
    };
    let (report, entropy) = (challenge.safety(&issuer.policy().display)?, issuer.entropy());
    if let Some(path) = &arguments.svg {
        std::fs::write(path, timeline::draw(&challenge, &report, &entropy)).map_err(|e| {
            Error::new(ErrorKind::Io, Stage::Liveness, format!("cannot write {}", path.display())).with_source(e)
        })?;
    }
    if arguments.json {
        let Entropy { order_bits, timing_bits } = entropy;
        let bits = json!({ "order_bits": order_bits, "timing_bits": timing_bits });
        println!(
            "{:#}",
            json!({ "challenge": challenge, "safety": report, "safe": report.is_safe(), "entropy": bits })
        );
    } else {
        print(&challenge, &report, &entropy);
    }
    Ok(())
}

fn print(challenge: &Challenge, report: &SafetyReport, entropy: &Entropy) {
    let lifetime_s = challenge.expires_at() - challenge.issued_at();
    println!("nonce     {}", challenge.nonce().to_hex());
    println!("issued    {}, to be answered within {lifetime_s} s", challenge.issued_at());
    println!("entropy   {:.1} bits in the colours, {:.1} in their lengths", entropy.order_bits, entropy.timing_bits);
    println!("\n    start  duration  colour   region");
    for segment in challenge.segments() {
        let [r, g, b] = segment.color;
        let (start_ms, duration_ms) = (segment.start_us / 1000, segment.duration_us / 1000);
        let region = segment.region.as_str();
        println!("{start_ms:6} ms {duration_ms:6} ms  #{r:02x}{g:02x}{b:02x}  {region}");
    }
    println!();
    for line in safety(report) {
        println!("{line}");
    }
}

/// The report in lines for people.
fn safety(report: &SafetyReport) -> Vec<String> {
    let verdict = if report.is_safe() { "safe" } else { "NOT SAFE" };
    let mut lines = vec![format!("{verdict}: {:.2} s in all", report.total_us as f64 / 1e6)];
    for (what, worst) in [
        ("general flashes (WCAG)", report.general),
        ("red flashes (WCAG 2.2)", report.red),
        ("red flashes (WCAG 2.1)", report.red_legacy),
        ("flashes by luminance (BT.1702)", report.luminance),
    ] {
        lines.push(format!("{what}: {} of {MAX_FLASHES} begun in the worst second", worst.flashes));
    }
    if let Some(closest) = report.closest {
        lines.push(format!("leading edges at least {} ms apart", closest.interval_us / 1000));
    }
    lines.extend(report.findings.iter().map(ToString::to_string));
    lines
}
