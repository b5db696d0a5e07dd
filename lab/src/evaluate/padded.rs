//! Tight crops of faces with room around them, for a detector that has learnt whole pictures.

use crate::error::Result;
use selfsame::image::Photo;

/// `photo` with half of its width left and right of it and half of its height above and below, each
/// pixel there like the nearest of its edge.
///
/// # Errors
/// [`crate::error::ErrorKind::ShapeMismatch`] if a side does not fit into 32 bits.
pub fn padded(photo: &Photo) -> Result<Photo> {
    let (width, height) = (photo.width() as usize, photo.height() as usize);
    let (left, top) = (width / 2, height / 2);
    let mut pixels = Vec::with_capacity(4 * photo.pixels().len());
    for y in 0..height + 2 * top {
        let row = y.saturating_sub(top).min(height - 1) * width;
        for x in 0..width + 2 * left {
            let from = 3 * (row + x.saturating_sub(left).min(width - 1));
            // A photo of no memory has no pixels, and becomes one of another length.
            pixels.extend_from_slice(photo.pixels().get(from..from + 3).unwrap_or_default());
        }
    }
    let side = |of: u32, margin: usize| of.saturating_add(2 * margin as u32);
    Ok(Photo::from_rgb8(side(photo.width(), left), side(photo.height(), top), pixels)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_go_on_outwards() {
        let pixels: Vec<u8> = (0..2 * 3).flat_map(|i| [i, 10 + i, 20 + i]).collect();
        let photo = padded(&Photo::from_rgb8(2, 3, pixels).unwrap()).unwrap();
        assert_eq!((photo.width(), photo.height()), (4, 5));
        let red: Vec<u8> = photo.pixels().iter().step_by(3).copied().collect();
        assert_eq!(red, [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 4, 4, 5, 5]);
    }
}
