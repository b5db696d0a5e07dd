//! Whom attempts count against, when, and what comes of it.

use super::*;
use Kind::NewRegistration;
use Method::Biometrics;

#[test]
fn a_slow_step_is_repeated_and_a_slow_ceremony_ends() {
    let mut office = Office::new(15);
    let state = state!(office.reach(Phase::Pins, NewRegistration, Biometrics), Pins);
    assert_eq!(state.time_left_s(&office.ctx()), 900);
    office.now += 899;
    let Step::Next(state) = state.check_time(&mut office.ctx()).now().unwrap() else {
        panic!("there is a second left")
    };
    office.now += 1;
    assert_eq!(state.time_left_s(&office.ctx()), 0);
    let Step::Retry(state, reasons) = state.check_time(&mut office.ctx()).now().unwrap() else {
        panic!("the time is over")
    };
    assert_eq!((reasons, office.failures(Counted::Slowness)), (vec![SetbackReason::TooSlow], 1));
    assert_eq!(state.time_left_s(&office.ctx()), 900);
    office.now = START + 3600;
    assert_eq!(end(state.choose(pin(PIN1), pin(PIN2), &Personal::default(), &mut office.ctx()).now()), End::TimeUp);
    assert_eq!(office.failures(Counted::Slowness), 2);
    // The third time is a lock.
    let state = state!(office.reach(Phase::Instructions, NewRegistration, Biometrics), Instructions);
    office.now += 900;
    assert_eq!(end(state.check_time(&mut office.ctx()).now()), End::Locked(Lock::Until(office.now + 10_800)));
}

#[test]
fn a_lock_holds_for_every_ceremony_with_the_document() {
    let mut office = Office::new(16);
    let beside = state!(office.reach(Phase::Oval, NewRegistration, Biometrics), Oval);
    for _ in 0..3 {
        let state = state!(office.reach(Phase::Oval, NewRegistration, Biometrics), Oval);
        let _ = state.failed(NO_WORDS, &mut office.ctx()).now().unwrap();
    }
    let until = START + 10_800;
    let terminated = state!(office.begin(NewRegistration, Biometrics), Terminated);
    assert_eq!((terminated.reason(), terminated.wait_s(START)), (End::Locked(Lock::Until(until)), Some(10_800)));
    assert_eq!(terminated.wait_s(until + 5), Some(0));
    assert_eq!(end(beside.begin_flashes(CHALLENGE, &mut office.ctx()).now()), End::Locked(Lock::Until(until)));
    let begun = |document, office: &mut Office| {
        Awaiting::begin(NewRegistration, Biometrics, session(), document, &mut office.ctx()).now().unwrap()
    };
    assert!(begun(key_of("X2"), &mut office).is_found());
    office.now = until;
    assert!(begun(key(), &mut office).is_found());
}

#[test]
fn whoever_knows_a_number_locks_nobody_but_themselves() {
    let mut office = Office::new(60);
    // Form slips, foreign documents and slowness, for years.
    for _ in 0..60 {
        match office.begin(NewRegistration, Biometrics) {
            Ceremony::Form(form) => {
                let _ = form.failed(NO_WORDS, &mut office.ctx()).now().unwrap();
                let Ceremony::Form(slow) = office.begin(NewRegistration, Biometrics) else { continue };
                office.now += 901;
                let _ = slow.check_time(&mut office.ctx()).now().unwrap();
            }
            Ceremony::Terminated(over) => office.now += over.wait_s(office.now).expect("never for good"),
            other => panic!("{:?}", other.phase()),
        }
    }
    assert_eq!((office.failures(Counted::Form), office.failures(Counted::Slowness)), (0, 0));
    assert!(office.slips(Counted::Form) > 9, "nine would be for good");
    // The holder, from elsewhere.
    let elsewhere = SessionKey::new(&names(), &["elsewhere"]);
    let begun = Awaiting::begin(NewRegistration, Biometrics, elsewhere, key(), &mut office.ctx()).now().unwrap();
    let mut ceremony = Ceremony::from(begun);
    while ceremony.phase() != Phase::Enrolled {
        ceremony = office.advance(ceremony);
    }
}

#[test]
fn a_picture_of_a_document_locks_no_document() {
    let mut office = Office::new(61);
    for _ in 0..3 {
        let state = state!(office.reach(Phase::Document, NewRegistration, Biometrics), Document);
        let evidence = office.document(state.nonce());
        let picture = DocumentHolder { authenticated: false, ..holder() };
        let Step::Next(state) = state.read(&evidence, picture, &mut office.ctx()).now().unwrap() else { panic!() };
        let oval = state!(office.advance(state.into()), Oval);
        let _ = oval.failed(NO_WORDS, &mut office.ctx()).now().unwrap();
    }
    assert_eq!((office.slips(Counted::Face), office.failures(Counted::Face)), (3, 0));
    assert_eq!(office.kept(Subject::Identity(identity()), Counted::Face), 0);
    assert_eq!(office.begin(NewRegistration, Biometrics).phase(), Phase::Terminated, "the session is locked");
}

#[test]
fn failures_with_an_authentic_document_count_against_it_and_its_holder() {
    let mut office = Office::new(62);
    let oval = state!(office.reach(Phase::Oval, NewRegistration, Biometrics), Oval);
    let _ = oval.failed(NO_WORDS, &mut office.ctx()).now().unwrap();
    assert_eq!((office.slips(Counted::Face), office.failures(Counted::Face)), (0, 1));
    assert_eq!(office.kept(Subject::Identity(identity()), Counted::Face), 1);
    // Years later it does not count any more, and an operator can forget it at once.
    office.log.unlock(&Subject::Document(key())).now().unwrap();
    assert_eq!(office.failures(Counted::Face), 0);
}

