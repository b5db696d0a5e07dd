//! Identity proofing alone: document, flashes, comparison, and a record of them. No accounts, no
//! PINs, no keys.
//!
//! `cargo run --release --example proofing`

use rand_core::UnwrapErr;
use selfsame::enrol::memory::MemoryAttemptLog;
use selfsame::enrol::{Awaiting, Context, Kind, Method, NameKey, NoPort, Policy, SessionKey, wait};

mod walk;
use walk::{Failure, document, proof};

fn main() -> Result<(), Failure> {
    let mut rng = UnwrapErr(getrandom::SysRng);
    // The key is kept: under another one nobody's failed attempts count any more.
    let (names, policy, log) = (NameKey::random(&mut rng), Policy::default(), MemoryAttemptLog::default());
    let now = std::time::UNIX_EPOCH.elapsed()?.as_secs();
    let ctx = &mut Context { now, rng: &mut rng, policy: &policy, log: &log, registry: &NoPort, keys: &NoPort };

    // Failed attempts count against the session until the document is authenticated.
    let session = SessionKey::new(&names, &["device 17"]);
    let (kind, method) = (Kind::NewRegistration, Method::Biometrics);
    let begun = wait(Awaiting::begin(kind, method, session, document(&names)?, ctx))?;
    let form = begun.found().ok_or("the session or the document is locked")?;
    let proofed = wait(proof(form, &names, ctx))?;
    println!("{}", serde_json::to_string_pretty(proofed.audit())?);
    println!("proofed: {}", proofed.proofing());
    Ok(())
}
