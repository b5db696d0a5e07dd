//! Events against a model, honest and not: random ones, and those that a fuzzer chooses.
//! The model knows only which evidence the test made; the ceremony must advance exactly when that
//! was honest, and enrol nobody of whom something is missing.

use super::office::*;
use super::random::TestRng;
use crate::binding::Binding;
use crate::digest::Digest;
use crate::document::{DocumentEvidence, Origin};
use crate::enrol::*;
use crate::liveness::{ChallengeId, LivenessEvidence};
use crate::outcome::Outcome;
use crate::secret::Nonce;
use std::collections::HashSet;

/// What the test knows to have been shown in one ceremony.
#[derive(Default)]
struct Shown {
    document: bool,
    live: Option<Nonce>,
    matched: Option<Nonce>,
    confirmed: bool,
    consented: bool,
    chosen: Option<(&'static str, &'static str)>,
    repeated: bool,
    signed: bool,
}

struct Run {
    office: Office,
    shown: Shown,
    /// Nonces of earlier attempts.
    stale: Vec<Nonce>,
    /// Whether the last event was honest.
    honest: bool,
}

fn any_pins(rng: &mut TestRng) -> (&'static str, &'static str) {
    let pins = [(PIN1, PIN2), ("4071", "28394"), ("1234", "61830"), (PIN1, "80361"), ("803", "61830")];
    pins[rng.below(5) as usize]
}

impl Run {
    /// A binding that is honest, or is not in one of three ways.
    fn binding(&mut self, nonce: &Nonce, honest: bool) -> Binding {
        let (stale, now) = (self.stale.last().copied(), self.office.now);
        match (honest, self.office.rng.below(3)) {
            // Long enough for the comparison that follows.
            (true, _) => Binding::new(*nonce, now - self.office.rng.below(60), 300),
            (false, 0) => Binding::new(stale.unwrap_or(Nonce::from_bytes([1; 32])), now, 60),
            (false, 1) => Binding::new(*nonce, now - 60, 60),
            (false, _) => Binding::new(*nonce, now + 6, 60),
        }
    }

