//! [`DocumentPhoto`]: decoded, upright, with its origin and what was put up with on the way.

use super::dg2::{Dg2, DocumentRemark, RecordFormat};
use super::origin::Origin;
use super::standing::DocumentStanding;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::{Limits, Photo};

/// A document's portrait, decoded and upright, which knows where it was read from.
///
/// It is a type of its own so that document and selfie cannot be swapped unnoticed. Give it to
/// [`Engine::verify`](crate::engine::Engine::verify) together with a selfie.
///
/// ```
/// use selfsame::document::{DocumentPhoto, Origin};
/// let bytes = std::fs::read("datasets/portraits/obama.jpg")?;
/// let document = DocumentPhoto::from_bytes(&bytes, &Default::default())?;
/// assert_eq!(document.origin(), Origin::ImageFile);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DocumentPhoto {
    photo: Photo,
    origin: Origin,
    remarks: Vec<DocumentRemark>,
    /// The digest of the bytes that it was read from; `None` if it was given as pixels.
    bytes: Option<Digest>,
    standing: DocumentStanding,
}

impl DocumentPhoto {
    /// Decodes a chip's data group 2, a bare face record or an image file, told apart by content.
    ///
    /// # Errors
    /// Those of [`Self::from_dg2`] if [`Dg2::recognises`] the bytes, else those of
    /// [`Self::from_image_file`].
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Self> {
        if Dg2::recognises(bytes) { Self::from_dg2(bytes, limits) } else { Self::from_image_file(bytes, limits) }
    }

    /// Decodes the first portrait of a data group that can be decoded, within `limits`, which bound
    /// the data group, too. Those before it are remarked on.
    ///
    /// All attempts together stay within `limits`, as one picture does: pixels and work of one that
    /// fails are lost to those behind it, so that a data group of many broken portraits costs no
    /// more than one picture.
    ///
    /// # Errors
    /// Those of [`Dg2::parse`]; [`ErrorKind::LimitExceeded`] in [`Stage::Document`] for over
    /// `limits.max_bytes()`; and if no portrait can be decoded, that of [`Photo::decode`] for the
    /// first one.
    pub fn from_dg2(bytes: &[u8], limits: &Limits) -> Result<Self> {
        if bytes.len() > limits.max_bytes() {
            let message = format!("the data group has {} bytes, over {}", bytes.len(), limits.max_bytes());
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Document, message));
        }
        let dg2 = Dg2::parse(bytes)?;
        let (mut remarks, mut first, mut left) = (dg2.remarks().to_vec(), None, limits.clone());
        for instance in dg2.instances() {
            let origin = match instance.format {
                RecordFormat::Iso19794 => Origin::Iso19794,
                RecordFormat::Iso39794 => Origin::Iso39794,
            };
            for face in &instance.faces {
                match Photo::decode_within(face.image, &mut left) {
                    Ok(photo) => {
                        let bytes = Some(Digest::of(bytes));
                        return Ok(Self { photo, origin, remarks, bytes, standing: DocumentStanding::default() });
                    }
                    // One at most for each face, of which the parser keeps a bounded number.
                    Err(error) => {
                        remarks.push(DocumentRemark::UndecodableImage { offset: face.image_offset });
                        first = first.or(Some(error));
                    }
                }
            }
        }
        Err(first.unwrap_or_else(|| Error::new(ErrorKind::Corrupt, Stage::Document, "the data group holds no face")))
    }

    /// Decodes an image file (JPEG, JPEG 2000, PNG or WebP, recognised by content).
    ///
    /// # Errors
    /// Those of [`Photo::decode`].
    pub fn from_image_file(bytes: &[u8], limits: &Limits) -> Result<Self> {
        let photo = Photo::decode(bytes, limits)?;
        Ok(Self { bytes: Some(Digest::of(bytes)), ..Self::from_photo(photo, Origin::ImageFile) })
    }

    /// The document's portrait that was decoded before, or elsewhere, and comes from `origin`.
    #[must_use]
    pub fn from_photo(photo: Photo, origin: Origin) -> Self {
        Self { photo, origin, remarks: Vec::new(), bytes: None, standing: DocumentStanding::default() }
    }

    /// The picture, upright.
    #[must_use]
    pub fn photo(&self) -> &Photo {
        &self.photo
    }

    /// Where the portrait was read from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The digest that says which document it is: of the bytes that the portrait was read from, or
    /// of the pixels that [`Self::from_photo`] was given.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.bytes.unwrap_or_else(|| self.photo.digest())
    }

    /// What is known of the document beside its portrait: of all but an
    /// [`AuthenticDocument`](crate::document::chip::AuthenticDocument)'s nothing.
    #[must_use]
    pub fn standing(&self) -> DocumentStanding {
        self.standing
    }

    /// The same portrait, of a document of this standing.
    pub(super) fn with_standing(self, standing: DocumentStanding) -> Self {
        Self { standing, ..self }
    }

    /// The document's chip has shown that it is no copy.
    pub(super) fn prove_original(&mut self) {
        self.standing.original = true;
    }

    /// The flaws that were put up with when the data group was read; empty for an image file.
    #[must_use]
    pub fn remarks(&self) -> &[DocumentRemark] {
        &self.remarks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_broken_portraits_costs_more_than_one_picture() {
        use crate::document::{ImageCoding, NewFace, write_dg2};
        use crate::image::spent;
        let portrait = include_bytes!("../../tests/data/portrait.jp2");
        let damaged = [&portrait[..portrait.len() - 40], &[0xA5; 38], b"\xFF\xD9"].concat();
        let face = |image| NewFace::new(image, ImageCoding::Jpeg2000, 240, 320);
        let file = write_dg2(&vec![face(&damaged); 9]).unwrap();
        let pixels = 240 * 320;
        spent::take();
        assert!(Photo::decode(portrait, &Limits::default()).is_ok());
        let (one, work) = spent::take();
        assert_eq!(one, pixels);
        for (pictures, tried) in [(0, 0), (1, 1), (4, 4), (9, 9), (100, 9)] {
            let within = [
                Limits::default().with_max_pixels((pictures * pixels).max(1)).unwrap(),
                Limits::default().with_max_work((pictures * work).max(1)).unwrap(),
            ];
            for limits in within {
                assert!(DocumentPhoto::from_dg2(&file, &limits).is_err());
                assert_eq!(spent::take().0, tried * pixels, "{limits:?}");
            }
        }
    }

    #[test]
    fn portraits_are_shared_by_threads() {
        fn assert_send_sync<T: Send + Sync + 'static>() {}
        assert_send_sync::<DocumentPhoto>();
    }
}
