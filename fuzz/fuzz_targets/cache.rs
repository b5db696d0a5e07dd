//! Any bytes as a cache of templates behind a right header and a right checksum: an error, or a
//! cache that can be written and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame::model::{Backend, EnsembleCard};
use selfsame_fuzz::evaluate::{CacheKey, FaceChoice, TemplateCache};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Bytes of magic and key.
const FIRST: usize = 52;

static KEY: LazyLock<CacheKey> = LazyLock::new(|| {
    let card = EnsembleCard::parse(include_str!("../../models/fast.toml")).expect("a valid card");
    CacheKey::new(&card, &[], &Backend::Native, &Default::default(), FaceChoice::Central, None)
});

fuzz_target!(|bytes: &[u8]| {
    assert!(TemplateCache::decode(bytes, KEY.clone()).is_err(), "a checksum by chance");
    let mut file = TemplateCache::new(KEY.clone()).encode().expect("an empty cache")[..FIRST].to_vec();
    file.extend_from_slice(bytes);
    let sum = Sha256::digest(&file);
    file.extend_from_slice(&sum);
    let Ok(cache) = TemplateCache::decode(&file, KEY.clone()) else { return };
    let again = cache.encode().expect("what was read can be written");
    let back = TemplateCache::decode(&again, KEY.clone()).expect("what was written can be read");
    assert!(back.len() == cache.len() && back.encode().is_ok_and(|bytes| bytes == again), "{cache:?}");
});
