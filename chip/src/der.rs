//! Tag-length-value elements (ITU-T X.690; ISO/IEC 7816-4), read where they lie.
//!
//! A [`Der`] is a stretch of bytes that holds elements one after the other; an element's contents
//! are such a stretch again. Nothing recurses here: who reads a format goes down as many levels as
//! it has. Lengths are definite; what documents have of indefinite ones, [`crate::ber`] rewrites
//! first.

use crate::error::{Error, Result};

/// BOOLEAN.
pub(crate) const BOOLEAN: u32 = 0x01;
/// INTEGER.
pub(crate) const INTEGER: u32 = 0x02;
/// BIT STRING.
pub(crate) const BIT_STRING: u32 = 0x03;
/// OCTET STRING.
pub(crate) const OCTET_STRING: u32 = 0x04;
/// NULL.
pub(crate) const NULL: u32 = 0x05;
/// OBJECT IDENTIFIER.
pub(crate) const OID: u32 = 0x06;
/// SEQUENCE.
pub(crate) const SEQUENCE: u32 = 0x30;
/// SET.
pub(crate) const SET: u32 = 0x31;

/// The constructed tag `[n]`.
pub(crate) const fn context(n: u32) -> u32 {
    0xA0 | n
}

/// A stretch of bytes that holds elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Der<'a> {
    rest: &'a [u8],
    /// Offset of `rest`, for messages.
    at: usize,
}

/// One element.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Item<'a> {
    /// All bytes of the tag, the first one highest.
    pub(crate) tag: u32,
    /// Offset of the tag.
    pub(crate) at: usize,
    /// Tag, length and contents.
    pub(crate) whole: &'a [u8],
    /// The contents.
    pub(crate) value: &'a [u8],
}

/// Tag, and number of bytes of tag and length, and the contents' length; `None` if it is
/// indefinite.
pub(crate) fn head(bytes: &[u8]) -> Result<(u32, usize, Option<usize>), &'static str> {
    let short = "an element is cut short";
    let mut left = bytes.iter().copied();
    let first = left.next().ok_or(short)?;
    let mut tag = u32::from(first);
    // Five set bits say that the tag goes on; every further byte but the last has its highest bit
    // set.
    if first & 0x1F == 0x1F {
        loop {
            let byte = left.next().ok_or(short)?;
            if tag > 0xFFFF {
                return Err("a tag has over three bytes");
            }
            tag = tag << 8 | u32::from(byte);
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    let length = match left.next().ok_or(short)? {
        form @ 0..=0x7F => Some(usize::from(form)),
        0x80 => None,
        form @ 0x81..=0x84 => {
            let mut length = 0usize;
            for _ in 0x80..form {
                length = length << 8 | usize::from(left.next().ok_or(short)?);
            }
            Some(length)
        }
        _ => return Err("a length has over four bytes"),
    };
    Ok((tag, bytes.len() - left.len(), length))
}

impl<'a> Der<'a> {
    /// All of these bytes.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }

    /// Whether nothing is left.
    pub(crate) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The error of these bytes, at the next element.
    pub(crate) fn fault(&self, what: &'static str) -> Error {
        Error::malformed(what).at(self.at)
    }

    /// The next element's tag; `None` at the end or where there is none.
    pub(crate) fn peek(&self) -> Option<u32> {
        head(self.rest).ok().map(|(tag, ..)| tag)
    }

    /// The next element.
    pub(crate) fn next(&mut self) -> Result<Item<'a>> {
        let (tag, header, length) = head(self.rest).map_err(|what| self.fault(what))?;
        let length = length.ok_or_else(|| self.fault("a length is indefinite"))?;
        let end = header.checked_add(length).ok_or_else(|| self.fault("an element is too long"))?;
        let Some((whole, rest)) = self.rest.split_at_checked(end) else {
            return Err(self.fault("an element reaches over the end of what holds it"));
        };
        let item = Item { tag, at: self.at, whole, value: whole.get(header..).unwrap_or_default() };
        (self.rest, self.at) = (rest, self.at + end);
        Ok(item)
    }

    /// The next element, which has this tag; `what` names it in the error.
    pub(crate) fn expect(&mut self, tag: u32, what: &'static str) -> Result<Item<'a>> {
        if self.peek() == Some(tag) { self.next() } else { Err(self.fault(what)) }
    }

    /// The next element, if it has this tag.
    pub(crate) fn optional(&mut self, tag: u32) -> Result<Option<Item<'a>>> {
        if self.peek() == Some(tag) { self.next().map(Some) } else { Ok(None) }
    }

    /// Nothing may be left.
    pub(crate) fn end(&self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(self.fault("there is more than there should be")) }
    }
}

