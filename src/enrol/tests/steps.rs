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
        assert_eq!(enrolled.replaced(), consent.then(old_account).as_ref());
        assert_eq!(enrolled.identity(), identity());
        let (application, signature) = (enrolled.application(), enrolled.signature());
        assert!(office.keys.verify(enrolled.keys(), KeyUse::Signature, &application, signature).now().unwrap());
        let accounts: Vec<AccountId> = office.registry.accounts().into_iter().map(|a| a.id).collect();
        assert!(accounts.contains(enrolled.id()));
        assert_eq!(accounts.contains(&old_account()), confirmation && !consent);
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
        let outcome = form.submit(Application { old_account, form: Digest::of(b"") }, &mut office.ctx()).now();
        assert_eq!(reasons(outcome), [reason]);
        assert_eq!((office.slips(Counted::Form), office.failures(Counted::Form)), (n + 1, 0));
    }
}

#[test]
fn the_document_must_be_the_one_that_the_form_names_and_the_account_its_holders() {
    let mut office = Office::new(3);
    let state = state!(office.reach(Phase::Document, Renewal, Biometrics), Document);
    let evidence = office.document(state.nonce());
    let other = DocumentHolder { document: key_of("X2"), ..holder() };
    assert_eq!(reasons(state.read(&evidence, other, &mut office.ctx()).now()), [SetbackReason::OtherDocument]);
    assert_eq!((office.slips(Counted::Document), office.failures(Counted::Document)), (1, 0));
    let state = state!(office.reach(Phase::Document, Renewal, Biometrics), Document);
    let evidence = office.document(state.nonce());
    let stranger = DocumentHolder { identity: person("Al"), ..holder() };
    assert_eq!(end(state.read(&evidence, stranger, &mut office.ctx()).now()), End::IdentityMismatch);
}

#[test]
fn a_document_has_to_meet_what_the_policy_demands() {
    let mut office = Office::new(4);
    let default = office.policy.clone();
    let read = |office: &mut Office, standing, origin, portrait| {
        office.never_locks();
        let state = state!(office.reach(Phase::Document, NewRegistration, Biometrics), Document);
        let evidence = DocumentEvidence::new(office.binding(state.nonce()), office.document, origin, standing);
        state.read(&evidence, DocumentHolder { portrait, ..holder() }, &mut office.ctx()).now()
    };
    let (none, all) = (DocumentStanding::default(), DocumentStanding::of_everything());
    let portrait = Some(office.document);
    let table = [
        (DocumentDemand::Format, SetbackReason::DocumentNotFromChip),
        (DocumentDemand::Authentic, SetbackReason::DocumentNotAuthentic),
        (DocumentDemand::Original, SetbackReason::DocumentNotOriginal),
        (DocumentDemand::NotExpired, SetbackReason::DocumentExpired),
        (DocumentDemand::NotRevoked, SetbackReason::DocumentMaybeRevoked),
    ];
    for (demand, reason) in table.clone() {
        office.policy = default.clone().with_document(demand);
        let slips = office.slips(Counted::Document);
        assert_eq!(reasons(read(&mut office, none, Origin::Page, None)), [reason]);
        // Against the session, not against the document that somebody names.
        assert_eq!((office.slips(Counted::Document), office.failures(Counted::Document)), (slips + 1, 0));
        assert!(matches!(read(&mut office, all, Origin::Iso19794, portrait), Ok(Step::Next(_))), "{demand}");
    }
    office.policy = table.iter().fold(default, |policy, (demand, _)| policy.with_document(*demand));
    assert_eq!(reasons(read(&mut office, none, Origin::Page, None)).len(), table.len());
    assert!(matches!(read(&mut office, all, Origin::Iso39794, portrait), Ok(Step::Next(_))));
    // A holder who was not read from the document, or from another one, is the caller's mistake.
    for portrait in [None, Some(Digest::of(b"another"))] {
        let fault = read(&mut office, all, Origin::Iso39794, portrait).unwrap_err();
        assert_eq!(fault.error.kind(), ErrorKind::InvalidArgument);
    }
}

#[test]
fn liveness_must_have_enough_bits_and_a_comparison_must_not_be_marginal() {
    for bits in [9.9, f64::NAN, f64::NEG_INFINITY] {
        let mut office = Office::new(5);
        office.policy = office.policy.with_min_evidence_bits(10.0).unwrap();
        let state = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
        let evidence = office.liveness_of(state.nonce(), CHALLENGE, bits);
        let refused = reasons(state.answered(&evidence, &mut office.ctx()).now());
        assert_eq!(refused, [SetbackReason::TooLittleEvidence]);
        assert_eq!(office.failures(Counted::Face), 1);
    }
    let mut office = Office::new(6);
    office.policy = office.policy.with_accept_marginal(false);
    let state = state!(office.reach(Phase::Comparison, NewRegistration, Biometrics), Comparison);
    let evidence = MatchEvidence { marginal: true, ..office.comparison(state.nonce()) };
    assert_eq!(reasons(state.matched(&evidence, &mut office.ctx()).now()), [SetbackReason::Marginal]);
    assert_eq!(office.failures(Counted::Face), 1);
}

