//! Faults from outside: model files that are cut, swapped or changed under a running engine, memory
//! that is not there, sessions that are dropped half-way. The clock's and the generator's are
//! tested beside the ceremony and the challenges.

use super::frames::{bytes_left_by, without_blocks_over};
use super::verify::{engine, portrait};
use selfsame::capture::{CaptureOptions, CaptureSession};
use selfsame::engine::Engine;
use selfsame::enrol::memory::{MemoryAttemptLog, MemoryKeyStore, MemoryRegistry};
use selfsame::enrol::{
    Awaiting, Ceremony, Context, DocumentKey, Kind, Method, NameKey, Policy, SealKey, SessionKey, wait,
};
use selfsame::error::ErrorKind;
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Limits, Photo, warp_rgb8};
use selfsame::model::{Backend, Model, ModelSource, Task};
use selfsame::outcome::Outcome;
use std::path::{Path, PathBuf};

const CARD: &str = "tests/data/tiny_template.toml";
const NETWORK: &str = "tests/data/tiny_template.onnx";

/// A card with its network, in a folder of their own.
fn files(card: &str, network: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let (folder, root) = (tempfile::tempdir().unwrap(), Path::new(env!("CARGO_MANIFEST_DIR")));
    let copied = [card, network].map(|file| {
        let to = folder.path().join(Path::new(file).file_name().unwrap());
        std::fs::copy(root.join(file), &to).unwrap();
        to
    });
    let [card, network] = copied;
    (folder, card, network)
}

fn load(card: &Path) -> Result<(), ErrorKind> {
    let source = ModelSource::Card(card.to_owned());
    Model::load(Task::Template, &source, &Backend::Native).map(|_| ()).map_err(|e| e.kind())
}

#[test]
fn a_model_file_that_is_not_the_cards_is_refused() {
    let (_folder, card, network) = files(CARD, NETWORK);
    assert_eq!(load(&card), Ok(()));
    let whole = std::fs::read(&network).unwrap();
    for len in [0, 1, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&network, &whole[..len]).unwrap();
        assert_eq!(load(&card), Err(ErrorKind::InvalidModel), "cut to {len} bytes");
    }
    let mut changed = whole.clone();
    for at in [0, whole.len() / 3, whole.len() - 1] {
        changed[at] ^= 1;
        std::fs::write(&network, &changed).unwrap();
        assert_eq!(load(&card), Err(ErrorKind::InvalidModel), "a bit of byte {at}");
        changed[at] ^= 1;
    }
    std::fs::write(&network, [&whole[..], b"x"].concat()).unwrap();
    assert_eq!(load(&card), Err(ErrorKind::InvalidModel), "longer");
    std::fs::remove_file(&network).unwrap();
    assert_eq!(load(&card), Err(ErrorKind::Io));
    // A network that its card describes and that is no network.
    std::fs::write(&network, b"no network").unwrap();
    let digest: String = {
        use sha2::Digest;
        sha2::Sha256::digest(b"no network").iter().map(|b| format!("{b:02x}")).collect()
    };
    let text = std::fs::read_to_string(&card).unwrap();
    let parsed: toml::Table = text.parse().unwrap();
    let (sha256, bytes) = (parsed["sha256"].as_str().unwrap(), parsed["bytes"].as_integer().unwrap());
    let described = text.replacen(sha256, &digest, 1).replacen(&format!("bytes = {bytes}"), "bytes = 10", 1);
    std::fs::write(&card, described).unwrap();
    assert_eq!(load(&card), Err(ErrorKind::InvalidModel), "described, and still no network");
}

/// Found by reading: a card was read up to a model's limit of 1 GiB before its own was looked at.
#[test]
fn a_card_is_read_no_further_than_a_card_can_be() {
    let (_folder, card, _) = files(CARD, NETWORK);
    let long = " ".repeat((1 << 20) + 1);
    std::fs::write(&card, &long).unwrap();
    assert_eq!(load(&card), Err(ErrorKind::LimitExceeded));
    std::fs::File::create(&card).unwrap().set_len(1 << 30).unwrap();
    assert_eq!(without_blocks_over(8 << 20, || load(&card)), Err(ErrorKind::LimitExceeded));
}

