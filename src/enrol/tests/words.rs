//! Every word of the ceremony and of what is reported to it.

use super::*;
use crate::document::{PageRefusal, ZoneRefusal};
use crate::engine::{FaceRefusal, Side, VerdictReason};
use crate::liveness::{AttackReason, InconclusiveReason};
use crate::quality::QualityRefusal;
use serde::Serialize;

/// What is sealed derives serde's traits; its words in JSON are those of `as_str`.
#[test]
fn words_are_the_same_in_json() {
    fn check<T: Serialize + std::fmt::Display>(all: &[T], word: impl Fn(&T) -> &'static str) {
        for value in all {
            assert_eq!(serde_json::to_value(value).unwrap(), word(value));
            assert_eq!(value.to_string(), word(value));
        }
    }
    check(Phase::EVERY, |v| v.as_str());
    check(Event::EVERY, |v| v.as_str());
    check(Kind::EVERY, |v| v.as_str());
    check(Method::EVERY, |v| v.as_str());
    check(Counted::EVERY, |v| v.as_str());
    check(WhichPin::EVERY, |v| v.as_str());
    check(Weakness::EVERY, |v| v.as_str());
    assert_eq!(Phase::EVERY, Phase::ALL);
}

/// `Word::from` checks nothing in a release: all that it is made from are words.
#[test]
fn every_refusal_and_reason_is_a_word() {
    fn check<T: Into<Word> + std::fmt::Display>(value: T) {
        let text = value.to_string();
        assert_eq!(Word::new(text.clone()).unwrap(), value.into(), "{text}");
    }
    let faces = || {
        let quality = QualityRefusal::EVERY.iter().copied().map(FaceRefusal::from);
        [FaceRefusal::NoFace, FaceRefusal::SeveralFaces, FaceRefusal::Unreliable, FaceRefusal::Covered]
            .into_iter()
            .chain(quality)
    };
    QualityRefusal::EVERY.iter().copied().for_each(check);
    PageRefusal::EVERY.iter().copied().for_each(check);
    ZoneRefusal::EVERY.iter().copied().for_each(check);
    AttackReason::EVERY.iter().copied().for_each(check);
    InconclusiveReason::EVERY.iter().copied().for_each(check);
    faces().for_each(check);
    for side in Side::EVERY {
        faces().for_each(|refusal| check(VerdictReason::Refused(*side, refusal)));
    }
    check(VerdictReason::ScoreReachedThreshold);
    check(VerdictReason::ScoreBelowThreshold);
    DocumentDemand::EVERY.iter().for_each(|demand| check(VerdictReason::Document(*demand)));
    check(VerdictReason::SamePicture);
    check(VerdictReason::PossibleMorph);
}

#[test]
fn a_refusal_is_reported_as_it_is() {
    let mut office = Office::new(50);
    let state = state!(office.reach(Phase::Document, Kind::NewRegistration, Method::Biometrics), Document);
    let outcome = state.failed([FaceRefusal::SeveralFaces], &mut office.ctx()).now();
    assert_eq!(reasons(outcome), [SetbackReason::Reported(Word::new("several_faces").unwrap())]);
}

#[test]
fn what_a_service_shares_crosses_threads() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<Policy>();
    shared::<SealKey>();
    shared::<memory::MemoryRegistry>();
    shared::<memory::MemoryAttemptLog>();
    shared::<memory::MemoryStates>();
    shared::<memory::MemoryKeyStore>();
    shared::<Ceremony>();
    shared::<Fault<Awaiting<Form>>>();
}