impl<'a> Item<'a> {
    /// The elements that the contents are.
    pub(crate) fn inside(&self) -> Der<'a> {
        Der { rest: self.value, at: self.at + (self.whole.len() - self.value.len()) }
    }

    /// The error of this element.
    pub(crate) fn fault(&self, what: &'static str) -> Error {
        Error::malformed(what).at(self.at)
    }

    /// The contents as a whole number that is not negative, without leading zeros.
    pub(crate) fn unsigned(&self) -> Result<&'a [u8]> {
        match self.value {
            [] => Err(self.fault("a number has no bytes")),
            [0x80..=0xFF, ..] => Err(self.fault("a number is negative")),
            [0, second, ..] if *second < 0x80 => Err(self.fault("a number begins with zeros")),
            [0, rest @ ..] => Ok(rest),
            all => Ok(all),
        }
    }

    /// The contents as a number of one byte.
    pub(crate) fn small(&self) -> Result<u8> {
        match self.unsigned()? {
            [] => Ok(0),
            [number] => Ok(*number),
            _ => Err(self.fault("a number is too large")),
        }
    }

    /// The bytes of a BIT STRING that has whole ones.
    pub(crate) fn bits(&self) -> Result<&'a [u8]> {
        match self.value {
            [0, bytes @ ..] => Ok(bytes),
            _ => Err(self.fault("a string of bits does not have whole bytes")),
        }
    }
}

/// The element alone that these bytes are; nothing may follow it.
pub(crate) fn only<'a>(bytes: &'a [u8], tag: u32, what: &'static str) -> Result<Item<'a>> {
    let mut der = Der::new(bytes);
    let item = der.expect(tag, what)?;
    der.end()?;
    Ok(item)
}

/// Tag and definite length in front of contents.
pub(crate) fn wrap(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    put_length(&mut out, value.len());
    out.extend_from_slice(value);
    out
}

/// Writes a length in its shortest form.
pub(crate) fn put_length(out: &mut Vec<u8>, length: usize) {
    let bytes = length.to_be_bytes();
    let digits = bytes.iter().position(|byte| *byte != 0).and_then(|at| bytes.get(at..)).unwrap_or(&[0]);
    match digits {
        [short @ ..=0x7F] => out.push(*short),
        digits => {
            out.push(0x80 | u8::try_from(digits.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(digits);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_lengths() {
        let table: [(&[u8], u32, usize); 4] = [
            (&[0x02, 0x01, 9], 0x02, 1),
            (&[0x7F, 0x61, 0x00], 0x7F61, 0),
            (&[0x5F, 0x81, 0x2E, 0x02, 1, 2], 0x5F_81_2E, 2),
            (&[0x04, 0x82, 0x00, 0x01, 7], 0x04, 1),
        ];
        for (bytes, tag, len) in table {
            let item = Der::new(bytes).next().unwrap();
            assert_eq!((item.tag, item.value.len(), item.whole), (tag, len, bytes));
            for cut in 0..bytes.len() {
                assert!(Der::new(&bytes[..cut]).next().is_err(), "{bytes:02X?} cut at {cut}");
            }
        }
        for bad in [&[0x30, 0x80, 0, 0][..], &[0x7F, 0x81, 0x82, 0x83, 1, 0], &[4, 0x85, 0, 0, 0, 0, 1, 7]] {
            assert!(Der::new(bad).next().is_err());
        }
        for len in [0, 1, 127, 128, 255, 256, 70_000] {
            assert_eq!(only(&wrap(0x04, &vec![7; len]), 0x04, "").unwrap().value.len(), len);
        }
    }

    #[test]
    fn numbers_have_one_form() {
        let number = |value: &[u8]| only(&wrap(0x02, value), INTEGER, "").unwrap().unsigned().map(<[u8]>::to_vec);
        assert_eq!(number(&[0x7F]).unwrap(), [0x7F]);
        assert_eq!(number(&[0, 0x80]).unwrap(), [0x80]);
        assert_eq!(number(&[0]).unwrap(), [] as [u8; 0]);
        for bad in [&[][..], &[0x80], &[0, 0x7F], &[0, 0]] {
            assert!(number(bad).is_err(), "{bad:?}");
        }
    }
}
