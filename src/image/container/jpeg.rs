//! JPEG (ITU-T T.81): what the decoder's own reading of the headers says, in this crate's words.

use super::super::format::{ImageFormat, SourceColor};
use super::super::header::Header;
use super::super::jpeg::fault;
use crate::error::Result;
use selfsame_jpeg::Color;

/// Nanoseconds that a scan's visit of a block is taken for, beside what its bytes and pixels take:
/// an estimate, chosen by hand and not measured.
const VISIT_NS: u64 = 5;

/// Walks the marker segments from SOI to EOI.
pub(super) fn inspect(bytes: &[u8]) -> Result<Header> {
    let header = selfsame_jpeg::Header::read(bytes).map_err(fault)?;
    let color = match header.color() {
        Color::Gray => SourceColor::Gray,
        Color::Cmyk | Color::Ycck => SourceColor::Cmyk,
        _ => SourceColor::Rgb,
    };
    Ok(Header {
        format: ImageFormat::Jpeg,
        width: header.width(),
        height: header.height(),
        color,
        bits_per_channel: 8,
        working_bytes_per_px: 0,
        working_bytes: header.memory(),
        work: header.visits().saturating_mul(VISIT_NS),
        end: header.is_complete().then_some(header.end()),
    })
}
