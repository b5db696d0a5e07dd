//! The document's portrait: a photograph that knows where it comes from.
//!
//! A [`DocumentPhoto`] is a type of its own, so that document and selfie cannot be swapped
//! unnoticed, and so that a verdict can say what it rests on ([`Origin`]). There are three ways to
//! one:
//! - [`DocumentPhoto::from_bytes`] for a file. Chips keep the portrait in data group 2 ([`Dg2`]),
//!   in a record of ISO/IEC 19794-5 or 39794-5; it is told from a plain image file by its content.
//! - [`DocumentPhoto::from_page`] for a photograph of the data page, which shows the portrait among
//!   other things. What cannot be told for certain is refused, with the reasons ([`PageRefusal`]).
//! - [`DocumentPhoto::from_photo`] for a picture that was decoded before.
//!
//! Real chips have flaws. What can be read all the same is read, and each flaw leaves a
//! [`DocumentRemark`]. None of these ways says that a document is genuine: for a chip that is
//! passive authentication, which makes an
//! [`AuthenticDocument`](chip::AuthenticDocument) of all its files ([`chip`]).
//!
//! ```
//! use selfsame::document::{Dg2, DocumentPhoto, ImageCoding, NewFace, Origin, write_dg2};
//!
//! // What a chip of ISO/IEC 19794-5 would hold.
//! let image = std::fs::read("datasets/portraits/obama.jpg")?;
//! let chip = write_dg2(&[NewFace::new(&image, ImageCoding::Jpeg, 910, 1137)])?;
//!
//! let document = DocumentPhoto::from_bytes(&chip, &Default::default())?;
//! assert_eq!(document.origin(), Origin::Iso19794);
//! assert_eq!((document.photo().width(), document.photo().height()), (910, 1137));
//! assert!(document.remarks().is_empty());
//!
//! // The parts of a data group as JSON, without the image.
//! let dg2 = Dg2::parse(&chip)?;
//! let instances = serde_json::to_value(dg2.instances())?;
//! assert_eq!(instances[0]["faces"][0]["image_type"], "full_frontal");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod chip;
mod dg2;
mod evidence;
mod origin;
mod page;
mod photo;
mod standing;

#[cfg(fuzzing)]
pub(crate) use dg2::visits;
pub use dg2::{
    Angle, BiometricHeader, ColourSpace, Dg2, DigestAlgorithm, DocumentRemark, Expression, EyeColour, FaceImage,
    FeaturePoint, FeaturePoints, Gender, HairColour, ImageCoding, ImageType, Instance, MAX_FACES, NewFace, Pose,
    Properties, RecordFormat, SourceType, write_dg2, write_face_record,
};
pub use evidence::DocumentEvidence;
pub use origin::Origin;
pub use page::{
    LEAST_EYE_DISTANCE_PX, LEAST_SHARPNESS, MOST_DOUBT, MOST_GLARE, PagePortrait, PageRefusal, PageZone, ZoneRefusal,
};
pub use photo::DocumentPhoto;
pub use standing::{DocumentDemand, DocumentStanding};
