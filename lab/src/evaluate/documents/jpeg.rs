//! JPEG of a given size.

use crate::error::{Error, ErrorKind, Result, Stage};
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use selfsame::image::{Limits, Photo};

/// The picture after compression to at most `bytes` bytes with the best quality that fits, or with
/// the worst if none does.
pub(super) fn compressed(photo: &Photo, bytes: usize) -> Result<Photo> {
    let encoded = |quality: u8| -> Result<Vec<u8>> {
        let mut file = Vec::new();
        JpegEncoder::new_with_quality(&mut file, quality)
            .encode(photo.pixels(), photo.width(), photo.height(), ExtendedColorType::Rgb8)
            .map_err(|e| {
                Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, "the portrait has no JPEG").with_source(e)
            })?;
        Ok(file)
    };
    // The size grows with the quality: halve the range 1 ..= 95.
    let (mut fits, mut too_large) = (1, 96);
    while too_large - fits > 1 {
        let middle = (fits + too_large) / 2;
        if encoded(middle)?.len() <= bytes { fits = middle } else { too_large = middle }
    }
    Ok(Photo::decode(&encoded(fits)?, &Limits::default())?)
}
