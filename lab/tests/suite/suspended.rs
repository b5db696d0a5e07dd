//! A liveness session that goes from process to process is the session that never stopped.

use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use selfsame::enrol::SealKey;
use selfsame::liveness::{Challenge, ChallengePolicy, Finished, LivenessOptions, LivenessSession};
use selfsame::model::Profile;
use selfsame::{Engine, ErrorKind, Limits, Photo};
use selfsame_lab::simulate::{Recording, Scene, Subject, simulate};

const NOW: u64 = 1_790_000_000;
const USER: &[u8] = b"session 4711";

fn record(engine: &Engine, challenge: &Challenge) -> Recording {
    let file = std::fs::read("../datasets/portraits/obama.jpg").unwrap();
    let subject = Subject::new(engine, &Photo::decode(&file, &Limits::default()).unwrap()).unwrap();
    simulate(&subject, None, challenge.segments(), &Scene { seed: 7, ..Scene::default() }).unwrap()
}

/// Plays the recording to a session that is suspended after every `each` frames.
fn play(engine: &Engine, challenge: &Challenge, recording: &Recording, each: Option<usize>) -> Finished {
    let rng = &mut ChaCha20Rng::seed_from_u64(3);
    let key = SealKey::random(1, rng);
    let mut session = LivenessSession::new(challenge.clone(), LivenessOptions::default()).unwrap();
    session = session.with_secret_draws(&mut ChaCha20Rng::seed_from_u64(4)).unwrap();
    let mut token = None;
    for (i, frame) in recording.frames().enumerate() {
        let frame = frame.unwrap();
        session.reveal(frame.timestamp_us + 10_000);
        session.arrived(frame.timestamp_us, frame.timestamp_us + 60_000).unwrap();
        let _ = engine.watch(&mut session, &frame.photo.frame(), frame.timestamp_us).unwrap();
        if each.is_some_and(|each| i % each == each - 1) {
            let sealed = session.suspend(&key, USER, NOW + 60, token, rng).unwrap();
            assert_eq!(sealed.replaces, token);
            let options = LivenessOptions::default();
            let (resumed, of) = engine.resume(&sealed.bytes, [&key], USER, NOW + 1, options).unwrap();
            assert_eq!(of, sealed.token);
            (session, token) = (resumed, Some(of));
        }
    }
    session.finish(NOW + 10, 60)
}

#[test]
fn a_session_that_is_suspended_ends_as_one_that_is_not() {
    let engine = Engine::new().unwrap();
    let challenge = Challenge::issue(&mut ChaCha20Rng::seed_from_u64(1), &ChallengePolicy::default(), NOW).unwrap();
    let recording = record(&engine, &challenge);
    let whole = play(&engine, &challenge, &recording, None);
    assert!(whole.evidence.is_some(), "{:?}", whole.report.verdict);
    let picture = |finished: &Finished| finished.reference.as_ref().unwrap().photo.digest();
    for each in [1, 25] {
        let parts = play(&engine, &challenge, &recording, Some(each));
        assert_eq!(parts.report, whole.report);
        assert_eq!(picture(&parts), picture(&whole));
        assert_eq!(
            parts.evidence.as_ref().map(|e| format!("{e:?}")),
            whole.evidence.as_ref().map(|e| format!("{e:?}"))
        );
    }
}

#[test]
fn what_was_suspended_opens_for_its_user_its_key_and_its_networks_alone() {
    let (engine, rng) = (Engine::new().unwrap(), &mut ChaCha20Rng::seed_from_u64(3));
    let challenge = Challenge::issue(rng, &ChallengePolicy::default(), NOW).unwrap();
    let mut session = LivenessSession::new(challenge.clone(), LivenessOptions::default()).unwrap();
    for frame in record(&engine, &challenge).frames().take(40) {
        let frame = frame.unwrap();
        let _ = engine.watch(&mut session, &frame.photo.frame(), frame.timestamp_us).unwrap();
    }
    let [key, other] = [1, 1].map(|number| SealKey::random(number, rng));
    let bytes = session.suspend(&key, USER, NOW + 60, None, rng).unwrap().bytes;
    let refused = |engine: &Engine, bytes: &[u8], key: &SealKey, user: &[u8], now: u64, options: LivenessOptions| {
        engine.resume(bytes, [key], user, now, options).unwrap_err().kind()
    };
    let options = LivenessOptions::default;
    assert!(engine.resume(&bytes, [&key], USER, NOW, options()).is_ok());
    assert_eq!(refused(&engine, &bytes, &other, USER, NOW, options()), ErrorKind::Tampered);
    assert_eq!(refused(&engine, &bytes, &key, b"session 4712", NOW, options()), ErrorKind::Tampered);
    assert_eq!(refused(&engine, &bytes, &key, USER, NOW + 60, options()), ErrorKind::Expired);
    for at in (0..bytes.len()).step_by(bytes.len() / 20).chain([4, 60, bytes.len() - 1]) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(engine.resume(&changed, [&key], USER, NOW, options()).is_err(), "byte {at}");
    }
    let cut = &bytes[..bytes.len() / 2];
    assert_eq!(refused(&engine, cut, &key, USER, NOW, options()), ErrorKind::Corrupt);
    assert_eq!(refused(&engine, &vec![0; 17 << 20], &key, USER, NOW, options()), ErrorKind::LimitExceeded);
    let fast = Engine::builder().template(Profile::Fast).build().unwrap();
    assert_eq!(refused(&fast, &bytes, &key, USER, NOW, options()), ErrorKind::ModelMismatch);
    let elsewhere = options().with_policy(ChallengePolicy::default().with_regions(true));
    assert_eq!(refused(&engine, &bytes, &key, USER, NOW, elsewhere), ErrorKind::InvalidArgument);
}
