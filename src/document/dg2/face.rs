//! One face of a data group, whichever standard its record follows.

use super::codes::{ColourSpace, Expression, EyeColour, Gender, HairColour, ImageCoding, ImageType, SourceType};

/// Faces that are read of one file at most, over all its instances. Documents have one; the bound
/// is on memory, and was chosen by hand.
pub const MAX_FACES: usize = 64;

/// A face of a data group: its image, where that lies, and what the record says about both.
///
/// Fields that the record leaves out, or that its standard does not have, are `None`. Nothing of
/// what is stated is held against the image. Serialised, the image is not written, only its place
/// and its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaceImage<'a> {
    /// Offset in bytes of the face's block.
    pub offset: usize,
    /// The image file, borrowed from the data group.
    pub image: &'a [u8],
    /// Offset in bytes of the image file.
    pub image_offset: usize,
    /// Coding of the image, as stated.
    pub coding: ImageCoding,
    /// Width in pixels, as stated.
    pub width_px: Option<u32>,
    /// Height in pixels, as stated.
    pub height_px: Option<u32>,
    /// Gender of the subject.
    pub gender: Option<Gender>,
    /// Colour of the eyes.
    pub eye_colour: Option<EyeColour>,
    /// Colour of the hair.
    pub hair_colour: Option<HairColour>,
    /// Properties of the face (19794-5, 5.5.6).
    pub properties: Option<Properties>,
    /// Expression of the face (19794-5).
    pub expression: Option<Expression>,
    /// Pose of the head.
    pub pose: Option<Pose>,
    /// Feature points (19794-5); empty if there are none.
    pub feature_points: FeaturePoints<'a>,
    /// Kind of face image.
    pub image_type: Option<ImageType>,
    /// Colour space of the image.
    pub colour_space: Option<ColourSpace>,
    /// Where the image was taken from (19794-5).
    pub source_type: Option<SourceType>,
    /// The vendor's number of the capture device (19794-5, 5.7.6).
    pub device: Option<u16>,
    /// Quality of the image (19794-5, 5.7.7; reserved there).
    pub quality: Option<u16>,
}

/// Properties of a face (19794-5, 5.5.6): 24 bits, the lowest of which says that the others mean
/// something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Properties(pub u32);

impl Properties {
    /// The properties' words, from bit 1 up (19794-5, table 6).
    pub const WORDS: [&'static str; 10] = [
        "glasses",
        "moustache",
        "beard",
        "teeth_visible",
        "blink",
        "mouth_open",
        "left_eye_patch",
        "right_eye_patch",
        "dark_glasses",
        "distorting_condition",
    ];

    /// Whether the properties are stated at all.
    #[must_use]
    pub fn are_specified(self) -> bool {
        self.0 & 1 == 1
    }

    /// The words of the properties that hold; empty if none is stated. Bits without a word are
    /// passed over.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let bits = if self.are_specified() { self.0 >> 1 } else { 0 };
        Self::WORDS.into_iter().enumerate().filter(move |(i, _)| bits >> i & 1 == 1).map(|(_, word)| word)
    }
}

/// The angles of the head in a face image, as the record states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Pose {
    /// About the vertical axis.
    pub yaw: Angle,
    /// About the horizontal axis from side to side.
    pub pitch: Angle,
    /// About the horizontal axis from back to front.
    pub roll: Angle,
}

/// One angle of a [`Pose`], as stored and in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Angle {
    /// The stored value; `None` if the record leaves it out, which one of 19794-5 cannot.
    pub raw: Option<i16>,
    /// Degrees, −180 ..= 180; `None` if the stored value says nothing or is none that exists.
    pub degrees: Option<i16>,
    /// The stored uncertainty: in 19794-5, 0 is not stated and (value − 1) · 2 are degrees; in
    /// 39794-5, degrees, and `None` if it is left out or over 255.
    pub uncertainty: Option<u8>,
}

impl Angle {
    /// The angle that the bytes of a 19794-5 record stand for (5.5.8): 1 is 0°, each step is 2°, 92
    /// and above are negative.
    pub(super) fn from_19794(raw: u8, uncertainty: u8) -> Self {
        let steps = i16::from(raw);
        let degrees = match raw {
            1..=91 => Some((steps - 1) * 2),
            92..=180 => Some((steps - 181) * 2),
            _ => None,
        };
        Self { raw: Some(steps), degrees, uncertainty: Some(uncertainty) }
    }
}

/// A feature point of a face: a named place in its image (19794-5, 5.6).
///
/// It is shown, and serialised, as its code, its place and its type: `3.5 at 120, 98 (type 1)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeaturePoint {
    /// 1 is a two-dimensional point of ISO/IEC 14496-2; others are reserved.
    pub kind: u8,
    /// Major code, 0 ..= 15.
    pub major: u8,
    /// Minor code, 0 ..= 15.
    pub minor: u8,
    /// Pixels from the left.
    pub x_px: u16,
    /// Pixels from the top.
    pub y_px: u16,
    /// Two bytes without a meaning.
    pub reserved: u16,
}

impl FeaturePoint {
    /// Bytes that a feature point takes in a record.
    pub(super) const LEN: usize = 8;

    /// Reads a feature point as it is stored.
    pub(super) fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        let [kind, code, x0, x1, y0, y1, r0, r1] = bytes;
        Self {
            kind,
            major: code >> 4,
            minor: code & 0x0F,
            x_px: u16::from_be_bytes([x0, x1]),
            y_px: u16::from_be_bytes([y0, y1]),
            reserved: u16::from_be_bytes([r0, r1]),
        }
    }

    /// The feature point as it is stored; of both codes the lower four bits.
    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        let ([x0, x1], [y0, y1]) = (self.x_px.to_be_bytes(), self.y_px.to_be_bytes());
        let [r0, r1] = self.reserved.to_be_bytes();
        [self.kind, self.major << 4 | (self.minor & 0x0F), x0, x1, y0, y1, r0, r1]
    }
}

/// The feature points of a face, read as they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeaturePoints<'a>(pub(super) &'a [[u8; FeaturePoint::LEN]]);

impl<'a> FeaturePoints<'a> {
    /// Number of feature points.
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are no feature points.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The feature points in the record's order.
    pub fn iter(self) -> impl ExactSizeIterator<Item = FeaturePoint> + 'a {
        self.0.iter().map(|bytes| FeaturePoint::from_bytes(*bytes))
    }
}
