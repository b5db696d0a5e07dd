//! The statements of a file of any format.

use super::super::format::ImageFormat;
#[cfg(feature = "gif")]
use super::super::gif;
#[cfg(feature = "jxl")]
use super::super::jxl;
#[cfg(feature = "tiff")]
use super::super::tiff;
use super::statements::Statements;
use super::{jpeg, jpeg2000, png, webp};

/// Reads what a file says of its pixels. Its headers have been read, so that `format` is known. A
/// profile of over `max_icc_bytes` bytes cannot be read.
pub(in crate::image) fn read(bytes: &[u8], format: ImageFormat, max_icc_bytes: usize) -> Statements<'_> {
    match format {
        ImageFormat::Jpeg => jpeg::read(bytes, max_icc_bytes),
        ImageFormat::Png => png::read(bytes, max_icc_bytes),
        ImageFormat::WebP => webp::read(bytes, max_icc_bytes),
        ImageFormat::Jpeg2000 => jpeg2000::read(bytes, max_icc_bytes),
        #[cfg(feature = "gif")]
        ImageFormat::Gif => gif::statements(bytes, max_icc_bytes),
        #[cfg(feature = "tiff")]
        ImageFormat::Tiff => tiff::statements(bytes, max_icc_bytes),
        #[cfg(feature = "jxl")]
        ImageFormat::JpegXl => jxl::statements(bytes, max_icc_bytes),
        // What is no file, or not read.
        _ => Statements::default(),
    }
}
