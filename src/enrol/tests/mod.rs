//! The ceremony's tests. They make evidence by the crate's private constructors, which nobody else
//! can. The model of events is also what the fuzz target `ceremony` holds the ceremony against.
#![cfg_attr(fuzzing, allow(dead_code, unused_imports, unused_macros))]
// Of tests, though not under `cfg(test)` alone.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

#[cfg(test)]
mod diagram;
#[cfg(test)]
mod evidence;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod journeys;
pub(crate) mod model;
#[cfg(test)]
mod sealed;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod timing;

use super::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry};
use super::*;
use crate::binding::Binding;
use crate::compare::{FmrEstimate, MatchEvidence};
use crate::digest::Digest;
use crate::document::{DocumentEvidence, Origin};
use crate::error::Error;
use crate::liveness::{ChallengeId, LivenessEvidence};
use crate::outcome::Outcome;
use crate::secret::Nonce;
use std::collections::VecDeque;
use std::convert::Infallible;

/// SplitMix64: the same numbers in every run, and nothing that a generator for cryptography may be.
pub struct TestRng {
    state: u64,
    /// What is chosen first; choices are 0 after that. Without, choices are drawn.
    script: Option<VecDeque<u8>>,
}

impl rand_core::TryRng for TestRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.try_next_u64()? >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        rand_core::utils::fill_bytes_via_next_word(bytes, || self.try_next_u64())
    }
}

impl rand_core::TryCryptoRng for TestRng {}

impl TestRng {
    pub fn new(seed: u64) -> Self {
        Self { state: seed, script: None }
    }

    /// One whose choices are given.
    fn scripted(script: &[u8]) -> Self {
        Self { state: 1, script: Some(script.iter().copied().collect()) }
    }

    /// Whether its script is at its end.
    fn is_over(&self) -> bool {
        self.script.as_ref().is_some_and(VecDeque::is_empty)
    }

