//! The boxes of a JP2 file (ISO/IEC 15444-1, annex I): where the codestream lies and what its
//! components mean.

use super::super::bytes::{be16, be32};
use super::super::header::{corrupt, unsupported};
use crate::error::Result;
use std::ops::Range;

/// The signature box (I.5.1).
pub(super) const SIGNATURE: &[u8] = b"\0\0\0\x0CjP  \r\n\x87\n";

/// What the boxes of a JP2 file say about its codestream.
pub(super) struct Jp2 {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) components: u8,
    /// The components are luma and two colour differences (sYCC, EnumCS 18).
    pub(super) ycc: bool,
    /// Offsets of the contiguous codestream box's contents.
    pub(super) codestream: Range<usize>,
}

/// A box: its type, and where its contents lie.
struct Box4 {
    name: [u8; 4],
    contents: Range<usize>,
}

/// The box at `at`, within `end`; `None` where none begins. Its contents may reach beyond `end` if
/// it is cut short.
fn next(bytes: &[u8], at: usize, end: usize) -> Option<Box4> {
    let header = bytes.get(at..end)?;
    let name = *header.get(4..)?.first_chunk()?;
    let (length, header_len) = match be32(header, 0)? {
        // To the end of the file (I.4).
        0 => (end - at, 8),
        // Eight more bytes hold the length.
        1 => (usize::try_from(u64::from_be_bytes(*header.get(8..)?.first_chunk()?)).ok()?, 16),
        length => (usize::try_from(length).ok()?, 8),
    };
    if length < header_len {
        return None;
    }
    Some(Box4 { name, contents: at + header_len..at.checked_add(length)? })
}

/// Walks the boxes up to the first codestream.
pub(super) fn walk(bytes: &[u8]) -> Result<Jp2> {
    let (mut header, mut at) = (None, SIGNATURE.len());
    while let Some(found) = next(bytes, at, bytes.len()) {
        let Range { start, end } = found.contents;
        match &found.name {
            b"jp2h" if header.is_none() => {
                if end > bytes.len() {
                    return Err(corrupt("the JP2 header box is cut short"));
                }
                header = Some(jp2_header(bytes, start..end)?);
            }
            b"jp2c" => {
                let Some((width, height, components, ycc)) = header else {
                    return Err(corrupt("the JP2 has no header before its codestream"));
                };
                return Ok(Jp2 { width, height, components, ycc, codestream: start..end.min(bytes.len()) });
            }
            _ => {}
        }
        at = end;
    }
    Err(corrupt("the JP2 has no codestream"))
}

/// Width, height, number of components, and whether they are sYCC (I.5.3).
fn jp2_header(bytes: &[u8], inside: Range<usize>) -> Result<(u32, u32, u8, bool)> {
    let (mut image, mut ycc) = (None, None);
    let mut at = inside.start;
    while let Some(found) = next(bytes, at, inside.end) {
        let body = bytes.get(found.contents.start..found.contents.end.min(inside.end));
        let body = body.ok_or_else(|| corrupt("a box of the JP2's header begins behind it"))?;
        match &found.name {
            b"ihdr" => {
                let fields = be32(body, 0).zip(be32(body, 4)).zip(be16(body, 8));
                image = Some(fields.ok_or_else(|| corrupt("the JP2's image header box is cut short"))?);
            }
            // The first one counts (I.5.3.3).
            b"colr" if ycc.is_none() => ycc = Some(colour_is_ycc(body)?),
            b"pclr" | b"cmap" => return Err(unsupported("JP2 images with a palette are not read")),
            b"cdef" if !channels_in_order(body) => {
                return Err(unsupported("JP2 images with transparency or exchanged channels are not read"));
            }
            _ => {}
        }
        at = found.contents.end;
    }
    let Some(((height, width), components)) = image else {
        return Err(corrupt("the JP2 has no image header"));
    };
    let components = u8::try_from(components).map_err(|_| unsupported("the JP2 has over 255 components"))?;
    // Without a colour box the components are taken for grey, or for red, green and blue.
    Ok((width, height, components, ycc.unwrap_or(false)))
}

/// Whether a colour specification box says sYCC. Profiles are passed over: samples are taken for
/// sRGB.
fn colour_is_ycc(body: &[u8]) -> Result<bool> {
    match (body.first(), be32(body, 3)) {
        (Some(1), Some(16 | 17)) => Ok(false),
        (Some(1), Some(18)) => Ok(true),
        (Some(1), Some(_)) => Err(unsupported("only grey, sRGB and sYCC JP2 images are read")),
        (Some(1), None) | (None, _) => Err(corrupt("the JP2's colour box is cut short")),
        _ => Ok(false),
    }
}

/// Whether a channel definition box (I.5.3.6) says what holds without one: channel i is colour i +
/// 1.
fn channels_in_order(body: &[u8]) -> bool {
    let Some(entries) = body.get(2..) else { return false };
    entries.chunks(6).all(|entry| {
        let colour =
            be16(entry, 0).zip(be16(entry, 4)).is_some_and(|(i, colour)| u32::from(i) + 1 == u32::from(colour));
        // A single grey channel may be said to belong to the whole image.
        let whole = entries.len() == 6 && be16(entry, 4) == Some(0);
        be16(entry, 2) == Some(0) && (colour || whole)
    })
}
