//! From a codestream that was looked through to pixels.

use super::super::header::corrupt;
use super::codestream::Codestream;
use super::layout::layout;
use crate::error::{Error, ErrorKind, Result, Stage};
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};

/// How the decoder works: strictly, so that a damaged packet is an error and not a flaw in the
/// picture. Palettes never reach it.
const SETTINGS: DecodeSettings =
    DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };

/// Decodes a file that [`super::inspect`] has found whole and within the limits to RGB8.
///
/// # Errors
/// [`ErrorKind::Corrupt`] for whatever the decoder does not understand.
pub(in crate::image) fn decode(bytes: &[u8]) -> Result<Vec<u8>> {
    let layout = layout(bytes)?;
    let stream = layout.codestream.end.and_then(|end| layout.bytes.get(..end));
    let stream = stream.ok_or_else(|| corrupt("the JPEG 2000 codestream has no end"))?;
    // A last tile-part without a length would take EOC for its data.
    let mut patched = Vec::new();
    let stream = match layout.codestream.open_part {
        Some((at, len)) => {
            patched.extend_from_slice(stream);
            // Psot, the length, lies behind the marker, its segment's length and the tile's index
            // (A.4.2).
            let field =
                patched.get_mut(at + 6..at + 10).ok_or_else(|| corrupt("a JPEG 2000 tile-part has no header"))?;
            field.copy_from_slice(&len.to_be_bytes());
            &patched
        }
        None => stream,
    };
    pixels(stream, &layout.codestream, layout.ycc)
}

/// Decodes a codestream whose every segment was looked at, and checks that the decoder saw in it
/// what `stated` says.
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
