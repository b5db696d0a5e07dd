//! The document's portrait: a photograph that knows where it comes from.
//!
//! A type of its own, so that document and selfie cannot be swapped unnoticed, and so that a verdict can say what it rests on.

use crate::error::Result;
use crate::image::{Limits, Photo};

/// Where a document portrait was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// A plain image file: a portrait on its own, or a photograph or scan of the data page. Nothing vouches for it.
    ImageFile,
}

impl Origin {
    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ImageFile => "image_file",
        }
    }
}

/// A document's portrait, decoded and upright.
///
/// ```
/// use selfsame::document::{DocumentPhoto, Origin};
/// let bytes = std::fs::read("datasets/portraits/obama.jpg")?;
/// let document = DocumentPhoto::from_image_file(&bytes, &Default::default())?;
/// assert_eq!(document.origin(), Origin::ImageFile);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DocumentPhoto {
    photo: Photo,
    origin: Origin,
}

impl DocumentPhoto {
    /// Decodes an image file (JPEG, PNG or WebP, recognised by content).
    ///
    /// # Errors
    /// As [`Photo::decode`].
    pub fn from_image_file(bytes: &[u8], limits: &Limits) -> Result<Self> {
        Ok(Self { photo: Photo::decode(bytes, limits)?, origin: Origin::ImageFile })
    }

    /// A portrait that was decoded before.
    pub fn from_photo(photo: Photo, origin: Origin) -> Self {
        Self { photo, origin }
    }

    /// The picture.
    pub fn photo(&self) -> &Photo {
        &self.photo
    }

    /// Where it was read from.
    pub fn origin(&self) -> Origin {
        self.origin
    }
}
