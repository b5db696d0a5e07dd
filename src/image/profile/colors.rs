//! The forms in which files state the meaning of their colours.

use std::borrow::Cow;

/// What a file states about the meaning of its colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::image) enum Colors<'a> {
    /// That they are sRGB.
    Srgb,
    /// An ICC profile.
    Icc(Cow<'a, [u8]>),
    /// Code points of ITU-T H.273.
    CodePoints(CodePoints),
    /// An exponent and chromaticities, at least one of them.
    Gamma {
        /// The exponent that encoded light, times 100,000; sRGB's curve if there is none.
        gamma: Option<u32>,
        /// Those of white, red, green and blue; sRGB's if there are none.
        chromaticities: Option<Chromaticities>,
    },
    /// Something that cannot be read.
    Unreadable,
}

/// Code points of ITU-T H.273: tables 2 and 3, and whether black and white are 0 and the maximum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::image) struct CodePoints {
    pub(in crate::image) primaries: u8,
    pub(in crate::image) transfer: u8,
    pub(in crate::image) full_range: bool,
}

/// CIE 1931 x and y of white, red, green and blue, times 100,000.
pub(in crate::image) type Chromaticities = [[u32; 2]; 4];
