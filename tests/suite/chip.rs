//! A document that proves itself, from the chip's files to the ceremony's next step.

use rand_chacha::ChaCha20Rng;
use rand_core::{SeedableRng, UnwrapErr};
use selfsame::binding::Binding;
use selfsame::digest::Digest;
use selfsame::document::chip::{AuthenticDocument, ChipChallenge, ChipFiles, ChipReason, TrustStore};
use selfsame::document::{DocumentDemand, DocumentPhoto, Origin};
use selfsame::engine::Engine;
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry};
use selfsame::enrol::{
    Application, AuditMeasure, Awaiting, Context, Document, DocumentHolder, DocumentKey, Kind, Method, NameKey, Policy,
    SealKey, SessionKey, SetbackReason, Step, wait,
};
use selfsame::error::ErrorKind;
use selfsame::image::Limits;

/// 1 January 2027, and 1 January 2036, when the specimen has expired.
const AT: u64 = 1_798_761_600;
const EXPIRED: u64 = 2_082_758_400;

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/datasets/documents/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The specimen's files.
fn specimen() -> [Vec<u8>; 4] {
    ["chip/EF.COM", "chip/EF.SOD", "chip/DG1", "astronaut.dg2"].map(file)
}

fn files(specimen: &[Vec<u8>]) -> ChipFiles<'_> {
    let mut files = ChipFiles::default();
    for bytes in specimen {
        files.add(bytes).unwrap();
    }
    files
}

fn trust() -> TrustStore {
    let mut trust = TrustStore::default();
    trust.add_anchors(&file("chip/csca.der")).unwrap();
    trust
}

fn authentic(specimen: &[Vec<u8>], at: u64) -> AuthenticDocument<'_> {
    AuthenticDocument::new(files(specimen), &trust(), at, &Limits::default()).unwrap().found().unwrap()
}

#[test]
fn what_a_state_signed_is_an_authentic_document() {
    let specimen = specimen();
    let document = authentic(&specimen, AT);
    assert_eq!(
        (document.mrz().number(), document.mrz().expiry().unwrap().to_string()),
        ("L898902C3", "2035-01-01".into())
    );
    assert_eq!(document.date_of_birth().unwrap().to_string(), "1974-08-12");
    assert_eq!(document.photo().digest(), Digest::of(&specimen[3]));
    assert!(!format!("{document:?}").contains("1974") && !format!("{:?}", document.chip()).contains("ERIKSSON"));
    let meets =
        |document: &AuthenticDocument<'_>, demand| document.photo().standing().meets(demand, document.photo().origin());
    let met = |document: &AuthenticDocument<'_>| {
        use DocumentDemand::{Authentic, Format, NotExpired, NotRevoked, Original};
        [Format, Authentic, Original, NotExpired, NotRevoked].map(|demand| meets(document, demand))
    };
    assert_eq!(met(&document), [true, true, false, true, false]);
    assert_eq!(met(&authentic(&specimen, EXPIRED)), [true, true, false, false, false]);
    assert_eq!(document.photo().standing().anchor(), Some(Digest::of(&file("chip/csca.der"))));
    // The same portrait, read alone.
    let alone = DocumentPhoto::from_dg2(&specimen[3], &Limits::default()).unwrap();
    assert!(!alone.standing().meets(DocumentDemand::Authentic, alone.origin()));
    assert_eq!(alone.standing().anchor(), None);
}

#[test]
fn what_nobody_signed_is_refused_with_its_reason() {
    let specimen = specimen();
    let limits = Limits::default();
    let refused = |files: ChipFiles<'_>, trust: &TrustStore| {
        AuthenticDocument::new(files, trust, AT, &limits).unwrap().refused().unwrap().reason()
    };
    assert_eq!(refused(files(&specimen), &TrustStore::default()), ChipReason::IssuerUnknown);
    assert_eq!(refused(files(&specimen[1..3]), &trust()), ChipReason::FileMissing);
    let other = selfsame::document::write_dg2(&[selfsame::document::NewFace::new(
        &file("../portraits/obama.jpg"),
        selfsame::document::ImageCoding::Jpeg,
        910,
        1137,
    )]);
    let mut swapped = specimen.clone();
    swapped[3] = other.unwrap();
    assert_eq!(refused(files(&swapped), &trust()), ChipReason::DigestMismatch);
    let mut broken = specimen.clone();
    broken[1].truncate(100);
    let error = AuthenticDocument::new(files(&broken), &trust(), AT, &limits).map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    // Neither key for it is among the files.
    let mut document = authentic(&specimen, AT);
    assert_eq!(document.answered(&[0; 8], &[0; 128]).unwrap().refused().unwrap().reason(), ChipReason::FileMissing);
    let begun = document.begin_agreement(&mut UnwrapErr(getrandom::SysRng)).unwrap();
    assert_eq!(begun.refused().unwrap().reason(), ChipReason::FileMissing);
}

