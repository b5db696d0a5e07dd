//! The first steps of an enrolment, and how its state waits, sealed, between two requests.
//!
//! `cargo run --release --example ceremony`

use selfsame::digest::Digest;
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry, MemoryTokens};
use selfsame::enrol::{Application, Awaiting, Ceremony, Context, DocumentKey, Kind, Method, Policy, SealKey, Step};
use selfsame::{Outcome, rand_core::UnwrapErr};

mod support;
use support::{Failure, say};

fn main() -> Result<(), Failure> {
    // Your database and key store stand behind these four; here they live in memory.
    let mut rng = UnwrapErr(getrandom::SysRng);
    let (policy, log, registry) = (Policy::default(), MemoryAttemptLog::default(), MemoryRegistry::default());
    let (keys, tokens, key) = (MemoryKeyStore::new(&mut rng), MemoryTokens::default(), SealKey::random(&mut rng));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let ctx = &mut Context { now, rng: &mut rng, policy: &policy, log: &log, registry: &registry, keys: &keys };

    // First request: the form. Attempts count against the document, so it is named first.
    let document = DocumentKey::from_number("UTO", "AB1234567");
    let form = match Awaiting::begin(Kind::NewRegistration, Method::Biometrics, document, ctx)? {
        Outcome::Found(form) => form,
        Outcome::Refused(terminated) => {
            say!("locked: {}", terminated.reason());
            return Ok(());
        }
    };
    let application = Application { old_account: None, form: Digest::of(b"all that the form says") };
    let sealed = match form.submit(application, ctx)? {
        Step::Next(awaiting_document) => Ceremony::from(awaiting_document).seal(&key, 600, ctx)?,
        Step::Retry(_form, reasons) => {
            return Err(format!("ask again: {}", serde_json::to_string(&reasons)?).into());
        }
        Step::Terminated(terminated) => return Err(format!("over: {}", terminated.reason()).into()),
    };
    say!("{} sealed bytes to keep until the next request", sealed.len());

    // Next request: they open once, and only here.
    let ceremony = Ceremony::open(&sealed, &key, now + 30, |token| Ok(tokens.spend(token)))?;
    say!("awaited: {}", ceremony.phase().as_str());
    let again = Ceremony::open(&sealed, &key, now + 31, |token| Ok(tokens.spend(token)));
    say!("opened twice: {}", again.map_or_else(|error| error.kind().to_string(), |_| "yes".into()));
    Ok(())
}
