//! JPEG 2000 (ISO/IEC 15444-1) as chips carry it: a JP2 file or a bare codestream, one or three
//! components.
//!
//! The decoder behind it (`hayro-jpeg2000`, pure Rust) allocates what headers state. So boxes
//! ([`boxes`]) and codestream ([`codestream`]) are walked here first, from whose headers the memory
//! is known ([`memory`]); the decoder then sees the codestream alone, with nothing in it that was
//! not looked at.

mod boxes;
mod codestream;
mod memory;

use super::container::{Header, corrupt};
use super::decode::{ImageFormat, SourceColor};
use crate::error::{Error, ErrorKind, Result, Stage};
use codestream::Codestream;
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

/// SOC and SIZ, which every codestream begins with (annex A.4.1, A.5.1).
const CODESTREAM_START: &[u8] = &[0xFF, 0x4F, 0xFF, 0x51];

/// The decoder takes no region of a file twice and is lenient only where it is told to be.
const SETTINGS: DecodeSettings =
    DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };

/// Whether the bytes begin as a JP2 file or a codestream does.
pub(super) fn is_jpeg2000(bytes: &[u8]) -> bool {
    bytes.starts_with(CODESTREAM_START) || bytes.starts_with(boxes::SIGNATURE)
}

/// Where the codestream lies, what it states, and how its components become colours.
struct Layout<'a> {
    codestream: Codestream,
    /// From the first byte of the codestream to the end of the bytes that may belong to it.
    bytes: &'a [u8],
    /// Offset of the codestream in the file.
    start: usize,
    ycc: bool,
}

fn layout(bytes: &[u8]) -> Result<Layout<'_>> {
    if bytes.starts_with(CODESTREAM_START) {
        return Ok(Layout { codestream: codestream::walk(bytes)?, bytes, start: 0, ycc: false });
    }
    let file = boxes::walk(bytes)?;
    let inside = bytes.get(file.codestream.clone()).unwrap_or_default();
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

/// What the headers state.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    let Layout { codestream, start, .. } = layout(bytes)?;
    Ok(Header {
        format: ImageFormat::Jpeg2000,
        width: codestream.width,
        height: codestream.height,
        color: if codestream.components == 1 { SourceColor::Gray } else { SourceColor::Rgb },
        bits_per_channel: codestream.depth,
        // Every component as f32, coefficients, two buffers of the wavelet transform, and RGB8 beside them.
        working_bytes_per_px: 4 * u64::from(codestream.components) + 12 + 3,
        working_bytes: memory::bytes(&codestream),
        end: codestream.end.map(|end| start + end),
    })
}

/// The pixels as RGB8, of a file that [`inspect`] has found whole and within the limits.
///
/// # Errors
/// [`ErrorKind::Corrupt`] for whatever the decoder does not understand.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<u8>> {
    let layout = layout(bytes)?;
    let stream = layout.codestream.end.and_then(|end| layout.bytes.get(..end)).unwrap_or(layout.bytes);
    // A last tile-part without a length would take EOC for its data.
    let mut patched = Vec::new();
    let stream = match layout.codestream.open_part {
        Some((at, len)) => {
            patched.extend_from_slice(stream);
            if let Some(field) = patched.get_mut(at + 6..at + 10) {
                field.copy_from_slice(&len.to_be_bytes());
            }
            &patched
        }
        None => stream,
    };
    pixels(stream, &layout.codestream, layout.ycc)
}

fn pixels(stream: &[u8], stated: &Codestream, ycc: bool) -> Result<Vec<u8>> {
    let fault = |e: hayro_jpeg2000::DecodeError| corrupt("the JPEG 2000 codestream is damaged").with_source(e);
    let image = Image::new(stream, &SETTINGS).map_err(fault)?;
    if (image.width(), image.height()) != (stated.width, stated.height) {
        return Err(corrupt("the file states two different sizes"));
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(fault)?;
    let planes = decoded.components();
    // Both sides are within the limits, so that three bytes per pixel have been counted.
    let count = stated.width as usize * stated.height as usize;
    if planes.len() != usize::from(stated.components) || planes.iter().any(|p| p.samples().len() != count) {
        return Err(corrupt("the JPEG 2000 decoder gave another number of samples than the file states"));
    }
    let mut rgb = Vec::new();
    rgb.try_reserve_exact(count * 3).map_err(|e| {
        Error::new(ErrorKind::LimitExceeded, Stage::Decode, "there is no memory for the image").with_source(e)
    })?;
    let scale = 255.0 / ((1u32 << stated.depth) - 1) as f32;
    // Rounded; below zero and NaN become 0, above becomes 255.
    let byte = |value: f32| (value + 0.5) as u8;
    match planes {
        [gray] => rgb.extend(gray.samples().iter().flat_map(|v| [byte(v * scale); 3])),
        [a, b, c] => {
            let triples = a.samples().iter().zip(b.samples()).zip(c.samples());
            let middle = (1u32 << (stated.depth - 1)) as f32 * scale;
            rgb.extend(triples.flat_map(|((a, b), c)| {
                let (a, b, c) = (a * scale, b * scale, c * scale);
                if !ycc {
                    return [byte(a), byte(b), byte(c)];
                }
                // IEC 61966-2-1, amendment 1.
                let (cb, cr) = (b - middle, c - middle);
                [byte(a + 1.402 * cr), byte(a - 0.344_136 * cb - 0.714_136 * cr), byte(a + 1.772 * cb)]
            }));
        }
        _ => return Err(corrupt("the JPEG 2000 image has neither one nor three components")),
    }
    Ok(rgb)
}
