//! The ceremony: transitions, and a state sealed and opened.

// Where nothing comes from outside, an assertion or a panic is the plainest report.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing
)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rand_core::UnwrapErr;
use selfsame::binding::Binding;
use selfsame::digest::Digest;
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::engine::Engine;
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry};
use selfsame::enrol::{
    Application, Awaiting, Ceremony, Context, DocumentHolder, DocumentKey, Identity, Kind, Method, NameKey, Phase,
    Policy, SealKey, SessionKey, Step, Word, wait,
};
use selfsame::image::{Limits, Photo};
use selfsame::liveness::ChallengeId;
use std::hint::black_box;

const NOW: u64 = 1_790_000_000;

fn enrol(c: &mut Criterion) {
    let mut rng = UnwrapErr(getrandom::SysRng);
    let (policy, registry, keys) = (Policy::default(), MemoryRegistry::default(), MemoryKeyStore::new(&mut rng));
    // A step that fails is recorded in a log of its own each time, or the document would be locked.
    let log = MemoryAttemptLog::default();
    let seal = SealKey::random(1, &mut rng);
    let mut document = 0u64;
    macro_rules! ctx {
        ($log:expr) => {
            &mut Context {
                now: NOW,
                rng: &mut UnwrapErr(getrandom::SysRng),
                policy: &policy,
                log: $log,
                registry: &registry,
                keys: &keys,
            }
        };
    }
    let open = |bytes: &[u8]| Ceremony::open(bytes, [&seal], b"", NOW).unwrap();
    let application = || Application { old_account: None, form: Digest::of(b"form") };

    let mut begin = || {
        document += 1;
        let key = DocumentKey::from_digest(Digest::of(&document.to_be_bytes()));
        let session = SessionKey::from_digest(*key.digest());
        let begun = wait(Awaiting::begin(Kind::NewRegistration, Method::Biometrics, session, key, ctx!(&log)));
        begun.unwrap().found().unwrap()
    };
    c.bench_function("enrol, submit the form", |b| {
        b.iter_batched(&mut begin, |s| wait(s.submit(application(), ctx!(&log))).unwrap(), BatchSize::SmallInput);
    });

    // As far as there is evidence without a flash session: the document's, from the engine.
    let Step::Next(state) = wait(begin().submit(application(), ctx!(&log))).unwrap() else {
        panic!("the form is good")
    };
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/portraits/obama.jpg")).unwrap();
    let photo = DocumentPhoto::from_photo(Photo::decode(&file, &Limits::default()).unwrap(), Origin::ImageFile);
    let binding = Binding::new(*state.nonce(), NOW, 120);
    let evidence = Engine::new().unwrap().document_evidence(&binding, &photo).unwrap().found().unwrap();
    let identity = Identity::new(&NameKey::from_bytes(&[1; 32]), &["Jo"]);
    let holder = DocumentHolder { document: state.document_key(), identity, authenticated: true, portrait: None };
    let Step::Next(state) = wait(state.read(&evidence, holder, ctx!(&log))).unwrap() else { panic!("it is read") };
    let instructions = Ceremony::from(state).seal(&seal, b"", 600, ctx!(&log)).unwrap().bytes;
    let opened = || match open(&instructions) {
        Ceremony::Instructions(state) => state,
        other => panic!("{:?}", other.phase()),
    };
    c.bench_function("enrol, acknowledge the instructions", |b| {
        b.iter_batched(opened, |s| wait(s.acknowledge(ctx!(&log))).unwrap(), BatchSize::SmallInput);
    });
    let Step::Next(state) = wait(opened().acknowledge(ctx!(&log))).unwrap() else { panic!("nothing stops it") };
    let oval = Ceremony::from(state).seal(&seal, b"", 600, ctx!(&log)).unwrap().bytes;
    let opened = || match open(&oval) {
        Ceremony::Oval(state) => state,
        other => panic!("{:?}", other.phase()),
    };
    let challenge = ChallengeId::from_bytes([7; 16]);
    c.bench_function("enrol, begin the flashes", |b| {
        b.iter_batched(opened, |s| wait(s.begin_flashes(challenge, ctx!(&log))).unwrap(), BatchSize::SmallInput);
    });
    c.bench_function("enrol, a failed face check, recorded", |b| {
        b.iter_batched(
            || (opened(), MemoryAttemptLog::default(), vec![Word::new("too_dark").unwrap()]),
            |(s, log, words)| wait(s.failed(words, ctx!(&log))).unwrap(),
            BatchSize::SmallInput,
        );
    });
    assert_eq!(open(&oval).phase(), Phase::Oval);
    println!("a sealed state has {} bytes", oval.len());
    c.bench_function("enrol, open and seal a state", |b| {
        b.iter(|| open(black_box(&oval)).seal(&seal, b"", 600, ctx!(&log)).unwrap());
    });
}

criterion_group!(benches, enrol);
criterion_main!(benches);
