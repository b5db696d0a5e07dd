//! No PIN in what is printed, stored or left in memory.

use super::*;

/// Twelve digits each, so that they are nowhere by chance. They are assembled when they are needed,
/// so that the program's own text does not hold them.
fn digits(n: u64) -> zeroize::Zeroizing<String> {
    let mut digits = zeroize::Zeroizing::new(String::with_capacity(12));
    (1..=12u64).for_each(|i| digits.push(char::from(b'0' + ((i * i * (n + 3) + i * 7 + n) % 10) as u8)));
    digits
}

#[test]
fn nothing_that_is_printed_or_stored_holds_a_pin() {
    let (first, second) = (digits(0), digits(1));
    let mut office = Office::new(40);
    let mut ceremony = office.begin(Kind::Renewal, Method::ActiveAccount);
    let mut shown = String::new();
    loop {
        shown.push_str(&format!("{ceremony:?} {ceremony:#?} {:?}", office.keys));
        shown.push_str(&serde_json::to_string(ceremony.audit()).unwrap());
        ceremony = match ceremony {
            Ceremony::Pins(s) => {
                let chosen =
                    s.choose(pin(&first), pin(&second), &Personal::default(), &mut office.ctx()).now().unwrap();
                shown.push_str(&format!("{chosen:?}"));
                chosen.into()
            }
            Ceremony::PinsAgain(s) => {
                let wrong = s.repeat(pin(&second), pin(&second), &mut office.ctx()).now().unwrap();
                shown.push_str(&format!("{wrong:?}"));
                let Step::Retry(s, _) = wrong else { panic!("PIN1 differs") };
                s.repeat(pin(&first), pin(&second), &mut office.ctx()).now().unwrap().into()
            }
            Ceremony::Signature(s) => s.sign(pin(&second), &mut office.ctx()).now().unwrap().into(),
            Ceremony::Enrolled(enrolled) => {
                shown.push_str(&format!("{enrolled:?}"));
                break;
            }
            other => office.advance(other),
        };
        // What would be stored, in the clear: here the key is known. States with PINs come back
        // without them.
        if !matches!(ceremony, Ceremony::PinsAgain(_)) {
            let key = SealKey::from_bytes(1, &[2; 32]);
            let bytes = ceremony.seal(&key, b"", 60, &mut office.ctx()).unwrap().bytes;
            ceremony = Ceremony::open(&bytes, [&key], b"", office.now).unwrap();
        }
    }
    assert!(shown.contains("Pin1(redacted)") && shown.contains("Pin2(redacted)"), "the state with PINs was shown");
    assert!(!shown.contains(&*first) && !shown.contains(&*second));
    assert!(!shown.contains(OLD_PINS.1), "the old account's neither");
}

/// Counts how often each of `masked` lies in this process's writable memory: they are compared with
/// what memory holds XOR 0x5a, so that the search does not find itself.
#[cfg(target_os = "linux")]
fn in_memory(masked: &[Vec<u8>; 2]) -> [usize; 2] {
    use std::io::{Read, Seek, SeekFrom};
    const LEN: usize = 12;
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
    let mut found = [0; 2];
    let mut block = vec![0u8; 1 << 16];
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (Some(range), Some(rights)) = (fields.next(), fields.next()) else { continue };
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let (mut at, to) = (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap());
        while at < to {
            let len = usize::try_from((to - at).min(block.len() as u64)).unwrap();
            // Another thread may have given the pages back meanwhile.
            if memory.seek(SeekFrom::Start(at)).and_then(|_| memory.read_exact(&mut block[..len])).is_ok() {
                for window in block[..len].windows(LEN) {
                    for (masked, found) in masked.iter().zip(&mut found) {
                        if window[0] ^ 0x5a == masked[0] && window.iter().zip(masked).all(|(a, b)| *a ^ 0x5a == *b) {
                            *found += 1;
                        }
                    }
                }
            }
            // What was read must not be found as a copy.
            block.fill(0);
            // Blocks overlap, so that nothing is missed between two.
            at += if at + len as u64 == to { len } else { len - LEN } as u64;
        }
    }
    found
}

#[test]
#[cfg(target_os = "linux")]
fn no_digit_is_left_in_the_process_after_drop() {
    let mask = |text: &str| -> Vec<u8> { text.bytes().map(|b| b ^ 0x5a).collect() };
    let masked = [mask(&digits(4)), mask(&digits(5))];
    if std::fs::File::open("/proc/self/mem").is_err() {
        eprintln!("skipped: this system does not let a process read its own memory");
        return;
    }
    let mut office = Office::new(41);
    let state = state!(office.reach(Phase::Pins, Kind::NewRegistration, Method::Biometrics), Pins);
    let chosen = state.choose(pin(&digits(4)), pin(&digits(5)), &Personal::default(), &mut office.ctx()).now().unwrap();
    let Step::Next(state) = chosen else { panic!("they are strong") };
    assert!(in_memory(&masked).iter().all(|found| *found > 0), "the search finds what is there");
    let wrong = state.repeat(pin(&digits(4)), pin(&digits(4)), &mut office.ctx()).now().unwrap();
    let Step::Retry(state, _) = wrong else { panic!("PIN2 differs") };
    let Step::Next(state) = state.repeat(pin(&digits(4)), pin(&digits(5)), &mut office.ctx()).now().unwrap() else {
        panic!()
    };
    let Step::Next(_enrolled) = state.sign(pin(&digits(5)), &mut office.ctx()).now().unwrap() else { panic!() };
    // The key store in memory keeps PINs while it lives; the account stays here.
    drop(office.keys);
    assert_eq!(in_memory(&masked), [0, 0], "after the ceremony");
    // A repetition that never came.
    let mut office = Office::new(42);
    let state = state!(office.reach(Phase::Pins, Kind::NewRegistration, Method::Biometrics), Pins);
    drop(state.choose(pin(&digits(4)), pin(&digits(5)), &Personal::default(), &mut office.ctx()).now().unwrap());
    assert_eq!(in_memory(&masked), [0, 0], "dropped half way");
}
