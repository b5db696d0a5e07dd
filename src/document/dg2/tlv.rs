//! BER tag-length-value elements (ISO/IEC 8825-1; ISO/IEC 7816-4, clause 5.2), read where they lie.
//!
//! An [`Area`] is a stretch of the file; its elements come one after the other, and an element's
//! contents are an area again. Nothing recurses: who reads a format goes down as many levels as the
//! format has. Lengths of up to four bytes are read, in whatever form; indefinite lengths are
//! errors.

use super::fault::corrupt;
use super::remark::{DocumentRemark, Remarks, TOLERANCE};
use crate::error::Result;

/// A stretch of a file that holds elements, one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area<'a> {
    /// The whole file: offsets are counted from its start, and an element may reach a little over
    /// the area's end.
    pub(super) file: &'a [u8],
    /// Offset of the next element.
    pub(super) at: usize,
    /// Offset behind the last one; at most the file's length.
    pub(super) end: usize,
}

/// One element: a tag, and contents that may be elements again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'a> {
    /// All bytes of the tag, the first one highest.
    pub(super) tag: u32,
    /// Offset of the tag's first byte.
    pub(super) offset: usize,
    /// What lies behind tag and length.
    pub(super) contents: Area<'a>,
}

impl<'a> Element<'a> {
    /// The bytes of the contents.
    pub(super) fn value(&self) -> &'a [u8] {
        self.contents.bytes()
    }

    /// The contents as an unsigned number of at most four bytes.
    pub(super) fn number(&self) -> Result<u32> {
        match self.value() {
            [] => Err(corrupt(self.offset, "a number has no bytes")),
            value if value.len() > 4 => Err(corrupt(self.offset, "a number has over four bytes")),
            value => Ok(value.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))),
        }
    }
}

impl<'a> Area<'a> {
    /// The area that a whole file is.
    pub(super) fn whole(file: &'a [u8]) -> Self {
        Self { file, at: 0, end: file.len() }
    }

