//! Which PINs are too easy to guess.
//!
//! Of PINs that people choose freely, dates and regular patterns are the greater part of what a
//! thief tries first (J. Bonneau, S. Preibusch, R. Anderson, "A birthday present every eleven
//! wallets?", 2012). Refused are:
//! - **repeated**: one digit or one group of digits over and over, such as 0000, 1212, 481481;
//! - **sequential**: every digit the same step from the one before, counted round from 9 to 0, such
//!   as 1234, 9876, 2468, 7890;
//! - **keypad lines**: straight lines of at least three keys of a telephone's keypad, one after the
//!   other or around a corner, such as 2580, 147258, 14789;
//! - **doubled digits**, such as 1122, 00111, 998877;
//! - **years** from 1900 to 2099, one or several, such as 1987, 20122014;
//! - **dates of birth** that the caller gives, in any usual order, also with a short year or a part
//!   alone (1503 or 1984 for 15 March 1984), and any PIN that holds such a date of six or eight
//!   digits;
//! - **numbers** that the caller gives, of documents or telephones: any part of them, and any PIN
//!   that holds all of one;
//! - if the policy says so, a PIN2 that **holds PIN1**.

use super::pin::Pin;
use crate::words::sealed_words;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Why a PIN is too easy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Weakness {
    /// It is one digit or group of digits over and over.
    Repeated,
    /// Every digit is the same step from the one before.
    Sequential,
    /// It follows lines on the keypad.
    KeypadLine,
    /// Every digit stands beside its like.
    Doubled,
    /// It is a year, or years, from 1900 to 2099.
    Year,
    /// It holds a date of birth, or is part of one.
    DateOfBirth,
    /// It is part of a number on the document, or of another number that was given.
    PersonalNumber,
    /// PIN2 holds PIN1.
    HoldsPin1,
}

sealed_words!(Weakness {
    Repeated => "repeated",
    Sequential => "sequential",
    KeypadLine => "keypad_line",
    Doubled => "doubled",
    Year => "year",
    DateOfBirth => "date_of_birth",
    PersonalNumber => "personal_number",
    HoldsPin1 => "holds_pin1",
});

/// A date of the Gregorian calendar.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// Year, such as 1984.
    pub year: u16,
    /// Month, 1 ..= 12.
    pub month: u8,
    /// Day, 1 ..= 31.
    pub day: u8,
}

/// What thieves know about the holder, for refusing PINs made of it. It is looked at, not kept.
#[derive(Clone, Copy, Default)]
pub struct Personal<'a> {
    /// Dates of birth: the holder's, and if known their family's.
    pub dates_of_birth: &'a [Date],
    /// Numbers: document, personal code, telephone. Only their digits count.
    pub numbers: &'a [&'a str],
}

/// The weaknesses of `pin`, the graver ones first.
pub(super) fn weaknesses<const N: u8>(pin: &Pin<N>, personal: &Personal<'_>) -> Vec<Weakness> {
    let digits = pin.expose_digits();
    let found = [
        (Weakness::Repeated, is_repeated(digits)),
        (Weakness::Sequential, is_sequential(digits)),
        (Weakness::KeypadLine, is_keypad_lines(digits)),
        (Weakness::Doubled, is_doubled(digits)),
        (Weakness::Year, is_years(digits)),
        (Weakness::DateOfBirth, personal.dates_of_birth.iter().any(|date| is_date(digits, *date))),
        (Weakness::PersonalNumber, personal.numbers.iter().any(|number| is_number(digits, number))),
    ];
    found.into_iter().filter_map(|(weakness, found)| found.then_some(weakness)).collect()
}

/// Whether `whole` holds `part` in one piece.
pub(super) fn holds(whole: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && whole.windows(part.len()).any(|window| window == part)
}

fn is_repeated(digits: &[u8]) -> bool {
    (1..=digits.len() / 2).any(|period| {
        // Every digit is the one a period before.
        let repeats = digits.windows(period + 1).all(|window| window.first() == window.last());
        digits.len().is_multiple_of(period) && repeats
    })
}

/// Whether the digits are nothing but pairs, triplets and so on: 1122, 00111.
fn is_doubled(digits: &[u8]) -> bool {
    let mut runs = digits.chunk_by(|a, b| a == b);
    runs.clone().count() > 1 && runs.all(|run| run.len() > 1)
}

/// Whether the digits are one year after the other.
fn is_years(digits: &[u8]) -> bool {
    let (years, rest) = digits.as_chunks::<4>();
    rest.is_empty() && years.iter().all(|year| year.starts_with(b"19") || year.starts_with(b"20"))
}

/// Each digit with the one behind it.
fn neighbours(digits: &[u8]) -> impl Iterator<Item = (u8, u8)> {
    digits.iter().copied().zip(digits.iter().copied().skip(1))
}

fn is_sequential(digits: &[u8]) -> bool {
    // Counted round, so that 9 is followed by 0.
    let mut steps = neighbours(digits).map(|(a, b)| (10 + b - a) % 10);
    let first = steps.next();
    digits.len() > 2 && first != Some(0) && steps.all(|step| Some(step) == first)
}

