//! Any bytes as a machine-readable zone, alone and in data group 1: refused, or a zone whose lines
//! are the characters given, with one check digit for each set of fields; any text transliterated
//! into characters of a zone.
#![no_main]

use libfuzzer_sys::fuzz_target;
use selfsame_chip::{DataGroup1, Day, Mrz, transliterate};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mrz) = Mrz::parse(bytes) {
        let given: Vec<u8> = bytes.iter().filter(|byte| !b"\r\n".contains(byte)).copied().collect();
        assert_eq!(mrz.zone().as_bytes(), given);
        assert_eq!(mrz.lines().collect::<String>(), mrz.zone());
        assert_eq!(Mrz::parse(mrz.zone().as_bytes()).expect("it was read"), mrz);
        let today = Day::new(2027, 1, 1).expect("there is that day");
        assert!(mrz.birth().not_after(today).is_none_or(|day| day <= today));
        assert!(mrz.expiry().is_none_or(|day| (2000..2100).contains(&day.year())));
        // What has expired stays so.
        assert!(!mrz.has_expired(0) && (!mrz.has_expired(1_798_761_600) || mrz.has_expired(u64::MAX)));
        assert!(mrz.number().len() <= 24 && mrz.wrong_digits().len() <= 5);
    }
    if let Ok(group) = DataGroup1::read(bytes) {
        assert!([72, 88, 90].contains(&group.mrz().zone().len()));
    }
    if let Some(zone) = std::str::from_utf8(bytes).ok().and_then(transliterate) {
        assert!(zone.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'<'));
    }
});
