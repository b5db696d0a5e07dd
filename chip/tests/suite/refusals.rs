//! Every cause has a reason of its own.

use super::{AT, check, check_at, fixture, trust};
use selfsame_chip::{ChipFile, ChipReason, ChipRemark, Error, TrustStore};

fn refused(sod: &str, group: &str, trust: &TrustStore) -> Error {
    check(&[&fixture(sod), &fixture(group)], trust).expect_err(sod)
}

#[test]
fn each_cause_has_its_reason() {
    let csca = "pki/csca.der";
    let table: [(&str, &[&str], ChipReason); 12] = [
        ("expired", &[csca], ChipReason::SignerExpired),
        ("early", &[csca], ChipReason::SignerNotYetValid),
        ("encipher", &[csca], ChipReason::SignerUsage),
        ("server", &[csca], ChipReason::SignerUsage),
        ("foreign", &["pki/other.der"], ChipReason::OtherCountry),
        ("foreign", &[csca], ChipReason::IssuerUnknown),
        ("late", &["pki/ended.der"], ChipReason::IssuedOutsideValidity),
        ("no-issuer", &["pki/no-authority.der"], ChipReason::IssuerUsage),
        ("good", &[], ChipReason::IssuerUnknown),
        ("good", &["pki/other.der"], ChipReason::IssuerUnknown),
        ("good", &["pki/same-name.der"], ChipReason::CertificateSignatureInvalid),
        ("other-content", &[csca], ChipReason::OtherContent),
    ];
    for (name, anchors, reason) in table {
        let error = refused(&format!("pki/sod-{name}"), "pki/dg1", &trust(anchors));
        assert_eq!((error.reason(), error.file()), (reason, Some(ChipFile::Sod)), "{name}: {error}");
    }
}

#[test]
fn data_groups_have_to_be_those_that_were_signed() {
    let trust = trust(&["pki/csca.der"]);
    let (sod, dg1, dg2) = (fixture("pki/sod-good"), fixture("pki/dg1"), fixture("pki/dg2"));
    let reason = |files: &[&[u8]]| check(files, &trust).map(|_| ()).map_err(|error| (error.reason(), error.file()));
    assert_eq!(reason(&[&sod, &dg1, &dg2]), Ok(()));
    assert_eq!(reason(&[&sod, &dg1]), Ok(()));
    assert_eq!(reason(&[&sod]), Err((ChipReason::FileMissing, None)));
    assert_eq!(reason(&[&dg1]), Err((ChipReason::FileMissing, Some(ChipFile::Sod))));
    assert_eq!(reason(&[&sod, &dg1, &dg1]), Err((ChipReason::FileTwice, Some(ChipFile::Dg(1)))));
    // One that the security object does not know, and one of another document.
    assert_eq!(reason(&[&sod, &[0x63, 1, 7]]), Err((ChipReason::DigestMissing, Some(ChipFile::Dg(3)))));
    let other = fixture("pki/dg1-german");
    assert_eq!(reason(&[&sod, &other]), Err((ChipReason::DigestMismatch, Some(ChipFile::Dg(1)))));
    assert_eq!(reason(&[&sod, b"\x75\x05other"]), Err((ChipReason::DigestMismatch, Some(ChipFile::Dg(2)))));
    // A German document that Utopia signed.
    let german = refused("pki/sod-german", "pki/dg1-german", &trust);
    assert_eq!((german.reason(), german.file()), (ChipReason::OtherState, Some(ChipFile::Dg(1))));
}

#[test]
fn content_and_signature_are_told_apart() {
    let trust = trust(&["pki/csca.der"]);
    let (sod, dg1) = (fixture("pki/sod-good"), fixture("pki/dg1"));
    let changed = |at: usize| {
        let mut sod = sod.clone();
        sod[at] ^= 1;
        check(&[&sod, &dg1], &trust).unwrap_err().reason()
    };
    // A digest within the content.
    let digest = sod.windows(3).position(|bytes| bytes == [2, 1, 1]).unwrap() + 6;
    assert_eq!(changed(digest), ChipReason::ContentChanged);
    // The signature's last byte.
    assert_eq!(changed(sod.len() - 1), ChipReason::SignatureInvalid);
}

#[test]
fn a_signer_may_be_known_to_the_caller() {
    let mut trust = trust(&["pki/csca.der"]);
    let error = refused("pki/sod-no-certificate", "pki/dg1", &trust);
    assert_eq!(error.reason(), ChipReason::SignerMissing);
    trust.add_signers(&fixture("pki/good.der")).unwrap();
    assert!(check(&[&fixture("pki/sod-no-certificate"), &fixture("pki/dg1")], &trust).is_ok());
}

#[test]
fn what_documents_have_is_put_up_with_and_told() {
    let trust = trust(&["pki/csca.der"]);
    let dg1 = fixture("pki/dg1");
    let remarks = |sod: &[u8], dg1: &[u8]| check(&[sod, dg1], &trust).unwrap().remarks().to_vec();
    assert_eq!(remarks(&fixture("pki/sod-good"), &dg1), [ChipRemark::StateUnknown]);
    assert_eq!(remarks(&fixture("pki/sod-indefinite"), &dg1), [ChipRemark::StateUnknown]);
    assert_eq!(remarks(&fixture("pki/sod-no-attributes"), &dg1), [ChipRemark::StateUnknown, ChipRemark::NoSigningTime]);
    let padded = |bytes: Vec<u8>| [&bytes[..], &[0; 9]].concat();
    let both = remarks(&padded(fixture("pki/sod-good")), &padded(dg1.clone()));
    assert_eq!(both[..2], [ChipRemark::Padding(ChipFile::Sod), ChipRemark::Padding(ChipFile::Dg(1))]);
    // EF.COM lists data group 2 alone.
    let com = [0x60, 0x04, 0x5C, 0x02, 0x61, 0x76];
    let sod = fixture("pki/sod-good");
    assert!(check(&[&com, &sod, &dg1], &trust).unwrap().remarks().contains(&ChipRemark::OtherList));
    let com = [0x60, 0x04, 0x5C, 0x02, 0x75, 0x61];
    assert!(!check(&[&com, &sod, &dg1], &trust).unwrap().remarks().contains(&ChipRemark::OtherList));
}

#[test]
fn validity_is_the_signers_and_counts_to_the_second() {
    let trust = trust(&["pki/csca.der"]);
    let (sod, dg1) = (fixture("pki/sod-good"), fixture("pki/dg1"));
    let at = |time| check_at(&[&sod, &dg1], &trust, time).map(|_| ()).map_err(|error| error.reason());
    // 1 January 2020 and 2040.
    assert_eq!(at(1_577_836_799), Err(ChipReason::SignerNotYetValid));
    assert_eq!(at(1_577_836_800), Ok(()));
    assert_eq!(at(AT), Ok(()));
    assert_eq!(at(2_208_988_800), Ok(()));
    assert_eq!(at(2_208_988_801), Err(ChipReason::SignerExpired));
}
