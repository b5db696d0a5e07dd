//! The marker segments of a codestream (ISO/IEC 15444-1, annex A), from SOC to EOC.
//!
//! What the decoder would read by position is held against the segments' lengths, so that both see
//! the same segments.

use super::super::bytes::{be16, be32};
use super::super::header::{corrupt, unsupported};
use crate::error::Result;

/// Decomposition levels that are read at most. The standard allows 32; encoders use 5 or 6, and 16
/// suffice for 65,536 px.
pub(super) const MAX_LEVELS: u8 = 16;

/// What a codestream states.
#[derive(Debug, Clone)]
pub(super) struct Codestream {
    pub(super) width: u32,
    pub(super) height: u32,
    /// The number of components: 1 or 3.
    pub(super) components: u8,
    /// Bits per sample, 1 ..= 16, the same in all components.
    pub(super) depth: u8,
    pub(super) tile: (u32, u32),
    pub(super) layers: u16,
    /// How each component is coded; those beyond `components` mean nothing.
    pub(super) styles: [Style; 3],
    pub(super) tile_parts: u64,
    /// Offset and length of a last tile-part that leaves its length open.
    pub(super) open_part: Option<(usize, u32)>,
    /// Bytes from SOC to behind EOC; `None` if the bytes end before.
    pub(super) end: Option<usize>,
    /// Bytes that there are for it.
    pub(super) len: usize,
}

/// How a component is coded (A.6.1).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Style {
    pub(super) levels: u8,
    /// Binary logarithms of a code-block's width and height.
    pub(super) block: (u8, u8),
    /// Per resolution level: PPx in the low half, PPy in the high half.
    pub(super) precincts: [u8; MAX_LEVELS as usize + 1],
    /// Coding passes may end segments of their own.
    pub(super) many_segments: bool,
}

/// The error of a header that ends before its segments do.
fn cut() -> crate::error::Error {
    corrupt("the JPEG 2000 codestream ends inside its header")
}

/// The body of the marker segment whose length field is at `at`, and the offset behind it.
fn segment(bytes: &[u8], at: usize) -> Result<(&[u8], usize)> {
    let length = usize::from(be16(bytes, at).ok_or_else(cut)?);
    if length < 2 {
        return Err(corrupt("a JPEG 2000 marker segment states a length below two"));
    }
    Ok((bytes.get(at + 2..at + length).ok_or_else(cut)?, at + length))
}

/// Walks a codestream that begins with SOC and SIZ.
pub(super) fn walk(bytes: &[u8]) -> Result<Codestream> {
    let (siz, mut at) = segment(bytes, 4)?;
    let mut stream = size(siz)?;
    stream.len = bytes.len();
    let (mut default, mut own, mut quantized) = (None, [None; 3], false);
    loop {
        let marker = be16(bytes, at).ok_or_else(cut)?;
        if marker == 0xFF90 {
            break;
        }
        if !matches!(marker, 0xFF52 | 0xFF53 | 0xFF5C | 0xFF5D | 0xFF55 | 0xFF63 | 0xFF64) {
            let message = format!("JPEG 2000 marker {marker:04X} in the header is not read");
            return Err(if marker < 0xFF00 { corrupt("a JPEG 2000 marker is missing") } else { unsupported(&message) });
        }
        let (body, next) = segment(bytes, at + 2)?;
        match marker {
            // COD
            0xFF52 => {
                stream.layers = be16(body, 2).ok_or_else(cut)?;
                default = Some(style(body.first().copied(), body.get(5..))?);
            }
            // COC
            0xFF53 => {
                let index = usize::from(*body.first().ok_or_else(cut)?);
                let slot = own.get_mut(index).filter(|_| index < usize::from(stream.components));
                let slot = slot.ok_or_else(|| corrupt("a JPEG 2000 segment names a component that is not there"))?;
                *slot = Some(style(body.get(1).copied(), body.get(2..))?);
            }
            // QCD
            0xFF5C => {
                quantization(body)?;
                quantized = true;
            }
            // QCC
            0xFF5D => component_quantization(body, &stream)?,
            // TLM, CRG, COM
            _ => {}
        }
        at = next;
    }
    let (Some(default), true) = (default, quantized) else {
        return Err(corrupt("the JPEG 2000 header lacks its coding style or quantization"));
    };
    if stream.layers == 0 {
        return Err(corrupt("the JPEG 2000 image has no layers"));
    }
    if stream.layers > 32 {
        return Err(unsupported("JPEG 2000 images of over 32 layers are not read"));
    }
    // A component without a COC is coded as COD says.
    stream.styles = own.map(|own| own.unwrap_or(default));
    tile_parts(bytes, at, &mut stream)?;
    Ok(stream)
}

