//! States sealed and opened, and everything that can be wrong with sealed bytes.

use super::super::memory::MemoryStates;
use super::*;
use crate::error::ErrorKind;
use proptest::prelude::*;

const KEY: [u8; 32] = [11; 32];

fn sealed(office: &mut Office, ceremony: Ceremony) -> Vec<u8> {
    ceremony.seal(&SealKey::from_bytes(3, &KEY), b"user", 600, &mut office.ctx()).unwrap().bytes
}

fn open(bytes: &[u8], now: u64) -> Result<Ceremony, ErrorKind> {
    Ceremony::open(bytes, [&SealKey::from_bytes(3, &KEY)], b"user", now).map_err(|e| e.kind())
}

#[test]
fn every_state_is_as_it_was_and_the_whole_way_goes_through_storage() {
    for (kind, method) in [(Kind::NewRegistration, Method::Biometrics), (Kind::Renewal, Method::ActiveAccount)] {
        let mut office = Office::new(30);
        let mut ceremony = office.begin(kind, method);
        let mut seen = vec![ceremony.phase()];
        while ceremony.phase() != Phase::Enrolled {
            let before = format!("{ceremony:?}");
            let bytes = sealed(&mut office, ceremony);
            ceremony = open(&bytes, office.now).unwrap();
            assert_eq!(format!("{ceremony:?}"), before);
            ceremony = office.advance(ceremony);
            if ceremony.phase() == Phase::PinsAgain {
                seen.push(Phase::PinsAgain);
                let bytes = sealed(&mut office, ceremony);
                ceremony = open(&bytes, office.now).unwrap();
                assert_eq!(ceremony.phase(), Phase::Pins, "chosen PINs are not stored");
                ceremony = office.advance(ceremony);
                ceremony = office.advance(ceremony);
            }
            seen.push(ceremony.phase());
        }
        let bytes = sealed(&mut office, ceremony);
        let enrolled = state!(open(&bytes, office.now).unwrap(), Enrolled);
        let signature = enrolled.signature();
        assert!(
            office.keys.verify(enrolled.keys(), KeyUse::Signature, &enrolled.application(), signature).now().unwrap()
        );
        if kind == Kind::Renewal {
            assert!(seen.iter().eq(Phase::ALL[..14].iter().filter(|phase| **phase != Phase::OnDevice)));
        }
    }
    let mut office = Office::new(31);
    let form = state!(office.begin(Kind::Upgrade, Method::Biometrics), Form);
    let terminated = form.abandon(&office.ctx());
    let bytes = sealed(&mut office, terminated.into());
    assert_eq!(state!(open(&bytes, office.now).unwrap(), Terminated).reason(), End::Abandoned);
}

#[test]
fn each_fault_has_its_kind() {
    let mut office = Office::new(32);
    let ceremony = office.reach(Phase::Comparison, Kind::Renewal, Method::Biometrics);
    let bytes = sealed(&mut office, ceremony);
    assert!(open(&bytes, START + 599).is_ok());
    assert_eq!(open(&bytes, START + 600).unwrap_err(), ErrorKind::Expired);
    for cut in 0..bytes.len() {
        assert_eq!(open(&bytes[..cut], START).unwrap_err(), ErrorKind::Corrupt, "cut to {cut}");
    }
    assert_eq!(open(&[&bytes[..], &[0]].concat(), START).unwrap_err(), ErrorKind::Corrupt);
    assert_eq!(open(&vec![0; (1 << 20) + 1], START).unwrap_err(), ErrorKind::LimitExceeded);
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        let expected = match at {
            0..4 => ErrorKind::UnsupportedFormat,
            4 => ErrorKind::UnsupportedVersion,
            57..61 => ErrorKind::Corrupt,
            _ => ErrorKind::Tampered,
        };
        assert_eq!(open(&changed, START).unwrap_err(), expected, "byte {at}");
    }
}

