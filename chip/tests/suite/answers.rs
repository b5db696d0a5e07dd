//! Chips answer challenges; copies do not.

use super::{check, fixture, folders, trust};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use selfsame_chip::{
    ActiveKey, ChipChallenge, ChipFiles, ChipReason, SecurityInfo, SecurityInfos, authenticate, verify_active,
};

const CHALLENGE: [u8; 8] = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF];

#[test]
fn a_chip_signs_a_challenge() {
    for name in folders("active") {
        let file = |file: &str| fixture(&format!("active/{name}/{file}"));
        let (sod, dg15, answer) = (file("sod"), file("dg15"), file("answer"));
        let dg14 = name.starts_with("ec").then(|| file("dg14"));
        let mut files: Vec<&[u8]> = vec![&sod, &dg15];
        files.extend(dg14.as_deref());
        let document = check(&files, &trust(&["pki/csca.der"])).unwrap();
        verify_active(&document, &CHALLENGE, &answer).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(ActiveKey::read(&dg15).unwrap().is_elliptic(), name.starts_with("ec"));

        let reason = |challenge, answer: &[u8]| verify_active(&document, challenge, answer).unwrap_err().reason();
        assert_eq!(reason(&[0; 8], &answer), ChipReason::AnswerInvalid);
        for bit in 0..answer.len() * 8 {
            let mut other = answer.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(reason(&CHALLENGE, &other), ChipReason::AnswerInvalid, "{name}: bit {bit}");
        }
        for bad in [&[][..], &[0; 64], &[0xFF; 128], &[0xFF; 5000]] {
            assert_eq!(reason(&CHALLENGE, bad), ChipReason::AnswerInvalid, "{name}");
        }
    }
}

#[test]
fn without_authentic_keys_there_is_no_proof() {
    let document = |files: &[&str]| {
        let files: Vec<_> = files.iter().map(|name| fixture(name)).collect();
        let leaked: Vec<&'static [u8]> = files.into_iter().map(|file| &*file.leak()).collect();
        check(&leaked, &trust(&["pki/csca.der"])).unwrap()
    };
    let plain = document(&["pki/sod-good", "pki/dg1"]);
    assert_eq!(verify_active(&plain, &CHALLENGE, &[0; 128]).unwrap_err().reason(), ChipReason::FileMissing);
    let rng = &mut ChaCha20Rng::from_seed([1; 32]);
    assert_eq!(ChipChallenge::new(&plain, rng).unwrap_err().reason(), ChipReason::FileMissing);
    // Data group 14 of an elliptic curve names the hash: without it nothing can be checked.
    let half = document(&["active/ec-sha256/sod", "active/ec-sha256/dg15"]);
    assert_eq!(verify_active(&half, &CHALLENGE, &[0; 64]).unwrap_err().reason(), ChipReason::FileMissing);
    let other = document(&["active/ec-sha256/sod", "active/ec-sha256/dg14"]);
    assert_eq!(ChipChallenge::new(&other, rng).unwrap_err().reason(), ChipReason::KeyMissing);
}

/// The chip's side of chip authentication, as `openssl` and the standard's words have it, is in
/// `tests/fixtures/play.py`; what it answered to the keys that this seed draws is committed.
#[test]
fn a_chip_agrees_on_keys() {
    for name in folders("agreement") {
        let file = |file: &str| fixture(&format!("agreement/{name}/{file}"));
        let (sod, dg14) = (file("sod"), file("dg14"));
        let mut files = ChipFiles::default();
        files.add(&sod).unwrap();
        files.add(&dg14).unwrap();
        let document = authenticate(files, &trust(&["pki/csca.der"]), super::AT).unwrap();
        let begin = |seed| ChipChallenge::new(&document, &mut ChaCha20Rng::from_seed([seed; 32])).unwrap();
        let challenge = begin(7);
        if std::env::var_os("SELFSAME_WRITE_CHALLENGES").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/agreement");
            std::fs::write(format!("{folder}/{name}/public"), challenge.public_key()).unwrap();
            std::fs::write(format!("{folder}/{name}/command"), challenge.command()).unwrap();
            continue;
        }
        assert_eq!(challenge.public_key(), file("public"), "{name}");
        assert_eq!(challenge.command(), file("command"), "{name}");
        assert_eq!((challenge.key_id(), challenge.protocol().len()), (Some(1), 10));
        assert!(!format!("{challenge:?}").contains("key:"));
        let answer = file("answer");
        challenge.verify(&document, &answer).unwrap_or_else(|error| panic!("{name}: {error}"));
        begin(7).verify(&document, &[&answer[..], &[0x90, 0x00]].concat()).unwrap();

        // Kept as bytes, and gone on with elsewhere.
        let kept = begin(7).to_secret_bytes();
        let resumed = ChipChallenge::from_secret_bytes(&kept).unwrap();
        assert_eq!(resumed.command(), file("command"));
        assert_eq!(resumed.to_secret_bytes(), kept);
        resumed.verify(&document, &answer).unwrap();
        for len in 0..kept.len() {
            let error = ChipChallenge::from_secret_bytes(&kept[..len]).unwrap_err();
            assert_eq!(error.reason(), ChipReason::Malformed);
        }
        assert!(ChipChallenge::from_secret_bytes(&[&kept[..], &[0]].concat()).is_err());

        let reason = |seed, answer: &[u8]| begin(seed).verify(&document, answer).unwrap_err().reason();
        // To other keys, it is no answer.
        assert_eq!(reason(8, &answer), ChipReason::AnswerInvalid);
        for bit in 0..answer.len() * 8 {
            let mut other = answer.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(reason(7, &other), ChipReason::AnswerInvalid, "{name}: bit {bit}");
        }
        for bad in [&[][..], &[0x90, 0x00], &[0x8E, 0x00], &[0x99, 2, 0x90, 0, 0x8E, 0], &[0xFF; 5000]] {
            assert_eq!(reason(7, bad), ChipReason::AnswerInvalid, "{name}");
        }
        let infos = SecurityInfos::read(&dg14).unwrap();
        let elliptic = name.starts_with("ec");
        assert!(matches!(infos.entries()[0], SecurityInfo::ChipKey { id: Some(1), elliptic: e } if e == elliptic));
    }
}