/// SIZ (A.5.1): sides, tiles, components.
fn size(body: &[u8]) -> Result<Codestream> {
    let field = |at| be32(body, at).ok_or_else(cut);
    let (width, height, tile) = (field(2)?, field(6)?, (field(18)?, field(22)?));
    let offsets = [field(10)?, field(14)?, field(26)?, field(30)?];
    let components = be16(body, 34).ok_or_else(cut)?;
    if body.len() != 36 + 3 * usize::from(components) {
        return Err(corrupt("the JPEG 2000 size segment does not hold what it states"));
    }
    if tile.0 == 0 || tile.1 == 0 {
        return Err(corrupt("the JPEG 2000 image has tiles without pixels"));
    }
    if offsets.iter().any(|o| *o != 0) {
        return Err(unsupported("JPEG 2000 images that do not begin at the origin are not read"));
    }
    // Per component its depth, and the distances of its samples, which are 1 without subsampling.
    let (each, _) = body.get(36..).ok_or_else(cut)?.as_chunks::<3>();
    let depth = match each {
        [[depth, 1, 1]] => *depth,
        [first @ [depth, 1, 1], second, third] if second == first && third == first => *depth,
        _ => return Err(unsupported("only JPEG 2000 images of one or three alike components are read")),
    };
    // The highest bit says that samples have a sign.
    if depth > 15 {
        return Err(unsupported("only JPEG 2000 images of 1 to 16 unsigned bits per sample are read"));
    }
    Ok(Codestream {
        width,
        height,
        components: if components == 1 { 1 } else { 3 },
        depth: depth + 1,
        tile,
        layers: 0,
        styles: [Style::default(); 3],
        tile_parts: 0,
        open_part: None,
        end: None,
        len: 0,
    })
}

/// The flags of COD or COC, and what both have in common (tables A.13, A.15).
fn style(flags: Option<u8>, parameters: Option<&[u8]>) -> Result<Style> {
    let (Some(flags), Some([levels, width, height, code_blocks, _, precincts @ ..])) = (flags, parameters) else {
        return Err(cut());
    };
    if *levels > MAX_LEVELS {
        return Err(unsupported("JPEG 2000 images of over 16 decomposition levels are not read"));
    }
    // Table A.18: the sides are 4 to 1024, the area at most 4096.
    if *width > 8 || *height > 8 || width + height > 8 {
        return Err(corrupt("the JPEG 2000 image has code-blocks of a size that does not exist"));
    }
    // Bypass and termination on each pass; the rest but predictable termination is 0x2A.
    if code_blocks & 0xC0 != 0 {
        return Err(unsupported("the JPEG 2000 image is coded by a later part of the standard"));
    }
    let resolutions = usize::from(*levels) + 1;
    let mut sizes = [0xFF; MAX_LEVELS as usize + 1];
    let stated = if flags & 1 == 1 { resolutions } else { 0 };
    if precincts.len() != stated {
        return Err(corrupt("a JPEG 2000 coding style does not hold what it states"));
    }
    for (level, (size, stated)) in sizes.iter_mut().zip(precincts).enumerate() {
        // Beyond the lowest resolution a precinct is divided among sub-bands of half the size.
        if level > 0 && (stated & 0x0F == 0 || stated & 0xF0 == 0) {
            return Err(corrupt("the JPEG 2000 image has precincts without coefficients"));
        }
        *size = *stated;
    }
    Ok(Style { levels: *levels, block: (width + 2, height + 2), precincts: sizes, many_segments: code_blocks & 5 != 0 })
}

