//! A flash challenge: drawn at random, safe to look at, sent to the client as JSON.
//!
//! `cargo run --release --example flash_challenge`

use selfsame::liveness::safety::DisplayModel;
use selfsame::liveness::{Challenge, ChallengePolicy, Issuer};
use selfsame::rand_core::UnwrapErr;

mod support;
use support::{Failure, say};

fn main() -> Result<(), Failure> {
    // The service keeps one issuer; it has counted all challenges that its policy allows.
    let issuer = Issuer::new(&ChallengePolicy::default())?;
    say!("one of 2^{:.1} challenges", issuer.entropy().total_bits());

    // Randomness and time are the caller's: the crate has neither.
    let mut rng = UnwrapErr(getrandom::SysRng);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let challenge = issuer.issue(&mut rng, now)?;

    // Every challenge is looked at by an analyser of flashes before it is issued; here it is again.
    let safety = challenge.safety(&DisplayModel::default())?;
    say!("safe for people with photosensitive epilepsy: {}", safety.is_safe());

    let json = challenge.to_json()?;
    say!("{} bytes of JSON for the client: {} colours", json.len(), challenge.segments().len());
    // What comes back is parsed within bounds, and has to be the one that was issued.
    assert_eq!(Challenge::parse(&json)?.id(), challenge.id());
    Ok(())
}
