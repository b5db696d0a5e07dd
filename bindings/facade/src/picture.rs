//! Photographs: decoded once, used as often as one likes.

use crate::frame::FrameLayout;
use crate::{Error, Result};
use selfsame::document::{DocumentPhoto, Origin};
use selfsame::geometry::{Point, Similarity};
use selfsame::image::{Border, Crop, Limits, Photo, warp_rgb8};

/// A photograph, upright, whose pixels it owns.
#[derive(Debug, Clone)]
pub struct Picture(pub(crate) Photo);

impl Picture {
    /// Decodes a file (JPEG, JPEG 2000, PNG or WebP), within the library's default limits.
    ///
    /// # Errors
    /// `unsupported_format`, `corrupt` and `limit_exceeded`, as of
    /// [`Photo::decode`](selfsame::Photo::decode).
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Ok(Self(Photo::decode(bytes, &Limits::default())?))
    }

    /// Copies a frame's pixels, upright.
    ///
    /// # Errors
    /// `shape_mismatch` if `data` is shorter than the layout says, or a side is zero.
    pub fn from_frame(data: &[u8], layout: &FrameLayout) -> Result<Self> {
        let frame = layout.frame(data)?;
        let whole = Similarity::new(1.0, 0.0, Point::new(0.0, 0.0));
        let source_from_target = whole.ok_or_else(|| Error::new("invalid_argument", "image", "no such turn"))?;
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        Ok(Self(warp_rgb8(&frame, &Crop { width, height, source_from_target, border: Border::Black })?))
    }

    /// The width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// The height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.0.height()
    }

    /// The pixels: red, green, blue, row by row from the top, without padding.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        self.0.pixels()
    }
}

/// A document's portrait, which knows where it was read from.
#[derive(Debug)]
pub struct Document(pub(crate) DocumentPhoto);

impl Document {
    /// Decodes a chip's data group 2, or a photograph as [`Picture::decode`] takes it, told apart
    /// by content.
    ///
    /// # Errors
    /// Those of [`DocumentPhoto::from_bytes`].
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Ok(Self(DocumentPhoto::from_bytes(bytes, &Limits::default())?))
    }

    /// A portrait that was decoded elsewhere, as an image file's.
    #[must_use]
    pub fn from_picture(picture: &Picture) -> Self {
        Self(DocumentPhoto::from_photo(picture.0.clone(), Origin::ImageFile))
    }
}
