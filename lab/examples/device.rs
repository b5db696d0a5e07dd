//! The last steps on the applicant's device: the server proofs the identity and hands them over
//! sealed; the device takes the PINs, makes the keys and signs; the server checks the signature and
//! opens the account. PINs never reach the server.
//!
//! `cargo run --release --example device`

use rand_core::UnwrapErr;
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry};
use selfsame::enrol::{
    Awaiting, Context, DeviceKey, DeviceSignature, Kind, Method, NameKey, NoPort, Personal, Pin, Policy, SessionKey,
    wait,
};

mod walk;
use walk::{Failure, document, next, proof};

/// What tells this user's session from others': it goes into what is authenticated.
const USER: &[u8] = b"session 4711";

/// On the device. Its keys never leave it, and what it sends back holds no PIN.
async fn on_device(bytes: &[u8], key: &DeviceKey, keys: &MemoryKeyStore, now: u64) -> Result<DeviceSignature, Failure> {
    let mut rng = UnwrapErr(getrandom::SysRng);
    let (policy, log) = (Policy::default(), MemoryAttemptLog::default());
    let ctx = &mut Context { now, rng: &mut rng, policy: &policy, log: &log, registry: &NoPort, keys };
    let state = Awaiting::on_device(bytes, key, USER, ctx)?;
    let state = next(state.choose(Pin::parse("8036")?, Pin::parse("61830")?, &Personal::default(), ctx).await?)?;
    let state = next(state.repeat(Pin::parse("8036")?, Pin::parse("61830")?, ctx).await?)?;
    next(state.sign_for_server(Pin::parse("61830")?, ctx).await?)
}

fn main() -> Result<(), Failure> {
    let mut rng = UnwrapErr(getrandom::SysRng);
    let (names, policy, log) = (NameKey::random(&mut rng), Policy::default(), MemoryAttemptLog::default());
    // In memory both sides share a stand-in for a key store. Real ones share public keys: the
    // server's looks the device's up by their name, and only verifies.
    let (registry, keys) = (MemoryRegistry::default(), MemoryKeyStore::new(&mut rng));
    let now = std::time::UNIX_EPOCH.elapsed()?.as_secs();
    let ctx = &mut Context { now, rng: &mut rng, policy: &policy, log: &log, registry: &registry, keys: &keys };

    let session = SessionKey::new(&names, &["device 17"]);
    let (kind, method) = (Kind::NewRegistration, Method::Biometrics);
    let begun = wait(Awaiting::begin(kind, method, session, document(&names)?, ctx))?;
    let form = begun.found().ok_or("the session or the document is locked")?;
    let proofed = wait(proof(form, &names, ctx))?;

    // Server and app have agreed on a key for this ceremony, such as by the app's attested key.
    let mut shared = [0; 32];
    rand_core::Rng::fill_bytes(ctx.rng, &mut shared);
    let (state, bytes) = proofed.hand_over(&DeviceKey::from_bytes(&shared), USER, 900, ctx)?;
    println!("{} sealed bytes to the device", bytes.len());

    let signed = wait(on_device(&bytes, &DeviceKey::from_bytes(&shared), &keys, now))?;
    println!("{} and a signature of {} bytes back", signed.keys, signed.signature.len());

    let enrolled = next(wait(state.signed_on_device(signed, ctx))?)?;
    println!("enrolled: {}", enrolled.id());
    Ok(())
}
