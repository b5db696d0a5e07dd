//! The ports in memory: for tests, examples and trying things out. A process that ends forgets
//! everything.

use super::attempts::Attempt;
use super::names::{AccountId, DocumentKey, KeyId};
use super::pin::Pin;
use super::ports::{Account, AccountRegistry, AttemptLog, KeyStore, KeyUse, PortError, Signing};
use super::seal::SealToken;
use crate::digest::Digest;
use crate::secret::SecretBytes;
use rand_core::CryptoRng;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic of another thread leaves whole values behind: each change is one insertion or removal.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Accounts in memory.
#[derive(Debug, Default)]
pub struct MemoryRegistry(Mutex<HashMap<AccountId, Account>>);

impl MemoryRegistry {
    /// Adds an account, or replaces the one of its name.
    pub fn insert(&self, account: Account) {
        lock(&self.0).insert(account.id.clone(), account);
    }
}

impl AccountRegistry for MemoryRegistry {
    fn find(&self, id: &AccountId) -> Result<Option<Account>, PortError> {
        Ok(lock(&self.0).get(id).cloned())
    }

    fn delete(&self, id: &AccountId) -> Result<(), PortError> {
        lock(&self.0).remove(id);
        Ok(())
    }
}

/// Failed attempts in memory.
#[derive(Debug, Default)]
pub struct MemoryAttemptLog(Mutex<HashMap<DocumentKey, Vec<Attempt>>>);

impl AttemptLog for MemoryAttemptLog {
    fn record(&self, document: &DocumentKey, attempt: Attempt) -> Result<(), PortError> {
        lock(&self.0).entry(*document).or_default().push(attempt);
        Ok(())
    }

    fn attempts(&self, document: &DocumentKey) -> Result<Vec<Attempt>, PortError> {
        // A document that nobody has failed with has no entry.
        Ok(lock(&self.0).get(document).cloned().unwrap_or_default())
    }
}

/// Tokens of sealed states that were opened, in memory.
#[derive(Debug, Default)]
pub struct MemoryTokens(Mutex<HashSet<SealToken>>);

impl MemoryTokens {
    /// Checks a token off; false if it was checked off before.
    pub fn spend(&self, token: &SealToken) -> bool {
        lock(&self.0).insert(*token)
    }
}

/// A stand-in for a key store: its signatures are keyed digests, which only it can check. They
/// prove nothing to anybody else.
#[derive(Debug)]
pub struct MemoryKeyStore {
    secret: SecretBytes,
    pins: Mutex<HashMap<KeyId, (Pin<1>, Pin<2>)>>,
}

impl MemoryKeyStore {
    /// An empty one, with a secret from `rng`.
    pub fn new(rng: &mut (impl CryptoRng + ?Sized)) -> Self {
        Self { secret: SecretBytes::random(32, rng), pins: Mutex::default() }
    }

    /// What the device of an account does when its holder authenticates with PIN1.
    pub fn authenticate(&self, keys: &KeyId, pin1: &Pin<1>, message: &Digest) -> Signing {
        match lock(&self.pins).get(keys) {
            Some((right, _)) if right == pin1 => Signing::Signed(self.signature(keys, KeyUse::Authentication, message)),
            _ => Signing::WrongPin,
        }
    }

    fn signature(&self, keys: &KeyId, by: KeyUse, message: &Digest) -> Vec<u8> {
        let by: &[u8] = match by {
            KeyUse::Authentication => b"authentication",
            KeyUse::Signature => b"signature",
        };
        let parts = [self.secret.expose(), keys.as_str().as_bytes(), by, message.as_bytes()];
        Digest::of_parts("selfsame memory key store 1", parts).as_bytes().to_vec()
    }
}

impl KeyStore for MemoryKeyStore {
    fn generate(&self, pin1: &Pin<1>, pin2: &Pin<2>) -> Result<KeyId, PortError> {
        let mut pins = lock(&self.pins);
        let keys = KeyId::new(format!("keys-{}", pins.len() + 1))?;
        pins.insert(keys.clone(), (pin1.copy(), pin2.copy()));
        Ok(keys)
    }

    fn sign(&self, keys: &KeyId, pin2: &Pin<2>, message: &Digest) -> Result<Signing, PortError> {
        Ok(match lock(&self.pins).get(keys) {
            Some((_, right)) if right == pin2 => Signing::Signed(self.signature(keys, KeyUse::Signature, message)),
            _ => Signing::WrongPin,
        })
    }

    fn verify(&self, keys: &KeyId, by: KeyUse, message: &Digest, signature: &[u8]) -> Result<bool, PortError> {
        let right = SecretBytes::from_slice(&self.signature(keys, by, message));
        Ok(lock(&self.pins).contains_key(keys) && right == SecretBytes::from_slice(signature))
    }
}