    /// A choice among `n`.
    fn below(&mut self, n: u64) -> u64 {
        let drawn = match &mut self.script {
            Some(script) => script.pop_front().map_or(0, u64::from),
            None => rand_core::Rng::next_u64(self),
        };
        drawn % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

const START: u64 = 1_790_000_000;
const CHALLENGE: ChallengeId = ChallengeId::from_bytes([3; 16]);
const PIN1: &str = "8036";
const PIN2: &str = "61830";
const OLD_PINS: (&str, &str) = ("5172", "94027");

fn key() -> DocumentKey {
    DocumentKey::from_number("UTO", "X1")
}

fn identity() -> Identity {
    Identity::of(&["Jo"])
}

fn old_account() -> AccountId {
    AccountId::new("old").unwrap()
}

/// Everything around ceremonies, and honest evidence for them.
pub struct Office {
    pub rng: TestRng,
    pub policy: Policy,
    pub log: MemoryAttemptLog,
    pub registry: MemoryRegistry,
    pub keys: MemoryKeyStore,
    pub now: u64,
    document: Digest,
    capture: Digest,
}

impl Office {
    pub fn new(seed: u64) -> Self {
        Self::with(TestRng::new(seed))
    }

    fn with(mut rng: TestRng) -> Self {
        let (keys, registry) = (MemoryKeyStore::new(&mut rng), MemoryRegistry::default());
        let old = keys.generate(&pin(OLD_PINS.0), &pin(OLD_PINS.1)).unwrap();
        registry.insert(Account { id: old_account(), identity: identity(), keys: old });
        let (document, capture) = (Digest::of(b"document"), Digest::of(b"capture"));
        let (policy, log) = (Policy::default(), MemoryAttemptLog::default());
        Self { rng, policy, log, registry, keys, now: START, document, capture }
    }

    pub fn ctx(&mut self) -> Context<'_> {
        Context {
            now: self.now,
            rng: &mut self.rng,
            policy: &self.policy,
            log: &self.log,
            registry: &self.registry,
            keys: &self.keys,
        }
    }

    fn begin(&mut self, kind: Kind, method: Method) -> Ceremony {
        Awaiting::begin(kind, method, key(), &mut self.ctx()).unwrap().into()
    }

    fn binding(&self, nonce: &Nonce) -> Binding {
        Binding::new(*nonce, self.now, 120)
    }

    fn document(&self, nonce: &Nonce) -> DocumentEvidence {
        DocumentEvidence::new(self.binding(nonce), self.document, Origin::Chip39794)
    }

    fn liveness(&self, nonce: &Nonce, challenge: ChallengeId) -> LivenessEvidence {
        LivenessEvidence::new(self.binding(nonce), challenge, self.capture, 22.5)
    }

    fn comparison(&self, nonce: &Nonce) -> MatchEvidence {
        MatchEvidence {
            binding: self.binding(nonce),
            document: self.document,
            capture: self.capture,
            origin: Origin::Chip39794,
            fmr_limit: 1e-4,
            fmr: FmrEstimate::AtMost(1e-6),
            log_likelihood_ratio: 9.5,
            marginal: false,
        }
    }

    fn application(kind: Kind, method: Method) -> Application {
        let old_account = (kind != Kind::NewRegistration || method == Method::ActiveAccount).then(old_account);
        Application { old_account, form: Digest::of(b"form") }
    }

    fn token(&self, state: &Awaiting<Confirmation>) -> ConfirmationToken {
        let account = self.registry.find(state.old_account()).unwrap().unwrap();
        let first = self.keys.authenticate(&account.keys, &pin(OLD_PINS.0), &state.request());
        let second = self.keys.sign(&account.keys, &pin(OLD_PINS.1), &state.request()).unwrap();
        let (Signing::Signed(authentication), Signing::Signed(signature)) = (first, second) else {
            panic!("the PINs are right")
        };
        ConfirmationToken { authentication, signature }
    }

    /// One step further, as an honest applicant goes.
    fn advance(&mut self, ceremony: Ceremony) -> Ceremony {
        let pins = || (pin(PIN1), pin(PIN2));
        match ceremony {
            Ceremony::Form(s) => {
                let application = Self::application(s.kind(), s.method());
                s.submit(application, &mut self.ctx()).unwrap().into()
            }
            Ceremony::Document(s) => {
                let evidence = self.document(s.nonce());
                s.read(evidence, identity(), &mut self.ctx()).unwrap().into()
            }
            Ceremony::Instructions(s) => s.acknowledge(&mut self.ctx()).unwrap().into(),
            Ceremony::Oval(s) => s.begin_flashes(CHALLENGE, &mut self.ctx()).unwrap().into(),
            Ceremony::Flashes(s) => {
                let evidence = self.liveness(s.nonce(), s.challenge());
                s.answered(evidence, &mut self.ctx()).unwrap().into()
            }
            Ceremony::Comparison(s) => {
                let evidence = self.comparison(s.nonce());
                s.matched(evidence, &mut self.ctx()).unwrap().into()
            }
            Ceremony::Confirmation(s) => {
                let token = self.token(&s);
                s.confirm(&token, &mut self.ctx()).unwrap().into()
            }
            Ceremony::Consent(s) => {
                let account = s.old_account().clone();
                s.consent(DeletionConsent { account }, &mut self.ctx()).unwrap().into()
            }
            Ceremony::Pins(s) => s.choose(pins().0, pins().1, &Personal::default(), &mut self.ctx()).unwrap().into(),
            Ceremony::PinsAgain(s) => s.repeat(pins().0, pins().1, &mut self.ctx()).unwrap().into(),
            Ceremony::Signature(s) => s.sign(pins().1, &mut self.ctx()).unwrap().into(),
            over @ (Ceremony::Enrolled(_) | Ceremony::Terminated(_)) => over,
        }
    }

    /// The honest way to `phase`.
    fn reach(&mut self, phase: Phase, kind: Kind, method: Method) -> Ceremony {
        let mut ceremony = self.begin(kind, method);
        while ceremony.phase() != phase {
            let before = ceremony.phase();
            ceremony = self.advance(ceremony);
            assert!(ceremony.phase() > before, "{phase:?} is not on the way");
        }
        ceremony
    }

    fn failures(&self, counted: Counted) -> usize {
        self.log.attempts(&key()).unwrap().iter().filter(|a| a.counted == counted).count()
    }
}

fn pin<const N: u8>(text: &str) -> Pin<N> {
    Pin::parse(text).unwrap()
}

/// The reasons of a retry.
fn reasons<N, R, F>(outcome: Result<Step<N, R>, F>) -> Vec<Reason>
where
    Error: From<F>,
{
    match outcome.map_err(Error::from).unwrap() {
        Step::Retry(_, reasons) => reasons,
        Step::Next(_) => panic!("it went on"),
        Step::Terminated(terminated) => panic!("{:?}", terminated.reason()),
    }
}

/// The reason of an end.
fn end<N, R, F>(outcome: Result<Step<N, R>, F>) -> End
where
    Error: From<F>,
{
    match outcome.map_err(Error::from).unwrap() {
        Step::Terminated(terminated) => terminated.reason(),
        Step::Next(_) | Step::Retry(..) => panic!("it did not end"),
    }
}

/// The state inside a [`Ceremony`].
macro_rules! state {
    ($ceremony:expr, $name:ident) => {
        match $ceremony {
            Ceremony::$name(state) => state,
            other => panic!("{:?}", other.phase()),
        }
    };
}
use state;
