//! A change of every pixel.

use crate::error::Result;
use selfsame::image::Photo;

/// The picture with every pixel's channels changed by `change`, which sees its place in rows of
/// pixels.
pub(super) fn mapped(photo: &Photo, mut change: impl FnMut(usize, [u8; 3]) -> [f32; 3]) -> Result<Photo> {
    let pixels = photo.pixels().as_chunks::<3>().0.iter().enumerate();
    // Casts from float to integer saturate.
    let pixels = pixels.flat_map(|(at, pixel)| change(at, *pixel).map(|v| (v + 0.5) as u8)).collect();
    Ok(Photo::from_rgb8(photo.width(), photo.height(), pixels)?)
}
