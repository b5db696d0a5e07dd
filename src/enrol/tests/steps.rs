//! Single transitions: what is refused and why, what counts, what ends, what a broken port does.

use super::*;
use crate::error::ErrorKind;
use Kind::{NewRegistration, Renewal};
use Method::{ActiveAccount, Biometrics};

#[test]
fn the_way_depends_on_kind_and_method() {
    let cases = [
        (NewRegistration, Biometrics, false, false),
        (NewRegistration, ActiveAccount, true, false),
        (Renewal, Biometrics, true, true),
        (Kind::Upgrade, ActiveAccount, true, true),
    ];
    for (kind, method, confirmation, consent) in cases {
        let mut office = Office::new(1);
        let enrolled = state!(office.reach(Phase::Enrolled, kind, method), Enrolled);
        let visited = |phase| enrolled.audit().records.iter().any(|r| r.from == phase);
        assert_eq!(
            (visited(Phase::Confirmation), visited(Phase::Consent)),
            (confirmation, consent),
            "{kind:?} {method:?}"
        );
        assert_eq!(enrolled.deletes(), consent.then(old_account).as_ref());
        assert_eq!(enrolled.identity(), identity());
        assert!(
            office
                .keys
                .verify(enrolled.keys(), KeyUse::Signature, &enrolled.application(), enrolled.signature())
                .unwrap()
        );
        enrolled.delete_old_account(&office.registry).unwrap();
        assert_eq!(office.registry.find(&old_account()).unwrap().is_none(), consent);
    }
}

#[test]
fn the_form_names_an_old_account_exactly_if_one_is_needed() {
    let mut office = Office::new(2);
    let unknown = Some(AccountId::new("nobody").unwrap());
    let cases = [
        (Renewal, None, SetbackReason::OldAccountMissing),
        (NewRegistration, Some(old_account()), SetbackReason::OldAccountUnneeded),
        (Renewal, unknown, SetbackReason::OldAccountUnknown),
    ];
    for (n, (kind, old_account, reason)) in cases.into_iter().enumerate() {
        office.never_locks();
        let form = state!(office.begin(kind, Biometrics), Form);
        let outcome = form.submit(Application { old_account, form: Digest::of(b"") }, &mut office.ctx());
        assert_eq!(reasons(outcome), [reason]);
        assert_eq!(office.failures(Counted::Form), n + 1);
    }
}

#[test]
fn a_document_of_another_ceremony_is_refused_and_one_of_another_person_ends_it() {
    let mut office = Office::new(3);
    let state = state!(office.reach(Phase::Document, Renewal, Biometrics), Document);
    let foreign = office.document(&Nonce::from_bytes([1; 32]));
    assert_eq!(reasons(state.read(foreign, identity(), &mut office.ctx())), [SetbackReason::OtherAttempt]);
    assert_eq!(office.failures(Counted::Document), 1);
    let state = state!(office.reach(Phase::Document, Renewal, Biometrics), Document);
    let evidence = office.document(state.nonce());
    assert_eq!(end(state.read(evidence, Identity::of(&["Al"]), &mut office.ctx())), End::IdentityMismatch);
}

#[test]
fn evidence_counts_in_its_time_alone() {
    for (age, expected) in [
        (-6, Some(SetbackReason::NotYetValid)),
        (-5, None),
        (0, None),
        (119, None),
        (120, Some(SetbackReason::Expired)),
    ] {
        let mut office = Office::new(4);
        let state = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
        let evidence = office.liveness(state.nonce(), CHALLENGE);
        office.policy = office.policy.with_times(TimeLimits::default().with_flashes_s(1000).unwrap());
        office.now = office.now.saturating_add_signed(age);
        let outcome = state.answered(evidence, &mut office.ctx());
        match expected {
            Some(reason) => assert_eq!(reasons(outcome), [reason], "{age}"),
            None => assert!(matches!(outcome.unwrap(), Step::Next(_)), "{age}"),
        }
    }
}

