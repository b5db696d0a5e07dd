//! Genuine chips of every algorithm are authentic, and no chip with one bit changed is.

use super::{AT, check, fixture, folders, trust};
use selfsame_chip::{ChipFiles, ChipRemark, TrustStore, authenticate};

/// The chip of one combination of algorithms.
struct Chip {
    name: String,
    sod: Vec<u8>,
    groups: [Vec<u8>; 2],
    trust: TrustStore,
}

fn chips() -> Vec<Chip> {
    let all = folders("chips").into_iter().map(|name| Chip {
        sod: fixture(&format!("chips/{name}/sod")),
        groups: [fixture("chips/dg1"), fixture("chips/dg2")],
        trust: trust(&[&format!("chips/{name}/anchor")]),
        name,
    });
    all.collect()
}

#[test]
fn genuine_chips_of_all_algorithms_are_authentic() {
    let chips = chips();
    assert_eq!(chips.len(), 29);
    for chip in &chips {
        let [dg1, dg2] = &chip.groups;
        let authentic = check(&[dg1, &chip.sod, dg2], &chip.trust).unwrap_or_else(|e| panic!("{}: {e}", chip.name));
        assert_eq!(authentic.mrz().unwrap().number(), "L898902C3");
        assert_eq!(authentic.groups().collect::<Vec<_>>(), [1, 2]);
        assert_eq!((authentic.links(), authentic.signer().country()), (0, Some(*b"UT")));
        let remarked = |remark: ChipRemark| authentic.remarks().contains(&remark);
        assert_eq!(remarked(ChipRemark::Sha1Signature), chip.name.ends_with("-sha1") && !chip.name.contains("mgf"));
        assert_eq!(remarked(ChipRemark::ExplicitCurve), chip.name.contains("explicit"));
        assert!(remarked(ChipRemark::StateUnknown) && !remarked(ChipRemark::NoSigningTime));
    }
}

/// Flips every `step`th bit of the security object, which holds the signer's certificate; returns
/// the places where the chip stayed authentic.
fn flips(chip: &Chip, step: usize) -> Vec<usize> {
    let mut sod = chip.sod.clone();
    let mut passed = Vec::new();
    for bit in (0..sod.len() * 8).step_by(step) {
        sod[bit / 8] ^= 1 << (bit % 8);
        let mut files = ChipFiles::default();
        let added = files.add(&sod).is_ok() && files.add(&chip.groups[0]).is_ok();
        if added && authenticate(files, &chip.trust, AT).is_ok() {
            passed.push(bit);
        }
        sod[bit / 8] ^= 1 << (bit % 8);
    }
    passed
}

/// The one bit that makes another name of the same algorithm: rsaEncryption and
/// sha1WithRSAEncryption are both names of PKCS #1 over SHA-1 in signed data (RFC 3370, section
/// 3.2), and the name is not signed.
fn is_other_name(chip: &Chip, bit: usize) -> bool {
    let name = b"\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01";
    chip.name == "rsa2048-sha1" && bit % 8 == 2 && chip.sod[..=bit / 8].ends_with(name)
}

#[test]
fn no_bit_of_a_security_object_can_be_changed() {
    for chip in chips() {
        // The ignored test below takes all.
        let step = if chip.name == "prime256v1-sha256" { 7 } else { 101 };
        let passed = flips(&chip, step);
        assert!(passed.iter().all(|bit| is_other_name(&chip, *bit)), "{}: {passed:?}", chip.name);
    }
}

#[test]
#[ignore = "minutes: every bit of every chip; .ci/run does it"]
fn no_bit_of_any_security_object_can_be_changed() {
    let all = chips();
    std::thread::scope(|scope| {
        for chip in &all {
            scope.spawn(move || {
                let passed = flips(chip, 1);
                assert!(passed.iter().all(|bit| is_other_name(chip, *bit)), "{}: {passed:?}", chip.name);
                println!("{}: {} bits, {} passed", chip.name, chip.sod.len() * 8, passed.len());
            });
        }
    });
}

#[test]
fn no_bit_of_a_data_group_can_be_changed() {
    for chip in chips() {
        for (i, group) in chip.groups.iter().enumerate() {
            let mut changed = group.clone();
            for bit in (0..group.len() * 8).step_by(if i == 0 { 7 } else { 1 }) {
                changed[bit / 8] ^= 1 << (bit % 8);
                assert!(check(&[&chip.sod, &changed], &chip.trust).is_err(), "{}: bit {bit} of DG{}", chip.name, i + 1);
                changed[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
}

#[test]
fn no_chip_is_anothers() {
    let chips = chips();
    for (i, chip) in chips.iter().enumerate() {
        let other = &chips[(i + 1) % chips.len()];
        // All have one name for their authority.
        let refused = check(&[&chip.sod, &chip.groups[0]], &other.trust).unwrap_err();
        assert_eq!(refused.reason().as_str(), "certificate_signature_invalid", "{}", chip.name);
    }
}
