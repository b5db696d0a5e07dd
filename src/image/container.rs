//! What a file says about itself before anything is decoded: format, sides, colour, and whether it
//! is all there.
//!
//! The decoders behind [`super::Photo::decode`] are lenient where this crate must not be: the JPEG
//! decoder paints what is missing of a truncated file in grey and reports success, the PNG decoder
//! stops at the last pixel, and the WebP decoder allocates for the size that an inner chunk states.
//! So the containers are walked here first, without allocating: sides are known before a decoder is
//! made, an unfinished file is called unfinished, and animations are told apart from photographs.

use super::decode::{ImageFormat, SourceColor};
use super::jpeg2000;
use crate::error::{Error, ErrorKind, Result, Stage};

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What a file states in its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) format: ImageFormat,
    /// Stored width and height in pixels, before any orientation is applied; neither is zero.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) color: SourceColor,
    pub(super) bits_per_channel: u8,
    /// Bytes that the decoder keeps per pixel beside its output (an upper estimate).
    pub(super) working_bytes_per_px: u64,
    /// What it keeps however many pixels there are: structures that the file states (an upper
    /// estimate).
    pub(super) working_bytes: u64,
    /// Bytes from the start to the end of the image; `None` if the file ends before the image does.
    pub(super) end: Option<usize>,
}

pub(super) fn unsupported(message: &str) -> Error {
    Error::new(ErrorKind::UnsupportedFormat, Stage::Decode, message)
}

pub(super) fn corrupt(message: &str) -> Error {
    Error::new(ErrorKind::Corrupt, Stage::Decode, message)
}

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_be_bytes(*b))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_be_bytes(*b))
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

/// Reads the headers of a JPEG, PNG, WebP or JPEG 2000, told apart by content alone.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    let header = if bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        jpeg(bytes)?
    } else if bytes.starts_with(PNG_SIGNATURE) {
        png(bytes)?
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        webp(bytes)?
    } else if jpeg2000::is_jpeg2000(bytes) {
        jpeg2000::inspect(bytes)?
    } else {
        return Err(unsupported("the bytes are no JPEG, JPEG 2000, PNG or WebP"));
    };
    if header.width == 0 || header.height == 0 {
        return Err(corrupt("the image states a side of zero pixels"));
    }
    Ok(header)
}

/// The fields of a JPEG frame header (SOFn) that matter here.
struct JpegFrame {
    marker: u8,
    precision: u8,
    height: u16,
    width: u16,
    components: u8,
    /// Whether the first component has the most samples, in both directions, as luminance has.
    first_is_finest: bool,
}

