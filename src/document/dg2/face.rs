//! One face of a data group, whichever standard its record follows.

use super::codes::{ColourSpace, Expression, EyeColour, Gender, HairColour, ImageCoding, ImageType, SourceType};

/// A face: its image, where it lies, and what the record says about both. Fields that the record
/// leaves out, or that its standard does not have, are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FaceImage<'a> {
    /// Offset of the face's block.
    pub offset: usize,
    /// The image file, borrowed from the data group.
    pub image: &'a [u8],
    /// Offset of the image file.
    pub image_offset: usize,
    /// Coding of the image, as stated.
    pub coding: ImageCoding,
    /// Width in pixels, as stated.
    pub width_px: Option<u32>,
    /// Height in pixels, as stated.
    pub height_px: Option<u32>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Colour of the eyes.
    pub eye_colour: Option<EyeColour>,
    /// Colour of the hair.
    pub hair_colour: Option<HairColour>,
    /// Properties of the face (19794-5, 5.5.6).
    pub properties: Option<Properties>,
    /// Expression (19794-5).
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

/// Properties of a face: 24 bits, the lowest of which says that the others mean something.
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

/// Angles of the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pose {
    /// About the vertical axis.
    pub yaw: Angle,
    /// About the horizontal axis from side to side.
    pub pitch: Angle,
    /// About the horizontal axis from back to front.
    pub roll: Angle,
}

/// One angle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Angle {
    /// The stored value.
    pub raw: i16,
    /// Degrees, −180 ..= 180; `None` if the stored value says nothing or is none that exists.
    pub degrees: Option<i16>,
    /// The stored uncertainty: in 19794-5, 0 is not stated and (value − 1) · 2 are degrees; in
    /// 39794-5, degrees.
    pub uncertainty: Option<u8>,
}

impl Angle {
    /// From a byte of 19794-5, 5.5.8: 1 is 0°, each step 2°, 92 and above are negative.
    pub fn from_19794(raw: u8, uncertainty: u8) -> Self {
        let steps = i16::from(raw);
        let degrees = match raw {
            1..=91 => Some((steps - 1) * 2),
            92..=180 => Some((steps - 181) * 2),
            _ => None,
        };
        Self { raw: steps, degrees, uncertainty: Some(uncertainty) }
    }
}

/// A feature point (19794-5, 5.6).
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
    /// Bytes of one in a record.
    pub const LEN: usize = 8;

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

    pub(super) fn to_bytes(self) -> [u8; Self::LEN] {
        let ([x0, x1], [y0, y1]) = (self.x_px.to_be_bytes(), self.y_px.to_be_bytes());
        let [r0, r1] = self.reserved.to_be_bytes();
        [self.kind, self.major << 4 | (self.minor & 0x0F), x0, x1, y0, y1, r0, r1]
    }
}

/// The feature points of a face, read as they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeaturePoints<'a>(pub(super) &'a [u8]);

impl<'a> FeaturePoints<'a> {
    /// How many.
    pub fn len(self) -> usize {
        self.0.len() / FeaturePoint::LEN
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// One after the other.
    pub fn iter(self) -> impl ExactSizeIterator<Item = FeaturePoint> + 'a {
        self.0.as_chunks().0.iter().map(|bytes| FeaturePoint::from_bytes(*bytes))
    }
}
