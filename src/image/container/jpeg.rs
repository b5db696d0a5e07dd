//! JPEG (ITU-T T.81, annex B): marker segments, stepped over without decoding what they hold.

use super::super::bytes::be16;
use super::super::format::{ImageFormat, SourceColor};
use super::super::header::{Header, corrupt, unsupported};
use crate::error::Result;

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

/// Walks the marker segments from SOI to EOI.
///
/// Thumbnails and other embedded images lie inside application segments and are stepped over with
/// them. A file that ends inside a segment is not an error here: its header has no end, and the
/// caller says so once the limits are checked.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    let (mut frame, mut adobe_transform, mut scans, mut end) = (None, None, 0u32, None);
    let mut at = 2;
    while let Some((marker, after)) = next_marker(bytes, at) {
        match marker {
            // EOI. Without a scan before it nothing was coded.
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
            // SOF55 (ITU-T T.87, C.1.1).
            0xF7 if frame.is_none() => return Err(unsupported("a JPEG-LS picture: convert it to JPEG")),
            // APP14: the twelfth byte says how four channels were transformed.
            0xEE if body.starts_with(b"Adobe") => adobe_transform = body.get(11).copied(),
            // SOS
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
    // Decoders are made for, and some tested on, chrominance that is as fine as luminance or
    // coarser.
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
        work: 0,
        end,
    })
}

/// The fields of a frame header's body (B.2.2); `None` if it ends before they do, or has no
/// component.
fn jpeg_frame(marker: u8, body: &[u8]) -> Option<JpegFrame> {
    let components = *body.get(5)?;
    // Three bytes each: its name, its two sampling factors, its quantisation table.
    let mut factors = body.get(6..6 + 3 * usize::from(components))?.iter().skip(1).step_by(3).map(|v| [v >> 4, v & 15]);
    // A frame without components has no factors; the caller refuses it for their number.
    let [across, down] = factors.next().unwrap_or([0, 0]);
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
