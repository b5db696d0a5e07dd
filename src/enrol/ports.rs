//! What the integrator supplies: a registry of accounts, a key store, a log of attempts.
//! [`memory`](super::memory) has them in memory, for tests.
//!
//! Each answers with a future, so that a database's or a security module's client can be awaited
//! under any executor; none is needed where nothing waits ([`ready`], [`wait`]).

use super::attempts::{Attempt, AttemptId, Subject};
use super::names::{AccountId, Identity, KeyId};
use super::pin::Pin;
use super::policy::Policy;
use super::reservation::{Reservation, Reserved};
use crate::digest::Digest;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::pin::{Pin as Pinned, pin};
use std::sync::Arc;
use std::task::{Context as Task, Poll, Wake, Waker};
use std::thread::Thread;

/// The error of a port that could not answer. It becomes the source of an
/// [`Error`](crate::error::Error) of the kind [`Port`](crate::error::ErrorKind::Port): keep PINs
/// out of it.
pub type PortError = Box<dyn std::error::Error + Send + Sync>;

/// What a port returns: its answer, once it is there. `Box::pin(async move { … })` makes one.
pub type PortFuture<'a, T> = Pinned<Box<dyn Future<Output = Result<T, PortError>> + Send + 'a>>;

/// The answer of a port that does not wait.
pub fn ready<'a, T: Send + 'a>(answer: Result<T, PortError>) -> PortFuture<'a, T> {
    Box::pin(std::future::ready(answer))
}

/// Waits on this thread until a future is done: for programs without an executor. With ports that
/// do not wait, as those in memory, it never waits.
///
/// ```
/// assert_eq!(selfsame::enrol::wait(async { 1 + 1 }), 2);
/// ```
pub fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Task::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

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

/// An account that a ceremony has led to, for the registry to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NewAccount {
    /// Whose account it is.
    pub identity: Identity,
    /// The account's keys.
    pub keys: KeyId,
    /// The old account that confirmed, where one had to.
    pub old_account: Option<AccountId>,
    /// Whether the new account takes the old one's place, as its holder consented.
    pub replaces: bool,
    /// The digest of everything that the ceremony established, which was signed.
    pub application: Digest,
    /// The signature over it, by the new account's key under PIN2.
    pub signature: Vec<u8>,
}

/// What came of opening an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// The account exists.
    Opened(AccountId),
    /// The old account is no longer active, or another person's: nothing was changed.
    OldAccountGone,
    /// The person has an account, which did not confirm this one: nothing was changed.
    AlreadyEnrolled,
}

/// A registry of the accounts that exist. No person has two, unless the holder of the first has
/// confirmed the second.
pub trait AccountRegistry: Sync {
    /// The account of this name, if it exists and is active.
    fn find<'a>(&'a self, id: &'a AccountId) -> PortFuture<'a, Option<Account>>;

    /// Opens an account, in one transaction with all that it rests on, so that of two ceremonies
    /// side by side only one gets through:
    /// - if an account with these keys exists, and is this person's, it is the answer: a request
    ///   that is repeated after a crash finds what the first one did;
    /// - with an old account: that must be active and this person's. If the new one takes its
    ///   place, it is deleted;
    /// - without one: this person must have no account.
    fn open<'a>(&'a self, account: &'a NewAccount) -> PortFuture<'a, Opening>;
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
pub trait KeyStore: Sync {
    /// Makes an account's two keys, one under each PIN, and names them. Nothing must keep the PINs
    /// in the clear. Keys that no account was opened with can be deleted after the ceremony's time.
    fn generate<'a>(&'a self, pin1: &'a Pin<1>, pin2: &'a Pin<2>) -> PortFuture<'a, KeyId>;

    /// Signs `message` with the key under PIN2.
    fn sign<'a>(&'a self, keys: &'a KeyId, pin2: &'a Pin<2>, message: &'a Digest) -> PortFuture<'a, Signing>;

    /// Whether `signature` is one of `message` by that key.
    fn verify<'a>(
        &'a self,
        keys: &'a KeyId,
        by: KeyUse,
        message: &'a Digest,
        signature: &'a [u8],
    ) -> PortFuture<'a, bool>;
}

/// Keeps attempts, those that failed and those that are under way, over all ceremonies.
pub trait AttemptLog: Sync {
    /// Reserves an attempt before anything is shown or tested. In one transaction, which no other
    /// on the same subjects comes between: reads what is kept against each of
    /// [`Reservation::subjects`], lets [`Reservation::decide`] judge it, and if that is
    /// [`Reserved::Reserved`], removes [`Reservation::continues`] from each and adds
    /// [`Reservation::attempt`] to each. It must be on record, and visible to all processes, before
    /// this returns.
    fn reserve<'a>(&'a self, reservation: &'a Reservation<'a>) -> PortFuture<'a, Reserved>;

    /// Removes an attempt that has succeeded. One that is not there counts as removed.
    fn release<'a>(&'a self, subjects: &'a [Subject], attempt: AttemptId) -> PortFuture<'a, ()>;

    /// All attempts that are kept against a subject, in any order. None may be missing that
    /// [`Attempts::keeps`](super::Attempts::keeps).
    fn attempts<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, Vec<Attempt>>;

    /// Removes all attempts against a subject, and with them its lock: for an operator who has
    /// looked into it. No ceremony calls this.
    fn unlock<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, ()>;
}

/// Stands in for the ports that a service does not have: each call is an error. Identity proofing
/// alone needs neither accounts nor keys.
#[derive(Debug, Clone, Copy)]
pub struct NoPort;

fn absent<'a, T: Send + 'a>() -> PortFuture<'a, T> {
    ready(Err("this service has no such port".into()))
}

impl AccountRegistry for NoPort {
    fn find<'a>(&'a self, _: &'a AccountId) -> PortFuture<'a, Option<Account>> {
        absent()
    }

    fn open<'a>(&'a self, _: &'a NewAccount) -> PortFuture<'a, Opening> {
        absent()
    }
}

impl KeyStore for NoPort {
    fn generate<'a>(&'a self, _: &'a Pin<1>, _: &'a Pin<2>) -> PortFuture<'a, KeyId> {
        absent()
    }

    fn sign<'a>(&'a self, _: &'a KeyId, _: &'a Pin<2>, _: &'a Digest) -> PortFuture<'a, Signing> {
        absent()
    }

    fn verify<'a>(&'a self, _: &'a KeyId, _: KeyUse, _: &'a Digest, _: &'a [u8]) -> PortFuture<'a, bool> {
        absent()
    }
}

/// Everything that a transition needs from outside: time, chance, rules and ports.
pub struct Context<'a> {
    /// The time now, in Unix seconds, from a clock that does not go back: a time before the
    /// ceremony's last step, by more than [`Policy::clock_tolerance_s`], is an error.
    pub now: u64,
    /// The generator that nonces are drawn from.
    pub rng: &'a mut (dyn CryptoRng + Send),
    /// The rules. They are not part of the ceremony's state: a stricter one applies from the next
    /// step on.
    pub policy: &'a Policy,
    /// The log of attempts.
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
