//! Templates as bytes: the documented form, and every kind of damage.

use super::super::codec::HEAD;
use super::super::{Template, TemplateEncoding};
use crate::compare::cosine;
use crate::error::{ErrorKind, Stage};
use half::f16;
use proptest::prelude::*;

const ALL: [TemplateEncoding; 3] = [TemplateEncoding::F32, TemplateEncoding::F16, TemplateEncoding::I8];

fn template(values: &[f32], id: &str) -> Template {
    Template::from_embedding(values, id.into()).unwrap()
}

fn wave(dimension: usize) -> Template {
    let values: Vec<f32> = (0..dimension).map(|i| (i as f32 * 0.7 + 0.3).sin()).collect();
    template(&values, "some-model")
}

fn kind(bytes: &[u8]) -> ErrorKind {
    let error = Template::decode(bytes).unwrap_err();
    assert_eq!(error.stage(), Stage::Template);
    error.kind()
}

/// `bytes` with what `change` makes of all but the checksum, and the checksum of that.
fn resealed(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = bytes[..bytes.len() - 4].to_vec();
    change(&mut bytes);
    let sum = crc32fast::hash(&bytes);
    bytes.extend(sum.to_le_bytes());
    bytes
}

/// Where the payload of `wave`'s encodings begins.
const PAYLOAD: usize = HEAD + 4 + "some-model".len();

#[test]
fn the_format_is_the_documented_one() {
    let bytes = template(&[3.0, 4.0], "m").encode(TemplateEncoding::F32).unwrap();
    let mut expected = b"SFTP\x03\x00\x01\x01\x02\x00\x00\x00".to_vec();
    expected.extend(0f32.to_le_bytes());
    expected.extend([1, 0, 0, 0]);
    expected.extend([-1f32, -1.0].iter().flat_map(|v| v.to_le_bytes()));
    expected.extend(5f32.to_le_bytes());
    expected.push(b'm');
    expected.extend(0.6f32.to_le_bytes());
    expected.extend(0.8f32.to_le_bytes());
    assert_eq!(bytes[..bytes.len() - 4], expected);
    assert_eq!(bytes[bytes.len() - 4..], crc32fast::hash(&expected).to_le_bytes());
    let lens = ALL.map(|encoding| wave(192).encode(encoding).unwrap().len() - "some-model".len());
    assert_eq!(lens, [804, 420, 260]);
}