/// Walks the marker segments (ITU-T T.81, annex B) from SOI to EOI. Thumbnails and other embedded
/// images lie inside application segments and are stepped over with them.
fn jpeg(bytes: &[u8]) -> Result<Header> {
    let (mut frame, mut adobe_transform, mut scans, mut end) = (None, None, 0u32, None);
    let mut at = 2;
    while let Some((marker, after)) = next_marker(bytes, at) {
        match marker {
            0xD9 => {
                end = (scans > 0).then_some(after);
                break;
            }
            // TEM, RSTn and SOI stand alone.
            0x01 | 0xD0..=0xD8 => {
                at = after;
                continue;
            }
            _ => {}
        }
        let Some(length) = be16(bytes, after).map(usize::from) else {
            break;
        };
        if length < 2 {
            return Err(corrupt("a JPEG segment states a length below two"));
        }
        let Some(body) = bytes.get(after + 2..after + length) else {
            break;
        };
        match marker {
            // DHT, JPG and DAC lie among the numbers of SOFn.
            0xC4 | 0xC8 | 0xCC => {}
            0xC0..=0xCF if frame.is_none() => {
                frame = Some(jpeg_frame(marker, body).ok_or_else(|| corrupt("the JPEG frame header is cut short"))?);
            }
            0xEE if body.starts_with(b"Adobe") => adobe_transform = body.get(11).copied(),
            0xDA => scans += 1,
            _ => {}
        }
        at = after + length;
    }
    let Some(frame) = frame else {
        return Err(corrupt("the JPEG has no frame header"));
    };
    if !matches!(frame.marker, 0xC0..=0xC2) {
        return Err(unsupported("only baseline, extended and progressive Huffman-coded JPEGs are read"));
    }
    if frame.precision != 8 {
        return Err(unsupported("only JPEGs of 8 bits per channel are read"));
    }
    let color = match (frame.components, adobe_transform) {
        (1, _) => SourceColor::Gray,
        (3, _) => SourceColor::Rgb,
        // With Adobe's marker, four channels are inverted CMYK or YCCK. Without it nothing says
        // whether ink or its absence is stored, and a guess could hand on a negative.
        (4, Some(0 | 2)) => SourceColor::Cmyk,
        (4, _) => {
            return Err(unsupported("a JPEG of four channels without Adobe's marker does not say what they are"));
        }
        _ => {
            return Err(unsupported("only JPEGs of one, three or four channels are read"));
        }
    };
    // Decoders are made for, and some tested on, chrominance that is as fine as luminance or coarser.
    if !frame.first_is_finest {
        return Err(unsupported("a JPEG whose first channel is coarser than another is not read"));
    }
    // Progressive and multi-scan files need all coefficients at once, 16 bits each. A third is
    // added for the padding to whole blocks, which a small image can exceed, but then by little in
    // absolute terms.
    let keeps_coefficients = frame.marker == 0xC2 || scans > 1;
    let working_bytes_per_px = if keeps_coefficients { u64::from(frame.components) * 8 / 3 + 1 } else { 1 };
    Ok(Header {
        format: ImageFormat::Jpeg,
        width: frame.width.into(),
        height: frame.height.into(),
        color,
        bits_per_channel: frame.precision,
        working_bytes_per_px,
        working_bytes: 0,
        end,
    })
}

fn jpeg_frame(marker: u8, body: &[u8]) -> Option<JpegFrame> {
    let components = *body.get(5)?;
    // Three bytes each: its name, its two sampling factors, its quantisation table.
    let mut factors = body.get(6..6 + 3 * usize::from(components))?.iter().skip(1).step_by(3).map(|v| [v >> 4, v & 15]);
    let [across, down] = factors.next().unwrap_or_default();
    Some(JpegFrame {
        marker,
        precision: *body.first()?,
        height: be16(body, 1)?,
        width: be16(body, 3)?,
        components,
        first_is_finest: factors.all(|[h, v]| h <= across && v <= down),
    })
}

/// The next marker's code at or after `at`, and the offset behind it. `FF 00` is a stuffed data
/// byte and `FF FF` is filling.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        at += bytes.get(at..)?.iter().position(|b| *b == 0xFF)?;
        match *bytes.get(at + 1)? {
            0xFF => at += 1,
            0x00 => at += 2,
            code => return Some((code, at + 2)),
        }
    }
}

/// Walks the chunks (PNG specification, third edition, section 5) from IHDR to IEND.
fn png(bytes: &[u8]) -> Result<Header> {
    let ihdr = bytes.get(8..29).filter(|b| b.starts_with(b"\0\0\0\x0DIHDR"));
    let fields = ihdr.and_then(|b| Some((be32(b, 8)?, be32(b, 12)?, *b.get(16)?, *b.get(17)?)));
    let Some((width, height, bits_per_channel, color_type)) = fields else {
        return Err(corrupt("the PNG does not begin with a whole IHDR chunk"));
    };
    let color = match color_type {
        0 | 4 => SourceColor::Gray,
        2 | 6 => SourceColor::Rgb,
        3 => SourceColor::Palette,
        _ => return Err(corrupt("the PNG states an unknown colour type")),
    };
    let (mut at, mut end) = (8usize, None);
    while let (Some(length), Some(name)) = (be32(bytes, at), bytes.get(at.saturating_add(4)..at.saturating_add(8))) {
        if name == b"acTL" {
            return Err(unsupported("an animated PNG is not a photograph"));
        }
        // Length, name and checksum take 12 bytes.
        let Some(next) = usize::try_from(length).ok().and_then(|n| at.checked_add(12)?.checked_add(n)) else {
            break;
        };
        if next > bytes.len() {
            break;
        }
        if name == b"IEND" {
            end = Some(next);
            break;
        }
        at = next;
    }
    Ok(Header {
        format: ImageFormat::Png,
        width,
        height,
        color,
        bits_per_channel,
        working_bytes_per_px: 1,
        working_bytes: 0,
        end,
    })
}

