//! Where the codestream lies in a file, and what both state.

use super::super::format::{ImageFormat, SourceColor};
use super::super::header::{Header, corrupt};
use super::codestream::Codestream;
use super::{boxes, codestream, memory};
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
    /// Whether the components are luma and two colour differences.
    pub(super) ycc: bool,
}

/// Walks the boxes, if there are any, and the codestream, and holds one against the other.
pub(super) fn layout(bytes: &[u8]) -> Result<Layout<'_>> {
    if bytes.starts_with(CODESTREAM_START) {
        return Ok(Layout { codestream: codestream::walk(bytes)?, bytes, start: 0, ycc: false });
    }
    let file = boxes::walk(bytes)?;
    let inside = bytes.get(file.codestream.clone()).ok_or_else(|| corrupt("the JP2's codestream lies outside it"))?;
    if !inside.starts_with(CODESTREAM_START) {
        return Err(corrupt("the JP2's codestream does not begin with SOC and SIZ"));
    }
    let codestream = codestream::walk(inside)?;
    if (file.width, file.height) != (codestream.width, codestream.height) {
        return Err(corrupt("the JP2's header and its codestream differ in size"));
    }
    if file.components != codestream.components {
        return Err(corrupt("the JP2's header and its codestream differ in their number of components"));
    }
    let ycc = file.ycc && codestream.components == 3;
    Ok(Layout { codestream, bytes: inside, start: file.codestream.start, ycc })
}

/// Reads what the headers state, as far as limits and the decoder need it.
pub(in crate::image) fn inspect(bytes: &[u8]) -> Result<Header> {
    let Layout { codestream, start, .. } = layout(bytes)?;
    Ok(Header {
        format: ImageFormat::Jpeg2000,
        width: codestream.width,
        height: codestream.height,
        color: if codestream.components == 1 { SourceColor::Gray } else { SourceColor::Rgb },
        bits_per_channel: codestream.depth,
        // Every component as f32, coefficients, two buffers of the wavelet transform, and RGB8
        // beside them.
        working_bytes_per_px: 4 * u64::from(codestream.components) + 12 + 3,
        working_bytes: memory::bytes(&codestream),
        end: codestream.end.map(|end| start + end),
    })
}
