//! The document's portrait: a photograph that knows where it comes from.
//!
//! A type of its own, so that document and selfie cannot be swapped unnoticed, and so that a
//! verdict can say what it rests on. Chips keep the portrait in data group 2 ([`Dg2`]); a
//! photograph of the data page shows it among other things ([`DocumentPhoto::from_page`]).

mod dg2;
mod evidence;
mod page;
mod photo;

pub use dg2::{
    Angle, BiometricHeader, ColourSpace, Dg2, DigestAlgorithm, DocumentRemark, Expression, EyeColour, FaceImage,
    FeaturePoint, FeaturePoints, Gender, HairColour, ImageCoding, ImageType, Instance, MAX_FACES, NewFace, Pose,
    Properties, RecordFormat, SourceType, write_dg2, write_face_record,
};
pub use evidence::DocumentEvidence;
pub use page::{LEAST_EYE_DISTANCE_PX, LEAST_SHARPNESS, MOST_DOUBT, MOST_GLARE, PagePortrait, PageRefusal};
pub use photo::{DocumentPhoto, Origin};