#[test]
fn liveness_must_answer_the_challenge_that_was_shown_with_enough_bits() {
    for (challenge, bits, expected) in [
        (ChallengeId::from_bytes([4; 16]), 22.0, SetbackReason::OtherChallenge),
        (CHALLENGE, 9.9, SetbackReason::TooLittleEvidence),
        (CHALLENGE, f64::NAN, SetbackReason::TooLittleEvidence),
        (CHALLENGE, f64::NEG_INFINITY, SetbackReason::TooLittleEvidence),
    ] {
        let mut office = Office::new(5);
        office.policy = office.policy.with_min_evidence_bits(10.0).unwrap();
        let state = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
        let evidence = LivenessEvidence::new(office.binding(state.nonce()), challenge, office.capture, bits);
        assert_eq!(reasons(state.answered(evidence, &mut office.ctx())), [expected]);
        assert_eq!(office.failures(Counted::Face), 1);
    }
}

#[test]
fn a_comparison_must_be_of_this_document_and_this_session_and_strict() {
    type Change = fn(&mut MatchEvidence);
    let changes: [(Change, SetbackReason); 6] = [
        (|e| e.binding = Binding::new(Nonce::from_bytes([9; 32]), START, 60), SetbackReason::OtherAttempt),
        (|e| e.document = Digest::of(b"x"), SetbackReason::OtherDocument),
        (|e| e.capture = Digest::of(b"x"), SetbackReason::OtherCapture),
        (|e| e.fmr_limit = 1.1e-4, SetbackReason::FmrTooHigh),
        (|e| e.fmr_limit = f64::NAN, SetbackReason::FmrTooHigh),
        (|e| e.marginal = true, SetbackReason::Marginal),
    ];
    for (change, reason) in changes {
        let mut office = Office::new(6);
        office.policy = office.policy.with_accept_marginal(false);
        let state = state!(office.reach(Phase::Comparison, NewRegistration, Biometrics), Comparison);
        let mut evidence = office.comparison(state.nonce());
        change(&mut evidence);
        assert_eq!(reasons(state.matched(evidence, &mut office.ctx())), [reason]);
    }
}

#[test]
fn liveness_that_has_expired_meanwhile_does_not_carry_a_comparison() {
    let mut office = Office::new(7);
    office.policy = office.policy.with_times(TimeLimits::default().with_comparison_s(1000).unwrap());
    let state = state!(office.reach(Phase::Comparison, NewRegistration, Biometrics), Comparison);
    office.now += 120;
    let evidence = office.comparison(state.nonce());
    assert_eq!(reasons(state.matched(evidence, &mut office.ctx())), [SetbackReason::Expired]);
}

#[test]
fn a_face_check_that_failed_draws_a_fresh_nonce_and_its_evidence_is_void() {
    let mut office = Office::new(8);
    office.never_locks();
    let state = state!(office.reach(Phase::Comparison, NewRegistration, Biometrics), Comparison);
    let (nonce, unused) = (*state.nonce(), office.comparison(state.nonce()));
    let oval = match state.failed(vec![Word::new("no_match").unwrap()], &mut office.ctx()).unwrap() {
        Step::Retry(oval, reasons) => {
            assert_eq!(reasons, [SetbackReason::Reported(Word::new("no_match").unwrap())]);
            oval
        }
        _ => panic!("one failure does not end it"),
    };
    assert_ne!(*oval.nonce(), nonce);
    let flashes = state!(office.advance(oval.into()), Flashes);
    let earlier = office.liveness(&nonce, CHALLENGE);
    assert_eq!(reasons(flashes.answered(earlier, &mut office.ctx())), [SetbackReason::OtherAttempt]);
    // Once more, with liveness of the right attempt and a comparison of the first one.
    let again = office.reach(Phase::Comparison, NewRegistration, Biometrics);
    assert_eq!(reasons(state!(again, Comparison).matched(unused, &mut office.ctx())), [SetbackReason::OtherAttempt]);
}

