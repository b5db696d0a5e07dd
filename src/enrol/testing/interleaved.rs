//! Requests side by side, whose ports fail and whose answers get lost: what must hold whatever
//! comes between what.
//!
//! Two ceremonies of one person with one document, and one of a stranger who has only a picture of
//! it, each followed by several requests at once. Each request opens the stored state, takes it one
//! step further, honestly or not, and stores what came of it. A request can be cut off wherever it
//! waits.

use super::flaky::{Dice, Flaky, Tested};
use super::now::Now;
use super::office::*;
use super::random::TestRng;
use crate::enrol::memory::MemoryStates;
use crate::enrol::*;
use crate::liveness::ChallengeId;
use std::pin::Pin as Pinned;
use std::sync::Mutex;
use std::task::{Context as Task, Poll, Waker};

/// The third failure locks, here and by default.
const TRIES: usize = 3;

/// What a walk has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) enrolled: usize,
    pub(crate) locked: usize,
    pub(crate) cut_off: usize,
    pub(crate) faults: usize,
    pub(crate) overtaken: usize,
}

/// A ceremony that several requests follow.
struct Followed {
    /// Where its state is stored: requests know it as clients do.
    token: Mutex<SealToken>,
    /// Who follows it has only a picture of the document.
    stranger: bool,
    /// Challenges that were seen.
    shown: Mutex<Vec<ChallengeId>>,
}

