//! The marker segments of a codestream (ISO/IEC 15444-1, annex A), from SOC to EOC.
//!
//! What the decoder would read by position is held against the segments' lengths, so that both see
//! the same segments.

use super::super::bytes::{be16, be32};
use super::super::header::{corrupt, unsupported};
use super::style::{Planes, Style, cut};
use crate::error::{Error, Result};

/// Components that are read at most: three colours and alpha.
const MAX_COMPONENTS: usize = 4;

/// What a codestream states.
#[derive(Debug, Clone)]
pub(super) struct Codestream {
    /// The picture's sides in pixels: those of the area, or fewer where every component has fewer
    /// samples than the area has points.
    pub(super) width: u32,
    pub(super) height: u32,
    /// The sides of the image area on the reference grid, which a JP2's header repeats.
    pub(super) area: (u32, u32),
    /// Columns and rows of tiles.
    pub(super) tiles: (u32, u32),
    /// The sides of a whole tile, or of the area if that is smaller.
    pub(super) tile: (u32, u32),
    /// One to four.
    pub(super) components: Vec<Component>,
    pub(super) layers: u16,
    pub(super) tile_parts: u64,
    /// Offset and length of a last tile-part that leaves its length open.
    pub(super) open_part: Option<(usize, u32)>,
    /// Bytes from SOC to behind EOC; `None` if the bytes end before.
    pub(super) end: Option<usize>,
    /// Bytes that there are for it.
    pub(super) len: usize,
}

/// One component.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Component {
    /// Bits per sample, 1 to 16. Samples with a sign are moved up by half their range where they
    /// are decoded, as all decoders do.
    pub(super) depth: u8,
    /// Distances of its samples on the reference grid, 1 without subsampling.
    pub(super) spacing: (u8, u8),
    /// How it is coded.
    pub(super) style: Style,
    /// The most bit-planes that any tile has.
    pub(super) planes: Planes,
}

impl Component {
    /// The highest sample.
    pub(super) fn most(&self) -> f32 {
        ((1u32 << self.depth) - 1) as f32
    }

    /// The level, of 0 to 255, of a colour difference of nothing.
    pub(super) fn middle(&self) -> f32 {
        (1u32 << (self.depth - 1)) as f32 * (255.0 / self.most())
    }
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
    // A component without segments of its own is coded as the image is.
    let (mut style, mut planes, mut mixed) = (None, None, false);
    let mut own = [(None, None); MAX_COMPONENTS];
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
                mixed = *body.get(4).ok_or_else(cut)? == 1;
                style = Some(Style::read(body.first().copied(), body.get(5..))?);
            }
            // COC
            0xFF53 => {
                let (slot, rest) = own_segment(&mut own, body, &stream)?;
                slot.0 = Some(Style::read(rest.first().copied(), rest.get(1..))?);
            }
            // QCD
            0xFF5C => planes = Some(Planes::read(body)?),
            // QCC
            0xFF5D => {
                let (slot, rest) = own_segment(&mut own, body, &stream)?;
                slot.1 = Some(Planes::read(rest)?);
            }
            // TLM, CRG, COM
            _ => {}
        }
        at = next;
    }
    let (Some(style), Some(planes)) = (style, planes) else {
        return Err(corrupt("the JPEG 2000 header lacks its coding style or quantization"));
    };
    if stream.layers == 0 {
        return Err(corrupt("the JPEG 2000 image has no layers"));
    }
    if stream.layers > 32 {
        return Err(unsupported("JPEG 2000 images of over 32 layers are not read"));
    }
    for (component, own) in stream.components.iter_mut().zip(own) {
        component.style = own.0.unwrap_or(style);
        component.planes = own.1.unwrap_or(planes);
    }
    if mixed {
        match stream.components.as_slice() {
            [a, b, c, ..] if [b, c].iter().all(|other| (other.depth, other.spacing) == (a.depth, a.spacing)) => {}
            _ => return Err(corrupt("the JPEG 2000 image mixes components that are not alike")),
        }
    }
    tile_parts(bytes, at, &mut stream)?;
    Ok(stream)
}

/// What a segment says of the component that its first byte names: where to keep it, and the rest
/// of its body.
fn own_segment<'a, 'b, T>(own: &'a mut [T], body: &'b [u8], stream: &Codestream) -> Result<(&'a mut T, &'b [u8])> {
    let (index, rest) = body.split_first().ok_or_else(cut)?;
    let slot = own.get_mut(..stream.components.len()).and_then(|own| own.get_mut(usize::from(*index)));
    let slot = slot.ok_or_else(|| corrupt("a JPEG 2000 segment names a component that is not there"))?;
    Ok((slot, rest))
}

