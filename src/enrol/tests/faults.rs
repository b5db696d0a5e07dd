//! What comes of a clock that goes back, of a generator that fails, and of ports that do.

use super::super::memory::MemoryStates;
use super::*;
use crate::error::ErrorKind;

const KEY: [u8; 32] = [21; 32];

/// Gives the same block again and again.
struct Stuck([u8; 32]);

impl Stuck {
    /// Bytes that differ among themselves.
    fn counting() -> Self {
        Self(std::array::from_fn(|i| i as u8))
    }
}

impl rand_core::TryRng for Stuck {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from(self.0[0]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(self.0[0]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.iter_mut().zip(self.0.iter().cycle()).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Stuck {}

#[test]
fn a_clock_that_is_set_back_buys_time_and_nothing_else() {
    let mut office = Office::new(40);
    let limit = office.policy.times().document_s();
    let document = state!(office.reach(Phase::Document, Kind::NewRegistration, Method::Biometrics), Document);
    let left = |office: &mut Office, now| {
        office.now = now;
        document.time_left_s(&office.ctx())
    };
    assert_eq!([left(&mut office, START + 600), left(&mut office, START + 400)], [limit - 600, limit - 400]);
    assert_eq!(left(&mut office, 0), limit, "never more than there was");
    // A step back beyond what clocks of several machines may differ is an error of the caller's.
    office.now = START;
    let evidence = office.document(document.nonce());
    office.now = START - 6;
    let fault = document.read(&evidence, holder(), &mut office.ctx()).now().unwrap_err();
    assert!(fault.error.to_string().contains("Context.now is 6 s before"), "{fault}");
    office.now = START - 5;
    assert!(matches!(fault.state.read(&evidence, holder(), &mut office.ctx()).now().unwrap(), Step::Next(_)));
}

#[test]
fn a_lock_outlasts_a_clock_that_is_set_back() {
    let mut office = Office::new(41);
    let mut failed = state!(office.begin(Kind::NewRegistration, Method::Biometrics), Form);
    let until = loop {
        match failed.failed(NO_WORDS, &mut office.ctx()).now().unwrap() {
            Step::Retry(again, _) => failed = again,
            Step::Terminated(over) => break office.now + over.wait_s(office.now).unwrap(),
            Step::Next(never) => match never {},
        }
    };
    for (now, locked) in [(until - 1, true), (START, true), (1, true), (0, true), (until, false), (u64::MAX, false)] {
        office.now = now;
        let ceremony = office.begin(Kind::NewRegistration, Method::Biometrics);
        assert_eq!(ceremony.phase() == Phase::Terminated, locked, "at {now}");
    }
}

#[test]
fn a_generator_that_repeats_itself_is_an_error_and_never_an_old_nonce() {
    let mut office = Office::new(42);
    let begin = |rng: &mut Stuck, office: &mut Office| {
        let ctx = &mut Context { rng, ..office.ctx() };
        Awaiting::begin(Kind::NewRegistration, Method::Biometrics, session(), key(), ctx)
            .now()
            .map(|begun| begun.found().unwrap())
    };
    for bytes in [[0; 32], [255; 32], [7; 32]] {
        assert_eq!(begin(&mut Stuck(bytes), &mut office).unwrap_err().kind(), ErrorKind::Randomness);
    }
    let mut stuck = Stuck::counting();
    let form = begin(&mut stuck, &mut office).unwrap();
    let mut ceremony: Ceremony = form.into();
    while ceremony.phase() != Phase::Oval {
        ceremony = office.advance(ceremony);
    }
    let nonce = *state!(&ceremony, Oval).nonce();
    let before = office.failures(Counted::Face);
    let ctx = &mut Context { rng: &mut stuck, ..office.ctx() };
    let fault = state!(ceremony, Oval).failed(NO_WORDS, ctx).now().unwrap_err();
    assert_eq!(fault.error.kind(), ErrorKind::Randomness);
    assert_eq!(office.failures(Counted::Face), before, "nothing is on record");
    // With a generator that works the same event goes through.
    let Step::Retry(again, _) = fault.state.failed(NO_WORDS, &mut office.ctx()).now().unwrap() else {
        panic!("one failure")
    };
    assert_ne!(*again.nonce(), nonce);
    assert_eq!(office.failures(Counted::Face), before + 1);
}

/// Found by this test: the nonce was the generator's alone, so that two states sealed under one
/// were open to whoever had both.
#[test]
fn a_generator_that_repeats_itself_encrypts_no_two_states_alike() {
    let mut office = Office::new(43);
    let (key, states) = (SealKey::from_bytes(1, &KEY), MemoryStates::default());
    let mut seal = |phase| {
        let ceremony = office.reach(phase, Kind::NewRegistration, Method::Biometrics);
        ceremony.seal(&key, b"", 600, &mut Context { rng: &mut Stuck([9; 32]), ..office.ctx() }).unwrap()
    };
    let (first, second) = (seal(Phase::Oval), seal(Phase::Oval));
    let (one, two) = (&first.bytes, &second.bytes);
    let (nonce, state) = (33..57, 61..);
    assert_ne!(one[nonce.clone()], two[nonce]);
    let alike = one[state.clone()].iter().zip(&two[state]).filter(|(a, b)| a == b).count();
    assert!(alike < one.len() / 16, "{alike} of {} bytes are alike", one.len());
    assert_eq!(first.token, second.token, "its token was drawn before");
    assert!(states.store(first).is_ok());
    assert_eq!(states.store(second).unwrap_err().kind(), ErrorKind::Replayed);
}
