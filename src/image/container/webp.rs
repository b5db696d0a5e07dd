//! WebP (RFC 9649): chunks of a RIFF file, stepped over without decoding.

use super::super::bytes::{le16, le24, le32};
use super::super::format::{ImageFormat, SourceColor};
use super::super::header::{Header, corrupt, unsupported};
use super::vp8l;
use crate::error::Result;

/// Walks the chunks of the RIFF container.
///
/// Every size that a chunk states is held against the canvas and against the bytes that are there,
/// since the decoder believes each of them.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    // The RIFF size counts from behind itself; a file may go on after it.
    let size = le32(bytes, 4).and_then(|n| usize::try_from(n).ok()?.checked_add(8));
    let end = size.filter(|n| *n <= bytes.len());
    // A file that is cut short is walked as far as it goes, so that its sides are known all the
    // same.
    let inside = end.and_then(|n| bytes.get(..n)).unwrap_or(bytes);
    let (mut canvas, mut bitstream, mut working_bytes_per_px, mut whole) = (None, None, 0, true);
    // Streams of prefix codes: of the picture, or of its alpha plane, which has no header.
    let mut coded = None;
    let mut at = 12usize;
    while let (Some(name), Some(size)) = (inside.get(at..at.saturating_add(4)), le32(inside, at.saturating_add(4))) {
        // Name and size were read, so that the chunk's data begins inside the file or at its end.
        let data = inside.get(at + 8..).ok_or_else(|| corrupt("a WebP chunk begins behind the file's end"))?;
        let sides = match name {
            b"VP8X" => {
                if data.first().is_some_and(|flags| flags & 0x02 != 0) {
                    return Err(unsupported("an animated WebP is not a photograph"));
                }
                le24(data, 4).zip(le24(data, 7)).map(|(w, h)| (w + 1, h + 1))
            }
            b"VP8 " => le16(data, 6).zip(le16(data, 8)).map(|(w, h)| (u32::from(w & 0x3FFF), u32::from(h & 0x3FFF))),
            b"VP8L" => le32(data, 1).map(|b| ((b & 0x3FFF) + 1, ((b >> 14) & 0x3FFF) + 1)),
            _ => None,
        };
        if canvas.is_none() {
            canvas = sides;
        }
        // The decoder would allocate for an inner size first and compare it with the canvas
        // afterwards.
        if sides.is_some() && sides != canvas {
            return Err(corrupt("the WebP's canvas and image differ in size"));
        }
        match name {
            // Planes of 4:2:0, whole macroblocks.
            b"VP8 " => working_bytes_per_px += 2,
            // The picture as RGBA, and the images of its transforms.
            b"VP8L" => working_bytes_per_px += 6,
            // The alpha plane is decoded as RGBA, then copied.
            b"ALPH" => working_bytes_per_px += 7,
            _ => {}
        }
        // The decoder allocates for whatever size a chunk states, metadata too. Only the last
        // padding byte may be missing.
        let Some(size) = usize::try_from(size).ok().filter(|n| *n <= data.len()) else {
            whole = false;
            break;
        };
        match name {
            b"VP8L" if bitstream.is_none() => coded = data.get(5..size),
            // The lowest two bits say whether the plane is compressed (RFC 9649, 2.7.1.2).
            b"ALPH" if bitstream.is_none() && coded.is_none() && data.first().is_some_and(|b| b & 3 == 1) => {
                coded = data.get(1..size);
            }
            _ => {}
        }
        if matches!(name, b"VP8 " | b"VP8L") {
            bitstream = bitstream.or(sides);
        }
        at += 8 + size + (size & 1);
    }
    let Some((width, height)) = bitstream.or(canvas) else {
        return Err(corrupt("the WebP states no size"));
    };
    let end = end.filter(|_| whole && bitstream.is_some());
    Ok(Header {
        format: ImageFormat::WebP,
        width,
        height,
        color: SourceColor::Rgb,
        bits_per_channel: 8,
        working_bytes_per_px,
        working_bytes: match coded {
            Some(stream) if end.is_some() => vp8l::code_bytes(stream, width, height)?,
            _ => 0,
        },
        work: 0,
        end,
    })
}
