//! Whole journeys by script, through the terminal that the laboratory's tool `enrol` shows, with a
//! camera that makes evidence.

// The terminal lies here and not in the laboratory, so that the published package can run its
// tests.
#[path = "terminal/journey.rs"]
mod journey;
#[path = "terminal/script.rs"]
mod script;
#[path = "terminal/world.rs"]
mod world;

use super::*;
use crate::error::Result;
use journey::{Camera, Dialogue, Ending, Seen};
use script::Script;
use world::{OLD_ACCOUNT, World};

/// Sees a live face that matches, but for the first times of each list.
#[derive(Default)]
struct FakeCamera {
    /// Scans that fail first.
    bad_scans: usize,
    /// Flash sessions that fail first.
    bad_sessions: usize,
    /// Comparisons that fail first.
    bad_comparisons: usize,
    /// Whether the first session's evidence comes from another ceremony.
    foreign: bool,
    challenges: u8,
}

fn once(left: &mut usize) -> bool {
    let bad = *left > 0;
    *left = left.saturating_sub(1);
    bad
}

impl Camera for FakeCamera {
    fn document(&mut self, binding: &Binding) -> Result<Seen<DocumentEvidence>> {
        Ok(match once(&mut self.bad_scans) {
            true => Err(vec![Word::new("no_face")?]),
            false => Ok(DocumentEvidence::new(
                *binding,
                Digest::of(b"document"),
                Origin::Iso19794,
                DocumentStanding::default(),
            )),
        })
    }

    fn challenge(&mut self, _: &Nonce, dialogue: &mut dyn Dialogue) -> Result<Option<ChallengeId>> {
        dialogue.tell("  Move closer.");
        self.challenges += 1;
        Ok(Some(ChallengeId::from_bytes([self.challenges; 16])))
    }

    fn flashes(&mut self, binding: &Binding) -> Result<Seen<LivenessEvidence>> {
        if once(&mut self.bad_sessions) {
            return Ok(Err(vec![Word::new("response_flat")?]));
        }
        let foreign = Binding::new(Nonce::from_bytes([6; 32]), binding.issued_at(), 120);
        let binding = if std::mem::take(&mut self.foreign) { foreign } else { *binding };
        let challenge = ChallengeId::from_bytes([self.challenges; 16]);
        Ok(Ok(LivenessEvidence::new(binding, challenge, Digest::of(b"capture"), 21.0, &LivenessLimits::default())))
    }

    fn compare(&mut self, binding: &Binding) -> Result<Seen<MatchEvidence>> {
        if once(&mut self.bad_comparisons) {
            return Ok(Err(vec![Word::new("score_below_threshold")?]));
        }
        let office = Office::new(0);
        let document = Digest::of(b"document");
        Ok(Ok(MatchEvidence { binding: *binding, document, ..office.comparison(binding.nonce()) }))
    }
}

struct Walk {
    ending: Ending,
    told: String,
    world: World<TestRng>,
    left: usize,
}

impl Walk {
    fn enrolled(&self) -> &Enrolled {
        match &self.ending {
            Ending::Enrolled(enrolled) => enrolled,
            Ending::Terminated(terminated) => panic!("{:?}\n{}", terminated.reason(), self.told),
        }
    }

    fn end(&self) -> End {
        match &self.ending {
            Ending::Terminated(terminated) => terminated.reason(),
            Ending::Enrolled(_) => panic!("enrolled\n{}", self.told),
        }
    }

    fn has_account(&self, id: &str) -> bool {
        self.world.registry.find(&AccountId::new(id).unwrap()).now().unwrap().is_some()
    }
}

fn walk(kind: Kind, method: Method, mut camera: FakeCamera, text: &str) -> Walk {
    let old_account = kind.replaces_an_account() || method == Method::ActiveAccount;
    let mut world = World::new(TestRng::new(5), old_account).unwrap();
    let mut script = Script::parse(text, START).unwrap();
    let ending = journey::run(kind, method, &mut world, &mut camera, &mut script);
    let (told, left) = (script.told.join("\n"), script.left());
    let ending = ending.unwrap_or_else(|error| panic!("{error}\n{told}"));
    Walk { ending, told, world, left }
}

const FORM: &str = "document_number: AB1234567\nname: Jo Example\ndate_of_birth: 1984-03-15\n";
const OLD: &str = "old_account: old-account\n";
const READY: &str = "ready: yes\n";
const CONFIRMED: &str = "confirm: yes\nold_pin1: 5172\nold_pin2: 94027\n";
const PINS: &str = "pin1: 8036\npin2: 61830\npin1_again: 8036\npin2_again: 61830\nsign: 61830\n";