#[test]
fn a_confirmation_needs_both_keys_of_the_old_account_and_this_request() {
    type Change = fn(&mut ConfirmationToken);
    let changes: [Change; 3] = [
        |t| t.authentication[0] ^= 1,
        |t| t.signature.clear(),
        |t| std::mem::swap(&mut t.authentication, &mut t.signature),
    ];
    let mut office = Office::new(9);
    office.never_locks();
    let elsewhere = {
        let state = state!(office.reach(Phase::Confirmation, Renewal, Biometrics), Confirmation);
        office.token(&state)
    };
    for n in 0..4 {
        let state = state!(office.reach(Phase::Confirmation, Renewal, Biometrics), Confirmation);
        let mut token = if n < 3 { office.token(&state) } else { elsewhere.clone() };
        if let Some(change) = changes.get(n) {
            change(&mut token);
        }
        assert_eq!(reasons(state.confirm(&token, &mut office.ctx())), [SetbackReason::ConfirmationInvalid], "{n}");
        assert_eq!(office.failures(Counted::Confirmation), n + 1);
    }
}

#[test]
fn an_old_account_that_changes_hands_or_goes_ends_the_ceremony() {
    let mut office = Office::new(10);
    let state = state!(office.reach(Phase::Confirmation, Renewal, Biometrics), Confirmation);
    let token = office.token(&state);
    let mut account = office.registry.find(&old_account()).unwrap().unwrap();
    account.identity = Identity::of(&["Al"]);
    office.registry.insert(account);
    assert_eq!(end(state.confirm(&token, &mut office.ctx())), End::IdentityMismatch);
    let mut office = Office::new(10);
    let state = state!(office.reach(Phase::Confirmation, Renewal, Biometrics), Confirmation);
    office.registry.delete(&old_account()).unwrap();
    assert_eq!(end(state.confirm(&token, &mut office.ctx())), End::OldAccountGone);
}

#[test]
fn consent_is_to_one_account_and_refusal_ends() {
    let mut office = Office::new(11);
    let state = state!(office.reach(Phase::Consent, Renewal, Biometrics), Consent);
    let other = DeletionConsent { account: AccountId::new("other").unwrap() };
    assert_eq!(reasons(state.consent(other, &mut office.ctx())), [SetbackReason::OtherAccount]);
    let state = state!(office.reach(Phase::Consent, Renewal, Biometrics), Consent);
    assert_eq!(state.refuse(&office.ctx()).reason(), End::ConsentRefused);
    let state = state!(office.reach(Phase::Confirmation, Renewal, Biometrics), Confirmation);
    assert_eq!(state.refuse(&office.ctx()).reason(), End::ConfirmationRefused);
    assert!(office.registry.find(&old_account()).unwrap().is_some());
    assert!(office.log.attempts(&key()).unwrap().is_empty(), "refusing is no failed attempt");
}

#[test]
fn pins_are_refused_with_all_reasons() {
    use super::super::Weakness::{DateOfBirth, HoldsPin1, Repeated, Sequential};
    let dates = [Date { year: 1984, month: 3, day: 15 }];
    let personal = Personal { dates_of_birth: &dates, numbers: &[] };
    let (first, second) = (WhichPin::Pin1, WhichPin::Pin2);
    let weak = SetbackReason::WeakPin;
    let cases: &[(&str, &str, &[SetbackReason])] = &[
        ("1234", "00000", &[weak(first, Sequential), weak(second, Repeated)]),
        ("1503", "94027", &[weak(first, DateOfBirth)]),
        ("803", "9402", &[SetbackReason::PinTooShort(first, 4), SetbackReason::PinTooShort(second, 5)]),
        (
            "8036172940582",
            "9402718365041",
            &[SetbackReason::PinTooLong(first, 12), SetbackReason::PinTooLong(second, 12)],
        ),
        ("8036", "180369", &[weak(second, HoldsPin1)]),
    ];
    for (pin1, pin2, expected) in cases {
        let mut office = Office::new(12);
        let state = state!(office.reach(Phase::Pins, NewRegistration, Biometrics), Pins);
        let outcome = state.choose(pin(pin1), pin(pin2), &personal, &mut office.ctx());
        assert_eq!(reasons(outcome), *expected, "{pin1} {pin2}");
        assert!(office.log.attempts(&key()).unwrap().is_empty(), "that is no failed attempt");
    }
    let mut office = Office::new(12);
    office.policy = office.policy.with_refuse_weak_pins(false);
    let state = state!(office.reach(Phase::Pins, NewRegistration, Biometrics), Pins);
    assert!(matches!(state.choose(pin("1234"), pin("12345"), &personal, &mut office.ctx()).unwrap(), Step::Next(_)));
}

