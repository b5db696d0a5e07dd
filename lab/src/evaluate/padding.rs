//! Tight crops of faces with room around them, for a detector that has learnt whole pictures.

use crate::error::Result;
use selfsame::image::Photo;

/// What the room around a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Each pixel there is like the nearest one of the picture's edge.
    Edge,
    /// Black.
    Black,
}

impl Padding {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::Edge, Self::Black];

    /// The stable word of this variant.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Black => "black",
        }
    }

    /// `photo` with half of its width left and right of it and half of its height above and below.
    ///
    /// # Errors
    /// [`crate::error::ErrorKind::ShapeMismatch`] if a side does not fit into 32 bits.
    pub fn around(self, photo: &Photo) -> Result<Photo> {
        let (width, height) = (photo.width() as usize, photo.height() as usize);
        let (left, top) = (width / 2, height / 2);
        let mut pixels = Vec::with_capacity(4 * photo.pixels().len());
        for y in 0..height + 2 * top {
            for x in 0..width + 2 * left {
                let within = (left..left + width).contains(&x) && (top..top + height).contains(&y);
                let row = y.saturating_sub(top).min(height - 1) * width;
                let from = 3 * (row + x.saturating_sub(left).min(width - 1));
                // A photo of no memory has no pixels, and becomes one of another length.
                let nearest = photo.pixels().get(from..from + 3).unwrap_or_default();
                pixels.extend_from_slice(if within || self == Self::Edge { nearest } else { &[0; 3] });
            }
        }
        let side = |of: u32, margin: usize| of.saturating_add(2 * margin as u32);
        Ok(Photo::from_rgb8(side(photo.width(), left), side(photo.height(), top), pixels)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_go_on_outwards_or_it_is_black() {
        let pixels: Vec<u8> = (1..=2 * 3).flat_map(|i| [i, 10 + i, 20 + i]).collect();
        let photo = Photo::from_rgb8(2, 3, pixels).unwrap();
        let red = |padding: Padding| {
            let padded = padding.around(&photo).unwrap();
            assert_eq!((padded.width(), padded.height()), (4, 5));
            padded.pixels().iter().step_by(3).copied().collect::<Vec<u8>>()
        };
        assert_eq!(red(Padding::Edge), [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 5, 5, 6, 6]);
        assert_eq!(red(Padding::Black), [0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0, 0]);
    }
}
