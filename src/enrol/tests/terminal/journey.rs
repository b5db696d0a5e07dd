//! The journey through a ceremony: what the applicant is told and asked at each step, and where
//! that leads.
//!
//! Whoever answers (a terminal, a script) is behind [`Dialogue`], what the camera sees behind
//! [`Camera`], so that the crate's tests walk the same way.

use super::world::{World, countdown, failed};
use selfsame::binding::Binding;
use selfsame::compare::MatchEvidence;
use selfsame::digest::Digest;
use selfsame::document::DocumentEvidence;
use selfsame::enrol::{
    AccountId, AccountRegistry, Application, Awaiting, Ceremony, Confirmation, ConfirmationToken, Consent, Context,
    Date, DeletionConsent, Document, DocumentHolder, DocumentKey, End, Enrolled, Fallible, Form, Identity,
    Instructions, KeyStore, Kind, Lock, Method, OvalCapture, Personal, Pin, Pins, PinsAgain, SessionKey, Signature,
    Signing, Step, Terminated, Word, wait,
};
use selfsame::error::{Error, Result};
use selfsame::liveness::{ChallengeId, LivenessEvidence};
use selfsame::outcome::Outcome;
use selfsame::secret::Nonce;
use zeroize::Zeroizing;

/// Who talks with the applicant.
pub trait Dialogue {
    /// Tells something.
    fn tell(&mut self, text: &str);
    /// Asks something; `name` is what scripts call it.
    fn ask(&mut self, name: &str, prompt: &str) -> Result<Zeroizing<String>>;
    /// The time, in Unix seconds.
    fn now(&mut self) -> u64;
}

/// Evidence, or the reasons why there is none.
pub type Seen<E> = std::result::Result<E, Vec<Word>>;

/// What looks at document and face.
pub trait Camera {
    /// Reads the document.
    fn document(&mut self, binding: &Binding) -> Result<Seen<DocumentEvidence>>;
    /// Guides the face into the oval and makes a challenge with this nonce. `None` if flashes
    /// cannot be shown here.
    fn challenge(&mut self, nonce: &Nonce, dialogue: &mut dyn Dialogue) -> Result<Option<ChallengeId>>;
    /// Shows the flashes and judges the answer.
    fn flashes(&mut self, binding: &Binding) -> Result<Seen<LivenessEvidence>>;
    /// Compares the session's reference frame with the document.
    fn compare(&mut self, binding: &Binding) -> Result<Seen<MatchEvidence>>;
}

/// How long evidence counts, in seconds; chosen by hand for a demonstration.
const EVIDENCE_S: u64 = 120;

fn word(word: &str) -> Result<Vec<Word>> {
    Ok(vec![Word::new(word)?])
}

/// How the journey ended.
pub enum Ending {
    Enrolled(Enrolled),
    Terminated(Terminated),
}

/// What the applicant has said about themselves: a demonstration's document says the same.
#[derive(Default)]
struct Applicant {
    name: String,
    born: String,
    number: String,
}

impl Applicant {
    fn date_of_birth(&self) -> Option<Date> {
        let mut parts = self.born.split('-');
        let (year, month, day) =
            (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Date { year, month, day })
    }
}

/// Walks through one ceremony after the other until there is an account, or the applicant stops.
pub fn run<R: rand_core::CryptoRng + Send>(
    kind: Kind,
    method: Method,
    world: &mut World<R>,
    camera: &mut dyn Camera,
    dialogue: &mut dyn Dialogue,
) -> Result<Ending> {
    loop {
        let ending = Journey { world, camera, dialogue, applicant: Applicant::default() }.ceremony(kind, method)?;
        let Ending::Terminated(terminated) = ending else { return Ok(ending) };
        let now = dialogue.now();
        dialogue.tell(&format!("It ends here: {}.", terminated.reason()));
        match (terminated.reason(), terminated.wait_s(now)) {
            (End::Locked(Lock::Until(_)), Some(wait_s)) => {
                dialogue.tell(&format!("You can try again in {}.", countdown(wait_s)));
                if &*dialogue.ask("again", "Try again then? (yes/no)")? == "yes" {
                    continue;
                }
            }
            _ => dialogue.tell("No account was made."),
        }
        return Ok(Ending::Terminated(terminated));
    }
}

struct Journey<'a, R> {
    world: &'a mut World<R>,
    camera: &'a mut dyn Camera,
    dialogue: &'a mut dyn Dialogue,
    applicant: Applicant,
}