/// A challenge that one process began, and another takes the answer to.
#[test]
fn a_challenge_is_kept_under_a_key_until_the_chip_has_answered() {
    let file =
        |name: &str| std::fs::read(format!("{}/chip/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let (sod, dg14, answer) =
        (file("agreement/ec-aes128/sod"), file("agreement/ec-aes128/dg14"), file("agreement/ec-aes128/answer"));
    let mut trust = TrustStore::default();
    trust.add_anchors(&file("pki/csca.der")).unwrap();
    let mut files = ChipFiles::default();
    files.add(&sod).unwrap();
    files.add(&dg14).unwrap();
    let document = selfsame_chip::authenticate(files, &trust, AT).unwrap();
    // The keys that the fixture's chip has answered to.
    let challenge = ChipChallenge::new(&document, &mut ChaCha20Rng::from_seed([7; 32])).unwrap();
    let rng = &mut UnwrapErr(getrandom::SysRng);
    let (key, next) = (SealKey::random(1, rng), SealKey::random(2, rng));
    let sealed = key.seal_challenge(&challenge, b"session", AT + 60, rng).unwrap();
    assert_eq!((sealed.expires_at, sealed.replaces), (AT + 60, None));
    assert!(!sealed.bytes.windows(8).any(|part| challenge.to_secret_bytes().windows(8).any(|other| part == other)));

    let open = |bytes: &[u8], keys: &[&SealKey], session: &[u8], at| {
        SealKey::open_challenge(bytes, keys.iter().copied(), session, at)
    };
    let opened = open(&sealed.bytes, &[&next, &key], b"session", AT).unwrap();
    assert_eq!(opened.command(), challenge.command());
    opened.verify(&document, &answer).unwrap();
    let error =
        |bytes: &[u8], keys: &[&SealKey], session: &[u8], at| open(bytes, keys, session, at).unwrap_err().kind();
    assert_eq!(error(&sealed.bytes, &[&next], b"session", AT), ErrorKind::Tampered);
    assert_eq!(error(&sealed.bytes, &[&key], b"another", AT), ErrorKind::Tampered);
    assert_eq!(error(&sealed.bytes, &[&key], b"session", AT + 60), ErrorKind::Expired);
    assert_eq!(error(&[0; 9000], &[&key], b"session", AT), ErrorKind::LimitExceeded);
    for position in 0..sealed.bytes.len() {
        let mut other = sealed.bytes.clone();
        other[position] ^= 1;
        assert!(open(&other, &[&key], b"session", AT).is_err(), "byte {position}");
    }
}

/// A ceremony that awaits the document of this number.
fn awaiting(names: &NameKey, number: &str, ctx: &mut Context<'_>) -> Awaiting<Document> {
    let document = DocumentKey::new(names, "UTO", number).unwrap();
    let session = SessionKey::new(names, &["device", number]);
    let begun = wait(Awaiting::begin(Kind::NewRegistration, Method::Biometrics, session, document, ctx)).unwrap();
    let application = Application { old_account: None, form: Digest::of(b"form") };
    match wait(begun.found().unwrap().submit(application, ctx)).unwrap() {
        Step::Next(document) => document,
        Step::Retry(..) | Step::Terminated(_) => panic!("the form is good"),
    }
}

#[test]
fn a_ceremony_takes_the_document_that_it_began_with_and_no_other() {
    let mut rng = UnwrapErr(getrandom::SysRng);
    let (log, registry, keys) = (MemoryAttemptLog::default(), MemoryRegistry::default(), MemoryKeyStore::new(&mut rng));
    let names = NameKey::random(&mut rng);
    let demands = [DocumentDemand::Authentic, DocumentDemand::NotExpired];
    let policy = demands.into_iter().fold(Policy::default(), Policy::with_document);
    let engine = Engine::builder().require(DocumentDemand::Authentic).build().unwrap();
    let specimen = specimen();

    let mut outcome = |number: &str, at, alone: bool| {
        let ctx = &mut Context { now: at, rng: &mut rng, policy: &policy, log: &log, registry: &registry, keys: &keys };
        let state = awaiting(&names, number, ctx);
        let binding = Binding::new(*state.nonce(), at, 120);
        let document = authentic(&specimen, at);
        let unproven = DocumentPhoto::from_dg2(&specimen[3], &Limits::default()).unwrap();
        let photo = if alone { &unproven } else { document.photo() };
        let evidence = engine.document_evidence(&binding, photo).unwrap().found().unwrap();
        let holder = DocumentHolder::of_chip(&document, &names).unwrap();
        assert!(holder.authenticated);
        match wait(state.read(&evidence, holder, ctx)).unwrap() {
            Step::Next(instructions) => {
                // Who vouched for the document is on record.
                let measure = instructions.audit().records.last().and_then(|record| record.measure.clone());
                let Some(AuditMeasure::Document { anchor, met, .. }) = measure else { panic!("{measure:?}") };
                assert_eq!((anchor, met.len()), (Some(Digest::of(&file("chip/csca.der"))), 3));
                Vec::new()
            }
            Step::Retry(_, reasons) => reasons,
            Step::Terminated(_) => panic!("it goes on"),
        }
    };
    assert_eq!(outcome("L898902C3", AT, false), []);
    assert_eq!(outcome("L898902C4", AT, false), [SetbackReason::OtherDocument]);
    assert_eq!(outcome("L898902C3", EXPIRED, false), [SetbackReason::DocumentExpired]);
    let both = [SetbackReason::DocumentNotAuthentic, SetbackReason::DocumentExpired];
    assert_eq!(outcome("L898902C3", AT, true), both);

    // The engine compares no other portrait.
    let document = authentic(&specimen, AT);
    let verdict = |photo: &DocumentPhoto| engine.verify(photo, document.photo().photo(), 1e-4).unwrap().verdict;
    assert_eq!(verdict(document.photo()).as_str(), "match");
    let alone = DocumentPhoto::from_dg2(&specimen[3], &Limits::default()).unwrap();
    assert_eq!(alone.origin(), Origin::Iso19794);
    assert_eq!(verdict(&alone).reasons()[0].to_string(), "document_not_authentic");
}
