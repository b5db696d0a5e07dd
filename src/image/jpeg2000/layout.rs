//! Where the codestream lies in a file, and what both state.

use super::super::format::{ImageFormat, SourceColor};
use super::super::header::{Header, corrupt};
use super::boxes::Space;
use super::channels::{Channels, Colors};
use super::codestream::Codestream;
use super::{boxes, codestream, cost};
use crate::error::Result;

/// SOC and SIZ, which every codestream begins with (annex A.4.1, A.5.1).
const CODESTREAM_START: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51];

/// Whether the bytes begin as a JP2 file or a codestream does.
pub(in crate::image) fn is_jpeg2000(bytes: &[u8]) -> bool {
    bytes.starts_with(CODESTREAM_START) || bytes.starts_with(boxes::SIGNATURE)
}

/// Where the codestream lies, what it states, and how its components become colours.
pub(super) struct Layout<'a> {
    pub(super) codestream: Codestream,
    /// From the first byte of the codestream to the end of the bytes that may belong to it.
    pub(super) bytes: &'a [u8],
    /// Offset of the codestream in the file.
    pub(super) start: usize,
    /// Which components are which colours.
    pub(super) channels: Channels,
}

/// Walks the boxes, if there are any, and the codestream, and holds one against the other.
pub(super) fn layout(bytes: &[u8]) -> Result<Layout<'_>> {
    if bytes.starts_with(CODESTREAM_START) {
        let codestream = codestream::walk(bytes)?;
        let channels = Channels::of_codestream(&codestream)?;
        return Ok(Layout { codestream, bytes, start: 0, channels });
    }
    let file = boxes::walk(bytes)?;
    let inside = bytes.get(file.codestream.clone()).ok_or_else(|| corrupt("the JP2's codestream lies outside it"))?;
    if !inside.starts_with(CODESTREAM_START) {
        return Err(corrupt("the JP2's codestream does not begin with SOC and SIZ"));
    }
    let codestream = codestream::walk(inside)?;
    let header = file.header;
    if (header.width, header.height) != codestream.area {
        return Err(corrupt("the JP2's header and its codestream differ in size"));
    }
    if usize::from(header.components) != codestream.components.len() {
        return Err(corrupt("the JP2's header and its codestream differ in their number of components"));
    }
    let channels = Channels::of_file(&header, &codestream)?;
    Ok(Layout { codestream, bytes: inside, start: file.codestream.start, channels })
}

/// The colour space that a JP2 file states.
pub(in crate::image) fn stated_space(bytes: &[u8]) -> Space<'_> {
    // What is no JP2 file, or a broken one, states none.
    let file = bytes.starts_with(boxes::SIGNATURE).then(|| boxes::walk(bytes).ok()).flatten();
    file.map_or(Space::Unstated, |file| file.header.space)
}

/// Reads what the headers state, as far as limits and the decoder need it.
pub(in crate::image) fn inspect(bytes: &[u8]) -> Result<Header> {
    let Layout { codestream, start, channels, .. } = layout(bytes)?;
    let cost = cost::of(&codestream);
    let components = codestream.components.len() as u64;
    Ok(Header {
        format: ImageFormat::Jpeg2000,
        width: codestream.width,
        height: codestream.height,
        color: match channels.colors {
            _ if channels.has_palette() => SourceColor::Palette,
            Colors::Gray(_) => SourceColor::Gray,
            Colors::Rgb(_) | Colors::Ycc(_) => SourceColor::Rgb,
        },
        bits_per_channel: codestream.components.iter().map(|c| c.depth).fold(1, u8::max),
        // Every component as f32, coefficients, two buffers of the wavelet transform, and four
        // channels beside them.
        working_bytes_per_px: 4 * components + 12 + 4,
        working_bytes: cost.bytes,
        work: cost.work,
        end: codestream.end.map(|end| start + end),
    })
}