/// SIZ (A.5.1, B.2, B.3): the reference grid, its tiles, the components.
fn size(body: &[u8]) -> Result<Codestream> {
    let field = |at| be32(body, at).ok_or_else(cut);
    // Pairs of a column and a row: the end of the image area, its start, a tile's sides, and the
    // start of the first tile.
    let pair = |at| Ok::<_, Error>([field(at)?, field(at + 4)?]);
    let (end, start, tile, first) = (pair(2)?, pair(10)?, pair(18)?, pair(26)?);
    let count = be16(body, 34).ok_or_else(cut)?;
    if body.len() != 36 + 3 * usize::from(count) {
        return Err(corrupt("the JPEG 2000 size segment does not hold what it states"));
    }
    if tile.contains(&0) {
        return Err(corrupt("the JPEG 2000 image has tiles without pixels"));
    }
    if usize::from(count) > MAX_COMPONENTS {
        return Err(unsupported("only JPEG 2000 images of one to four components are read"));
    }
    let (each, _) = body.get(36..).ok_or_else(cut)?.as_chunks::<3>();
    let mut components = Vec::with_capacity(each.len());
    for [depth, x, y] in each {
        // The highest bit says that samples have a sign.
        let depth = (depth & 0x7F) + 1;
        if depth > 16 {
            return Err(unsupported("only JPEG 2000 images of 1 to 16 bits per sample are read"));
        }
        if *x == 0 || *y == 0 {
            return Err(corrupt("a JPEG 2000 component has samples at no distance"));
        }
        components.push(Component { depth, spacing: (*x, *y), ..Component::default() });
    }
    let Some(spacing) = components.first().map(|first| first.spacing) else {
        return Err(corrupt("the JPEG 2000 image has no components"));
    };
    let alike = components.iter().all(|component| component.spacing == spacing);
    let axis = |axis: fn([u32; 2]) -> u32, spacing: fn(&Component) -> u8| {
        let spacings = components.iter().map(|component| u32::from(spacing(component)));
        Axis { end: axis(end), start: axis(start), tile: axis(tile), first: axis(first) }.measure(spacings, alike)
    };
    let [column, row] = [axis(|[x, _]| x, |c| c.spacing.0)?, axis(|[_, y]| y, |c| c.spacing.1)?];
    Ok(Codestream {
        width: column.pixels,
        height: row.pixels,
        area: (column.area, row.area),
        tiles: (column.tiles, row.tiles),
        tile: (column.tile, row.tile),
        components,
        layers: 0,
        tile_parts: 0,
        open_part: None,
        end: None,
        len: 0,
    })
}

/// The reference grid in one direction.
struct Axis {
    end: u32,
    start: u32,
    tile: u32,
    first: u32,
}

/// What lies on it.
struct Measured {
    pixels: u32,
    area: u32,
    tiles: u32,
    tile: u32,
}

impl Axis {
    /// Holds the fields against one another, and counts; `alike` says that all spacings are the
    /// same.
    fn measure(&self, mut spacings: impl Iterator<Item = u32> + Clone, alike: bool) -> Result<Measured> {
        let Self { end, start, tile, first } = *self;
        // The first tile holds at least one point of the area (equations B-3 and B-4).
        let first_end = first.saturating_add(tile).min(end);
        if end <= start || first > start || first_end <= start {
            return Err(corrupt("the JPEG 2000 image lies outside its tiles"));
        }
        let samples = |end: u32, spacing: u32| end.div_ceil(spacing) - start.div_ceil(spacing);
        let area = end - start;
        // Where all components are alike, their samples are the pixels.
        let pixels = spacings.clone().next().filter(|_| alike).map_or(area, |spacing| samples(end, spacing));
        // A component without samples in the first tile leaves pixels open, whatever comes later.
        if pixels == 0 || (!alike && spacings.any(|spacing| samples(first_end, spacing) == 0)) {
            return Err(unsupported("the JPEG 2000 image has a component without samples in its first tile"));
        }
        Ok(Measured { pixels, area, tiles: (end - first).div_ceil(tile), tile: tile.min(area) })
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
fn tile_part_header(bytes: &[u8], mut at: usize, stream: &mut Codestream) -> Result<Option<usize>> {
    loop {
        let Some(marker) = be16(bytes, at) else { return Ok(None) };
        match marker {
            // SOD
            0xFF93 => return Ok(Some(at + 2)),
            // QCD, QCC, PLT, COM
            0xFF5C | 0xFF5D | 0xFF58 | 0xFF64 => {
                let Ok((body, next)) = segment(bytes, at + 2) else { return Ok(None) };
                match marker {
                    0xFF5C => {
                        let planes = Planes::read(body)?;
                        stream.components.iter_mut().for_each(|component| component.planes.raise(&planes));
                    }
                    0xFF5D => {
                        let (index, rest) = body.split_first().ok_or_else(cut)?;
                        let component = stream.components.get_mut(usize::from(*index));
                        let component = component
                            .ok_or_else(|| corrupt("a JPEG 2000 segment names a component that is not there"))?;
                        component.planes.raise(&Planes::read(rest)?);
                    }
                    _ => {}
                }
                at = next;
            }
            _ if marker < 0xFF00 => return Err(corrupt("a JPEG 2000 marker is missing")),
            _ => return Err(unsupported(&format!("JPEG 2000 marker {marker:04X} in a tile-part is not read"))),
        }
    }
}
