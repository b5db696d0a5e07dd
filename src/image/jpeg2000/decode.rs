//! From a codestream that was looked through to pixels.

use super::super::header::corrupt;
use super::boxes::SIGNATURE;
use super::codestream::Codestream;
use super::color::{Plane, pixels};
use super::layout::layout;
use crate::error::Result;
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::ColorType;

/// How the decoder works: strictly, so that a damaged packet is an error and not a flaw in the
/// picture. Palettes never reach it.
const SETTINGS: DecodeSettings =
    DecodeSettings { resolve_palette_indices: false, strict: true, target_resolution: None };

/// Boxes in front of a codestream that keep the decoder from guessing what its components mean: a
/// file type, and a header that says sRGB, which it does not convert. The codestream's box follows.
const BOXES: &[u8] = b"\0\0\0\x14ftypjp2 \0\0\0\0jp2 \
    \0\0\0\x2Djp2h\
    \0\0\0\x16ihdr\0\0\0\x01\0\0\0\x01\0\x01\x07\x07\0\0\
    \0\0\0\x0Fcolr\x01\0\0\0\0\0\x10\
    \0\0\0\0jp2c";

/// Decodes a file that [`super::inspect`] has found whole and within the limits to grey or RGB of 8
/// bits, with alpha where it has one.
///
/// # Errors
/// [`crate::error::ErrorKind::Corrupt`] for whatever the decoder does not understand.
pub(in crate::image) fn decode(bytes: &[u8]) -> Result<(Vec<u8>, ColorType)> {
    let layout = layout(bytes)?;
    let stated = &layout.codestream;
    let stream = stated.end.and_then(|end| layout.bytes.get(..end));
    let stream = stream.ok_or_else(|| corrupt("the JPEG 2000 codestream has no end"))?;
    let file = wrapped(stream, stated)?;
    // The decoder has to see in the codestream what was seen in it here.
    let fault = |e: hayro_jpeg2000::DecodeError| corrupt("the JPEG 2000 codestream is damaged").with_source(e);
    let image = Image::new(&file, &SETTINGS).map_err(fault)?;
    if (image.width(), image.height()) != (stated.width, stated.height) {
        return Err(corrupt("the file states two different sizes"));
    }
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(fault)?;
    let samples = decoded.components();
    if samples.len() != stated.components.len() {
        return Err(corrupt("the JPEG 2000 decoder gave another number of components than the file states"));
    }
    let planes = samples.iter().zip(&stated.components);
    let planes: Vec<Plane<'_>> =
        planes.map(|(samples, component)| Plane { samples: samples.samples(), component: *component }).collect();
    // Both sides are within the limits, so that the bytes of a pixel have been counted.
    pixels(&planes, &layout.channels, stated.width as usize * stated.height as usize)
}

/// The codestream as the decoder takes it.
fn wrapped(stream: &[u8], stated: &Codestream) -> Result<Vec<u8>> {
    let mut file = Vec::with_capacity(SIGNATURE.len() + BOXES.len() + stream.len());
    file.extend_from_slice(SIGNATURE);
    file.extend_from_slice(BOXES);
    let start = file.len();
    file.extend_from_slice(stream);
    // A last tile-part without a length would take EOC for its data. Psot, the length, lies behind
    // the marker, its segment's length and the tile's index (A.4.2).
    if let Some((at, len)) = stated.open_part {
        let field = file.get_mut(start + at + 6..start + at + 10);
        let field = field.ok_or_else(|| corrupt("a JPEG 2000 tile-part has no header"))?;
        field.copy_from_slice(&len.to_be_bytes());
    }
    Ok(file)
}