#[test]
fn how_liveness_was_recorded_can_be_required_and_is_written_down() {
    type Rule = fn(Policy) -> Policy;
    let rules: [Rule; 3] = [
        |policy| policy.with_require_streamed(true),
        |policy| policy.with_require_secret_draws(true),
        |policy| policy.with_require_two_witnesses(true),
    ];
    let best = |evidence: LivenessEvidence| evidence.recorded(true, true).with_approach(7.5);
    let lesser: [fn(LivenessEvidence) -> LivenessEvidence; 3] = [
        |evidence| evidence.recorded(false, true).with_approach(7.5),
        |evidence| evidence.recorded(true, false).with_approach(7.5),
        |evidence| evidence.recorded(true, true),
    ];
    for (i, rule) in rules.into_iter().enumerate() {
        for (j, lesser) in lesser.iter().enumerate() {
            let mut office = Office::new(8);
            office.policy = rule(office.policy);
            let state = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
            let evidence = || office.liveness_of(state.nonce(), CHALLENGE, 20.0);
            let (lesser, best) = (lesser(evidence()), best(evidence()));
            let failures = office.failures(Counted::Face);
            let state = match state.answered(&lesser, &mut office.ctx()).now() {
                // How a session is recorded is the integrator's doing, and no failed attempt.
                Err(fault) => {
                    assert!(i == j && fault.error.kind() == ErrorKind::InvalidArgument, "{i} {j}");
                    assert_eq!(office.failures(Counted::Face), failures);
                    match fault.state.answered(&best, &mut office.ctx()).now() {
                        Ok(Step::Next(state)) => state,
                        other => panic!("{other:?}"),
                    }
                }
                Ok(Step::Next(state)) => state,
                other => panic!("{other:?}"),
            };
            let audit = serde_json::to_string(state.audit()).unwrap();
            let streamed = i == j || j != 0;
            assert!(audit.contains(&format!("\"streamed\":{streamed}")), "{audit}");
            assert!(audit.contains("\"met\":["), "{audit}");
        }
    }
}

#[test]
fn liveness_that_has_expired_meanwhile_does_not_carry_a_comparison() {
    let mut office = Office::new(7);
    office.policy = office.policy.with_times(TimeLimits::default().with_comparison_s(1000).unwrap());
    let state = state!(office.reach(Phase::Comparison, NewRegistration, Biometrics), Comparison);
    office.now += 120;
    let evidence = office.comparison(state.nonce());
    assert_eq!(reasons(state.matched(&evidence, &mut office.ctx()).now()), [SetbackReason::Expired]);
}

#[test]
fn a_face_check_that_failed_draws_a_fresh_nonce_and_its_evidence_is_void() {
    let mut office = Office::new(8);
    office.never_locks();
    let state = state!(office.reach(Phase::Comparison, NewRegistration, Biometrics), Comparison);
    let (nonce, unused) = (*state.nonce(), office.comparison(state.nonce()));
    let oval = match state.failed(vec![Word::new("no_match").unwrap()], &mut office.ctx()).now().unwrap() {
        Step::Retry(oval, reasons) => {
            assert_eq!(reasons, [SetbackReason::Reported(Word::new("no_match").unwrap())]);
            oval
        }
        _ => panic!("one failure does not end it"),
    };
    assert_ne!(*oval.nonce(), nonce);
    let flashes = state!(office.advance(oval.into()), Flashes);
    let earlier = office.liveness(&nonce, CHALLENGE);
    assert!(flashes.answered(&earlier, &mut office.ctx()).now().is_err());
    // Once more, with liveness of the right attempt and a comparison of the first one.
    let again = office.reach(Phase::Comparison, NewRegistration, Biometrics);
    assert!(state!(again, Comparison).matched(&unused, &mut office.ctx()).now().is_err());
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
        assert_eq!(
            reasons(state.confirm(&token, &mut office.ctx()).now()),
            [SetbackReason::ConfirmationInvalid],
            "{n}"
        );
        assert_eq!(office.failures(Counted::Confirmation), n + 1);
    }
}

