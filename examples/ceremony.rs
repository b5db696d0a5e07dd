//! The first steps of an enrolment, and how its state waits, sealed, between two requests.
//!
//! `cargo run --release --example ceremony`

use selfsame::digest::Digest;
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry, MemoryStates};
use selfsame::enrol::{
    Application, Awaiting, Ceremony, Context, DocumentKey, Kind, Method, NameKey, Policy, SealKey, SessionKey, Step,
    wait,
};
use selfsame::{Outcome, rand_core::UnwrapErr};

mod support;
use support::{Failure, say};

fn main() -> Result<(), Failure> {
    // Your database and key store stand behind these four; here they live in memory.
    let mut rng = UnwrapErr(getrandom::SysRng);
    let (policy, log, registry) = (Policy::default(), MemoryAttemptLog::default(), MemoryRegistry::default());
    let (keys, states) = (MemoryKeyStore::new(&mut rng), MemoryStates::default());
    let (names, seal) = (NameKey::random(&mut rng), SealKey::random(1, &mut rng));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let ctx = &mut Context { now, rng: &mut rng, policy: &policy, log: &log, registry: &registry, keys: &keys };

    // First request: the document's number. Attempts count against the session for now.
    let (session, document) = (SessionKey::new(&names, &["device 17"]), DocumentKey::new(&names, "UTO", "AB1234567")?);
    let begun = wait(Awaiting::begin(Kind::NewRegistration, Method::Biometrics, session, document, ctx))?;
    let form = match begun {
        Outcome::Found(form) => form,
        Outcome::Refused(terminated) => {
            say!("locked: {}", terminated.reason());
            return Ok(());
        }
    };
    // Stored under its token, for this user's session alone.
    let token = states.store(Ceremony::from(form).seal(&seal, b"session 4711", 600, ctx)?)?;

    // Next request: the form. Under `async`, `.await` stands in place of `wait`.
    ctx.now += 30;
    let bytes = states.get(&token).ok_or("no such ceremony")?;
    let Ceremony::Form(form) = Ceremony::open(&bytes, [&seal], b"session 4711", ctx.now)? else {
        return Err("another step is awaited".into());
    };
    let form_digest = Digest::keyed(&[9; 32], "form of this service 1", [&b"all that the form says"[..]]);
    let next = match wait(form.submit(Application { old_account: None, form: form_digest }, ctx))? {
        Step::Next(awaiting_document) => Ceremony::from(awaiting_document),
        Step::Retry(_form, reasons) => return Err(format!("ask again: {}", serde_json::to_string(&reasons)?).into()),
        Step::Terminated(terminated) => return Err(format!("over: {}", terminated.reason()).into()),
    };
    say!("awaited: {}", next.phase().as_str());

    // What comes next takes the place of what was: of two requests one gets through.
    let sealed = next.seal(&seal, b"session 4711", 600, ctx)?;
    say!("{} sealed bytes to keep until the next request", sealed.bytes.len());
    let again = sealed.clone();
    states.store(sealed)?;
    say!("stored twice: {}", states.store(again).map_or_else(|error| error.kind().to_string(), |_| "yes".into()));
    Ok(())
}
