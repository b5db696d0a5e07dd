//! Ports that other requests come between, that fail before or after they have done what they were
//! asked to, and that remember what was tested.

use super::random::TestRng;
use crate::digest::Digest;
use crate::enrol::*;
use std::sync::Mutex;
use std::task::Poll;

/// What decides when a port waits and fails.
pub(super) struct Dice {
    rng: Mutex<TestRng>,
    /// One call in so many fails; 0 for none.
    pub(super) fails: Mutex<u64>,
}

impl Dice {
    pub(super) fn new(rng: TestRng, fails: u64) -> Self {
        Self { rng: Mutex::new(rng), fails: Mutex::new(fails) }
    }

    pub(super) fn below(&self, n: u64) -> u64 {
        self.rng.lock().unwrap().below(n)
    }

    /// Lets others come first, or fails.
    async fn turn(&self) -> Result<(), PortError> {
        let mut waits = self.below(3);
        std::future::poll_fn(|task| {
            if waits == 0 {
                return Poll::Ready(());
            }
            waits -= 1;
            task.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        let fails = *self.fails.lock().unwrap();
        if fails > 0 && self.below(fails) == 0 { Err("the line is cut".into()) } else { Ok(()) }
    }
}

/// What was tested, and came out wrong.
#[derive(Debug, Default)]
pub(super) struct Tested {
    pub(super) wrong_pins: usize,
    pub(super) wrong_confirmations: usize,
    /// Face checks that succeeded.
    pub(super) matched: usize,
}

pub(super) struct Flaky<'a, P> {
    pub(super) port: &'a P,
    pub(super) dice: &'a Dice,
    pub(super) tested: &'a Mutex<Tested>,
}

/// The port's answer, between two turns.
macro_rules! between {
    ($self:ident, $call:expr) => {
        Box::pin(async move {
            $self.dice.turn().await?;
            let answer = $call.await?;
            // Done, but the answer can get lost.
            $self.dice.turn().await?;
            Ok(answer)
        })
    };
}

impl AttemptLog for Flaky<'_, memory::MemoryAttemptLog> {
    fn reserve<'a>(&'a self, reservation: &'a Reservation<'a>) -> PortFuture<'a, Reserved> {
        between!(self, self.port.reserve(reservation))
    }

    fn release<'a>(&'a self, subjects: &'a [Subject], attempt: AttemptId) -> PortFuture<'a, ()> {
        between!(self, async move {
            let kept = self.port.attempts(&subjects[0]).await?;
            let matched = kept.iter().any(|a| a.id == attempt && a.counted == Counted::Face);
            self.tested.lock().unwrap().matched += usize::from(matched);
            self.port.release(subjects, attempt).await
        })
    }

    fn attempts<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, Vec<Attempt>> {
        between!(self, self.port.attempts(subject))
    }

    fn unlock<'a>(&'a self, subject: &'a Subject) -> PortFuture<'a, ()> {
        between!(self, self.port.unlock(subject))
    }
}

impl AccountRegistry for Flaky<'_, memory::MemoryRegistry> {
    fn find<'a>(&'a self, id: &'a AccountId) -> PortFuture<'a, Option<Account>> {
        between!(self, self.port.find(id))
    }

    fn open<'a>(&'a self, account: &'a NewAccount) -> PortFuture<'a, Opening> {
        between!(self, self.port.open(account))
    }
}

impl KeyStore for Flaky<'_, memory::MemoryKeyStore> {
    fn generate<'a>(&'a self, pin1: &'a Pin<1>, pin2: &'a Pin<2>) -> PortFuture<'a, KeyId> {
        between!(self, self.port.generate(pin1, pin2))
    }

    fn sign<'a>(&'a self, keys: &'a KeyId, pin2: &'a Pin<2>, message: &'a Digest) -> PortFuture<'a, Signing> {
        between!(self, async move {
            let signing = self.port.sign(keys, pin2, message).await?;
            self.tested.lock().unwrap().wrong_pins += usize::from(signing == Signing::WrongPin);
            Ok::<_, PortError>(signing)
        })
    }

    fn verify<'a>(
        &'a self,
        keys: &'a KeyId,
        by: KeyUse,
        message: &'a Digest,
        signature: &'a [u8],
    ) -> PortFuture<'a, bool> {
        between!(self, async move {
            let valid = self.port.verify(keys, by, message, signature).await?;
            // Tests spoil the key of the confirmation that is asked first.
            let wrong = !valid && by == KeyUse::Authentication;
            self.tested.lock().unwrap().wrong_confirmations += usize::from(wrong);
            Ok::<_, PortError>(valid)
        })
    }
}
