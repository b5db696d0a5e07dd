//! DG2, the data group in which a travel document's or ID card's chip keeps the holder's face (ICAO
//! Doc 9303-10, 4.7.2).
//!
//! ```text
//! 75                       the data group
//!   7F61                   biometric information group
//!     02                   number of instances, 1 to 9
//!     7F60                 an instance
//!       A1                 header: 80 version, 81 type, … 87 format owner, 88 format type
//!       5F2E or 7F2E       a record: ISO/IEC 19794-5:2005, or a block of ISO/IEC 39794-5
//! ```
//! The parser borrows: images and feature points stay where they are. It keeps at most 64 faces and
//! 64 remarks, so that it takes less than 64 KiB of memory whatever the input, and nothing that
//! grows with it.
//!
//! Files that begin with an inner element are read as well, and flaws that chips and readers have
//! are put up with and remarked on ([`Dg2::parse`]).
//!
//! One file each: `group` walks the elements above, with the element reader in `tlv` and the way to
//! a record in `envelope`; `iso19794` and `iso39794` read the two kinds of record into `face`,
//! whose words and codes are in `codes`; `report` serialises what was read; `write` writes a data
//! group.

mod codes;
mod digest;
mod envelope;
mod face;
mod fault;
mod group;
mod header;
mod instance;
mod iso19794;
mod iso39794;
mod remark;
mod report;
mod tlv;
pub(crate) mod visits;
mod write;

#[cfg(test)]
mod tests;

pub use codes::{ColourSpace, Expression, EyeColour, Gender, HairColour, ImageCoding, ImageType, SourceType};
pub use digest::DigestAlgorithm;
pub use face::{Angle, FaceImage, FeaturePoint, FeaturePoints, MAX_FACES, Pose, Properties};
pub use group::Dg2;
pub use header::BiometricHeader;
pub use instance::{Instance, RecordFormat};
pub use remark::DocumentRemark;
pub use write::{NewFace, write_dg2, write_face_record};
