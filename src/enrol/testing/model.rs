//! Events against a model, honest and not: random ones, and those that a fuzzer chooses.
//! The model knows only which evidence the test made; the ceremony must advance exactly when that
//! was honest, and enrol nobody of whom something is missing.

use super::now::Now;
use super::office::*;
use super::outlook::{Tally, outlook};
use super::random::TestRng;
use crate::binding::Binding;
use crate::digest::Digest;
use crate::document::{DocumentEvidence, DocumentStanding, Origin};
use crate::enrol::*;
use crate::liveness::{ChallengeId, LivenessEvidence, LivenessLimits};
use crate::outcome::Outcome;
use crate::secret::Nonce;

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
    /// Whether the caller mixed something up in it: that is a fault, and counts for nobody.
    mixed_up: bool,
    /// Whether it was a fault.
    faulted: bool,
    /// What the device has signed.
    on_device: Option<DeviceSignature>,
}

fn any_pins(rng: &mut TestRng) -> (&'static str, &'static str) {
    let pins = [(PIN1, PIN2), ("4071", "28394"), ("1234", "61830"), (PIN1, "80361"), ("803", "61830")];
    pins[rng.below(5) as usize]
}

impl Run {
    /// What came of an event: the step, or the state that a fault gives back.
    fn after<N: Into<Ceremony>, W: Waiting<Again: Waiting>>(&mut self, step: StepResult<N, W>) -> Ceremony
    where
        Ceremony: From<Awaiting<W>> + From<Awaiting<W::Again>>,
    {
        match step {
            Ok(step) => step.into(),
            Err(fault) => {
                self.faulted = true;
                fault.state.into()
            }
        }
    }

