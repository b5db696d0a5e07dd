//! How a TIFF's strips and tiles are compressed, and their decompression into a given length.

use super::super::header::{corrupt, unsupported, zeroed};
use super::super::inflate::inflate_start;
use super::super::lzw;
use crate::error::Result;
use std::borrow::Cow;

/// The methods that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    PackBits,
    Lzw,
    Deflate,
}

impl Compression {
    /// The method of a field's value.
    pub(super) fn of(value: u64) -> Result<Self> {
        let name = match value {
            1 => return Ok(Self::None),
            5 => return Ok(Self::Lzw),
            8 | 32_946 => return Ok(Self::Deflate),
            32_773 => return Ok(Self::PackBits),
            2..=4 => "as fax",
            6 | 7 => "as JPEG",
            34_712 => "as JPEG 2000",
            50_000 => "with Zstandard",
            50_001 => "as WebP",
            _ => "in a way that is not known",
        };
        Err(unsupported(&format!("a TIFF compressed {name} is not read: convert it to JPEG")))
    }

    /// The most bytes that are taken for so many decompressed ones in so many strips or tiles: what
    /// an encoder makes of noise, and some more.
    pub(super) fn most_compressed(self, plain: u64, chunks: u64) -> u64 {
        let codes = match self {
            // What stands behind the pixels is not looked at.
            Self::None => return u64::MAX,
            // Four bytes for three, where every other byte begins a run of two.
            Self::PackBits => plain / 2,
            // Codes of twelve bits for each byte.
            Self::Lzw => plain / 2,
            // Codes of nine bits for each byte.
            Self::Deflate => plain / 8,
        };
        plain.saturating_add(codes).saturating_add(chunks.saturating_mul(1 << 10))
    }

    /// The first `len` decompressed bytes; an error if there are fewer.
    pub(super) fn undo(self, packed: &[u8], len: usize) -> Result<Cow<'_, [u8]>> {
        let plain = match self {
            Self::None => packed.get(..len).map(Cow::from),
            Self::PackBits => unpack(packed, len).map(Cow::from),
            Self::Lzw => unlzw(packed, len).map(Cow::from),
            Self::Deflate => inflate_start(packed, len).filter(|plain| plain.len() == len).map(Cow::from),
        };
        plain.ok_or_else(|| corrupt("a strip or tile of the TIFF is damaged"))
    }
}

/// Section 9: a length, then so many bytes, or one byte that many times.
fn unpack(packed: &[u8], len: usize) -> Option<Vec<u8>> {
    let (mut plain, mut rest) = (Vec::new(), packed);
    plain.try_reserve_exact(len.checked_add(128)?).ok()?;
    while plain.len() < len {
        let (head, behind) = rest.split_first()?;
        rest = match i8::from_ne_bytes([*head]) {
            -128 => behind,
            count @ 0.. => {
                let (bytes, behind) = behind.split_at_checked(count as usize + 1)?;
                plain.extend_from_slice(bytes);
                behind
            }
            count => {
                let (byte, behind) = behind.split_first()?;
                plain.extend(std::iter::repeat_n(*byte, usize::from(count.unsigned_abs()) + 1));
                behind
            }
        };
    }
    plain.truncate(len);
    Some(plain)
}

/// Section 13.
fn unlzw(packed: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut plain = zeroed(Some(len)).ok()?;
    lzw::decode(packed.iter().copied(), lzw::Form::Tiff, &mut plain)?;
    Some(plain)
}
