//! The world around a ceremony, in memory: accounts, keys, attempts, and an old account to renew.

use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry, MemoryStates};
use selfsame::enrol::{Account, AccountId, Ceremony, Context, Identity, KeyStore, NameKey, Pin, Policy, SealKey, wait};
use selfsame::error::{Error, ErrorKind, Result, Stage};

/// The old account of everybody who tries this.
pub const OLD_ACCOUNT: &str = "old-account";
/// The name and the date of birth of whoever holds it.
pub const OLD_HOLDER: (&str, &str) = ("Jo Example", "1984-03-15");
/// PIN1 and PIN2 of the old account.
pub const OLD_PINS: (&str, &str) = ("5172", "94027");
/// Whose session it is: everybody's, in a demonstration.
const SESSION: &[u8] = b"terminal";
/// How long sealed states count, in seconds; chosen by hand for a demonstration.
const SEAL_S: u64 = 3600;

/// The world around the ceremony, in memory.
pub struct World<R> {
    pub policy: Policy,
    pub log: MemoryAttemptLog,
    pub registry: MemoryRegistry,
    pub keys: MemoryKeyStore,
    pub names: NameKey,
    rng: R,
    seal: SealKey,
    states: MemoryStates,
}

impl<R: rand_core::CryptoRng + Send> World<R> {
    /// One in which the old account exists, or does not.
    pub fn new(mut rng: R, old_account: bool) -> Result<Self> {
        let (keys, registry) = (MemoryKeyStore::new(&mut rng), MemoryRegistry::default());
        let names = NameKey::random(&mut rng);
        let pins = (Pin::parse(OLD_PINS.0), Pin::parse(OLD_PINS.1));
        if let (true, Ok(pin1), Ok(pin2)) = (old_account, pins.0, pins.1) {
            let old_keys = wait(keys.generate(&pin1, &pin2)).map_err(failed)?;
            let identity = Identity::new(&names, &[OLD_HOLDER.0, OLD_HOLDER.1]);
            registry.insert(Account { id: AccountId::new(OLD_ACCOUNT)?, identity, keys: old_keys });
        }
        let seal = SealKey::random(1, &mut rng);
        let (policy, log, states) = (Policy::default(), MemoryAttemptLog::default(), MemoryStates::default());
        Ok(Self { policy, log, registry, keys, names, rng, seal, states })
    }

    /// What a step of a ceremony is given.
    pub fn context(&mut self, now: u64) -> Context<'_> {
        Context {
            now,
            rng: &mut self.rng,
            policy: &self.policy,
            log: &self.log,
            registry: &self.registry,
            keys: &self.keys,
        }
    }

    /// As between two requests: the state goes into storage and comes back.
    pub fn stored(&mut self, ceremony: Ceremony, now: u64) -> Result<Ceremony> {
        let seal = std::mem::replace(&mut self.seal, SealKey::from_bytes(0, &[0; 32]));
        let sealed = ceremony.seal(&seal, SESSION, SEAL_S, &mut self.context(now));
        self.seal = seal;
        let token = self.states.store(sealed?)?;
        // What was stored is there until something takes its place.
        let bytes = self.states.get(&token).unwrap_or_default();
        Ceremony::open(&bytes, [&self.seal], SESSION, now)
    }
}

/// A fault of the key store, as one of the ceremony.
pub fn failed(cause: selfsame::enrol::PortError) -> Error {
    Error::new(ErrorKind::Port, Stage::Enrol, "the key store failed").with_source(cause)
}

/// Seconds as applicants read them.
pub fn countdown(seconds: u64) -> String {
    format!("{} h {:02} min {:02} s", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
