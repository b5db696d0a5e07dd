//! The tool's `main`: its arguments, and what becomes of them.

use super::{safety, timeline};
use crate::error::Result;
use crate::output;
use crate::say;
use crate::tools::command_line;
use clap::Parser;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use selfsame::error::Stage;
use selfsame::liveness::safety::SafetyReport;
use selfsame::liveness::{Challenge, ChallengePolicy, Entropy, Issuer};
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
        // Of an odd number of digits the last one is the upper half of its byte.
        *byte = match pair {
            [upper, lower] => upper << 4 | lower,
            [upper] => upper << 4,
            _ => 0,
        };
    }
    Ok(seed)
}

/// Runs the tool with the arguments of the process.
pub fn main() -> ExitCode {
    command_line::main(|a: &Arguments| a.json, |a| run(a).map(|()| ExitCode::SUCCESS))
}

fn run(arguments: &Arguments) -> Result<()> {
    let issuer = Issuer::new(&ChallengePolicy::default().with_regions(arguments.regions))?;
    // A clock before 1970 is at 0.
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let now = arguments.now.unwrap_or_else(clock);
    let challenge = match arguments.seed {
        Some(seed) => issuer.issue(&mut ChaCha20Rng::from_seed(seed), now)?,
        None => issuer.issue(&mut getrandom::SysRng, now)?,
    };
    let (report, entropy) = (challenge.safety(&issuer.policy().display())?, issuer.entropy());
    if let Some(path) = &arguments.svg {
        output::write(path, timeline::draw(&challenge, &report, &entropy))
            .map_err(|e| command_line::unwritten(path, Stage::Liveness, e))?;
    }
    if arguments.json {
        say!("{:#}", json!({ "challenge": challenge, "safety": report, "safe": report.is_safe(), "entropy": entropy }));
    } else {
        print(&challenge, &report, &entropy);
    }
    Ok(())
}

fn print(challenge: &Challenge, report: &SafetyReport, entropy: &Entropy) {
    let lifetime_s = challenge.expires_at() - challenge.issued_at();
    say!("nonce     {}", challenge.nonce().to_hex());
    say!("issued    {}, to be answered within {lifetime_s} s", challenge.issued_at());
    say!("entropy   {:.1} bits in the colours, {:.1} in their lengths", entropy.order_bits, entropy.timing_bits);
    say!("\n    start  duration  colour   region");
    for segment in challenge.segments() {
        let [r, g, b] = segment.color;
        let (start_ms, duration_ms) = (segment.start_us / 1000, segment.duration_us / 1000);
        let region = segment.region.as_str();
        say!("{start_ms:6} ms {duration_ms:6} ms  #{r:02x}{g:02x}{b:02x}  {region}");
    }
    say!();
    for line in safety::lines(report) {
        say!("{line}");
    }
}