#[test]
fn a_challenge_that_was_seen_and_left_costs_an_attempt_and_one_that_was_answered_none() {
    let mut office = Office::new(63);
    for left in 1..=2 {
        let flashes = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
        assert_eq!(office.failures(Counted::Face), left);
        let _ = flashes.abandon(&office.ctx());
    }
    // The third try is open to its own ceremony while it is under way, and to no other.
    let flashes = office.reach(Phase::Flashes, NewRegistration, Biometrics);
    assert_eq!(office.begin(NewRegistration, Biometrics).phase(), Phase::Terminated);
    let comparison = office.advance(flashes);
    assert_eq!((comparison.phase(), office.failures(Counted::Face)), (Phase::Comparison, 3));
    assert_eq!(office.advance(comparison).phase(), Phase::Proofed);
    assert_eq!(office.failures(Counted::Face), 2, "it is released");
    // Two days later the lock of others is over; a month later nothing counts.
    office.now += 30 * 86_400;
    let flashes = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
    assert!(matches!(flashes.failed(NO_WORDS, &mut office.ctx()).now().unwrap(), Step::Retry(..)));
}

#[test]
fn who_pulls_back_has_a_ladder_of_their_own() {
    let mut office = Office::new(67);
    let rungs = vec![Rung { failures: 3, lock_s: Some(60) }];
    office.policy = Policy::default().with_attempts(Attempts::default().with_pulled_back(Ladder::new(rungs).unwrap()));
    let mut flashes = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
    for pulled in 1..=2 {
        let nonce = *flashes.nonce();
        let Step::Retry(oval, reasons) = flashes.pulled_back(&mut office.ctx()).now().unwrap() else { panic!() };
        assert_eq!((oval.phase(), reasons[0].to_string()), (Phase::Oval, "pulled back".to_owned()));
        assert_ne!(*oval.nonce(), nonce, "the next challenge is another");
        assert_eq!((office.failures(Counted::Face), office.failures(Counted::PulledBack)), (0, pulled));
        flashes = state!(office.advance(oval.into()), Flashes);
    }
    let Step::Terminated(end) = flashes.pulled_back(&mut office.ctx()).now().unwrap() else { panic!() };
    assert_eq!(end.wait_s(office.now), Some(60), "the third locks, and no face check has failed");
    // What was answered is no surprise any more.
    office.now += 60;
    let key = SealKey::from_bytes(1, &[1; 32]);
    let stored = office.reach(Phase::Flashes, NewRegistration, Biometrics);
    let stored = stored.seal(&key, b"", 600, &mut office.ctx()).unwrap().bytes;
    let open = || state!(Ceremony::open(&stored, [&key], b"", START + 60).unwrap(), Flashes);
    let (first, second) = (open(), open());
    let weak = office.liveness_of(first.nonce(), CHALLENGE, 1.0);
    assert_eq!(reasons(first.answered(&weak, &mut office.ctx()).now()), [SetbackReason::TooLittleEvidence]);
    let fault = second.pulled_back(&mut office.ctx()).now().unwrap_err();
    assert_eq!(fault.error.kind(), crate::error::ErrorKind::Replayed);
    assert_eq!((office.failures(Counted::Face), office.failures(Counted::PulledBack)), (1, 3));
}

#[test]
fn of_two_answers_to_one_challenge_only_the_first_is_looked_at() {
    let mut office = Office::new(64);
    let key = SealKey::from_bytes(1, &[1; 32]);
    let flashes = office.reach(Phase::Flashes, NewRegistration, Biometrics);
    let stored = flashes.seal(&key, b"", 600, &mut office.ctx()).unwrap().bytes;
    let open = || state!(Ceremony::open(&stored, [&key], b"", START).unwrap(), Flashes);
    let (first, second) = (open(), open());
    let weak = office.liveness_of(first.nonce(), CHALLENGE, 1.0);
    assert_eq!(reasons(first.answered(&weak, &mut office.ctx()).now()), [SetbackReason::TooLittleEvidence]);
    let strong = office.liveness(second.nonce(), CHALLENGE);
    let fault = second.answered(&strong, &mut office.ctx()).now().unwrap_err();
    assert_eq!(fault.error.kind(), crate::error::ErrorKind::Replayed);
    // What got lost in between is given up, and costs what it has cost.
    assert!(matches!(fault.state.failed(NO_WORDS, &mut office.ctx()).now().unwrap(), Step::Retry(..)));
    assert_eq!(office.failures(Counted::Face), 1);
}

#[test]
fn no_pin_is_tried_that_is_not_on_record() {
    let mut office = Office::new(65);
    let key = SealKey::from_bytes(1, &[1; 32]);
    let signature = office.reach(Phase::Signature, NewRegistration, Biometrics);
    let stored = signature.seal(&key, b"", 600, &mut office.ctx()).unwrap().bytes;
    let mut tried = 0;
    // Fifty requests from one stored state.
    for guess in 50_000..50_050 {
        let state = state!(Ceremony::open(&stored, [&key], b"", START).unwrap(), Signature);
        match state.sign(pin(&guess.to_string()), &mut office.ctx()).now().unwrap() {
            Step::Retry(..) => tried += 1,
            Step::Terminated(over) if !over.reasons().is_empty() => tried += 1,
            Step::Terminated(_) => {}
            Step::Next(_) => panic!("guessed"),
        }
    }
    assert_eq!((tried, office.failures(Counted::Signature)), (3, 3));
}