/// Column and row of a digit's key: 1 2 3 / 4 5 6 / 7 8 9 / 0 in the middle.
fn key(digit: u8) -> (i8, i8) {
    match digit {
        b'1'..=b'9' => ((digit - b'1') as i8 % 3, (digit - b'1') as i8 / 3),
        _ => (1, 3),
    }
}

/// Whether the digits can be cut into straight lines of three or more neighbouring keys; a line may
/// begin on the last key of the one before.
fn is_keypad_lines(digits: &[u8]) -> bool {
    // Bit n: whether the first n digits can be cut so. A PIN has far fewer digits than there are
    // bits.
    debug_assert!(digits.len() < 64);
    let mut covered: u64 = 1;
    for start in 0..digits.len() {
        // A line begins behind the one before, or on its last key.
        if covered >> start & 0b11 != 0 {
            let (_, rest) = digits.split_at(start);
            line_ends(rest).for_each(|end| covered |= 1 << (start + end));
        }
    }
    !digits.is_empty() && covered >> digits.len() & 1 == 1
}

/// The lengths, from three on, of the straight lines that begin with the first digit.
fn line_ends(digits: &[u8]) -> std::ops::RangeInclusive<usize> {
    let mut steps = neighbours(digits).map(|(a, b)| (key(b).0 - key(a).0, key(b).1 - key(a).1));
    let longest = match steps.next() {
        Some(first) if first != (0, 0) && first.0.abs() <= 1 && first.1.abs() <= 1 => {
            2 + steps.take_while(|step| *step == first).count()
        }
        _ => 0,
    };
    3..=longest
}

fn is_date(digits: &[u8], date: Date) -> bool {
    let Date { year, month, day } = date;
    let (short, long) = (format!("{:02}", year % 100), format!("{year:04}"));
    let (month, day) = (format!("{month:02}"), format!("{day:02}"));
    [&short, &long].into_iter().any(|year| {
        let orders = [[&day, &month, year], [&month, &day, year], [year, &month, &day], [year, &day, &month]];
        orders.into_iter().any(|order| {
            let mut form = Zeroizing::new(String::with_capacity(8));
            order.iter().for_each(|part| form.push_str(part));
            holds(form.as_bytes(), digits) || holds(digits, form.as_bytes())
        })
    })
}

fn is_number(digits: &[u8], number: &str) -> bool {
    let mut plain = Zeroizing::new(Vec::with_capacity(number.len()));
    plain.extend(number.bytes().filter(u8::is_ascii_digit));
    // Shorter numbers are in too many PINs by chance.
    holds(&plain, digits) || plain.len() >= 4 && holds(digits, &plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSONAL: Personal<'_> =
        Personal { dates_of_birth: &[Date { year: 1984, month: 3, day: 15 }], numbers: &["AB 730-912", "38403150019"] };

    fn of(text: &str) -> Vec<Weakness> {
        weaknesses(&Pin::<1>::parse(text).unwrap(), &PERSONAL)
    }

    #[test]
    fn each_rule_finds_its_own() {
        let cases: &[(Weakness, &[&str])] = &[
            (Weakness::Repeated, &["0000", "1212", "481481", "77777777", "90909090", "123123123"]),
            (Weakness::Sequential, &["1234", "4321", "2468", "7890", "0987", "0369", "13579", "123456789012"]),
            (Weakness::KeypadLine, &["2580", "0852", "147258", "14789", "159357", "15951", "963258", "147852369"]),
            (Weakness::Doubled, &["1122", "7788", "00111", "998877", "2211"]),
            (Weakness::Year, &["1900", "1987", "2099", "2024", "19842014"]),
            (
                Weakness::DateOfBirth,
                &[
                    "1503", "0315", "1984", "150384", "840315", "15031984", "198403", "031984", "5031", "0384",
                    "7150384",
                ],
            ),
            (Weakness::PersonalNumber, &["7309", "0912", "730912", "17309125", "40315001"]),
        ];
        for (weakness, pins) in cases {
            for pin in *pins {
                assert!(of(pin).contains(weakness), "{pin}: {:?}", of(pin));
            }
        }
    }

    #[test]
    fn ordinary_pins_are_strong() {
        for pin in [
            "8036", "1899", "2100", "1223", "5172", "94027", "618304", "1478", "2508", "7391", "40718263", "602915",
            "1357902", "121", "159",
        ] {
            let expected: &[Weakness] = match pin {
                "159" => &[Weakness::Sequential, Weakness::KeypadLine],
                _ => &[],
            };
            assert_eq!(of(pin), expected, "{pin}");
        }
    }

    #[test]
    fn half_of_all_patterns_is_not_refused() {
        let refused = (0..10_000).filter(|n| !of(&format!("{n:04}")).is_empty()).count();
        assert!((400..=500).contains(&refused), "{refused} of 10,000 PINs are refused");
    }

    #[test]
    fn holding_is_in_one_piece() {
        assert!(holds(b"80361", b"8036") && holds(b"18036", b"8036") && holds(b"8036", b"8036"));
        assert!(!holds(b"803", b"8036") && !holds(b"80136", b"8036") && !holds(b"8036", b""));
    }
}
