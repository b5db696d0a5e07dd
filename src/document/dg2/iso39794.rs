//! Face blocks of ISO/IEC 39794-5:2019 in BER: version, then representations. What is needed is
//! picked out by its tag, everything else is stepped over.
//!
//! ```text
//! 65  FaceImageDataBlock [APPLICATION 5]
//!   A0  version: 80 generation (3), 81 year (2019)
//!   A1  representations, 30 each
//!     A1  image representation ─ A0 base ─ A0 two-dimensional
//!       80  image file
//!       A1  image information: A0 coding, A1 kind, A7 size (80 width, 81 height), A9 colour space
//!     A8  identity: A0 gender, A1 eyes, A2 hair,
//!         A6 pose (A0 yaw, A1 pitch, A2 roll: 80 angle, 81 uncertainty)
//! ```
//! A code is a choice: 80 holds it, anything else is an extension of it.

use super::codes::{ColourSpace, EyeColour, Gender, HairColour, ImageCoding, ImageType};
use super::face::{Angle, FaceImage, FeaturePoints, MAX_FACES, Pose};
use super::fault::{corrupt, fault};
use super::remark::{DocumentRemark, Remarks};
use super::tlv::{Area, Element};
use crate::error::{ErrorKind, Result};

/// Tag of the face image data block.
pub(super) const BLOCK: u32 = 0x65;
/// Tag of the version block, the first element within.
pub(super) const VERSION: u32 = 0xA0;
/// The version that is read: generation 3 of the standard, whichever year.
const GENERATION: u32 = 3;

/// Reads the block, whose tag is [`BLOCK`], and adds its faces, `room` at most.
pub(super) fn read<'a>(
    block: Element<'a>,
    room: usize,
    faces: &mut Vec<FaceImage<'a>>,
    remarks: &mut Remarks,
) -> Result<()> {
    let version = block.contents.require(VERSION, "version block", remarks)?;
    let generation = version.contents.require(0x80, "generation", remarks)?;
    if generation.number()? != GENERATION {
        let message = "the face block is of a generation other than 3";
        return Err(fault(ErrorKind::UnsupportedFormat, generation.offset, message));
    }
    let mut representations = block.contents.require(0xA1, "representation block", remarks)?.contents;
    let at = representations.at;
    while let Some(representation) = representations.next(remarks)? {
        if representation.tag != 0x30 {
            remarks.note(DocumentRemark::UnknownElement { offset: representation.offset, tag: representation.tag })?;
            continue;
        }
        if faces.len() == room {
            let message = format!("the data group holds over {MAX_FACES} faces");
            return Err(fault(ErrorKind::LimitExceeded, representation.offset, &message));
        }
        faces.push(face(representation, remarks)?);
    }
    if faces.is_empty() {
        return Err(corrupt(at, "the face block holds no face"));
    }
    Ok(())
}

/// The face that a representation shows.
fn face<'a>(representation: Element<'a>, remarks: &mut Remarks) -> Result<FaceImage<'a>> {
    // Down the choices of the schema: an extension at any of them is a format that is not known
    // here.
    let choice = representation.contents.require(0xA1, "image representation", remarks)?;
    let base = choice.contents.require(0xA0, "image representation that is no extension", remarks)?;
    let flat = base.contents.require(0xA0, "two-dimensional image", remarks)?;
    let image = flat.contents.require(0x80, "image", remarks)?;
    if image.value().is_empty() {
        return Err(corrupt(image.offset, "an image has no bytes"));
    }
    let about = flat.contents.require(0xA1, "image information", remarks)?.contents;
    let coding = code(about, 0xA0, remarks)?;
    // Everything else about the image is optional.
    let size = about.find(0xA7, remarks)?;
    let side = |tag, remarks: &mut Remarks| match size {
        Some(size) => size.contents.find(tag, remarks)?.map(|side| side.number()).transpose(),
        None => Ok(None),
    };
    let (width_px, height_px) = (side(0x80, remarks)?, side(0x81, remarks)?);
    // The identity metadata is optional, as is every element of it: what is left out is not stated.
    let identity = representation.contents.find(0xA8, remarks)?.map(|identity| identity.contents);
    let identity_code = |tag, remarks: &mut Remarks| match identity {
        Some(identity) => code(identity, tag, remarks),
        None => Ok(None),
    };
    let pose = match identity {
        Some(identity) => identity.find(0xA6, remarks)?,
        None => None,
    };
    Ok(FaceImage {
        offset: representation.offset,
        image: image.value(),
        image_offset: image.contents.at,
        coding: coding.map_or(ImageCoding::Unknown, ImageCoding::from_39794),
        width_px,
        height_px,
        gender: identity_code(0xA0, remarks)?.map(Gender::from_39794),
        eye_colour: identity_code(0xA1, remarks)?.map(EyeColour::from_39794),
        hair_colour: identity_code(0xA2, remarks)?.map(HairColour::from_39794),
        properties: None,
        expression: None,
        pose: match pose {
            Some(pose) => Some(Pose {
                yaw: angle(pose.contents, 0xA0, remarks)?,
                pitch: angle(pose.contents, 0xA1, remarks)?,
                roll: angle(pose.contents, 0xA2, remarks)?,
            }),
            None => None,
        },
        feature_points: FeaturePoints::default(),
        image_type: code(about, 0xA1, remarks)?.map(ImageType::from_39794),
        colour_space: code(about, 0xA9, remarks)?.map(ColourSpace::from_39794),
        source_type: None,
        device: None,
        quality: None,
    })
}

/// The code that the choice with this tag holds; `None` if there is none, or an extension of it.
fn code(area: Area<'_>, tag: u32, remarks: &mut Remarks) -> Result<Option<u16>> {
    let Some(choice) = area.find(tag, remarks)? else { return Ok(None) };
    let Some(code) = choice.contents.find(0x80, remarks)? else { return Ok(None) };
    let number = u16::try_from(code.number()?);
    number.map(Some).map_err(|_| corrupt(code.offset, "a code has over two bytes"))
}

/// The angle of a pose with this tag; one that the pose leaves out states nothing.
fn angle(pose: Area<'_>, tag: u32, remarks: &mut Remarks) -> Result<Angle> {
    let mut angle = Angle { raw: None, degrees: None, uncertainty: None };
    let Some(block) = pose.find(tag, remarks)? else { return Ok(angle) };
    if let Some(value) = block.contents.find(0x80, remarks)? {
        let raw = match value.value() {
            [byte] => i16::from(byte.cast_signed()),
            [high, low] => i16::from_be_bytes([*high, *low]),
            _ => return Err(corrupt(value.offset, "an angle has neither one nor two bytes")),
        };
        angle.raw = Some(raw);
        angle.degrees = Some(raw).filter(|degrees| (-180..=180).contains(degrees));
    }
    if let Some(uncertainty) = block.contents.find(0x81, remarks)? {
        // More degrees than a byte holds are none that exist, and no reason to refuse a portrait.
        angle.uncertainty = u8::try_from(uncertainty.number()?).ok();
    }
    Ok(angle)
}