/// QCD (A.6.4), or the part of QCC behind its component.
fn quantization(body: &[u8]) -> Result<()> {
    let sizes = body.len().saturating_sub(1);
    // One for the lowest resolution, three for each level above.
    let most = 3 * usize::from(MAX_LEVELS) + 1;
    let fits = match body.first().map(|style| style & 0x1F) {
        Some(0) => sizes > 0,
        Some(1) => sizes == 2,
        Some(2) => sizes > 0 && sizes.is_multiple_of(2),
        _ => false,
    };
    if !fits || sizes > 2 * most.max(97) {
        return Err(corrupt("a JPEG 2000 quantization segment does not hold what it states"));
    }
    Ok(())
}

/// QCC (A.6.5): the index of a component, and its quantisation.
fn component_quantization(body: &[u8], stream: &Codestream) -> Result<()> {
    match body.split_first() {
        Some((index, rest)) if *index < stream.components => quantization(rest),
        _ => Err(corrupt("a JPEG 2000 segment names a component that is not there")),
    }
}

/// Steps over the tile-parts (A.4.2) to EOC. Their headers hold no coding styles of their own.
fn tile_parts(bytes: &[u8], mut at: usize, stream: &mut Codestream) -> Result<()> {
    while let Some(marker) = be16(bytes, at) {
        if marker == 0xFFD9 {
            stream.end = (stream.tile_parts > 0).then_some(at + 2);
            return Ok(());
        }
        if marker != 0xFF90 {
            return Err(corrupt("a JPEG 2000 tile-part does not end where it says"));
        }
        let Some(length) = be32(bytes, at + 6) else { return Ok(()) };
        stream.tile_parts += 1;
        if be16(bytes, at + 2) != Some(10) || (length != 0 && length < 14) {
            return Err(corrupt("a JPEG 2000 tile-part is shorter than its header"));
        }
        if length == 0 {
            // It is the last one. No two bytes of its data are above FF8F, so that the first EOC is
            // the end's.
            let Some(data) = tile_part_header(bytes, at + 12, stream)? else { return Ok(()) };
            let eoc = bytes.get(data..).and_then(|rest| rest.windows(2).position(|pair| pair == [0xFF, 0xD9]));
            if let Some(end) = eoc.map(|distance| data + distance) {
                let len = u32::try_from(end - at).map_err(|_| unsupported("a JPEG 2000 tile-part is over 4 GiB"))?;
                stream.open_part = Some((at, len));
                stream.end = Some(end + 2);
            }
            return Ok(());
        }
        let next = at.checked_add(length as usize).ok_or_else(cut)?;
        let Some(part) = bytes.get(..next) else { return Ok(()) };
        if tile_part_header(part, at + 12, stream)?.is_none() {
            return Err(corrupt("a JPEG 2000 tile-part has no data"));
        }
        at = next;
    }
    Ok(())
}

/// Looks through the segments between SOT and SOD: the offset behind SOD, or `None` if `bytes` end
/// before.
fn tile_part_header(bytes: &[u8], mut at: usize, stream: &Codestream) -> Result<Option<usize>> {
    loop {
        let Some(marker) = be16(bytes, at) else { return Ok(None) };
        match marker {
            // SOD
            0xFF93 => return Ok(Some(at + 2)),
            // QCD, QCC, PLT, COM
            0xFF5C | 0xFF5D | 0xFF58 | 0xFF64 => {
                let Ok((body, next)) = segment(bytes, at + 2) else { return Ok(None) };
                match marker {
                    0xFF5C => quantization(body)?,
                    0xFF5D => component_quantization(body, stream)?,
                    _ => {}
                }
                at = next;
            }
            _ if marker < 0xFF00 => return Err(corrupt("a JPEG 2000 marker is missing")),
            _ => return Err(unsupported(&format!("JPEG 2000 marker {marker:04X} in a tile-part is not read"))),
        }
    }
}
