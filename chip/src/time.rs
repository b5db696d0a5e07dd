//! Times of certificates, and dates of documents.

use crate::der::Item;
use crate::error::{Error, Result};
use std::fmt;

/// UTCTime.
const UTC_TIME: u32 = 0x17;
/// GeneralizedTime.
const GENERALIZED_TIME: u32 = 0x18;
/// Seconds of a day.
pub(crate) const DAY_S: i64 = 86_400;

/// A day of the Gregorian calendar. It is shown as `2031-04-15`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// A day that there is, of the years 1 to 9999; else `None`.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            _ => return None,
        };
        let there_is = (1..=9999).contains(&year) && (1..=last).contains(&day);
        there_is.then_some(Self { year, month, day })
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub fn day(self) -> u8 {
        self.day
    }

    /// When the day begins in universal time, in seconds since 1970, negative before.
    #[must_use]
    pub fn begins_at(self) -> i64 {
        // Days since 1 March of the year 0, whose months are counted from March so that the day
        // that leap years add is the last one (Fliegel and Van Flandern 1968).
        let (year, month) = match self.month {
            1 | 2 => (i64::from(self.year) - 1, i64::from(self.month) + 9),
            month => (i64::from(self.year), i64::from(month) - 3),
        };
        let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + i64::from(self.day) - 1;
        (days - 719_468) * DAY_S
    }

    /// The day that is this many days after 1 January 1970, or before it; `None` outside of the
    /// years 1 to 9999.
    #[must_use]
    pub fn from_days(days: i64) -> Option<Self> {
        // The years of four centuries have 146,097 days; see `begins_at`.
        let days = days.checked_add(719_468).filter(|days| (0..4_000_000).contains(days))?;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let of_month = of_year - (153 * month + 2) / 5 + 1;
        let (year, month) = (era * 400 + year, if month < 10 { month + 3 } else { month - 9 });
        let year = if month <= 2 { year + 1 } else { year };
        Self::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(of_month).ok()?)
    }

    /// The day of eight digits, year first.
    pub(crate) fn of_digits(digits: &[u8]) -> Option<Self> {
        let number = |range| number(digits.get(range)?);
        if digits.len() != 8 {
            return None;
        }
        Self::new(number(0..4)?, u8::try_from(number(4..6)?).ok()?, u8::try_from(number(6..8)?).ok()?)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// The number of these digits; `None` if there is something else among them.
pub(crate) fn number(digits: &[u8]) -> Option<u16> {
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    digits.iter().try_fold(0u16, |sum, byte| sum.checked_mul(10)?.checked_add(digit(byte)?))
}

/// The time of a UTCTime or GeneralizedTime, in seconds since 1970 (RFC 5280, section 4.1.2.5):
/// seconds may be left out, which certificates of before it do; the zone is Z.
pub(crate) fn read(item: Item<'_>) -> Result<i64> {
    parse(item).ok_or_else(|| Error::malformed("a time is none").at(item.at))
}

fn parse(item: Item<'_>) -> Option<i64> {
    let (year, rest) = match item.tag {
        UTC_TIME => {
            let (year, rest) = item.value.split_at_checked(2)?;
            let year = number(year)?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        GENERALIZED_TIME => {
            let (year, rest) = item.value.split_at_checked(4)?;
            (number(year)?, rest)
        }
        _ => return None,
    };
    let two = |range| number(rest.get(range)?);
    let (month, day) = (u8::try_from(two(0..2)?).ok()?, u8::try_from(two(2..4)?).ok()?);
    let (hour, minute) = (two(4..6)?, two(6..8)?);
    let second = match rest.get(8..)? {
        b"Z" => 0,
        [_, _, b'Z'] => two(8..10)?,
        _ => return None,
    };
    // Leap seconds are written as 60.
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some(Day::new(year, month, day)?.begins_at() + of_day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::{Der, wrap};

    #[test]
    fn days_are_counted_from_1970() {
        let begins = |year, month, day| Day::new(year, month, day).unwrap().begins_at() / DAY_S;
        assert_eq!((begins(1970, 1, 1), begins(1969, 12, 31), begins(2000, 3, 1)), (0, -1, 11_017));
        assert_eq!(begins(2026, 11, 29), 20_786);
        for days in -719_162..2_932_897 {
            assert_eq!(Day::from_days(days).unwrap().begins_at(), days * DAY_S);
        }
        assert_eq!((Day::from_days(-719_163), Day::from_days(2_932_897), Day::from_days(i64::MAX)), (None, None, None));
        for (year, month, day) in [(2023, 2, 29), (1900, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (0, 1, 1)]
        {
            assert_eq!(Day::new(year, month, day), None);
        }
    }

    #[test]
    fn times_of_certificates() {
        let time = |tag, text: &[u8]| read(Der::new(&wrap(tag, text)).next().unwrap()).ok();
        assert_eq!(time(0x17, b"700101000001Z"), Some(1));
        assert_eq!(time(0x17, b"491231235959Z"), time(0x18, b"20491231235959Z"));
        assert_eq!(time(0x17, b"7001010001Z"), Some(60));
        for bad in [&b"700101000001"[..], b"7001010000010Z", b"701301000001Z", b"70010a000001Z", b"700101240000Z", b""]
        {
            assert_eq!(time(0x17, bad), None, "{bad:?}");
        }
    }
}
