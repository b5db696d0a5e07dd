//! Face records of ISO/IEC 19794-5:2005, clause 5: a header, then blocks of one face each, all
//! big-endian.

use super::codes::{ColourSpace, Expression, EyeColour, Gender, HairColour, ImageCoding, ImageType, SourceType};
use super::face::{Angle, FaceImage, FeaturePoint, FeaturePoints, MAX_FACES, Pose, Properties};
use super::fault::{corrupt, fault};
use super::remark::{DocumentRemark, Remarks, TOLERANCE};
use super::tlv::{Area, padding};
use crate::error::{ErrorKind, Result};

/// Format identifier (5.4.1).
pub(super) const MAGIC: &[u8; 4] = b"FAC\0";
/// Version number (5.4.2).
pub(super) const VERSION: &[u8; 4] = b"010\0";
/// Bytes of the facial header (5.4).
pub(super) const HEADER_LEN: usize = 14;
/// Bytes of a face's facial information (5.5).
pub(super) const FACE_LEN: usize = 20;
/// Bytes of a face's image information (5.7).
pub(super) const IMAGE_LEN: usize = 12;

/// Big-endian fields of a file, read one after the other from `at` on.
struct Fields<'a> {
    file: &'a [u8],
    at: usize,
}

impl Fields<'_> {
    /// The next `N` bytes; an error that names where they should begin if the file has fewer.
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let bytes = self.file.get(self.at..).and_then(|rest| rest.first_chunk());
        let bytes = *bytes.ok_or_else(|| corrupt(self.at, "the face record is cut short"))?;
        self.at += N;
        Ok(bytes)
    }

    fn u8(&mut self) -> Result<u8> {
        self.bytes().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Result<u16> {
        self.bytes().map(u16::from_be_bytes)
    }

    fn u24(&mut self) -> Result<u32> {
        self.bytes().map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    fn u32(&mut self) -> Result<usize> {
        // A `usize` has at least 32 bits wherever the decoders run.
        self.bytes().map(|bytes| u32::from_be_bytes(bytes) as usize)
    }
}

/// Reads the record in `area`, which may reach up to `limit`, and adds its faces, `room` at most.
///
/// The area's length comes from around the record and its own length from inside. Where they differ
/// by no more than [`TOLERANCE`], the record's holds if it ends at `limit`, else the area's. Bytes
/// 00 and FF behind the record's end fill the area up, however many.
pub(super) fn read<'a>(
    area: Area<'a>,
    limit: usize,
    room: usize,
    faces: &mut Vec<FaceImage<'a>>,
    remarks: &mut Remarks,
) -> Result<()> {
    let start = area.at;
    let reach = area.file.get(..area.end.max(limit));
    let reach = reach.ok_or_else(|| corrupt(start, "the face record reaches over the end of the file"))?;
    let mut fields = Fields { file: reach, at: start };
    if fields.bytes()? != *MAGIC {
        return Err(corrupt(start, "the face record does not begin with FAC"));
    }
    if fields.bytes()? != *VERSION {
        return Err(fault(ErrorKind::UnsupportedFormat, start + 4, "the face record has a version other than 010"));
    }
    let stated = fields.u32()?;
    let count = fields.u16()?;
    // The fields may have been read from behind the area, whose length is checked only now.
    if fields.at > area.end {
        return Err(corrupt(start, "the face record is cut short"));
    }
    let found = area.end - start;
    let mut end = area.end;
    let behind = found.checked_sub(stated).filter(|count| *count > TOLERANCE);
    let filling = behind.and_then(|count| area.file.get(area.end - count..area.end));
    if let Some(filling) = filling.filter(|filling| padding(filling) == filling.len()) {
        end = start + stated;
        remarks.note(DocumentRemark::TrailingBytes { offset: end, count: filling.len() })?;
    } else if stated != found {
        if stated.abs_diff(found) > TOLERANCE {
            return Err(corrupt(start + 8, &format!("the face record states {stated} bytes where {found} are")));
        }
        remarks.note(DocumentRemark::Length { offset: start + 8, stated, found })?;
        if start + stated == limit {
            end = limit;
        }
    }
    if count == 0 {
        return Err(corrupt(start + 12, "the face record holds no face"));
    }
    // The count bounds nothing: every face takes room in the file, and of faces there is a limit.
    for index in 1..=count {
        if faces.len() == room {
            let message = format!("the data group holds over {MAX_FACES} faces");
            return Err(fault(ErrorKind::LimitExceeded, fields.at, &message));
        }
        let block_end = block_end(area.file, fields.at, end, index == count, remarks)?;
        faces.push(face(area.file, fields.at, block_end)?);
        fields.at = block_end;
    }
    Ok(())
}