fn text(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn a_new_registration() {
    let walk = walk(Kind::NewRegistration, Method::Biometrics, FakeCamera::default(), &text(&[FORM, READY, PINS]));
    assert_eq!((walk.enrolled().replaced(), walk.left), (None, 0));
    assert!(walk.has_account("account-of-keys-1"));
    for step in 1..=8 {
        let skipped = step == 4 || step == 5;
        assert_eq!(walk.told.contains(&format!("Step {step}:")), !skipped, "{step}\n{}", walk.told);
    }
}

#[test]
fn a_renewal_with_consent_leaves_only_the_new_account() {
    let answers = text(&[FORM, OLD, READY, CONFIRMED, "consent: yes\n", PINS]);
    let walk = walk(Kind::Renewal, Method::Biometrics, FakeCamera::default(), &answers);
    assert_eq!(walk.enrolled().replaced().map(AccountId::as_str), Some(OLD_ACCOUNT));
    assert!(!walk.has_account(OLD_ACCOUNT) && walk.has_account("account-of-keys-2"));
    assert!(walk.told.contains("You may use the PINs of your old account again."));
}

#[test]
fn a_renewal_with_the_old_pins_again() {
    let pins = PINS.replace("8036", "5172").replace("61830", "94027");
    let answers = text(&[FORM, OLD, READY, CONFIRMED, "consent: yes\n", &pins]);
    walk(Kind::Upgrade, Method::ActiveAccount, FakeCamera::default(), &answers).enrolled();
}

#[test]
fn without_consent_the_old_account_stays() {
    let answers = text(&[FORM, OLD, READY, CONFIRMED, "consent: no\n"]);
    let walk = walk(Kind::Renewal, Method::Biometrics, FakeCamera::default(), &answers);
    assert_eq!(walk.end(), End::ConsentRefused);
    assert!(walk.has_account(OLD_ACCOUNT) && !walk.has_account("account-of-keys-2"));
}

#[test]
fn somebody_elses_document_ends_a_renewal() {
    let form = FORM.replace("Jo", "Al");
    let walk = walk(Kind::Renewal, Method::Biometrics, FakeCamera::default(), &text(&[&form, OLD]));
    assert_eq!(walk.end(), End::IdentityMismatch);
}

#[test]
fn an_active_account_on_another_device_confirms_and_stays() {
    let wrong = CONFIRMED.replace("5172", "5173");
    let answers = text(&[FORM, OLD, READY, &wrong, CONFIRMED, PINS]);
    let walk = walk(Kind::NewRegistration, Method::ActiveAccount, FakeCamera::default(), &answers);
    assert!(walk.told.contains("Not accepted: wrong pin."));
    assert_eq!(walk.enrolled().replaced(), None);
    assert!(walk.has_account(OLD_ACCOUNT));
    let refused = text(&[FORM, OLD, READY, "confirm: no\n"]);
    let refused = self::walk(Kind::NewRegistration, Method::ActiveAccount, FakeCamera::default(), &refused);
    assert_eq!(refused.end(), End::ConfirmationRefused);
}

#[test]
fn a_slip_when_repeating_is_told_and_can_be_repeated() {
    let answers = text(&[
        FORM,
        READY,
        "pin1: 8036\npin2: 61830\npin1_again: 8036\npin2_again: 61803\npin1_again: 8063\npin2_again: 61830\n",
        "pin1_again: 8036\npin2_again: 61830\nsign: 61830\n",
    ]);
    let walk = walk(Kind::NewRegistration, Method::Biometrics, FakeCamera::default(), &answers);
    walk.enrolled();
    assert!(
        walk.told.contains("PIN1 is not the one that you chose")
            && walk.told.contains("PIN2 is not the one that you chose")
    );
}

#[test]
fn weak_pins_are_refused_with_their_reason() {
    let weak = "pin1: 1234\npin2: 00000\npin1: 1503\npin2: 28394\npin1: 4567\npin2: 34567\npin1: 12\npin2: 94027\npin1: x\npin1: 8036\npin2: 80361\n";
    let walk =
        walk(Kind::NewRegistration, Method::Biometrics, FakeCamera::default(), &text(&[FORM, READY, weak, PINS]));
    walk.enrolled();
    for told in [
        "PIN1 is too easy: it counts up or down",
        "PIN2 is too easy: it repeats the same digits",
        "PIN1 is too easy: it holds a date of birth",
        "PIN1 is too easy: it holds digits of one of your numbers",
        "PIN1 needs at least 4 digits",
        "a PIN consists of the digits 0 to 9",
        "PIN2 is too easy: it holds PIN1",
    ] {
        assert!(walk.told.contains(told), "{told}\n{}", walk.told);
    }
}

#[test]
fn three_failed_face_checks_lock_and_after_the_countdown_it_succeeds() {
    let camera = FakeCamera { bad_sessions: 2, bad_comparisons: 1, ..FakeCamera::default() };
    let answers = text(&[FORM, READY, "wait: 10800\nagain: yes\n", FORM, READY, PINS]);
    let walk = walk(Kind::NewRegistration, Method::Biometrics, camera, &answers);
    walk.enrolled();
    assert!(walk.told.contains("You can try again in 3 h 00 min 00 s."), "{}", walk.told);
    assert_eq!(walk.told.matches("Not accepted: response flat.").count(), 2);
    assert!(walk.told.contains("Not accepted: score below threshold."), "what locks is told, too");
}

#[test]
fn coming_back_too_early_meets_the_countdown_and_nine_failures_end_it_for_good() {
    let camera = FakeCamera { bad_sessions: 9, ..FakeCamera::default() };
    let again = text(&["wait: 10800\nagain: yes\n", FORM, READY]);
    let early = "document_number: ab 123-4567\nwait: 100\nagain: no\n";
    let answers = text(&[FORM, READY, "wait: 10700\nagain: yes\n", early]);
    let walk = walk(Kind::NewRegistration, Method::Biometrics, camera, &answers);
    assert!(walk.told.contains("You can try again in 0 h 01 min 40 s."), "{}", walk.told);
    let camera = FakeCamera { bad_sessions: 9, ..FakeCamera::default() };
    let day = again.replace("10800", "86400");
    let walk = self::walk(Kind::NewRegistration, Method::Biometrics, camera, &text(&[FORM, READY, &again, &day]));
    assert_eq!((walk.end(), walk.left), (End::Locked(Lock::ForGood), 0));
    assert!(walk.told.contains("refused for good") && walk.told.contains("24 h 00 min 00 s"));
}

#[test]
fn evidence_of_another_ceremony_is_a_fault() {
    let mut world = World::new(TestRng::new(5), false).unwrap();
    let mut camera = FakeCamera { foreign: true, ..FakeCamera::default() };
    let mut script = Script::parse(&text(&[FORM, READY, PINS]), START).unwrap();
    let ending = journey::run(Kind::NewRegistration, Method::Biometrics, &mut world, &mut camera, &mut script);
    let Err(error) = ending else { panic!("it was taken") };
    assert!(error.to_string().contains("the evidence of liveness carries the nonce of another attempt"), "{error}");
}

#[test]
fn scans_form_errors_and_slowness_can_be_repeated() {
    let camera = FakeCamera { bad_scans: 1, ..FakeCamera::default() };
    let form = FORM.replace("1984-03-15", "15.3.84");
    let form = text(&[&form, "name: Jo Example\ndate_of_birth: 1984-03-15\n"]);
    let slow = "pin1: 8036\npin2: 61830\npin1_again: 8036\nwait: 901\npin2_again: 61830\npin1_again: 8036\npin2_again: 61830\nsign: 61830\n";
    let walk =
        walk(Kind::NewRegistration, Method::Biometrics, camera, &text(&[&form, "scan_again: yes\n", READY, slow]));
    walk.enrolled();
    for told in ["date of birth malformed", "no face", "this step took too long"] {
        assert!(walk.told.contains(&format!("Not accepted: {told}.")), "{told}\n{}", walk.told);
    }
    let late = text(&[FORM, "wait: 3601\n", READY]);
    let late = self::walk(Kind::NewRegistration, Method::Biometrics, FakeCamera::default(), &late);
    assert_eq!(late.end(), End::TimeUp);
    let left =
        self::walk(Kind::NewRegistration, Method::Biometrics, FakeCamera::default(), &text(&[FORM, "ready: no\n"]));
    assert_eq!(left.end(), End::Abandoned);
}

#[test]
fn a_script_that_answers_another_question_is_an_error() {
    let mut world = World::new(TestRng::new(6), false).unwrap();
    for (text, told) in [("name: Jo", "line 1 of the script answers \"name\""), ("", "the script ends")] {
        let mut script = Script::parse(text, START).unwrap();
        let mut camera = FakeCamera::default();
        let ending = journey::run(Kind::NewRegistration, Method::Biometrics, &mut world, &mut camera, &mut script);
        let Err(error) = ending else { panic!("{text:?} was enough") };
        assert!(error.to_string().contains(told), "{error}");
    }
    assert!(Script::parse("pin1 8036", START).is_err());
}