#[test]
fn every_single_changed_bit_is_noticed() {
    for encoding in ALL {
        let mut bytes = wave(192).encode(encoding).unwrap();
        for bit in 0..8 * bytes.len() {
            bytes[bit / 8] ^= 1 << (bit % 8);
            let expected = match bit / 8 {
                0..4 => ErrorKind::UnsupportedFormat,
                4..6 => ErrorKind::UnsupportedVersion,
                _ => ErrorKind::Corrupt,
            };
            assert_eq!(kind(&bytes), expected, "{encoding:?}, bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(Template::decode(&bytes).is_ok());
    }
}

#[test]
fn every_truncation_and_every_trailing_byte_is_noticed() {
    for encoding in ALL {
        let mut bytes = wave(192).encode(encoding).unwrap();
        for len in 0..bytes.len() {
            assert_eq!(kind(&bytes[..len]), ErrorKind::Corrupt, "{encoding:?}, {len} bytes");
            // Even with a checksum that fits, behind magic and version.
            if len >= 10 {
                let result = Template::decode(&resealed(&bytes[..len], |_| ()));
                assert_eq!(result.unwrap_err().kind(), ErrorKind::Corrupt, "{encoding:?}, {len} bytes");
            }
        }
        for byte in 0..=u8::MAX {
            bytes.push(byte);
            assert_eq!(kind(&bytes), ErrorKind::Corrupt, "{encoding:?}, trailing {byte}");
            assert_eq!(kind(&resealed(&bytes, |_| ())), ErrorKind::Corrupt, "{encoding:?}, trailing {byte}");
            bytes.pop();
        }
    }
    assert_eq!(kind(b"SFTQ"), ErrorKind::UnsupportedFormat);
    assert_eq!(kind(b"x"), ErrorKind::UnsupportedFormat);
}

#[test]
fn damage_under_a_valid_checksum_is_refused() {
    let of = |encoding, change: &dyn Fn(&mut Vec<u8>)| kind(&resealed(&wave(192).encode(encoding).unwrap(), change));
    for encoding in ALL {
        assert_eq!(of(encoding, &|b| b[4] = 1), ErrorKind::UnsupportedVersion);
        assert_eq!(of(encoding, &|b| b[6] = 9), ErrorKind::UnsupportedFormat);
        assert_eq!(of(encoding, &|b| b[7] = 0), ErrorKind::Corrupt, "no id");
        assert_eq!(of(encoding, &|b| b[7] = 255), ErrorKind::Corrupt, "an id over values");
        assert_eq!(of(encoding, &|b| b[HEAD + 4] = 0xFF), ErrorKind::Corrupt, "an id that is not UTF-8");
        for dimension in [0, 1, 191, 193, u32::MAX, u32::MAX / 4 + 1, 1 << 31] {
            let set = |b: &mut Vec<u8>| b[8..12].copy_from_slice(&dimension.to_le_bytes());
            assert_eq!(of(encoding, &set), ErrorKind::Corrupt, "{dimension} values");
        }
    }
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let set = |b: &mut Vec<u8>| b[PAYLOAD..][..4].copy_from_slice(&bad.to_le_bytes());
        assert_eq!(of(TemplateEncoding::F32, &set), ErrorKind::NonFinite);
        assert_eq!(of(TemplateEncoding::I8, &set), ErrorKind::NonFinite, "a scale");
        for at in [12, HEAD] {
            let set = |b: &mut Vec<u8>| b[at..][..4].copy_from_slice(&bad.to_le_bytes());
            assert_eq!(of(TemplateEncoding::I8, &set), ErrorKind::NonFinite, "magnitude or level");
        }
        let set = |b: &mut Vec<u8>| b[PAYLOAD..][..2].copy_from_slice(&f16::from_f32(bad).to_le_bytes());
        assert_eq!(of(TemplateEncoding::F16, &set), ErrorKind::NonFinite);
    }
    for magnitude in [0f32, -1.0] {
        let set = |b: &mut Vec<u8>| b[HEAD..][..4].copy_from_slice(&magnitude.to_le_bytes());
        assert_eq!(of(TemplateEncoding::F32, &set), ErrorKind::Corrupt, "a magnitude of {magnitude}");
    }
    for magnitudes in [0, 2, 3, 9, 255] {
        assert_eq!(of(TemplateEncoding::F32, &|b| b[16] = magnitudes), ErrorKind::Corrupt, "{magnitudes} magnitudes");
    }
    assert_eq!(of(TemplateEncoding::F32, &|b| b[18] = 1), ErrorKind::Corrupt, "what must be zero");
    let far = |b: &mut Vec<u8>| b[12..][..4].copy_from_slice(&8.5f32.to_le_bytes());
    assert_eq!(of(TemplateEncoding::F16, &far), ErrorKind::Corrupt, "a level beyond all cosines");
    assert_eq!(of(TemplateEncoding::I8, &|b| b[PAYLOAD + 32] = 0x80), ErrorKind::Corrupt, "-128");
    assert_eq!(of(TemplateEncoding::F32, &|b| b[PAYLOAD..].fill(0)), ErrorKind::Corrupt, "the zero vector");
    assert_eq!(of(TemplateEncoding::I8, &|b| b[PAYLOAD..].fill(0)), ErrorKind::Corrupt, "the zero vector");
    let longer = |b: &mut Vec<u8>| b[PAYLOAD..][..4].copy_from_slice(&0.5f32.to_le_bytes());
    assert_eq!(of(TemplateEncoding::F32, &longer), ErrorKind::Corrupt, "a norm over 1");
    let claims = |b: &mut Vec<u8>| b[6] = TemplateEncoding::F16.code();
    assert_eq!(of(TemplateEncoding::F32, &claims), ErrorKind::Corrupt, "another encoding");
}

#[test]
fn templates_of_another_model_can_be_refused() {
    let bytes = wave(192).encode(TemplateEncoding::I8).unwrap();
    assert_eq!(Template::decode_for(&bytes, "some-model").unwrap().model_id(), "some-model");
    let error = Template::decode_for(&bytes, "some-other").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelMismatch);
    for id in [String::new(), "x".repeat(256)] {
        let error = template(&[1.0], &id).encode(TemplateEncoding::F32).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LimitExceeded, "an id of {} bytes", id.len());
    }
    assert!(template(&[1.0], &"x".repeat(255)).encode(TemplateEncoding::F32).is_ok());
}

proptest! {
    #[test]
    fn templates_come_back(values in prop::collection::vec(-1f32..1.0, 1..600), id in "\\PC{1,60}", level in -2f32..2.0, more in prop::collection::vec(0.1f32..90.0, 0..8)) {
        prop_assume!(values.iter().any(|v| v.abs() > 0.01));
        let unit = template(&values, &id);
        let magnitudes = [unit.magnitudes(), &more].concat();
        let original = Template::from_unit(unit.values().into(), magnitudes.into(), level, None, id.as_str().into());
        for (encoding, tolerance) in ALL.into_iter().zip([0.0, 5e-4, 0.02]) {
            let bytes = original.encode(encoding).unwrap();
            prop_assert_eq!(&*original.encode(encoding).unwrap(), &*bytes, "one byte string per template");
            let back = Template::decode(&bytes).unwrap();
            prop_assert_eq!((back.model_id(), back.dimension()), (&*id, values.len()));
            prop_assert_eq!((back.magnitudes(), back.impostor_level()), (original.magnitudes(), level));
            let difference = original.values().iter().zip(back.values()).map(|(a, b)| (a - b).abs());
            prop_assert!(difference.fold(0.0, f32::max) <= tolerance);
            prop_assert!(cosine(&original, &back).unwrap() > 0.999);
            let again = back.encode(encoding).unwrap();
            if encoding != TemplateEncoding::I8 {
                prop_assert_eq!(&*again, &*bytes, "decoding loses nothing");
            }
        }
    }

    #[test]
    fn any_bytes_are_refused_or_a_template(bytes in prop::collection::vec(any::<u8>(), 0..200), start in 0..7usize) {
        let bytes = [&b"SFTP\x02\x00\x01\x01"[..start], &bytes].concat();
        if let Ok(template) = Template::decode(&resealed(&[&bytes[..], &[0; 4]].concat(), |_| ())) {
            let square: f32 = template.values().iter().map(|v| v * v).sum();
            prop_assert!((square - 1.0).abs() < 3e-3);
        }
    }
}
