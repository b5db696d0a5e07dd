//! Any bytes as a sealed ceremony, and as the state inside one that the right key sealed: refused,
//! or a state that is the same after it was sealed and opened again, and that can be asked
//! everything.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame::enrol::{Ceremony, SealKey};
use selfsame::error::ErrorKind;

fuzz_target!(|bytes: &[u8]| {
    let error = Ceremony::open(bytes, [&SealKey::from_bytes(5, &[5; 32])], b"", 0).expect_err("sealed by chance");
    assert!(matches!(
        error.kind(),
        ErrorKind::UnsupportedFormat | ErrorKind::UnsupportedVersion | ErrorKind::Corrupt | ErrorKind::Tampered
    ));
    selfsame::fuzzing::open_state(bytes);
});