struct Walk {
    office: Office,
    dice: Dice,
    tested: Mutex<Tested>,
    states: MemoryStates,
    key: SealKey,
    seen: Mutex<Seen>,
    ceremonies: Vec<Followed>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut rng = TestRng::new(seed);
        let fails = [0, 6, 20][rng.below(3) as usize];
        let replaces = rng.one_in(2);
        let (mut office, states, key) = (Office::new(seed), MemoryStates::default(), SealKey::from_bytes(1, &[1; 32]));
        let (kind, method) = match replaces {
            true => (Kind::Renewal, Method::Biometrics),
            false => (Kind::NewRegistration, Method::Biometrics),
        };
        office.old_account_is_there(replaces);
        let ceremonies = [false, false, true].map(|stranger| {
            let session = SessionKey::new(&names(), &[if stranger { "stranger" } else { "device" }]);
            // Whoever has an account would have to confirm: the stranger asks for a first one.
            let (kind, method) = if stranger { (Kind::NewRegistration, Method::Biometrics) } else { (kind, method) };
            let begun = Awaiting::begin(kind, method, session, key_of("X1"), &mut office.ctx()).now().unwrap();
            let sealed = Ceremony::from(begun).seal(&key, b"", 9000, &mut office.ctx()).unwrap();
            let token = Mutex::new(states.store(sealed).unwrap());
            Followed { token, stranger, shown: Mutex::default() }
        });
        let (dice, tested, seen) = (Dice::new(rng, fails), Mutex::default(), Mutex::default());
        Self { office, dice, tested, states, key, seen, ceremonies: ceremonies.into() }
    }

    /// One request: opens the state, takes a step, stores what came of it.
    async fn request(&self, followed: &Followed, honest: bool) {
        let token = *followed.token.lock().unwrap();
        // Another request was faster.
        let Some(bytes) = self.states.get(&token) else { return };
        let (port, dice, tested) = (&self.office, &self.dice, &self.tested);
        let log = Flaky { port: &port.log, dice, tested };
        let registry = Flaky { port: &port.registry, dice, tested };
        let keys = Flaky { port: &port.keys, dice, tested };
        let mut rng = TestRng::new(self.dice.below(u64::MAX));
        let (now, policy) = (self.office.now, &self.office.policy);
        let ctx = &mut Context { now, rng: &mut rng, policy, log: &log, registry: &registry, keys: &keys };
        let opened = Ceremony::open(&bytes, [&self.key], b"", self.office.now).unwrap();
        let phase = opened.phase();
        let Some(next) = self.step(opened, followed, honest, ctx).await else {
            self.seen.lock().unwrap().faults += 1;
            return;
        };
        let shown = next.challenge();
        let over = next.phase() == Phase::Terminated && phase != Phase::Terminated;
        let locked = matches!(&next, Ceremony::Terminated(t) if matches!(t.reason(), End::Locked(_)));
        let account = match &next {
            Ceremony::Enrolled(account) => Some(account.id().clone()),
            _ => None,
        };
        let sealed = next.seal(&self.key, b"", 9000, ctx).unwrap();
        match self.states.store(sealed) {
            Ok(token) => {
                *followed.token.lock().unwrap() = token;
                // Only now the client is told: it sees the challenge.
                followed.shown.lock().unwrap().extend(shown.filter(|_| phase == Phase::Oval));
                let mut seen = self.seen.lock().unwrap();
                seen.locked += usize::from(over && locked);
                if let Some(id) = account {
                    seen.enrolled += 1;
                    let exists = self.office.registry.accounts().iter().any(|a| a.id == id);
                    assert!(exists || phase == Phase::Enrolled, "who is told of an account has one");
                    assert!(!followed.stranger, "a stranger has no face");
                }
            }
            Err(_) => self.seen.lock().unwrap().overtaken += 1,
        }
    }

    /// A step as the applicant takes it, or an attacker; none is a fault.
    async fn step(&self, state: Ceremony, by: &Followed, honest: bool, ctx: &mut Context<'_>) -> Option<Ceremony> {
        let office = &self.office;
        macro_rules! next {
            ($step:expr) => {
                $step.await.ok()?.into()
            };
        }
        Some(match state {
            Ceremony::Form(s) if !honest => next!(s.failed(NO_WORDS, ctx)),
            Ceremony::Form(s) => {
                let application = Office::application(s.kind(), s.method());
                next!(s.submit(application, ctx))
            }
            Ceremony::Document(s) => {
                let evidence = office.document(s.nonce());
                let document = if honest { s.document_key() } else { key_of("Z9") };
                let holder =
                    DocumentHolder { document, identity: identity(), authenticated: !by.stranger, portrait: None };
                next!(s.read(&evidence, holder, ctx))
            }
            Ceremony::Instructions(s) => next!(s.acknowledge(ctx)),
            Ceremony::Oval(s) => {
                let challenge =
                    ChallengeId::from_bytes(self.dice.below(u64::MAX).to_be_bytes().repeat(2).try_into().unwrap());
                next!(s.begin_flashes(challenge, ctx))
            }
            Ceremony::Flashes(s) => {
                // A stranger has no live face of the holder.
                let bits = if honest && !by.stranger { 20.0 } else { 1.0 };
                let evidence = office.liveness_of(s.nonce(), s.challenge(), bits);
                // An answer that got lost is given up.
                match s.answered(&evidence, ctx).await {
                    Ok(step) => step.into(),
                    Err(fault) if fault.error.kind() == crate::error::ErrorKind::Replayed && honest => {
                        next!(fault.state.failed(NO_WORDS, ctx))
                    }
                    Err(_) => return None,
                }
            }
            Ceremony::Comparison(s) if !honest => next!(s.failed(NO_WORDS, ctx)),
            Ceremony::Comparison(s) => {
                let evidence = office.comparison(s.nonce());
                match s.matched(&evidence, ctx).await {
                    Ok(step) => step.into(),
                    Err(fault) if fault.error.kind() == crate::error::ErrorKind::Replayed => {
                        next!(fault.state.failed(NO_WORDS, ctx))
                    }
                    Err(_) => return None,
                }
            }
            Ceremony::Confirmation(s) => {
                let (request, keys) = (s.request(), &office.old_keys);
                let first = office.keys.authenticate(keys, &pin(OLD_PINS.0), &request);
                let second = office.keys.sign(keys, &pin(OLD_PINS.1), &request).now().unwrap();
                let (Signing::Signed(mut authentication), Signing::Signed(signature)) = (first, second) else {
                    panic!("the PINs are right")
                };
                authentication[0] ^= u8::from(!honest);
                let token = ConfirmationToken { authentication, signature };
                next!(s.confirm(&token, ctx))
            }
            Ceremony::Consent(s) => {
                let account = s.old_account().clone();
                next!(s.consent(DeletionConsent { account }, ctx))
            }
            Ceremony::Proofed(s) => s.enrol(ctx).into(),
            Ceremony::Pins(s) => {
                let chosen = s.choose(pin(PIN1), pin(PIN2), &Personal::default(), ctx).await.ok()?;
                let Step::Next(again) = chosen else { return Some(chosen.into()) };
                next!(again.repeat(pin(PIN1), pin(PIN2), ctx))
            }
            Ceremony::Signature(s) => next!(s.sign(pin(if honest { PIN2 } else { "55550" }), ctx)),
            Ceremony::PinsAgain(_) | Ceremony::OnDevice(_) => panic!("it is not stored, and nothing is handed over"),
            over @ (Ceremony::Enrolled(_) | Ceremony::Terminated(_)) => over,
        })
    }

    /// What must hold at every moment.
    fn check(&self) {
        let tested = self.tested.lock().unwrap();
        assert!(tested.wrong_pins <= TRIES, "{tested:?}: a lock was evaded");
        assert!(tested.wrong_confirmations <= TRIES, "{tested:?}: a lock was evaded");
        let seen = |stranger: bool| {
            let followed = self.ceremonies.iter().filter(move |f| f.stranger == stranger);
            followed.map(|f| f.shown.lock().unwrap().len()).sum::<usize>()
        };
        assert!(seen(false) <= TRIES + tested.matched && seen(true) <= TRIES, "challenges were shopped for");
        let accounts = self.office.registry.accounts();
        assert!(accounts.len() <= 1, "one person, one account: {accounts:?}");
    }
}

