//! BER tag-length-value elements (ISO/IEC 8825-1; ISO/IEC 7816-4, clause 5.2), read where they lie.
//!
//! An [`Area`] is a stretch of the file; its elements come one after the other, and an element's
//! contents are an area again. Nothing recurses: who reads a format goes down as many levels as the
//! format has, and takes what it needs of a level in one walk. So each byte is looked at once for
//! each level above it whose length is indefinite, and once more: the work is linear in the file.
//!
//! Lengths are read in whatever form BER has. Bytes 00 and FF between elements are padding.

use super::fault::corrupt;
use super::remark::{DocumentRemark, Remarks, TOLERANCE};
use super::visits::visit;
use crate::error::Result;

/// Elements of indefinite length that may lie in one another: more than the format has levels. A
/// bound on work, chosen by hand.
const MAX_DEPTH: usize = 24;

/// Set in the first byte of a tag if the contents are elements again.
const CONSTRUCTED: u8 = 0x20;

/// The end of contents of indefinite length (ISO/IEC 8825-1, 8.1.5): an element without tag and
/// contents.
const END_OF_CONTENTS: [u8; 2] = [0, 0];

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

/// Tag and length of an element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// All bytes of the tag, the first one highest.
    pub(super) tag: u32,
    /// Bytes of the contents; `None` if they go on to an end of contents.
    length: Option<usize>,
    /// Offset of the contents.
    pub(super) contents_at: usize,
    /// The length takes over four bytes behind its first.
    long: bool,
}

impl Head {
    /// Whether the element ends about where `end` is, or does not state where it ends.
    pub(super) fn ends_near(&self, end: usize) -> bool {
        let near =
            |length| self.contents_at.checked_add(length).is_some_and(|stated| stated.abs_diff(end) <= TOLERANCE);
        self.length.is_none_or(near)
    }
}

impl<'a> Element<'a> {
    /// The bytes of the contents.
    pub(super) fn value(&self) -> &'a [u8] {
        self.contents.bytes()
    }

    /// The contents as an unsigned number of at most four bytes, leading zeros aside.
    pub(super) fn number(&self) -> Result<u32> {
        let value = self.value();
        let mut digits = value;
        while let [0, rest @ ..] = digits {
            digits = rest;
        }
        match (value, digits) {
            ([], _) => Err(corrupt(self.offset, "a number has no bytes")),
            (_, digits) if digits.len() > 4 => Err(corrupt(self.offset, "a number has over four bytes")),
            (_, digits) => Ok(digits.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))),
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

    /// Tag and length at `self.at`.
    pub(super) fn head(&self) -> Result<Head> {
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
            0..=0x7F => Some(usize::from(form)),
            0x80 if first & CONSTRUCTED != 0 => None,
            0x80 => return Err(corrupt(length_at, "bytes that are no elements have an indefinite length")),
            0xFF => return Err(corrupt(length_at, "an element's length begins with FF")),
            _ => {
                let mut length = 0usize;
                for _ in 0x80..form {
                    let shifted = length.checked_mul(0x100);
                    let shifted = shifted.ok_or_else(|| corrupt(length_at, "an element is too long"))?;
                    length = shifted | usize::from(self.byte(at)?);
                    at += 1;
                }
                Some(length)
            }
        };
        visit(at - self.at);
        Ok(Head { tag, length, contents_at: at, long: at - length_at > 5 })
    }

    /// Steps over padding, and remarks on it.
    fn skip_padding(&mut self, remarks: &mut Remarks) -> Result<()> {
        let (offset, count) = (self.at, padding(self.bytes()));
        if count == 0 {
            return Ok(());
        }
        visit(count);
        self.at += count;
        remarks.note(if self.at == self.end {
            DocumentRemark::TrailingBytes { offset, count }
        } else {
            DocumentRemark::Padding { offset, count }
        })
    }

    /// The next element; `None` at the end.
    ///
    /// Contents that reach over the area's end by [`TOLERANCE`] bytes at most are remarked on:
    /// either the area's length is short, then they are taken from behind it, or their own is
    /// long, then they end with the file.
    pub(super) fn next(&mut self, remarks: &mut Remarks) -> Result<Option<Element<'a>>> {
        self.skip_padding(remarks)?;
        if self.at >= self.end {
            return Ok(None);
        }
        let Head { tag, length, contents_at: start, long } = self.head()?;
        if long || length.is_none() {
            remarks.note(DocumentRemark::LengthForm { offset: self.at })?;
        }
        let (end, behind) = match length {
            None => (self.end_of_contents(start)?, END_OF_CONTENTS.len()),
            Some(length) => (self.stated_end(start, length, remarks)?, 0),
        };
        let element = Element { tag, offset: self.at, contents: Area { file: self.file, at: start, end } };
        self.at = end + behind;
        Ok(Some(element))
    }

    /// Where contents of this length end that begin at `start`.
    fn stated_end(&self, start: usize, length: usize, remarks: &mut Remarks) -> Result<usize> {
        let stated = start.checked_add(length).ok_or_else(|| corrupt(self.at, "an element is too long"))?;
        if stated <= self.end {
            return Ok(stated);
        }
        if stated - self.end > TOLERANCE {
            return Err(corrupt(self.at, "an element reaches over the end of what holds it"));
        }
        remarks.note(DocumentRemark::Length { offset: self.at, stated: length, found: self.end - start })?;
        // Not below `start`: the head lies in the area, which ends within the file.
        Ok(stated.min(self.file.len()))
    }

    /// Where contents of indefinite length end that begin at `start`.
    fn end_of_contents(&self, start: usize) -> Result<usize> {
        let endless = || corrupt(self.at, "an element of indefinite length does not end");
        let mut inside = Self { at: start, ..*self };
        let mut open = 1usize;
        loop {
            match inside.bytes() {
                [0, 0, ..] => {
                    visit(END_OF_CONTENTS.len());
                    open -= 1;
                    if open == 0 {
                        return Ok(inside.at);
                    }
                    inside.at += END_OF_CONTENTS.len();
                    continue;
                }
                // Padding.
                [0 | 0xFF, ..] => {
                    visit(1);
                    inside.at += 1;
                    continue;
                }
                [] => return Err(endless()),
                _ => {}
            }
            let head = inside.head()?;
            inside.at = match head.length {
                Some(length) => head.contents_at.checked_add(length).ok_or_else(endless)?,
                None => head.contents_at,
            };
            open += usize::from(head.length.is_none());
            if open > MAX_DEPTH {
                return Err(corrupt(inside.at, "elements of indefinite length lie too deep in one another"));
            }
        }
    }

    /// The first element with each of these tags; `None` where there is none. All elements are
    /// stepped over, so that a damaged one is an error wherever it stands.
    pub(super) fn pick<const N: usize>(
        mut self,
        tags: [u32; N],
        remarks: &mut Remarks,
    ) -> Result<[Option<Element<'a>>; N]> {
        let mut picked = [None; N];
        while let Some(element) = self.next(remarks)? {
            let slot = picked.iter_mut().zip(tags).find(|(slot, tag)| slot.is_none() && *tag == element.tag);
            if let Some((slot, _)) = slot {
                *slot = Some(element);
            }
        }
        Ok(picked)
    }

    /// The first element with this tag, as [`Self::pick`] finds it, where the format requires one;
    /// `what` names it in the error.
    pub(super) fn require(self, tag: u32, what: &str, remarks: &mut Remarks) -> Result<Element<'a>> {
        let [found] = self.pick([tag], remarks)?;
        self.required(found, tag, what)
    }

    /// What was picked of this area, where the format requires it.
    pub(super) fn required(self, picked: Option<Element<'a>>, tag: u32, what: &str) -> Result<Element<'a>> {
        picked.ok_or_else(|| corrupt(self.at, &format!("there is no {what} (tag {tag:X})")))
    }
}

