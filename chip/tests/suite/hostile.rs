//! Bytes of strangers: an error, and nothing worse.

use super::{AT, check, fixture, folders, trust};
use selfsame_chip::{
    ActiveKey, Certificate, ChipFile, CommonData, DataGroup1, DocumentDetails, MasterList, PersonalDetails,
    RevocationList, SecurityInfos, emergency_contacts,
};

/// Everything that takes bytes.
fn all(bytes: &[u8]) {
    let _ = Certificate::from_der(bytes);
    let _ = RevocationList::from_der(bytes);
    let _ = MasterList::read(bytes).and_then(|list| list.verify(&trust(&["pki/csca.der"]), AT));
    let _ = (CommonData::read(bytes), DataGroup1::read(bytes), ActiveKey::read(bytes), SecurityInfos::read(bytes));
    let _ =
        (PersonalDetails::read(bytes), DocumentDetails::read(bytes), emergency_contacts(bytes), ChipFile::of(bytes));
    let _ = check(&[bytes, &fixture("pki/dg1")], &trust(&["pki/csca.der"]));
}

#[test]
fn files_cut_anywhere_are_refused() {
    let mut names = vec!["pki/sod-good".to_owned(), "pki/link.der".to_owned(), "pki/crl-revoked.der".to_owned()];
    names.extend(folders("active").iter().map(|name| format!("active/{name}/dg15")));
    names.extend(folders("agreement").iter().map(|name| format!("agreement/{name}/dg14")));
    for name in names {
        let file = fixture(&name);
        for cut in 0..file.len() {
            all(&file[..cut]);
            let mut longer = file.clone();
            longer.insert(cut, 0x30);
            all(&longer);
        }
    }
}

#[test]
fn deep_and_long_nests_are_refused_at_once() {
    for tag in [0x77, 0x30, 0x24, 0xA0] {
        // Indefinite, and nested a hundred thousand deep.
        all(&[tag, 0x80].repeat(100_000));
        let mut nested = Vec::new();
        for _ in 0..200 {
            nested = [&[tag, 0x83][..], &(nested.len() as u32).to_be_bytes()[1..], &nested].concat();
        }
        all(&nested);
    }
    all(&[0; 4096]);
    all(&[0xFF; 4096]);
    all(&[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]);
    all(&[0x77, 0x84, 0x7F, 0xFF, 0xFF, 0xFF]);
}
