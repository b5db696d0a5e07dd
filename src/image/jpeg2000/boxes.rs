//! The boxes of a JP2 file (ISO/IEC 15444-1, annex I): where the codestream lies, and those that
//! say what its components mean.

use super::super::bytes::{be16, be32};
use super::super::header::{corrupt, unsupported};
use crate::error::Result;
use std::ops::Range;

/// The signature box (I.5.1).
pub(super) const SIGNATURE: &[u8] = b"\0\0\0\x0CjP  \r\n\x87\n";

/// What the boxes of a JP2 file say about its codestream.
pub(super) struct Jp2<'a> {
    pub(super) header: Jp2Header<'a>,
    /// Offsets of the contiguous codestream box's contents.
    pub(super) codestream: Range<usize>,
}

/// The boxes in the JP2 header box (I.5.3), the first of each kind.
pub(super) struct Jp2Header<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) components: u16,
    pub(super) space: Space<'a>,
    /// Contents of the palette box.
    pub(super) palette: Option<&'a [u8]>,
    /// Contents of the component mapping box.
    pub(super) mapping: Option<&'a [u8]>,
    /// Contents of the channel definition box.
    pub(super) definitions: Option<&'a [u8]>,
}

/// The colour space that a colour specification box states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::image) enum Space<'a> {
    /// None is stated, or in a way of a later part of the standard.
    Unstated,
    Gray,
    Rgb,
    /// Luma and two colour differences: sYCC.
    Ycc,
    /// An ICC profile.
    Profile(&'a [u8]),
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
pub(super) fn walk(bytes: &[u8]) -> Result<Jp2<'_>> {
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
                let Some(header) = header else {
                    return Err(corrupt("the JP2 has no header before its codestream"));
                };
                return Ok(Jp2 { header, codestream: start..end.min(bytes.len()) });
            }
            _ => {}
        }
        at = end;
    }
    Err(corrupt("the JP2 has no codestream"))
}

/// The boxes within the JP2 header box.
fn jp2_header(bytes: &[u8], inside: Range<usize>) -> Result<Jp2Header<'_>> {
    let (mut image, mut space) = (None, None);
    let (mut palette, mut mapping, mut definitions) = (None, None, None);
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
            b"colr" if space.is_none() => space = Some(colour_space(body)?),
            b"pclr" => palette = palette.or(Some(body)),
            b"cmap" => mapping = mapping.or(Some(body)),
            b"cdef" => definitions = definitions.or(Some(body)),
            // The codestream states depths (bpcc) once more, and resolutions say nothing of pixels.
            _ => {}
        }
        at = found.contents.end;
    }
    let Some(((height, width), components)) = image else {
        return Err(corrupt("the JP2 has no image header"));
    };
    // Without a colour box the components are taken for grey, or for red, green and blue.
    let space = space.unwrap_or(Space::Unstated);
    Ok(Jp2Header { width, height, components, space, palette, mapping, definitions })
}

/// The colour space of a colour specification box (I.5.3.3).
fn colour_space(body: &[u8]) -> Result<Space<'_>> {
    match (body.first(), be32(body, 3)) {
        (Some(1), Some(16)) => Ok(Space::Rgb),
        (Some(1), Some(17)) => Ok(Space::Gray),
        (Some(1), Some(18)) => Ok(Space::Ycc),
        (Some(1), Some(_)) => Err(unsupported("only grey, sRGB, sYCC and ICC profiles are read of JP2 images")),
        (Some(1), None) | (None, _) => Err(corrupt("the JP2's colour box is cut short")),
        // Restricted profiles, and any ones.
        (Some(2 | 3), _) => Ok(Space::Profile(body.get(3..).unwrap_or_default())),
        _ => Ok(Space::Unstated),
    }
}
