//! Machine-readable zones of three shapes (ICAO Doc 9303, parts 3 to 6).

use super::fields::{CheckDigit, MrzDate, MrzFormat, Sex};
use crate::error::{Error, Result};
use crate::time::{DAY_S, Day};
use std::fmt;

/// A machine-readable zone: everything that it says, whether or not its check digits are right
/// ([`Mrz::wrong_digits`]).
///
/// Its debug output says nothing of the holder.
///
/// ```
/// use selfsame_chip::Mrz;
///
/// // The specimen of ICAO Doc 9303-4.
/// let zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n\
///             L898902C36UTO7408122F1204159ZE184226B<<<<<10";
/// let mrz = Mrz::parse(zone.as_bytes())?;
/// assert_eq!((mrz.issuing_state(), mrz.number()), ("UTO", "L898902C3"));
/// assert_eq!((mrz.surname(), mrz.given_names()), ("ERIKSSON", "ANNA MARIA"));
/// assert_eq!(mrz.expiry().unwrap().to_string(), "2012-04-15");
/// assert!(mrz.wrong_digits().is_empty());
/// # Ok::<(), selfsame_chip::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Mrz {
    format: MrzFormat,
    zone: String,
    code: String,
    state: String,
    number: String,
    nationality: String,
    names: (String, String),
    birth: MrzDate,
    sex: Sex,
    expiry: MrzDate,
    optional: [String; 2],
    wrong: Vec<CheckDigit>,
}

/// A stretch of a zone, and one behind it that ends its check.
struct Zone<'a>(&'a [u8]);

impl<'a> Zone<'a> {
    fn field(&self, from: usize, to: usize) -> &'a [u8] {
        // Offsets are those of a shape whose length was looked at.
        self.0.get(from..to).unwrap_or_default()
    }
}

impl Mrz {
    /// Reads a zone of 90, 72 or 88 characters, with or without line breaks.
    ///
    /// # Errors
    /// [`ChipReason::Malformed`](crate::ChipReason::Malformed) for another number of characters,
    /// characters that no zone has, and dates that are none. Wrong check digits are no error.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        // A zone has 90 characters, and three line breaks of two.
        let characters: Vec<u8> = bytes.iter().take(97).filter(|b| !b"\r\n".contains(b)).copied().collect();
        let format = match characters.len() {
            90 => MrzFormat::Td1,
            72 => MrzFormat::Td2,
            88 => MrzFormat::Td3,
            _ => return Err(Error::malformed("a zone has 90, 72 or 88 characters")),
        };
        let allowed = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'<';
        if let Some(at) = characters.iter().position(|byte| !allowed(byte)) {
            return Err(Error::malformed("a zone has A to Z, 0 to 9 and <").at(at));
        }
        let zone = Zone(&characters);
        let mut mrz = match format {
            MrzFormat::Td1 => td1(&zone)?,
            MrzFormat::Td2 => two_lines(&zone, format, (36, 64, 71))?,
            MrzFormat::Td3 => two_lines(&zone, format, (44, 72, 86))?,
        };
        mrz.zone = characters.iter().map(|byte| char::from(*byte)).collect();
        Ok(mrz)
    }

    /// The document's shape.
    #[must_use]
    pub fn format(&self) -> MrzFormat {
        self.format
    }

    /// All characters, without line breaks.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        let (count, length) = self.format.shape();
        (0..count).filter_map(move |i| self.zone.get(i * length..(i + 1) * length))
    }

    /// The kind of document: `P` for a passport, `I`, `A` or `C` and a letter for a card.
    #[must_use]
    pub fn document_code(&self) -> &str {
        &self.code
    }

    /// The issuing state's or organisation's letters, up to three: Germany's are `D`.
    #[must_use]
    pub fn issuing_state(&self) -> &str {
        &self.state
    }

    /// The document's number, the rest that a small card has elsewhere included.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    /// The holder's nationality, up to three letters.
    #[must_use]
    pub fn nationality(&self) -> &str {
        &self.nationality
    }

    /// The primary identifier: in most states the surname. It may be cut off.
    #[must_use]
    pub fn surname(&self) -> &str {
        &self.names.0
    }

    /// The secondary identifier: given names; empty if there are none. It may be cut off.
    #[must_use]
    pub fn given_names(&self) -> &str {
        &self.names.1
    }

    /// The date of birth. Its century is not stated ([`MrzDate::not_after`]).
    #[must_use]
    pub fn birth(&self) -> MrzDate {
        self.birth
    }

    /// The full date of birth: the last that was not after this time, in seconds since 1970. `None`
    /// where parts of it are unknown.
    #[must_use]
    pub fn birth_before(&self, at: u64) -> Option<Day> {
        let days = i64::try_from(at).ok()?.div_euclid(DAY_S);
        self.birth.not_after(Day::from_days(days)?)
    }

    /// The holder's sex.
    #[must_use]
    pub fn sex(&self) -> Sex {
        self.sex
    }

    /// The last day on which the document is valid; `None` if a part of it is unknown. Years of two
    /// digits are those from 2000 to 2099: no chip is older.
    #[must_use]
    pub fn expiry(&self) -> Option<Day> {
        self.expiry.in_century(2000)
    }

    /// Whether the document has expired at this time, in seconds since 1970. The day of expiry ends
    /// where it ends last, twelve hours behind universal time. A date that is unknown is no expiry.
    #[must_use]
    pub fn has_expired(&self, at: u64) -> bool {
        let ends = self.expiry().map(|day| day.begins_at() + DAY_S + DAY_S / 2);
        ends.is_some_and(|ends| i64::try_from(at).unwrap_or(i64::MAX) >= ends)
    }

    /// Optional data: a passport's personal number; a card has up to two.
    #[must_use]
    pub fn optional_data(&self) -> [&str; 2] {
        self.optional.each_ref().map(String::as_str)
    }

    /// The check digits that are wrong. States have issued documents that have some.
    #[must_use]
    pub fn wrong_digits(&self) -> &[CheckDigit] {
        &self.wrong
    }
}

