//! Machine-readable zones: the specimens of ICAO Doc 9303, and what is wrong with others.

use selfsame_chip::{CheckDigit, ChipReason, DataGroup1, Day, Mrz, MrzDate, MrzFormat, Sex};

const TD1: &str = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<";
const TD2: &str = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6";
const TD3: &str = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";

fn parse(zone: &str) -> Mrz {
    Mrz::parse(zone.as_bytes()).unwrap()
}

#[test]
fn the_standards_specimens() {
    for (zone, format, number) in
        [(TD1, MrzFormat::Td1, "D23145890"), (TD2, MrzFormat::Td2, "D23145890"), (TD3, MrzFormat::Td3, "L898902C3")]
    {
        let mrz = parse(zone);
        assert_eq!((mrz.format(), mrz.number(), mrz.issuing_state()), (format, number, "UTO"));
        assert_eq!((mrz.surname(), mrz.given_names(), mrz.nationality()), ("ERIKSSON", "ANNA MARIA", "UTO"));
        assert_eq!((mrz.sex(), mrz.birth()), (Sex::Female, MrzDate { year: Some(74), month: Some(8), day: Some(12) }));
        assert_eq!(mrz.expiry(), Day::new(2012, 4, 15));
        assert_eq!(mrz.wrong_digits(), [], "{}", format.as_str());
        assert_eq!(mrz.lines().collect::<Vec<_>>().join("\n"), zone);
        assert_eq!(parse(&zone.replace('\n', "\r\n")), mrz);
        assert!(!format!("{mrz:?}").contains("ERIKSSON"));
    }
    assert_eq!(parse(TD3).optional_data(), ["ZE184226B", ""]);
    assert_eq!((parse(TD3).document_code(), parse(TD1).document_code()), ("P", "I"));
}

#[test]
fn long_numbers_go_on_in_the_optional_data() {
    // ICAO Doc 9303-5, section 4.2.2, note j.
    let zone = TD1.replace("D231458907<<<<<<<<<<<<<<<", "D23145890<AB112234566<<<<");
    let mrz = parse(&zone);
    assert_eq!((mrz.number(), mrz.optional_data()), ("D23145890AB11223456", ["", ""]));
    assert!(!mrz.wrong_digits().contains(&CheckDigit::Number));
}

#[test]
fn wrong_digits_are_named() {
    let table: [(&str, &str, &str, &[CheckDigit]); 5] = [
        (TD3, "L898902C36", "L898902C37", &[CheckDigit::Number, CheckDigit::Composite]),
        (TD3, "7408122F", "7408132F", &[CheckDigit::Birth, CheckDigit::Composite]),
        (TD3, "1204159ZE", "1204158ZE", &[CheckDigit::Expiry, CheckDigit::Composite]),
        (TD3, "<<<<<10", "<<<<<20", &[CheckDigit::Optional, CheckDigit::Composite]),
        (TD1, "<<<<6\n", "<<<<7\n", &[CheckDigit::Composite]),
    ];
    for (zone, from, to, wrong) in table {
        assert_eq!(parse(&zone.replace(from, to)).wrong_digits(), wrong, "{to}");
    }
    // One character for another is always noticed, unless the values differ by ten: 0 and A, 1 and B.
    let value = |c: char| if c == '<' { 0 } else { c.to_digit(36).unwrap() };
    for at in (44..87).filter(|at| !(54..57).contains(at) && *at != 64) {
        let mut characters: Vec<char> = TD3.replace('\n', "").chars().collect();
        let was = characters[at];
        for c in ('0'..='9').chain('A'..='Z') {
            characters[at] = c;
            let zone: String = characters.iter().collect();
            let same = (value(c) + 40 - value(was)) % 10 == 0;
            if let Ok(mrz) = Mrz::parse(zone.as_bytes()) {
                let digit = matches!(at, 53 | 63 | 71 | 86);
                assert!(c == was || (same && !digit) || !mrz.wrong_digits().is_empty(), "{c} at {at}");
            }
        }
    }
}

#[test]
fn what_is_no_zone_is_refused() {
    for bad in
        ["", "P<UTO", &TD3[..87], &TD3.to_lowercase(), &TD3.replace("7408122", "7413122"), &TD3.replace("74", "7A")]
    {
        assert_eq!(Mrz::parse(bad.as_bytes()).unwrap_err().reason(), ChipReason::Malformed, "{bad}");
    }
    assert!(Mrz::parse(&[b'<'; 1 << 20]).is_err());
    assert_eq!(parse(&TD3.replace("740812", "74<<<<")).birth(), MrzDate { year: Some(74), month: None, day: None });
}

#[test]
fn dates_have_their_century() {
    let mrz = parse(TD3);
    let today = Day::new(2026, 11, 29).unwrap();
    assert_eq!(mrz.birth().not_after(today), Day::new(1974, 8, 12));
    let child = MrzDate { year: Some(26), month: Some(11), day: Some(29) };
    assert_eq!(child.not_after(today), Some(today));
    assert_eq!(MrzDate { day: Some(30), ..child }.not_after(today), Day::new(1926, 11, 30));
    // 15 April 2012 ends at noon of the next day, universal time, where it ends last.
    let end = 1_334_577_600;
    assert_eq!((mrz.has_expired(end - 1), mrz.has_expired(end)), (false, true));
}

#[test]
fn data_group_1_holds_a_zone() {
    let zone = TD3.replace('\n', "");
    let file = [&[0x61, 0x5B, 0x5F, 0x1F, 0x58][..], zone.as_bytes()].concat();
    assert_eq!(DataGroup1::read(&file).unwrap().mrz().zone(), zone);
    for cut in 0..file.len() {
        assert!(DataGroup1::read(&file[..cut]).is_err());
    }
}