impl<R: rand_core::CryptoRng + Send> Journey<'_, R> {
    fn ceremony(mut self, kind: Kind, method: Method) -> Result<Ending> {
        self.dialogue.tell("Step 1: the application form.");
        let session = SessionKey::new(&self.world.names, &["this terminal"]);
        let key = loop {
            self.applicant.number = self.ask("document_number", "Number of your document")?.to_string();
            match DocumentKey::new(&self.world.names, "UTO", &self.applicant.number) {
                Ok(key) => break key,
                Err(error) => self.dialogue.tell(&format!("  Not accepted: {error}.")),
            }
        };
        let now = self.dialogue.now();
        let mut ceremony = match wait(Awaiting::begin(kind, method, session, key, &mut self.world.context(now)))? {
            Outcome::Found(form) => form.into(),
            Outcome::Refused(terminated) => return Ok(Ending::Terminated(terminated)),
        };
        loop {
            ceremony = match ceremony {
                Ceremony::Form(state) => self.form(state)?,
                Ceremony::Document(state) => self.document(state)?,
                Ceremony::Instructions(state) => self.instructions(state)?,
                Ceremony::Oval(state) => self.face_check(state)?,
                // Left behind by a crash in the middle of the face check.
                Ceremony::Flashes(state) => self.interrupted(state)?,
                Ceremony::Comparison(state) => self.interrupted(state)?,
                Ceremony::Confirmation(state) => self.confirmation(state)?,
                Ceremony::Consent(state) => self.consent(state)?,
                Ceremony::Proofed(proofed) => {
                    let now = self.dialogue.now();
                    proofed.enrol(&self.world.context(now)).into()
                }
                // This terminal hands nothing over.
                Ceremony::OnDevice(state) => self.abandon(state),
                Ceremony::Pins(state) => self.pins(state)?,
                Ceremony::PinsAgain(state) => self.pins_again(state)?,
                Ceremony::Signature(state) => self.signature(state)?,
                Ceremony::Enrolled(enrolled) => return self.enrolled(enrolled),
                Ceremony::Terminated(terminated) => return Ok(Ending::Terminated(terminated)),
            };
            // Chosen PINs are never stored, so that step stays in memory.
            if !matches!(ceremony, Ceremony::PinsAgain(_)) {
                let now = self.dialogue.now();
                ceremony = self.world.stored(ceremony, now)?;
            }
        }
    }

    fn ask(&mut self, name: &str, prompt: &str) -> Result<Zeroizing<String>> {
        self.dialogue.ask(name, prompt)
    }

    fn yes(&mut self, name: &str, prompt: &str) -> Result<bool> {
        Ok(matches!(&*self.ask(name, prompt)?.to_lowercase(), "yes" | "y"))
    }

    /// Runs a transition now, and tells why a step is to be repeated.
    fn step<N: Into<Ceremony>, S: Into<Ceremony>, F: Into<Error>>(
        &mut self,
        transition: impl FnOnce(&mut Context<'_>) -> std::result::Result<Step<N, S>, F>,
    ) -> Result<Ceremony> {
        let now = self.dialogue.now();
        let step = transition(&mut self.world.context(now)).map_err(Into::into)?;
        let reasons = match &step {
            Step::Next(_) => &[],
            Step::Retry(_, reasons) => reasons.as_slice(),
            Step::Terminated(terminated) => terminated.reasons(),
        };
        for reason in reasons {
            self.dialogue.tell(&format!("  Not accepted: {reason}."));
        }
        if matches!(step, Step::Retry(..)) {
            self.dialogue.tell("  Please try again.");
        }
        Ok(step.into())
    }

    /// What evidence for the current attempt is bound to.
    fn binding(&mut self, nonce: &Nonce) -> Binding {
        Binding::new(*nonce, self.dialogue.now(), EVIDENCE_S)
    }

    fn form(&mut self, state: Awaiting<Form>) -> Result<Ceremony> {
        self.applicant.name = self.ask("name", "Your name, as on the document")?.to_string();
        self.applicant.born = self.ask("date_of_birth", "Your date of birth (YYYY-MM-DD)")?.to_string();
        if self.applicant.date_of_birth().is_none() {
            let words = word("date_of_birth_malformed")?;
            return self.step(|ctx| wait(state.failed(words, ctx)));
        }
        let old_account = if state.kind().replaces_an_account() || state.method() == Method::ActiveAccount {
            let id = self.ask("old_account", "Name of the account that you have")?;
            AccountId::new(id.as_str()).ok()
        } else {
            None
        };
        let parts = [&self.applicant.number, &self.applicant.name, &self.applicant.born];
        let form = Digest::of_parts("enrol example form 1", parts.map(|part| part.as_bytes()));
        self.step(|ctx| wait(state.submit(Application { old_account, form }, ctx)))
    }

    fn document(&mut self, state: Awaiting<Document>) -> Result<Ceremony> {
        self.dialogue.tell("Step 2: your document is read.");
        let binding = self.binding(state.nonce());
        match self.camera.document(&binding)? {
            Ok(evidence) => {
                let identity = Identity::new(&self.world.names, &[&self.applicant.name, &self.applicant.born]);
                // A demonstration's document says what the form says, and is as good as a chip.
                let document = state.document_key();
                let holder = DocumentHolder { document, identity, authenticated: true, portrait: None };
                self.step(|ctx| wait(state.read(&evidence, holder, ctx)))
            }
            Err(words) => {
                let ceremony = self.step(|ctx| wait(state.failed(words, ctx)))?;
                // A file does not get better by reading it again at once.
                let again =
                    matches!(ceremony, Ceremony::Document(_)) && self.yes("scan_again", "Scan again? (yes/no)")?;
                Ok(match ceremony {
                    Ceremony::Document(state) if !again => self.abandon(state),
                    ceremony => ceremony,
                })
            }
        }
    }

    fn abandon<W: selfsame::enrol::Waiting>(&mut self, state: Awaiting<W>) -> Ceremony {
        let now = self.dialogue.now();
        state.abandon(&self.world.context(now)).into()
    }

    fn interrupted<W: Fallible>(&mut self, state: Awaiting<W>) -> Result<Ceremony>
    where
        Ceremony: From<Awaiting<W::Again>>,
    {
        let words = word("interrupted")?;
        self.step(|ctx| wait(state.failed(words, ctx)))
    }

    fn instructions(&mut self, state: Awaiting<Instructions>) -> Result<Ceremony> {
        for line in [
            "Step 3: the face check.",
            "  Hold the camera at eye level, take off hat and dark glasses, and look into it.",
            "  Move until your face fills the oval. The screen will then flash in several colours: hold still.",
            "  If flashing light is bad for you (photosensitive epilepsy), do not go on, and choose another way to enrol.",
        ] {
            self.dialogue.tell(line);
        }
        if self.yes("ready", "Are you ready? (yes/no)")? {
            self.step(|ctx| wait(state.acknowledge(ctx)))
        } else {
            Ok(self.abandon(state))
        }
    }

    /// Oval, flashes and comparison.
    fn face_check(&mut self, state: Awaiting<OvalCapture>) -> Result<Ceremony> {
        let Some(challenge) = self.camera.challenge(state.nonce(), self.dialogue)? else {
            self.dialogue.tell("  Flashes cannot be shown and judged here, so that nobody can be enrolled.");
            return Ok(self.abandon(state));
        };
        let state = match self.step(|ctx| wait(state.begin_flashes(challenge, ctx)))? {
            Ceremony::Flashes(state) => state,
            other => return Ok(other),
        };
        let binding = self.binding(state.nonce());
        let answered = match self.camera.flashes(&binding)? {
            Ok(evidence) => self.step(|ctx| wait(state.answered(&evidence, ctx)))?,
            Err(words) => self.step(|ctx| wait(state.failed(words, ctx)))?,
        };
        let Ceremony::Comparison(state) = answered else { return Ok(answered) };
        self.dialogue.tell("  A live face was before the camera.");
        let binding = self.binding(state.nonce());
        match self.camera.compare(&binding)? {
            Ok(evidence) => {
                self.dialogue.tell(&format!(
                    "  It matches the document ({:?}, {:.1} nats of evidence).",
                    evidence.fmr(),
                    evidence.log_likelihood_ratio()
                ));
                self.step(|ctx| wait(state.matched(&evidence, ctx)))
            }
            Err(words) => self.step(|ctx| wait(state.failed(words, ctx))),
        }
    }

    /// What happens on the other device.
    fn confirmation(&mut self, state: Awaiting<Confirmation>) -> Result<Ceremony> {
        self.dialogue.tell(&format!(
            "Step 4: on your other device, account {:?} asks you to confirm.",
            state.old_account().as_str()
        ));
        if !self.yes("confirm", "Is it you who applies? (yes/no)")? {
            let now = self.dialogue.now();
            return Ok(state.refuse(&self.world.context(now)).into());
        }
        let (pin1, pin2) =
            (self.ask("old_pin1", "PIN1 of that account")?, self.ask("old_pin2", "PIN2 of that account")?);
        let signed = match (wait(self.world.registry.find(state.old_account())), Pin::parse(&pin1), Pin::parse(&pin2)) {
            (Ok(Some(account)), Ok(pin1), Ok(pin2)) => {
                let request = state.request();
                let first = self.world.keys.authenticate(&account.keys, &pin1, &request);
                let second = wait(self.world.keys.sign(&account.keys, &pin2, &request)).map_err(failed)?;
                match (first, second) {
                    (Signing::Signed(authentication), Signing::Signed(signature)) => {
                        Some(ConfirmationToken { authentication, signature })
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        match signed {
            Some(token) => self.step(|ctx| wait(state.confirm(&token, ctx))),
            None => {
                let words = word("wrong_pin")?;
                self.step(|ctx| wait(state.failed(words, ctx)))
            }
        }
    }

    fn consent(&mut self, state: Awaiting<Consent>) -> Result<Ceremony> {
        let account = state.old_account().clone();
        self.dialogue.tell(&format!("Step 5: once the new account exists, {:?} is deleted.", account.as_str()));
        if self.yes("consent", "Do you consent? (yes/no)")? {
            self.step(|ctx| wait(state.consent(DeletionConsent { account }, ctx)))
        } else {
            let now = self.dialogue.now();
            Ok(state.refuse(&self.world.context(now)).into())
        }
    }

    fn pins(&mut self, state: Awaiting<Pins>) -> Result<Ceremony> {
        let (policy, kind) = (&self.world.policy, state.kind());
        let lengths = format!(
            "Step 6: choose PIN1 ({} to {} digits, for logging in) and PIN2 ({} to {}, for signing).",
            policy.pin1_digits().start(),
            policy.pin1_digits().end(),
            policy.pin2_digits().start(),
            policy.pin2_digits().end()
        );
        self.dialogue.tell(&lengths);
        self.dialogue
            .tell("  They can be neither changed nor recovered. They show as you type: this is a demonstration.");
        if kind.replaces_an_account() {
            self.dialogue.tell("  You may use the PINs of your old account again.");
        }
        let (pin1, pin2) = self.both_pins("pin1", "pin2", "")?;
        let birth = self.applicant.date_of_birth();
        let number = self.applicant.number.clone();
        let (dates, numbers) = (birth.as_slice(), [number.as_str()]);
        let personal = Personal { dates_of_birth: dates, numbers: &numbers };
        self.step(|ctx| wait(state.choose(pin1, pin2, &personal, ctx)))
    }

    fn pins_again(&mut self, state: Awaiting<PinsAgain>) -> Result<Ceremony> {
        self.dialogue.tell("Step 7: enter both again.");
        let (pin1, pin2) = self.both_pins("pin1_again", "pin2_again", " again")?;
        self.step(|ctx| wait(state.repeat(pin1, pin2, ctx)))
    }

    fn both_pins(&mut self, first: &str, second: &str, again: &str) -> Result<(Pin<1>, Pin<2>)> {
        Ok((self.pin(first, &format!("PIN1{again}"))?, self.pin(second, &format!("PIN2{again}"))?))
    }

    /// Asks until digits come.
    fn pin<const N: u8>(&mut self, name: &str, prompt: &str) -> Result<Pin<N>> {
        loop {
            match Pin::parse(self.ask(name, prompt)?.trim()) {
                Ok(pin) => return Ok(pin),
                Err(fault) => self.dialogue.tell(&format!("  Not accepted: {fault}.")),
            }
        }
    }

    fn signature(&mut self, state: Awaiting<Signature>) -> Result<Ceremony> {
        self.dialogue.tell("Step 8: sign the application with your new PIN2.");
        let pin2 = self.pin("sign", "PIN2")?;
        self.step(|ctx| wait(state.sign(pin2, ctx)))
    }

    fn enrolled(&mut self, enrolled: Enrolled) -> Result<Ending> {
        self.dialogue.tell(&format!("Enrolled: your account is {:?}.", enrolled.id().as_str()));
        if let Some(old) = enrolled.replaced() {
            self.dialogue.tell(&format!("The old account {:?} is deleted.", old.as_str()));
        }
        Ok(Ending::Enrolled(enrolled))
    }
}