#[test]
fn a_repetition_tells_which_pin_differs_and_others_can_be_chosen() {
    let (first, second) = (SetbackReason::PinDiffers(WhichPin::Pin1), SetbackReason::PinDiffers(WhichPin::Pin2));
    let cases: [(&str, &str, Vec<SetbackReason>); 3] = [
        ("8037", PIN2, vec![first.clone()]),
        (PIN1, "61831", vec![second.clone()]),
        ("80360", "6183", vec![first, second]),
    ];
    let mut office = Office::new(13);
    let mut state = state!(office.reach(Phase::PinsAgain, NewRegistration, Biometrics), PinsAgain);
    for (pin1, pin2, expected) in cases {
        state = match state.repeat(pin(pin1), pin(pin2), &mut office.ctx()).unwrap() {
            Step::Retry(state, reasons) => {
                assert_eq!(reasons, expected);
                state
            }
            _ => panic!("{pin1} {pin2} went through"),
        };
    }
    let chosen =
        state.choose_again(&office.ctx()).choose(pin("4071"), pin("28394"), &Personal::default(), &mut office.ctx());
    let Step::Next(state) = chosen.unwrap() else { panic!("they are strong") };
    let Step::Next(state) = state.repeat(pin("4071"), pin("28394"), &mut office.ctx()).unwrap() else {
        panic!("the same")
    };
    assert!(matches!(state.sign(pin("28394"), &mut office.ctx()).unwrap(), Step::Next(_)));
}

#[test]
fn only_a_valid_signature_enrols() {
    let mut office = Office::new(14);
    office.never_locks();
    let again = |office: &mut Office| state!(office.reach(Phase::Signature, NewRegistration, Biometrics), Signature);
    let state = again(&mut office);
    assert_eq!(reasons(state.sign(pin("61831"), &mut office.ctx())), [SetbackReason::WrongPin2]);
    let other = again(&mut office);
    let Signing::Signed(foreign) = office.keys.sign(other.keys(), &pin(PIN2), &other.application()).unwrap() else {
        panic!()
    };
    for signature in [vec![], vec![0; 32], foreign] {
        let state = again(&mut office);
        assert_eq!(reasons(state.signed(signature, &mut office.ctx())), [SetbackReason::SignatureInvalid]);
    }
    assert_eq!(office.failures(Counted::Signature), 4);
    let state = again(&mut office);
    let Signing::Signed(own) = office.keys.sign(state.keys(), &pin(PIN2), &state.application()).unwrap() else {
        panic!()
    };
    assert!(matches!(state.signed(own, &mut office.ctx()).unwrap(), Step::Next(_)));
}

#[test]
fn a_slow_step_is_repeated_and_a_slow_ceremony_ends() {
    let mut office = Office::new(15);
    let state = state!(office.reach(Phase::Pins, NewRegistration, Biometrics), Pins);
    assert_eq!(state.time_left_s(&office.ctx()), 900);
    office.now += 899;
    let Step::Next(state) = state.check_time(&mut office.ctx()).unwrap() else { panic!("there is a second left") };
    office.now += 1;
    assert_eq!(state.time_left_s(&office.ctx()), 0);
    let Step::Retry(state, reasons) = state.check_time(&mut office.ctx()).unwrap() else { panic!("the time is over") };
    assert_eq!((reasons, office.failures(Counted::Slowness)), (vec![SetbackReason::TooSlow], 1));
    assert_eq!(state.time_left_s(&office.ctx()), 900);
    office.now = START + 3600;
    assert_eq!(end(state.choose(pin(PIN1), pin(PIN2), &Personal::default(), &mut office.ctx())), End::TimeUp);
    assert_eq!(office.failures(Counted::Slowness), 2);
    // The third time is a lock.
    let state = state!(office.begin(NewRegistration, Biometrics), Form);
    office.now += 900;
    assert_eq!(end(state.check_time(&mut office.ctx())), End::Locked(Lock::Until(office.now + 10_800)));
}