    /// The bytes that have not been read yet.
    pub(super) fn bytes(&self) -> &'a [u8] {
        debug_assert!(self.end <= self.file.len(), "an area ends behind its file");
        // `at` lies behind `end` where an inner element was taken from behind the area, whose
        // length is short: then nothing is left.
        self.file.get(self.at..self.end).unwrap_or_default()
    }

    /// The byte at `at`, which has to lie in this area.
    fn byte(&self, at: usize) -> Result<u8> {
        let byte = self.file.get(at).filter(|_| at < self.end);
        byte.copied().ok_or_else(|| corrupt(at, "an element is cut short"))
    }

    /// Tag and length at `self.at`: the tag, the length, and the offset of the contents.
    pub(super) fn header(&self) -> Result<(u32, usize, usize)> {
        let first = self.byte(self.at)?;
        let (mut tag, mut at) = (u32::from(first), self.at + 1);
        // Five set bits say that the tag goes on; every further byte but the last has its highest
        // bit set.
        if first & 0x1F == 0x1F {
            loop {
                let byte = self.byte(at)?;
                at += 1;
                tag = tag << 8 | u32::from(byte);
                if byte & 0x80 == 0 {
                    break;
                }
                if at - self.at == 3 {
                    return Err(corrupt(self.at, "a tag has over three bytes"));
                }
            }
        }
        let form = self.byte(at)?;
        let length_at = at;
        at += 1;
        // The short form is the length itself; the long form counts the bytes that the length
        // takes.
        let length = match form {
            0..=0x7F => usize::from(form),
            0x81..=0x84 => {
                let mut length = 0usize;
                for _ in 0x80..form {
                    length = length << 8 | usize::from(self.byte(at)?);
                    at += 1;
                }
                length
            }
            0x80 => return Err(corrupt(length_at, "an element has an indefinite length")),
            _ => return Err(corrupt(length_at, "an element has a length of over four bytes")),
        };
        Ok((tag, length, at))
    }

    /// The next element; `None` at the end.
    ///
    /// Contents that reach over the area's end by [`TOLERANCE`] bytes at most are remarked on:
    /// either the area's length is short, then they are taken from behind it, or their own is
    /// long, then they end with the file.
    pub(super) fn next(&mut self, remarks: &mut Remarks) -> Result<Option<Element<'a>>> {
        if self.at >= self.end {
            return Ok(None);
        }
        let (tag, length, start) = self.header()?;
        let stated = start.checked_add(length).ok_or_else(|| corrupt(self.at, "an element is too long"))?;
        let mut end = stated;
        if stated > self.end {
            if stated - self.end > TOLERANCE {
                return Err(corrupt(self.at, "an element reaches over the end of what holds it"));
            }
            // Not below `start`: the header lies in the area, which ends within the file.
            end = stated.min(self.file.len());
            remarks.note(DocumentRemark::Length { offset: self.at, stated: length, found: self.end - start })?;
        }
        let element = Element { tag, offset: self.at, contents: Area { file: self.file, at: start, end } };
        self.at = end;
        Ok(Some(element))
    }

    /// The first element with this tag; `None` if there is none. All elements are stepped over, so
    /// that a damaged one is an error wherever it stands.
    pub(super) fn find(mut self, tag: u32, remarks: &mut Remarks) -> Result<Option<Element<'a>>> {
        let mut found = None;
        while let Some(element) = self.next(remarks)? {
            if element.tag == tag && found.is_none() {
                found = Some(element);
            }
        }
        Ok(found)
    }

    /// The first element with this tag, as [`Self::find`] finds it, where the format requires one;
    /// `what` names it in the error.
    pub(super) fn require(self, tag: u32, what: &str, remarks: &mut Remarks) -> Result<Element<'a>> {
        let at = self.at;
        self.find(tag, remarks)?.ok_or_else(|| corrupt(at, &format!("there is no {what} (tag {tag:X})")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorKind, Stage};

    fn first(bytes: &[u8]) -> Result<Option<Element<'_>>> {
        Area::whole(bytes).next(&mut Remarks::default())
    }

    #[test]
    fn tags_and_lengths_in_every_form() {
        let table: [(&[u8], u32, usize); 7] = [
            (&[0x02, 0x01, 9], 0x02, 1),
            (&[0x7F, 0x61, 0x00], 0x7F61, 0),
            (&[0x5F, 0x81, 0x2E, 0x02, 1, 2], 0x5F_81_2E, 2),
            (&[0x80, 0x81, 0x01, 7], 0x80, 1),
            (&[0x80, 0x82, 0x00, 0x01, 7], 0x80, 1),
            (&[0x80, 0x83, 0, 0, 1, 7], 0x80, 1),
            (&[0x80, 0x84, 0, 0, 0, 1, 7], 0x80, 1),
        ];
        for (bytes, tag, len) in table {
            let element = first(bytes).unwrap().unwrap();
            assert_eq!((element.tag, element.value().len()), (tag, len), "{bytes:02X?}");
            for cut in 1..bytes.len() - len {
                assert!(first(&bytes[..cut]).is_err(), "{bytes:02X?} cut at {cut}");
            }
        }
        assert!(first(&[]).unwrap().is_none());
    }

    #[test]
    fn what_is_refused_names_its_offset() {
        let table: [(&[u8], &str); 5] = [
            (&[0x75, 0x80, 0x02, 0x01, 9, 0, 0], "an element has an indefinite length, at byte 1"),
            (&[0x75, 0x85, 0, 0, 0, 0, 1, 9], "an element has a length of over four bytes, at byte 1"),
            (&[0x75, 0xFF, 0], "an element has a length of over four bytes, at byte 1"),
            (&[0x7F, 0x81, 0x82, 0x83, 0x01], "a tag has over three bytes, at byte 0"),
            (&[0x04, 0x0A, 1], "an element reaches over the end of what holds it, at byte 0"),
        ];
        for (bytes, message) in table {
            let error = first(bytes).unwrap_err();
            assert_eq!((error.kind(), error.stage()), (ErrorKind::Corrupt, Stage::Document));
            assert_eq!(error.to_string(), format!("document: {message}"));
        }
    }

    #[test]
    fn a_child_may_reach_eight_bytes_beyond_its_parent() {
        // The parent is two bytes short; the file has them.
        let bytes = [0x30, 0x03, 0x04, 0x03, 1, 2, 3];
        let mut remarks = Remarks::default();
        let parent = Area::whole(&bytes).next(&mut remarks).unwrap().unwrap();
        let child = parent.contents.find(0x04, &mut remarks).unwrap().unwrap();
        assert_eq!(child.value(), [1, 2, 3]);
        assert_eq!(remarks.0.len(), 1);
        for (over, fits) in [(8, true), (9, false)] {
            let bytes = [0x04, 2 + over, 1, 2];
            let mut remarks = Remarks::default();
            let element = Area::whole(&bytes).next(&mut remarks);
            assert_eq!(element.is_ok(), fits, "{over}");
            assert_eq!(remarks.0.len(), usize::from(fits));
        }
    }
}