    fn event(&mut self, ceremony: Ceremony) -> Ceremony {
        let rng = &mut self.office.rng;
        self.honest = !rng.one_in(4);
        let (honest, abandons, reports) = (self.honest, rng.one_in(60), rng.one_in(8));
        let words = || vec![Word::new("reported").unwrap()];
        macro_rules! or_else {
            ($state:ident) => {
                if abandons {
                    self.honest = false;
                    return $state.abandon(&self.office.ctx()).into();
                }
            };
            ($state:ident, reports) => {
                or_else!($state);
                if reports {
                    self.honest = false;
                    return $state.failed(words(), &mut self.office.ctx()).unwrap().into();
                }
            };
        }
        match ceremony {
            Ceremony::Form(s) => {
                or_else!(s, reports);
                let mut application = Office::application(s.kind(), s.method());
                if !honest {
                    application.old_account = match application.old_account {
                        Some(_) if self.office.rng.one_in(2) => None,
                        Some(_) => Some(AccountId::new("unknown").unwrap()),
                        None => Some(old_account()),
                    };
                }
                s.submit(application, &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Document(s) => {
                or_else!(s, reports);
                let stranger = !honest && s.kind() != Kind::NewRegistration && self.office.rng.one_in(4);
                let binding = self.binding(s.nonce(), honest || stranger);
                let evidence = DocumentEvidence::new(binding, self.office.document, Origin::Page);
                let identity = if stranger { Identity::of(&["stranger"]) } else { identity() };
                self.shown.document |= honest;
                s.read(evidence, identity, &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Instructions(s) => {
                self.honest = true;
                or_else!(s);
                s.acknowledge(&mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Oval(s) => {
                self.honest = true;
                or_else!(s, reports);
                s.begin_flashes(CHALLENGE, &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Flashes(s) => {
                or_else!(s, reports);
                let spoiled = if honest { 9 } else { self.office.rng.below(3) };
                let nonce = *s.nonce();
                let binding = self.binding(&nonce, spoiled != 0);
                let challenge = if spoiled == 1 { ChallengeId::from_bytes([7; 16]) } else { s.challenge() };
                let bits = if spoiled == 2 { f64::NAN } else { 20.0 };
                self.shown.live = honest.then_some(nonce);
                let evidence = LivenessEvidence::new(binding, challenge, self.office.capture, bits);
                s.answered(evidence, &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Comparison(s) => {
                or_else!(s, reports);
                let spoiled = if honest { 9 } else { self.office.rng.below(4) };
                let nonce = *s.nonce();
                let mut evidence = self.office.comparison(&nonce);
                evidence.binding = self.binding(&nonce, spoiled != 0);
                match spoiled {
                    1 => evidence.document = Digest::of(b"another"),
                    2 => evidence.capture = Digest::of(b"another"),
                    3 => evidence.fmr_limit = 1e-2,
                    _ => {}
                }
                self.shown.matched = honest.then_some(nonce);
                s.matched(evidence, &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Confirmation(s) => {
                or_else!(s, reports);
                let mut token = self.office.token(&s);
                match self.office.rng.below(2) {
                    0 if !honest => token.authentication.truncate(31),
                    _ if !honest => token.signature[7] ^= 1,
                    _ => {}
                }
                self.shown.confirmed |= honest;
                s.confirm(&token, &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Consent(s) => {
                or_else!(s);
                if !honest && self.office.rng.one_in(4) {
                    return s.refuse(&self.office.ctx()).into();
                }
                let account = if honest { s.old_account().clone() } else { AccountId::new("another").unwrap() };
                self.shown.consented |= honest;
                s.consent(DeletionConsent { account }, &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Pins(s) => {
                or_else!(s);
                let (pin1, pin2) = any_pins(&mut self.office.rng);
                self.honest = pin1 == "4071" || (pin1, pin2) == (PIN1, PIN2);
                self.shown.chosen = self.honest.then_some((pin1, pin2));
                s.choose(pin(pin1), pin(pin2), &Personal::default(), &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::PinsAgain(s) => {
                or_else!(s);
                if self.office.rng.one_in(10) {
                    self.honest = false;
                    return s.choose_again(&self.office.ctx()).into();
                }
                let again = if honest { self.shown.chosen.unwrap() } else { any_pins(&mut self.office.rng) };
                self.honest = Some(again) == self.shown.chosen;
                self.shown.repeated = self.honest;
                s.repeat(pin(again.0), pin(again.1), &mut self.office.ctx()).unwrap().into()
            }
            Ceremony::Signature(s) => {
                or_else!(s);
                let right = self.shown.chosen.unwrap().1;
                let typed = if honest { right } else { "55550" };
                let signed = self.office.keys.sign(s.keys(), &pin(right), &s.application()).unwrap();
                let Signing::Signed(mut signature) = signed else { panic!("the PIN is right") };
                self.shown.signed |= honest;
                if self.office.rng.one_in(2) {
                    return s.sign(pin(typed), &mut self.office.ctx()).unwrap().into();
                }
                signature[0] ^= u8::from(!honest);
                s.signed(signature, &mut self.office.ctx()).unwrap().into()
            }
            over @ (Ceremony::Enrolled(_) | Ceremony::Terminated(_)) => over,
        }
    }
}

/// The nonce of a state, and whether nothing outside stops its next step.
fn outlook(ceremony: &Ceremony, office: &mut Office, key: &DocumentKey) -> (Option<Nonce>, bool) {
    let locked = office.policy.lock(&office.log.attempts(key).unwrap(), office.now).is_some();
    let room = ceremony.audit().records.len() + 1 < 256;
    macro_rules! of {
        ($($name:ident),*) => {
            match ceremony {
                $(Ceremony::$name(s) => (Some(*s.nonce()), s.time_left_s(&office.ctx()) > 0),)*
                Ceremony::Enrolled(_) | Ceremony::Terminated(_) => (None, false),
            }
        };
    }
    let (nonce, time) =
        of!(Form, Document, Instructions, Oval, Flashes, Comparison, Confirmation, Consent, Pins, PinsAgain, Signature);
    (nonce, time && !locked && room)
}

/// What a run has seen.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) steps: usize,
    pub(crate) ceremonies: u64,
    pub(crate) enrolled: usize,
    pub(crate) refused: usize,
    pub(crate) transitions: HashSet<Transition>,
}

impl Run {
    fn new(rng: TestRng) -> Self {
        Self { office: Office::with(rng), shown: Shown::default(), stale: vec![], honest: true }
    }

    /// A ceremony from its beginning to its end.
    fn ceremony(&mut self, tally: &mut Tally) {
        tally.ceremonies += 1;
        self.shown = Shown::default();
        let rng = &mut self.office.rng;
        let kind = [Kind::NewRegistration, Kind::Renewal, Kind::Upgrade][rng.below(3) as usize];
        let method = [Method::Biometrics, Method::ActiveAccount][rng.below(2) as usize];
        // Some documents come back; each locks for good sooner or later.
        let number = tally.ceremonies - rng.below(3).min(tally.ceremonies - 1);
        let key = DocumentKey::from_number("UTO", &format!("{number}"));
        let mut ceremony: Ceremony = match Awaiting::begin(kind, method, key, &mut self.office.ctx()).unwrap() {
            Outcome::Found(form) => form.into(),
            Outcome::Refused(terminated) => {
                tally.refused += 1;
                self.office.now += terminated.wait_s(self.office.now).unwrap_or(0);
                tally.steps += 1;
                return;
            }
        };
        let first = outlook(&ceremony, &mut self.office, &key).0.unwrap();
        while !matches!(ceremony, Ceremony::Enrolled(_) | Ceremony::Terminated(_)) {
            tally.steps += 1;
            ceremony = self.step(ceremony, &key, tally);
        }
        if let Ceremony::Enrolled(account) = ceremony {
            tally.enrolled += 1;
            self.check_enrolled(&account, kind, method, first);
        }
    }

    /// Time passes, the state may be stored, and something happens: what came of it is what the
    /// model expects.
    fn step(&mut self, mut ceremony: Ceremony, key: &DocumentKey, tally: &mut Tally) -> Ceremony {
        let rng = &mut self.office.rng;
        let passed = if rng.one_in(40) { 1000 } else { rng.below(8) };
        // A clock that is set back buys time, and nothing else.
        let back = if rng.one_in(40) { rng.below(200) } else { 0 };
        self.office.now = self.office.now + passed - back;
        if self.office.rng.one_in(20) && !matches!(ceremony, Ceremony::PinsAgain(_)) {
            let key = SealKey::from_bytes(&[1; 32]);
            let bytes = ceremony.seal(&key, 9, &mut self.office.ctx()).unwrap();
            ceremony = Ceremony::open(&bytes, &key, self.office.now, |_| Ok(true)).unwrap();
        }
        let before = self.office.log.attempts(key).unwrap().len();
        let (records, phase) = (ceremony.audit().records.len(), ceremony.phase());
        let (nonce, open) = outlook(&ceremony, &mut self.office, key);
        ceremony = self.event(ceremony);
        let after = self.office.log.attempts(key).unwrap().len();
        assert!(after == before || after == before + 1, "{before} failed attempts became {after}");
        let [record] = &ceremony.audit().records[records..] else { panic!("one step leaves one record") };
        let (from, event, to) = (record.from, record.event, record.to);
        assert_eq!((from, to), (phase, ceremony.phase()));
        let transition = Transition { from, event, to };
        assert!(TRANSITIONS.contains(&transition), "{transition:?} is not in the table");
        tally.transitions.insert(transition);
        let failed = matches!(event, Event::Failed | Event::TooSlow | Event::Ended | Event::PinsForgotten);
        assert_eq!(self.honest && open, !failed, "step {}: {transition:?}", tally.steps);
        if outlook(&ceremony, &mut self.office, key).0 != nonce {
            self.stale.extend(nonce);
        }
        ceremony
    }

    /// Nothing is missing of a ceremony that began with the nonce `first`.
    fn check_enrolled(&self, account: &Enrolled, kind: Kind, method: Method, first: Nonce) {
        let Shown { document, live, matched, confirmed, consented, repeated, signed, .. } = self.shown;
        assert!(document && live.is_some() && repeated && signed);
        assert_eq!(live, matched, "live and match evidence of one attempt");
        let retried = account.audit().records.iter().any(|r| r.to == Phase::Oval && r.from != Phase::Instructions);
        assert_eq!(live == Some(first), !retried, "a retry draws a fresh nonce, and nothing else does");
        assert_eq!(confirmed, kind != Kind::NewRegistration || method == Method::ActiveAccount);
        assert_eq!(consented, kind != Kind::NewRegistration);
        assert_eq!(account.deletes().is_some(), consented);
        let (application, signature) = (account.application(), account.signature());
        assert!(self.office.keys.verify(account.keys(), KeyUse::Signature, &application, signature).unwrap());
    }
}

/// Random ceremonies until there were `steps` events.
#[cfg(test)]
pub(crate) fn random(seed: u64, steps: usize) -> Tally {
    let (mut run, mut tally) = (Run::new(TestRng::new(seed)), Tally::default());
    while tally.steps < steps {
        run.ceremony(&mut tally);
    }
    tally
}

/// Ceremonies whose every choice is a byte of `script`, until that is at its end. Returns how many
/// enrolled somebody.
///
/// # Panics
/// If a ceremony does what the model does not expect: that is a finding.
pub(crate) fn follow(script: &[u8]) -> usize {
    let (mut run, mut tally) = (Run::new(TestRng::scripted(script)), Tally::default());
    while !run.office.rng.is_over() {
        run.ceremony(&mut tally);
    }
    tally.enrolled
}