#[test]
fn a_lock_holds_for_every_ceremony_with_the_document() {
    let mut office = Office::new(16);
    let beside = state!(office.reach(Phase::Oval, NewRegistration, Biometrics), Oval);
    for _ in 0..3 {
        office.log.record(&key(), Attempt { counted: Counted::Document, at: START }).unwrap();
    }
    let until = START + 10_800;
    let terminated = state!(office.begin(NewRegistration, Biometrics), Terminated);
    assert_eq!((terminated.reason(), terminated.wait_s(START)), (End::Locked(Lock::Until(until)), Some(10_800)));
    assert_eq!(terminated.wait_s(until + 5), Some(0));
    assert_eq!(end(beside.begin_flashes(CHALLENGE, &mut office.ctx())), End::Locked(Lock::Until(until)));
    let other = DocumentKey::from_number("UTO", "X2");
    assert!(Awaiting::begin(NewRegistration, Biometrics, other, &mut office.ctx()).unwrap().is_found());
    office.now = until;
    assert_eq!(office.begin(NewRegistration, Biometrics).phase(), Phase::Form);
}

#[test]
fn a_ceremony_has_no_end_of_steps() {
    let mut office = Office::new(17);
    let mut state = state!(office.reach(Phase::Pins, NewRegistration, Biometrics), Pins);
    for _ in 0..300 {
        match state.choose(pin("1234"), pin("12345"), &Personal::default(), &mut office.ctx()).unwrap() {
            Step::Retry(next, _) => state = next,
            Step::Terminated(terminated) => {
                assert_eq!(terminated.reason(), End::TooManySteps);
                assert!(terminated.audit().records.len() <= 256);
                return;
            }
            Step::Next(_) => panic!("they are weak"),
        }
    }
    panic!("300 steps");
}

/// A log that is out of order.
struct Broken;

impl AttemptLog for Broken {
    fn record(&self, _: &DocumentKey, _: Attempt) -> Result<(), PortError> {
        Err("the log is out of order".into())
    }

    fn attempts(&self, _: &DocumentKey) -> Result<Vec<Attempt>, PortError> {
        Ok(Vec::new())
    }
}

#[test]
fn a_broken_port_is_a_fault_that_gives_the_state_back() {
    let mut office = Office::new(18);
    let state = state!(office.reach(Phase::Oval, NewRegistration, Biometrics), Oval);
    let nonce = *state.nonce();
    let fault = state.failed(NO_WORDS, &mut Context { log: &Broken, ..office.ctx() }).unwrap_err();
    assert_eq!(fault.error.kind(), ErrorKind::Port);
    assert!(std::error::Error::source(&fault).unwrap().to_string().contains("out of order"));
    assert_eq!(*fault.state.nonce(), nonce, "the state is as it was");
    assert!(matches!(fault.state.failed(NO_WORDS, &mut office.ctx()).unwrap(), Step::Retry(..)));
    assert_eq!(office.failures(Counted::Face), 1);
}

#[test]
fn the_audit_is_in_order_and_survives_json() {
    let mut office = Office::new(19);
    let enrolled = state!(office.reach(Phase::Enrolled, Renewal, Biometrics), Enrolled);
    let audit = enrolled.audit();
    let phases: Vec<Phase> = audit.records.iter().map(|r| r.from).collect();
    assert_eq!(phases, Phase::ALL[..11]);
    let json = serde_json::to_string(audit).unwrap();
    assert_eq!(&serde_json::from_str::<Audit>(&json).unwrap(), audit);
    for word in
        ["\"renewal\"", "\"chip_39794\"", "\"evidence_bits\":22.5", "\"fmr\":{\"at_most\":1e-6}", "\"faces_matched\""]
    {
        assert!(json.contains(word), "{word}: {json}");
    }
}
