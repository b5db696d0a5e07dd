//! Any bytes as a gallery's file: refused, or searched.
//!
//! The input leaves out what is zero in every file: behind the first byte (whether checksums are
//! made right) are the header's 280 bytes, two counts of 32 bytes, and the records.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((sealed, bytes)) = bytes.split_first() else { return };
    let (header, rest) = bytes.split_at(bytes.len().min(280));
    let (commits, records) = rest.split_at(rest.len().min(64));
    let (first, second) = commits.split_at(commits.len().min(32));
    let mut file = header.to_vec();
    for (at, part) in [(512, first), (1024, second), (1536, records)] {
        if !part.is_empty() {
            file.resize(at, 0);
            file.extend(part);
        }
    }
    if !second.is_empty() && records.is_empty() {
        file.resize(1536, 0);
    }
    selfsame::fuzzing::search_gallery(&mut file, sealed % 2 == 1);
});