#[test]
fn it_opens_under_its_key_and_with_its_data_alone() {
    let mut office = Office::new(32);
    let (old, new) = (SealKey::from_bytes(3, &KEY), SealKey::from_bytes(4, &[12; 32]));
    let ceremony = office.reach(Phase::Comparison, Kind::Renewal, Method::Biometrics);
    let bytes = sealed(&mut office, ceremony);
    let open = |keys: &[&SealKey], data: &[u8]| {
        Ceremony::open(&bytes, keys.iter().copied(), data, START).map(|c| c.phase()).map_err(|e| e.kind())
    };
    assert_eq!(open(&[&new, &old], b"user"), Ok(Phase::Comparison), "while keys rotate");
    assert_eq!(open(&[&new], b"user"), Err(ErrorKind::Tampered));
    assert_eq!(open(&[], b"user"), Err(ErrorKind::Tampered));
    assert_eq!(open(&[&SealKey::from_bytes(3, &[12; 32])], b"user"), Err(ErrorKind::Tampered));
    assert_eq!(open(&[&old], b"another user"), Err(ErrorKind::Tampered));
}

#[test]
fn one_of_two_requests_goes_on_and_a_crash_loses_nothing() {
    let mut office = Office::new(33);
    let (states, key) = (MemoryStates::default(), SealKey::from_bytes(3, &KEY));
    let form = office.begin(Kind::NewRegistration, Method::Biometrics);
    let first = form.seal(&key, b"user", 600, &mut office.ctx()).unwrap();
    assert_eq!((first.replaces, first.expires_at), (None, START + 600));
    let token = states.store(first).unwrap();
    let take_further = |office: &mut Office| {
        let ceremony = Ceremony::open(&states.get(&token).unwrap(), [&key], b"user", START).unwrap();
        office.advance(ceremony).seal(&key, b"user", 600, &mut office.ctx()).unwrap()
    };
    // A request that gets lost before it stores: the state is where it was.
    drop(take_further(&mut office));
    let (one, two) = (take_further(&mut office), take_further(&mut office));
    assert_eq!((one.replaces, two.replaces), (Some(token), Some(token)));
    let next = states.store(one).unwrap();
    assert_eq!(states.store(two).unwrap_err().kind(), ErrorKind::Replayed);
    assert!(states.get(&token).is_none());
    let opened = Ceremony::open(&states.get(&next).unwrap(), [&key], b"user", START).unwrap();
    assert_eq!(opened.phase(), Phase::Document);
}

#[test]
fn two_sealings_share_nothing() {
    let mut office = Office::new(34);
    let one = office.begin(Kind::NewRegistration, Method::Biometrics);
    let one = sealed(&mut office, one);
    let again = open(&one, office.now).unwrap();
    let two = sealed(&mut office, again);
    assert_eq!(one.len(), two.len());
    let alike = one.iter().zip(&two).skip(17).filter(|(a, b)| a == b).count();
    assert!(alike < one.len() / 8, "{alike} of {} bytes are alike", one.len());
}

/// The fuzz target `sealed` begins with a state of each phase, as it is encrypted.
/// `SELFSAME_WRITE_SEEDS=1` writes them anew when states change.
#[test]
fn seeds_of_the_fuzz_target_are_states() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/sealed");
    let writes = std::env::var("SELFSAME_WRITE_SEEDS").is_ok_and(|v| v == "1");
    if !folder.exists() && !writes {
        eprintln!("skipped: the package has no seeds");
        return;
    }
    for phase in Phase::ALL.into_iter().filter(|phase| *phase != Phase::PinsAgain) {
        let (mut office, path) = (Office::new(35), folder.join(phase.as_str()));
        if writes {
            let ceremony = match phase {
                Phase::Terminated => {
                    let form = state!(office.begin(Kind::Renewal, Method::ActiveAccount), Form);
                    form.abandon(&office.ctx()).into()
                }
                phase => office.reach(phase, Kind::Renewal, Method::ActiveAccount),
            };
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, ceremony.plain(&office.ctx()).unwrap()).unwrap();
        }
        let plain = std::fs::read(&path).unwrap();
        let key = SealKey::from_bytes(3, &KEY);
        let (_, bytes) = wrap(&plain, &key, STORED, b"user", START + 60, &[0; 40]).unwrap();
        assert_eq!(open(&bytes, START).unwrap().phase(), phase);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_a_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300), head in 0usize..6) {
        let start: [u8; 5] = *b"SLFE\x02";
        for (byte, value) in bytes.iter_mut().zip(&start[..head.min(5)]) {
            *byte = *value;
        }
        prop_assert!(open(&bytes, START).is_err());
    }
}