#[test]
fn a_running_engine_does_not_notice_that_its_files_change() {
    let (_folder, card, network) = files("models/template.toml", "models/template.onnx");
    let engine = Engine::builder().template(ModelSource::Card(card.clone())).build().unwrap();
    let photo = portrait("obama.jpg");
    let magnitude = || match engine.face(&photo.frame()).unwrap() {
        Outcome::Found(face) => face.template.magnitudes()[0].to_bits(),
        Outcome::Refused(reasons) => panic!("{reasons:?}"),
    };
    let before = magnitude();
    let file = std::fs::OpenOptions::new().write(true).open(&network).unwrap();
    file.set_len(100).unwrap();
    assert_eq!(magnitude(), before, "cut");
    std::fs::write(&network, b"another").unwrap();
    std::fs::remove_file(&card).unwrap();
    assert_eq!(magnitude(), before, "swapped");
}

#[test]
fn memory_that_is_not_there_is_an_error_where_a_picture_asks_for_it() {
    let photo = Photo::from_rgb8(8, 8, vec![7; 192]).unwrap();
    let source_from_target = Similarity::new(0.001, 0.0, Point::default()).unwrap();
    let crop = Crop { width: 4096, height: 4096, source_from_target, border: Border::Replicate };
    let kind =
        |limit| without_blocks_over(limit, || warp_rgb8(&photo.frame(), &crop).map(|_| ()).map_err(|e| e.kind()));
    assert_eq!(kind(1 << 20), Err(ErrorKind::LimitExceeded));
    assert_eq!(kind(1 << 30), Ok(()), "and the thread goes on");
    // What a file states costs nothing before its limits are looked at.
    let mut header = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/palette.png")).unwrap();
    header[16..24].copy_from_slice(&[0, 0, 0x3F, 0xFF, 0, 0, 0x3F, 0xFF]);
    let decoded = without_blocks_over(4 << 20, || Photo::decode(&header, &Limits::default()).map_err(|e| e.kind()));
    assert!(decoded.is_err());
}

#[test]
fn sessions_that_are_dropped_half_way_leave_nothing() {
    let (engine, photo) = (engine(), portrait("obama2.jpg"));
    let capture = || {
        let mut session = CaptureSession::new(CaptureOptions::default()).unwrap();
        for i in 0..3 {
            let _ = engine.guide(&mut session, &photo.frame(), i * 200_000).unwrap();
        }
    };
    let ceremony = || {
        let mut rng = getrandom::rand_core::UnwrapErr(getrandom::SysRng);
        let (policy, log, registry) = (Policy::default(), MemoryAttemptLog::default(), MemoryRegistry::default());
        let (keys, key) = (MemoryKeyStore::new(&mut rng), SealKey::from_bytes(1, &[1; 32]));
        let ctx = &mut Context { now: 9, rng: &mut rng, policy: &policy, log: &log, registry: &registry, keys: &keys };
        let names = NameKey::from_bytes(&[1; 32]);
        let (session, document) = (SessionKey::new(&names, &["1"]), DocumentKey::new(&names, "UTO", "1").unwrap());
        let begun = wait(Awaiting::begin(Kind::NewRegistration, Method::Biometrics, session, document, ctx)).unwrap();
        let sealed = Ceremony::from(begun.found().unwrap()).seal(&key, b"", 60, ctx).unwrap();
        drop(Ceremony::open(&sealed.bytes, [&key], b"", 9).unwrap());
    };
    let work = || {
        capture();
        ceremony();
    };
    work();
    work();
    assert_eq!(bytes_left_by(|| (0..5).for_each(|_| work())), 0);
}
