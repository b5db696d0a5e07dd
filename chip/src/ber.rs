//! From BER to DER, as far as documents need it: elements of indefinite length, and OCTET STRINGs
//! in pieces (ITU-T X.690, 8.1.3.6 and 8.7.3).
//!
//! What has neither is copied byte by byte, other lengths than the shortest included: signatures
//! are over the bytes as they were signed.

use crate::der::{self, head, put_length};
use crate::error::{ChipReason, Error, Result};
use std::borrow::Cow;

/// Elements that may lie in one another. Chosen by hand: certificates have a dozen levels.
const MAX_DEPTH: usize = 32;
/// Set in a tag's first byte if its contents are elements.
const CONSTRUCTED: u8 = 0x20;
/// An OCTET STRING.
const OCTETS: u8 = 0x04;
/// An OCTET STRING in pieces.
const PIECES: u8 = 0x24;

/// The element that `bytes` begin with, with definite lengths throughout, and the number of bytes
/// that it took.
///
/// # Errors
/// [`ChipReason::Malformed`], or [`ChipReason::TooLarge`] for over 32 levels.
pub(crate) fn to_der(bytes: &[u8]) -> Result<(Cow<'_, [u8]>, usize)> {
    element(bytes, 0, 0)
}

/// The same for an element at this offset, inside of `depth` others.
fn element(bytes: &[u8], at: usize, depth: usize) -> Result<(Cow<'_, [u8]>, usize)> {
    if depth == MAX_DEPTH {
        return Err(Error::new(ChipReason::TooLarge, "elements lie too deep in one another").at(at));
    }
    let fault = |what| Error::malformed(what).at(at);
    let (_, header, length) = head(bytes).map_err(fault)?;
    let first = bytes.first().copied().unwrap_or_default();
    let contents = match length {
        Some(length) => header.checked_add(length).and_then(|end| bytes.get(header..end)),
        None => bytes.get(header..),
    };
    let contents = contents.ok_or_else(|| fault("an element reaches over the end of what holds it"))?;
    let (inner, used) = match length {
        Some(length) if first & CONSTRUCTED == 0 => (None, length),
        None if first & CONSTRUCTED == 0 => return Err(fault("bytes that are no elements have an indefinite length")),
        length => children(contents, at + header, depth, length.is_none(), first == PIECES)?,
    };
    let end = header + used;
    let whole = match inner {
        None => Cow::Borrowed(bytes.get(..end).unwrap_or_default()),
        Some(inner) => {
            let (tag, contents) = match first {
                PIECES => (&[OCTETS][..], joined(&inner).map_err(|error| error.at(at))?),
                _ => (bytes.get(..tag_len(bytes)).unwrap_or_default(), inner),
            };
            let mut out = tag.to_vec();
            put_length(&mut out, contents.len());
            out.extend_from_slice(&contents);
            Cow::Owned(out)
        }
    };
    Ok((whole, end))
}

/// What lies in an element that has no end stated, or is in pieces, or holds one of these:
/// rewritten if so, and `None` if it may stay as it is. And how many bytes it took.
fn children(bytes: &[u8], at: usize, depth: usize, endless: bool, pieces: bool) -> Result<(Option<Vec<u8>>, usize)> {
    let mut out = (endless || pieces).then(Vec::new);
    let mut used = 0;
    loop {
        let rest = bytes.get(used..).unwrap_or_default();
        match rest {
            [] if endless => return Err(Error::malformed("an element of indefinite length does not end").at(at)),
            [] => return Ok((out, used)),
            [0, 0, ..] if endless => return Ok((out, used + 2)),
            _ => {}
        }
        let (part, len) = element(rest, at + used, depth + 1)?;
        if let (Cow::Owned(_), None) = (&part, &out) {
            out = bytes.get(..used).map(<[u8]>::to_vec);
        }
        if let Some(out) = &mut out {
            out.extend_from_slice(&part);
        }
        used += len;
    }
}

/// The contents of an OCTET STRING in pieces.
fn joined(pieces: &[u8]) -> Result<Vec<u8>> {
    let (mut pieces, mut joined) = (der::Der::new(pieces), Vec::new());
    while !pieces.is_empty() {
        let piece = pieces.expect(der::OCTET_STRING, "a piece of an octet string is none");
        joined.extend_from_slice(piece.map_err(|_| Error::malformed("a piece of an octet string is none"))?.value);
    }
    Ok(joined)
}

/// Bytes that a tag takes.
fn tag_len(bytes: &[u8]) -> usize {
    match bytes {
        [first, rest @ ..] if first & 0x1F == 0x1F => 2 + rest.iter().take_while(|byte| **byte & 0x80 != 0).count(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_to_be_is_rewritten() {
        let table: [(&[u8], &[u8]); 6] = [
            (&[0x30, 3, 2, 1, 9], &[0x30, 3, 2, 1, 9]),
            // A length that is not the shortest stays.
            (&[0x30, 0x81, 3, 2, 1, 9], &[0x30, 0x81, 3, 2, 1, 9]),
            (&[0x30, 0x80, 2, 1, 9, 0, 0], &[0x30, 3, 2, 1, 9]),
            (&[0x24, 6, 4, 1, 7, 4, 1, 8], &[4, 2, 7, 8]),
            (&[0x24, 0x80, 4, 1, 7, 0x24, 3, 4, 1, 8, 0, 0], &[4, 2, 7, 8]),
            (&[0x31, 9, 2, 1, 5, 0x30, 0x80, 5, 0, 0, 0], &[0x31, 7, 2, 1, 5, 0x30, 2, 5, 0]),
        ];
        for (ber, der) in table {
            let (out, used) = to_der(ber).unwrap();
            assert_eq!((&*out, used), (der, ber.len()), "{ber:02X?}");
            assert!(!matches!(out, Cow::Owned(out) if out == ber), "copied for nothing: {ber:02X?}");
        }
        assert_eq!(to_der(&[5, 0, 1, 2]).unwrap().1, 2);
    }

    #[test]
    fn what_is_broken_is_refused() {
        let deep = [0x30, 0x80].repeat(40);
        for bad in [&[][..], &[0x30], &[0x30, 0x80, 2, 1], &[0x04, 0x80, 0, 0], &[0x24, 2, 5, 0], &deep] {
            assert!(to_der(bad).is_err(), "{bad:02X?}");
        }
    }
}