/// The end of the block at `at`. The last one goes to the end of the record; of another one whose
/// length is off, the nearest place counts at which the next block's image begins like an image.
fn block_end(file: &[u8], at: usize, end: usize, last: bool, remarks: &mut Remarks) -> Result<usize> {
    let stated = Fields { file, at }.u32()?;
    let room = end.saturating_sub(at);
    let found = if last {
        room
    } else {
        // The nearest length at whose end another face's image seems to begin; the stated one
        // first.
        let near = |shift: usize| [stated.checked_sub(shift), stated.checked_add(shift)];
        let mut lengths = (0..=TOLERANCE).flat_map(near).flatten();
        lengths.find(|len| *len < room && image_begins(file, at + len, end)).unwrap_or(stated)
    };
    if stated.abs_diff(found) > TOLERANCE || found > room {
        return Err(corrupt(at, &format!("a face's block states {stated} bytes where {room} are left")));
    }
    if stated != found {
        remarks.note(DocumentRemark::Length { offset: at, stated, found })?;
    }
    if found < FACE_LEN + IMAGE_LEN {
        return Err(corrupt(at, "a face's block is shorter than its header"));
    }
    Ok(at + found)
}

/// Whether a block at `at` would have the start of a JPEG or JPEG 2000 image where its image is to
/// be.
fn image_begins(file: &[u8], at: usize, end: usize) -> bool {
    let Ok(points) = (Fields { file, at: at + 4 }).u16() else { return false };
    let image = at + FACE_LEN + FeaturePoint::LEN * usize::from(points) + IMAGE_LEN;
    // JPEG, a JPEG 2000 codestream, and a JPEG 2000 file.
    let starts: [&[u8]; 3] = [&[0xFF, 0xD8, 0xFF], &[0xFF, 0x4F, 0xFF, 0x51], b"\0\0\0\x0CjP  "];
    // A block that ends before its image would begin has none.
    file.get(image..end).is_some_and(|image| starts.iter().any(|start| image.starts_with(start)))
}

/// The face in the block from `at` to `end`.
fn face(file: &[u8], at: usize, end: usize) -> Result<FaceImage<'_>> {
    let block = file.get(..end);
    let block = block.ok_or_else(|| corrupt(at, "a face's block reaches over the end of the file"))?;
    // Behind the field of the block's length, which `block_end` has judged.
    let mut fields = Fields { file: block, at: at + 4 };
    let points = usize::from(fields.u16()?);
    let (gender, eye, hair) = (fields.u8()?, fields.u8()?, fields.u8()?);
    let properties = fields.u24()?;
    let expression = fields.u16()?;
    let [yaw, pitch, roll] = fields.bytes()?;
    let [yaw_within, pitch_within, roll_within] = fields.bytes()?;
    let points_at = fields.at;
    let points_end = points_at + points * FeaturePoint::LEN;
    let Some((feature_points, [])) = block.get(points_at..points_end).map(<[u8]>::as_chunks) else {
        return Err(corrupt(points_at, "a face's feature points are cut short"));
    };
    fields.at = points_end;
    let (image_type, coding) = (fields.u8()?, fields.u8()?);
    let (width, height) = (fields.u16()?, fields.u16()?);
    let (colour_space, source_type) = (fields.u8()?, fields.u8()?);
    let (device, quality) = (fields.u16()?, fields.u16()?);
    let image_offset = fields.at;
    let image = block.get(image_offset..).filter(|image| !image.is_empty());
    let image = image.ok_or_else(|| corrupt(image_offset, "a face's block holds no image"))?;
    Ok(FaceImage {
        offset: at,
        image,
        image_offset,
        coding: ImageCoding::from_19794(coding.into()),
        width_px: Some(width.into()),
        height_px: Some(height.into()),
        gender: Some(Gender::from_19794(gender.into())),
        eye_colour: Some(EyeColour::from_19794(eye.into())),
        hair_colour: Some(HairColour::from_19794(hair.into())),
        properties: Some(Properties(properties)),
        expression: Some(Expression::from_19794(expression)),
        pose: Some(Pose {
            yaw: Angle::from_19794(yaw, yaw_within),
            pitch: Angle::from_19794(pitch, pitch_within),
            roll: Angle::from_19794(roll, roll_within),
        }),
        feature_points: FeaturePoints(feature_points),
        image_type: Some(ImageType::from_19794(image_type.into())),
        colour_space: Some(ColourSpace::from_19794(colour_space.into())),
        source_type: Some(SourceType::from_19794(source_type.into())),
        device: Some(device),
        quality: Some(quality),
    })
}
