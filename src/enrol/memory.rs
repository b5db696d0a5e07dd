//! The ports in memory: for tests, examples and trying things out. A process that ends forgets
//! everything.

use super::attempts::{Attempt, AttemptId, Subject};
use super::names::{AccountId, KeyId};
use super::pin::Pin;
use super::ports::{
    Account, AccountRegistry, AttemptLog, KeyStore, KeyUse, NewAccount, Opening, PortFuture, Signing, ready,
};
use super::reservation::{Reservation, Reserved};
use super::seal::Sealed;
use super::seal_token::SealToken;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::secret::SecretBytes;
use rand_core::CryptoRng;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic of another thread leaves whole values behind: each change is made under one lock, and
/// nothing in it panics.
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

    /// Revokes an account.
    pub fn remove(&self, id: &AccountId) {
        lock(&self.0).remove(id);
    }

    /// All accounts, in no order.
    pub fn accounts(&self) -> Vec<Account> {
        lock(&self.0).values().cloned().collect()
    }

    fn open_now(&self, new: &NewAccount) -> Result<Opening> {
        let mut accounts = lock(&self.0);
        if let Some(made) = accounts.values().find(|a| a.keys == new.keys && a.identity == new.identity) {
            return Ok(Opening::Opened(made.id.clone()));
        }
        match &new.old_account {
            Some(old) if accounts.get(old).is_none_or(|old| old.identity != new.identity) => {
                return Ok(Opening::OldAccountGone);
            }
            Some(old) if new.replaces => drop(accounts.remove(old)),
            Some(_) => {}
            None if accounts.values().any(|a| a.identity == new.identity) => return Ok(Opening::AlreadyEnrolled),
            None => {}
        }
        let id = AccountId::new(format!("account-of-{}", new.keys))?;
        let account = Account { id: id.clone(), identity: new.identity, keys: new.keys.clone() };
        accounts.insert(id.clone(), account);
        Ok(Opening::Opened(id))
    }
}

impl AccountRegistry for MemoryRegistry {
    fn find<'a>(&'a self, id: &'a AccountId) -> PortFuture<'a, Option<Account>> {
        ready(Ok(lock(&self.0).get(id).cloned()))
    }

    fn open<'a>(&'a self, account: &'a NewAccount) -> PortFuture<'a, Opening> {
        ready(self.open_now(account).map_err(Into::into))
    }
}

/// Attempts in memory.
#[derive(Debug, Default)]
pub struct MemoryAttemptLog(Mutex<HashMap<Subject, Vec<Attempt>>>);

#[cfg(any(test, fuzzing))]
impl MemoryAttemptLog {
    /// All attempts against anybody.
    pub(crate) fn total(&self) -> usize {
        lock(&self.0).values().map(Vec::len).sum()
    }
}

impl AttemptLog for MemoryAttemptLog {
    fn reserve<'a>(&'a self, reservation: &'a Reservation<'a>) -> PortFuture<'a, Reserved> {
        let mut kept = lock(&self.0);
        // A subject that nobody has failed with has no entry.
        let outcome = reservation.decide(|subject| kept.get(subject).cloned().unwrap_or_default());
        if outcome == Reserved::Reserved {
            for subject in reservation.subjects() {
                let attempts = kept.entry(*subject).or_default();
                attempts.retain(|attempt| Some(attempt.id) != reservation.continues());
                attempts.push(reservation.attempt());
            }
        }
        ready(Ok(outcome))
    }

    fn release<'a>(&'a self, subjects: &'a [Subject], id: AttemptId) -> PortFuture<'a, ()> {
        let mut kept = lock(&self.0);
        for subject in subjects {
            if let Some(attempts) = kept.get_mut(subject) {
                attempts.retain(|attempt| attempt.id != id);
            }
        }
        ready(Ok(()))
    }

    fn attempts<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, Vec<Attempt>> {
        // A subject that nobody has failed with has no entry.
        ready(Ok(lock(&self.0).get(subject).cloned().unwrap_or_default()))
    }

    fn unlock<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, ()> {
        lock(&self.0).remove(subject);
        ready(Ok(()))
    }
}

/// Sealed states in memory: what a table of a database does between requests.
#[derive(Debug, Default)]
pub struct MemoryStates(Mutex<HashMap<SealToken, Vec<u8>>>);

impl MemoryStates {
    /// Stores a sealed state, and removes the one that it was made from: compare and swap.
    ///
    /// # Errors
    /// [`ErrorKind::Replayed`] if that one is not there any more, because another request was
    /// faster, or if the token is taken, because a generator repeats itself: nothing is changed.
    pub fn store(&self, sealed: Sealed) -> Result<SealToken> {
        let mut states = lock(&self.0);
        let taken = states.contains_key(&sealed.token);
        let gone = sealed.replaces.is_some_and(|token| !states.contains_key(&token));
        if taken || gone {
            let message = "another request has taken this ceremony further";
            return Err(Error::new(ErrorKind::Replayed, Stage::Enrol, message));
        }
        if let Some(token) = sealed.replaces {
            states.remove(&token);
        }
        states.insert(sealed.token, sealed.bytes);
        Ok(sealed.token)
    }

    /// The state of this token; it stays where it is.
    pub fn get(&self, token: &SealToken) -> Option<Vec<u8>> {
        lock(&self.0).get(token).cloned()
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
    fn generate<'a>(&'a self, pin1: &'a Pin<1>, pin2: &'a Pin<2>) -> PortFuture<'a, KeyId> {
        let mut pins = lock(&self.pins);
        let keys = KeyId::new(format!("keys-{}", pins.len() + 1));
        ready(keys.map_err(Into::into).inspect(|keys| {
            pins.insert(keys.clone(), (pin1.copy(), pin2.copy()));
        }))
    }

    fn sign<'a>(&'a self, keys: &'a KeyId, pin2: &'a Pin<2>, message: &'a Digest) -> PortFuture<'a, Signing> {
        ready(Ok(match lock(&self.pins).get(keys) {
            Some((_, right)) if right == pin2 => Signing::Signed(self.signature(keys, KeyUse::Signature, message)),
            _ => Signing::WrongPin,
        }))
    }

    fn verify<'a>(
        &'a self,
        keys: &'a KeyId,
        by: KeyUse,
        message: &'a Digest,
        signature: &'a [u8],
    ) -> PortFuture<'a, bool> {
        let right = SecretBytes::from_slice(&self.signature(keys, by, message));
        ready(Ok(lock(&self.pins).contains_key(keys) && right == SecretBytes::from_slice(signature)))
    }
}
