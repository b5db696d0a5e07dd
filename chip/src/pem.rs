//! Objects in PEM (RFC 7468), or one in DER.

use crate::error::{ChipReason, Error, Result};
use std::borrow::Cow;

/// Bytes of a file at most. Chosen by hand: all states' authorities have about one megabyte.
const MAX_BYTES: usize = 16 << 20;

/// The objects of this kind: all in PEM, or the one that the bytes are.
pub(crate) fn objects<'a>(bytes: &'a [u8], label: &str) -> Result<Vec<Cow<'a, [u8]>>> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::new(ChipReason::TooLarge, "a file of certificates"));
    }
    // DER of all kinds here begins with the tag of a sequence, which is a digit in ASCII.
    if bytes.first() == Some(&0x30) {
        return Ok(vec![Cow::Borrowed(bytes)]);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::malformed("this is neither DER nor PEM"))?;
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once(&begin) {
        let Some((body, behind)) = behind.split_once(&end) else {
            return Err(Error::malformed("an object in PEM does not end"));
        };
        found.push(Cow::Owned(base64(body)?));
        rest = behind;
    }
    if found.is_empty() {
        return Err(Error::malformed("this is neither DER nor PEM"));
    }
    Ok(found)
}

/// The bytes of base64 (RFC 4648, section 4); whitespace is passed over.
fn base64(text: &str) -> Result<Vec<u8>> {
    let fault = || Error::malformed("base64 has another character");
    let (mut out, mut bits, mut count) = (Vec::with_capacity(text.len() / 4 * 3), 0u32, 0u32);
    let mut padding = false;
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding = true;
                continue;
            }
            _ => return Err(fault()),
        };
        if padding {
            return Err(fault());
        }
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pem_holds_any_number_of_objects() {
        let text = b"x\n-----BEGIN A-----\nAQID\nBA==\n-----END A-----\n-----BEGIN A-----\nBQ==\n-----END A-----\n";
        assert_eq!(objects(text, "A").unwrap(), [vec![1, 2, 3, 4], vec![5]]);
        assert_eq!(objects(&[0x30, 0], "A").unwrap(), [vec![0x30, 0]]);
        for bad in [&b""[..], b"x", b"-----BEGIN A-----\nAQ", b"-----BEGIN A-----\n=A\n-----END A-----", b"\xFF"] {
            assert!(objects(bad, "A").is_err());
        }
    }
}
