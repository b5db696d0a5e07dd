//! What the integrator supplies: a registry of accounts, a key store, a log of failed attempts.
//! [`memory`](super::memory) has them in memory, for tests.

use super::attempts::Attempt;
use super::names::{AccountId, DocumentKey, Identity, KeyId};
use super::pin::Pin;
use super::policy::Policy;
use crate::digest::Digest;
use rand_core::CryptoRng;
use std::fmt;

/// The error of a port that could not answer. It becomes the source of an
/// [`Error`](crate::error::Error) of the kind [`Port`](crate::error::ErrorKind::Port): keep PINs
/// out of it.
pub type PortError = Box<dyn std::error::Error + Send + Sync>;

/// An active account, as the registry knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's name.
    pub id: AccountId,
    /// Whose account it is.
    pub identity: Identity,
    /// The account's keys.
    pub keys: KeyId,
}

/// A registry of the accounts that exist.
pub trait AccountRegistry {
    /// The account of this name, if it exists and is active.
    fn find(&self, id: &AccountId) -> Result<Option<Account>, PortError>;

    /// Deletes an account. One that does not exist counts as deleted.
    fn delete(&self, id: &AccountId) -> Result<(), PortError>;
}

/// Which of an account's two keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyUse {
    /// The key under PIN1.
    Authentication,
    /// The key under PIN2.
    Signature,
}

/// The outcome of an attempt to sign.
#[derive(Clone, PartialEq, Eq)]
pub enum Signing {
    /// The signature.
    Signed(Vec<u8>),
    /// The PIN was not the one that the key was made under. Counting wrong PINs is the ceremony's,
    /// too.
    WrongPin,
}

/// Makes and uses an account's keys: on the applicant's device, in a security module, or shared
/// between both.
pub trait KeyStore {
    /// Makes an account's two keys, one under each PIN, and names them. Nothing must keep the PINs
    /// in the clear.
    fn generate(&self, pin1: &Pin<1>, pin2: &Pin<2>) -> Result<KeyId, PortError>;

    /// Signs `message` with the key under PIN2.
    fn sign(&self, keys: &KeyId, pin2: &Pin<2>, message: &Digest) -> Result<Signing, PortError>;

    /// Whether `signature` is one of `message` by that key.
    fn verify(&self, keys: &KeyId, by: KeyUse, message: &Digest, signature: &[u8]) -> Result<bool, PortError>;
}

/// Keeps failed attempts by document, over all ceremonies.
pub trait AttemptLog {
    /// Adds a failed attempt. It must be on record when this returns, and visible to ceremonies
    /// side by side.
    fn record(&self, document: &DocumentKey, attempt: Attempt) -> Result<(), PortError>;

    /// All failed attempts with a document, in any order. None may be missing; how long they are
    /// kept is the integrator's choice.
    fn attempts(&self, document: &DocumentKey) -> Result<Vec<Attempt>, PortError>;
}

/// Everything that a transition needs from outside: time, chance, rules and ports.
pub struct Context<'a> {
    /// The time now, in Unix seconds, from a clock that does not go back. One that is set back by
    /// some seconds gives an open step as many more, and locks end as many later by it: nothing
    /// else.
    pub now: u64,
    /// The generator that nonces are drawn from.
    pub rng: &'a mut dyn CryptoRng,
    /// The rules. They are not part of the ceremony's state: a stricter one applies from the next
    /// step on.
    pub policy: &'a Policy,
    /// The log of failed attempts.
    pub log: &'a dyn AttemptLog,
    /// The registry of accounts.
    pub registry: &'a dyn AccountRegistry,
    /// The store of keys.
    pub keys: &'a dyn KeyStore,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("now", &self.now).field("policy", self.policy).finish_non_exhaustive()
    }
}
