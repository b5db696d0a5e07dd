//! Markers and their segments (T.81, B.1.1).

use crate::error::{Result, corrupt};
use std::ops::Range;

/// The 16-bit number at offset `at`.
pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_be_bytes(*b))
}

/// The code of the next marker at or behind `at`, and the offset behind it. Zeros are stuffed data,
/// and `FF FF` is filling.
pub(crate) fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += memchr::memchr(0xFF, bytes.get(at..)?)?;
        match *bytes.get(at + 1)? {
            0xFF => at += 1,
            0x00 => at += 2,
            code => return Some((code, at + 2)),
        }
    }
}

/// Where the body of a segment lies whose length stands at `at`; `None` if the file ends before it
/// does.
pub(crate) fn segment(bytes: &[u8], at: usize) -> Result<Option<Range<usize>>> {
    let Some(length) = be16(bytes, at).map(usize::from) else { return Ok(None) };
    if length < 2 {
        return Err(corrupt("a segment states a length below two").at(at));
    }
    let end = at + length;
    Ok((end <= bytes.len()).then_some(at + 2..end))
}
