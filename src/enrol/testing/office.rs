//! [`Office`]: everything around ceremonies, and honest evidence for them, made by the crate's
//! private constructors, which nobody else can.

use super::now::Now;
use super::random::TestRng;
use crate::binding::Binding;
use crate::compare::{FmrBasis, FmrEstimate, MatchEvidence};
use crate::digest::Digest;
use crate::document::{DocumentEvidence, DocumentStanding, Origin};
use crate::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry};
use crate::enrol::*;
use crate::liveness::{ChallengeId, LivenessEvidence, LivenessLimits};
use crate::secret::Nonce;

pub(crate) const START: u64 = 1_790_000_000;
pub(crate) const CHALLENGE: ChallengeId = ChallengeId::from_bytes([3; 16]);
/// A report without reasons.
pub(crate) const NO_WORDS: [Word; 0] = [];
pub(crate) const PIN1: &str = "8036";
pub(crate) const PIN2: &str = "61830";
pub(crate) const OLD_PINS: (&str, &str) = ("5172", "94027");

pub(crate) fn names() -> NameKey {
    NameKey::from_bytes(&[8; 32])
}

pub(crate) fn key_of(number: &str) -> DocumentKey {
    DocumentKey::new(&names(), "UTO", number).unwrap()
}

pub(crate) fn key() -> DocumentKey {
    key_of("X1")
}

pub(crate) fn session() -> SessionKey {
    SessionKey::new(&names(), &["device"])
}

pub(crate) fn person(name: &str) -> Identity {
    Identity::new(&names(), &[name])
}

/// Who holds the old account.
pub(crate) fn identity() -> Identity {
    person("Jo")
}

/// What stands on an authentic document of `identity()`.
pub(crate) fn holder() -> DocumentHolder {
    DocumentHolder { document: key(), identity: identity(), authenticated: true, portrait: None }
}

pub(crate) fn old_account() -> AccountId {
    AccountId::new("old").unwrap()
}

/// Everything around ceremonies, and honest evidence for them.
pub(crate) struct Office {
    pub(crate) rng: TestRng,
    pub(crate) policy: Policy,
    pub(crate) log: MemoryAttemptLog,
    pub(crate) registry: MemoryRegistry,
    pub(crate) keys: MemoryKeyStore,
    pub(crate) old_keys: KeyId,
    pub(crate) now: u64,
    pub(crate) document: Digest,
    pub(crate) capture: Digest,
}

