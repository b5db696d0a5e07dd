//! Writing a DG2 with records of ISO/IEC 19794-5:2005, for issuers and for tests.

use super::codes::{ColourSpace, Expression, EyeColour, Gender, HairColour, ImageCoding, ImageType, SourceType};
use super::face::{FeaturePoint, Properties};
use super::instance::MAX_INSTANCES;
use super::iso19794::{FACE_LEN, HEADER_LEN, IMAGE_LEN, MAGIC, VERSION};
use crate::error::{Error, ErrorKind, Result, Stage};

/// A face to be written into a record of ISO/IEC 19794-5:2005.
///
/// Every field is written as it is; nothing is taken from the image, or held against it. Begin with
/// [`NewFace::new`] and set what else is known.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewFace<'a> {
    /// The image file.
    pub image: &'a [u8],
    /// Coding of the image file.
    pub coding: ImageCoding,
    /// Width of the image in pixels.
    pub width_px: u16,
    /// Height of the image in pixels.
    pub height_px: u16,
    /// Gender of the subject.
    pub gender: Gender,
    /// Colour of the eyes.
    pub eye_colour: EyeColour,
    /// Colour of the hair.
    pub hair_colour: HairColour,
    /// Properties of the face, 24 bits.
    pub properties: Properties,
    /// Expression of the face.
    pub expression: Expression,
    /// Yaw, pitch and roll as stored (5.5.8): 1 is 0°, each step is 2°, 0 is not stated.
    pub pose: [u8; 3],
    /// Uncertainties of yaw, pitch and roll as stored; 0 is not stated.
    pub pose_uncertainty: [u8; 3],
    /// Feature points, 65,535 at most.
    pub feature_points: Vec<FeaturePoint>,
    /// Kind of face image.
    pub image_type: ImageType,
    /// Colour space of the image.
    pub colour_space: ColourSpace,
    /// Where the image was taken from.
    pub source_type: SourceType,
    /// The vendor's number of the capture device.
    pub device: u16,
    /// Quality of the image, which the standard reserves.
    pub quality: u16,
}

impl<'a> NewFace<'a> {
    /// A full frontal image of these sides in pixels, about which nothing else is stated.
    #[must_use]
    pub fn new(image: &'a [u8], coding: ImageCoding, width_px: u16, height_px: u16) -> Self {
        Self {
            image,
            coding,
            width_px,
            height_px,
            gender: Gender::Unspecified,
            eye_colour: EyeColour::Unspecified,
            hair_colour: HairColour::Unspecified,
            properties: Properties::default(),
            expression: Expression::Unspecified,
            pose: [0; 3],
            pose_uncertainty: [0; 3],
            feature_points: Vec::new(),
            image_type: ImageType::FullFrontal,
            colour_space: ColourSpace::Unspecified,
            source_type: SourceType::Unspecified,
            device: 0,
            quality: 0,
        }
    }
}

/// The error of a face or a data group that cannot be written.
fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidArgument, Stage::Document, message)
}

/// The code as a byte, if 19794-5 has one for it.
fn byte(code: Option<u16>, what: &str) -> Result<u8> {
    let byte = code.and_then(|code| u8::try_from(code).ok());
    byte.ok_or_else(|| invalid(format!("ISO/IEC 19794-5 has no code for this {what}")))
}

