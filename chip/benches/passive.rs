//! Passive authentication of a small chip, by its algorithm: reading the security object, its
//! signature, and the signer's certificate up to the anchor.
#![allow(missing_docs, clippy::unwrap_used)]

use criterion::{Criterion, criterion_group, criterion_main};
use selfsame_chip::{ChipFiles, TrustStore, authenticate};
use std::hint::black_box;
use std::path::Path;

const ALGORITHMS: [&str; 9] = [
    "rsa2048-sha256",
    "rsa4096-sha512",
    "pss2048-sha256",
    "prime256v1-sha256",
    "brainpoolP256r1-sha256",
    "secp384r1-sha384",
    "brainpoolP512r1-sha512",
    "secp521r1-sha512",
    "secp521r1-explicit-sha512",
];

fn passive(c: &mut Criterion) {
    let mut group = c.benchmark_group("passive");
    for name in ALGORITHMS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/chips");
        let sod = std::fs::read(folder.join(name).join("sod")).unwrap();
        let dg1 = std::fs::read(folder.join("dg1")).unwrap();
        let mut trust = TrustStore::default();
        trust.add_anchors(&std::fs::read(folder.join(name).join("anchor")).unwrap()).unwrap();
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut files = ChipFiles::default();
                files.add(black_box(&sod)).unwrap();
                files.add(&dg1).unwrap();
                // 1 January 2027.
                authenticate(files, &trust, 1_798_761_600).unwrap()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, passive);
criterion_main!(benches);