/// Walks the chunks (RFC 9649) of the RIFF container.
fn webp(bytes: &[u8]) -> Result<Header> {
    // The RIFF size counts from behind itself; a file may go on after it.
    let size = le32(bytes, 4).and_then(|n| usize::try_from(n).ok()?.checked_add(8));
    let end = size.filter(|n| *n <= bytes.len());
    let inside = end.and_then(|n| bytes.get(..n)).unwrap_or(bytes);
    let (mut canvas, mut bitstream, mut working_bytes_per_px, mut whole) = (None, None, 0, true);
    let mut at = 12usize;
    while let (Some(name), Some(size)) = (inside.get(at..at.saturating_add(4)), le32(inside, at.saturating_add(4))) {
        let data = inside.get(at + 8..).unwrap_or_default();
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
        if matches!(name, b"VP8 " | b"VP8L") {
            bitstream = bitstream.or(sides);
        }
        // The decoder allocates for whatever size a chunk states, metadata too. Only the last padding byte
        // may be missing.
        let Some(size) = usize::try_from(size).ok().filter(|n| *n <= data.len()) else {
            whole = false;
            break;
        };
        at += 8 + size + (size & 1);
    }
    let Some((width, height)) = bitstream.or(canvas) else {
        return Err(corrupt("the WebP states no size"));
    };
    Ok(Header {
        format: ImageFormat::WebP,
        width,
        height,
        color: SourceColor::Rgb,
        bits_per_channel: 8,
        working_bytes_per_px,
        working_bytes: 0,
        end: end.filter(|_| whole && bitstream.is_some()),
    })
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|[a, b, c]: &[u8; 3]| u32::from_le_bytes([*a, *b, *c, 0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markers_inside_segments_and_stuffed_bytes_are_not_markers() {
        let mut file = vec![0xFF, 0xD8];
        file.extend([0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 0xFF, 0xD9]); // a thumbnail's end inside APP1
        file.extend([0xFF, 0xC0, 0, 11, 8, 0, 5, 0, 7, 1, 1, 0x11, 0]); // 7 × 5, one channel
        file.extend([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0]);
        file.extend([1, 0xFF, 0x00, 2, 0xFF, 0xD3, 3, 0xFF, 0xFF, 0xD9]); // stuffing, restart, filling, end
        let whole = file.len();
        file.extend([0xFF, 0xD8, 0xFF, 0xD9]);
        let header = inspect(&file).unwrap();
        assert_eq!((header.width, header.height, header.end), (7, 5, Some(whole)));
        assert_eq!(header.color, SourceColor::Gray);
        for cut in 23..whole {
            assert_eq!(inspect(&file[..cut]).unwrap().end, None, "cut at {cut}");
        }
    }

    #[test]
    fn four_channels_need_adobe_to_say_what_they_are() {
        let sof = [0xFF, 0xC0, 0, 20, 8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0];
        let file = [&[0xFF, 0xD8][..], &sof].concat();
        assert_eq!(inspect(&file).unwrap_err().kind(), ErrorKind::UnsupportedFormat);
        let adobe = |transform: u8| [&[0xFF, 0xEE, 0, 14][..], b"Adobe", &[0, 100, 0, 0, 0, 0, transform]].concat();
        for (transform, known) in [(0, true), (1, false), (2, true), (9, false)] {
            let file = [&[0xFF, 0xD8][..], &adobe(transform), &sof].concat();
            assert_eq!(inspect(&file).is_ok(), known, "transform {transform}");
        }
    }

    /// Found by fuzzing: zune-jpeg 0.5.15 panics on some such files.
    #[test]
    fn the_first_channel_of_a_jpeg_must_be_the_finest() {
        let file = |factors: [u8; 3]| {
            let [a, b, c] = factors;
            let sof = [0xFF, 0xC0, 0, 17, 8, 0, 20, 0, 195, 3, 1, a, 0, 2, b, 1, 3, c, 1];
            [&[0xFF, 0xD8][..], &sof].concat()
        };
        for factors in [[0x11, 0x11, 0x11], [0x22, 0x11, 0x11], [0x41, 0x11, 0x11], [0x22, 0x21, 0x12]] {
            assert_eq!(inspect(&file(factors)).map(|header| header.width).unwrap(), 195, "{factors:x?}");
        }
        for factors in [[0x22, 0x41, 0x11], [0x11, 0x11, 0x24], [0x21, 0x12, 0x11]] {
            assert_eq!(inspect(&file(factors)).unwrap_err().kind(), ErrorKind::UnsupportedFormat, "{factors:x?}");
        }
        let cut = &file([0x11; 3])[..12];
        assert!(inspect(cut).is_err_and(|e| e.kind() == ErrorKind::Corrupt));
    }

    /// Found by fuzzing: the decoder took 2 GiB for a file of 111 bytes, on the word of its chunk
    /// EXIF.
    #[test]
    fn a_webp_chunk_that_states_more_than_there_is_is_unfinished() {
        let picture: &[u8] = &[0x10, 0, 0, 0x9D, 0x01, 0x2A, 9, 0, 9, 0];
        let file = |exif_len: u32, padding: &[u8]| {
            let (size, exif) = ((picture.len() as u32).to_le_bytes(), exif_len.to_le_bytes());
            let body = [b"WEBPVP8 ", &size[..], picture, b"EXIF", &exif, b"MM\0*!", padding].concat();
            [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
        };
        for (exif_len, padding, whole) in
            [(5, &[0][..], true), (5, &[], true), (6, &[], false), (0x7E00_001A, &[], false)]
        {
            let bytes = file(exif_len, padding);
            assert_eq!(inspect(&bytes).unwrap().end, whole.then_some(bytes.len()), "{exif_len}");
        }
    }

    #[test]
    fn a_webp_whose_inner_size_differs_is_refused_before_decoding() {
        let chunk = |name: &[u8; 4], data: &[u8]| [&name[..], &(data.len() as u32).to_le_bytes(), data].concat();
        let canvas = chunk(b"VP8X", &[0, 0, 0, 0, 9, 0, 0, 9, 0, 0]);
        let frame = |w: u16, h: u16| {
            let sides = [w.to_le_bytes(), h.to_le_bytes()].concat();
            chunk(b"VP8 ", &[&[0x10, 0, 0, 0x9D, 0x01, 0x2A][..], &sides].concat())
        };
        let file = |w, h| {
            let body = [&b"WEBP"[..], &canvas, &frame(w, h)].concat();
            [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
        };
        assert_eq!(inspect(&file(16_383, 16_383)).unwrap_err().kind(), ErrorKind::Corrupt);
        let header = inspect(&file(10, 10)).unwrap();
        assert_eq!((header.width, header.height, header.end), (10, 10, Some(file(10, 10).len())));
    }

    proptest! {
        #[test]
        fn any_bytes_behind_any_signature_are_survived(kind in 0usize..3, tail in prop::collection::vec(any::<u8>(), 0..200)) {
            let start: &[u8] = [&[0xFF, 0xD8, 0xFF][..], PNG_SIGNATURE, b"RIFF\x40\0\0\0WEBPVP8X"][kind];
            let _ = inspect(&[start, &tail].concat());
        }
    }
}
