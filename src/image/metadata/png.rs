//! PNG (W3C, third edition): eXIf (11.3.4.5), and the chunks of colour, of which cICP goes before
//! iCCP before sRGB before gAMA and cHRM (4.3).

use super::super::bytes::be32;
use super::super::inflate::inflate;
use super::super::profile::{Chromaticities, CodePoints, Colors};
use super::exif_text;
use super::statements::Statements;
use std::borrow::Cow;

/// The chunks of colour, the first of each kind.
#[derive(Default)]
struct Chunks<'a> {
    code_points: Option<&'a [u8]>,
    icc: Option<&'a [u8]>,
    srgb: Option<&'a [u8]>,
    gamma: Option<&'a [u8]>,
    chromaticities: Option<&'a [u8]>,
}

/// Walks the chunks from behind the signature to the file's end.
pub(super) fn read(bytes: &[u8], max_icc_bytes: usize) -> Statements<'_> {
    let (mut chunks, mut exif, mut text, mut at) = (Chunks::default(), None, None, 8usize);
    let mut before_pixels = true;
    while let (Some(length), Some(name)) = (be32(bytes, at), bytes.get(at.saturating_add(4)..at.saturating_add(8))) {
        let end = usize::try_from(length).ok().and_then(|n| at.checked_add(8)?.checked_add(n));
        let Some((end, data)) = end.and_then(|end| Some((end, bytes.get(at + 8..end)?))) else { break };
        // Colours are stated before the palette and the pixels (5.6).
        let slot = match name {
            b"PLTE" | b"IDAT" => {
                before_pixels = false;
                None
            }
            b"cICP" => Some(&mut chunks.code_points),
            b"iCCP" => Some(&mut chunks.icc),
            b"sRGB" => Some(&mut chunks.srgb),
            b"gAMA" => Some(&mut chunks.gamma),
            b"cHRM" => Some(&mut chunks.chromaticities),
            _ => None,
        };
        let slot = slot.filter(|slot| before_pixels && slot.is_none());
        let exif_wanted = name == b"eXIf" && exif.is_none();
        let text_wanted = text.is_none() && exif_text::is_exif_text(name, data);
        if (slot.is_some() || exif_wanted || text_wanted) && checksum_holds(bytes, at + 4, end) {
            match slot {
                Some(slot) => *slot = Some(data),
                None if exif_wanted => exif = Some(data),
                None => text = Some((name, data)),
            }
        }
        at = end.saturating_add(4);
    }
    let mut statements = Statements::default();
    if let Some(block) = exif {
        statements.add_exif(block);
    } else if let Some(block) = text.and_then(|(name, data)| exif_text::block(name, data)) {
        statements.add_exif(block);
    }
    state_colors(&mut statements, &chunks, max_icc_bytes);
    statements
}

/// Whether the checksum at `end` is that of the bytes from `start`.
fn checksum_holds(bytes: &[u8], start: usize, end: usize) -> bool {
    bytes.get(start..end).is_some_and(|chunk| be32(bytes, end) == Some(crc32fast::hash(chunk)))
}

/// States what the chunks say, the weightiest first.
fn state_colors<'a>(statements: &mut Statements<'a>, chunks: &Chunks<'a>, max_icc_bytes: usize) {
    match chunks.code_points {
        // Unspecified primaries or curves leave it to the other chunks.
        None | Some([2, ..] | [_, 2, ..]) => {}
        // The third is the matrix, which RGB does not have (11.3.2.6).
        Some([primaries, transfer, 0, range @ 0..=1]) => {
            let points = CodePoints { primaries: *primaries, transfer: *transfer, full_range: *range == 1 };
            statements.colors.push(Colors::CodePoints(points));
        }
        Some(_) => statements.colors.push(Colors::Unreadable),
    }
    if let Some(data) = chunks.icc {
        statements.add_icc(icc(data, max_icc_bytes).map(Cow::from), max_icc_bytes);
    }
    if chunks.srgb.is_some_and(|data| data.len() == 1) {
        statements.colors.push(Colors::Srgb);
    }
    let gamma = chunks.gamma.filter(|data| data.len() == 4).and_then(|data| be32(data, 0));
    let chromaticities = chunks.chromaticities.and_then(chromaticities);
    if gamma.is_some() || chromaticities.is_some() {
        statements.colors.push(Colors::Gamma { gamma, chromaticities });
    }
}

/// The profile of an iCCP chunk: a name, the number of the method, and zlib data.
fn icc(data: &[u8], max_bytes: usize) -> Option<Vec<u8>> {
    let end = data.iter().take(80).position(|b| *b == 0)?;
    match data.get(end + 1..)? {
        [0, packed @ ..] => inflate(packed, max_bytes),
        _ => None,
    }
}

/// White, red, green and blue of a cHRM chunk.
fn chromaticities(data: &[u8]) -> Option<Chromaticities> {
    let pairs: &[[u8; 8]; 4] = data.as_chunks::<8>().0.try_into().ok().filter(|_| data.len() == 32)?;
    Some(pairs.map(|[a, b, c, d, e, f, g, h]| [u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])]))
}
