//! [`DocumentPhoto`]: decoded, upright, with its origin and what was put up with on the way.

use super::dg2::{Dg2, DocumentRemark, RecordFormat};
use super::page::{self, PagePortrait, PageRefusal};
use crate::detect::Detector;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Result, Stage};
use crate::image::{Limits, Photo};
use crate::mesh::FaceMesher;
use crate::outcome::Outcome;
use serde::{Deserialize, Serialize};

/// Where a document portrait was read from. None of these says that it is genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// A chip's data group 2, or a face record, of ISO/IEC 19794-5.
    #[serde(rename = "chip_19794")]
    Chip19794,
    /// A chip's data group 2, or a face block, of ISO/IEC 39794-5.
    #[serde(rename = "chip_39794")]
    Chip39794,
    /// A photograph or scan of the data page.
    Page,
    /// A plain image file of unknown making.
    ImageFile,
}

impl Origin {
    /// A stable `snake_case` word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chip19794 => "chip_19794",
            Self::Chip39794 => "chip_39794",
            Self::Page => "page",
            Self::ImageFile => "image_file",
        }
    }

    /// Whether it was read from a chip's data group, or from a face record in its format.
    pub fn is_chip(self) -> bool {
        matches!(self, Self::Chip19794 | Self::Chip39794)
    }
}

/// A document's portrait, decoded and upright.
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
    /// Of the bytes that it was read from, if it was.
    bytes: Option<Digest>,
}

impl DocumentPhoto {
    /// Decodes a chip's data group 2, a bare face record or an image file, told apart by content.
    ///
    /// # Errors
    /// As [`Self::from_dg2`] if [`Dg2::recognises`] the bytes, else as [`Self::from_image_file`].
    pub fn from_bytes(bytes: &[u8], limits: &Limits) -> Result<Self> {
        if Dg2::recognises(bytes) { Self::from_dg2(bytes, limits) } else { Self::from_image_file(bytes, limits) }
    }

    /// Decodes the first portrait of a data group that can be decoded, within `limits`, which bound
    /// the data group, too. Those before it are remarked on.
    ///
    /// # Errors
    /// As [`Dg2::parse`]; [`ErrorKind::LimitExceeded`] in [`Stage::Document`] for over
    /// `limits.max_bytes()`; and if no portrait can be decoded, as [`Photo::decode`] for the
    /// first one.
    pub fn from_dg2(bytes: &[u8], limits: &Limits) -> Result<Self> {
        if bytes.len() > limits.max_bytes() {
            let message = format!("the data group has {} bytes, over {}", bytes.len(), limits.max_bytes());
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Document, message));
        }
        let dg2 = Dg2::parse(bytes)?;
        let (mut remarks, mut first) = (dg2.remarks().to_vec(), None);
        for instance in dg2.instances() {
            let origin = match instance.format {
                RecordFormat::Iso19794 => Origin::Chip19794,
                RecordFormat::Iso39794 => Origin::Chip39794,
            };
            for face in &instance.faces {
                match Photo::decode(face.image, limits) {
                    Ok(photo) => return Ok(Self { photo, origin, remarks, bytes: Some(Digest::of(bytes)) }),
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
    /// As [`Photo::decode`].
    pub fn from_image_file(bytes: &[u8], limits: &Limits) -> Result<Self> {
        let photo = Photo::decode(bytes, limits)?;
        Ok(Self { bytes: Some(Digest::of(bytes)), ..Self::from_photo(photo, Origin::ImageFile) })
    }

    /// Finds the portrait on a photograph of a data page taken by hand: turned, in perspective,
    /// with a ghost portrait beside it and other faces behind the page. The whole page has to
    /// be in the picture.
    ///
    /// What cannot be told or cannot carry a comparison is an [`Outcome::Refused`] with its reasons.
    /// [`crate::engine::Engine::document_page`] does this with the engine's networks.
    ///
    /// # Errors
    /// Faults of the detector and the mesher, and [`ErrorKind::LimitExceeded`] if there is no
    /// memory for the portrait.
    pub fn from_page(
        photo: &Photo,
        detector: &Detector,
        mesher: &FaceMesher,
    ) -> Result<Outcome<PagePortrait, Vec<PageRefusal>>> {
        page::read(photo, detector, mesher)
    }

    /// A portrait that was decoded before.
    pub fn from_photo(photo: Photo, origin: Origin) -> Self {
        Self { photo, origin, remarks: Vec::new(), bytes: None }
    }

    /// The picture.
    pub fn photo(&self) -> &Photo {
        &self.photo
    }

    /// Where it was read from.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Which document it is: the digest of the bytes that it was read from, or of
    /// [`Self::from_photo`]'s pixels.
    pub fn digest(&self) -> Digest {
        self.bytes.unwrap_or_else(|| self.photo.digest())
    }

    /// What was put up with when the data group was read; empty for an image file.
    pub fn remarks(&self) -> &[DocumentRemark] {
        &self.remarks
    }
}