/// One walk: requests side by side until `turns` were taken; then the line is repaired, and whoever
/// is honest gets through.
pub(crate) fn interleaved(seed: u64, turns: usize) -> Seen {
    let walk = Walk::new(seed);
    // A stranger's doing alone leaves nothing against the document and its holder.
    let only_strangers = walk.dice.below(8) == 0;
    let mut requests: Vec<Pinned<Box<dyn Future<Output = ()> + '_>>> = Vec::new();
    let mut task = Task::from_waker(Waker::noop());
    for _ in 0..turns {
        if requests.len() < 4 {
            let first = if only_strangers { 2 } else { 0 };
            let followed = &walk.ceremonies[first + walk.dice.below(3 - first as u64) as usize];
            let honest = walk.dice.below(4) != 0;
            requests.push(Box::pin(walk.request(followed, honest)));
        }
        let index = walk.dice.below(requests.len() as u64) as usize;
        if requests[index].as_mut().poll(&mut task) != Poll::Pending {
            drop(requests.swap_remove(index));
        } else if walk.dice.below(60) == 0 {
            // A process that ends.
            drop(requests.swap_remove(index));
            walk.seen.lock().unwrap().cut_off += 1;
        }
        walk.check();
    }
    drop(requests);
    if only_strangers {
        for subject in [Subject::Document(key_of("X1")), Subject::Identity(identity())] {
            assert_eq!(walk.office.log.attempts(&subject).now().unwrap(), [], "made by one never authenticated");
        }
    }
    *walk.dice.fails.lock().unwrap() = 0;
    finish(&walk);
    walk.check();
    walk.seen.into_inner().unwrap()
}

/// Nothing was lost: what is stored opens, and with the locks lifted the honest applicant has an
/// account, or gets one by the same ceremony or another.
fn finish(walk: &Walk) {
    let account = || walk.office.registry.accounts().into_iter().find(|a| a.keys != walk.office.old_keys);
    for followed in walk.ceremonies.iter().filter(|f| !f.stranger) {
        let had = account();
        for subject in [Subject::Session(session()), Subject::Document(key_of("X1")), Subject::Identity(identity())] {
            walk.office.log.unlock(&subject).now().unwrap();
        }
        for _ in 0..40 {
            walk.request(followed, true).now();
        }
        let bytes = walk.states.get(&followed.token.lock().unwrap()).unwrap();
        match Ceremony::open(&bytes, [&walk.key], b"", walk.office.now).unwrap() {
            Ceremony::Enrolled(enrolled) => assert!(account().is_some_and(|a| a.id == *enrolled.id())),
            Ceremony::Terminated(t) => match t.reason() {
                End::Locked(_) => {}
                End::OldAccountGone | End::AlreadyEnrolled => assert!(had.is_some(), "the other ceremony was faster"),
                other => panic!("{other:?}"),
            },
            other => panic!("it hangs in {:?}", other.phase()),
        }
    }
}
