//! Any bytes as an encoded template: refused, or a template that comes back from its own encodings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame::compare::cosine;
use selfsame::template::{Template, TemplateEncoding};

fn check(bytes: &[u8]) {
    let Ok(template) = Template::decode(bytes) else { return };
    let itself = cosine(&template, &template).expect("a template compares with itself");
    // Of squares: a norm may be off by 0.001.
    assert!((itself - 1.0).abs() < 0.003, "{itself}");
    assert!(Template::decode_for(bytes, template.model_id()).is_ok());
    let mut same = false;
    for encoding in [TemplateEncoding::F32, TemplateEncoding::F16, TemplateEncoding::I8] {
        // Rounding may take a norm that is just within the tolerance beyond it.
        let encoded = template.encode(encoding).expect("a template that was encoded before");
        same |= *encoded == *bytes;
        if let Ok(back) = Template::decode(&encoded) {
            let likeness = cosine(&template, &back).expect("one model");
            assert!(likeness > 0.99, "{encoding:?}: {likeness}");
        }
    }
    // In integers there can be several scales for one template; the rest is exact.
    assert!(same || bytes[6] == 3);
}

fuzz_target!(|bytes: &[u8]| {
    check(bytes);
    let sum = crc32fast::hash(bytes);
    check(&[bytes, &sum.to_le_bytes()].concat());
});
