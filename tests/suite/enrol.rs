//! The ceremony through the public interface, with the engine's evidence: as far as it goes without
//! a flash session.

use rand_core::UnwrapErr;
use selfsame::binding::Binding;
use selfsame::digest::Digest;
use selfsame::document::DocumentPhoto;
use selfsame::engine::Engine;
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry, MemoryTokens};
use selfsame::enrol::{
    Application, AuditMeasure, Awaiting, Ceremony, Context, DocumentKey, End, Identity, Kind, Lock, Method, Phase,
    Policy, SealKey, Step, Word,
};
use selfsame::image::Limits;
use selfsame::liveness::ChallengeId;

const NOW: u64 = 1_790_000_000;

#[test]
fn the_engines_evidence_leads_to_the_face_check_and_three_failures_lock() {
    let file = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/datasets/portraits/obama.jpg")).unwrap();
    let portrait = DocumentPhoto::from_bytes(&file, &Limits::default()).unwrap();
    let engine = Engine::new().unwrap();
    let mut rng = UnwrapErr(getrandom::SysRng);
    let (policy, log, registry) = (Policy::default(), MemoryAttemptLog::default(), MemoryRegistry::default());
    let (keys, tokens, key) = (MemoryKeyStore::new(&mut rng), MemoryTokens::default(), SealKey::random(&mut rng));
    let ctx = &mut Context { now: NOW, rng: &mut rng, policy: &policy, log: &log, registry: &registry, keys: &keys };

    let number = DocumentKey::from_number("UTO", "X1");
    let form = Awaiting::begin(Kind::NewRegistration, Method::Biometrics, number, ctx).unwrap().found().unwrap();
    let application = Application { old_account: None, form: Digest::of(b"form") };
    let Step::Next(document) = form.submit(application, ctx).unwrap() else { panic!("the form is good") };
    let binding = Binding::new(*document.nonce(), NOW, 120);
    let evidence = engine.document_evidence(&binding, &portrait).unwrap().found().unwrap();
    let Step::Next(state) = document.read(evidence, Identity::of(&["Jo"]), ctx).unwrap() else { panic!("it was read") };
    assert!(matches!(state.audit().records[1].measure, Some(AuditMeasure::Document { .. })));
    let Step::Next(oval) = state.acknowledge(ctx).unwrap() else { panic!("nothing stops it") };
    let sealed = Ceremony::from(oval).seal(&key, 60, ctx).unwrap();
    let mut ceremony = Ceremony::open(&sealed, &key, NOW, |token| Ok(tokens.spend(token))).unwrap();

    let mut nonces = Vec::new();
    while let Ceremony::Oval(oval) = ceremony {
        nonces.push(*oval.nonce());
        let Step::Next(flashes) = oval.begin_flashes(ChallengeId::from_bytes([1; 16]), ctx).unwrap() else {
            panic!("nothing stops it")
        };
        ceremony = flashes.failed(vec![Word::new("response_flat").unwrap()], ctx).unwrap().into();
    }
    assert!(nonces.len() == 3 && nonces[0] != nonces[1] && nonces[1] != nonces[2]);
    assert_eq!(ceremony.phase(), Phase::Terminated);
    assert_eq!(ceremony.audit().records.last().unwrap().end, Some(End::Locked(Lock::Until(NOW + 10_800))));
    let again = Awaiting::begin(Kind::NewRegistration, Method::Biometrics, number, ctx).unwrap();
    assert_eq!(again.refused().unwrap().wait_s(NOW + 800), Some(10_000));
}
