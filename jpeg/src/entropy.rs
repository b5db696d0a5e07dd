//! Entropy-coded data (T.81, B.1.1.5) without what stands in it for the byte level's sake: stuffed
//! zeros, fill bytes and restart markers.

use crate::error::{Result, corrupt};
use std::ops::Range;

/// Zeros behind the data, so that words can be read to its last byte.
const PADDING: usize = 16;

/// The data of one scan, free of stuffing.
pub(crate) struct Entropy {
    /// The bytes of all restart intervals, one behind the other, and padding.
    pub(crate) bytes: Vec<u8>,
    /// Where each restart interval ends in them.
    pub(crate) ends: Vec<usize>,
}

/// Where the data that begins at `from` ends: at a marker that is no restart, or at the file's end.
pub(crate) fn end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(distance) = bytes.get(at..).and_then(|rest| memchr::memchr(0xFF, rest)) {
        at += distance;
        match bytes.get(at + 1) {
            Some(0x00 | 0xD0..=0xD7) => at += 2,
            // Filling, of which the last byte may begin a marker.
            Some(0xFF) => at += 1,
            Some(_) => return at,
            None => break,
        }
    }
    bytes.len()
}

impl Entropy {
    /// Takes the data that lies at `range` of `file`.
    ///
    /// # Errors
    /// Restart markers out of order, or without an interval after which they would stand.
    pub(crate) fn read(file: &[u8], range: Range<usize>, restarts: bool) -> Result<Self> {
        let data = file.get(range.clone()).unwrap_or_default();
        debug_assert_eq!(data.len(), range.len(), "a scan's data lies in the file");
        let mut bytes = Vec::with_capacity(data.len() + PADDING);
        let mut ends = Vec::new();
        let mut rest = data;
        while let Some(at) = memchr::memchr(0xFF, rest) {
            let (before, from) = rest.split_at(at);
            bytes.extend_from_slice(before);
            let taken = match from.get(1) {
                Some(0x00) => {
                    bytes.push(0xFF);
                    2
                }
                Some(marker @ 0xD0..=0xD7) => {
                    if !restarts || usize::from(marker & 7) != ends.len() % 8 {
                        let at = range.start + (data.len() - rest.len()) + at;
                        return Err(corrupt("a restart marker stands where none, or another one, is due").at(at));
                    }
                    ends.push(bytes.len());
                    2
                }
                // Filling; or half a marker at the file's end.
                _ => 1,
            };
            rest = from.get(taken..).unwrap_or_default();
        }
        bytes.extend_from_slice(rest);
        ends.push(bytes.len());
        bytes.resize(bytes.len() + PADDING, 0);
        Ok(Self { bytes, ends })
    }

    /// Where restart interval `index` begins and ends, in bits.
    pub(crate) fn interval(&self, index: usize) -> Option<Range<usize>> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end);
        Some(8 * start..8 * end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_and_restarts_are_taken_out() {
        let file = [9, 1, 0xFF, 0, 2, 0xFF, 0xD0, 3, 0xFF, 0xFF, 0xD1, 0xFF, 0, 0xFF, 0xFF, 0xD9];
        let end = end(&file, 1);
        assert_eq!(end, 14, "at the marker, behind its filling");
        let entropy = Entropy::read(&file, 1..end, true).unwrap();
        assert_eq!(entropy.bytes[..5], [1, 0xFF, 2, 3, 0xFF]);
        assert_eq!(entropy.bytes.len(), 5 + PADDING);
        assert_eq!([0, 1, 2].map(|i| entropy.interval(i).unwrap()), [0..24, 24..32, 32..40]);
        assert_eq!(entropy.interval(3), None);
        let error = Entropy::read(&file, 1..end, false).err().unwrap();
        assert_eq!(error.offset(), Some(5));
        let wrong = [0xFF, 0xD1, 0xFF, 0xD9];
        assert!(Entropy::read(&wrong, 0..2, true).is_err());
    }

    #[test]
    fn data_without_a_marker_ends_with_the_file() {
        for file in [&[1, 2, 3][..], &[1, 0xFF], &[0xFF, 0xFF], &[0xFF, 0], &[]] {
            assert_eq!(end(file, 0), file.len(), "{file:?}");
            assert!(Entropy::read(file, 0..file.len(), false).is_ok());
        }
    }
}
