//! One instance of a data group: a record, and the header in front of it.

use super::face::FaceImage;
use super::header::BiometricHeader;
use crate::words::words;

/// Instances that a data group holds at most (ICAO Doc 9303-10, 4.7.2: 1 to 9).
pub(super) const MAX_INSTANCES: usize = 9;

/// The standard that a face record follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RecordFormat {
    /// ISO/IEC 19794-5:2005.
    Iso19794,
    /// ISO/IEC 39794-5.
    Iso39794,
}

words!(RecordFormat { Iso19794 => "iso_19794_5", Iso39794 => "iso_39794_5" });

/// One instance of a data group: a record with one face or several.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Instance<'a> {
    /// Offset in bytes of the instance's element, or of the record where that stands alone.
    pub offset: usize,
    /// The header; `None` for a record that stands alone, or an instance that leaves it out.
    pub header: Option<BiometricHeader<'a>>,
    /// The standard that the record follows, told by its content.
    pub format: RecordFormat,
    /// The faces of the record, in their order; at least one.
    pub faces: Vec<FaceImage<'a>>,
}