/// Writes a face record with one face: ISO/IEC 19794-5:2005, clause 5.
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] in [`Stage::Document`] for an empty image, a value that the
/// standard has no code for, properties of over 24 bits, over 65,535 feature points, a major or
/// minor code over 15, or over 4 GiB.
pub fn write_face_record(face: &NewFace<'_>) -> Result<Vec<u8>> {
    if face.image.is_empty() {
        return Err(invalid("the image has no bytes"));
    }
    let points =
        u16::try_from(face.feature_points.len()).map_err(|_| invalid("there are over 65,535 feature points"))?;
    if face.feature_points.iter().any(|p| p.major > 15 || p.minor > 15) {
        return Err(invalid("a feature point's code is over 15"));
    }
    let [0, properties @ ..] = face.properties.0.to_be_bytes() else {
        return Err(invalid("the properties have over 24 bits"));
    };
    let block_len = FACE_LEN + FeaturePoint::LEN * face.feature_points.len() + IMAGE_LEN + face.image.len();
    let record_len = u32::try_from(block_len + HEADER_LEN).map_err(|_| invalid("the record is over 4 GiB"))?;
    let expression = face.expression.to_19794().ok_or_else(|| invalid("ISO/IEC 19794-5 has no such expression"))?;
    // In the order of the standard's tables; numbers are big-endian.
    let mut record = Vec::with_capacity(block_len + HEADER_LEN);
    record.extend(MAGIC);
    record.extend(VERSION);
    record.extend(record_len.to_be_bytes());
    record.extend(1u16.to_be_bytes());
    record.extend((record_len - HEADER_LEN as u32).to_be_bytes());
    record.extend(points.to_be_bytes());
    record.push(byte(face.gender.to_19794(), "gender")?);
    record.push(byte(face.eye_colour.to_19794(), "colour of the eyes")?);
    record.push(byte(face.hair_colour.to_19794(), "colour of the hair")?);
    record.extend(properties);
    record.extend(expression.to_be_bytes());
    record.extend(face.pose);
    record.extend(face.pose_uncertainty);
    record.extend(face.feature_points.iter().flat_map(|point| point.to_bytes()));
    record.push(byte(face.image_type.to_19794(), "kind of image")?);
    record.push(byte(face.coding.to_19794(), "coding")?);
    record.extend(face.width_px.to_be_bytes());
    record.extend(face.height_px.to_be_bytes());
    record.push(byte(face.colour_space.to_19794(), "colour space")?);
    record.push(byte(face.source_type.to_19794(), "source")?);
    record.extend(face.device.to_be_bytes());
    record.extend(face.quality.to_be_bytes());
    record.extend(face.image);
    Ok(record)
}

/// Writes a whole DG2 (ICAO Doc 9303-10, 4.7.2) with one instance per face, each with a record of
/// ISO/IEC 19794-5:2005.
///
/// ```
/// use selfsame::document::{Dg2, ImageCoding, NewFace, write_dg2};
/// let image = std::fs::read("datasets/portraits/obama.jpg")?;
/// let file = write_dg2(&[NewFace::new(&image, ImageCoding::Jpeg, 413, 531)])?;
/// let dg2 = Dg2::parse(&file)?;
/// assert_eq!(dg2.faces().next().map(|face| face.image), Some(&image[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ErrorKind::InvalidArgument`] in [`Stage::Document`] for no face, over nine, and as
/// [`write_face_record`].
pub fn write_dg2(faces: &[NewFace<'_>]) -> Result<Vec<u8>> {
    if faces.is_empty() || faces.len() > MAX_INSTANCES {
        return Err(invalid(format!("a DG2 holds 1 to {MAX_INSTANCES} faces, not {}", faces.len())));
    }
    // At most nine.
    let mut instances = element(&[0x02], &[&[faces.len() as u8]])?;
    for face in faces {
        // Version 0101, type: facial features, format owner and type: ISO/IEC JTC 1/SC 37, 19794-5.
        let fields: [&[u8]; 4] = [&[0x80, 2, 1, 1], &[0x81, 1, 2], &[0x87, 2, 1, 1], &[0x88, 2, 0, 8]];
        let header = element(&[0xA1], &fields)?;
        let record = element(&[0x5F, 0x2E], &[&write_face_record(face)?])?;
        instances.extend(element(&[0x7F, 0x60], &[&header, &record])?);
    }
    element(&[0x75], &[&element(&[0x7F, 0x61], &[&instances])?])
}

/// An element of this tag and contents, with the shortest length field.
fn element(tag: &[u8], contents: &[&[u8]]) -> Result<Vec<u8>> {
    let len = contents.iter().map(|part| part.len()).sum::<usize>();
    let len = u32::try_from(len).map_err(|_| invalid("the data group is over 4 GiB"))?;
    let mut bytes = tag.to_vec();
    let digits = len.to_be_bytes();
    match len {
        0..=0x7F => bytes.push(len as u8),
        _ => {
            // The long form: how many bytes the length takes, then those without leading zeros.
            let leading = (len.leading_zeros() / 8) as usize;
            bytes.push(0x84 - leading as u8);
            bytes.extend(digits.iter().skip(leading));
        }
    }
    bytes.extend(contents.iter().copied().flatten());
    Ok(bytes)
}
