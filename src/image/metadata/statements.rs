//! The statements that are looked for.

use super::super::exif;
use super::super::orientation::Orientation;
use super::super::profile::Colors;
use std::borrow::Cow;

/// What a file says of its pixels.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::image) struct Statements<'a> {
    exif: Option<Cow<'a, [u8]>>,
    /// What the colours mean; of several statements the first one that can be read counts.
    pub(in crate::image) colors: Vec<Colors<'a>>,
}

impl<'a> Statements<'a> {
    /// Takes an EXIF block, unless there was one.
    pub(super) fn add_exif(&mut self, block: impl Into<Cow<'a, [u8]>>) {
        self.exif.get_or_insert_with(|| block.into());
    }

    /// Takes an ICC profile of at most `max_bytes` bytes; a longer one, or none, cannot be read.
    pub(super) fn add_icc(&mut self, icc: Option<Cow<'a, [u8]>>, max_bytes: usize) {
        self.colors.push(icc.filter(|icc| icc.len() <= max_bytes).map_or(Colors::Unreadable, Colors::Icc));
    }

    /// The orientation of the first EXIF block; upright without one.
    pub(in crate::image) fn orientation(&self) -> Orientation {
        // A tag with a value that does not exist says nothing, as a missing tag does.
        self.exif.as_deref().and_then(exif::orientation).unwrap_or(Orientation::Upright)
    }

    /// The focal length that the first EXIF block states of the picture with these sides; see
    /// [`exif::focal_length_35mm`].
    pub(in crate::image) fn focal_length_35mm(&self, sides: [u32; 2]) -> Option<u16> {
        exif::focal_length_35mm(self.exif.as_deref()?, sides)
    }
}
