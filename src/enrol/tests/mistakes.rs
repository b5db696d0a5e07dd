//! What goes wrong that is not the applicant's doing: it is a fault, and counts for nobody.

use super::*;
use crate::error::ErrorKind;
use Kind::NewRegistration;
use Method::Biometrics;

#[test]
fn evidence_of_another_time_is_the_callers_mistake() {
    for (age, expected) in [
        (-6, Some("enrol: Context.now is 6 s before the ceremony's last step")),
        (-5, None),
        (0, None),
        (119, None),
        (120, Some("enrol: the evidence of liveness expired 0 s before Context.now")),
        (150, Some("enrol: the evidence of liveness expired 30 s before Context.now")),
    ] {
        let mut office = Office::new(4);
        let state = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
        let evidence = office.liveness(state.nonce(), CHALLENGE);
        office.policy = office.policy.with_times(TimeLimits::default().with_flashes_s(1000).unwrap());
        office.now = office.now.saturating_add_signed(age);
        match (state.answered(&evidence, &mut office.ctx()).now(), expected) {
            (Err(fault), Some(message)) => assert_eq!(fault.error.to_string(), message),
            (outcome, None) => assert!(matches!(outcome.unwrap(), Step::Next(_)), "{age}"),
            (Ok(_), Some(_)) => panic!("{age}"),
        }
    }
    let mut office = Office::new(4);
    let state = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
    office.now += 73;
    let evidence = office.liveness(state.nonce(), CHALLENGE);
    office.now -= 73;
    let fault = state.answered(&evidence, &mut office.ctx()).now().unwrap_err();
    let message = "enrol: the evidence of liveness is issued 73 s after Context.now; 5 s are tolerated";
    assert_eq!((fault.error.kind(), fault.error.to_string().as_str()), (ErrorKind::InvalidArgument, message));
    // It counts for nobody, and with the right time the same evidence goes through.
    office.now += 73;
    let Step::Next(state) = fault.state.answered(&evidence, &mut office.ctx()).now().unwrap() else {
        panic!("it counts")
    };
    let evidence = office.comparison(state.nonce());
    assert!(matches!(state.matched(&evidence, &mut office.ctx()).now().unwrap(), Step::Next(_)));
    assert_eq!(office.failures(Counted::Face), 0);
}

#[test]
fn evidence_that_was_mixed_up_counts_for_nobody() {
    type Change = fn(&mut MatchEvidence);
    let changes: [(Change, &str); 5] = [
        (|e| e.binding = Binding::new(Nonce::from_bytes([9; 32]), START, 60), "carries the nonce of another attempt"),
        (|e| e.document = Digest::of(b"x"), "is about another document"),
        (|e| e.capture = Digest::of(b"x"), "is about another picture"),
        (|e| e.fmr_limit = 1.1e-4, "at a false match rate of 1.1e-4, above the policy's 1e-4"),
        (|e| e.fmr_limit = f64::NAN, "at a false match rate of NaN"),
    ];
    let mut office = Office::new(6);
    let mut state = state!(office.reach(Phase::Comparison, NewRegistration, Biometrics), Comparison);
    for (change, told) in changes {
        let mut evidence = office.comparison(state.nonce());
        change(&mut evidence);
        let fault = state.matched(&evidence, &mut office.ctx()).now().unwrap_err();
        let message = fault.error.to_string();
        assert!(message.contains("the evidence of the match") && message.contains(told), "{message}");
        state = fault.state;
    }
    let evidence = office.comparison(state.nonce());
    assert!(matches!(state.matched(&evidence, &mut office.ctx()).now().unwrap(), Step::Next(_)));
    assert_eq!(office.failures(Counted::Face), 0);
    let state = state!(office.reach(Phase::Document, NewRegistration, Biometrics), Document);
    let foreign = office.document(&Nonce::from_bytes([1; 32]));
    let fault = state.read(&foreign, holder(), &mut office.ctx()).now().unwrap_err();
    assert!(fault.error.to_string().contains("the evidence of the document carries the nonce"), "{fault}");
    let flashes = state!(office.reach(Phase::Flashes, NewRegistration, Biometrics), Flashes);
    let other = office.liveness(flashes.nonce(), ChallengeId::from_bytes([4; 16]));
    let fault = flashes.answered(&other, &mut office.ctx()).now().unwrap_err();
    assert!(fault.error.to_string().contains("is about another challenge"), "{fault}");
    assert_eq!(office.slips(Counted::Document), 0);
}

/// A log that is out of order.
struct Broken;

impl AttemptLog for Broken {
    fn reserve<'a>(&'a self, _: &'a Reservation<'a>) -> PortFuture<'a, Reserved> {
        ready(Err("the log is out of order".into()))
    }

    fn release<'a>(&'a self, _: &'a [Subject], _: AttemptId) -> PortFuture<'a, ()> {
        ready(Err("the log is out of order".into()))
    }

    fn attempts<'a>(&'a self, _: &'a Subject) -> PortFuture<'a, Vec<Attempt>> {
        ready(Ok(Vec::new()))
    }

    fn unlock<'a>(&'a self, _: &'a Subject) -> PortFuture<'a, ()> {
        ready(Ok(()))
    }
}

#[test]
fn a_broken_port_is_a_fault_that_gives_the_state_back() {
    let mut office = Office::new(18);
    let state = state!(office.reach(Phase::Oval, NewRegistration, Biometrics), Oval);
    let nonce = *state.nonce();
    let fault = state.failed(NO_WORDS, &mut Context { log: &Broken, ..office.ctx() }).now().unwrap_err();
    assert_eq!(fault.error.kind(), ErrorKind::Port);
    assert!(std::error::Error::source(&fault).unwrap().to_string().contains("out of order"));
    assert_eq!(*fault.state.nonce(), nonce, "the state is as it was");
    assert!(matches!(fault.state.failed(NO_WORDS, &mut office.ctx()).now().unwrap(), Step::Retry(..)));
    assert_eq!(office.failures(Counted::Face), 1);
}
