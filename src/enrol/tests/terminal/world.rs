//! The world around a ceremony, in memory: accounts, keys, attempts, and an old account to renew.

use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry, MemoryTokens};
use selfsame::enrol::{Account, AccountId, Ceremony, Context, Identity, KeyStore, Pin, Policy, SealKey};
use selfsame::error::{Error, ErrorKind, Result, Stage};

/// The old account of everybody who tries this.
pub const OLD_ACCOUNT: &str = "old-account";
/// The name and the date of birth of whoever holds it.
pub const OLD_HOLDER: (&str, &str) = ("Jo Example", "1984-03-15");
/// PIN1 and PIN2 of the old account.
pub const OLD_PINS: (&str, &str) = ("5172", "94027");
/// How long sealed states count, in seconds; chosen by hand for a demonstration.
const SEAL_S: u64 = 3600;

/// The world around the ceremony, in memory.
pub struct World<R> {
    pub policy: Policy,
    pub log: MemoryAttemptLog,
    pub registry: MemoryRegistry,
    pub keys: MemoryKeyStore,
    rng: R,
    seal: SealKey,
    tokens: MemoryTokens,
}

impl<R: rand_core::CryptoRng> World<R> {
    /// One in which the old account exists.
    pub fn new(mut rng: R) -> Result<Self> {
        let (keys, registry) = (MemoryKeyStore::new(&mut rng), MemoryRegistry::default());
        let pins = (Pin::parse(OLD_PINS.0), Pin::parse(OLD_PINS.1));
        if let (Ok(pin1), Ok(pin2)) = pins {
            let old_keys = keys.generate(&pin1, &pin2).map_err(failed)?;
            let identity = Identity::of(&[OLD_HOLDER.0, OLD_HOLDER.1]);
            registry.insert(Account { id: AccountId::new(OLD_ACCOUNT)?, identity, keys: old_keys });
        }
        let seal = SealKey::random(&mut rng);
        let (policy, log, tokens) = (Policy::default(), MemoryAttemptLog::default(), MemoryTokens::default());
        Ok(Self { policy, log, registry, keys, rng, seal, tokens })
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
        let key = SealKey::from_bytes(&[0; 32]);
        let key = std::mem::replace(&mut self.seal, key);
        let sealed = ceremony.seal(&key, SEAL_S, &mut self.context(now));
        let opened = sealed.and_then(|bytes| Ceremony::open(&bytes, &key, now, |token| Ok(self.tokens.spend(token))));
        self.seal = key;
        opened
    }
}

/// A fault of the key store, as one of the ceremony.
pub fn failed(cause: selfsame::enrol::PortError) -> Error {
    Error::new(ErrorKind::Port, Stage::Enrol, "the key store failed").with_source(cause)
}
