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
//! A code is a choice: 80 holds it, or A1 is an extension block, whose 80 is the code of this
//! edition to fall back on.

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

/// Reads the contents of a block, whose tag is [`BLOCK`], and adds its faces, `room` at most.
pub(super) fn read<'a>(
    block: Area<'a>,
    room: usize,
    faces: &mut Vec<FaceImage<'a>>,
    remarks: &mut Remarks,
) -> Result<()> {
    let [version, representations] = block.pick([VERSION, 0xA1], remarks)?;
    let version = block.required(version, VERSION, "version block")?;
    let generation = version.contents.require(0x80, "generation", remarks)?;
    if generation.number()? != GENERATION {
        let message = "the face block is of a generation other than 3";
        return Err(fault(ErrorKind::UnsupportedFormat, generation.offset, message));
    }
    let mut representations = block.required(representations, 0xA1, "representation block")?.contents;
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
    let contents = representation.contents;
    let [choice, identity] = contents.pick([0xA1, 0xA8], remarks)?;
    // Down the choices of the schema: an extension at any of them is a format that is not known
    // here, and has nothing to fall back on.
    let choice = contents.required(choice, 0xA1, "image representation")?;
    let base = choice.contents.require(0xA0, "image representation that is no extension", remarks)?;
    let flat = base.contents.require(0xA0, "two-dimensional image", remarks)?.contents;
    let [image, about] = flat.pick([0x80, 0xA1], remarks)?;
    let image = flat.required(image, 0x80, "image")?;
    if image.value().is_empty() {
        return Err(corrupt(image.offset, "an image has no bytes"));
    }
    let about = flat.required(about, 0xA1, "image information")?;
    // Everything else about the image is optional, and so are the identity metadata and every
    // element of them: what is left out is not stated.
    let [coding, image_type, size, colour_space] = about.contents.pick([0xA0, 0xA1, 0xA7, 0xA9], remarks)?;
    let [width, height] = within(size, [0x80, 0x81], remarks)?;
    let side = |side: Option<Element<'_>>| side.map(|side| side.number()).transpose();
    let [gender, eyes, hair, pose] = within(identity, [0xA0, 0xA1, 0xA2, 0xA6], remarks)?;
    let [yaw, pitch, roll] = within(pose, [0xA0, 0xA1, 0xA2], remarks)?;
    Ok(FaceImage {
        offset: representation.offset,
        image: image.value(),
        image_offset: image.contents.at,
        coding: code(coding, remarks)?.map_or(ImageCoding::Unknown, ImageCoding::from_39794),
        width_px: side(width)?,
        height_px: side(height)?,
        gender: code(gender, remarks)?.map(Gender::from_39794),
        eye_colour: code(eyes, remarks)?.map(EyeColour::from_39794),
        hair_colour: code(hair, remarks)?.map(HairColour::from_39794),
        properties: None,
        expression: None,
        pose: match pose {
            Some(_) => {
                Some(Pose { yaw: angle(yaw, remarks)?, pitch: angle(pitch, remarks)?, roll: angle(roll, remarks)? })
            }
            None => None,
        },
        feature_points: FeaturePoints::default(),
        image_type: code(image_type, remarks)?.map(ImageType::from_39794),
        colour_space: code(colour_space, remarks)?.map(ColourSpace::from_39794),
        source_type: None,
        device: None,
        quality: None,
    })
}

/// The elements with these tags within one that may be left out.
fn within<'a, const N: usize>(
    element: Option<Element<'a>>,
    tags: [u32; N],
    remarks: &mut Remarks,
) -> Result<[Option<Element<'a>>; N]> {
    element.map_or(Ok([None; N]), |element| element.contents.pick(tags, remarks))
}

/// The code that a choice holds, or the one that its extension block falls back on; `None` if there
/// is neither.
fn code(choice: Option<Element<'_>>, remarks: &mut Remarks) -> Result<Option<u16>> {
    let [mut code, extension] = within(choice, [0x80, 0xA1], remarks)?;
    if let (None, Some(extension)) = (code, extension) {
        [code] = extension.contents.pick([0x80], remarks)?;
        remarks.note(DocumentRemark::FallbackCode { offset: extension.offset })?;
    }
    let Some(code) = code else { return Ok(None) };
    let number = u16::try_from(code.number()?);
    number.map(Some).map_err(|_| corrupt(code.offset, "a code has over two bytes"))
}

/// The angle in a block of a pose; one that the pose leaves out states nothing.
fn angle(block: Option<Element<'_>>, remarks: &mut Remarks) -> Result<Angle> {
    let mut angle = Angle { raw: None, degrees: None, uncertainty: None };
    let [value, uncertainty] = within(block, [0x80, 0x81], remarks)?;
    if let Some(value) = value {
        let raw = match value.value() {
            [byte] => i16::from(byte.cast_signed()),
            [high, low] => i16::from_be_bytes([*high, *low]),
            _ => return Err(corrupt(value.offset, "an angle has neither one nor two bytes")),
        };
        angle.raw = Some(raw);
        angle.degrees = Some(raw).filter(|degrees| (-180..=180).contains(degrees));
    }
    if let Some(uncertainty) = uncertainty {
        // More degrees than a byte holds are none that exist, and no reason to refuse a portrait.
        angle.uncertainty = u8::try_from(uncertainty.number()?).ok();
    }
    Ok(angle)
}
