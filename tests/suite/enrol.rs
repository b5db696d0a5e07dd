//! The ceremony through the public interface, with the engine's evidence: as far as it goes without
//! a flash session.

use rand_core::UnwrapErr;
use selfsame::binding::Binding;
use selfsame::digest::Digest;
use selfsame::document::DocumentPhoto;
use selfsame::engine::Engine;
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry};
use selfsame::enrol::{
    Application, AuditMeasure, Awaiting, Ceremony, Context, DocumentHolder, DocumentKey, End, Identity, Kind, Lock,
    Method, NameKey, Phase, Policy, SealKey, SessionKey, Step, Word, wait,
};
use selfsame::image::Limits;
use selfsame::liveness::ChallengeId;

const NOW: u64 = 1_790_000_000;

/// Transitions are futures that an executor may take to another thread.
fn sent<F: Future + Send>(future: F) -> F {
    future
}

#[test]
fn the_engines_evidence_leads_to_the_face_check_and_three_failures_lock() {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/portraits/obama.jpg")).unwrap();
    let portrait = DocumentPhoto::from_bytes(&file, &Limits::default()).unwrap();
    let engine = Engine::new().unwrap();
    let mut rng = UnwrapErr(getrandom::SysRng);
    let (policy, log, registry) = (Policy::default(), MemoryAttemptLog::default(), MemoryRegistry::default());
    let (keys, key) = (MemoryKeyStore::new(&mut rng), SealKey::random(1, &mut rng));
    let ctx = &mut Context { now: NOW, rng: &mut rng, policy: &policy, log: &log, registry: &registry, keys: &keys };

    let names = NameKey::random(&mut UnwrapErr(getrandom::SysRng));
    let number = DocumentKey::new(&names, "UTO", "X1").unwrap();
    let begin = |ctx: &mut Context<'_>| {
        let session = SessionKey::new(&names, &["device"]);
        wait(Awaiting::begin(Kind::NewRegistration, Method::Biometrics, session, number, ctx)).unwrap()
    };
    let form = begin(ctx).found().unwrap();
    let application = Application { old_account: None, form: Digest::of(b"form") };
    let Step::Next(document) = wait(sent(form.submit(application, ctx))).unwrap() else { panic!("the form is good") };
    let binding = Binding::new(*document.nonce(), NOW, 120);
    let evidence = engine.document_evidence(&binding, &portrait).unwrap().found().unwrap();
    let identity = Identity::new(&names, &["Jo"]);
    let holder = DocumentHolder { document: number, identity, authenticated: true, portrait: None };
    let Step::Next(state) = wait(sent(document.read(&evidence, holder, ctx))).unwrap() else { panic!("it was read") };
    assert!(matches!(state.audit().records[1].measure, Some(AuditMeasure::Document { .. })));
    let Step::Next(oval) = wait(sent(state.acknowledge(ctx))).unwrap() else { panic!("nothing stops it") };
    let sealed = Ceremony::from(oval).seal(&key, b"user", 60, ctx).unwrap();
    let mut ceremony = Ceremony::open(&sealed.bytes, [&key], b"user", NOW).unwrap();

    let mut nonces = Vec::new();
    while let Ceremony::Oval(oval) = ceremony {
        nonces.push(*oval.nonce());
        let Step::Next(flashes) = wait(sent(oval.begin_flashes(ChallengeId::from_bytes([1; 16]), ctx))).unwrap() else {
            panic!("nothing stops it")
        };
        ceremony = wait(sent(flashes.failed(vec![Word::new("response_flat").unwrap()], ctx))).unwrap().into();
    }
    assert!(nonces.len() == 3 && nonces[0] != nonces[1] && nonces[1] != nonces[2]);
    assert_eq!(ceremony.phase(), Phase::Terminated);
    assert_eq!(ceremony.audit().records.last().unwrap().end, Some(End::Locked(Lock::Until(NOW + 10_800))));
    assert_eq!(begin(ctx).refused().unwrap().wait_s(NOW + 800), Some(10_000));
}