impl fmt::Debug for Mrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mrz").field("format", &self.format).field("state", &self.state).finish_non_exhaustive()
    }
}

/// A card's three lines (ICAO Doc 9303-5, section 4.2).
fn td1(zone: &Zone<'_>) -> Result<Mrz> {
    let (number, digit, optional) = (zone.field(5, 14), zone.field(14, 15), zone.field(15, 30));
    // A number of over nine characters goes on in the optional data, its check digit behind it, and
    // has a filler in the digit's place.
    let rest = optional.split(|byte| *byte == b'<').next().unwrap_or_default();
    let (number, digit, optional) = match rest.split_last() {
        Some((last, rest)) if digit == b"<" => (
            &[number, rest].concat()[..],
            std::slice::from_ref(last),
            optional.get(rest.len() + 2..).unwrap_or_default(),
        ),
        _ => (number, digit, optional),
    };
    let (birth, expiry) = (zone.field(30, 36), zone.field(38, 44));
    let composite = [zone.field(5, 30), zone.field(30, 37), zone.field(38, 45), zone.field(48, 59)].concat();
    let mut wrong = Vec::new();
    check(CheckDigit::Number, number, digit, &mut wrong);
    check(CheckDigit::Birth, birth, zone.field(36, 37), &mut wrong);
    check(CheckDigit::Expiry, expiry, zone.field(44, 45), &mut wrong);
    check(CheckDigit::Composite, &composite, zone.field(59, 60), &mut wrong);
    Ok(Mrz {
        format: MrzFormat::Td1,
        zone: String::new(),
        code: text(zone.field(0, 2)),
        state: text(zone.field(2, 5)),
        number: text(number),
        nationality: text(zone.field(45, 48)),
        names: names(zone.field(60, 90)),
        birth: MrzDate::read(birth)?,
        sex: sex(zone.field(37, 38)),
        expiry: MrzDate::read(expiry)?,
        optional: [text(optional), text(zone.field(48, 59))],
        wrong,
    })
}

/// The two lines of a passport or a larger card (ICAO Doc 9303-4 and 9303-6, section 4.2): where
/// the second line and its optional data begin, and where those end.
fn two_lines(zone: &Zone<'_>, format: MrzFormat, at: (usize, usize, usize)) -> Result<Mrz> {
    let (line, optional_at, optional_end) = at;
    let field = |from: usize, to: usize| zone.field(line + from, line + to);
    let (number, digit) = (field(0, 9), field(9, 10));
    let optional = zone.field(optional_at, optional_end);
    let composite_at = zone.0.len() - 1;
    let composite = [field(0, 10), field(13, 20), zone.field(line + 21, composite_at)].concat();
    let mut wrong = Vec::new();
    // As a small card does, a larger one may go on with its number in the optional data.
    let rest = optional.split(|byte| *byte == b'<').next().unwrap_or_default();
    let (number, digit, optional) = match rest.split_last() {
        Some((last, rest)) if digit == b"<" && format == MrzFormat::Td2 => (
            &[number, rest].concat()[..],
            std::slice::from_ref(last),
            optional.get(rest.len() + 2..).unwrap_or_default(),
        ),
        _ => (number, digit, optional),
    };
    check(CheckDigit::Number, number, digit, &mut wrong);
    check(CheckDigit::Birth, field(13, 19), field(19, 20), &mut wrong);
    check(CheckDigit::Expiry, field(21, 27), field(27, 28), &mut wrong);
    if format == MrzFormat::Td3 {
        let digit = zone.field(optional_end, optional_end + 1);
        // Where there are no data, a filler may stand for the digit.
        if !(digit == b"<" && optional.iter().all(|byte| *byte == b'<')) {
            check(CheckDigit::Optional, optional, digit, &mut wrong);
        }
    }
    check(CheckDigit::Composite, &composite, zone.field(composite_at, composite_at + 1), &mut wrong);
    Ok(Mrz {
        format,
        zone: String::new(),
        code: text(zone.field(0, 2)),
        state: text(zone.field(2, 5)),
        number: text(number),
        nationality: text(field(10, 13)),
        names: names(zone.field(5, line)),
        birth: MrzDate::read(field(13, 19))?,
        sex: sex(field(20, 21)),
        expiry: MrzDate::read(field(21, 27))?,
        optional: [text(optional), String::new()],
        wrong,
    })
}

/// Characters without the fillers around them; those between are spaces.
fn text(field: &[u8]) -> String {
    let spaced: String = field.iter().map(|byte| char::from(*byte)).collect();
    spaced.trim_matches('<').replace('<', " ")
}

/// Two fillers part the surname from given names.
fn names(field: &[u8]) -> (String, String) {
    let at = field.windows(2).position(|pair| pair == b"<<").unwrap_or(field.len());
    (text(field.get(..at).unwrap_or_default()), text(field.get(at..).unwrap_or_default()))
}

fn sex(field: &[u8]) -> Sex {
    match field {
        b"M" => Sex::Male,
        b"F" => Sex::Female,
        _ => Sex::Unspecified,
    }
}

/// Notes a digit that is not the sum of the characters' values by 7, 3, 1, modulo 10 (ICAO Doc
/// 9303-3, section 4.9).
fn check(which: CheckDigit, field: &[u8], digit: &[u8], wrong: &mut Vec<CheckDigit>) {
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 =
        field.iter().map(value).zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum();
    if digit != [b'0' + (sum % 10) as u8] {
        wrong.push(which);
    }
}
