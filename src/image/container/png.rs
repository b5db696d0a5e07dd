//! PNG (W3C, third edition, section 5): chunks, stepped over without decompressing.
//!
//! Compressed data can be longer than what they hold, by blocks that hold nothing and cost the
//! decoder some nine microseconds each: 12 MB of them for 64 × 64 pixels took nine seconds. So no
//! more are taken than a plain encoder would need.

use super::super::bytes::be32;
use super::super::format::{ImageFormat, SourceColor};
use super::super::header::{Header, corrupt, unsupported};
use super::super::limits::over_limit;
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
    let (color, channels) = match color_type {
        0 => (SourceColor::Gray, 1),
        4 => (SourceColor::Gray, 2),
        2 => (SourceColor::Rgb, 3),
        6 => (SourceColor::Rgb, 4),
        3 => (SourceColor::Palette, 1),
        _ => return Err(corrupt("the PNG states an unknown colour type")),
    };
    let (mut at, mut end, mut compressed) = (8usize, None, 0);
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
        match name {
            b"IEND" => {
                end = Some(next);
                break;
            }
            b"IDAT" => compressed += u64::from(length),
            _ => {}
        }
        at = next;
    }
    let most = most_compressed(width, height, u64::from(bits_per_channel) * channels);
    if compressed > most {
        return Err(over_limit(format!("the PNG's pixels are compressed to {compressed} bytes, over {most}")));
    }
    Ok(Header {
        format: ImageFormat::Png,
        width,
        height,
        color,
        bits_per_channel,
        working_bytes_per_px: 1,
        working_bytes: 0,
        work: 0,
        end,
    })
}

/// The most bytes of compressed data that are taken for so many pixels: uncompressed ones, an
/// eighth for codes that fit them badly (deflate's fixed ones take up to nine bits for a byte), per
/// row the blocks of an encoder that ends one there, twice if interlaced, and 64 KiB for small
/// pictures.
fn most_compressed(width: u32, height: u32, bits_per_px: u64) -> u64 {
    let row = (u64::from(width).saturating_mul(bits_per_px) / 8).saturating_add(2);
    let plain = row.saturating_mul(height.into());
    plain.saturating_add(plain / 8).saturating_add(64 * u64::from(height)).saturating_add(64 << 10)
}
