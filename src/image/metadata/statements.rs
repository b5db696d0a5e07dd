//! The statements that are looked for.

use super::super::exif;
use super::super::orientation::Orientation;
use super::super::profile::Colors;
use std::borrow::Cow;

/// What a file says of its pixels.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::image) struct Statements<'a> {
    exif: Option<Cow<'a, [u8]>>,
    /// What the format itself says, which goes before EXIF.
    orientation: Option<Orientation>,
    /// What the colours mean; of several statements the first one that can be read counts.
    pub(in crate::image) colors: Vec<Colors<'a>>,
}

impl<'a> Statements<'a> {
    /// Takes an EXIF block, unless there was one.
    pub(super) fn add_exif(&mut self, block: impl Into<Cow<'a, [u8]>>) {
        self.exif.get_or_insert_with(|| block.into());
    }

    /// Takes what the format itself says of the orientation.
    #[cfg(any(feature = "jxl", feature = "tiff"))]
    pub(in crate::image) fn add_orientation(&mut self, orientation: Orientation) {
        self.orientation = Some(orientation);
    }

    /// Takes an ICC profile of at most `max_bytes` bytes; a longer one, or none, cannot be read.
    pub(in crate::image) fn add_icc(&mut self, icc: Option<Cow<'a, [u8]>>, max_bytes: usize) {
        self.colors.push(icc.filter(|icc| icc.len() <= max_bytes).map_or(Colors::Unreadable, Colors::Icc));
    }

    /// The orientation that the format states, else that of the first EXIF block; upright without
    /// either.
    pub(in crate::image) fn orientation(&self) -> Orientation {
        // A tag with a value that does not exist says nothing, as a missing tag does.
        let of_exif = || self.exif.as_deref().and_then(exif::orientation);
        self.orientation.or_else(of_exif).unwrap_or(Orientation::Upright)
    }

    /// The focal length that the first EXIF block states of the picture with these sides; see
    /// [`exif::focal_length_35mm`].
    pub(in crate::image) fn focal_length_35mm(&self, sides: [u32; 2]) -> Option<u16> {
        exif::focal_length_35mm(self.exif.as_deref()?, sides)
    }
}
