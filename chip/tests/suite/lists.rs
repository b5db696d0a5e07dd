//! Links, revocation lists and master lists.

use super::{AT, check, check_at, fixture, trust};
use selfsame_chip::{Certificate, ChipReason, MasterList, Revocation, RevocationList, TrustStore};

#[test]
fn a_link_leads_from_the_next_key_to_the_anchor() {
    let (sod, dg1) = (fixture("pki/sod-following"), fixture("pki/dg1"));
    let mut trust = trust(&["pki/csca.der"]);
    assert_eq!(check(&[&sod, &dg1], &trust).unwrap_err().reason(), ChipReason::IssuerUnknown);
    trust.add_links(&fixture("pki/link.der")).unwrap();
    let authentic = check(&[&sod, &dg1], &trust).unwrap();
    assert_eq!((authentic.links(), authentic.anchor().as_der()), (1, &fixture("pki/csca.der")[..]));
    // Nobody is trusted for being a link, whatever it says of itself.
    let mut trust = TrustStore::default();
    trust.add_links(&fixture("pki/link.der")).unwrap();
    trust.add_links(&fixture("pki/following.der")).unwrap();
    trust.add_links(&fixture("pki/csca.der")).unwrap();
    assert_eq!(check(&[&sod, &dg1], &trust).unwrap_err().reason(), ChipReason::IssuerUnknown);
}

#[test]
fn who_was_revoked_is_refused() {
    let dg1 = fixture("pki/dg1");
    let outcome = |sod: &str, lists: &[&str], at| {
        let mut trust = trust(&["pki/csca.der"]);
        for list in lists {
            assert_eq!(trust.add_revocation_lists(&fixture(list)).unwrap(), 1);
        }
        check_at(&[&fixture(sod), &dg1], &trust, at).map(|a| a.revocation()).map_err(|error| error.reason())
    };
    // 1 July 2026, within the lists' year.
    let within = 1_782_864_000;
    assert_eq!(outcome("pki/sod-good", &[], within), Ok(Revocation::Unknown));
    assert_eq!(outcome("pki/sod-good", &["pki/crl-revoked.der"], within), Ok(Revocation::NotRevoked));
    assert_eq!(outcome("pki/sod-good", &["pki/crl-old.der"], within), Ok(Revocation::Outdated));
    assert_eq!(outcome("pki/sod-good", &["pki/crl-old.der", "pki/crl-empty.der"], within), Ok(Revocation::NotRevoked));
    assert_eq!(outcome("pki/sod-good", &["pki/crl-empty.der"], AT + 1), Ok(Revocation::Outdated));
    // A list by a stranger of the same name says nothing.
    assert_eq!(outcome("pki/sod-good", &["pki/crl-foreign.der"], within), Ok(Revocation::Unknown));
    assert_eq!(outcome("pki/sod-revoked", &["pki/crl-empty.der"], within), Ok(Revocation::NotRevoked));
    for lists in [&["pki/crl-revoked.der"][..], &["pki/crl-empty.der", "pki/crl-revoked.der"]] {
        assert_eq!(outcome("pki/sod-revoked", lists, within), Err(ChipReason::SignerRevoked));
    }
    // An old list counts for whom it names.
    assert_eq!(outcome("pki/sod-revoked", &["pki/crl-revoked.der"], AT + 9_999_999), Err(ChipReason::SignerRevoked));
}

#[test]
fn master_lists_are_verified_or_taken_as_they_are() {
    let bytes = fixture("pki/masterlist-good.ml");
    let list = MasterList::read(&bytes).unwrap();
    assert_eq!((list.certificates().len(), list.skipped()), (3, 0));
    list.verify(&trust(&["pki/csca.der"]), AT).unwrap();
    let reason = |list: &MasterList, anchor: &str| list.verify(&trust(&[anchor]), AT).unwrap_err().reason();
    assert_eq!(reason(&list, "pki/other.der"), ChipReason::IssuerUnknown);
    assert_eq!(reason(&list, "pki/same-name.der"), ChipReason::CertificateSignatureInvalid);
    let wrong = MasterList::read(&fixture("pki/masterlist-wrong-usage.ml")).unwrap();
    assert_eq!(reason(&wrong, "pki/csca.der"), ChipReason::SignerUsage);

    let mut trust = TrustStore::default();
    trust.add_master_list(&list);
    let (sod, dg1) = (fixture("pki/sod-following"), fixture("pki/dg1"));
    assert_eq!(check(&[&sod, &dg1], &trust).unwrap().links(), 0);

    assert_eq!(MasterList::read(&sod[4..]).unwrap_err().reason(), ChipReason::OtherContent);
}

#[test]
fn no_bit_of_a_master_list_can_be_changed() {
    let mut bytes = fixture("pki/masterlist-good.ml");
    let trust = trust(&["pki/csca.der"]);
    // The publisher's authority lies beside the signed list; nothing rests on that copy.
    let beside = fixture("pki/csca.der");
    let places: Vec<_> = (0..bytes.len() - beside.len()).filter(|at| bytes[*at..].starts_with(&beside)).collect();
    let unsigned = *places.last().unwrap()..places.last().unwrap() + beside.len();
    for bit in (0..bytes.len() * 8).step_by(13).filter(|bit| !unsigned.contains(&(bit / 8))) {
        bytes[bit / 8] ^= 1 << (bit % 8);
        let verified = MasterList::read(&bytes).and_then(|list| list.verify(&trust, AT));
        assert!(verified.is_err(), "bit {bit}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn anchors_are_read_from_both_encodings() {
    let mut trust = TrustStore::default();
    assert_eq!(trust.add_anchors(&fixture("pki/anchors.pem")).unwrap(), 2);
    assert_eq!(trust.anchors()[0].as_der(), fixture("pki/csca.der"));
    assert!(trust.add_anchors(b"not a certificate").is_err());
    let anchor = &trust.anchors()[1];
    assert_eq!((anchor.country(), anchor.not_before()), (Some(*b"XA"), 1_577_836_800));
    assert_eq!(format!("{anchor:?}").split(',').next(), Some("Certificate { country: Some(\"XA\")"));
    assert!(RevocationList::from_der(&fixture("pki/csca.der")).is_err());
    assert!(Certificate::from_der(&fixture("pki/crl-empty.der")).is_err());
}