#[test]
fn consent_is_to_one_account_and_refusal_ends() {
    let mut office = Office::new(11);
    let state = state!(office.reach(Phase::Consent, Renewal, Biometrics), Consent);
    let other = DeletionConsent { account: AccountId::new("other").unwrap() };
    assert_eq!(reasons(state.consent(other, &mut office.ctx()).now()), [SetbackReason::OtherAccount]);
    let state = state!(office.reach(Phase::Consent, Renewal, Biometrics), Consent);
    assert_eq!(state.refuse(&office.ctx()).reason(), End::ConsentRefused);
    let state = state!(office.reach(Phase::Confirmation, Renewal, Biometrics), Confirmation);
    assert_eq!(state.refuse(&office.ctx()).reason(), End::ConfirmationRefused);
    assert!(office.registry.find(&old_account()).now().unwrap().is_some());
    assert!(office.log.attempts(&Subject::Document(key())).now().unwrap().is_empty(), "refusing is no failed attempt");
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
        let outcome = state.choose(pin(pin1), pin(pin2), &personal, &mut office.ctx()).now();
        assert_eq!(reasons(outcome), *expected, "{pin1} {pin2}");
        assert!(office.log.attempts(&Subject::Document(key())).now().unwrap().is_empty(), "that is no failed attempt");
    }
    let mut office = Office::new(12);
    office.policy = office.policy.with_refuse_weak_pins(false);
    let state = state!(office.reach(Phase::Pins, NewRegistration, Biometrics), Pins);
    assert!(matches!(
        state.choose(pin("1234"), pin("12345"), &personal, &mut office.ctx()).now().unwrap(),
        Step::Next(_)
    ));
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
        state = match state.repeat(pin(pin1), pin(pin2), &mut office.ctx()).now().unwrap() {
            Step::Retry(state, reasons) => {
                assert_eq!(reasons, expected);
                state
            }
            _ => panic!("{pin1} {pin2} went through"),
        };
    }
    let chosen = state
        .choose_again(&office.ctx())
        .choose(pin("4071"), pin("28394"), &Personal::default(), &mut office.ctx())
        .now();
    let Step::Next(state) = chosen.unwrap() else { panic!("they are strong") };
    let Step::Next(state) = state.repeat(pin("4071"), pin("28394"), &mut office.ctx()).now().unwrap() else {
        panic!("the same")
    };
    assert!(matches!(state.sign(pin("28394"), &mut office.ctx()).now().unwrap(), Step::Next(_)));
}

#[test]
fn only_a_valid_signature_enrols() {
    let mut office = Office::new(14);
    office.never_locks();
    let again = |office: &mut Office| state!(office.reach(Phase::Signature, NewRegistration, Biometrics), Signature);
    let state = again(&mut office);
    assert_eq!(reasons(state.sign(pin("61831"), &mut office.ctx()).now()), [SetbackReason::WrongPin2]);
    let other = again(&mut office);
    let Signing::Signed(foreign) = office.keys.sign(other.keys(), &pin(PIN2), &other.application()).now().unwrap()
    else {
        panic!()
    };
    for signature in [vec![], vec![0; 32], foreign] {
        let state = again(&mut office);
        assert_eq!(reasons(state.signed(signature, &mut office.ctx()).now()), [SetbackReason::SignatureInvalid]);
    }
    assert_eq!(office.failures(Counted::Signature), 4);
    let state = again(&mut office);
    let Signing::Signed(own) = office.keys.sign(state.keys(), &pin(PIN2), &state.application()).now().unwrap() else {
        panic!()
    };
    assert!(matches!(state.signed(own, &mut office.ctx()).now().unwrap(), Step::Next(_)));
}

#[test]
fn a_ceremony_has_no_end_of_steps() {
    let mut office = Office::new(17);
    let mut state = state!(office.reach(Phase::Pins, NewRegistration, Biometrics), Pins);
    for _ in 0..300 {
        match state.choose(pin("1234"), pin("12345"), &Personal::default(), &mut office.ctx()).now().unwrap() {
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

#[test]
fn the_audit_is_in_order_and_survives_json() {
    let mut office = Office::new(19);
    let enrolled = state!(office.reach(Phase::Enrolled, Renewal, Biometrics), Enrolled);
    let audit = enrolled.audit();
    let phases: Vec<Phase> = audit.records.iter().map(|r| r.from).collect();
    let through = Phase::ALL.into_iter().filter(|phase| *phase != Phase::OnDevice);
    assert_eq!(phases, through.take(12).collect::<Vec<_>>());
    let json = serde_json::to_string(audit).unwrap();
    assert_eq!(&serde_json::from_str::<Audit>(&json).unwrap(), audit);
    for word in
        ["\"renewal\"", "\"chip_39794\"", "\"evidence_bits\":22.5", "\"fmr\":{\"at_most\":1e-6}", "\"faces_matched\""]
    {
        assert!(json.contains(word), "{word}: {json}");
    }
}