impl Office {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with(TestRng::new(seed))
    }

    pub(crate) fn with(mut rng: TestRng) -> Self {
        let (keys, registry) = (MemoryKeyStore::new(&mut rng), MemoryRegistry::default());
        let old = keys.generate(&pin(OLD_PINS.0), &pin(OLD_PINS.1)).now().unwrap();
        registry.insert(Account { id: old_account(), identity: identity(), keys: old.clone() });
        let (document, capture) = (Digest::of(b"document"), Digest::of(b"capture"));
        let (policy, log) = (Policy::default(), MemoryAttemptLog::default());
        Self { rng, policy, log, registry, keys, old_keys: old, now: START, document, capture }
    }

    pub(crate) fn ctx(&mut self) -> Context<'_> {
        Context {
            now: self.now,
            rng: &mut self.rng,
            policy: &self.policy,
            log: &self.log,
            registry: &self.registry,
            keys: &self.keys,
        }
    }

    /// Sees to it that the holder's only account is the old one, or that there is none.
    pub(crate) fn old_account_is_there(&self, there: bool) {
        self.registry.accounts().iter().for_each(|account| self.registry.remove(&account.id));
        if there {
            let (id, keys) = (old_account(), self.old_keys.clone());
            self.registry.insert(Account { id, identity: identity(), keys });
        }
    }

    /// What the applicant's device makes of what was handed over; nothing if it comes too late.
    pub(crate) fn device_signs(&mut self, key: &DeviceKey, bytes: &[u8]) -> Option<DeviceSignature> {
        let pins = Awaiting::on_device(bytes, key, b"", &self.ctx()).unwrap();
        let chosen = pins.choose(pin(PIN1), pin(PIN2), &Personal::default(), &mut self.ctx()).now().unwrap();
        let Step::Next(again) = chosen else { return None };
        let repeated = again.repeat(pin(PIN1), pin(PIN2), &mut self.ctx()).now().unwrap();
        let Step::Next(state) = repeated else { return None };
        match state.sign_for_server(pin(PIN2), &mut self.ctx()).now().unwrap() {
            Step::Next(signed) => Some(signed),
            Step::Retry(..) | Step::Terminated(_) => None,
        }
    }

    /// Begins a ceremony; the same document's account is there exactly if one is needed.
    pub(crate) fn begin(&mut self, kind: Kind, method: Method) -> Ceremony {
        self.old_account_is_there((kind, method) != (Kind::NewRegistration, Method::Biometrics));
        Awaiting::begin(kind, method, session(), key(), &mut self.ctx()).now().unwrap().into()
    }

    pub(crate) fn binding(&self, nonce: &Nonce) -> Binding {
        Binding::new(*nonce, self.now, 120)
    }

    pub(crate) fn document(&self, nonce: &Nonce) -> DocumentEvidence {
        DocumentEvidence::new(self.binding(nonce), self.document, Origin::Iso39794, DocumentStanding::default())
    }

    pub(crate) fn liveness(&self, nonce: &Nonce, challenge: ChallengeId) -> LivenessEvidence {
        self.liveness_of(nonce, challenge, 22.5)
    }

    /// Evidence of so many bits.
    pub(crate) fn liveness_of(&self, nonce: &Nonce, challenge: ChallengeId, bits: f64) -> LivenessEvidence {
        LivenessEvidence::new(self.binding(nonce), challenge, self.capture, bits, &LivenessLimits::default())
    }

    pub(crate) fn comparison(&self, nonce: &Nonce) -> MatchEvidence {
        MatchEvidence {
            binding: self.binding(nonce),
            document: self.document,
            capture: self.capture,
            origin: Origin::Iso39794,
            model: "networks".into(),
            calibration: Digest::of(b"calibration"),
            basis: FmrBasis::WorstGroup,
            fmr_limit: 1e-4,
            fmr: FmrEstimate::AtMost(1e-6),
            log_likelihood_ratio: 9.5,
            marginal: false,
        }
    }

    pub(crate) fn application(kind: Kind, method: Method) -> Application {
        let old_account = (kind != Kind::NewRegistration || method == Method::ActiveAccount).then(old_account);
        Application { old_account, form: Digest::of(b"form") }
    }

    pub(crate) fn token(&self, state: &Awaiting<Confirmation>) -> ConfirmationToken {
        let account = self.registry.find(state.old_account()).now().unwrap().unwrap();
        let first = self.keys.authenticate(&account.keys, &pin(OLD_PINS.0), &state.request());
        let second = self.keys.sign(&account.keys, &pin(OLD_PINS.1), &state.request()).now().unwrap();
        let (Signing::Signed(authentication), Signing::Signed(signature)) = (first, second) else {
            panic!("the PINs are right")
        };
        ConfirmationToken { authentication, signature }
    }

    /// One step further, as an honest applicant goes.
    pub(crate) fn advance(&mut self, ceremony: Ceremony) -> Ceremony {
        let pins = || (pin(PIN1), pin(PIN2));
        match ceremony {
            Ceremony::Form(s) => {
                let application = Self::application(s.kind(), s.method());
                s.submit(application, &mut self.ctx()).now().unwrap().into()
            }
            Ceremony::Document(s) => {
                let evidence = self.document(s.nonce());
                let holder = DocumentHolder { document: s.document_key(), ..holder() };
                s.read(&evidence, holder, &mut self.ctx()).now().unwrap().into()
            }
            Ceremony::Instructions(s) => s.acknowledge(&mut self.ctx()).now().unwrap().into(),
            Ceremony::Oval(s) => s.begin_flashes(CHALLENGE, &mut self.ctx()).now().unwrap().into(),
            Ceremony::Flashes(s) => {
                let evidence = self.liveness(s.nonce(), s.challenge());
                s.answered(&evidence, &mut self.ctx()).now().unwrap().into()
            }
            Ceremony::Comparison(s) => {
                let evidence = self.comparison(s.nonce());
                s.matched(&evidence, &mut self.ctx()).now().unwrap().into()
            }
            Ceremony::Confirmation(s) => {
                let token = self.token(&s);
                s.confirm(&token, &mut self.ctx()).now().unwrap().into()
            }
            Ceremony::Consent(s) => {
                let account = s.old_account().clone();
                s.consent(DeletionConsent { account }, &mut self.ctx()).now().unwrap().into()
            }
            Ceremony::Proofed(s) => s.enrol(&self.ctx()).into(),
            Ceremony::OnDevice(s) => {
                let keys = self.keys.generate(&pins().0, &pins().1).now().unwrap();
                let application = s.application(&keys);
                let Signing::Signed(signature) = self.keys.sign(&keys, &pins().1, &application).now().unwrap() else {
                    panic!("the PIN is right")
                };
                s.signed_on_device(DeviceSignature { keys, signature }, &mut self.ctx()).now().unwrap().into()
            }
            Ceremony::Pins(s) => {
                s.choose(pins().0, pins().1, &Personal::default(), &mut self.ctx()).now().unwrap().into()
            }
            Ceremony::PinsAgain(s) => s.repeat(pins().0, pins().1, &mut self.ctx()).now().unwrap().into(),
            Ceremony::Signature(s) => s.sign(pins().1, &mut self.ctx()).now().unwrap().into(),
            over @ (Ceremony::Enrolled(_) | Ceremony::Terminated(_)) => over,
        }
    }

    /// The honest way to `phase`; over the device if that is the phase.
    pub(crate) fn reach(&mut self, phase: Phase, kind: Kind, method: Method) -> Ceremony {
        let mut ceremony = self.begin(kind, method);
        while ceremony.phase() != phase {
            let before = ceremony.phase();
            ceremony = match ceremony {
                Ceremony::Proofed(s) if phase == Phase::OnDevice => {
                    s.hand_over(&DeviceKey::from_bytes(&[6; 32]), b"", 900, &mut self.ctx()).unwrap().0.into()
                }
                other => self.advance(other),
            };
            assert!(ceremony.phase() > before, "{phase:?} is not on the way");
        }
        ceremony
    }

    /// From now on no failure locks.
    pub(crate) fn never_locks(&mut self) {
        let never = || Ladder::new(vec![]).unwrap();
        let attempts = Attempts::default().with_form(never()).with_document(never()).with_face(never());
        let attempts = attempts.with_slowness(never()).with_confirmation(never()).with_signature(never());
        self.policy = self.policy.clone().with_attempts(attempts);
    }

    /// Attempts against the document.
    pub(crate) fn failures(&self, counted: Counted) -> usize {
        self.kept(Subject::Document(key()), counted)
    }

    /// Attempts against the session.
    pub(crate) fn slips(&self, counted: Counted) -> usize {
        self.kept(Subject::Session(session()), counted)
    }

    pub(crate) fn kept(&self, subject: Subject, counted: Counted) -> usize {
        self.log.attempts(&subject).now().unwrap().iter().filter(|a| a.counted == counted).count()
    }
}

pub(crate) fn pin<const N: u8>(text: &str) -> Pin<N> {
    Pin::parse(text).unwrap()
}
