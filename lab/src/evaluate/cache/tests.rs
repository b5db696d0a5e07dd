use super::*;
use crate::evaluate::FaceChoice;
use proptest::prelude::*;
use selfsame::model::{Backend, EnsembleCard};
use selfsame::template::ExtractOptions;

pub(in crate::evaluate) fn key() -> CacheKey {
    keyed(FaceChoice::Central)
}

fn keyed(choice: FaceChoice) -> CacheKey {
    let card = EnsembleCard::parse(include_str!("../../../../models/fast.toml")).unwrap();
    CacheKey::new(&card, &[], &Backend::Native, &ExtractOptions::default(), choice, None)
}

pub(in crate::evaluate) fn template(values: &[f32]) -> Template {
    Template::from_embedding(values, key().model_id().into()).unwrap()
}

fn sample() -> TemplateCache {
    let mut cache = TemplateCache::new(key());
    cache.insert([1; 32], Some(template(&[1.0, 2.0, -3.0])));
    cache.insert([2; 32], None);
    cache
}

#[test]
fn templates_of_other_kinds_are_left_out() {
    let mut cache = sample();
    cache.insert([3; 32], Some(Template::from_embedding(&[1.0, 0.0, 0.0], "other".into()).unwrap()));
    cache.insert([4; 32], Some(template(&[1.0, 0.0])));
    assert_eq!(cache.len(), 2);
    assert!(cache.get(&[3; 32]).is_none() && cache.get(&[4; 32]).is_none());
    assert!(matches!(cache.get(&[2; 32]), Some(None)));
}

#[test]
fn foreign_and_damaged_files_are_told_apart() {
    let bytes = sample().encode().unwrap().to_vec();
    let kind = |bytes: &[u8], key| TemplateCache::decode(bytes, key).unwrap_err().kind();
    assert_eq!(kind(b"", key()), ErrorKind::UnsupportedFormat);
    assert_eq!(kind(b"selfsame templates 1", key()), ErrorKind::UnsupportedFormat);
    assert_eq!(kind(&bytes, keyed(FaceChoice::AsVerify)), ErrorKind::ModelMismatch);
    for len in 20..bytes.len() {
        assert_eq!(kind(&bytes[..len], key()), ErrorKind::Corrupt, "cut at {len}");
    }
    for at in 52..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert_eq!(kind(&damaged, key()), ErrorKind::Corrupt, "damaged at {at}");
    }
}

#[test]
fn false_files_with_a_right_checksum_are_refused() {
    let good = sample().encode().unwrap().to_vec();
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut body = good[..good.len() - DIGEST].to_vec();
        change(&mut body);
        let sum = Sha256::digest(&body);
        body.extend_from_slice(&sum);
        TemplateCache::decode(&body, key()).is_err_and(|e| e.kind() == ErrorKind::Corrupt)
    };
    assert!(!refused(&|_| ()));
    let template = HEADER + DIGEST + 4;
    let set = |bytes: &mut Vec<u8>, at: usize, new: &[u8]| bytes[at..at + new.len()].copy_from_slice(new);
    assert!(refused(&|b| b[template] ^= 1), "the template's own magic");
    assert!(refused(&|b| b[template + 30] ^= 1), "the template's own checksum tells");
    assert!(refused(&|b| set(b, template - 4, &u32::MAX.to_le_bytes())), "longer than the file");
    assert!(refused(&|b| set(b, template - 4, &0u32.to_le_bytes())), "no template, and its bytes");
    assert!(refused(&|b| set(b, 52, &u64::MAX.to_le_bytes())));
    assert!(refused(&|b| set(b, 52, &1u64.to_le_bytes())), "longer than it says");
    assert!(refused(&|b| set(b, HEADER, &[9; 32])), "out of order");
}

#[test]
fn debug_tells_no_value() {
    let text = format!("{:?}", sample());
    assert!(text.contains("entries: 2") && text.chars().filter(char::is_ascii_digit).count() == 1, "{text}");
}

proptest! {
    #[test]
    fn templates_return_bit_for_bit(
        entries in prop::collection::vec((any::<[u8; 32]>(), prop::option::of(prop::collection::vec(-10f32..10.0, 192))), 0..20),
    ) {
        let mut cache = TemplateCache::new(key());
        for (digest, values) in &entries {
            cache.insert(*digest, values.as_deref().map(template));
        }
        let back = TemplateCache::decode(&cache.encode().unwrap(), key()).unwrap();
        prop_assert_eq!(back.len(), cache.len());
        for (digest, _) in &entries {
            let bits = |c: &TemplateCache| c.get(digest).map(|t| t.map(|t| t.values().iter().map(|v| v.to_bits()).collect::<Vec<_>>()));
            prop_assert_eq!(bits(&back), bits(&cache));
        }
    }

    #[test]
    fn any_bytes_are_an_error_or_a_cache(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(TemplateCache::decode(&bytes, key()).is_err());
    }
}