    /// A binding that is honest, or is not in one of three ways.
    fn binding(&mut self, nonce: &Nonce, honest: bool) -> Binding {
        self.mixed_up |= !honest;
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
        (self.honest, self.mixed_up, self.faulted) = (!rng.one_in(4), false, false);
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
                    let step = $state.failed(words(), &mut self.office.ctx()).now();
                    return self.after(step);
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
                let step = s.submit(application, &mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Document(s) => {
                or_else!(s, reports);
                let kind = if honest { 9 } else { self.office.rng.below(6) };
                let stranger = kind == 0 && s.kind() != Kind::NewRegistration;
                let binding = self.binding(s.nonce(), honest || kind < 2);
                let evidence =
                    DocumentEvidence::new(binding, self.office.document, Origin::Page, DocumentStanding::default());
                let document = if kind == 1 || kind == 0 && !stranger { key_of("Z9") } else { s.document_key() };
                let identity = if stranger { person("stranger") } else { identity() };
                // Seldom the document cannot be authenticated.
                let authenticated = !self.office.rng.one_in(5);
                self.shown.document |= honest;
                let holder = DocumentHolder { document, identity, authenticated, portrait: None };
                let step = s.read(&evidence, holder, &mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Instructions(s) => {
                self.honest = true;
                or_else!(s);
                let step = s.acknowledge(&mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Oval(s) => {
                self.honest = true;
                or_else!(s, reports);
                let step = s.begin_flashes(CHALLENGE, &mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Flashes(s) => {
                or_else!(s, reports);
                let spoiled = if honest { 9 } else { self.office.rng.below(3) };
                let nonce = *s.nonce();
                let binding = self.binding(&nonce, spoiled != 0);
                let challenge = if spoiled == 1 { ChallengeId::from_bytes([7; 16]) } else { s.challenge() };
                self.mixed_up |= spoiled == 1;
                let bits = if spoiled == 2 { f64::NAN } else { 20.0 };
                self.shown.live = honest.then_some(nonce);
                let evidence =
                    LivenessEvidence::new(binding, challenge, self.office.capture, bits, &LivenessLimits::default());
                let step = s.answered(&evidence, &mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Comparison(s) => {
                or_else!(s, reports);
                let spoiled = if honest { 9 } else { self.office.rng.below(5) };
                let nonce = *s.nonce();
                let mut evidence = self.office.comparison(&nonce);
                evidence.binding = self.binding(&nonce, spoiled != 0);
                match spoiled {
                    1 => evidence.document = Digest::of(b"another"),
                    2 => evidence.capture = Digest::of(b"another"),
                    3 => evidence.fmr_limit = 1e-2,
                    4 => evidence.marginal = true,
                    _ => {}
                }
                self.mixed_up |= (1..=3).contains(&spoiled);
                self.shown.matched = honest.then_some(nonce);
                let step = s.matched(&evidence, &mut self.office.ctx()).now();
                self.after(step)
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
                let step = s.confirm(&token, &mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Consent(s) => {
                or_else!(s);
                if !honest && self.office.rng.one_in(4) {
                    return s.refuse(&self.office.ctx()).into();
                }
                let account = if honest { s.old_account().clone() } else { AccountId::new("another").unwrap() };
                self.shown.consented |= honest;
                let step = s.consent(DeletionConsent { account }, &mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Pins(s) => {
                or_else!(s);
                let (pin1, pin2) = any_pins(&mut self.office.rng);
                self.honest = pin1 == "4071" || (pin1, pin2) == (PIN1, PIN2);
                self.shown.chosen = self.honest.then_some((pin1, pin2));
                let step = s.choose(pin(pin1), pin(pin2), &Personal::default(), &mut self.office.ctx()).now();
                self.after(step)
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
                let step = s.repeat(pin(again.0), pin(again.1), &mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Signature(s) => {
                or_else!(s);
                let right = self.shown.chosen.unwrap().1;
                let typed = if honest { right } else { "55550" };
                let signed = self.office.keys.sign(s.keys(), &pin(right), &s.application()).now().unwrap();
                let Signing::Signed(mut signature) = signed else { panic!("the PIN is right") };
                self.shown.signed |= honest;
                if self.office.rng.one_in(2) {
                    let step = s.sign(pin(typed), &mut self.office.ctx()).now();
                    return self.after(step);
                }
                signature[0] ^= u8::from(!honest);
                let step = s.signed(signature, &mut self.office.ctx()).now();
                self.after(step)
            }
            Ceremony::Proofed(s) => {
                self.honest = true;
                if self.office.rng.one_in(2) {
                    return s.enrol(&self.office.ctx()).into();
                }
                let device = DeviceKey::from_bytes(&[6; 32]);
                let (awaiting, bytes) = s.hand_over(&device, b"", 900, &mut self.office.ctx()).unwrap();
                self.on_device = self.office.device_signs(&device, &bytes);
                awaiting.into()
            }
            Ceremony::OnDevice(s) => {
                or_else!(s);
                // A device that came too late has nothing to send.
                let none = DeviceSignature { keys: self.office.old_keys.clone(), signature: vec![0; 32] };
                self.honest &= self.on_device.is_some();
                let mut signed = self.on_device.clone().unwrap_or(none);
                signed.signature[3] ^= u8::from(!self.honest);
                (self.shown.repeated, self.shown.signed) = (true, self.shown.signed | self.honest);
                let step = s.signed_on_device(signed, &mut self.office.ctx()).now();
                self.after(step)
            }
            over @ (Ceremony::Enrolled(_) | Ceremony::Terminated(_)) => over,
        }
    }
}

impl Run {
    fn new(rng: TestRng) -> Self {
        let (mut office, shown) = (Office::with(rng), Shown::default());
        office.policy = office.policy.with_accept_marginal(false);
        Self { office, shown, stale: vec![], honest: true, mixed_up: false, faulted: false, on_device: None }
    }

    /// A ceremony from its beginning to its end.
    fn ceremony(&mut self, tally: &mut Tally) {
        tally.ceremonies += 1;
        self.shown = Shown::default();
        let rng = &mut self.office.rng;
        let kind = [Kind::NewRegistration, Kind::Renewal, Kind::Upgrade][rng.below(3) as usize];
        let method = [Method::Biometrics, Method::ActiveAccount][rng.below(2) as usize];
        // Some documents and sessions come back; each locks sooner or later.
        let number = tally.ceremonies - rng.below(3).min(tally.ceremonies - 1);
        let (document, session) =
            (key_of(&format!("{number}X")), SessionKey::new(&names(), &[&format!("{}", number / 2)]));
        // Documents and sessions lock; the one person of these ceremonies is let go on.
        self.office.log.unlock(&Subject::Identity(identity())).now().unwrap();
        self.office.old_account_is_there((kind, method) != (Kind::NewRegistration, Method::Biometrics));
        let begun = Awaiting::begin(kind, method, session, document, &mut self.office.ctx()).now().unwrap();
        let mut ceremony: Ceremony = match begun {
            Outcome::Found(form) => form.into(),
            Outcome::Refused(terminated) => {
                tally.refused += 1;
                self.office.now += terminated.wait_s(self.office.now).unwrap_or(0);
                tally.steps += 1;
                return;
            }
        };
        let first = outlook(&ceremony, &mut self.office).0.unwrap();
        while !matches!(ceremony, Ceremony::Enrolled(_) | Ceremony::Terminated(_)) {
            tally.steps += 1;
            ceremony = self.step(ceremony, tally);
        }
        if let Ceremony::Enrolled(account) = ceremony {
            tally.enrolled += 1;
            self.check_enrolled(&account, kind, method, first);
        }
    }

    /// Time passes, the state may be stored, and something happens: what came of it is what the
    /// model expects.
    fn step(&mut self, mut ceremony: Ceremony, tally: &mut Tally) -> Ceremony {
        let rng = &mut self.office.rng;
        let passed = if rng.one_in(40) { 1000 } else { rng.below(8) };
        // A clock that is set back is a fault; one that is set back a little buys time.
        let (back, since) = (if rng.one_in(40) { rng.below(200) } else { 0 }, self.office.now);
        self.office.now = self.office.now + passed - back;
        if self.office.rng.one_in(20) && !matches!(ceremony, Ceremony::PinsAgain(_)) {
            let key = SealKey::from_bytes(1, &[1; 32]);
            let bytes = ceremony.seal(&key, b"", 9, &mut self.office.ctx()).unwrap().bytes;
            ceremony = Ceremony::open(&bytes, [&key], b"", self.office.now).unwrap();
        }
        let (before, records, phase) = (self.office.log.total(), ceremony.audit().records.len(), ceremony.phase());
        let (nonce, open) = outlook(&ceremony, &mut self.office);
        let began = ceremony.audit().records.last().map_or(ceremony.audit().began_at, |record| record.at);
        let went_back = began > self.office.now + 5 && phase != Phase::Proofed;
        ceremony = self.event(ceremony);
        let given_up = ceremony.phase() == Phase::Terminated && open && !self.faulted && !self.honest;
        if self.faulted {
            assert!(went_back || open && self.mixed_up, "step {}: a fault in {phase:?}", tally.steps);
            assert_eq!((ceremony.phase(), ceremony.audit().records.len()), (phase, records));
            assert_eq!(self.office.log.total(), before, "a fault counts for nobody");
            // The clock is set right.
            self.office.now = self.office.now.max(since);
            return ceremony;
        }
        assert!(!open || given_up || !self.mixed_up, "step {}: {phase:?} took what was mixed up", tally.steps);
        let [record] = &ceremony.audit().records[records..] else { panic!("one step leaves one record") };
        let (from, event, to) = (record.from, record.event, record.to);
        assert_eq!((from, to), (phase, ceremony.phase()));
        let transition = Transition { from, event, to };
        assert!(TRANSITIONS.contains(&transition), "{transition:?} is not in the table");
        tally.transitions.insert(transition);
        let failed = matches!(event, Event::Failed | Event::TooSlow | Event::Ended | Event::PinsForgotten);
        assert_eq!(self.honest && open, !failed, "step {}: {transition:?}", tally.steps);
        if outlook(&ceremony, &mut self.office).0 != nonce {
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
        assert_eq!(account.replaced().is_some(), consented);
        let (application, signature) = (account.application(), account.signature());
        let valid = self.office.keys.verify(account.keys(), KeyUse::Signature, &application, signature);
        assert!(valid.now().unwrap());
        assert!(self.office.registry.find(account.id()).now().unwrap().is_some(), "the account exists");
        let held = self.office.registry.accounts().iter().filter(|a| a.identity == identity()).count();
        assert_eq!(held, 1 + usize::from(confirmed && !consented), "one person, one account");
        self.office.registry.remove(account.id());
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
