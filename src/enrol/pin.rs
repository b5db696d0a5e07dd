//! PINs: read once, compared in constant time, overwritten when dropped, never printed.

use crate::secret::SecretBytes;
use crate::words::sealed_words;
use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;

/// Digits that a PIN can hold at most. Chosen by hand; what [`Policy`](super::Policy) allows is
/// less by default.
pub const MAX_PIN_DIGITS: usize = 32;

/// Which of the two PINs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhichPin {
    /// PIN1, for authentication.
    Pin1,
    /// PIN2, for signatures.
    Pin2,
}

sealed_words!(WhichPin {
    Pin1 => "pin1",
    Pin2 => "pin2",
});

/// Why what was typed is no PIN at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotAPin {
    /// The text is empty.
    Empty,
    /// The text has over [`MAX_PIN_DIGITS`] digits.
    TooLong,
    /// The text holds something other than the digits 0 to 9.
    NotDigits,
}

impl fmt::Display for NotAPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a PIN has at least one digit"),
            Self::TooLong => write!(f, "a PIN has at most {MAX_PIN_DIGITS} digits"),
            Self::NotDigits => f.write_str("a PIN consists of the digits 0 to 9"),
        }
    }
}

impl std::error::Error for NotAPin {}

/// PIN1 (`Pin<1>`, for authentication) or PIN2 (`Pin<2>`, for signatures); one cannot be given for
/// the other.
///
/// The digits lie in memory of their own, which is overwritten when the PIN is dropped; moving it
/// copies a pointer. It is neither `Clone` nor serialisable. The text that it is read from belongs
/// to the caller, who has to overwrite that, too.
///
/// ```
/// use selfsame::enrol::Pin;
/// let pin = Pin::<1>::parse("8036")?;
/// assert!(pin == Pin::parse("8036")? && pin != Pin::parse("80360")?);
/// assert_eq!(format!("{pin:?}"), "Pin1(redacted)");
/// # Ok::<(), selfsame::enrol::NotAPin>(())
/// ```
///
/// ```compile_fail,E0308
/// # use selfsame::enrol::Pin;
/// let pin2: Pin<2> = Pin::<1>::parse("8036").unwrap();
/// ```
pub struct Pin<const N: u8> {
    /// The number of digits, the digits, and zeros: always as many bytes, so that comparing tells
    /// not even the length.
    padded: SecretBytes,
}

impl<const N: u8> Pin<N> {
    /// Reads 1 to 32 digits. Whether that is a good PIN is the [`Policy`](super::Policy)'s
    /// business.
    ///
    /// # Errors
    /// A [`NotAPin`] that says what the text is instead.
    pub fn parse(text: &str) -> Result<Self, NotAPin> {
        Self::from_digits(text.as_bytes())
    }

    fn from_digits(digits: &[u8]) -> Result<Self, NotAPin> {
        if !digits.iter().all(u8::is_ascii_digit) {
            return Err(NotAPin::NotDigits);
        }
        if digits.is_empty() {
            return Err(NotAPin::Empty);
        }
        let mut padded = SecretBytes::from_slice(&[0; MAX_PIN_DIGITS + 1]);
        let (Some((len, room)), Ok(count)) = (padded.expose_mut().split_first_mut(), u8::try_from(digits.len())) else {
            return Err(NotAPin::TooLong);
        };
        *len = count;
        room.get_mut(..digits.len()).ok_or(NotAPin::TooLong)?.copy_from_slice(digits);
        Ok(Self { padded })
    }

    /// The digits, `b'0'` to `b'9'`: for a key store and for nobody else.
    pub fn expose_digits(&self) -> &[u8] {
        // `from_digits` is the only way in: one byte of length, at most MAX_PIN_DIGITS, and room
        // for as many digits. Without digits a PIN would equal nothing and be too short for every
        // policy.
        let Some((len, digits)) = self.padded.expose().split_first() else {
            debug_assert!(false, "a PIN without its length");
            return &[];
        };
        debug_assert!(usize::from(*len) <= digits.len(), "a PIN longer than its room");
        digits.get(..usize::from(*len)).unwrap_or_default()
    }

    /// A copy, for key stores in memory.
    pub(super) fn copy(&self) -> Self {
        Self { padded: SecretBytes::from_slice(self.padded.expose()) }
    }
}

impl<const N: u8> PartialEq for Pin<N> {
    fn eq(&self, other: &Self) -> bool {
        self.padded.ct_eq(&other.padded).into()
    }
}

impl<const N: u8> Eq for Pin<N> {}

impl<const N: u8> fmt::Debug for Pin<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin{N}(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_nothing_else() {
        assert_eq!(Pin::<2>::parse("00815").unwrap().expose_digits(), b"00815");
        let cases = [
            ("", NotAPin::Empty),
            ("12 4", NotAPin::NotDigits),
            ("١٢٣٤", NotAPin::NotDigits),
            ("-123", NotAPin::NotDigits),
        ];
        for (text, fault) in cases {
            assert_eq!(Pin::<1>::parse(text).unwrap_err(), fault, "{text:?}");
        }
        assert!(Pin::<1>::parse(&"7".repeat(32)).is_ok());
        for len in [33, 255, 256, 257, 70_000] {
            assert_eq!(Pin::<1>::parse(&"7".repeat(len)).unwrap_err(), NotAPin::TooLong, "{len}");
        }
    }

    #[test]
    fn a_pin_equals_only_itself() {
        let pins = ["8036", "80360", "803600", "8037", "0803", "0"].map(|text| Pin::<1>::parse(text).unwrap());
        for (i, a) in pins.iter().enumerate() {
            for (j, b) in pins.iter().enumerate() {
                assert_eq!(a == b, i == j, "{i} {j}");
            }
            assert_eq!(*a, a.copy());
        }
    }
}
