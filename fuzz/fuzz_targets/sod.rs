//! Any bytes as a chip's security object, and as the other files and objects around it: refused, or
//! the genuine security object of the fixture, whose signer's certificate leads to the anchor. What
//! is held stays within some multiples of the input.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;
use selfsame_chip::{
    ActiveKey, Certificate, ChipFiles, CommonData, DocumentDetails, PersonalDetails, RevocationList, SecurityInfos,
    TrustStore, authenticate, emergency_contacts, verify_active,
};
use std::sync::LazyLock;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const ANCHOR: &[u8] = include_bytes!("../../chip/tests/fixtures/pki/csca.der");
const DG1: &[u8] = include_bytes!("../../chip/tests/fixtures/pki/dg1");
/// 1 January 2027.
const AT: u64 = 1_798_761_600;
/// Bytes that reading holds for each of the input, and beside that: levels that are rewritten, keys
/// and names that are kept, and the tables of a curve.
const HELD: (usize, usize) = (64, 1 << 20);

static TRUST: LazyLock<TrustStore> = LazyLock::new(|| {
    let mut trust = TrustStore::default();
    trust.add_anchors(ANCHOR).expect("the anchor is a certificate");
    trust
});

fuzz_target!(|bytes: &[u8]| {
    LazyLock::force(&TRUST);
    let before = HEAP.current_usage();
    HEAP.reset_peak_usage();
    let mut files = ChipFiles::default();
    if files.add(bytes).is_ok() && files.add(DG1).is_ok() {
        if let Ok(document) = authenticate(files, &TRUST, AT) {
            // Whatever lies around it, what was signed is what the state signed.
            assert_eq!(document.mrz().expect("it was read").number(), "L898902C3");
            assert_eq!((document.signer().country(), document.anchor().as_der()), (Some(*b"UT"), ANCHOR));
            assert!(verify_active(&document, &[0; 8], bytes).is_err());
        }
    }
    let _ = (Certificate::from_der(bytes), RevocationList::from_der(bytes), CommonData::read(bytes));
    let _ = (SecurityInfos::read(bytes), ActiveKey::read(bytes), emergency_contacts(bytes));
    let _ = (PersonalDetails::read(bytes).map(|d| d.date_of_birth()), DocumentDetails::read(bytes));
    let held = HEAP.peak_usage().saturating_sub(before);
    assert!(held <= HELD.0 * bytes.len() + HELD.1, "{held} bytes held");
});
