//! What the fields of a machine-readable zone are read into.

use crate::error::{Error, Result};
use crate::time::{Day, number};

/// The shape of a document, and so of its machine-readable zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MrzFormat {
    /// A card: three lines of 30 characters.
    Td1,
    /// A larger card: two lines of 36 characters.
    Td2,
    /// A passport: two lines of 44 characters.
    Td3,
}

impl MrzFormat {
    /// The stable `snake_case` word: `td1`, `td2`, `td3`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Td1 => "td1",
            Self::Td2 => "td2",
            Self::Td3 => "td3",
        }
    }

    /// Lines, and characters of a line.
    pub(super) const fn shape(self) -> (usize, usize) {
        match self {
            Self::Td1 => (3, 30),
            Self::Td2 => (2, 36),
            Self::Td3 => (2, 44),
        }
    }
}

/// A check digit of a machine-readable zone (ICAO Doc 9303-3, section 4.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckDigit {
    /// Of the document's number.
    Number,
    /// Of the date of birth.
    Birth,
    /// Of the date of expiry.
    Expiry,
    /// Of the personal number or other optional data.
    Optional,
    /// Over all of them.
    Composite,
}

impl CheckDigit {
    /// The stable `snake_case` word, for logs and machine-readable output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Birth => "birth",
            Self::Expiry => "expiry",
            Self::Optional => "optional",
            Self::Composite => "composite",
        }
    }
}

/// What a zone says of the holder's sex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// `M`.
    Male,
    /// `F`.
    Female,
    /// `<` or `X`.
    Unspecified,
}

/// A date of a zone: two digits of the year, and month and day, which may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MrzDate {
    /// The year within its century, 0 to 99.
    pub year: Option<u8>,
    /// The month, 1 to 12.
    pub month: Option<u8>,
    /// The day of the month, 1 to 31.
    pub day: Option<u8>,
}

impl MrzDate {
    /// A date's three pairs of digits, each of which may be fillers.
    pub(super) fn read(field: &[u8]) -> Result<Self> {
        let fault = || Error::malformed("a date has something else than digits");
        let mut pairs = field.chunks(2).map(|pair| match pair {
            b"<<" => Ok(None),
            digits => number(digits).map(|value| Some(value as u8)).ok_or_else(fault),
        });
        let mut next = || pairs.next().unwrap_or(Ok(None));
        let date = Self { year: next()?, month: next()?, day: next()? };
        let there_is = |part: Option<u8>, most| part.is_none_or(|value| (1..=most).contains(&value));
        if there_is(date.month, 12) && there_is(date.day, 31) { Ok(date) } else { Err(fault()) }
    }

    /// The day of the century that begins with this year; `None` if parts are unknown.
    pub(super) fn in_century(self, century: u16) -> Option<Day> {
        Day::new(century + u16::from(self.year?), self.month?, self.day?)
    }

    /// The last day of this date that is not after `day`, as a date of birth is not after today;
    /// `None` if parts are unknown.
    #[must_use]
    pub fn not_after(self, day: Day) -> Option<Day> {
        let century = day.year() / 100 * 100;
        let past = self.in_century(century).filter(|date| *date <= day);
        past.or_else(|| self.in_century(century.checked_sub(100)?))
    }
}