/// How many bytes at the start are padding: 00 or FF, which begin no tag.
pub(super) fn padding(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| matches!(byte, 0 | 0xFF)).count()
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
        let too_deep = [0x30, 0x80].repeat(MAX_DEPTH + 1);
        let table: [(&[u8], &str); 9] = [
            (&[0x75, 0x80, 0x02, 0x01, 9, 0], "an element of indefinite length does not end, at byte 0"),
            (&[0x75, 0x80, 0x02, 0x09, 9, 0, 0], "an element of indefinite length does not end, at byte 0"),
            (&[0x75, 0x80, 0x02], "an element is cut short, at byte 3"),
            (&too_deep, "elements of indefinite length lie too deep in one another, at byte 50"),
            (&[0x80, 0x80, 0, 0], "bytes that are no elements have an indefinite length, at byte 1"),
            (&[0x75, 0x89, 1, 0, 0, 0, 0, 0, 0, 0, 0], "an element is too long, at byte 1"),
            (&[0x75, 0xFF, 0], "an element's length begins with FF, at byte 1"),
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
    fn lengths_that_chips_do_not_use_are_remarked_on() {
        let table: [(&[u8], &[u8]); 5] = [
            (&[0x75, 0x80, 0x02, 0x01, 9, 0, 0], &[0x02, 0x01, 9]),
            (&[0x75, 0x80, 0x30, 0x80, 0, 0, 0, 0], &[0x30, 0x80, 0, 0]),
            (&[0x75, 0x80, 0xFF, 0x02, 0x01, 9, 0, 0x02, 0, 0, 0], &[0xFF, 0x02, 0x01, 9, 0, 0x02, 0]),
            (&[0x75, 0x85, 0, 0, 0, 0, 1, 9], &[9]),
            (&[0x75, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 1, 9], &[9]),
        ];
        for (bytes, value) in table {
            let mut remarks = Remarks::default();
            let mut area = Area::whole(bytes);
            let element = area.next(&mut remarks).unwrap().unwrap();
            assert_eq!((element.value(), area.at), (value, bytes.len()), "{bytes:02X?}");
            assert_eq!(remarks.0, [DocumentRemark::LengthForm { offset: 0 }], "{bytes:02X?}");
        }
    }

    #[test]
    fn a_child_may_reach_eight_bytes_beyond_its_parent() {
        // The parent is two bytes short; the file has them.
        let bytes = [0x30, 0x03, 0x04, 0x03, 1, 2, 3];
        let mut remarks = Remarks::default();
        let parent = Area::whole(&bytes).next(&mut remarks).unwrap().unwrap();
        let child = parent.contents.require(0x04, "child", &mut remarks).unwrap();
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
