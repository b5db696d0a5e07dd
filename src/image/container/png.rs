//! PNG (W3C, third edition, section 5): chunks, stepped over without decompressing.

use super::super::bytes::be32;
use super::super::format::{ImageFormat, SourceColor};
use super::super::header::{Header, corrupt, unsupported};
use crate::error::Result;

/// The first eight bytes of every PNG.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Walks the chunks from IHDR to IEND.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    let ihdr = bytes.get(8..29).filter(|b| b.starts_with(b"\0\0\0\x0DIHDR"));
    let fields = ihdr.and_then(|b| Some((be32(b, 8)?, be32(b, 12)?, *b.get(16)?, *b.get(17)?)));
    let Some((width, height, bits_per_channel, color_type)) = fields else {
        return Err(corrupt("the PNG does not begin with a whole IHDR chunk"));
    };
    let color = match color_type {
        0 | 4 => SourceColor::Gray,
        2 | 6 => SourceColor::Rgb,
        3 => SourceColor::Palette,
        _ => return Err(corrupt("the PNG states an unknown colour type")),
    };
    let (mut at, mut end) = (8usize, None);
    while let (Some(length), Some(name)) = (be32(bytes, at), bytes.get(at.saturating_add(4)..at.saturating_add(8))) {
        if name == b"acTL" {
            return Err(unsupported("an animated PNG is not a photograph"));
        }
        // Length, name and checksum take 12 bytes.
        let Some(next) = usize::try_from(length).ok().and_then(|n| at.checked_add(12)?.checked_add(n)) else {
            break;
        };
        if next > bytes.len() {
            break;
        }
        if name == b"IEND" {
            end = Some(next);
            break;
        }
        at = next;
    }
    Ok(Header {
        format: ImageFormat::Png,
        width,
        height,
        color,
        bits_per_channel,
        working_bytes_per_px: 1,
        working_bytes: 0,
        end,
    })
}
