//! Any bytes as a master list, and as a file of certificates and revocation lists in DER or PEM:
//! refused, or a list that counts only if its publisher signed it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use peak_alloc::PeakAlloc;
use selfsame_chip::{MasterList, TrustStore};
use std::sync::LazyLock;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const ANCHOR: &[u8] = include_bytes!("../../chip/tests/fixtures/pki/csca.der");
/// 1 January 2027.
const AT: u64 = 1_798_761_600;
/// Bytes that reading holds for each of the input, and beside that.
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
    if let Ok(list) = MasterList::read(bytes) {
        if list.verify(&TRUST, AT).is_ok() {
            // The one list that this authority's signer has signed.
            assert_eq!((list.certificates().len(), list.skipped()), (3, 0));
        }
        let mut trust = TrustStore::default();
        trust.add_master_list(&list);
        assert_eq!(trust.anchors().len(), list.certificates().len());
    }
    let mut trust = TrustStore::default();
    if let Ok(count) = trust.add_anchors(bytes) {
        assert_eq!(trust.anchors().len(), count);
    }
    let _ = (trust.add_links(bytes), trust.add_signers(bytes), trust.add_revocation_lists(bytes));
    let held = HEAP.peak_usage().saturating_sub(before);
    assert!(held <= HELD.0 * bytes.len() + HELD.1, "{held} bytes held");
});
