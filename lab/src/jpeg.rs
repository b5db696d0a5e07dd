//! A picture as a camera stores it.

use crate::error::{Error, ErrorKind, Result, Stage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use selfsame::image::{Limits, Photo};

/// The picture as a JPEG of `quality`, 1 ..= 100, with its colours sampled so, and as it comes out
/// of that.
pub(crate) fn compressed(photo: &Photo, quality: u8, sampling: SamplingFactor) -> Result<(Vec<u8>, Photo)> {
    let fault = || Error::new(ErrorKind::InvalidArgument, Stage::Simulate, "the picture has no JPEG");
    let [width, height] = [photo.width(), photo.height()].map(u16::try_from);
    let (Ok(width), Ok(height)) = (width, height) else { return Err(fault()) };
    let mut file = Vec::with_capacity(photo.pixels().len() / 8);
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_sampling_factor(sampling);
    encoder.encode(photo.pixels(), width, height, ColorType::Rgb).map_err(|e| fault().with_source(e))?;
    let decoded = Photo::decode(&file, &Limits::default())?;
    Ok((file, decoded))
}
